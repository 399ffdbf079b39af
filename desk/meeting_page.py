"""What the pages of a joint meeting show, gathered before the template is drawn: a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from cases.assignments import State
from cases.due import DUE_DONE, due_state
from cases.models import Assignment
from cases.roles import open_actions
from common.templatetags.weidu import cn_date
from desk.forms_meetings import DecideForm, Duties, initial_duties
from desk.posts_page import Rung
from supervision.models import AgendaItem, Invitation, Meeting, Resolution, plans_meetings
from supervision.services.meetings import minutes

UNFINISHED = 50
DONE = (State.ACCEPTED, State.ENDED, State.RETURNED)


@dataclass(frozen=True)
class Row:
    """One duty as lists show it; `due_state` is what `{% due_badge %}` reads."""

    resolution: Resolution
    assignment: Assignment
    due_state: tuple[str, str]
    url: str

    @property
    def to_judge(self) -> bool:
        """Reported, and nobody has said whether it does."""
        return self.assignment.state == State.REPORTED


def row_of(resolution: Resolution, number: str, at: datetime) -> Row:
    """A duty with the state of its assignment and the way to it."""
    assignment = resolution.assignment
    done = (DUE_DONE, assignment.get_state_display())
    return Row(
        resolution, assignment, due_state(assignment, at) if assignment.is_open else done, way_to(assignment, number)
    )


def way_to(assignment: Assignment, number: str) -> str:
    """The assignment's own page, else its case's."""
    try:
        return reverse("desk:assignment", args=[assignment.pk])
    except NoReverseMatch:
        return reverse("desk:case", args=[number])


@dataclass(frozen=True)
class Line:
    """One item of the agenda with its duties."""

    item: AgendaItem
    rows: list[Row]


def lines(rows, at: datetime) -> list[Line]:
    """Items with their duties; two queries."""
    return [
        Line(item, [row_of(one, item.case.number, at) for one in item.resolutions.all()]) for item in rows.for_list()
    ]


@dataclass(frozen=True)
class Last:
    """The meeting before, and how many of its resolutions are done."""

    meeting: Meeting
    all: int
    done: int


def last_before(meeting: Meeting) -> Last | None:
    """The latest meeting before this one that resolved something."""
    found = (
        Meeting.objects.filter(held_at__lt=meeting.held_at)
        .annotate(
            resolved=Count("agenda__resolutions"),
            finished=Count("agenda__resolutions", filter=Q(agenda__resolutions__assignment__state__in=DONE)),
        )
        .filter(resolved__gt=0)
        .order_by("-held_at", "-pk")
        .first()
    )
    return Last(found, found.resolved, found.finished) if found else None


class MeetingPage:
    """The page of who plans meetings. `chosen` is the item whose panel is open."""

    def __init__(self, meeting: Meeting, user, *, chosen: AgendaItem | None = None, at: datetime | None = None):
        self.meeting, self.user, self.at = meeting, user, at or timezone.now()
        self.last = last_before(meeting)
        unfinished = Resolution.objects.visible_to(user).before(meeting).unfinished().for_list()
        found = list(unfinished.order_by("assignment__due_at", "pk")[: UNFINISHED + 1])
        self.unfinished = [row_of(one, one.item.case.number, self.at) for one in found[:UNFINISHED]]
        self.more_unfinished = len(found) > UNFINISHED
        self.lines = lines(meeting.agenda.filter(pk__in=AgendaItem.objects.visible_to(user)), self.at)
        self.invitations = invited(meeting)
        self.replied = sum(one.reply != Invitation.Reply.NONE for one in self.invitations)
        self.rungs = rungs(meeting, self.lines, self.at)
        self.chosen = next((line.item for line in self.lines if chosen and line.item.pk == chosen.pk), None)
        self.form: DecideForm | None = None
        self.duties: Duties | None = None

    @property
    def open_count(self) -> int:
        """How many items nobody has decided."""
        return sum(line.item.state == AgendaItem.State.OPEN for line in self.lines)

    @property
    def due_state(self) -> tuple[str, str]:
        """When it is held, as a badge."""
        return meeting_state(self.meeting, self.at)

    def fill(self, data=None, *, judged: bool = True, more: bool = False) -> None:
        """Put the forms of the chosen item on the page: what is written down, or what was typed, `judged` or as it is."""
        item = self.chosen
        actions = open_actions(item.case, self.user)
        kept = {name: getattr(item, name) for name in ("opinions", "decision", "public_text")}
        self.form = DecideForm(data if judged else None, initial=kept | typed(data), actions=actions)
        self.duties = Duties(item.case, data, initial=initial_duties(item), judged=judged, more=more)


def typed(data) -> dict:
    """What was typed so far, as initial values of a form that is not judged yet."""
    names = ("opinions", "decision", "public_text", "lead", "reason_class", "review_date")
    return {name: data[name] for name in names if data and name in data}


def invited(meeting: Meeting) -> list[Invitation]:
    """Who is asked, by name."""
    found = meeting.invitations.select_related("unit", "area", "replied_by")
    return sorted(found, key=lambda invitation: invitation.whose)


def meeting_state(meeting: Meeting, at: datetime) -> tuple[str, str]:
    """("soon", "今天 15:00"), ("ok", "剩3天"), ("done", "已印发")."""
    if meeting.is_issued:
        return DUE_DONE, "已印发"
    local, today = timezone.localtime(meeting.held_at), timezone.localdate(at)
    if local.date() == today:
        return "soon", f"今天 {local:%H:%M}"
    if local.date() < today:
        return "soon", "待印发"
    return "ok", f"还有{(local.date() - today).days}天"


def rungs(meeting: Meeting, found: list[Line], at: datetime) -> list[Rung]:
    """定议题, 通知单位, 开会议定, 印发落实, 下次复看."""
    settled = bool(found) and all(line.item.state != AgendaItem.State.OPEN for line in found)
    owed = [row.assignment.state in DONE for line in found for row in line.rows]
    steps = [
        ("定议题", bool(found), f"{len(found)}件" if found else ""),
        ("通知单位", bool(meeting.invited_at), cn_date(meeting.invited_at)),
        ("开会议定", settled, cn_date(meeting.held_at)),
        ("印发落实", meeting.is_issued, cn_date(meeting.issued_at)),
        ("下次复看", meeting.is_issued and bool(owed) and all(owed), f"完成{sum(owed)} / {len(owed)}" if owed else ""),
    ]
    here = next((place for place, (_, done, _) in enumerate(steps) if not done), len(steps))
    return [
        Rung(name, words, "now" if place == here else "passed" if done else "")
        for place, (name, done, words) in enumerate(steps)
    ]


@dataclass(frozen=True)
class Sheet:
    """The resolutions (or the agenda) on paper: what this person may read, and how many items are left out."""

    meeting: Meeting
    items: list[dict]
    left_out: int


def sheet(meeting: Meeting, user) -> Sheet:
    """As it went out where it was issued, else as it stands now."""
    items = meeting.printed if meeting.is_issued else minutes(meeting)
    if plans_meetings(user):
        shown = items
    else:
        mine = set(AgendaItem.objects.visible_to(user).filter(meeting=meeting).values_list("case", flat=True))
        shown = [item for item in items if item["case"] in mine]
    return Sheet(meeting, [_printed(item) for item in shown], len(items) - len(shown))


def _printed(item: dict) -> dict:
    """An item with the days of its duties as papers write them: 2026年12月18日."""
    days = [date.fromisoformat(duty["due_date"]) for duty in item["duties"]]
    duties = [
        duty | {"until": f"{day.year}年{day.month}月{day.day}日"}
        for duty, day in zip(item["duties"], days, strict=True)
    ]
    return item | {"duties": duties}
