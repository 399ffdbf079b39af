"""How a visit is put right: a new version on top of the old one, for a day, by whoever wrote it down."""

import json
import uuid as uuids
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError, StalePage
from visits.models import Companion, Line, Visit, VisitVersion
from visits.services import mentioning, opening, standing
from visits.services.recording import Heard, Said, check, take, tell_community, way_of
from visits.states import Handling, OpinionState

_STALE = "这次走访刚才已经更正过，下面是现在的内容。请看一下再改。"


def correctable_until(visit: Visit) -> datetime:
    """The end of the day after the one on which the visit was received, local time."""
    day = timezone.localdate(visit.received_at) + timedelta(days=2)
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def may_correct(visit: Visit, user: User, *, at: datetime | None = None) -> bool:
    """Whether the user wrote the visit and may still put it right."""
    return visit.visitor_id == user.pk and (at or timezone.now()) < correctable_until(visit)


@transaction.atomic
def correct(visit: Visit, said: Said, *, seen: int | None = None, at: datetime | None = None, by: User) -> Visit:
    """Replace what a visit says; when and where it happened stays.

    1. Under the visit's lock: refuse anybody but the visitor, the day after the next, and a stale page (`seen`).
    2. Keep what was said until now as a version.
    3. Write the new content. Lines are found again by their uuid, else by topic; what a line opened stays open, also
       where the line is taken away, and such a line keeps its handling. New lines open what they ask for.
    4. Recompute where the household stands, and leave an audit entry.

    DomainError with words for the visitor; StalePage where somebody corrected it meanwhile.
    """
    at = at or timezone.now()
    visit = Visit.objects.select_for_update(of=("self",)).select_related("household", "visitor").get(pk=visit.pk)
    if visit.visitor_id != by.pk:
        raise DomainError("只有走访人自己可以更正。")
    if not may_correct(visit, by, at=at):
        raise DomainError("已过更正时间，走访记录在第二天结束前可以更正。")
    if seen is not None and seen != visit.version:
        raise StalePage(_STALE)
    add_version(visit, said, at=at, by=by)
    record("visit.correct", subject=("visit", visit.pk), by=by, version=visit.version)
    return visit


def add_version(visit: Visit, said: Said, *, at: datetime, by: User) -> None:
    """Keep what a locked visit says as a version and let it say `said`, in the visitor's name. `by` decided so."""
    check(said)
    VisitVersion.objects.create(
        visit=visit,
        number=visit.version,
        said=json.dumps(content(visit), ensure_ascii=False),
        replaced_at=at,
        replaced_by=by,
    )
    _rewrite(visit, said, at)
    _lines(visit, said.lines, at=at, by=visit.visitor)
    Visit.objects.filter(pk=visit.pk).update(photos_expected=visit.photos.count())
    for one in said.spoken:
        mentioning.mention(visit, told=one.told, case=one.case, wish=one.wish, at=at, by=visit.visitor)
    standing.renew(visit.household)
    tell_community(visit, at)


def content(visit: Visit) -> dict:
    """What a visit says now, as it is kept in a version: codes and ids, and the words themselves."""
    lines = visit.lines.filter(dropped_at__isnull=True).select_related("topic").order_by("pk")
    companions = list(visit.companions.all())
    return {
        "outcome": visit.outcome,
        "way": visit.way,
        "purpose": visit.purpose_id,
        "people": list(visit.people.order_by("pk").values_list("pk", flat=True)),
        "others": visit.others.plain if visit.others else "",
        "note": visit.note,
        "knows_chief": visit.knows_chief,
        "next_date": visit.next_date.isoformat() if visit.next_date else "",
        "next_part": visit.next_part,
        "with_people": [one.user_id for one in companions if one.user_id],
        "with_units": [one.unit_id for one in companions if one.unit_id],
        "lines": [
            {
                "uuid": str(line.uuid),
                "topic": line.topic.code,
                "handling": line.handling,
                "detail": line.detail,
                "urgent": line.urgent,
            }
            for line in lines
        ],
    }


def _rewrite(visit: Visit, said: Said, at: datetime) -> None:
    """The visit's own columns, people and companions."""
    visit.outcome, visit.way, visit.purpose = said.outcome, way_of(said), said.purpose
    visit.others, visit.note, visit.knows_chief = said.others, said.note, said.knows_chief
    visit.next_date, visit.next_part = said.next_date, said.next_part
    visit.version, visit.corrected_at = visit.version + 1, at
    visit.save()
    # Who left the household since cannot be chosen any more, but was met all the same.
    gone = visit.people.filter(left_date__isnull=False)
    visit.people.set({*said.people, *gone})
    visit.companions.all().delete()
    Companion.objects.bulk_create(
        [
            *(Companion(visit=visit, user=one) for one in said.with_people),
            *(Companion(visit=visit, unit=one) for one in said.with_units),
        ]
    )


def _lines(visit: Visit, wanted: list[Heard], *, at: datetime, by: User) -> None:
    """Keep, change, take away and add lines. One that was taken away before comes back with what it opened."""
    # Locked by themselves first: the community decides under the lock of a line, not of the visit.
    list(visit.lines.select_for_update().order_by("pk").values_list("pk"))
    held = list(visit.lines.select_related("topic", "finding").order_by("dropped_at", "pk"))
    kept: set[int] = set()
    fresh: list[Heard] = []
    for heard in wanted:
        line = _found_again(held, heard)
        if line is None:
            fresh.append(heard)
            continue
        kept.add(line.pk)
    visit.lines.filter(dropped_at__isnull=True).exclude(pk__in=kept).update(dropped_at=at)
    for heard in wanted:
        if (line := _found_again(held, heard)) is not None:
            _change(line, heard, visit=visit, at=at, by=by)
    for heard in fresh:
        heard.uuid = uuids.uuid4()
        take(visit, heard, at=at, by=by)


def _found_again(held: list[Line], heard: Heard) -> Line | None:
    """The line of this visit that says the same: by uuid, else the live or else any one of the topic."""
    same = [line for line in held if line.topic_id == heard.topic.pk]
    by_uuid = next((line for line in same if line.uuid == heard.uuid), None)
    return by_uuid or next((line for line in same if line.dropped_at is None), None) or next(iter(same), None)


def _change(line: Line, heard: Heard, *, visit: Visit, at: datetime, by: User) -> None:
    opened = getattr(line, "finding", None)
    if line.handling != heard.handling:
        if opened is not None:
            what = "立为事项" if opened.case_id else "记作微心愿"
            raise DomainError(f"“{line.topic.name}”已经{what}，不能改成别的；要撤，请在那件事里办。")
        if line.decided_at:
            raise DomainError(f"“{line.topic.name}”社区已经定了，不能改成别的。")
    line.visit = visit
    line.detail, line.urgent, line.dropped_at = heard.detail.strip(), heard.urgent, None
    if line.handling != heard.handling:
        line.handling = heard.handling
        line.opinion_state = OpinionState.WAITING if heard.handling == Handling.REFER else OpinionState.NONE
    line.save()
    if opened is None and line.handling == Handling.CASE:
        opening.open_case(line, at=at, by=by)
    elif opened is None and line.handling == Handling.WISH:
        opening.open_wish(line, at=at, by=by)
