"""督办 in a real browser: from the board to an order, its answer and its paper; on a desk and on a phone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from ops.pytest_browser import assert_accessible
from supervision.models import Order
from supervision.rules import State
from supervision.services import ordering
from supervision.tests.scene import answer, handed_out, order_on

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "3号楼前路灯不亮"


@pytest.fixture
def enter(live_server):
    """Signs a page in as somebody: enter(page, user)."""

    def sign_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def late(make_case, zhao, qian, sun):
    """A case of 区住建局 that is overdue."""
    at = timezone.now() - timedelta(days=8)
    case = make_case(at=at)
    Case.objects.filter(pk=case.pk).update(title=TITLE)
    case.refresh_from_db()
    return handed_out(case, at, zhao=zhao, qian=qian, sun=sun, due_at=at + timedelta(days=2))


def test_the_office_sends_an_order_and_accepts_the_answer(desktop, phone, enter, late, sun, li):
    proposal = ordering.propose(late, "reports:3", "已有3人反映同一问题", at=timezone.now())
    enter(desktop, sun)
    desktop.goto("/desk/supervision/")
    expect(desktop.get_by_role("heading", name="建议督办")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_label("单位").select_option(label="区住建局")
    expect(desktop.locator("#board").get_by_text(TITLE).first).to_be_visible()
    desktop.get_by_role("link", name=TITLE).first.click()
    assert_accessible(desktop)
    desktop.get_by_role("link", name="发督办单").click()
    desktop.get_by_label("要求").fill("请说明没有办完的原因和整改时间")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="发督办单").click()
    expect(desktop.get_by_text("督办单已发出")).to_be_visible()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.number) == (State.ISSUED, 1)
    answer(proposal, timezone.now(), by=li)
    enter(phone, sun)
    phone.goto(proposal.get_absolute_url())
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("link", name="认可答复", exact=True).click()
    assert_accessible(phone)
    phone.get_by_role("button", name="认可答复").click()
    expect(phone.get_by_text("已认可答复")).to_be_visible()
    assert Order.objects.get().state == State.ACCEPTED
    desktop.goto(f"{proposal.get_absolute_url()}sheet/")
    assert_accessible(desktop)


def test_board_list_and_work_list_fit_a_phone(phone, enter, late, sun):
    ordering.propose(late, "reports:3", "已有3人反映同一问题", at=timezone.now())
    enter(phone, sun)
    for address in ("/desk/", "/desk/supervision/", "/desk/supervision/list/?lane=unsigned"):
        phone.goto(address)
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    phone.goto("/desk/supervision/")
    order = order_on(late, timezone.now(), by=sun)
    phone.goto(order.get_absolute_url())
    expect(phone.get_by_text("等区住建局答复")).to_be_visible()
