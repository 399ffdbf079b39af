"""Addresses of figures and reports."""

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# A department has no area, hence no board; a list wants to know of which number.
TABLE = """
GET  boards:board           302  200  200  200  200  200  200  403  200  403  403
GET  boards:list            302  404  404  404  404  404  404  403  404  403  403
POST boards:board           302  405  405  405  405  405  405  405  405  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    return {}
