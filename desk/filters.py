"""What the inbox offers: its views, its filters with the choices of one person, and the page they lead to."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cases.filters import CaseFilter
from cases.models import Category
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
    View("mine", "待我处理", lambda turn: turn.mine, why_empty="轮到您的事项都办完了。"),
    View("over", "已超期", lambda turn: turn.over, hot=True, why_empty="没有超期的事项。"),
    View("today", "今日到期", lambda turn: turn.today, why_empty="今天没有事项到期。"),
    View("unsigned", "待签收", lambda turn: turn.unsigned, why_empty="没有等待签收的事项。"),
    View("review", "待复核", lambda turn: turn.review, hot=True, why_empty="没有居民反映未解决的事项。"),
    View("after", "待验收回访", lambda turn: turn.after, why_empty="没有等待验收或回访的事项。"),
    View("all", "全部", lambda turn: turn.everything, NEWEST, why_empty="辖区内还没有事项。"),
)


class PlainSelect(forms.Select):
    """A select drawn without a template per option: lists open often, and this is most of a form's cost."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        """The same markup as Django's, in one go."""
        chosen = str(value or "")
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if str(key) == chosen else "", words) for key, words in self.choices),
        )
        own = flatatt({**self.attrs, **(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", own, options)


class InboxFilter(CaseFilter):
    """The filters with the places of one person to choose from."""

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        fields = self.form.fields
        fields["category"].queryset = tops = Category.objects.active().tops()
        places = places_of(scope_of(user))
        everywhere = [("", f"全部{places[0]}"), *places[1]] if places else []
        fields["area"].widget = PlainSelect(choices=everywhere) if places else forms.HiddenInput()
        for name, field in fields.items():
            if name == "category":
                field.widget = PlainSelect(choices=[("", field.empty_label), *tops.values_list("code", "name")])
            elif name not in ("q", "area"):
                field.widget = PlainSelect(choices=field.choices)
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
    turn, view = work.Turn(user), _view(query)
    size = 50 if query.get("per") == "50" else SIZES[0]
    narrowed = InboxFilter(query, view.select(turn), user=user)
    selections = {v.slug: v.select(turn) for v in VIEWS if v.slug in ("review", "after", "all")}
    if narrowed.in_use:
        selections["found"] = narrowed.qs
    found = turn.counts() | work.counts(user, selections)
    page = keyset(work.in_words(narrowed.qs), order=view.order, cursor=query.get("page"), size=size)
    tabs = [(v, label_of(v, user), found[v.slug]) for v in VIEWS]
    return Listing(view, narrowed, page, tabs, found.get("found", found[view.slug]), size)


def _view(query) -> View:
    """The view of the address; a search from the top bar looks through everything."""
    fallback = VIEWS[-1] if query.get("q") else VIEWS[0]
    return next((view for view in VIEWS if view.slug == query.get("view")), fallback)


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
    view = _view(query)
    return InboxFilter(query, view.select(work.Turn(user)), user=user).qs.order_by(*view.order)
