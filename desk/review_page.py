"""区级研判: the lists of the two district bodies, and what is known about the case that is being reviewed."""

from dataclasses import dataclass, field

import django_filters as filters
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models import Approval, Case, Event
from cases.services.acting import OFFICE_UNIT
from cases.states import Status
from common.pages import keyset
from desk import work
from desk.filters import InboxFilter, PlainSelect
from desk.forms_district import ReviewForm, RowForm, newest_items, units
from grids.levels import Level
from grids.models import Organization
from grids.permissions import Ability, abilities_of
from supervision.models import LedgerItem, Review
from supervision.printing import NO_REASON, arrivals

VIEWS = {
    "review": "待研判",
    "hand-out": "待交办",
    "units": "部门办理中",
    "meeting": "联席研判",
    "street": "退回街道",
    "suspended": "挂账",
    "done": "已办结",
}
EMPTY = {
    "review": "没有等待研判的事项",
    "hand-out": "没有等待交办的事项",
    "units": "没有部门正在办理的事项",
    "meeting": "没有等待联席研判的事项",
    "street": "没有退回街道的事项",
    "suspended": "没有挂账的事项",
    "done": "还没有办结的区级事项",
}
ORDER = ("queue_rank", "due_at", "id")


class ReviewFilter(InboxFilter):
    """The inbox's filters, and the unit that leads or is suggested."""

    unit = filters.ModelChoiceFilter(
        label="部门",
        queryset=Organization.objects.active().filter(takes_cases=True).order_by("order", "code"),
        to_field_name="code",
        empty_label="全部部门",
        method="of_unit",
    )

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset, user=user)
        field = self.form.fields["unit"]
        choices = field.queryset.values_list("code", "name")
        field.widget = PlainSelect(choices=[("", field.empty_label), *choices])
        field.widget.attrs |= {"class": "form-select", "aria-label": field.label, "id": "filter-unit"}

    def of_unit(self, rows, name, value):
        """Cases the unit holds; where nobody holds them yet, those it was suggested for, or usually leads."""
        listed = LedgerItem.objects.filter(case=OuterRef("pk"))
        thought = Review.objects.filter(case=OuterRef("pk"), step=OuterRef("step"))
        suggested = Exists(listed.filter(lead=value)) | Exists(thought.filter(lead=value))
        usual = Q(category__usual_unit=value) & ~Exists(listed.filter(lead__isnull=False))
        waiting = Q(handling_unit__isnull=True) | Q(handling_unit__takes_cases=False)
        return rows.filter(Q(handling_unit=value) | (waiting & (suggested | usual)))


def own_view(user) -> str:
    """The list a person starts with."""
    return "review" if Ability.COLLECT in abilities_of(user) else "hand-out"


def selections(user) -> dict[str, QuerySet]:
    """The rows of every view, as far as the user may see them."""
    everything = Case.objects.visible_to(user)
    seen = everything.filter(level=Level.DISTRICT)
    asked = Review.objects.filter(case=OuterRef("pk"), step=OuterRef("step"), decision=Review.Decision.MEETING)
    sent = Review.objects.filter(case=OuterRef("pk"), decision=Review.Decision.SEND_DOWN)
    return {
        "review": seen.to_collect().filter(~Exists(asked)),
        "hand-out": seen.open().filter(handling_unit__code=OFFICE_UNIT),
        "units": seen.open().filter(handling_unit__takes_cases=True),
        "meeting": seen.to_collect().filter(Exists(asked)),
        "street": everything.open().filter(Exists(sent), level__lt=Level.DISTRICT),
        "suspended": seen.filter(status=Status.SUSPENDED),
        "done": seen.filter(status__in=[Status.CONFIRMING, Status.CLOSED]),
    }


def lists(request, view: str) -> dict:
    """The rows of one view with the counts of all: a fixed number of queries."""
    chosen = selections(request.user)
    narrowed = ReviewFilter(request.GET, chosen[view], user=request.user)
    found = work.counts(request.user, {**chosen, "found": narrowed.qs})
    rows = work.called(narrowed.qs).annotate(suggested=_suggested(), listed=_listed())
    now = timezone.now()
    page = keyset(rows, order=ORDER, cursor=request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("case", "page"):
        kept.pop(name, None)
    kept["view"] = view
    return {
        "tabs": [(slug, label, found[slug]) for slug, label in VIEWS.items()],
        "rows": [(case, max((now - case.created_at).days, 0)) for case in page],
        "page": page,
        "found": found["found"],
        "filter": narrowed,
        "here": f"{kept.urlencode()}&",
        "why_empty": EMPTY[view],
        "may_hand_out": view == "hand-out" and Ability.HAND_OUT in abilities_of(request.user),
    }


def _suggested() -> Coalesce:
    """The unit a ledger or a kept review suggests, else the usual one of the category."""
    listed = LedgerItem.objects.filter(case=OuterRef("pk")).order_by("-pk")
    thought = Review.objects.filter(case=OuterRef("pk"), step=OuterRef("step"))
    return Coalesce(
        Subquery(listed.values("lead__name")[:1]),
        Subquery(thought.values("lead__name")[:1]),
        "category__usual_unit__name",
        output_field=CharField(),
    )


def _listed() -> Subquery:
    """The number of the newest ledger a case stands in."""
    return Subquery(LedgerItem.objects.filter(case=OuterRef("pk")).order_by("-pk").values("ledger__number")[:1])


def following(user, case: Case, view: str) -> str:
    """Number of the case that follows in the list, else of its first one; empty where it was the last."""
    rows = selections(user)[view].exclude(pk=case.pk).order_by(*ORDER)
    later = rows.filter(queue_rank=case.queue_rank, due_at__gte=case.due_at)
    later |= rows.filter(queue_rank__gt=case.queue_rank)
    return next(iter(later.values_list("number", flat=True)[:1]), "") or next(
        iter(rows.values_list("number", flat=True)[:1]), ""
    )


@dataclass
class Drawer:
    """One case beside the list: its way so far, and the form of what the person may decide."""

    case: Case
    steps: list[dict]
    reason: str
    people: int
    items: list[LedgerItem] = field(default_factory=list)
    review: Review | None = None
    form: ReviewForm | None = None
    row: RowForm | None = None
    pending: Approval | None = None


def drawer(case: Case, user) -> Drawer:
    """What is known of the case, with the unbound form the person may fill in."""
    abilities = abilities_of(user)
    came = arrivals([case]).get(case.pk)
    found = Drawer(
        case,
        steps(case),
        came.note or NO_REASON if came else "",
        case.reports.standing().count(),
        list(LedgerItem.objects.filter(case=case).select_related("ledger", "lead").prefetch_related("helpers")),
    )
    here = case.is_open and case.level == Level.DISTRICT
    if here and not case.handling_unit_id and Ability.COLLECT in abilities:
        found.review = _review_of(case)
        found.pending = Approval.objects.filter(case=case, step=case.step, decided_at__isnull=True).first()
        found.form = ReviewForm(case=case, user=user, review=found.review)
    if here and case.handling_unit_id and case.handling_unit.code == OFFICE_UNIT and Ability.HAND_OUT in abilities:
        found.row = RowForm(case=case, item=newest_items([case]).get(case.pk), choices=units())
    return found


def _review_of(case: Case) -> Review | None:
    rows = Review.objects.filter(case=case, step=case.step).select_related("lead", "saved_by")
    return rows.prefetch_related("helpers").first()


def steps(case: Case) -> list[dict]:
    """The ladder: per level its name, how long it held the case, and whether it has passed, holds or was skipped."""
    held: dict[int, float] = {}
    level, since = None, None
    for event in Event.objects.filter(case=case).order_by("number").only("at", "to_level"):
        if level is not None:
            held[level] = held.get(level, 0) + (event.at - since).total_seconds()
        level, since = event.to_level, event.at
    if level is not None:
        end = case.closed_at or timezone.now()
        held[level] = held.get(level, 0) + max((end - since).total_seconds(), 0)
    return [
        {
            "label": step.label,
            "state": "now" if step == case.level else "passed" if step in held else "",
            "words": _span(held[step]) if step in held else "未经过",
        }
        for step in Level
    ]


def _span(seconds: float) -> str:
    days = int(seconds // 86400)
    return f"{days}天" if days else f"{int(seconds // 3600)}小时" if seconds >= 3600 else "不到1小时"
