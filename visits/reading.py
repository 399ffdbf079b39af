"""What the page of one visit shows, and the visit as its form would be filled in."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from households.models import Resident
from visits.labels import door_label
from visits.models import Line, Mention, Topic, Visit, VisitPhoto
from visits.services import correctable_until, may_correct
from visits.states import Handling, OpinionState, Outcome, Part
from visits.visit_page import appellation
from wishes.models import Wish


@dataclass(frozen=True)
class Opened:
    """A case or a wish, as far as the reader may see it: where it stands and the way to it."""

    words: str
    state: str
    url: str
    level: int | None = None


@dataclass(frozen=True)
class LineRow:
    """One thing said, and what became of it."""

    line: Line
    became: str
    opened: Opened | None
    photos: list[VisitPhoto]


@dataclass(frozen=True)
class VersionRow:
    """What the visit said before a correction, in words."""

    number: int
    replaced_at: datetime
    by: str
    outcome: str
    said: list[str]
    note: str


class Reading:
    """Everything on the page of one visit. All queries run here; the template only reads."""

    def __init__(self, visit: Visit, user: User, at: datetime | None = None):
        self.visit, self.user, self.at = visit, user, at or timezone.now()
        self.label, self.compound = door_label(visit.household), visit.household.compound.name
        people = list(visit.people.order_by("pk"))
        self.people = [one.called or str(one.name) for one in people]
        living = list(visit.household.residents.filter(left_date__isnull=True).order_by("pk"))
        self.called = appellation(visit.household, living)
        companions = visit.companions.select_related("user", "unit").order_by("pk")
        self.companions = [one.user.called if one.user else one.unit.name for one in companions if one.user or one.unit]
        self.next_part = Part(visit.next_part).label if visit.next_part else ""
        self._photos()
        self._said()
        self.versions = _versions(visit)
        self.may_correct = may_correct(visit, user, at=self.at)
        self.last_day = correctable_until(visit) - timedelta(seconds=1)

    def _photos(self) -> None:
        """Photos that are there, of how many the visit speaks of."""
        rows = list(VisitPhoto.objects.filter(visit=self.visit).order_by("pk"))
        self.arrived = [one for one in rows if one.photo_id]
        self.faults = [one.fault for one in rows if one.fault]
        self.expected = max(self.visit.photos_expected, len(self.arrived))
        self.photos = [one for one in self.arrived if one.line_id is None]

    def _said(self) -> None:
        findings = {one.line_id: one for one in self.visit.findings.all()}
        mentions = list(self.visit.mentions.order_by("pk"))
        cases = _cases({one.case_id for one in [*findings.values(), *mentions]}, self.user)
        wishes = _wishes({one.wish_id for one in [*findings.values(), *mentions]}, self.user)
        lines = list(self.visit.lines.select_related("topic").order_by("dropped_at", "pk"))
        rows = []
        for line in lines:
            found = findings.get(line.pk)
            opened = (cases.get(found.case_id) or wishes.get(found.wish_id)) if found else None
            of_line = [one for one in self.arrived if one.line_id == line.pk]
            rows.append(LineRow(line, _became(line), opened, of_line))
        self.lines = [row for row in rows if row.line.dropped_at is None]
        self.dropped = [row for row in rows if row.line.dropped_at is not None and row.opened]
        self.mentions: list[tuple[Mention, Opened | None]] = [
            (one, cases.get(one.case_id) or wishes.get(one.wish_id)) for one in mentions
        ]


def _became(line: Line) -> str:
    """What was made of it: the visitor's choice, and what the community decided since."""
    if line.handling == Handling.REFER and line.opinion_state:
        return str(OpinionState(line.opinion_state).label)
    return str(Handling(line.handling).label)


def _cases(ids: set, user: User) -> dict:
    rows = Case.objects.visible_to(user).filter(pk__in=ids - {None}).select_related("category", "area")
    return {
        row.pk: Opened(
            f"事项：{row.headline}", row.due_state[1], row.get_absolute_url(), row.level if row.is_open else None
        )
        for row in rows
    }


def _wishes(ids: set, user: User) -> dict:
    rows = Wish.objects.visible_to(user).filter(pk__in=ids - {None}).select_related("area")
    return {row.pk: Opened(f"微心愿：{row.headline}", row.status_label, row.get_absolute_url()) for row in rows}


def _versions(visit: Visit) -> list[VersionRow]:
    """Former versions, newest first."""
    rows = list(visit.versions.select_related("replaced_by").order_by("-number"))
    names = dict(Topic.objects.values_list("code", "name")) if rows else {}
    return [_version(row, json.loads(row.said.plain), names) for row in rows]


def _version(row, said: dict, names: dict[str, str]) -> VersionRow:
    lines = [
        "，".join(filter(None, [names.get(one["topic"], "其他"), Handling(one["handling"]).label, one["detail"]]))
        for one in said["lines"]
    ]
    outcome = Outcome(said["outcome"]).label
    return VersionRow(row.number, row.replaced_at, row.replaced_by.called, str(outcome), lines, said["note"])


def as_typed(visit: Visit) -> QueryDict:
    """The visit under the names of VisitForm, for the form that corrects it."""
    typed = QueryDict(mutable=True)
    typed["submission"], typed["outcome"], typed["way"] = str(visit.uuid), visit.outcome, visit.way
    typed["others"], typed["note"] = visit.others.plain if visit.others else "", visit.note
    typed["purpose"] = str(visit.purpose_id or "")
    typed["knows_chief"] = {True: "yes", False: "no"}.get(visit.knows_chief, "")
    typed["next_date"] = visit.next_date.isoformat() if visit.next_date else ""
    typed["next_part"] = visit.next_part
    companions = list(visit.companions.all())
    typed.setlist("with_people", [str(one.user_id) for one in companions if one.user_id])
    typed.setlist("with_units", [str(one.unit_id) for one in companions if one.unit_id])
    met = Resident.objects.filter(pk__in=visit.people.all(), left_date__isnull=True)
    typed.setlist("people", [str(pk) for pk in met.values_list("pk", flat=True)])
    lines = list(visit.lines.filter(dropped_at__isnull=True).select_related("topic"))
    typed.setlist("topics", [line.topic.code for line in lines])
    for line in lines:
        code = line.topic.code
        typed[f"handling-{code}"], typed[f"detail-{code}"] = line.handling, line.detail
        typed[f"line-{code}"] = str(line.uuid)
        if line.urgent:
            typed[f"urgent-{code}"] = "1"
    return typed
