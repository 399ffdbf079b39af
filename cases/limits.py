"""The limit rows as one table in memory: which allowance binds a category at a level."""

import time
from dataclasses import dataclass

from cases.ladder import Allowance
from cases.models import Category, Limit

# An edited limit counts in every process within a minute, in the one that saved it at once.
TRUSTED_SECONDS = 60.0
_kept: "tuple[float, LimitTable] | None" = None


def current() -> "LimitTable":
    """The table in force, kept in the process."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > TRUSTED_SECONDS:
        _kept = (time.monotonic(), LimitTable.load())
    return _kept[1]


def forget() -> None:
    """The next look reads the rows again; whatever writes limits or categories calls it."""
    global _kept
    _kept = None


@dataclass(frozen=True)
class LimitTable:
    """All limits and the parents of categories; a few dozen rows, read in two queries."""

    rows: dict[tuple[int | None, int, bool], Allowance]
    parents: dict[int, int | None]

    @classmethod
    def load(cls) -> "LimitTable":
        """The table as it stands now."""
        rows = {
            (limit.category_id, limit.level, limit.urgent): limit.allowance()
            for limit in Limit.objects.select_related("category")
        }
        return cls(rows, dict(Category.objects.values_list("pk", "parent_id")))

    def allowance(self, category_id: int, level: int, *, urgent: bool) -> Allowance:
        """The nearest row: the category's own, its parent's, the one for all; urgent before ordinary.

        LookupError where not even a row for all exists: the limits were never loaded.
        """
        for is_urgent in (True, False) if urgent else (False,):
            for category in (category_id, self.parents.get(category_id), None):
                if found := self.rows.get((category, level, is_urgent)):
                    return found
        raise LookupError(f"no limit for level {level}")
