"""The list of errands: its views, its filters with the choices of one person, the page they lead to, and the shares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import django_filters as filters
from django import forms
from django.db.models import F, QuerySet
from django.utils import timezone

from agency.figures import Shares, shares, shares_by
from agency.models import AgencyItem, AgencyRequest
from agency.states import UNFINISHED, Step
from cases.due import DUE_DONE, DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from cases.filters import CaseFilter
from cases.models import Case
from cases.states import Channel
from common.pages import Page, keyset
from desk import work
from desk.filters import PlainSelect, places_of
from grids.levels import Level, level_of
from grids.scope import scope_of

SIZE = 20
BY_PROMISE = ("promised_by", "id")
PERIODS = ((30, "近30天"), (90, "近90天"), (365, "近一年"))
USUAL_DAYS = 90
_COLUMN = {Level.STREET: "case__street", Level.COMMUNITY: "case__community", Level.GRID: "case__area_id"}


class Turn:
    """The lists of one person, each a selection of the errands the person may see."""

    def __init__(self, user):
        self.seen = AgencyRequest.objects.visible_to(user)
        held = Case.objects.visible_to(user).held_by(user).open()
        self.mine = self.seen.filter(case__in=held.order_by().values("pk"))


@dataclass(frozen=True)
class View:
    """A view of the list: its name in the address, its label, what it selects and in which order."""

    slug: str
    label: str
    select: Callable[[Turn], QuerySet]
    order: tuple[str, ...]
    why_empty: str
    sorted_by: str


VIEWS = (
    View("mine", "待我办", lambda turn: turn.mine, BY_PROMISE, "轮到您的代办都办完了。", "答应的时间早的在前"),
    View("to-do", "没办好", lambda turn: turn.seen.to_do(), BY_PROMISE, "没有等着办的代办。", "答应的时间早的在前"),
    View("lacking", "缺材料", lambda turn: turn.seen.lacking(), BY_PROMISE, "没有缺材料的代办。", "答应的时间早的在前"),
    View("back", "待交回", lambda turn: turn.seen.to_hand_back(), BY_PROMISE, "票据和找零都交回了。", "答应的时间早的在前"),
    View("signed", "已签收", lambda turn: turn.seen.signed(), ("-asked_at", "-id"), "还没有签收的代办。", "新提的在前"),
    View("all", "全部", lambda turn: turn.seen, ("-asked_at", "-id"), "辖区内还没有代办。", "新提的在前"),
)  # fmt: skip


class ErrandFilter(filters.FilterSet):
    """Narrows the errands somebody may see; what is typed is looked for in number and words."""

    q = filters.CharFilter(label="编号或内容", method="with_words", max_length=60)
    area = filters.CharFilter(label="区域", method="within_area")
    item = filters.ModelChoiceFilter(
        label="事项",
        queryset=AgencyItem.objects.order_by("order", "code"),
        to_field_name="code",
        empty_label="全部事项",
    )
    step = filters.ChoiceFilter(label="步骤", choices=Step.choices, empty_label="全部步骤")
    channel = filters.ChoiceFilter(
        label="来源", field_name="case__channel", choices=Channel.choices, empty_label="全部来源"
    )

    # Errands run on these days, as the figures of a board count them; offered where a figure led here.
    since = filters.DateFilter(label="办好从", field_name="done_at", lookup_expr="date__gte")
    until = filters.DateFilter(label="办好到", field_name="done_at", lookup_expr="date__lte")

    class Meta:
        model = AgencyRequest
        fields = ["q", "area", "item", "step", "channel", "since", "until"]

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        fields = self.form.fields
        fields["area"].validators += CaseFilter.base_filters["area"].extra["validators"]
        places = places_of(scope_of(user))
        everywhere = [("", f"全部{places[0]}"), *places[1]] if places else []
        fields["area"].widget = PlainSelect(choices=everywhere) if places else forms.HiddenInput()
        fields["item"].widget = PlainSelect(
            choices=[("", "全部事项"), *fields["item"].queryset.values_list("code", "name")]
        )
        for name in ("step", "channel"):
            fields[name].widget = PlainSelect(choices=fields[name].choices)
        for name in ("since", "until"):
            fields[name].widget = forms.DateInput(attrs={"type": "date"}) if data.get(name) else forms.HiddenInput()
        for name, field in fields.items():
            style = "form-control" if name in ("q", "since", "until") else "form-select"
            field.widget.attrs |= {"class": style, "aria-label": field.label, "id": f"filter-{name}"}
        fields["q"].widget.attrs |= {"placeholder": fields["q"].label, "maxlength": 60}
        fields["q"].widget.input_type = "search"

    def with_words(self, rows, name, value):
        """Errands whose case's number or words contain what was typed."""
        return rows.filter(case__in=Case.objects.matching(value).order_by().values("pk"))

    def within_area(self, rows, name, value):
        """Errands of an area and of everything beneath it."""
        column = _COLUMN.get(level_of(value))
        return rows.filter(**{column: value}) if column else rows.filter(case__area_id__startswith=value)

    @property
    def in_use(self) -> bool:
        """True where something is narrowed, so that an empty list offers to clear it."""
        return any(self.data.get(name) for name in self.filters)

    @property
    def ignored(self) -> bool:
        """True where the address asks for something that does not exist."""
        return not self.form.is_valid()


@dataclass(frozen=True)
class Row:
    """An errand as the list shows it, with the time that matters now."""

    errand: AgencyRequest
    due_state: tuple[str, str]


@dataclass(frozen=True)
class Counted:
    """The shares of a period: of the whole ground, and of its parts in code order."""

    days: int
    total: Shares
    column: str
    parts: list[tuple[str, Shares]]


@dataclass(frozen=True)
class Listing:
    """One state of the list: view, filter, rows, and the bounded counts of all views."""

    view: View
    filter: ErrandFilter
    page: Page
    rows: list[Row]
    tabs: list[tuple[View, int]]
    found: int


def listing(user, query) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    turn, view = Turn(user), _view(query)
    narrowed = ErrandFilter(query, view.select(turn), user=user)
    counts = work.counts(user, {v.slug: v.select(turn) for v in VIEWS} | {"found": narrowed.qs})
    page = keyset(_with_case(narrowed.qs), order=view.order, cursor=query.get("page"), size=SIZE)
    return Listing(
        view=view,
        filter=narrowed,
        page=page,
        rows=[Row(errand, due_state(errand)) for errand in page.rows],
        tabs=[(v, counts[v.slug]) for v in VIEWS],
        found=counts["found"],
    )


def chosen(user, query) -> QuerySet:
    """All rows of the list that a query string asks for, in its order; for the ledger, which starts from all."""
    view = _view(query) if "view" in query else VIEWS[-1]
    return _with_case(ErrandFilter(query, view.select(Turn(user)), user=user).qs).order_by(*view.order)


def counted(user, query, at: datetime | None = None) -> Counted:
    """The shares of the errands the person sees, run in the period of the address. Two queries and the names."""
    at = at or timezone.now()
    days = next((days for days, _ in PERIODS if str(days) == query.get("days")), USUAL_DAYS)
    rows, span = AgencyRequest.objects.visible_to(user), {"since": at - timedelta(days=days), "until": at}
    places = places_of(scope_of(user))
    if not places or not places[1]:
        return Counted(days, shares(rows, **span), "", [])
    label, named = places
    found = shares_by(rows, F(_COLUMN[level_of(named[0][0])]), **span)
    return Counted(days, shares(rows, **span), label, [(name, found.get(code, Shares())) for code, name in named])


def due_state(errand: AgencyRequest, at: datetime | None = None) -> tuple[str, str]:
    """(state, words): what was promised while it is not done; until when all is back once it is."""
    at, case = at or timezone.now(), errand.case
    if not case.is_open:
        return DUE_DONE, case.status_label
    running = errand.step in UNFINISHED
    until = errand.promised_by if running else case.due_at
    if until <= at:
        return DUE_OVER, f"{'超' if running else '交回超'}期{elapsed(at - until)}"
    words = remaining(until, at)
    return (DUE_SOON if words.startswith("今天") else DUE_OK), words


def _view(query) -> View:
    fallback = VIEWS[-1] if query.get("q") else VIEWS[0]
    return next((view for view in VIEWS if view.slug == query.get("view")), fallback)


def _with_case(rows: QuerySet) -> QuerySet:
    related = rows.select_related("item", "case__area", "case__assignee")
    return related.defer("case__text", "case__refusal_reason", "case__area__merged_into")
