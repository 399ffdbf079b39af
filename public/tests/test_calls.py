"""The link of a call-back: three questions, one answer, and nothing for anybody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases import services as cases
from cases.models import CallBack, Case
from cases.services import calling
from conftest import GRID

pytestmark = pytest.mark.django_db
SAID = {"outcome": "solved", "satisfaction": "satisfied", "note": "亮了"}


@pytest.fixture
def call(make_case, wang) -> CallBack:
    case = make_case(at=timezone.now(), text="张三家门口黑", name="张三", place="12号楼3单元502")
    cases.set_title(case, "路灯维修", by=wang)
    cases.resolve(case, 1, "换好了灯泡", by=wang)
    return calling.ask(case, seat=f"area:{GRID}", by=wang)


@pytest.fixture
def browser() -> Client:
    return Client()


def at(call) -> str:
    return f"/r/{call.token}/"


def test_it_shows_the_public_title_and_the_answer_and_nothing_else(browser, call):
    page = browser.get(at(call))
    html = page.content.decode()
    assert "路灯维修" in html and "换好了灯泡" in html and "问题解决了吗" in html
    for secret in ("张三", "502", "1380", call.case.number, "王"):
        assert secret not in html, secret
    assert page["X-Robots-Tag"] == "noindex" and "no-store" in page["Cache-Control"]


def test_the_answer_closes_the_case_and_ends_the_link(browser, call):
    assert "已经记下" in browser.post(at(call), SAID).content.decode()
    call.refresh_from_db()
    case = Case.objects.get(pk=call.case_id)
    assert (call.way, call.reached, call.done_by, call.note) == ("web", True, None, "亮了")
    assert (case.status, case.outcome, case.reports.get().comment) == ("closed", "solved", "亮了")
    for answer in (browser.get(at(call)), browser.post(at(call), SAID | {"outcome": "unsolved"})):
        assert answer.status_code == 410 and "已经结束" in answer.content.decode()
        assert "路灯维修" not in answer.content.decode()


def test_unsolved_goes_to_the_level_above_with_a_reason(browser, call):
    kept = browser.post(at(call), SAID | {"outcome": "unsolved", "note": "还是黑"})
    assert "请选择为什么没有解决" in kept.content.decode() and "还是黑" in kept.content.decode()
    done = browser.post(at(call), SAID | {"outcome": "unsolved", "unsolved_reason": "not_done"})
    assert "由上一级" in done.content.decode()
    assert Case.objects.get(pk=call.case_id).review_by and CallBack.objects.get().unsolved_reason == "not_done"


@pytest.mark.parametrize("sent", [{}, {"outcome": "nonsense"}, {"outcome": "solved", "satisfaction": "x"}])
def test_what_makes_no_sense_is_asked_again(browser, call, sent):
    assert "请" in browser.post(at(call), sent).content.decode()
    assert CallBack.objects.waiting().count() == 1


def test_an_unknown_link_opens_nothing(browser, call):
    assert browser.get(f"/r/{uuid4()}/").status_code == 404
    assert browser.get("/r/1/").status_code == 404
    assert browser.put(at(call)).status_code == browser.delete(at(call)).status_code == 405


def test_after_two_weeks_it_is_over(browser, call):
    CallBack.objects.update(asked_for_at=timezone.now() - timedelta(days=14))
    for answer in (browser.get(at(call)), browser.post(at(call), SAID)):
        assert answer.status_code == 410 and "过期" in answer.content.decode()
    assert CallBack.objects.waiting().exists(), "staff may still call"


def test_whoever_withdrew_is_not_asked(browser, call):
    call.case.reports.update(withdrawn_at=timezone.now())
    assert browser.get(at(call)).status_code == 410


def test_guessing_is_throttled(browser, call, settings):
    settings.PUBLIC_LIMITS = {"call-network": "2/hour"}
    for _ in range(2):
        assert browser.get(f"/r/{uuid4()}/").status_code == 404
    assert browser.get(at(call)).status_code == 429
