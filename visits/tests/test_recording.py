"""Writing a visit down: what it opens, what it leaves alone, and what a second sending does."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Case
from common.errors import DomainError
from conftest import GRID, XINCUN, moment
from visits import services as visits
from visits.models import Finding, Line, Standing, Topic, Visit, VisitPhoto
from visits.services.due import due_on
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def topic(code: str) -> Topic:
    return Topic.objects.get(code=code)


def test_a_visit_with_nothing_wrong_is_one_row(make_household, make_visit, wang):
    home = make_household()
    visit = make_visit(home, by=wang, at=moment("2026-11-23 10:00"))
    assert (visit.area_id, visit.community, visit.compound) == (GRID, XINCUN, home.compound)
    assert (visit.visitor, visit.way, visit.happened_date.isoformat()) == (wang, "home", "2026-11-23")
    assert Case.objects.count() == Wish.objects.count() == Line.objects.count() == 0
    assert Standing.objects.get(household=home).met_date.isoformat() == "2026-11-23"


def test_one_submission_opens_a_case_and_a_wish_and_leaves_an_opinion(make_household, make_visit, wang):
    home = make_household()
    visit = make_visit(home, by=wang, topics={"leak": "case", "needs": "wish", "parking": "refer", "light": "record"})
    case, wish = Case.objects.get(), Wish.objects.get()
    assert {(f.case, f.wish) for f in Finding.objects.filter(visit=visit)} == {(case, None), (None, wish)}
    assert (case.channel, case.area_id, case.compound, case.text) == ("visit", GRID, home.compound, "下雨后储藏间进水")
    assert (wish.household, wish.kind, wish.channel) == (home, "goods", "visit")
    assert case.place == "第一食品厂家属院3号楼2单元501"
    states = dict(visit.lines.values_list("topic__code", "opinion_state"))
    assert states == {"leak": "", "needs": "", "parking": "waiting", "light": ""}


def test_the_same_submission_again_changes_nothing(make_household, wang):
    said = visits.Said(make_household(), "met", lines=[visits.Heard(topic("leak"), "case", "漏了")])
    first = visits.write_down(said, by=wang)
    assert visits.write_down(said, by=wang) == first
    assert Visit.objects.count() == Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_twice_at_once_is_one_visit(make_household, wang):
    home = make_household()
    said = visits.Said(home, "met", lines=[visits.Heard(topic("leak"), "case", "漏了")])
    start = threading.Barrier(4)
    found = []

    def send():
        start.wait()
        try:
            found.append(visits.write_down(said, by=wang).pk)
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert Visit.objects.count() == Case.objects.count() == 1


@pytest.mark.parametrize(
    ("outcome", "lines", "words"),
    [
        ("absent", [("leak", "record")], "没有见到人"),
        ("met", [("leak", "record"), ("leak", "case")], "写了两次"),
        ("met", [("light", "wish")], "不能记作微心愿"),
    ],
)
def test_what_does_not_fit_together_is_refused(make_household, wang, outcome, lines, words):
    said = visits.Said(make_household(), outcome, lines=[visits.Heard(topic(code), how) for code, how in lines])
    with pytest.raises(DomainError, match=words):
        visits.write_down(said, by=wang)
    assert not Visit.objects.exists() and not Case.objects.exists()


def test_a_telephone_call_is_no_visit_at_home(make_visit, wang):
    visit = make_visit(outcome="phoned", by=wang)
    assert visit.way == "phone"
    standing = Standing.objects.get(household=visit.household)
    assert standing.met_date is None and standing.reached_date == visit.happened_date


def test_nobody_home_proposes_another_time_of_day_and_goes_to_the_community_after_three(
    make_household, make_visit, wang
):
    home = make_household()
    make_visit(home, "absent", by=wang, at=moment("2026-11-23 10:00"))
    standing = Standing.objects.get(household=home)
    assert (standing.absences, standing.next_date.isoformat(), standing.next_part) == (1, "2026-11-23", "evening")
    make_visit(home, "absent", by=wang, at=moment("2026-11-23 19:00"))
    standing.refresh_from_db()
    assert (standing.absences, standing.next_date.isoformat(), standing.next_part) == (2, "2026-11-24", "morning")
    assert standing.handed_at is None
    make_visit(home, "absent", by=wang, at=moment("2026-11-24 09:00"))
    standing.refresh_from_db()
    assert standing.handed_at == moment("2026-11-24 09:00") and standing.next_date is None


def test_the_community_settles_it_and_the_tries_start_anew(make_household, make_visit, wang, chen):
    home = make_household()
    for day in (21, 22, 23):
        make_visit(home, "absent", by=wang, at=moment(f"2026-11-{day} 10:00"))
    with pytest.raises(DomainError, match="请写明"):
        visits.settle(home, note=" ", by=chen)
    visits.settle(home, note="电话联系到女儿，周末再去", at=moment("2026-11-23 15:00"), by=chen)
    with pytest.raises(DomainError, match="已经处理过"):
        visits.settle(home, note="再来一次", by=chen)
    make_visit(home, "absent", by=wang, at=moment("2026-11-24 10:00"))
    assert Standing.objects.get(household=home).handed_at is None


def test_a_late_record_finds_its_place_in_time(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, "met", by=wang, at=moment("2026-11-24 10:00"))
    make_visit(home, "absent", by=wang, at=moment("2026-11-23 10:00"))
    standing = Standing.objects.get(household=home)
    assert (standing.outcome, standing.absences, standing.met_date.isoformat()) == ("met", 0, "2026-11-24")


def test_a_clock_far_ahead_does_not_date_a_visit_into_the_future(make_household, wang):
    now = timezone.now()
    said = visits.Said(make_household(), "met", happened_at=now + timezone.timedelta(days=2))
    assert visits.write_down(said, at=now, by=wang).happened_at == now


def test_photos_are_named_first_and_counted(make_household, wang):
    one, two = uuid.uuid4(), uuid.uuid4()
    said = visits.Said(
        make_household(), "met", lines=[visits.Heard(topic("leak"), "case", "漏了", photos=[one])], photos=[two]
    )
    visit = visits.write_down(said, by=wang)
    assert visit.photos_expected == 2
    assert set(VisitPhoto.objects.filter(visit=visit).values_list("uuid", flat=True)) == {one, two}


def test_who_is_due(make_household, make_visit, wang):
    met, never = make_household("3-2-501"), make_household("3-2-502", people=[("孙某", "head")])
    make_visit(met, by=wang, at=timezone.now() - timedelta(days=5))
    rows = type(met).objects.visible_to(wang)
    today = timezone.localdate()
    assert list(due_on(rows, today)) == [never]
    assert list(due_on(rows, today + timedelta(days=178)).order_by("pk")) == [met, never]


def test_knocking_three_times_in_one_morning_is_one_try(make_household, make_visit, wang):
    home = make_household()
    for minute in ("00", "01", "02"):
        make_visit(home, "absent", by=wang, at=moment(f"2026-11-23 10:{minute}"))
    standing = Standing.objects.get(household=home)
    assert (standing.absences, standing.handed_at) == (1, None)


def test_a_photo_of_another_visit_stays_where_it_is(make_household, make_visit, wang):
    number = uuid.uuid4()
    first = make_visit(make_household(), by=wang, photos=[number])
    with pytest.raises(DomainError, match="另一次走访"):
        visits.write_down(visits.Said(first.household, "met", photos=[number]), by=wang)
    assert VisitPhoto.objects.get(uuid=number).visit == first and Visit.objects.count() == 1


def test_an_id_that_was_used_for_another_door_is_not_taken_for_saved(make_household, make_visit, wang, chen):
    first = make_visit(make_household(), by=wang)
    other = make_household("3-2-502", people=[("孙某", "head")])
    for said, by in ((visits.Said(other, "met"), wang), (visits.Said(first.household, "absent"), wang)):
        said.submission = first.uuid
        with pytest.raises(DomainError, match="重新填"):
            visits.write_down(said, by=by)
    assert Visit.objects.count() == 1


def test_the_reason_of_a_settlement_outlives_a_visit_written_meanwhile(make_household, make_visit, wang, chen):
    home = make_household()
    for day in (21, 22, 23):
        make_visit(home, "absent", by=wang, at=moment(f"2026-11-{day} 10:00"))
    visits.settle(home, note="电话联系到女儿", at=moment("2026-11-23 15:00"), by=chen)
    make_visit(home, "absent", by=wang, at=moment("2026-11-24 10:00"))
    standing = Standing.objects.get(household=home)
    assert (standing.settled_by, standing.settled_note, standing.handed_at) == (chen, "电话联系到女儿", None)
