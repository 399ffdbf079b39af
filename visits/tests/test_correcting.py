"""Corrections: a new version for a day, the old one kept, and what was opened stays open."""

import json
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from cases.models import Case
from common.errors import DomainError, StalePage
from conftest import moment
from visits import services as visits
from visits.models import Finding, Line, Standing, Topic, Visit, VisitVersion
from wishes.models import Wish

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-23 10:00"


def heard(code: str, handling: str = "record", detail: str = "", **more) -> visits.Heard:
    return visits.Heard(Topic.objects.get(code=code), handling, detail, **more)


def said(visit: Visit, outcome: str = "met", *lines: visits.Heard, **more) -> visits.Said:
    return visits.Said(visit.household, outcome, submission=visit.uuid, lines=list(lines), **more)


def handlings(visit: Visit) -> dict[str, str]:
    return dict(visit.lines.filter(dropped_at__isnull=True).values_list("topic__code", "handling"))


@pytest.fixture
def visit(make_visit, wang) -> Visit:
    """Met on Monday morning: a leak that became a case, and parking."""
    return make_visit(by=wang, at=moment(MONDAY), topics={"leak": "case", "parking": "record"}, note="老人在家")


def test_the_old_content_is_kept_sealed_and_the_new_one_stands(visit, wang):
    more = heard("leak", "case", "地下室也进水"), heard("light", "refer", "楼道灯不亮")
    visits.correct(visit, said(visit, "phoned", *more, note="电话里说的"), at=moment("2026-11-24 23:59"), by=wang)
    visit.refresh_from_db()
    assert (visit.outcome, visit.way, visit.note, visit.version) == ("phoned", "phone", "电话里说的", 2)
    assert visit.happened_at == moment(MONDAY) and visit.corrected_at == moment("2026-11-24 23:59")
    assert handlings(visit) == {"leak": "case", "light": "refer"}
    old = VisitVersion.objects.get(visit=visit)
    kept = json.loads(old.said.plain)
    assert (old.number, old.replaced_by, kept["outcome"], kept["note"]) == (1, wang, "met", "老人在家")
    assert [(one["topic"], one["handling"]) for one in kept["lines"]] == [("leak", "case"), ("parking", "record")]
    assert Entry.objects.filter(verb="visit.correct", subject_id=str(visit.pk)).count() == 1
    standing = Standing.objects.get(household=visit.household)
    assert standing.met_date is None and standing.reached_date == visit.happened_date
    with pytest.raises(DatabaseError), transaction.atomic():
        VisitVersion.objects.update(number=7)


def test_lines_are_found_again_and_what_they_opened_is_not_opened_twice(visit, wang):
    leak, parking = visit.lines.order_by("pk")
    lines = heard("leak", "case", "下雨后储藏间进水", uuid=leak.uuid), heard("parking", "case", "充电桩坏了")
    visits.correct(visit, said(visit, "met", *lines), at=moment("2026-11-23 18:00"), by=wang)
    assert Line.objects.count() == 2 and Case.objects.count() == 2
    assert Finding.objects.get(line=parking).case.text == "充电桩坏了"


def test_what_became_a_case_is_not_turned_into_something_else(visit, wang):
    with pytest.raises(DomainError, match="已经立为事项"):
        visits.correct(visit, said(visit, "met", heard("leak", "record")), at=moment(MONDAY), by=wang)
    visit.refresh_from_db()
    assert visit.version == 1 and not VisitVersion.objects.exists() and handlings(visit)["leak"] == "case"


def test_what_the_community_decided_is_not_turned_into_something_else(make_visit, wang, chen):
    visit = make_visit(by=wang, at=moment(MONDAY), topics={"parking": "refer"})
    visit.lines.update(opinion_state="nothing", decided_at=moment(MONDAY), decided_by=chen)
    with pytest.raises(DomainError, match="社区已经定了"):
        visits.correct(visit, said(visit, "met", heard("parking", "case")), at=moment(MONDAY), by=wang)


def test_a_line_taken_away_leaves_its_case_and_comes_back_with_it(visit, wang):
    visits.correct(visit, said(visit, "absent"), at=moment("2026-11-23 11:00"), by=wang)
    assert handlings(visit) == {} and set(visit.lines.values_list("dropped_at", flat=True)) == {
        moment("2026-11-23 11:00")
    }
    assert Case.objects.count() == 1 and Standing.objects.get(household=visit.household).absences == 1
    visits.correct(
        visit, said(visit, "met", heard("leak", "case", "又想起来了")), at=moment("2026-11-23 12:00"), by=wang
    )
    assert handlings(visit) == {"leak": "case"} and Case.objects.count() == 1 and Line.objects.count() == 2
    assert list(visit.versions.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_new_lines_open_what_they_ask_for(visit, wang):
    lines = heard("leak", "case", "下雨后储藏间进水"), heard("needs", "wish", "想要一副老花镜")
    visits.correct(visit, said(visit, "met", *lines), at=moment(MONDAY), by=wang)
    assert Wish.objects.get().household == visit.household


def test_the_id_of_somebody_elses_line_is_not_taken(visit, make_visit, make_household, wang):
    other = make_visit(make_household("3-2-502"), by=wang, at=moment(MONDAY), topics={"light": "record"})
    foreign = other.lines.get()
    lines = heard("leak", "case"), heard("light", "record", "楼道灯不亮", uuid=foreign.uuid)
    visits.correct(visit, said(visit, "met", *lines), at=moment(MONDAY), by=wang)
    foreign.refresh_from_db()
    assert foreign.visit == other and foreign.detail == "" and handlings(visit) == {"leak": "case", "light": "record"}


@pytest.mark.parametrize("at", ["2026-11-25 00:00", "2026-12-01 09:00"])
def test_after_the_end_of_the_next_day_nothing_is_corrected(visit, wang, at):
    with pytest.raises(DomainError, match="第二天结束前"):
        visits.correct(visit, said(visit), at=moment(at), by=wang)
    assert not visits.may_correct(visit, wang, at=moment(at)) and not VisitVersion.objects.exists()


def test_nobody_but_the_visitor_corrects(visit, chen):
    with pytest.raises(DomainError, match="走访人自己"):
        visits.correct(visit, said(visit), at=moment(MONDAY), by=chen)


def test_what_does_not_fit_together_is_refused_and_nothing_changes(visit, wang):
    with pytest.raises(DomainError, match="没有见到人"):
        visits.correct(visit, said(visit, "absent", heard("leak", "case")), at=moment(MONDAY), by=wang)
    assert not VisitVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_the_second_is_told(visit, wang):
    start = threading.Barrier(2)
    answers = []

    def send(note: str):
        start.wait()
        try:
            visits.correct(
                visit, said(visit, "met", heard("leak", "case"), note=note), seen=1, at=moment(MONDAY), by=wang
            )
            answers.append("kept")
        except StalePage as stale:
            answers.append(stale.message)
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(note,)) for note in ("甲", "乙")]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(answers, key=len)[0] == "kept" and "刚才已经更正过" in sorted(answers, key=len)[1]
    visit.refresh_from_db()
    assert visit.version == 2 and VisitVersion.objects.count() == 1 and Case.objects.count() == 1
