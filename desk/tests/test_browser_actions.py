"""Every action that the walks through the case page leave out, each through its own page in a real browser."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Event
from cases.services.acting import OFFICE_UNIT, unit_of
from cases.states import Action, Outcome, Status
from conftest import XINCUN
from grids.levels import Level
from grids.models import Organization
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def take(live_server, desktop):
    """take(user, case, action, field=value…): fill in the page of an action and send it."""

    def act(user, case: Case, action: Action, **typed: str) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        desktop.context.clear_cookies()
        desktop.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        desktop.goto(reverse("desk:act", args=[case.number, action]))
        for name, words in typed.items():
            field = desktop.locator(f"main [name={action}-{name}]")
            if field.first.get_attribute("type") == "radio":
                desktop.locator(f'main [name={action}-{name}][value="{words}"]').check(force=True)
            elif field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(words)
            else:
                field.fill(words)
        assert_accessible(desktop)
        desktop.locator("main form[method=post] button.btn-primary").last.click()
        desktop.wait_for_url(f"**{case.get_absolute_url()}")
        assert Event.objects.filter(case=case, action=action).exists(), f"{action} left no event"

    return act


def now_of(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_words_and_labels(take, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    take(he, case, Action.NOTE, text="已到现场看过")
    take(he, case, Action.TITLE, title="家属院门前路灯维修")
    take(he, case, Action.CLASSIFY, matter_class="big", reason="涉及整条巷子")
    assert (now_of(case).title, now_of(case).matter_class) == ("家属院门前路灯维修", "big")


def test_one_case_is_merged_into_another(take, make_case, he):
    case, other = make_case(area=XINCUN, at=timezone.now()), make_case(area=XINCUN, at=timezone.now())
    take(he, case, Action.MERGE, into=other.number)
    assert now_of(case).merged_into == other


def test_a_refusal_is_asked_for_and_a_suspended_case_taken_up_again(take, make_case, he, chen):
    case, resting = make_case(area=XINCUN, at=timezone.now()), make_case(area=XINCUN, at=timezone.now())
    take(he, case, Action.ASK_REFUSAL, reason="属于个人借款，已告知法律服务日")
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    take(he, resting, Action.ASK_SUSPENSION, reason_class="plan", review_date=later, reason="列入明年改造计划")
    for waiting in (case, resting):
        cases.decide(now_of(waiting).approvals.get(), agreed=True, by=chen)
    assert now_of(case).status == Status.REFUSED
    take(he, resting, Action.RESUME, note="材料到了")
    assert now_of(resting).status == Status.HANDLING


def test_calls_and_answers_that_staff_write_down(take, make_case, wang, he):
    case, called = make_case(at=timezone.now()), make_case(at=timezone.now())
    for answered in (case, called):
        cases.resolve(answered, 1, "换了灯泡", by=wang)
    take(he, case, Action.CONFIRM, outcome="solved", satisfaction="satisfied", comment="刘女士当面说修好了")
    assert now_of(case).status == Status.CLOSED
    take(wang, called, Action.FOLLOW_UP, note="电话没有人接，明天再打")
    assert now_of(called).status == Status.CONFIRMING


def test_a_dispute_is_explained_by_the_level_above(take, make_case, wang, he):
    case = make_case(at=timezone.now())
    cases.resolve(case, 1, "换了灯泡", by=wang)
    cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get())
    take(he, case, Action.EXPLAIN, public_text="这盏灯归供电公司，已经转告，周五前修。")
    assert now_of(case).review_by is None


def test_the_community_refuses_what_a_unit_did(take, make_case, zhao, qian, sun, li, he):
    case = make_case(at=timezone.now())
    for _ in range(3):
        cases.escalate(now_of(case), "本级办不了", by=zhao)
    take(qian, case, Action.COLLECT, note="请住建局牵头")
    assert now_of(case).handling_unit == unit_of(OFFICE_UNIT)
    unit = Organization.objects.get(code="zhujian")
    take(sun, case, Action.HAND_OUT, unit=str(unit.pk), instruction="查清管线并维修")
    take(li, case, Action.RESOLVE, closed_level="4", public_text="更换了主管")
    take(he, case, Action.REJECT, reason="下雨后还是漏")
    again = now_of(case)
    assert (again.status, again.handling_unit, again.level) == (Status.RECEIVED, unit, Level.DISTRICT)
