"""Every figure with its definition, once: boards, lists, reports and public pages show what is computed here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from common.templatetags.weidu import narrow
from dashboards.facts import DAY_MINUTES, TIMES
from dashboards.services import reading
from dashboards.services.around import Around, around
from dashboards.services.live import Live, live
from dashboards.services.periods import Period
from dashboards.services.reading import Sums
from grids.levels import Level, level_of

FEW = 5


@dataclass(frozen=True)
class Figure:
    """One number with what it means.

    `value` is a share in percent (unit %), working days (unit 个工作日) or a count; None where nothing was counted, or on
    public pages where `n`, the number of cases it rests on, is below five. `of` and `of_all` name the lists behind
    numerator and denominator (`rows.SELECTIONS`); `page` is the page of the desk that lists what is no case.
    """

    code: str
    name: str
    definition: str
    value: float | None
    unit: str
    n: int
    numerator: float | None = None
    denominator: int | None = None
    of: str = ""
    of_all: str = ""
    page: str = ""
    query: str = ""
    public: bool = False
    counted: str = "件"
    page_query: str = ""
    few: bool = False

    @property
    def too_few(self) -> bool:
        """样本不足: a share or a time of fewer than five, on a public page; everywhere where it would tell of single people."""
        return (self.public or self.few) and self.unit in ("%", "个工作日") and self.n < FEW

    @property
    def page_url(self) -> str:
        """The page of the desk that lists what is no case, with the days counted where it knows them."""
        return f"{reverse(self.page)}{self.page_query}" if self.page else ""

    @property
    def shown(self) -> str:
        """The value in digits: one decimal for shares and days, whole counts; empty where there is none to show."""
        if self.value is None or self.too_few:
            return ""
        if self.unit == "%":
            return f"{self.value:.1f}"
        return digits(self.value) if self.unit != "个工作日" else f"{self.value:g}"

    @property
    def top(self) -> str:
        """The numerator in digits; halves come from 部分解决."""
        return digits(self.numerator)

    @property
    def url(self) -> str:
        """The list behind it."""
        return self._list(self.of)

    @property
    def url_all(self) -> str:
        """The list behind its denominator."""
        return self._list(self.of_all)

    def _list(self, of: str) -> str:
        return f"{reverse('boards:list')}?of={of}&{self.query}" if of else ""


def digits(number: float | None) -> str:
    """A count, or a count of halves, with thousands parted by a narrow space."""
    if number is None:
        return ""
    whole = narrow(int(number))
    return whole if number == int(number) else f"{whole}.5"


@dataclass(frozen=True)
class Basis:
    """What all figures of one area and period are computed from."""

    sums: Sums
    now: Live
    times: dict[str, dict[int, int]]
    beside: Around


@dataclass(frozen=True)
class Rate:
    """A share of one number in another."""

    code: str
    name: str
    definition: str
    numerator: Callable[[Basis], float]
    denominator: Callable[[Basis], int]
    of: str = ""
    of_all: str = ""
    page: str = ""
    counted: str = "件"
    asks: str = ""
    few: bool = False


@dataclass(frozen=True)
class Number:
    """A plain count."""

    code: str
    name: str
    definition: str
    count: Callable[[Basis], int]
    of: str = ""
    page: str = ""
    counted: str = "件"
    asks: str = ""


# What the lists of the desk are asked for: `asks` of a figure, with its area and days.
_DISPUTES = "area={code}&since={first}&until={last}&state="
_ERRANDS = "view=all&area={code}&since={first}&until={last}"
RATES = (
    Rate(
        "response", "响应率", "期间登记、首次签收没有超过时限的 ÷ 期间登记、已签收或签收时限已过的",
        lambda b: b.sums["responded"], lambda b: b.sums["signed"] + b.now.unsigned_late, "responded", "response_due",
    ),
    Rate(
        "solved", "解决率", "（已解决＋½部分解决）÷ 期间答复、反映人说了是否解决的；联系不上的不算",
        lambda b: b.sums["solved"] + b.sums["partly"] / 2, lambda b: b.sums["told"], "settled", "told",
    ),
    Rate(
        "content", "满意率", "满意和基本满意 ÷ 期间答复、反映人作出评价的；未评价的不算",
        lambda b: b.sums["content"], lambda b: b.sums["rated"], "content", "rated",
    ),
    Rate(
        "in_time", "按期办结率", "期限内答复、没有因超期上报过的 ÷ 期间答复的；挂账另计",
        lambda b: b.sums["in_time"], lambda b: b.sums["answered"], "in_time", "answered",
    ),
    Rate(
        "sign", "按期签收率", "（应签收次数－超时签收次数）÷ 应签收次数，期间登记的事项每到一级各算一次",
        lambda b: b.sums["signs"] - b.sums["late_signs"], lambda b: b.sums["signs"], "signs_in_time", "signs",
        counted="次",
    ),
)  # fmt: skip
SHARES = (
    Rate(
        "level_grid", "小区和网格", "在小区或网格办结 ÷ 期间办结的",
        lambda b: b.sums["closed_compound"] + b.sums["closed_grid"], lambda b: b.sums.closed, "closed_low", "closed",
    ),
    Rate(
        "level_community", "社区", "在社区办结 ÷ 期间办结的",
        lambda b: b.sums["closed_community"], lambda b: b.sums.closed, "closed_community", "closed",
    ),
    Rate(
        "level_street", "街道", "在街道办结 ÷ 期间办结的",
        lambda b: b.sums["closed_street"], lambda b: b.sums.closed, "closed_street", "closed",
    ),
    Rate(
        "level_district", "区", "在区级办结 ÷ 期间办结的",
        lambda b: b.sums["closed_district"], lambda b: b.sums.closed, "closed_district", "closed",
    ),
)  # fmt: skip
COUNTS = (
    Number("received", "收到", "期间登记的事项", lambda b: b.sums["received"], "received"),
    Number("closed", "办结", "期间办结、现在仍是已办结的事项", lambda b: b.sums.closed, "closed"),
    Number("open", "在办", "现在待受理和办理中的事项", lambda b: b.now.open, "open"),
    Number("overdue", "超期", "在办事项里办理期限已过的", lambda b: b.now.overdue, "overdue"),
    Number("suspended", "挂账", "现在挂账的事项，不算在办也不算办结", lambda b: b.now.suspended, "suspended"),
    Number("reopened", "重新办理", "期间登记、答复以后又重新办理过的", lambda b: b.sums["reopened"], "reopened"),
    Number("returned", "退回", "期间登记、退回过上一手的", lambda b: b.sums["returned"], "returned"),
    Number("extended", "延期", "期间登记、延过期的", lambda b: b.sums["extended"], "extended"),
    Number("otherwise", "其他方式结束", "期间登记、不予受理、撤回或并案的", lambda b: b.sums["otherwise"], "otherwise"),
    Number("supervised", "督办", "期间发过催办、督办单或通报的事项", lambda b: b.now.supervised, "supervised"),
)
HEADLINE = (
    Number(
        "households", "走访住户", "期间至少见过一次面的现住户", lambda b: b.beside.households.met,
        page="desk:coverage", counted="户",
    ),
    Number("well_closed", "解决诉求", "期间办结、反映人没有说未解决的事项", lambda b: b.sums["well_closed"], "well_closed"),
)  # fmt: skip
BESIDE = (
    Rate(
        "coverage", "走访覆盖率", "期间见过面的户 ÷ 现住户；空置和搬离的不算",
        lambda b: b.beside.households.met, lambda b: b.beside.households.n, page="desk:coverage", counted="户",
    ),
    Number("visits", "见面走访", "期间结果是“已见面”的走访", lambda b: b.beside.visits, page="desk:coverage", counted="次"),
    Rate(
        "wishes", "微心愿实现", "期间提出且已实现 ÷ 期间提出的",
        lambda b: b.beside.realised, lambda b: b.beside.wishes, page="desk:wishes", counted="个",
    ),
    Rate(
        "vacant", "岗位空缺", "现在空缺的人数 ÷ 应有人数",
        lambda b: b.beside.ought - b.beside.serving, lambda b: b.beside.ought, page="desk:posts", counted="人",
    ),
    Rate(
        "consultations", "协商形成决定", "期间召开、议定的 ÷ 期间召开、已有结果的",
        lambda b: b.beside.adopted, lambda b: b.beside.consulted, page="desk:consultations", counted="次",
    ),
    Rate(
        "money_shown", "筹资收支公示", "公示过收支的 ÷ 期间召开、账本有入账的",
        lambda b: b.beside.shown, lambda b: b.beside.raised, page="desk:consultations", counted="次",
    ),
    Number(
        "disputes", "纠纷登记", "期间登记的矛盾纠纷", lambda b: b.beside.disputes,
        page="desk:disputes", asks=f"{_DISPUTES}new-in",
    ),
    Rate(
        "settled_disputes", "纠纷化解", "期间达成协议 ÷ 期间有结果（达成协议、未达成协议、移交）的矛盾纠纷，不论何时登记",
        lambda b: b.beside.disputes_settled, lambda b: b.beside.disputes_ended,
        page="desk:disputes", asks=f"{_DISPUTES}ended-in",
    ),
    Number("legal", "法律服务", "期间登记的法律服务", lambda b: b.beside.legal, page="desk:service-days", counted="次"),
    Rate(
        "same_day", "代办当天办好", "办好和提出在同一天 ÷ 期间办好的代办，不论几点提出",
        lambda b: b.beside.errands.same_day, lambda b: b.beside.errands.done, page="desk:agency", asks=_ERRANDS, few=True,
    ),
    Rate(
        "first_time", "代办一次办成", "没有因为缺材料或者办错再来一次 ÷ 期间办好的代办",
        lambda b: b.beside.errands.first_time, lambda b: b.beside.errands.done, page="desk:agency", asks=_ERRANDS, few=True,
    ),
    Rate(
        "bodies", "业委会（物管会）", "现有在任业委会或物管会的小区 ÷ 小区，村民组不算",
        lambda b: b.beside.bodies, lambda b: b.beside.compounds, page="desk:ground", counted="个",
    ),
    Rate(
        "centres", "阵地达标", "最近一次检查达标的党群服务中心 ÷ 在用的",
        lambda b: b.beside.passed, lambda b: b.beside.centres, page="desk:centres", counted="个",
    ),
)  # fmt: skip
_PERCENTILES = (("median", "中位用时", 0.5, "一半"), ("p90", "九成用时", 0.9, "九成"))
_STAGES = dict(zip(TIMES, ("全程", "网格", "社区", "街道", "区"), strict=True))


def basis(code: str, period: Period, at: datetime | None = None) -> Basis:
    """Everything counted of one area in one period. ValueError for a grid: there are no totals of single grids."""
    if level_of(code) < Level.COMMUNITY:
        raise ValueError("figures are of a district, street or community")
    return Basis(
        reading.total(reading.by_community(code, period).values()),
        live(code, period, at),
        reading.times(code, period),
        around(code, period),
    )


def figures(
    code: str, period: Period, *, at: datetime | None = None, public: bool = False, on: Basis | None = None
) -> list[Figure]:
    """All figures of an area and a period, in the order of the board. `public` hides what rests on fewer than five."""
    on = on or basis(code, period, at or timezone.now())
    query, asked = query_of(code, period), {"code": code, "first": period.first, "last": period.last}
    specs: tuple[Rate | Number, ...] = (*RATES, *SHARES, *COUNTS, *HEADLINE, *BESIDE)
    found = [_figure(spec, on, query, public) for spec in specs]
    behind = [f"?{spec.asks.format(**asked)}" if spec.asks else "" for spec in specs]
    led = [replace(one, page_query=query) for one, query in zip(found, behind, strict=True)]
    return led + _times(on, query, public)


def query_of(code: str, period: Period) -> str:
    """Area and period as the address says them, to the day: a list opened tomorrow still has the same rows."""
    return urlencode({"area": code, "period": "custom", "from": str(period.first), "to": str(period.last)})


def _figure(spec: Rate | Number, on: Basis, query: str, public: bool) -> Figure:
    return _rate(spec, on, query, public) if isinstance(spec, Rate) else _number(spec, on, query, public)


def _rate(spec: Rate, on: Basis, query: str, public: bool) -> Figure:
    top, bottom = spec.numerator(on), spec.denominator(on)
    value = 100 * top / bottom if bottom else None
    return Figure(
        spec.code, spec.name, spec.definition, value, "%", bottom, top, bottom, spec.of, spec.of_all, spec.page, query,
        public, spec.counted, few=spec.few,
    )  # fmt: skip


def _number(spec: Number, on: Basis, query: str, public: bool) -> Figure:
    count = spec.count(on)
    return Figure(
        spec.code, spec.name, spec.definition, count, spec.counted, count, of=spec.of, page=spec.page, query=query,
        public=public, counted=spec.counted,
    )  # fmt: skip


def _times(on: Basis, query: str, public: bool) -> list[Figure]:
    found = []
    for which in TIMES:
        histogram = on.times.get(which, {})
        for code, name, share, words in _PERCENTILES:
            minutes = reading.percentile(histogram, share)
            meaning = f"期间办结的事项，{words}在这么多个工作日以内{'办结' if which == 'total' else f'由{_STAGES[which]}办完'}"
            found.append(
                Figure(
                    f"{code}_{which}", f"{_STAGES[which]}{name}", f"{meaning}；一天以内按半小时、十天以内按半天进位",
                    None if minutes is None else round(minutes / DAY_MINUTES, 2), "个工作日", sum(histogram.values()),
                    of=f"took_{which}", query=query, public=public,
                )
            )  # fmt: skip
    return found
