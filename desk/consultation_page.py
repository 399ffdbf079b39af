"""What the page of a consultation shows, gathered before the template is drawn: a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from common.templatetags.weidu import cn_date
from consultations import shown
from consultations.models import Consultation, ConsultationEvent, Line, MoneySheet, WorkPhoto
from consultations.roles import leads, may, open_actions, runs
from consultations.services.names import REASONS
from consultations.states import OVER, Action, Moment, Status
from desk.case_page import Button
from desk.consultation_acts import ACTS
from desk.forms_consultations import MeetingForm
from desk.posts_page import Rung
from desk.timeline import Entry
from desk.visit_ground import planned_lines
from grids.permissions import Ability, abilities_of
from visits.models import Line as Said

# The one action it waits for, first match; money stands beside the book, what is rare behind a menu.
PRIMARY = (
    Action.DECIDE, Action.PUBLISH, Action.PROGRESS, Action.START, Action.OPINE, Action.HOLD, Action.NOTICE,
)  # fmt: skip
MONEY = (Action.RECEIVE, Action.SPEND, Action.NEED, Action.SHEET)
RARE = (Action.AGAIN, Action.FAIL, Action.DROP)
_GREEN = {Action.OPEN, Action.DECIDE, Action.PUBLISH, Action.END}
_SAID_SHOWN = 100


def visible(user, number: str) -> Consultation | None:
    """The consultation of this number with what its page shows, where the user may see it."""
    rows = Consultation.objects.visible_to(user).for_list()
    return rows.select_related("area", "compound__area", "convener", "book").filter(number=number).first()


@dataclass(frozen=True)
class Theme:
    """One theme among the opinions: how many, and how long its bar is."""

    name: str
    n: int
    share: str


@dataclass(frozen=True)
class BookRow:
    """A line of the book with what the person may do about it."""

    row: shown.Row
    line: Line
    name: str
    may_sign: bool
    may_refuse: bool
    may_reverse: bool
    waits_for: str


class ConsultationPage:
    """Everything on the page. All queries run here; the template only reads."""

    def __init__(self, held: Consultation, user, at: datetime | None = None):
        self.held, self.user, self.at = held, user, at or timezone.now()
        self.actions = [action for action in open_actions(held, user) if action in ACTS]
        self.leads, self.runs = leads(held, user), runs(held, user)
        self.may_change = may(held, Action.CHANGE, user)
        self.options = list(held.options.order_by("position"))
        self.notices = list(held.notices.select_related("told_by").order_by("told_at", "pk"))
        self.attendees = list(held.attendees.select_related("user").order_by("pk"))
        self.objections = list(held.objections.select_related("answered_by").order_by("pk"))
        self.steps = list(held.steps.order_by("number"))
        self.photos = pictures(held, "desk:consultation-photo")
        self.links = list(held.links.select_related("case__category", "case__handling_unit").order_by("pk"))
        self._opinions()
        self._book()
        said = held.reviews.order_by("-pk")
        self.reviews = list(said[:_SAID_SHOWN])
        self.content = sum(one.satisfied for one in self.reviews)
        self.entries = [_entry(one) for one in events(held)]
        self.rungs = rungs(held, self.steps)
        self._panel()

    def _opinions(self) -> None:
        rows = Said.objects.filter(consultation=self.held)
        counted = rows.order_by().values_list("topic__name").annotate(n=Count("pk")).order_by("-n", "topic__name")
        found = list(counted)
        most = max((n for _, n in found), default=1)
        self.themes = [Theme(name, n, f"{100 * n / most:.1f}%") for name, n in found]
        self.opinions = sum(n for _, n in found)
        mine = Ability.PLAN_VISITS in abilities_of(self.user) and self.opinions
        said = planned_lines(self.user).filter(consultation=self.held) if mine else Said.objects.none()
        self.said = list(said.select_related("topic", "visit__compound").order_by("pk")[:_SAID_SHOWN]) if mine else []

    def _book(self) -> None:
        held = self.held
        counted = Line.objects.counted().filter(book=held.book)
        self.sums = shown.sums(held.book, counted)
        lines = list(
            Line.objects.filter(book=held.book).select_related("first_by", "settled_by", "reverses").order_by("-pk")
        )
        undone = {line.reverses_id for line in lines if line.counts}
        taken = {line.reverses_id for line in lines if line.state != "refused"}
        signers = [one for one in self.attendees if one.signs]
        watching = any(one.user_id == self.user.pk for one in signers)
        reverses = may(held, Action.REVERSE, self.user)
        self.book = [
            BookRow(
                row=shown.row_of(line, undone),
                line=line,
                name=str(line.name) if self.runs and line.name else "",
                may_sign=line.is_pending and line.first_by_id != self.user.pk and (self.runs or watching),
                may_refuse=line.is_pending and (self.runs or watching),
                may_reverse=reverses and line.counts and not line.reverses_id and line.pk not in taken,
                waits_for="、".join(one.called for one in signers if one.user_id != line.first_by_id),
            )
            for line in lines
        ]
        self.households = shown.households_of([line for line in lines if line.counts])
        self.consenting = sum(line.consents for line in lines if line.counts)
        self.sheet = MoneySheet.objects.filter(book=held.book).order_by("-number").first()

    def _panel(self) -> None:
        offered = [action for action in self.actions if action not in MONEY]
        self.money = [self._button(action) for action in MONEY if action in self.actions]
        done = bool(self.steps) and all(step.done_at for step in self.steps)
        first = next((action for action in PRIMARY if action in offered), None)
        if done and Action.REVIEW in offered:
            first = Action.REVIEW
        self.primary = self._button(first) if first else None
        self.act = ACTS[first] if first else None
        form = self.act.form if self.act else None
        # The meeting asks for a page of its own.
        self.form = (
            form(held=self.held, user=self.user, auto_id=f"id_{first}_%s") if form and form != MeetingForm else None
        )
        if not done:
            offered = [action for action in offered if action != Action.REVIEW]
        rest = [
            action
            for action in offered
            if action != first and not (first == Action.REVIEW and action == Action.PROGRESS)
        ]
        self.buttons = [self._button(action) for action in rest if action not in RARE]
        self.rare = [self._button(action) for action in rest if action in RARE]

    def _button(self, action: Action) -> Button:
        return Button(
            action, ACTS[action].label, reverse("desk:consultation-act", args=[self.held.number, action.value])
        )

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done_at is not None for step in self.steps)

    @property
    def told(self) -> int:
        """How many households the notices reached, at most those who were asked: rounds overlap."""
        reach = sum(one.reach or 0 for one in self.notices)
        return min(reach, self.held.households) if self.held.households else reach

    @property
    def reasons(self):
        """Why a name may be opened."""
        return REASONS.items()

    @property
    def due_state(self) -> tuple[str, str]:
        """Where it stands, as a badge."""
        held, today = self.held, timezone.localdate(self.at)
        label = held.get_status_display()
        if held.status in OVER:
            return "done", label
        if held.status == Status.PUBLISHED:
            return "ok", f"公示到{cn_date(held.objections_until)}"
        until = [step.until_date for step in self.steps if not step.done_at]
        if held.status == Status.WORKS and until:
            days = (max(until) - today).days
            return ("ok", f"{label}，剩{days}天") if days >= 0 else ("over", f"{label}，超期{-days}天")
        return "ok", label


def events(held: Consultation):
    """What happened, newest first."""
    return ConsultationEvent.objects.filter(consultation=held).select_related("by").order_by("-number")


def _entry(event: ConsultationEvent) -> Entry:
    mark = "ok" if event.action in _GREEN else ""
    who = event.by.called if event.by else "居民"
    return Entry(event.number, event.get_action_display(), who, event.at, mark, event.public_text, event.note)


@dataclass(frozen=True)
class Picture:
    """A photo of the place."""

    url: str
    large: str
    moment: str
    taken: str


def pictures(held: Consultation, address: str) -> list[Picture]:
    """The newest photo of each moment, from before to now."""
    newest: dict[str, WorkPhoto] = {}
    for one in held.photos.order_by("pk"):
        newest[one.moment] = one
    return [
        Picture(
            reverse(address, args=[held.number, newest[moment].photo_id, "full"]),
            reverse(address, args=[held.number, newest[moment].photo_id, "full"]),
            moment.label,
            cn_date(newest[moment].taken_date),
        )
        for moment in Moment
        if moment in newest
    ]


def rungs(held: Consultation, steps) -> list[Rung]:
    """议题, 通知, 召开, 公示, 执行, 评议, each with its day."""
    until = max((step.until_date for step in steps), default=None)
    names = [
        ("议题", held.created_at, (Status.TOPIC,)),
        ("通知", held.notified_at, (Status.NOTIFIED,)),
        ("召开", held.held_at, (Status.HELD, Status.DECIDED)),
        ("公示", held.published_at, (Status.PUBLISHED,)),
        ("执行", held.works_at, (Status.WORKS,)),
        ("评议", held.review_at, (Status.REVIEW,)),
    ]
    found = []
    for name, at, here in names:
        state = "now" if held.status in here else "passed" if at else ""
        words = f"{cn_date(until)}前" if name == "执行" and state == "now" and until else cn_date(at)
        found.append(Rung(name, words, state))
    return found
