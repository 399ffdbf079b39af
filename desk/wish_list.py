"""The list of micro-wishes: its views, its filters with the choices of one person, and the page they lead to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import django_filters as filters
from django import forms
from django.db.models import Case as Choose
from django.db.models import CharField, Func, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat, Left, Length, NullIf
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from cases.due import DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from cases.filters import CaseFilter
from cases.states import Channel
from common.pages import Page, keyset
from common.templatetags.weidu import cn_date
from desk import work
from desk.filters import PlainSelect, places_of
from grids.permissions import Ability
from grids.scope import scope_of
from wishes.figures import Figures, figures
from wishes.models import Claim, Wish
from wishes.states import Kind, Status

SIZE = 20
# What has to be reviewed or confirmed by deadline, then what waits on the wall, the longest first.
BY_TURN = ("queue_rank", "queue_at", "id")


class Turn:
    """The lists of one person, each a selection of the wishes the person may see."""

    def __init__(self, user):
        self.seen = Wish.objects.visible_to(user)
        self.held = self.seen.held_by(user)

    @property
    def urgent(self) -> QuerySet:
        """What has a deadline and waits at the person's seats: to review or to confirm."""
        return self.held.to_answer()

    @property
    def mine(self) -> QuerySet:
        """The same, and what is on the wall and needs somebody to be found."""
        return self.held.to_handle()


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
    View("mine", "待我处理", lambda turn: turn.mine, BY_TURN, "轮到您的微心愿都办完了。", "要审核和确认的在前"),
    View("pending", "待审核", lambda turn: turn.seen.pending(), ("review_by", "id"), "没有等待审核的微心愿。", "按审核期限"),
    View("waiting", "待认领", lambda turn: turn.seen.waiting(), ("published_at", "id"), "心愿墙上没有等人认领的。", "等得久的在前"),
    View("in-hand", "办理中", lambda turn: turn.seen.in_hand(), ("-created_at", "-id"), "没有正在办的微心愿。", "新提的在前"),
    View("confirming", "待确认", lambda turn: turn.seen.confirming(), ("confirm_by", "id"), "没有等待确认的微心愿。", "按确认期限"),
    View("realised", "已实现", lambda turn: turn.seen.realised(), ("-fulfilled_at", "-id"), "还没有实现的微心愿。", "新实现的在前"),
    View("all", "全部", lambda turn: turn.seen, ("-created_at", "-id"), "辖区内还没有微心愿。", "新提的在前"),
)  # fmt: skip


class WishFilter(filters.FilterSet):
    """Narrows the wishes somebody may see; what is typed is looked for in number, public wording and own words."""

    q = filters.CharFilter(label="编号或内容", method="with_words", max_length=60)
    area = filters.CharFilter(label="区域", method="within_area")
    kind = filters.ChoiceFilter(label="类型", choices=Kind.choices, empty_label="全部类型")
    status = filters.ChoiceFilter(label="状态", choices=Status.choices, empty_label="全部状态")
    channel = filters.ChoiceFilter(label="来源", choices=Channel.choices, empty_label="全部来源")

    class Meta:
        model = Wish
        fields = ["q", "area", "kind", "status", "channel"]

    within_area = CaseFilter.within_area

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        fields = self.form.fields
        fields["area"].validators += CaseFilter.base_filters["area"].extra["validators"]
        places = places_of(scope_of(user, granting=Ability.HANDLE))
        everywhere = [("", f"全部{places[0]}"), *places[1]] if places else []
        fields["area"].widget = PlainSelect(choices=everywhere) if places else forms.HiddenInput()
        for name, field in fields.items():
            if name not in ("q", "area"):
                field.widget = PlainSelect(choices=field.choices)
            style = "form-control" if name == "q" else "form-select"
            field.widget.attrs |= {"class": style, "aria-label": field.label, "id": f"filter-{name}"}
        fields["q"].widget.attrs |= {"placeholder": fields["q"].label, "maxlength": 60}
        fields["q"].widget.input_type = "search"

    def with_words(self, rows, name, value):
        """Wishes whose number or words contain what was typed."""
        return rows.matching(value)

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
    """A wish as the list shows it: what it is called, its live claim, and the time that matters now."""

    wish: Wish
    claim: Claim | None
    due_state: tuple[str, str] | None


@dataclass(frozen=True)
class Listing:
    """One state of the list: view, filter, rows, the bounded counts of all views, the figures of this year."""

    view: View
    filter: WishFilter
    page: Page
    rows: list[Row]
    tabs: list[tuple[View, int]]
    found: int
    figures: Figures | None


def listing(user, query, *, with_figures: bool = True) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    turn, view = Turn(user), view_of(query)
    narrowed = WishFilter(query, view.select(turn), user=user)
    counts = work.counts(user, {v.slug: v.select(turn) for v in VIEWS} | {"found": narrowed.qs})
    page = keyset(called(narrowed.qs), order=view.order, cursor=query.get("page"), size=SIZE)
    return Listing(
        view=view,
        filter=narrowed,
        page=page,
        rows=rows_of(page.rows),
        tabs=[(v, counts[v.slug]) for v in VIEWS],
        found=counts["found"],
        figures=this_year(turn.seen) if with_figures else None,
    )


def view_of(query) -> View:
    """The view of the address; words are looked for everywhere."""
    fallback = VIEWS[-1] if query.get("q") else VIEWS[0]
    return next((view for view in VIEWS if view.slug == query.get("view")), fallback)


def chosen(user, query) -> QuerySet:
    """All rows of the list that a query string asks for, in its order; for the ledger, which starts from all."""
    view = view_of(query) if "view" in query else VIEWS[-1]
    return called(WishFilter(query, view.select(Turn(user)), user=user).qs).order_by(*view.order)


def called(rows: QuerySet) -> QuerySet:
    """Rows with `called`: the public title, else the wisher's first words; the long texts stay in the database."""
    words = Choose(
        When(GreaterThan(Length("text"), 20), then=Concat(Left("text", 19), Value("…"))),
        default=Func("text", Value("。"), function="RTRIM"),
        output_field=CharField(),
    )
    claims = Prefetch("claims", Claim.objects.live().select_related("claimer", "unit"), to_attr="live_claims")
    name = Coalesce(NullIf("title", Value("")), words, output_field=CharField(max_length=60))
    return rows.for_list().select_related("case").annotate(called=name).prefetch_related(claims)


def rows_of(wishes: list[Wish], at: datetime | None = None) -> list[Row]:
    """Wishes of `called` with the time that matters now."""
    at = at or timezone.now()
    found = []
    for wish in wishes:
        claim = next(iter(wish.live_claims), None)
        found.append(Row(wish, claim, due_state(wish, claim, at)))
    return found


def due_state(wish: Wish, claim: Claim | None, at: datetime) -> tuple[str, str] | None:
    """(state, words) of the time that matters now; None where nothing is waited for."""
    if wish.status == Status.PENDING and wish.review_by:
        return _until(wish.review_by, at)
    if wish.status == Status.CONFIRMING and wish.confirm_by:
        return _until(wish.confirm_by, at)
    if wish.status == Status.WAITING and wish.published_at:
        days = (timezone.localdate(at) - timezone.localdate(wish.published_at)).days
        return (DUE_SOON, "区级仍无人认领") if wish.exhausted_at else (DUE_OK, f"上墙{days}天" if days else "今天上墙")
    if claim is not None:
        return (DUE_SOON if claim.reminded_at else DUE_OK), f"{cn_date(claim.lapse_at)}前报进展"
    return None


def _until(moment: datetime, at: datetime) -> tuple[str, str]:
    if moment <= at:
        return DUE_OVER, f"超期{elapsed(at - moment)}"
    words = remaining(moment, at)
    return (DUE_SOON if words.startswith("今天") else DUE_OK), words


def to_do(wish: Wish) -> str:
    """What the holder of the wish does next."""
    return {Status.PENDING: "审核", Status.CONFIRMING: "联系心愿人确认"}.get(Status(wish.status), "找人认领")


def most_pressing(user, most: int) -> list[Row]:
    """The first `most` wishes to review or to confirm, by deadline."""
    return rows_of(list(called(Turn(user).urgent).order_by(*BY_TURN)[:most]))


def this_year(rows: QuerySet, at: datetime | None = None) -> Figures:
    """The figures of the wishes handed in since New Year."""
    at = at or timezone.now()
    new_year = timezone.localtime(at).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return figures(rows, since=new_year, until=at)


def of_household(household, user, most: int = 5) -> list[Wish]:
    """The household's wishes that the person may see, newest first."""
    rows = Wish.objects.visible_to(user).filter(Q(household=household)).select_related("case")
    return list(rows.order_by("-created_at", "-id")[:most])
