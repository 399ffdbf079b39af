"""The list of disputes by deadline, and the figures of an area and a period beside it."""

from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from cases.forms import StyledForm
from common.pages import Page, keyset
from desk.dispute_page import due_state
from desk.filters import places_of
from desk.forms_posts import Day
from grids.levels import level_of
from grids.models import Area
from grids.scope import scope_of
from mediation.models import Dispute, Party
from mediation.services import figures
from mediation.services.figures import Figure, ended_within, registered_within
from mediation.states import Status

SIZE = 20
BY_LIMIT = ("limit_date", "id")
NEWEST = ("-created_at", "-id")
# What one may choose beside the states themselves.
OPEN, OVERDUE, ALL = "open", "overdue", "all"
# Of the period, as the figures count them.
NEW_IN, ENDED_IN = "new-in", "ended-in"


class DisputeFilter(StyledForm):
    """Which disputes, of where, and the period of the figures."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            (OPEN, "没有结果的"),
            (OVERDUE, "超期的"),
            *Status.choices,
            (ALL, "全部"),
            (NEW_IN, "期内登记的"),
            (ENDED_IN, "期内有结果的"),
        ],
    )
    area = forms.ChoiceField(label="区域", required=False)
    since = Day(label="统计从", required=False)
    until = Day(label="到", required=False)

    def __init__(self, data, *, user):
        scope = scope_of(user)
        places = places_of(scope)
        today = timezone.localdate()
        # What is in force stands in the fields, asked for or not.
        usual = {"state": OPEN, "since": today.replace(month=1, day=1), "until": today}
        given = {name: value for name, value in data.items() if value}
        # A board may be of a wider area than the person's own: of that, all one sees.
        if any(own.startswith(given.get("area", "-")) for own in scope.areas):
            del given["area"]
        super().__init__(usual | given)
        self.places = dict(places[1]) if places else {}
        self.fields["area"].choices = [
            ("", f"全部{places[0]}" if places else "全部"),
            *self.places.items(),
            *self._elsewhere(scope, given.get("area", "")),
        ]
        self.own = max(scope.areas, key=level_of) if scope.areas else ""
        for name, one in self.fields.items():
            one.widget.attrs |= {"aria-label": one.label, "id": f"filter-{name}"}

    def _elsewhere(self, scope, code: str) -> list[tuple[str, str]]:
        """What a figure leads to may lie deeper in the person's own ground than one usually narrows to."""
        if not code or code in self.places or not any(code.startswith(own) for own in scope.areas):
            return []
        return list(Area.objects.filter(code=code).values_list("code", "full_name"))

    @property
    def chosen(self) -> dict:
        """What was understood; the rest counts as not asked."""
        self.is_valid()
        return self.cleaned_data

    @property
    def state_now(self) -> str:
        """The state in force."""
        return self.chosen.get("state") or OPEN

    @property
    def code(self) -> str:
        """The area narrowed to, or the person's own; empty for somebody of a compound or a unit."""
        return self.chosen.get("area") or self.own

    @property
    def period(self) -> tuple[date, date]:
        """This year up to today, unless asked otherwise."""
        today = timezone.localdate()
        since = self.chosen.get("since") or today.replace(month=1, day=1)
        return since, max(since, self.chosen.get("until") or today)


@dataclass
class Row:
    """A line of the list."""

    dispute: Dispute
    parties: str = ""

    @property
    def due_state(self) -> tuple[str, str]:
        """For the badge."""
        return due_state(self.dispute)


@dataclass
class Listing:
    """One state of the list."""

    filter: DisputeFilter
    page: Page
    rows: list[Row]
    figures: list[Figure] = field(default_factory=list)
    place: str = ""

    @property
    def period(self) -> tuple[date, date]:
        """Of the figures."""
        return self.filter.period


def chosen(user, asked: DisputeFilter) -> QuerySet:
    """The disputes the person may see, narrowed, with what a row shows."""
    rows = Dispute.objects.visible_to(user).for_list()
    state, area = asked.state_now, asked.chosen.get("area")
    if area:
        rows = rows.filter(case__area__code__startswith=area)
    if state == OPEN:
        return rows.open()
    if state == OVERDUE:
        return rows.overdue()
    if state in (NEW_IN, ENDED_IN):
        return rows.filter((registered_within if state == NEW_IN else ended_within)(*asked.period))
    return rows if state == ALL else rows.filter(status=state)


def order_of(asked: DisputeFilter) -> tuple[str, ...]:
    """By deadline while one runs, else the newest first."""
    by_limit = asked.state_now in (OPEN, OVERDUE, Status.REGISTERED, Status.ACCEPTED, Status.MEDIATING)
    return BY_LIMIT if by_limit else NEWEST


def listing(user, query) -> Listing:
    """The list the address asks for."""
    asked = DisputeFilter(query, user=user)
    page = keyset(chosen(user, asked), order=order_of(asked), cursor=query.get("page"), size=SIZE)
    known = _parties(user, page.rows)
    rows = [Row(dispute, known.get(dispute.pk, "")) for dispute in page.rows]
    place = Area.objects.filter(code=asked.code).first() if asked.code else None
    shown = figures(place, *asked.period) if place else []
    return Listing(asked, page, rows, shown, place.full_name if place else "")


def _parties(user, rows) -> dict[int, str]:
    """Masked names of the parties of those disputes the person is an insider of."""
    inside = Dispute.objects.open_to(user).filter(pk__in=[row.pk for row in rows]).values("pk")
    found: dict[int, list[str]] = {}
    for party in Party.objects.filter(dispute__in=inside).exclude(name="").order_by("pk"):
        found.setdefault(party.dispute_id, []).append(str(party.name))
    return {pk: "、".join(names) for pk, names in found.items()}
