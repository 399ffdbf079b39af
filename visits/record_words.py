"""A record from a phone in words, for whoever has to decide about it: what was written down, never how it was sent."""

from dataclasses import dataclass
from datetime import date, datetime

from cases.models import Case
from common.sensitive import mask
from grids.models import Compound
from households.models import Household, Resident
from visits import upgraders
from visits.envelope import uuid_of
from visits.forms import FINE, FINE_LABEL
from visits.models import Conflict, Purpose, Submission, Topic, VisitPhoto
from visits.records import fields_of, happened, whole
from visits.services.syncing import body_of, key_in
from visits.states import Handling, Outcome, Part, Told, Way
from wishes.models import Wish

_NOTHING = "—"


@dataclass(frozen=True)
class Words:
    """One record in words: the door as the phone called it, when it happened, and what it says line by line."""

    label: str
    happened_at: datetime
    lines: list[tuple[str, str]]
    emptied: bool = False


def label_of(row: Submission | Conflict) -> str:
    """The door as the visitor's phone called it: 3-1-402; "" once the record was emptied."""
    label = body_of(row).get("label")
    return whole(label)[:40] if isinstance(label, str) else ""


def words_of(row: Submission | Conflict) -> Words:
    """The record in words. One that cannot be read says so; one that was emptied has no lines."""
    when = happened(row) or row.received_at
    if not row.payload:
        return Words("", when, [], emptied=True)
    try:
        body = upgraders.upgrade(body_of(row), row.schema_version)
    except upgraders.Unknown:
        return Words(label_of(row), when, [("内容", "这是新版页面写的，系统更新以后才能看。")])
    data = fields_of(body)
    lines = [
        ("结果", _choice(Outcome, data.get("outcome"))),
        ("说到", _heard(data)),
        ("见到", _met(data, body.get("household"))),
        ("说明", whole(data.get("note", ""))),
        ("方式", _choice(Way, data.get("way"))),
        ("目的", _name(Purpose, data.get("purpose"))),
        ("补记", _later(data)),
        ("约好", _dated(data, "next_date", "next_part")),
        ("在办的事", _told(data)),
        ("照片", _photos(data)),
    ]
    place = row.area_id if isinstance(row, Submission) else row.submission.area_id
    lines.insert(0, ("住户", _household(body.get("household"), (place or "")[:12])))
    return Words(label_of(row), when, [(name, words) for name, words in lines if words])


def compared(first: Words, second: Words) -> list[tuple[str, str, str]]:
    """Two records line by line: (what, the first, the second)."""
    left, right = dict(first.lines), dict(second.lines)
    names = list(dict.fromkeys([*left, *right]))
    return [(name, left.get(name, _NOTHING), right.get(name, _NOTHING)) for name in names]


def _choice(choices, value) -> str:
    return dict(choices.choices).get(value, whole(value or "")[:20])


def _name(model, value) -> str:
    found = model.objects.filter(pk=int(value)).first() if _is_id(value) else None
    return str(found) if found else ""


def _is_id(value) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16


def _heard(data) -> str:
    names = dict(Topic.objects.values_list("code", "name"))
    told = []
    for code in data.getlist("topics"):
        if code == FINE:
            told.append(FINE_LABEL)
            continue
        parts = [names.get(code, whole(code)[:20])]
        if data.get(f"handling-{code}") not in (None, "", Handling.RECORD):
            parts.append(f"（{_choice(Handling, data.get(f'handling-{code}'))}）")
        if data.get(f"urgent-{code}"):
            parts.append("，情况紧急")
        if detail := whole(data.get(f"detail-{code}", "")):
            parts.append(f"：{detail}")
        told.append("".join(parts))
    return "；".join(told)


def _met(data, household) -> str:
    """Who was met, as far as they live in the household the record names: ids of others tell nothing here."""
    ids = [one for one in data.getlist("people") if _is_id(one)]
    people = Resident.objects.filter(household=key_in(household), pk__in=ids).order_by("pk")
    called = [one.called or str(one.name) for one in people]
    return "、".join([*called, *filter(None, [whole(data.get("others", ""))])])


def _later(data) -> str:
    return _dated(data, "day", "part") if data.get("written_later") else ""


def _dated(data, day: str, part: str) -> str:
    try:
        found = date.fromisoformat(data.get(day, ""))
    except ValueError:
        return ""
    return f"{found.month}月{found.day}日{dict(Part.choices).get(data.get(part), '')}"


def _told(data) -> str:
    said = []
    for name in data:
        if not name.startswith("told-") or data.get(name) not in Told.values:
            continue
        kind, _, number = name.removeprefix("told-").partition("-")
        model = {"case": Case, "wish": Wish}.get(kind)
        known = model is not None and number.isalnum() and model.objects.filter(number=number).exists()
        said.append(f"{number if known else '一件事'}，{Told(data.get(name)).label}")
    return "；".join(said)


def _photos(data) -> str:
    listed = [one for name in data if name == "photos" or name.startswith("photos-") for one in data.getlist(name)]
    numbers = [found for one in listed if (found := uuid_of(one))]
    if not numbers:
        return ""
    try:
        came = VisitPhoto.objects.filter(uuid__in=numbers, arrived_at__isnull=False).count()
    except ValueError:
        came = 0
    return f"{came} / {len(numbers)}已到"


def _household(named, community: str) -> str:
    """The door a record names; one of another community is not told to whoever settles records of this one."""
    if isinstance(named, dict):
        compound = Compound.objects.filter(pk=key_in(named.get("compound"))).first()
        door = "-".join(whole(str(part)) for part in map(named.get, ("building_no", "unit_no", "room")) if part)
        name = named.get("name")
        called = mask(whole(name), "name") if isinstance(name, str) else ""
        return f"新住户　{compound.name if compound else ''}{door[:30]}　{called}"
    found = Household.objects.select_related("compound").filter(pk=key_in(named)).first()
    if found is None:
        return "没有找到"
    if found.community != community:
        return "别的社区的一户"
    moved = "（已搬离）" if found.state == Household.State.MOVED else ""
    return f"{found.compound.name}{found.door_name}{moved}"
