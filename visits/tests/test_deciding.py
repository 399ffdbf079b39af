"""What becomes of an opinion: decided once, by one, and the visitor hears of it."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Category
from common.errors import DomainError
from conftest import GRID, XINCUN
from notifications.models import Notification
from visits import services as visits
from visits.models import Finding, Line
from visits.states import OpinionState
from wishes.models import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def opinion(make_household, make_visit, wang):
    """opinion("parking"): one line left to the community."""

    def make(topic: str = "parking", home=None) -> Line:
        visit = make_visit(home or make_household(), by=wang, topics={topic: "refer"})
        return visit.lines.get()

    return make


def test_it_becomes_a_case_of_the_topic_or_of_a_chosen_category(opinion, make_household, chen):
    parking = opinion()
    visits.decide(parking, to="case", by=chen)
    case = Case.objects.get()
    assert (case.category.code, case.area_id, case.text) == ("parking", GRID, "下雨后储藏间进水")
    assert Finding.objects.get().line == parking
    other = opinion("other", make_household("3-2-502"))
    visits.decide(other, to="case", category=Category.objects.get(code="leak"), by=chen)
    assert other.finding.case.category.code == "leak"
    parking.refresh_from_db()
    assert (parking.opinion_state, parking.decided_by) == (OpinionState.CASE, chen)
    assert Entry.objects.filter(verb="opinion.decide", actor_id=chen.pk).count() == 2


def test_it_becomes_a_wish_where_the_topic_can_be_one(opinion, make_household, chen):
    visits.decide(opinion("needs"), to="wish", by=chen)
    assert Wish.objects.get().kind == "goods"
    parking = opinion("parking", make_household("3-2-502"))
    with pytest.raises(DomainError, match="不能列为微心愿"):
        visits.decide(parking, to="wish", by=chen)
    parking.refresh_from_db()
    assert parking.opinion_state == OpinionState.WAITING


def test_nothing_needs_a_reason_and_the_visitor_reads_it(opinion, wang, chen):
    line = opinion()
    with pytest.raises(DomainError, match="写明理由"):
        visits.decide(line, to="nothing", note="  ", by=chen)
    visits.decide(line, to="nothing", note="车位已经公示，详情打13800001234", by=chen)
    notice = Notification.objects.get(seat=f"user:{wang.pk}")
    assert notice.title == "您走访听到的“停车充电”，社区定为：不办理"
    assert "车位已经公示" in notice.body and "13800001234" not in notice.body
    assert not Case.objects.exists() and not Wish.objects.exists()


@pytest.mark.parametrize("to", ["", "waiting", "sold"])
def test_what_is_no_decision_is_refused(opinion, chen, to):
    with pytest.raises(DomainError, match="请选择怎么办"):
        visits.decide(opinion(), to=to, by=chen)


def test_the_second_decision_says_who_came_first(opinion, chen, he):
    line = opinion()
    visits.decide(line, to="consultation", by=chen)
    with pytest.raises(DomainError, match="陈书记已经定了：拟协商"):
        visits.decide(line, to="case", by=he)
    assert not Case.objects.exists()


def test_what_a_correction_took_back_is_not_decided(opinion, chen):
    line = opinion()
    Line.objects.filter(pk=line.pk).update(dropped_at=timezone.now())
    with pytest.raises(DomainError, match="去掉了这一条"):
        visits.decide(line, to="consultation", by=chen)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_open_one_case(opinion, chen, he):
    line = opinion()
    start, said = threading.Barrier(2), []

    def settle(person, to):
        start.wait()
        try:
            visits.decide(line, to=to, note="已经公示", by=person)
            said.append("done")
        except DomainError as refusal:
            said.append(refusal.message)
        finally:
            connection.close()

    both = [threading.Thread(target=settle, args=pair) for pair in ((chen, "case"), (he, "nothing"))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted("done" if words == "done" else "late" for words in said) == ["done", "late"]
    line.refresh_from_db()
    assert Case.objects.count() == (line.opinion_state == OpinionState.CASE)
    assert Notification.objects.filter(cause=f"line:{line.pk}:decided").count() == 1


def test_many_get_the_same_decision_and_those_decided_meanwhile_keep_theirs(opinion, make_household, chen, he):
    lines = [opinion(home=make_household(f"3-2-50{n}")) for n in (1, 2, 3)]
    visits.decide(lines[0], to="consultation", by=he)
    with pytest.raises(DomainError, match="一条一条定"):
        visits.decide_many(lines, to="case", by=chen)
    with pytest.raises(DomainError, match="写明理由"):
        visits.decide_many(lines, to="nothing", by=chen)
    assert visits.decide_many(lines, to="nothing", note="小区已经有停车方案", by=chen) == 2
    assert set(Line.objects.values_list("opinion_state", flat=True)) == {"consultation", "nothing"}


def test_only_the_own_community_decides(opinion, wang, he, chen, zhao, qian, outsider, clerk):
    line = opinion()
    assert line.visit.community == XINCUN
    assert [visits.may_decide(line, who) for who in (chen, he)] == [True, True]
    assert not any(visits.may_decide(line, who) for who in (wang, zhao, qian, outsider, clerk))
