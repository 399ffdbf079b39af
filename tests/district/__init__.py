"""Addresses of the district's work, one module a subject: a table as in `tests.address_table`, and what its rows need."""

from tests.district import boards, callbacks, hands, ledgers, meetings, openly, orders, spot

SUBJECTS = (hands, spot, ledgers, orders, meetings, openly, callbacks, boards)
TABLE = "\n".join(subject.TABLE.strip() for subject in SUBJECTS)


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses; `scene` holds `make_case` and the members of the cast."""
    return {name: values for subject in SUBJECTS for name, values in subject.arguments(scene).items()}
