"""A publication as everybody reads it: words staff released, and the state, level, units and times of the case itself.

Stated once for the public ledger, its table and the preview of whoever releases it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cases.assignments import Kind, State
from cases.due import working_time
from cases.models import Assignment, Case, Publication
from cases.states import ClosingLevel, Outcome, Status
from cases.wording import CALLED
from common.templatetags.weidu import cn_date
from grids.levels import Level, code_at

_LEFT = (State.ENDED, State.RETURNED)


@dataclass(frozen=True)
class Shot:
    """One photo of the pair."""

    thumb: str
    full: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Line:
    """One publication as it is shown. `when` is what is left, or how long it took."""

    pk: int
    title: str
    text: str
    reply: str
    place: str
    community: str
    category: str
    state: str
    tag: str
    level: int
    level_words: str
    lead: str
    helpers: str
    when: str
    confirmed: str
    on: datetime
    changed: datetime
    shots: tuple[Shot, ...]

    @property
    def colour(self) -> str:
        """The class of the state's tag."""
        return {"closed": "ok", "suspended": ""}.get(self.state, "info")

    @property
    def when_alone(self) -> str:
        """The time without the word before it, for where a label says that."""
        return self.when.removeprefix("用时")

    @property
    def sentence(self) -> str:
        """Level, time and lead in one line."""
        lead = f"，由{self.lead}主办" if self.state != "closed" else ""
        return f"{self.level_words}　{self.when}{lead}"

    @property
    def where(self) -> str:
        """The compound, where enough households live there, and the community."""
        return f"{self.community}　{self.place}" if self.place else self.community


def as_lines(
    rows: Iterable[Publication], *, called: Callable[[str], str], photo_url: Callable[[Publication, str, str], str]
) -> list[Line]:
    """Publications of `for_page` as they are shown. One query, for the units that help.

    `called` gives the full name of an area code, `photo_url` the address of (publication, before or after, size).
    """
    rows = list(rows)
    helpers = _helpers([row.case_id for row in rows])
    return [_line(row, helpers.get(row.case_id, []), called, photo_url) for row in rows]


def _helpers(cases: list[int]) -> dict[int, list[str]]:
    owed = Assignment.objects.filter(case__in=cases, kind=Kind.CO_HANDLE, unit__isnull=False).exclude(state__in=_LEFT)
    found: dict[int, list[str]] = {}
    for case, name in owed.order_by("pk").values_list("case_id", "unit__name"):
        if name not in found.setdefault(case, []):
            found[case].append(name)
    return found


def _line(row: Publication, helpers: list[str], called, photo_url) -> Line:
    case = row.case
    return Line(
        pk=row.pk,
        title=row.title,
        text=row.text,
        reply=row.reply,
        place=row.place,
        community=called(code_at(row.area_id, Level.COMMUNITY) or row.area_id),
        category=case.category.name,
        state=row.state,
        tag=_tag(case),
        level=max(case.closed_level, 1) if case.status == Status.CLOSED else case.level,
        level_words=_level_words(case),
        lead=holder(case, called),
        helpers="、".join(helpers),
        when=_when(case),
        confirmed=_confirmed(case),
        on=row.released_at,
        changed=case.closed_at or case.resolved_at or row.released_at,
        shots=tuple(_shots(row, photo_url)),
    )


def _tag(case: Case) -> str:
    return (
        "已答复"
        if case.status == Status.CONFIRMING
        else {Status.CLOSED: "已办结", Status.SUSPENDED: "挂账"}.get(Status(case.status), "办理中")
    )


def _level_words(case: Case) -> str:
    if case.status == Status.CLOSED:
        return f"{'区级' if case.closed_level == Level.DISTRICT else ClosingLevel(case.closed_level).label}办结"
    return f"{CALLED[Level(case.level)]}办理"


def _when(case: Case) -> str:
    if case.status == Status.CLOSED:
        return f"用时{working_time(case.created_at, case.closed_at)}"
    if case.status == Status.SUSPENDED:
        return f"{cn_date(case.review_at)}复查" if case.review_at else "条件具备时恢复办理"
    if case.status == Status.CONFIRMING:
        return "上一级正在复核" if case.review_by else "等居民确认"
    state, words = case.due_state
    return f"还{words[:-1]}个工作日" if words.startswith("剩") else words if state == "over" else f"{words}到期"


_SAID = {
    Outcome.SOLVED: "反映人确认已解决",
    Outcome.PARTLY: "反映人说部分解决",
    Outcome.UNSOLVED: "反映人说没有解决",
}


def _confirmed(case: Case) -> str:
    if case.status not in (Status.CLOSED, Status.CONFIRMING):
        return ""
    return _SAID[Outcome(case.outcome)] if case.outcome else "反映人还没有评价"


def _shots(row: Publication, photo_url) -> Iterator[Shot]:
    for which, words, held in (("before", "改造前", row.before), ("after", "改造后", row.after)):
        if held is not None:
            caption = f"{words}　{cn_date(held.photo.created_at)}"
            urls = photo_url(row, which, "thumb"), photo_url(row, which, "full")
            yield Shot(*urls, caption, f"{words}：{row.title}")


def holder(case: Case, called: Callable[[str], str]) -> str:
    """Who holds the case now, as residents know them: 北大街道新村社区, 北大街道办事处, 区委组织部, or a unit."""
    if case.handling_unit is not None:
        return case.handling_unit.name
    if case.level == Level.DISTRICT:
        return "区委组织部"
    name = called(code_at(case.area_id, case.level))
    return f"{name}办事处" if case.level == Level.STREET else name
