"""What residents do, in a real browser: with and without JavaScript, in both sizes, on narrow phones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Report
from conftest import XINCUN
from ops.pytest_browser import PHONE, assert_accessible
from public.tests.conftest import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TEXT = "楼前的路灯三天没亮了，晚上老人出门不方便。"


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "light.jpg"
    path.write_bytes(picture(size=(300, 200)).read())
    return str(path)


def fill(page, photo: str = "") -> None:
    page.select_option("#community", XINCUN)
    page.fill("#place", "市政家属院3号楼")
    page.fill("#text", TEXT)
    if photo:
        page.set_input_files("#photos", photo)
    page.fill("#name", "刘女士")
    page.fill("#phone", "138 0000 1234")


def follow(page) -> Report:
    """From the receipt to the progress page."""
    page.wait_for_url("**/receipt/**")
    report = Report.objects.latest("pk")
    assert page.inner_text("#receipt") == f"{report.receipt[:8]}-{report.receipt[8:]}"
    page.click("main a.btn-primary")
    page.wait_for_url("**/track/**")
    assert page.input_value("#receipt") == report.receipt
    page.fill("#tail", "1234")
    page.click("button:has-text('查询')")
    page.wait_for_url("**/progress/")
    return report


def test_from_the_hall_to_the_progress_page(phone, photo):
    phone.goto("/")
    phone.click("text=我要反映问题")
    phone.check("input[value=light]", force=True)
    phone.check("input[value=light-street]", force=True)
    fill(phone, photo)
    phone.select_option("#grid", label="第三网格")
    phone.click("button.btn-primary")
    report = follow(phone)
    assert report.case.category.code == "light-street" and report.case.area_id == f"{XINCUN}003"
    assert phone.locator("[aria-current=step]").inner_text().startswith("网格")
    assert phone.locator(".pair img").count() == 1


def test_everything_works_without_javascript(open_page, photo):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/request/")
    page.check("input[value=light]", force=True)
    fill(page, photo)
    page.fill("#phone", "1380000")
    page.click("button.btn-primary")
    assert "11位手机号码" in page.inner_text("#phone-error") and page.input_value("#text") == TEXT
    assert "已留下1张照片" in page.inner_text("main")
    page.select_option("#grid", label="第三网格")
    page.fill("#phone", "13800001234")
    page.click("button.btn-primary")
    report = follow(page)
    assert report.photos.count() == 1 and report.case.area_id == f"{XINCUN}003"
    page.fill("#more", "下雨天更黑")
    page.click("button:has-text('补充情况')")
    assert "下雨天更黑" in page.inner_text(".timeline")
    page.click("text=撤回这件事项")
    page.click("button:has-text('撤回事项')")
    assert "您已撤回这件事项" in page.inner_text("main")


def test_a_similar_case_is_offered_while_one_fills_in_and_joined(phone, make_case, chen):
    case = make_case(at=timezone.now() - timedelta(hours=2), text="别人的话", phone="13911112222")
    cases.set_title(case, "家属院路灯维修", by=chen)
    phone.goto("/request/")
    phone.check("input[value=light]", force=True)
    fill(phone)
    phone.wait_for_selector("#similar .card")
    assert "别人的话" not in phone.content()
    phone.click("#similar button:has-text('是同一件')")
    assert phone.input_value("#name") == "刘女士" and phone.input_value("#text") == TEXT
    assert_accessible(phone)
    phone.click("button:has-text('加入反映')")
    report = follow(phone)
    assert report.case_id == case.pk and not report.is_first


def test_without_javascript_similar_cases_come_as_a_step(open_page, make_case, chen):
    case = make_case(at=timezone.now() - timedelta(hours=2))
    cases.set_title(case, "家属院路灯维修", by=chen)
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/request/")
    page.check("input[value=light]", force=True)
    fill(page)
    page.click("button.btn-primary")
    assert "家属院路灯维修" in page.inner_text("main")
    page.click("text=不是同一件，继续提交")
    follow(page)
    assert Case.objects.count() == 2


def test_the_answer_is_confirmed_on_the_progress_page(phone, make_case, wang):
    case = make_case(at=timezone.now() - timedelta(minutes=9))
    cases.resolve(case, 1, "已更换灯泡", by=wang)
    phone.goto(f"/track/?receipt={case.number}")
    phone.fill("#tail", "1234")
    phone.click("button:has-text('查询')")
    phone.check("input[value=unsolved]", force=True)
    assert_accessible(phone)
    phone.click("text=提交评价")
    assert "复核中" in phone.inner_text(".ladder")


@pytest.mark.parametrize("size", ["", "elder"])
def test_every_page_is_accessible_and_fits_a_narrow_phone(open_page, make_case, wang, chen, size):
    case = make_case(at=timezone.now() - timedelta(minutes=9))
    cases.set_title(case, "市政家属院门前路灯维修和线路整理", by=chen)
    cases.reply(case, "已联系路灯所，明天上午到现场。", by=wang)
    page = open_page(NARROW)
    page.goto("/")
    if size:
        page.click("[data-size-switch] button")
        page.wait_for_selector("html[data-size=elder]")
    for address in ("/", "/request/", "/track/", "/cadre/", "/privacy/", "/rights/"):
        look(page, address)
    page.goto(f"/track/?receipt={case.number}")
    page.fill("#tail", "1234")
    page.click("button:has-text('查询')")
    look(page)
    look(page, "/progress/withdraw/")
    page.goto("/request/")
    page.check("input[value=light]", force=True)
    page.select_option("#community", XINCUN)
    page.wait_for_selector("#similar .card")
    page.click("button.btn-primary:has-text('提交')")
    look(page)


def look(page, address: str = "") -> None:
    if address:
        page.goto(address)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def test_the_switch_of_size_is_remembered(phone):
    phone.goto("/track/")
    phone.click("[data-size-switch] button")
    phone.wait_for_selector("html[data-size=elder]")
    phone.goto("/")
    assert phone.evaluate("document.documentElement.dataset.size") == "elder"
