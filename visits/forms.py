"""The form of a visit: the same for the page and for what a phone sends later, so nothing is checked twice or differently.

Names are the contract with phones: a phone sends exactly these fields, as lists of texts.
"""

import uuid as uuids
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from cases.forms import Words
from common.errors import DomainError
from common.normalise import clean_text
from grids.models import Organization
from households.models import Household, Resident
from visits.models import Purpose, Topic, Visit
from visits.services import choosing
from visits.services.recording import Heard, Said, Spoken, check, check_later, later
from visits.states import Handling, Outcome, Part, Told, Way

SCHEMA_VERSION = 1
FINE = "fine"
FINE_LABEL = "一切正常"
MAX_DETAIL = 500
MAX_PHOTOS = 6
_AGREED_WITHIN = timedelta(days=366)
_OUTCOME_FIRST = "请选走访结果。"
_UNREADABLE_PHOTO = "有一张照片的编号看不懂，请重新拍。"


class VisitForm(forms.Form):
    """What one visit says. Per topic chosen in `topics`: `handling-<code>`, `detail-<code>`, `urgent-<code>`,
    `photos-<code>`; per thing under way: `told-case-<number>` or `told-wish-<number>`.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="走访结果", widget=forms.RadioSelect, choices=Outcome.choices, error_messages={"required": _OUTCOME_FIRST}
    )
    topics = forms.MultipleChoiceField(label="说到的事", widget=forms.CheckboxSelectMultiple, required=False)
    people = forms.ModelMultipleChoiceField(
        label="见到谁", widget=forms.CheckboxSelectMultiple, queryset=Resident.objects.none(), required=False
    )
    others = forms.CharField(label="还见到", max_length=40, required=False)
    note = Words("说明", rows=2, required=False, limit=MAX_DETAIL)
    way = forms.ChoiceField(
        label="方式", widget=forms.RadioSelect, choices=Way.choices, required=False, initial=Way.HOME
    )
    purpose = forms.ModelChoiceField(label="目的", queryset=Purpose.objects.none(), required=False, empty_label="不选")
    knows_chief = forms.ChoiceField(
        label="认识网格长吗", widget=forms.RadioSelect, choices=[("yes", "认识"), ("no", "不认识")], required=False
    )
    with_people = forms.ModelMultipleChoiceField(
        label="同行", widget=forms.CheckboxSelectMultiple, queryset=User.objects.none(), required=False
    )
    with_units = forms.ModelMultipleChoiceField(
        label="同行单位", widget=forms.CheckboxSelectMultiple, queryset=Organization.objects.none(), required=False
    )
    next_date = forms.DateField(label="约好哪天再来", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    next_part = forms.ChoiceField(label="约好的时段", required=False, widget=forms.RadioSelect, choices=Part.choices)
    written_later = forms.BooleanField(label="补记", required=False)
    day = forms.DateField(label="哪一天", required=False)
    part = forms.ChoiceField(label="时段", required=False, widget=forms.RadioSelect, choices=Part.choices)

    # What a person settles is taken as it is, as far as it makes sense.
    lenient = False

    def __init__(self, data=None, *, household: Household, user: User, corrects: Visit | None = None, **kwargs):
        super().__init__(data, **kwargs)
        self.household, self.user, self.corrects = household, user, corrects
        self.offered = choosing.topics(household.community)
        self.items = choosing.open_items(household, user) if self._speaks_of("told-") else []
        self.fields["topics"].choices = [(FINE, FINE_LABEL), *((topic.code, topic.name) for topic in self.offered)]
        if self._speaks_of("people"):
            living = household.residents.filter(left_date__isnull=True)
            self._offer("people", living.order_by("pk"), lambda one: one.called or str(one.name))
        if self._speaks_of("purpose"):
            self._offer("purpose", Purpose.objects.filter(active=True).order_by("order", "pk"))
        if self._speaks_of("with_people"):
            along = choosing.companions(household.area_id, but=user)
            self._offer("with_people", User.objects.filter(pk__in=[one.pk for one in along]), lambda one: one.called)
        if self._speaks_of("with_units"):
            beside = choosing.units(household.area_id)
            self._offer("with_units", Organization.objects.filter(pk__in=[unit.pk for unit in beside]))

    def _offer(self, name: str, rows: QuerySet, called: Callable[[Any], str] = str) -> None:
        """What a field offers, and what each of it is called."""
        field = self.fields[name]
        field.queryset = rows
        field.label_from_instance = called

    def _speaks_of(self, field: str) -> bool:
        """False where what was sent has nothing of a field: a thousand phones need not ask for what they do not use."""
        return not self.is_bound or any(name.startswith(field) for name in self.data)

    def clean(self) -> dict:
        """Adds `lines` and `spoken`, and says where parts contradict each other."""
        cleaned = super().clean()
        chosen = cleaned.get("topics", [])
        if FINE in chosen and len(chosen) > 1:
            self.add_error("topics", f"选了“{FINE_LABEL}”，就不用再选别的；有事就去掉“{FINE_LABEL}”。")
        cleaned["lines"] = [self._heard(topic) for topic in self.offered if topic.code in chosen]
        cleaned["spoken"] = self._spoken()
        if cleaned.get("written_later"):
            self._check_later(cleaned)
        self._check_agreed(cleaned)
        if not self.errors:
            try:
                check(self._said(cleaned))
            except DomainError as refusal:
                self.add_error(None, refusal.message)
        return cleaned

    def _heard(self, topic: Topic) -> Heard:
        code = topic.code
        handling = self.data.get(f"handling-{code}") or Handling.RECORD
        if handling not in Handling.values:
            self.add_error("topics", f"“{topic.name}”怎么处理没有选清楚，请重新选。")
        detail = clean_text(self.data.get(f"detail-{code}", ""))
        if len(detail) > MAX_DETAIL:
            self.add_error("topics", f"“{topic.name}”最多写{MAX_DETAIL}个字，现在有{len(detail)}个字，请删减。")
        heard = Heard(topic, handling, detail, bool(self.data.get(f"urgent-{code}")), self._photos(f"photos-{code}"))
        if self.corrects is not None:
            heard.uuid = self._line(f"line-{code}") or heard.uuid
        return heard

    def _line(self, name: str) -> uuids.UUID | None:
        """The line a correction means; only there may anybody name one."""
        try:
            return uuids.UUID(self.data.get(name, ""))
        except ValueError:
            return None

    def _photos(self, name: str) -> list[uuids.UUID]:
        listed = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
        try:
            return [uuids.UUID(one) for one in listed if one][:MAX_PHOTOS]
        except ValueError:
            self.add_error(None, _UNREADABLE_PHOTO)
            return []

    def _spoken(self) -> list[Spoken]:
        told = [(item, self.data.get(item.name)) for item in self.items]
        return [Spoken(words, **{item.kind: item.row}) for item, words in told if words in Told.values]

    def _check_later(self, cleaned: dict) -> None:
        day, part = cleaned.get("day"), cleaned.get("part")
        if day is None or not part:
            self.add_error("day", "补记请选是今天还是昨天，上午、下午还是晚上。")
            return
        try:
            check_later(day, self.received_at)
        except DomainError as refusal:
            self.add_error("day", refusal.message)

    def _check_agreed(self, cleaned: dict) -> None:
        """An appointment lies within a year of the visit: a slip of the finger would hide the household for good."""
        agreed, happened = cleaned.get("next_date"), self._said(cleaned).happened_at or self.received_at
        day = self.corrects.happened_date if self.corrects else timezone.localdate(happened)
        if agreed is None or day <= agreed <= day + _AGREED_WITHIN:
            return
        if self.lenient:
            cleaned["next_date"] = None
        else:
            self.add_error("next_date", "约好的日子要在走访当天以后一年以内，请重新选。")

    @property
    def received_at(self):
        """When what a phone wrote down counts as written: the time of its record for 补记, now on the page."""
        return getattr(self, "_written_at", None) or timezone.now()

    def written_at(self, moment) -> "VisitForm":
        """Set the corrected time a phone wrote the record, before validation."""
        self._written_at = moment
        return self

    def said(self) -> Said:
        """The visit as the service takes it."""
        return self._said(self.cleaned_data)

    def _said(self, cleaned: dict) -> Said:
        day: date | None = cleaned.get("day")
        dated = bool(cleaned.get("written_later") and day and cleaned.get("part"))
        return Said(
            household=self.household,
            outcome=cleaned.get("outcome", ""),
            submission=cleaned.get("submission") or uuids.uuid4(),
            happened_at=later(day, cleaned["part"]) if dated and day else getattr(self, "_written_at", None),
            written_later=dated,
            way=cleaned.get("way") or Way.HOME,
            purpose=cleaned.get("purpose"),
            people=list(cleaned.get("people") or []),
            others=cleaned.get("others", ""),
            note=cleaned.get("note", ""),
            knows_chief={"yes": True, "no": False}.get(cleaned.get("knows_chief", "")),
            next_date=cleaned.get("next_date"),
            next_part=cleaned.get("next_part", ""),
            lines=cleaned.get("lines", []),
            spoken=cleaned.get("spoken", []),
            with_people=list(cleaned.get("with_people") or []),
            with_units=list(cleaned.get("with_units") or []),
            photos=self._photos("photos"),
        )
