"""What a ledger is: which rows, for whom, in which columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from common.ledgers import Column
from grids.permissions import Ability

NUMBER = Column("序号", 6, "center")


@dataclass(frozen=True)
class Ledger:
    """One list of the desk as a ledger.

    `select(user, query)` gives the rows the user may see, narrowed by the query string of the list's page and in its
    order; `line(row)` the cells of one, without the running number. `area` is the path to the code of a row's area: where
    it is given, the ledger holds what lies beneath postings that grant the export. `needs` is an ability beyond
    EXPORT; `personal` tells that cells hold Sensitive values, so that an unmasked ledger makes sense.
    """

    code: str
    name: str
    counted: str
    columns: Sequence[Column]
    select: Callable[[Any, QueryDict], QuerySet | list]
    line: Callable[[Any], list]
    area: str = ""
    needs: Ability | None = None
    personal: bool = False

    @property
    def abilities(self) -> frozenset[str]:
        """What somebody must hold to get it at all."""
        return frozenset({Ability.EXPORT, self.needs} - {None})

    @property
    def title(self) -> str:
        """住户台账."""
        return f"{self.name}台账"

    @property
    def headers(self) -> tuple[Column, ...]:
        """All columns with the running number before them."""
        return (NUMBER, *self.columns)
