"""What is offered for an agenda: left over first, then what reviews sent, then the ledgers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import moment
from supervision.models import AgendaItem, Ledger, LedgerItem, Review
from supervision.services import agenda, deciding, meetings

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-24 10:00")
HELD = moment("2026-11-30 15:00")


@pytest.fixture
def item(make_case, sun) -> AgendaItem:
    meeting = meetings.plan(HELD, "区委三楼会议室", at=NOW, by=sun)
    return meetings.add_case(meeting, make_case(subject="涵洞积水"), "泵站归谁管", at=NOW, by=sun)


def test_left_over_comes_first_then_reviews_then_ledgers(item, make_case, sun, qian):
    reviewed, listed = make_case(subject="研判"), make_case(subject="台账")
    Review.objects.create(case=reviewed, step=1, saved_by=qian, decision="meeting", decided_at=NOW, decided_by=qian)
    day = timezone.localdate(NOW)
    ledger = Ledger.objects.create(year=2026, number=12, from_date=day, to_date=day, opened_by=qian)
    LedgerItem.objects.create(ledger=ledger, case=listed, position=3, listed_by=qian)
    deciding.postpone(item, at=NOW, by=sun)
    following = meetings.plan(HELD + timedelta(days=28), "三楼", at=NOW, by=sun)
    found = agenda.offers(following, sun)
    assert [(one.case.pk, one.why) for one in found] == [
        (item.case_id, "2026年第1次联席研判留到下次"),
        (reviewed.pk, "研判提请联席研判"),
        (listed.pk, "清单第12号之3"),
    ]
    assert found[0].question == "泵站归谁管"
    for one in found:
        meetings.add_case(following, one.case, "定什么", at=NOW + timedelta(minutes=1), by=sun)
    assert agenda.offers(following, sun) == []
    assert agenda.offers(meetings.plan(HELD, "三楼", at=NOW, by=sun), sun) == []


def test_nobody_is_offered_what_they_may_not_see(item, sun, outsider):
    deciding.postpone(item, at=NOW, by=sun)
    assert agenda.offers(meetings.plan(HELD, "三楼", at=NOW, by=sun), outsider) == []
