"""Geometry of the charts templates draw as SVG: numbers in, numbers out. Pure. Bars begin at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, WIDTH, GAP, STEP, BAR = 90, 548.0, 1, 28, 20


@dataclass(frozen=True)
class Part:
    """One coloured part of a stacked bar; `label` only where it fits."""

    cls: str
    ink: str
    x: float
    width: float
    label: str


@dataclass(frozen=True)
class Stack:
    """One stacked bar: what it is called, its parts, and the number it rests on."""

    name: str
    y: int
    n: int
    parts: list[Part]
    shares: list[float]


def stacks(rows: Sequence[tuple[str, Sequence[int]]]) -> list[Stack]:
    """Bars of shares, one a row of (name, counts of the four levels), in the order given."""
    return [_stack(name, counts, place * STEP + (6 if place else 0)) for place, (name, counts) in enumerate(rows)]


def _stack(name: str, counts: Sequence[int], y: int) -> Stack:
    n, parts, x = sum(counts), [], float(LEFT)
    shares = [100 * count / n if n else 0 for count in counts]
    for step, share in enumerate(shares, start=1):
        width = WIDTH * share / 100
        if width:
            label = f"{share:.0f}%" if width >= 34 else ""
            parts.append(
                Part(f"s{step}", "ink" if step < 3 else "on", round(x, 2), round(max(width - GAP, 0.5), 2), label)
            )
        x += width
    return Stack(name, y, n, parts, shares)


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram."""

    label: str
    n: int
    cls: str
    x: int
    y: float
    height: float

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.x + 24


def bars(rows: Sequence[tuple[str, int, str]], *, floor: int = 146, tall: int = 120) -> list[Bar]:
    """Bars of (label, n, class), the highest `tall`."""
    most = max([n for _, n, _ in rows], default=0) or 1
    return [
        Bar(label, n, cls, 8 + 66 * place, round(floor - tall * n / most, 2), round(tall * n / most, 2))
        for place, (label, n, cls) in enumerate(rows)
    ]


@dataclass(frozen=True)
class Lines:
    """Two lines over the same weeks, the grid behind them, and the last point of the second."""

    first: str
    second: str
    grid: list[tuple[float, int]]
    ticks: list[tuple[float, str]]
    end: tuple[float, float, int]


def lines(labels: Sequence[str], first: Sequence[int], second: Sequence[int]) -> Lines:
    """Geometry of a chart 460 wide and 140 high, from zero up."""
    top = _round_up(max([*first, *second, 1]))
    xs = [48 + 385 * place / max(len(labels) - 1, 1) for place in range(len(labels))]

    def y(value: float) -> float:
        return round(118 - 100 * value / top, 2)

    def points(values: Sequence[int]) -> str:
        return " ".join(f"{x:.1f},{y(value)}" for x, value in zip(xs, values, strict=True))

    marks = sorted({0, top // 2, top})
    return Lines(
        points(first),
        points(second),
        [(y(mark), mark) for mark in marks],
        [(round(x, 1), label) for x, label in zip(xs, labels, strict=True)],
        (round(xs[-1], 1), y(second[-1]), second[-1]),
    )


def _round_up(value: int) -> int:
    """The next 1, 2 or 5 times a power of ten, at least 4."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if step * size >= max(value, 4):
                return step * size
        size *= 10


def coverage_step(percent: int | None) -> int:
    """Which of the five colours a share of coverage has; 1 where there is nothing to cover."""
    return 1 + sum((percent or 0) >= edge for edge in (40, 60, 80, 95))
