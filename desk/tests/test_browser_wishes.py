"""Micro-wishes in a real browser: reviewed and published at a desk, confirmed on a phone, a number shown with a reason."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from audit.models import Entry
from ops.pytest_browser import assert_accessible
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import Status

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "13800001234"


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


def test_a_wish_is_reviewed_and_published_at_a_desk(desktop, enter, make_wish, chen):
    wish = make_wish(at=timezone.now())
    enter(desktop, chen)
    desktop.goto("/desk/")
    desktop.get_by_role("link", name="微心愿", exact=False).first.click()
    expect(desktop.get_by_role("heading", name="微心愿")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("link", name="看药盒上的字吃力").click()
    assert_accessible(desktop)
    desktop.get_by_label("公开标题").fill("想要一副老花镜")
    desktop.get_by_label("公开说明").fill("请送到3号楼2单元")
    desktop.get_by_role("button", name="审核通过并上墙").click()
    expect(desktop.get_by_text("里面有楼号门牌，请去掉")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_label("公开说明").fill("看药盒上的字吃力，300度左右。")
    desktop.get_by_label("公开标签").fill("独居老人")
    desktop.get_by_role("button", name="预览").click()
    expect(desktop.get_by_text("北大街道　独居老人")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="审核通过并上墙").click()
    expect(desktop.get_by_text("已上墙，等人认领")).to_be_visible()
    wish.refresh_from_db()
    assert (wish.status, wish.title) == (Status.WAITING, "想要一副老花镜")
    desktop.get_by_text("下架", exact=True).click()
    dialog = desktop.get_by_role("dialog")
    dialog.get_by_label("理由").fill("和另一个重复")
    assert_accessible(desktop)
    dialog.get_by_role("button", name="下架").click()
    expect(desktop.get_by_text("已下架：和另一个重复")).to_be_visible()


def test_the_grid_worker_calls_and_confirms_on_a_phone(phone, enter, make_wish, make_volunteer, chen, wang):
    wish = make_wish(at=timezone.now())
    wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
    helper = make_volunteer()
    wishes.deliver(wishes.claim(wish, by=helper), proof="戴着正好", by=helper)
    enter(phone, wang)
    phone.goto("/desk/wishes/")
    assert_accessible(phone)
    phone.get_by_role("link", name="想要一副老花镜").click()
    expect(phone.get_by_text("戴着正好").first).to_be_visible()
    assert NUMBER not in phone.content()
    phone.get_by_role("link", name="查看联系方式").click()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_label("查看原因").select_option("follow_up")
    assert_accessible(phone)
    dialog.get_by_role("button", name="查看5分钟").click()
    expect(phone.get_by_text(NUMBER)).to_be_visible()
    expect(phone.get_by_text(re.compile("4分.*秒后隐藏"))).to_be_visible()
    assert not re.search(rf'="[^"]*{NUMBER}', phone.content())
    assert Entry.objects.get(verb="wish.reveal").actor_id == wang.pk
    phone.get_by_label("心愿人感谢的话").fill("谢谢，看得清了")
    phone.get_by_role("button", name="确认实现").click()
    expect(phone.get_by_text("已确认实现")).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Wish.objects.get().status == Status.FULFILLED
