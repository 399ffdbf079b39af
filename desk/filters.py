"""What the inbox offers: its views, its filters with the choices of one person, and the page they lead to."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.db.models import QuerySet

from cases.filters import CaseFilter
from cases.models import Case, Category
from common.pages import Page, keyset
from desk import work
from grids.levels import Level, level_of
from grids.models import Area
from grids.scope import Scope, scope_of

SIZES = (20, 50)
BY_DUE = ("queue_rank", "due_at", "id")
NEWEST = ("-created_at", "-id")


@dataclass(frozen=True)
class View:
    """A view of the inbox: its name in the address, its label, what it selects and in which order."""

    slug: str
    label: str
    select: Callable[..., QuerySet]
    order: tuple[str, ...] = BY_DUE
    hot: bool = False
    why_empty: str = "现在没有这样的事项。"


VIEWS = (
    View("mine", "待我处理", work.mine, why_empty="轮到您的事项都办完了。"),
    View("over", "已超期", lambda user: work.mine(user).overdue(), hot=True, why_empty="没有超期的事项。"),
    View("today", "今日到期", lambda user: work.due_today(work.mine(user)), why_empty="今天没有事项到期。"),
    View("unsigned", "待签收", lambda user: work.mine(user).unsigned(), why_empty="没有等待签收的事项。"),
    View("review", "待复核", work.to_review, hot=True, why_empty="没有居民反映未解决的事项。"),
    View(
        "after",
        "待验收回访",
        lambda user: work.to_accept(user) | work.to_follow_up(user),
        why_empty="没有等待验收或回访的事项。",
    ),
    View("all", "全部", lambda user: Case.objects.visible_to(user), NEWEST, why_empty="辖区内还没有事项。"),
)


class InboxFilter(CaseFilter):
    """The filters with the places of one person to choose from."""

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        fields = self.form.fields
        fields["category"].queryset = Category.objects.active().tops()
        places = places_of(scope_of(user))
        everywhere = [("", f"全部{places[0]}"), *places[1]] if places else []
        fields["area"].widget = forms.Select(choices=everywhere) if places else forms.HiddenInput()
        for name, field in fields.items():
            style = "form-control" if name == "q" else "form-select"
            field.widget.attrs |= {"class": style, "aria-label": field.label, "id": f"filter-{name}"}
        fields["q"].widget.attrs |= {"placeholder": fields["q"].label, "maxlength": 60}
        fields["q"].widget.input_type = "search"

    @property
    def in_use(self) -> bool:
        """True where something is narrowed, so that an empty list offers to clear it."""
        return any(self.data.get(name) for name in self.filters)

    @property
    def ignored(self) -> bool:
        """True where the address asks for something that does not exist."""
        return not self.form.is_valid()


def places_of(scope: Scope) -> tuple[str, list[tuple[str, str]]] | None:
    """What one may narrow to, as the word for it and (code, name): the areas one level below the person's own."""
    if not scope.areas:
        return None
    highest = max(scope.areas, key=level_of)
    level = level_of(highest) - 1
    if level < Level.GRID:
        return None
    rows = Area.objects.in_service().on(level).beneath(highest).order_by("code").values_list("code", "name")
    return Level(level).label, list(rows)


def jurisdiction(scope: Scope) -> str:
    """What the person's own ground is called: 全区, 北大街道新村社区, 区住建局; empty for somebody without a posting."""
    if scope.at(Level.DISTRICT):
        return "全区"
    names = Area.objects.filter(code__in=scope.areas).order_by("code").values_list("full_name", flat=True)
    return "、".join(names[:3])


@dataclass(frozen=True)
class Listing:
    """One state of the inbox: view, filters, page, and the bounded counts of all views."""

    view: View
    filter: InboxFilter
    page: Page
    tabs: list[tuple[View, str, int]]
    found: int
    size: int


def listing(user, query) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    view = next((v for v in VIEWS if v.slug == query.get("view")), VIEWS[-1] if query.get("q") else VIEWS[0])
    size = 50 if query.get("per") == "50" else SIZES[0]
    narrowed = InboxFilter(query, view.select(user), user=user)
    found = work.counts(user, {**{v.slug: v.select(user) for v in VIEWS}, "found": narrowed.qs})
    page = keyset(work.called(narrowed.qs), order=view.order, cursor=query.get("page"), size=size)
    tabs = [(v, label_of(v, user), found[v.slug]) for v in VIEWS]
    return Listing(view, narrowed, page, tabs, found["found"], size)


def label_of(view: View, user) -> str:
    """The label of a view; the last one names the level of the person's ground."""
    if view.slug != "all":
        return view.label
    scope = scope_of(user)
    if not scope.areas:
        return "本单位全部"
    level = max(level_of(code) for code in scope.areas)
    return "全区全部" if level == Level.DISTRICT else f"本{Level(level).label}全部"


def chosen(user, query) -> QuerySet:
    """All rows of the list that a query string asks for, in its order; for the export."""
    view = next((v for v in VIEWS if v.slug == query.get("view")), VIEWS[-1] if query.get("q") else VIEWS[0])
    return InboxFilter(query, view.select(user), user=user).qs.order_by(*view.order)
