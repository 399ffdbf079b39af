"""Records that did not fit, settled by a person; what was sent stays, for its time."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError, StalePage
from conftest import GRID
from households.services import keeping
from notifications.models import Notification
from visits import records, tasks
from visits import services as visits
from visits.envelope import sent
from visits.models import Submission, Visit, VisitVersion
from visits.services import syncing
from visits.states import SubmissionState
from visits.tests.test_sync import FIFTH, phone, record, send

__all__ = ["phone"]


def settle(body, how, *, by, **more):
    row = Submission.objects.get(pk=body["id"])
    return visits.settle_submission(row, how, read=records.read_as_sent, by=by, **more)


@pytest.fixture
def moved(phone, make_household):
    """A record about a household that went to the fifth grid this morning, after the visit of yesterday."""
    home = make_household(moved_in_date=timezone.localdate() - timedelta(days=60))
    keeping.move_grid(home, FIFTH, reason="网格调整", by=None)
    fields = {"topics": ["leak"], "handling-leak": ["case"], "detail-leak": ["漏水"]}
    body = record(home, at=timezone.now() - timedelta(days=1), fields=fields)
    send(phone, body)
    return body


def test_recorded_as_sent_it_belongs_to_the_place_and_the_person_of_that_day(moved, chen, wang):
    wang.postings.update(valid_to=timezone.localdate() - timedelta(days=1))
    row = settle(moved, "record", by=chen)
    visit = Visit.objects.get(uuid=moved["id"])
    assert (visit.visitor, visit.area_id, visit.happened_date) == (wang, GRID, timezone.localdate() - timedelta(days=1))
    assert (row.state, row.settled_by, row.decision, row.visit) == (SubmissionState.SETTLED, chen, "照记", visit)
    assert visit.findings.get().case.area_id == GRID
    assert Notification.objects.filter(seat=f"user:{wang.pk}", title="手机上传的一次走访已核对：照记").exists()
    assert Entry.objects.filter(verb="submission.settle", subject_id=moved["id"], actor_id=chen.pk).exists()


def test_recorded_for_another_household(moved, make_household, chen):
    other = make_household("3-2-502")
    with pytest.raises(DomainError, match="哪一户"):
        settle(moved, "other", by=chen)
    settle(moved, "other", household=other, by=chen)
    assert Visit.objects.get().household == other


def test_what_is_not_recorded_is_kept_with_the_reason(moved, chen, phone):
    with pytest.raises(DomainError, match="为什么不记"):
        settle(moved, "drop", reason=" ", by=chen)
    row = settle(moved, "drop", reason="重复记录", by=chen)
    assert row.decision == "不记：重复记录" and "漏水" in row.payload.plain.encode().decode("unicode_escape")
    assert not Visit.objects.exists()
    assert send(phone, moved).json() == {"ack": moved["id"], "state": "processed", "words": "已核对：不记：重复记录"}


def test_settled_once_only(moved, chen, he):
    settle(moved, "record", by=chen)
    with pytest.raises(StalePage, match="已经核对过了：照记"):
        settle(moved, "drop", reason="不要", by=he)


def test_what_nobody_can_record_is_refused_with_what_is_missing(phone, make_household, chen):
    send(phone, body := record(make_household(), fields={"outcome": ["gone"]}))
    with pytest.raises(DomainError, match="“走访结果”填得不对"):
        settle(body, "record", by=chen)
    assert Submission.objects.get().state == SubmissionState.REVIEW


@pytest.fixture
def twice(phone, make_household):
    """Two different records under one id: nobody home, then met."""
    home = make_household()
    body = record(home, fields={"outcome": ["absent"], "topics": [], "note": ["傍晚再去"]})
    send(phone, body)
    later = {**body, "seq": 2, "fields": {"outcome": ["met"], "topics": ["leak"], "note": ["在家"]}}
    assert send(phone, later).status_code == 409
    return body


def test_row_03_the_later_of_two_takes_the_place_and_the_first_stays_in_history(twice, chen):
    settle(twice, "later", by=chen)
    visit = Visit.objects.get()
    assert (visit.outcome, visit.note, visit.version, visit.lines.get().topic.code) == ("met", "在家", 2, "leak")
    assert "傍晚再去" in VisitVersion.objects.get().said.plain


def test_row_03_both_of_two_count(twice, chen):
    settle(twice, "both", by=chen)
    assert sorted(Visit.objects.values_list("outcome", flat=True)) == ["absent", "met"]


def test_row_03_the_first_of_two_stays(twice, chen):
    row = settle(twice, "first", by=chen)
    assert Visit.objects.get().outcome == "absent" and row.conflicts.count() == 1
    with pytest.raises(StalePage):
        settle(twice, "later", by=chen)


@pytest.mark.django_db(transaction=True)
def test_two_people_settling_at_once_make_one_visit(make_household, phone, chen, he):
    send(phone, body := record(make_household(), at=timezone.now() - timedelta(days=9)))
    start, refused = threading.Barrier(2), []

    def go(person):
        start.wait()
        try:
            settle(body, "record", by=person)
        except StalePage as stale:
            refused.append(stale)
        finally:
            connection.close()

    people = [threading.Thread(target=go, args=[person]) for person in (chen, he)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert Visit.objects.count() == 1 and len(refused) == 1


def test_records_are_settled_in_the_own_area_only(moved, chen, wang, outsider):
    rows = Submission.objects.to_review()
    assert rows.reviewable_by(chen).count() == 1
    assert rows.reviewable_by(outsider).count() == rows.reviewable_by(wang).count() == 0
    assert rows.visible_to(wang).count() == 1


def test_a_record_whose_processing_was_cut_off_is_taken_up_later(make_household, wang):
    at = timezone.now()
    syncing.receive(sent(record(make_household())), at=at - timedelta(minutes=10), by=wang)
    assert not Visit.objects.exists()
    assert tasks.process_left() == 1 and tasks.process_left() == 0
    assert Visit.objects.count() == 1


def test_what_was_sent_is_emptied_after_90_days_and_the_row_stays(phone, make_household, wang):
    home = make_household()
    done, waiting, fresh = record(home), record(home, fields={"outcome": ["gone"]}), record(home)
    for body in (done, waiting, fresh):
        send(phone, body)
    long_ago = timezone.now() - timedelta(days=91)
    Submission.objects.filter(pk__in=[done["id"], waiting["id"]]).update(received_at=long_ago)
    assert tasks.forget_payloads() == 1 and tasks.forget_payloads() == 0
    assert set(Submission.objects.filter(payload__isnull=True).values_list("pk", flat=True)) == {uuid.UUID(done["id"])}
    assert send(phone, done).json()["state"] == "processed"
