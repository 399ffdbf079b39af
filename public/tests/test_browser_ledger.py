"""The public ledger and the link of a call-back in a real browser: phone, desktop, elder mode, without JavaScript."""

import os
import re

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services import calling, publishing
from conftest import GRID, XINCUN
from files.services import ingest_photo
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible
from public import catalog
from public.tests.conftest import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TEXTS = (
    (
        "家属院空地改成小广场",
        "空地堆着杂物和私设菜园，居民没有地方歇脚。",
        "居民协商一致，铺装460平方米，装座椅8条、树池3个。",
    ),
    ("背街路灯6盏不亮", "背街晚上看不清路。", "已经报修，等电缆到货。"),
    ("楼道飞线充电清理", "楼道里有人拉线充电。", "已经清理并装了充电桩。"),
)


@pytest.fixture
def ledger(make_case, wang):
    """Seventeen lines in every state, the newest with a pair of photos."""
    made = []
    for number in range(17):
        title, text, reply = TEXTS[-1 - number % 2] if number < 16 else TEXTS[0]
        case = make_case(at=timezone.now())
        if number == 16:
            shots = [ingest_photo(picture(color, (1200, 800))) for color in ("#a79f8e", "#7f9672")]
            cases.note(case, "看过", photos=shots, by=wang)
        if number % 2 == 0:
            cases.resolve(case, 1, "办好了", by=wang)
            cases.confirm(case, "solved", "satisfied", report=case.reports.get())
        photos = list(publishing.photos_for(case))
        pair = {"before": photos[0], "after": photos[1]} if photos else {}
        publishing.publish(case, title=title, text=text, reply=reply, place="健康路", by=wang, **pair)
        made.append(case)
    catalog.forget()
    return made


def look(page, address: str = "", shot: str = "") -> None:
    if address:
        page.goto(address)
    page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager' })")
    if shot and os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{shot}.png", full_page=True)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def enlarge(page) -> None:
    page.goto("/")
    page.click("[data-size-switch] button")
    page.wait_for_selector("html[data-size=elder]")


@pytest.mark.parametrize("size", ["", "elder"])
@pytest.mark.parametrize("screen", [NARROW, PHONE, DESKTOP], ids=["narrow", "phone", "desktop"])
def test_every_page_is_accessible_and_fits(open_page, ledger, make_case, wang, screen, size):
    page = open_page(screen)
    named = f"{screen['viewport']['width']}{size}"
    if size:
        enlarge(page)
    look(page, "/ledger/", f"ledger-{named}")
    look(page, "/ledger/?q=没有这样的事")
    look(page, f"/ledger/{ledger[-1].publication.pk}/", f"publication-{named}")
    asked = make_case(at=timezone.now())
    cases.resolve(asked, 1, "路灯已经换好，昨晚试过是亮的。", by=wang)
    call = calling.ask(asked, seat=f"area:{GRID}", by=wang)
    look(page, f"/r/{call.token}/", f"call-{named}")
    look(page, "/", f"home-{named}")


def test_narrowed_at_a_tap_paged_and_read(phone, ledger):
    phone.goto("/")
    phone.click("section:has(#ended) a.more")
    phone.wait_for_url("**/ledger/")
    phone.check("#state-working", force=True)
    phone.wait_for_url(re.compile("state=working"))
    phone.wait_for_selector("text=办理中8")
    assert phone.locator(".pair").count() == 0
    phone.select_option("#area", XINCUN)
    phone.wait_for_url(re.compile(f"area={XINCUN}"))
    phone.reload()
    assert phone.is_checked("#state-working") and phone.input_value("#area") == XINCUN
    phone.click("text=清除")
    phone.wait_for_selector(".pair img")
    phone.click("[rel=next]")
    phone.wait_for_url(re.compile("page="))
    phone.go_back()
    phone.wait_for_selector("h2:has-text('家属院空地改成小广场')")
    phone.fill("#q", "飞线")
    phone.click("button:has-text('查找')")
    phone.wait_for_url(re.compile("q="))
    phone.click("ul.lines a:has-text('楼道飞线充电清理') >> nth=0")
    phone.wait_for_selector("h1:has-text('楼道飞线充电清理')")
    with phone.expect_download() as download:
        phone.goto("/ledger/")
        phone.click("text=下载表格")
    assert download.value.suggested_filename.endswith(".csv")


def test_without_javascript_filters_and_questions_work(open_page, ledger, make_case, wang):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/ledger/")
    page.check("#state-working", force=True)
    page.click("button:has-text('查找')")
    page.wait_for_url(re.compile("state=working"))
    asked = make_case(at=timezone.now())
    cases.resolve(asked, 1, "换好了", by=wang)
    call = calling.ask(asked, seat=f"area:{GRID}", by=wang)
    page.goto(f"/r/{call.token}/")
    page.check("input[name=outcome][value=unsolved]", force=True)
    page.click("button:has-text('提交评价')")
    page.wait_for_selector("text=请选择为什么没有解决")
    page.check("input[name=unsolved_reason][value=came_back]", force=True)
    page.click("button:has-text('提交评价')")
    page.wait_for_selector("text=谢谢您")
    assert Case.objects.get(pk=asked.pk).review_by


def test_its_reporter_takes_it_back_on_a_phone(phone, ledger):
    case = ledger[-1]
    phone.goto("/ledger/")
    phone.click("text=凭编号申请撤下")
    phone.fill("#receipt", case.number)
    phone.fill("#tail", "1234")
    phone.click("main button[type=submit]")
    phone.wait_for_url("**/progress/")
    look(phone, shot="taking-back-390")
    phone.click("button:has-text('撤下公示')")
    phone.wait_for_selector("text=已撤下")
    phone.goto("/ledger/")
    assert phone.locator("text=家属院空地改成小广场").count() == 0
