"""What desk, paper and public page show of a consultation's money: one reading, so that none can differ."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from consultations.models import Book, Consultation, Line, MoneySheet
from consultations.models.book import ZERO
from consultations.services.names import published_name
from consultations.states import Side, Source
from grids.levels import Level


@dataclass(frozen=True)
class Row:
    """One line of the book as it is read: whose money, in or out, what was left, who answers for it."""

    line: Line
    on_date: date
    code: str
    what: str
    whose: str
    income: Decimal | None
    outgo: Decimal | None
    balance: Decimal | None
    signed: str
    struck: bool


@dataclass(frozen=True)
class Sums:
    """Needed, raised by source, spent, what is left; all of lines that count."""

    needed: Decimal
    received: Decimal
    spent: Decimal
    sources: list[tuple[str, Decimal]]

    @property
    def balance(self) -> Decimal:
        """What is left."""
        return self.received - self.spent

    @property
    def lacking(self) -> Decimal:
        """What is still to be raised."""
        return max(self.needed - self.received, ZERO)

    @property
    def bars(self) -> tuple[str, str, str] | None:
        """Shares of a bar in percent: spent, left, lacking; None where there is nothing to draw."""
        whole = max(self.needed, self.received)
        if not whole:
            return None
        spent, left = (round(100 * part / whole, 1) for part in (self.spent, self.balance))
        return f"{spent}%", f"{left}%", f"{max(Decimal(100) - spent - left, ZERO)}%"

    @property
    def left_at(self) -> str:
        """Where the third part of the bar begins."""
        whole = max(self.needed, self.received)
        return f"{round(100 * self.received / whole, 1)}%" if whole else "0%"


@dataclass(frozen=True)
class Sheet:
    """The book as a sheet: its lines in the order in which they counted, and the sums."""

    rows: list[Row]
    sums: Sums
    until: datetime | None
    households: int


def sheet(book: Book, published: MoneySheet | None = None) -> Sheet:
    """What counts, up to a published sheet where one is given. Three queries."""
    counted = Line.objects.counted().filter(book=book)
    if published is not None:
        counted = counted.filter(turn__lte=published.turns)
    lines = list(counted.select_related("first_by", "settled_by", "reverses").as_counted())
    undone = {line.reverses_id for line in lines}
    rows = [row_of(line, undone) for line in lines]
    return Sheet(rows, sums(book, counted), published.published_at if published else None, households_of(lines))


def row_of(line: Line, undone: set[int | None] | frozenset[int] = frozenset()) -> Row:
    """A line in words. No name without consent."""
    income = line.amount if line.side == Side.IN else None
    return Row(
        line,
        line.on_date,
        line.code,
        line.what,
        whose(line),
        income,
        None if income is not None else line.amount,
        line.balance,
        "、".join(person.called for person in (line.first_by, line.settled_by) if person),
        line.pk in undone,
    )


def whose(line: Line) -> str:
    """区教育部门; 居民26户; 居民1户（张志强）; —for a reversal."""
    if line.reverses_id:
        return "—"
    who = line.unit
    if not who and line.source:
        label = Source(line.source).label
        who = f"{label}{line.households}户" if line.households else label
    name = published_name(line)
    return f"{who}（{name}）" if name else who


def sums(book: Book, counted) -> Sums:
    """The sums of these counted lines."""
    by_source = dict(counted.filter(side=Side.IN).order_by().values_list("source").annotate(sum=Sum("amount")))
    spent = counted.filter(side=Side.OUT).aggregate(sum=Sum("amount"))["sum"] or ZERO
    sources = [(source.label, by_source[source]) for source in Source if by_source.get(source)]
    return Sums(book.needed, sum(by_source.values(), ZERO), spent, sources)


def households_of(lines: list[Line]) -> int:
    """How many households gave, reversals taken off."""
    resident = [line for line in lines if line.source == Source.RESIDENTS and line.households]
    return sum(line.households * (-1 if line.reverses_id else 1) for line in resident)


def figures(rows) -> dict[str, int]:
    """Of these consultations: held, adopted among those decided on, with money, with published money. One query."""
    met = Q(held_at__isnull=False) | Q(status="not_adopted")
    return rows.aggregate(
        opened=Count("pk", distinct=True),
        held=Count("pk", distinct=True, filter=met),
        adopted=Count("pk", distinct=True, filter=Q(decided_at__isnull=False)),
        settled=Count("pk", distinct=True, filter=Q(decided_at__isnull=False) | Q(status="not_adopted")),
        with_money=Count("pk", distinct=True, filter=Q(book__turns__gt=0)),
        money_published=Count("pk", distinct=True, filter=Q(book__sheets__isnull=False)),
    )


def community_of(held: Consultation) -> str:
    """北大街道新村社区: the community that called it together."""
    area = held.area
    if area.level == Level.COMMUNITY:
        return area.full_name
    return area.full_name.removesuffix(area.name)
