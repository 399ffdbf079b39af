"""The grid page, the finder, the points and the search for a place, in a real browser."""

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from conftest import GRID, XINCUN, posted
from grids.models import Area, Compound, Posting, ServiceCentre, ServicePoint
from ops.pytest_browser import PHONE, assert_accessible
from public import catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PAGES = ("/", "/grid/", "/grid/?q=食品", f"/grid/{XINCUN}/", f"/grid/{GRID}/", "/points/", "/request/")


@pytest.fixture
def lively(ground, wang, chen, courtyard, make_case):
    """A grid with everything the page can show."""
    about = "第一食品厂家属院、六一路西段沿街楼院，共286户。"
    Area.objects.filter(code=GRID).update(about=about, phone="0374-2331203", hours="每天8:00–20:00")
    Posting.objects.filter(user=wang).update(office_phone="0374-2331207", hours="负责日常走访和受理")
    posted("police", "周强", "周警官", "police", area=XINCUN)
    posted("first", "赵卫东", "赵书记", "grid_first_secretary", area=GRID)
    ServiceCentre.objects.create(
        area_id=XINCUN, name="新村社区党群服务中心", hours="每天8:30–20:00", offers="代缴水电暖费、证明指引、法律咨询"
    )
    ServicePoint.objects.create(
        area_id=XINCUN, kind="employment", name="巧手假发加工点", offers="假发手工，可以拿回家做", openings=6,
        phone="0374-2331288", contact="李大姐", address="六一路西段18号", hours="周一至周六9:00–17:00",
    )  # fmt: skip
    for level in (0, 1, 1, 2, 1):
        case = make_case(at=timezone.now())
        cases.set_title(case, "修好2号楼前路灯3盏", by=chen)
        Case.objects.filter(pk=case.pk).update(status="closed", closed_at=timezone.now(), closed_level=level)
    catalog.forget()


def look(page, address: str) -> None:
    page.goto(address)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{address} scrolls sideways"


@pytest.mark.parametrize("size", ["", "elder"])
@pytest.mark.parametrize("screen", [NARROW, PHONE, {"viewport": {"width": 1440, "height": 900}}])
def test_every_page_is_accessible_and_fits(open_page, lively, screen, size):
    page = open_page(screen)
    page.goto("/")
    if size:
        page.click("[data-size-switch] button")
        page.wait_for_selector("html[data-size=elder]")
    for address in PAGES:
        look(page, address)


def test_from_the_hall_to_the_team_and_to_a_request(phone, lively):
    phone.goto("/")
    phone.click("main a:has-text('我的网格')")
    phone.fill("#q", "食品厂")
    phone.click("button:has-text('查找')")
    phone.click("a:has-text('第一食品厂家属院')")
    assert phone.inner_text("h1") == "第三网格" and "周警官" in phone.inner_text("main")
    phone.click("main a.btn:has-text('反映问题')")
    assert phone.input_value("#community") == XINCUN and phone.input_value("#grid") == GRID


def test_a_place_is_found_as_one_types_and_the_choice_answers_the_question(phone, lively):
    phone.goto("/request/")
    phone.check("input[value=light]", force=True)
    phone.fill("#text", "灯不亮")
    phone.type("#where-words", "食品厂")
    phone.wait_for_selector("#found button")
    assert_accessible(phone)
    phone.click("#found button:has-text('选这里')")
    phone.wait_for_selector("#where-in [role=status]")
    assert phone.input_value("#place") == "第一食品厂家属院" and phone.input_value("#grid") == GRID
    assert phone.input_value("#text") == "灯不亮" and phone.locator("#found li").count() == 0
    phone.wait_for_selector("#place:focus")
    assert_accessible(phone)
    phone.fill("#name", "刘女士")
    phone.fill("#phone", "13800001234")
    phone.click("button.btn-primary:has-text('提交')")
    phone.wait_for_url("**/receipt/**")
    assert Case.objects.latest("pk").compound == Compound.objects.get()


def test_the_choice_offers_what_is_open_there(phone, lively, make_case, chen, courtyard):
    cases.set_title(make_case(at=timezone.now(), compound=courtyard), "家属院路灯维修", by=chen)
    phone.goto("/request/")
    phone.check("input[value=light]", force=True)
    phone.type("#where-words", "健康路")
    phone.click("#found button:has-text('选这里')")
    phone.wait_for_selector("#similar .card")
    assert "家属院路灯维修" in phone.inner_text("#similar")


def test_without_javascript_the_search_is_a_step_of_the_form(open_page, lively):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/request/")
    page.check("input[value=light]", force=True)
    page.fill("#text", "灯不亮")
    page.fill("#name", "刘女士")
    page.fill("#phone", "13800001234")
    page.fill("#where-words", "食品")
    page.click("button:has-text('查找')")
    page.click("button:has-text('选这里')")
    assert page.input_value("#place") == "第一食品厂家属院" and page.input_value("#text") == "灯不亮"
    page.click("button.btn-primary:has-text('提交')")
    page.wait_for_url("**/receipt/**")
    assert Case.objects.latest("pk").compound == Compound.objects.get()
