"""双认识, 双信任, 双认同 of an area: the weighted mean of what is measured, never of a person (domain notes, section 5)."""

from dataclasses import dataclass

from dashboards.measures import BY_DIMENSION, MEASURES, Dimension, Measure
from dashboards.models import DimensionWeight
from dashboards.services.figures import Basis


@dataclass(frozen=True)
class Measured:
    """One measure: its weight now and the numbers; no denominator where the portal records nothing of it yet."""

    measure: Measure
    weight: int
    numerator: float | None = None
    denominator: int | None = None

    @property
    def share(self) -> float | None:
        """In percent; None without anything counted."""
        return 100 * self.numerator / self.denominator if self.denominator and self.numerator is not None else None


@dataclass(frozen=True)
class Card:
    """One dimension with its measures."""

    dimension: Dimension
    measures: list[Measured]

    @property
    def counted(self) -> list[Measured]:
        """Measures that make up the value."""
        return [m for m in self.measures if m.weight and m.share is not None]

    @property
    def value(self) -> float | None:
        """Weighted mean in percent; None where nothing is measured."""
        weights = sum(m.weight for m in self.counted)
        return sum(m.weight * (m.share or 0) for m in self.counted) / weights if weights else None


def weights() -> dict[str, int]:
    """Measure → weight in force."""
    changed = dict(DimensionWeight.objects.values_list("measure", "weight"))
    return {m.code: changed.get(m.code, m.weight) for m in MEASURES}


def dimensions(on: Basis) -> list[Card]:
    """The three dimensions of the area and period `on` was counted for. One statement, for the weights."""
    sums, beside, held = on.sums, on.beside, weights()
    known: dict[str, tuple[float, int]] = {
        "visited": (beside.households.met, beside.households.n),
        "joint": (beside.joint, beside.visits),
        "knows": (beside.knows, beside.asked_knows),
        "in_time": (sums["in_time"], sums["answered"]),
        "wishes": (beside.realised, beside.wishes),
        "disputes": (beside.disputes_settled, beside.disputes_ended),
        "solved": (sums["solved"] + sums["partly"] / 2, sums["told"]),
        "bodies": (beside.bodies, beside.compounds),
        "consultations": (beside.adopted, beside.consulted),
        "served": (beside.serving, beside.ought),
        "content": (sums["content"], sums["rated"]),
    }
    return [
        Card(dimension, [Measured(m, held[m.code], *known.get(m.code, (None, None))) for m in measures])
        for dimension, measures in BY_DIMENSION.items()
    ]
