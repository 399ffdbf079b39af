"""Addresses of staff's work, one module a subject: a table as in `tests.address_table`, and what its rows need."""

from tests.district import (
    agency,
    boards,
    callbacks,
    consultations,
    disputes,
    hands,
    ledgers,
    meetings,
    openly,
    orders,
    similar,
    spot,
)

SUBJECTS = (
    *(hands, spot, ledgers, orders, meetings, openly, callbacks, boards),
    *(disputes, consultations, agency, similar),
)
TABLE = "\n".join(subject.TABLE.strip() for subject in SUBJECTS)


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses; `scene` holds `make_case` and the members of the cast."""
    return {name: values for subject in SUBJECTS for name, values in subject.arguments(scene).items()}
