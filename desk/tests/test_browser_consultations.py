"""Thirty-seven opinions become one consultation: told, voted, published, paid by two signers, built, read by a resident."""

import os
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from common.templatetags.weidu import yuan
from consultations.models import Book, Consultation
from consultations.tests.test_machines import assert_book_holds
from ops.pytest_browser import PHONE, assert_accessible
from visits.models import Line as Said

pytestmark = pytest.mark.django_db(transaction=True)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
HEARD = (("sanitation", "菜园有异味，想清走", 19), ("other", "想有个坐的地方", 11), ("power", "想有充电的地方", 7))


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


def look(page, name: str = "") -> None:
    """axe, no sideways scroll; with SHOTS set a picture is kept there."""
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    if name and os.environ.get("SHOTS"):
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"consultation-{name}.png", full_page=True)


def stamp(days: int) -> str:
    return (timezone.localtime() - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def picture(colour: str) -> dict:
    kept = BytesIO()
    Image.new("RGB", (320, 214), colour).save(kept, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def do(page, label: str, **typed) -> None:
    """Open an action, fill its fields by label, send it."""
    page.get_by_role("link", name=label, exact=True).first.click()
    fill(page, **typed)
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def fill(page, **typed) -> None:
    for name, value in typed.items():
        box = page.locator(f"main [name={name}]").first
        kind = box.get_attribute("type")
        if kind == "radio":
            page.check(f"main [name={name}][value='{value}']", force=True)
        elif kind == "checkbox":
            box.check()
        elif kind == "file":
            box.set_input_files(value)
        elif box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def account(page, label: str, **typed) -> None:
    page.get_by_text("记一笔").click()
    do(page, label, **typed)


def test_37_opinions_to_a_square_and_its_money(
    desktop, open_page, enter, chen, wang, make_household, make_visit, courtyard
):
    doors = iter(range(101, 140))
    for topic, words, times in HEARD:
        for _ in range(times):
            home = make_household(f"3-2-{next(doors)}")
            make_visit(home, by=wang, topics={topic: "refer"}, detail=words)
    held = _gathered(desktop, enter, chen, courtyard)
    _decided(desktop, held)
    _paid_and_built(desktop, enter, held, chen, wang)
    _read_by_a_resident(open_page(PHONE), held)
    desktop.goto(held.get_absolute_url())
    do(desktop, "办结", outcome="小广场已经开放。")
    held.refresh_from_db()
    assert held.status == "ended"
    assert_book_holds(Book.objects.get())


def _gathered(page, enter, chen, courtyard) -> Consultation:
    enter(page, chen)
    page.goto("/desk/opinions/")
    page.locator("[data-pick]").first.check()
    page.get_by_role("button", name="合成议题").click()
    expect(page.get_by_role("heading", name="合成议题")).to_be_visible()
    page.get_by_label("全部选上").check()
    look(page, "gather")
    fill(page, title="家属院空地怎么用", topic="院里空地堆着杂物，商量清理以后做什么。", venue="社区会议室")
    fill(page, planned_at=stamp(0), households="39")
    page.get_by_role("button", name="合成议题").click()
    expect(page.get_by_text("走访听到37条，合成1个议题")).to_be_visible()
    held = Consultation.objects.get()
    assert Said.objects.filter(consultation=held).count() == 37 and held.compound == courtyard
    look(page, "topic")
    return held


def _decided(page, held: Consultation) -> None:
    page.goto(f"{held.get_absolute_url()}notice/")
    look(page, "notice")
    page.goto(held.get_absolute_url())
    fill(page, way="home", told_at=stamp(0), reach="24", note="面交书面通知")
    page.get_by_role("button", name="记通知").click()
    do(page, "记会议", held_at=stamp(0), present="26", voting="household", majority="half", minutes="都说了话。",
       text_1="清理后铺装，建小广场", agree_1="23", against_1="1", abstain_1="2",
       text_2="只清理，划成停车位", agree_2="4", against_2="19", abstain_2="3")  # fmt: skip
    fill(page, decision="清理空地，铺装，装座椅。居民每户出200元。")
    page.get_by_role("button", name="议定").click()
    fill(page, until=day(7))
    page.get_by_role("button", name="公示", exact=True).click()
    do(page, "加执行步骤", what="地面铺装", who="施工单位", until=day(20))
    # The week of the publication passes.
    Consultation.objects.filter(pk=held.pk).update(objections_until=timezone.localdate() - timedelta(days=1))
    page.reload()
    page.get_by_role("button", name="开始执行").click()


def _paid_and_built(page, enter, held: Consultation, chen, wang) -> None:
    page.goto(held.get_absolute_url())
    account(page, "定需要资金", amount="38000")
    account(page, "收到一笔", amount="5200", source="residents", what="居民出资，每户200元", households="26")
    account(page, "收到一笔", amount="200", source="donation", what="爱心捐助", name="刘秀兰")
    account(page, "支出一笔", amount="1400", what="清运垃圾", payee="清运队")
    expect(page.get_by_text("等第二人签字").last).to_be_visible()
    expect(page.get_by_role("link", name="签字：F-01")).to_have_count(0)
    look(page, "book")
    enter(page, wang)
    page.goto(held.get_absolute_url())
    page.get_by_role("link", name="签字：F-01").click()
    page.get_by_role("button", name="签字入账").click()
    expect(page.get_by_text(yuan(Decimal(4000))).first).to_be_visible()
    fill(page, told="铺好了460平方米。", photos=[picture("gray")], moment="before")
    page.get_by_role("button", name="登记并告知居民").click()
    fill(page, told="铺装、座椅都好了。", photos=[picture("green")], moment="after", done="yes")
    page.get_by_role("button", name="登记并告知居民").click()
    enter(page, chen)
    page.goto(held.get_absolute_url())
    page.get_by_text("记一笔").click()
    page.get_by_role("link", name="公示收支", exact=True).click()
    page.get_by_role("button", name="公示收支").click()
    page.get_by_role("button", name="开始居民评议").click()
    expect(page.get_by_role("img", name="评议页二维码")).to_be_visible()
    look(page, "review")
    page.set_viewport_size({"width": 340, "height": 700})
    look(page, "review-narrow")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{held.get_absolute_url()}money/")
    look(page, "money")


def _read_by_a_resident(phone, held: Consultation) -> None:
    phone.goto(f"/grid/{held.community}/")
    phone.get_by_role("link", name="协商公开").click()
    look(phone)
    phone.get_by_role("link", name="家属院空地怎么用").click()
    expect(phone.get_by_text("居民每户出200元")).to_be_visible()
    expect(phone.get_by_role("img", name="现在的照片")).to_be_visible()
    look(phone, "public")
    phone.get_by_role("link", name="看收支明细").click()
    expect(phone.get_by_role("heading", name="筹资收支公示").first).to_be_visible()
    assert "刘" not in phone.inner_text("main") and "王网格员" in phone.inner_text("main")
    look(phone, "public-money")
    held.refresh_from_db()
    phone.goto(f"/v/{held.review_key}/")
    look(phone, "public-review")
    phone.check("input[name=satisfied][value=yes]", force=True)
    phone.get_by_label("还想说的话").fill("树再多栽一棵")
    phone.get_by_role("button", name="提交评议").click()
    expect(phone.get_by_role("heading", name="谢谢您")).to_be_visible()
    assert held.reviews.get().satisfied
    phone.get_by_role("link", name="看这件事的经过").click()
    phone.locator("[data-size-switch] button").click()
    phone.wait_for_selector("html[data-size=elder]")
    phone.set_viewport_size({"width": 340, "height": 700})
    look(phone, "public-elder")
    phone.get_by_role("link", name="看收支明细").click()
    look(phone, "public-money-elder")
