"""A quarrel in a real browser: from the counter to the printed agreement and the follow-up."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from mediation.models import Dispute
from mediation.states import Status
from mediation.tests.making import ACCOUNT, NAMES, PHONES
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dispute_goes_to_a_printed_agreement_and_is_followed_up(phone, live_server, he):
    client = Client()
    client.force_login(he)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    phone.goto("/desk/disputes/")
    expect(phone.get_by_text("这里没有矛盾纠纷")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="登记纠纷").click()
    _register(phone)
    expect(phone.get_by_role("heading", name="邻里纠纷，相邻污染损害防止")).to_be_visible()
    assert NAMES[1] not in phone.content().replace(ACCOUNT, "")
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="受理", exact=True).click()
    expect(phone.get_by_text("已受理").first).to_be_visible()
    phone.locator("#do").get_by_label("记录").fill("双方都愿意让一步。")
    phone.get_by_role("button", name="写调解记录").click()
    panel = phone.locator("#do")
    panel.get_by_label("协议内容").fill("楼上拧干再晾；楼下晒被子前先说一声。")
    panel.get_by_label("履行的方式、地点、期限").fill("即日起。")
    panel.get_by_role("button", name="达成协议").click()
    expect(phone.get_by_text("协议已登记")).to_be_visible()
    phone.get_by_role("link", name="打印协议书").click()
    expect(phone.get_by_role("heading", name="人民调解协议书")).to_be_visible()
    expect(phone.get_by_role("cell", name=NAMES[0]).first).to_be_visible()
    assert_accessible(phone)
    phone.emulate_media(media="print")
    expect(phone.get_by_role("link", name="返回")).to_be_hidden()
    phone.emulate_media(media="screen")
    phone.get_by_role("link", name="返回").click()
    _look_at_a_party(phone)
    panel.get_by_label("已履行").check()
    panel.get_by_label("回访记录").fill("都做到了，没有再滴水。")
    panel.get_by_role("button", name="回访").click()
    expect(phone.get_by_text("回访已登记")).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Dispute.objects.get().status == Status.FOLLOWED_UP


def test_a_complaint_becomes_a_dispute_on_a_phone(phone, live_server, make_case, chen, he):
    case = make_case(category="neighbour-noise", text="楼上半夜拖椅子", at=timezone.now())
    client = Client()
    client.force_login(chen)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    phone.goto(case.get_absolute_url())
    phone.get_by_role("link", name="转为纠纷调解").click()
    phone.get_by_label("纠纷类别").select_option("0203")
    phone.get_by_label("调解员", exact=True).select_option(str(he.pk))
    phone.get_by_label("为什么转为调解").fill("双方愿意坐下来谈。")
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="转为纠纷调解").click()
    expect(phone.get_by_text("先补充双方当事人和纠纷经过")).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Dispute.objects.get().case == case


def _register(phone) -> None:
    phone.get_by_label("当事人申请").check()
    phone.get_by_label("社区窗口").check()
    phone.get_by_label("纠纷类别").select_option("0203")
    phone.get_by_label("发生日期").fill(phone.evaluate("new Date().toISOString().slice(0, 10)"))
    phone.get_by_label("所在社区或网格").select_option(index=1)
    phone.get_by_label("纠纷经过").fill(ACCOUNT)
    phone.get_by_label("申请人姓名", exact=True).fill(NAMES[0])
    phone.get_by_label("申请人手机号选填", exact=True).fill(PHONES[0])
    phone.get_by_label("被申请人姓名").fill(NAMES[1])
    phone.get_by_label("已口头告知双方").check()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="登记", exact=True).click()


def _look_at_a_party(phone) -> None:
    """Why first, then the number, in its place."""
    assert PHONES[0] not in phone.content()
    phone.get_by_role("link", name="查看申请人的姓名和联系方式").click()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_label("查看原因").select_option("follow_up")
    assert_accessible(phone)
    dialog.get_by_role("button", name="查看5分钟").click()
    expect(phone.get_by_text(PHONES[0])).to_be_visible()
