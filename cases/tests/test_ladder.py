"""The climb by itself: grid, community, street, district, once per deadline."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from cases import services as cases
from cases.models import Case, Event
from cases.states import Alarm, Status
from conftest import GRID, XINCUN, moment
from grids.levels import Level
from notifications.models import Notification

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-11-23 10:00")


def test_a_request_starts_at_its_grid_with_one_working_day(make_case):
    case = make_case(at=MONDAY)
    assert (case.level, case.status) == (Level.GRID, Status.RECEIVED)
    assert case.due_at == moment("2026-11-24 10:00")
    assert case.next_alarm_at == min(case.sign_by, case.warn_at)


def test_an_unsolved_case_climbs_to_the_district_one_level_at_a_time(make_case):
    case = make_case(at=MONDAY)
    seen = []
    for _ in range(3):
        cases.sweep(at=case.climb_at)
        case.refresh_from_db()
        seen.append(case.level)
    assert seen == [Level.COMMUNITY, Level.STREET, Level.DISTRICT]
    climbs = Event.objects.filter(case=case, alarm=Alarm.CLIMB)
    assert climbs.count() == 3
    assert Entry.objects.filter(verb="case.climb", subject_id=str(case.pk)).count() == 3


def test_a_climb_tells_both_seats_neutrally(make_case):
    case = make_case(at=MONDAY)
    Notification.objects.all().delete()
    cases.sweep(at=case.climb_at)
    told = dict(Notification.objects.values_list("seat", "title"))
    assert set(told) == {f"area:{GRID}", f"area:{XINCUN}"}
    assert all(title.startswith("已按时限转社区继续办理") for title in told.values())


def test_second_sweep_does_not_escalate_again(make_case):
    case = make_case(at=MONDAY)
    first, second = cases.sweep(at=case.climb_at), cases.sweep(at=case.climb_at)
    assert (first.counts, second.counts) == ({"climb": 1}, {})


def test_an_urgent_case_skips_the_community_but_not_the_street(make_case):
    case = make_case(at=MONDAY, category="power-box")
    assert case.urgent
    cases.sweep(at=case.climb_at)
    case.refresh_from_db()
    assert case.level == Level.STREET


def test_at_the_district_a_case_is_marked_once_and_stands_first(make_case):
    case = make_case(at=MONDAY)
    for _ in range(4):
        cases.sweep(at=case.climb_at)
        case.refresh_from_db()
    assert (case.level, case.queue_rank, case.next_alarm_at) == (Level.DISTRICT, 0, None)
    assert cases.sweep(at=case.climb_at).total == 0
    assert Event.objects.filter(case=case, alarm=Alarm.EXHAUST).count() == 1


def test_where_the_limit_proposes_the_climb_follows_one_working_day_later(make_case):
    case = make_case(area=XINCUN, category="neighbour-noise", at=MONDAY)
    assert case.climb_at > case.due_at
    assert cases.sweep(at=case.due_at).counts.keys() == {"propose"}
    case.refresh_from_db()
    assert case.level == Level.COMMUNITY
    cases.sweep(at=case.climb_at)
    case.refresh_from_db()
    assert case.level == Level.STREET


def test_the_holder_is_warned_at_three_quarters_and_when_unsigned(make_case):
    case = make_case(at=MONDAY)
    moments = sorted([case.sign_by, case.warn_at])
    counts = [cases.sweep(at=at).counts for at in moments]
    assert {key for count in counts for key in count} == {"unsigned", "warn"}
    case.refresh_from_db()
    assert case.next_alarm_at == case.climb_at


def test_a_late_sweep_climbs_without_warning_first(make_case):
    case = make_case(at=MONDAY)
    assert cases.sweep(at=moment("2026-12-20 10:00")).counts == {"climb": 1}
    case.refresh_from_db()
    assert case.received_at == moment("2026-12-20 10:00")


def test_the_database_refuses_a_second_event_of_one_alarm(make_case):
    case = make_case(at=MONDAY)
    cases.sweep(at=case.climb_at)
    event = Event.objects.get(case=case, alarm=Alarm.CLIMB)
    event.pk, event.number = None, 99
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)


def test_history_cannot_be_edited(make_case):
    case = make_case(at=MONDAY)
    with pytest.raises(Exception, match="appended, never edited"), transaction.atomic():
        Event.objects.filter(case=case).update(note="改")


def test_cases_of_one_sweep_climb_in_chunks(make_case):
    for _ in range(7):
        make_case(at=MONDAY)
    assert cases.sweep(at=moment("2026-11-24 10:00"), chunk=3).counts == {"climb": 7}
    assert Case.objects.filter(level=Level.COMMUNITY).count() == 7
