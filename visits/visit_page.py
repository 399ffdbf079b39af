"""What the visit page shows, gathered before the template is drawn: a fixed number of queries, however big the family."""

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from households.access import access_to
from households.models import CareTag, Household, Resident
from visits.forms import FINE, FINE_LABEL, MAX_DETAIL, MAX_PHOTOS, VisitForm
from visits.labels import door_label, last_words
from visits.models import Purpose, Topic, Visit
from visits.services import choosing
from visits.states import Handling, Outcome, Part, Told, Way

# Fields whose error stands beneath them.
_PLACED = ("outcome", "topics", "day", "next_date", "others", "note")


@dataclass(frozen=True)
class Choice:
    """One radio or tick box."""

    value: str
    label: str
    checked: bool = False


@dataclass(frozen=True)
class TopicRow:
    """One topic: its chip and the line that opens under it. `locked` says why its handling cannot change any more."""

    topic: Topic
    checked: bool
    handlings: list[Choice]
    detail: str = ""
    urgent: bool = False
    photos: list[str] = field(default_factory=list)
    line: str = ""
    locked: str = ""


@dataclass(frozen=True)
class ItemRow:
    """Something under way behind this door, and what may be said of it. Ticked both, it is solved."""

    name: str
    words: str
    level: int | None
    due_state: tuple[str, str]
    choices: list[Choice]


class VisitPage:
    """Everything on the visit page. `typed` is what was filled in so far, under the names of VisitForm.

    Without a household it is the empty page a phone fills from its own list: header, people and open items are bare.
    """

    fine, fine_label = FINE, FINE_LABEL
    most_words, most_photos = MAX_DETAIL, MAX_PHOTOS

    def __init__(
        self,
        household: Household | None,
        user: User,
        *,
        form: VisitForm | None = None,
        typed: QueryDict | None = None,
        later: bool = False,
        visit: Visit | None = None,
        faults: Sequence[str] = (),
    ):
        self.household, self.user, self.form, self.later, self.visit = household, user, form, later, visit
        self.typed = typed if typed is not None else QueryDict()
        self.today = timezone.localdate()
        self.submission = self._one("submission") or str(uuids.uuid4())
        self.errors: Mapping[str, list[str]] = form.errors if form is not None else {}
        # What is wrong with no single place on the page.
        self.faults = [*faults, *(words for name in self.errors if name not in _PLACED for words in self.errors[name])]
        self.seen = self._one("seen") or (visit.version if visit else "")
        self.locked = _locked(visit)
        self._door()
        self._talk()
        self._more()

    def _one(self, name: str) -> str:
        return self.typed.get(name) or ""

    def _chosen(self, name: str) -> set[str]:
        return set(self.typed.getlist(name))

    def _choices(self, name: str, offered) -> list[Choice]:
        chosen = self._chosen(name)
        return [Choice(str(value), label, str(value) in chosen) for value, label in offered]

    def _door(self) -> None:
        """Header: whose door it is, what help they need, when somebody was here last."""
        self.label = self.compound = self.called = self.last = ""
        self.tags: list[str] = []
        self.living: list[Resident] = []
        self.has_phone = False
        if self.household is None:
            return
        self.label, self.compound = door_label(self.household), self.household.compound.name
        self.living = list(self.household.residents.filter(left_date__isnull=True).order_by("pk"))
        self.called = appellation(self.household, self.living)
        access = access_to(self.household, self.user)
        self.has_phone = access.reveal and number_of(self.household, self.living) is not None
        tags = CareTag.objects.visible_to(self.user).current().filter(household=self.household)
        self.tags = list(dict.fromkeys(tags.order_by("kind__order", "pk").values_list("kind__name", flat=True)))
        visit, said = last_visit(self.household, self.user, but=self.visit)
        self.last = last_words(visit, said, self.today)

    def _talk(self) -> None:
        """Outcome, topics, people, and what is under way."""
        self.outcomes = self._choices("outcome", Outcome.choices)
        chosen = self._chosen("topics")
        self.is_fine = FINE in chosen
        offered = (
            self.form.offered if self.form else choosing.topics(self.household.community if self.household else "")
        )
        self.topics = [self._topic(topic, topic.code in chosen) for topic in offered]
        self.people = self._choices("people", [(one.pk, one.called or str(one.name)) for one in self.living])
        self.photos = self.typed.getlist("photos")
        items: list = []
        if self.household is not None:
            items = self.form.items if self.form else choosing.open_items(self.household, self.user)
        told = {("case", m.case_id) if m.case_id else ("wish", m.wish_id) for m in _mentions(self.visit)}
        self.items = [self._item(item) for item in items if (item.kind, item.row.pk) not in told]

    def _topic(self, topic: Topic, checked: bool) -> TopicRow:
        code = topic.code
        handling = self._one(f"handling-{code}") or Handling.RECORD
        offered = [Handling.RECORD, Handling.REFER]
        offered += [Handling.CASE] if topic.category_id else []
        offered += [Handling.WISH] if topic.wish_kind else []
        return TopicRow(
            topic,
            checked,
            [Choice(str(one.value), one.label, one == handling) for one in offered],
            self._one(f"detail-{code}"),
            bool(self._one(f"urgent-{code}")),
            self.typed.getlist(f"photos-{code}"),
            self._one(f"line-{code}"),
            self.locked.get(self._one(f"line-{code}"), ""),
        )

    def _item(self, item: choosing.OpenItem) -> ItemRow:
        state = item.row.due_state if item.kind == "case" else ("", item.row.status_label)
        level = item.row.level if item.kind == "case" else None
        return ItemRow(item.name, item.row.headline, level, state, self._choices(item.name, Told.choices))

    def _more(self) -> None:
        """The folded part, and the day of a visit written down later."""
        self.others, self.note = self._one("others"), self._one("note")
        self.ways = self._choices("way", Way.choices)
        if not any(way.checked for way in self.ways):
            self.ways[0] = Choice(Way.HOME.value, Way.HOME.label, True)
        self.knows = self._choices("knows_chief", [("yes", "认识"), ("no", "不认识")])
        purposes = Purpose.objects.filter(active=True).order_by("order", "pk").values_list("pk", "name")
        self.purposes = self._choices("purpose", purposes)
        along = choosing.companions(self.household.area_id, but=self.user) if self.household else []
        self.companions = self._choices("with_people", [(one.pk, one.called) for one in along])
        beside = choosing.units(self.household.area_id) if self.household else []
        self.units = self._choices("with_units", [(unit.pk, unit.name) for unit in beside])
        self.next_date = self._one("next_date")
        self.parts = self._choices("next_part", Part.choices)
        days: list[tuple[date, str]] = [(self.today, "今天"), (self.today - timedelta(days=1), "昨天")]
        self.days = self._choices("day", [(day.isoformat(), words) for day, words in days])
        self.day_parts = self._choices("part", Part.choices)
        names = ("others", "note", "purpose", "knows_chief", "with_people", "with_units", "next_date", "next_part")
        self.more_open = any(self._one(name) for name in names) or any(name in self.errors for name in names)


@dataclass(frozen=True)
class Number:
    """A number a household is reached by: whose, under which field, and masked."""

    field: str
    resident: Resident | None
    whose: str
    masked: str


def number_of(household: Household, living: list[Resident] | None = None) -> Number | None:
    """The head's number, else the contact's, else the first there is."""
    if living is None:
        living = list(household.residents.filter(left_date__isnull=True).order_by("pk"))
    people = sorted((one for one in living if one.phone), key=lambda one: one.relation != Resident.Relation.HEAD)
    first = people[0] if people else None
    if household.contact_phone and (first is None or first.relation != Resident.Relation.HEAD):
        whose = household.contact_note or "联系人"
        return Number("contact_phone", None, whose, str(household.contact_phone))
    return Number("phone", first, first.called or str(first.name), str(first.phone)) if first else None


def appellation(household: Household, living: list[Resident]) -> str:
    """What the household is called: 刘阿姨 of its head, else the masked name; empty where nobody is registered."""
    head = next((one for one in living if one.relation == Resident.Relation.HEAD), None)
    first = head or next(iter(living), None)
    if first is not None:
        return first.called or str(first.name)
    return str(household.head_name) if household.head_name else ""


def last_visit(household: Household, user: User, *, but: Visit | None = None) -> tuple[Visit | None, list[str]]:
    """The youngest visit the user may read, and what was said on it in words."""
    rows = Visit.objects.visible_to(user).filter(household=household).newest_first()
    visit = rows.exclude(pk=but.pk).first() if but else rows.first()
    if visit is None:
        return None, []
    lines = visit.lines.filter(dropped_at__isnull=True).select_related("topic").order_by("pk")
    return visit, [line.detail or line.topic.name for line in lines]


def _mentions(visit: Visit | None) -> list:
    return list(visit.mentions.all()) if visit is not None else []


def _locked(visit: Visit | None) -> dict[str, str]:
    """Lines that opened something, by uuid: what it is that they opened."""
    if visit is None:
        return {}
    found = visit.findings.filter(line__isnull=False).select_related("line")
    return {str(one.line.uuid): "已立为事项" if one.case_id else "已记作微心愿" for one in found if one.line}
