"""What a report says, as plain words and numbers: the one shape that template, workbook and tests share."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Rate:
    """One figure with what it is made of: value in words (98.6%), n behind it, and its definition."""

    name: str
    value: str
    numerator: str
    denominator: str
    definition: str


@dataclass(frozen=True)
class Line:
    """One row of a breakdown: a name and the cells in the order of the table's heads."""

    name: str
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A breakdown: title, heads (the first is over the names), rows in code or name order, and what a reader must know."""

    title: str
    heads: list[str]
    lines: list[Line]
    note: str = ""


@dataclass(frozen=True)
class Story:
    """Everything a report may use. `tables` by code: levels, areas, categories, channels, units, waiting, growing, orders."""

    title: str
    area: str
    period: str
    made: str
    by: str
    rates: list[Rate] = field(default_factory=list)
    counts: list[Rate] = field(default_factory=list)
    times: list[Rate] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    open_items: str = ""
    overdue_items: str = ""

    def context(self) -> dict:
        """The names a template may use."""
        return asdict(self)


SAMPLE = Story(
    title="魏都区基层治理运行周报",
    area="全区",
    period="2026年11月16日至11月22日",
    made="2026年11月23日 8:30",
    by="示例",
    rates=[Rate("响应率", "98.0%", "49", "50", "规定时间内首次签收 ÷ 应签收")],
    counts=[Rate("收到", "50", "", "", "期间登记的事项")],
    times=[Rate("总用时中位数", "1.5个工作日", "", "50", "登记到答复的工作时间")],
    tables={
        code: Table("示例", ["名称", "收到", "办结"], [Line("示例", ["1", "1"])])
        for code in ("levels", "areas", "categories", "channels", "units", "waiting", "growing", "orders")
    },
    open_items="12",
    overdue_items="1",
)
