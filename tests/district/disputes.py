"""Addresses of disputes, service days and legal services."""

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = ""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    return {}
