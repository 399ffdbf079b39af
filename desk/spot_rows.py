"""Whistles, visits and drafts as rows of pages: who came and who did not, what was agreed, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.urls import reverse

from cases.assignment_roles import open_assignment_actions
from cases.assignments import State
from cases.models import Assignment, Case, Coordination, Draft, Whistle
from cases.spot_roles import may_end, may_release
from cases.states import Action


def assignment_url(assignment: Assignment) -> str:
    """The page of an assignment."""
    return reverse("desk:assignment", args=[assignment.pk])


def state_of(assignment: Assignment, at: datetime) -> tuple[str, str]:
    """(colour, words) of how far a unit is that was called to the spot, or of an agreed step."""
    row = assignment
    if row.kind == "whistle":
        return _coming(row, at)
    if row.is_open and row.due_at <= at:
        return "over", f"{row.get_state_display()}，已超期"
    tone = {State.REPORTED: "ok", State.ACCEPTED: "ok", State.SIGNED: "info"}.get(State(row.state), "")
    return tone, row.get_state_display()


def _coming(row: Assignment, at: datetime) -> tuple[str, str]:
    if row.state == State.REPORTED:
        return "ok", "已反馈" if row.arrived_at else "已反馈，没有到场"
    if row.arrived_at:
        return "ok", "到场晚了" if row.arrived_at > row.due_at else "已到场"
    if row.state == State.ENDED:
        return "over", row.ended_reason or "没有到场"
    if row.state in (State.RETURNED, State.RETURN_ASKED):
        return "", "申请不到场" if row.state == State.RETURN_ASKED else "同意不到场"
    if row.due_at <= at:
        return "over", "没有按时到场"
    return ("info", "已确认") if row.state == State.SIGNED else ("soon", "还没确认")


@dataclass(frozen=True)
class Owed:
    """An assignment in a list: whose, how far, and what the person may do to it here."""

    assignment: Assignment
    tone: str
    words: str
    url: str
    may_sign: bool = False
    may_arrive: bool = False


def owed(assignment: Assignment, user, at: datetime) -> Owed:
    """The row of one assignment, whose case, unit and area are loaded."""
    actions = open_assignment_actions(assignment, user)
    tone, words = state_of(assignment, at)
    return Owed(
        assignment,
        tone,
        words,
        assignment_url(assignment),
        Action.ASSIGN_SIGN in actions,
        Action.ASSIGN_ARRIVE in actions,
    )


@dataclass(frozen=True)
class Called:
    """A whistle with everybody it called."""

    whistle: Whistle
    rows: list[Owed]
    may_end: bool
    visits: list["Met"]

    @property
    def came(self) -> int:
        """How many came."""
        return sum(row.assignment.arrived_at is not None for row in self.rows)

    @property
    def asks(self) -> bool:
        """Whether the person has something to do here."""
        return self.may_end or any(row.may_sign or row.may_arrive for row in self.rows)


ASSIGNED = Prefetch("assignments", Assignment.objects.select_related("unit", "area").order_by("pk"))


def whistles(rows) -> list[Whistle]:
    """These whistles with what they need for `called`: two queries, however many."""
    return list(rows.select_related("case", "area", "called_by", "ended_by").prefetch_related(ASSIGNED))


def called(whistle: Whistle, user, at: datetime, visits: Iterable["Met"] = ()) -> Called:
    """One whistle of `whistles`, as this person sees it."""
    found = []
    for assignment in whistle.assignments.all():
        assignment.case = whistle.case
        found.append(owed(assignment, user, at))
    return Called(whistle, found, may_end(whistle, user), list(visits))


@dataclass(frozen=True)
class Met:
    """A site visit or a meeting with the steps agreed there."""

    coordination: Coordination
    units: list[str]
    steps: list[Owed]


def visits(case: Case, user, at: datetime) -> list[Met]:
    """Visits and meetings of a case, newest first: three queries."""
    rows = Coordination.objects.filter(case=case).select_related("noted_by")
    rows = rows.prefetch_related("units", ASSIGNED).order_by("-held_at", "-pk")
    return [_met(row, case, user, at) for row in rows]


def _met(row: Coordination, case: Case, user, at: datetime) -> Met:
    steps = []
    for assignment in row.assignments.all():
        assignment.case = case
        steps.append(owed(assignment, user, at))
    return Met(row, [unit.name for unit in row.units.all()], steps)


@dataclass(frozen=True)
class Waiting:
    """A draft that waits: what will be read outside, and what the person may do."""

    draft: Draft
    text: str
    photos: list
    may_release: bool
    may_withdraw: bool
    rewrite: str


def waiting(draft: Draft, user) -> Waiting:
    """A draft as its unit sees it; `draft` comes from `drafts`."""
    own = draft.drafted_by_id == user.pk and draft.is_waiting
    if draft.assignment:
        text, rewrite = draft.note, assignment_url(draft.assignment)
    else:
        text, rewrite = draft.public_text, reverse("desk:act", args=[draft.case.number, Action.RESOLVE.value])
    photos = list(draft.photos.all())
    return Waiting(draft, text, photos, may_release(draft, user), own, rewrite if own else "")


def drafts(rows) -> list[Draft]:
    """These drafts with what they need for `waiting`: two queries."""
    related = ("case__handling_unit", "case__category", "assignment__unit", "drafted_by", "decided_by")
    return list(rows.select_related(*related).prefetch_related("photos__photo").order_by("drafted_at", "pk"))
