"""The small table a rehearsal runs on: `parameters.json`, where every value names its source and what is a guess says so."""

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from common.errors import DomainError

SHIPPED = Path(__file__).parent / "parameters.json"
GROUPS = ("fitted", "arrivals", "speeds", "turns", "chances")
KEYS = {"value", "source", "how", "guess"}


@dataclass(frozen=True)
class Speed:
    """A log-normal length of time: half take less than `median` hours, `spread` is the deviation of the logarithm."""

    median: float
    spread: float

    def draw(self, rng: Random) -> timedelta:
        """One length of time, a minute at least and sixty times the median at most."""
        hours = self.median * math.exp(rng.gauss(0, self.spread))
        return timedelta(hours=min(max(hours, 1 / 60), 60 * self.median))


class Parameters:
    """The table in memory: `chance`, `weights`, `speed` read one entry each."""

    def __init__(self, table: dict[str, Any]):
        self.table = table

    @classmethod
    def load(cls, path: Path = SHIPPED) -> "Parameters":
        """The table of a file; DomainError where it cannot be read, misses a group, or an entry says no source."""
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DomainError(f"{path.name} cannot be read as a table of parameters: {error}") from error
        missing = [group for group in GROUPS if not isinstance(table, dict) or group not in table]
        if missing:
            raise DomainError(f"{path.name} misses: {', '.join(missing)}.")
        unsaid = [f"{group}.{name}" for group in GROUPS for name, row in table[group].items() if not set(row) >= KEYS]
        if unsaid:
            raise DomainError(f"{path.name}: no source or value is given for {', '.join(unsaid)}.")
        return cls(table)

    def save(self, path: Path) -> None:
        """Write the table as it is shipped: what was not changed stays byte for byte."""
        path.write_text(json.dumps(self.table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def value(self, group: str, name: str) -> Any:
        """What one entry says; DomainError where there is none."""
        try:
            return self.table[group][name]["value"]
        except KeyError as error:
            raise DomainError(f"The parameters miss {group}.{name}.") from error

    def speed(self, stage: str, what: str) -> Speed:
        """How long `what` takes at a stage."""
        row = self.value("speeds", stage)[what]
        return Speed(row["median"], row["spread"])

    def reply_time(self, hours_a_day: float) -> Speed:
        """How long a unit takes to answer, in working hours. Fitted in days where no calendar covers the data: a day
        of the clock then counts as `hours_a_day` working hours, the average of the calendar in force.
        """
        row = self.value("fitted", "reply_time")
        factor = 1.0 if row["unit"] == "working hours" else hours_a_day
        return Speed(row["median"] * factor, row["spread"])

    def chance(self, name: str, of: str = "") -> float:
        """A share between 0 and 1; `of` names the row of a table, which may be absent (0)."""
        found = self.value("chances", name)
        return found.get(of, 0.0) if of else found

    def weights(self, group: str, name: str) -> dict[str, float]:
        """Weights by what they weigh."""
        return self.value(group, name)
