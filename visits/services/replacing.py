"""The second of two records takes the place of the first: what the first said stays as an old version."""

import json
from datetime import datetime

from accounts.models import User
from audit.services import record
from visits.models import Companion, Visit, VisitVersion
from visits.services import mentioning, standing
from visits.services.recording import Heard, Said, check, expect, take


def replace(visit: Visit, said: Said, *, at: datetime, by: User) -> Visit:
    """Let `visit` say what `said` says, on the day of the first record. Belongs inside the caller's transaction.

    What the first one opened stays open; a topic of both keeps its line and its handling. DomainError where the second
    does not fit together.
    """
    check(said)
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    said_before = json.dumps(_content(visit), ensure_ascii=False)
    VisitVersion.objects.create(visit=visit, number=visit.version, said=said_before, replaced_at=at, replaced_by=by)
    visit.outcome, visit.way, visit.purpose = said.outcome, said.way, said.purpose
    visit.others, visit.note, visit.knows_chief = said.others, said.note, said.knows_chief
    visit.next_date, visit.next_part = said.next_date, said.next_part
    visit.version, visit.corrected_at = visit.version + 1, at
    visit.save()
    visit.people.set(said.people)
    visit.companions.all().delete()
    companions = [Companion(visit=visit, user=one) for one in said.with_people]
    companions += [Companion(visit=visit, unit=one) for one in said.with_units]
    Companion.objects.bulk_create(companions)
    _lines(visit, said.lines, at)
    expect(visit, said.photos, None, visit.visitor)
    Visit.objects.filter(pk=visit.pk).update(photos_expected=visit.photos.count())
    for one in said.spoken:
        mentioning.mention(visit, told=one.told, case=one.case, wish=one.wish, at=at, by=visit.visitor)
    standing.renew(visit.household)
    record("visit.replace", subject=("visit", visit.pk), by=by, version=visit.version)
    return visit


def _lines(visit: Visit, wanted: list[Heard], at: datetime) -> None:
    live = {line.topic_id: line for line in visit.lines.filter(dropped_at__isnull=True)}
    kept = [heard for heard in wanted if heard.topic.pk in live]
    visit.lines.filter(dropped_at__isnull=True).exclude(topic__in=[heard.topic for heard in kept]).update(dropped_at=at)
    for heard in kept:
        line = live[heard.topic.pk]
        line.detail, line.urgent = heard.detail.strip(), heard.urgent
        line.save(update_fields=["detail", "urgent"])
        expect(visit, heard.photos, line, visit.visitor)
    for heard in wanted:
        if heard.topic.pk not in live:
            take(visit, heard, at=at, by=visit.visitor)


def _content(visit: Visit) -> dict:
    """What a visit says now: codes and ids, and the words themselves."""
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
