"""楼栋 and 我的 in a real browser: on a phone, on a narrow one, in large type, and without JavaScript."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from households.models import Household
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible
from visits.models import Standing
from visits.services import suggesting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
CRAMPED = """() => [...document.querySelectorAll('.tile, .tiles .f, .tiles .u')]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.trim())"""
SMALL = """() => [...document.querySelectorAll('a.tile')].map(one => one.getBoundingClientRect())
    .filter(box => box.width < 40 || box.height < 44).length"""
# A folder to look at the pages afterwards; nothing is kept without it.
SHOTS = os.environ.get("SHOTS")


def look(page, name: str = "") -> None:
    """Accessible, nothing sideways, no tile too small or too narrow for its words."""
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    assert page.evaluate(CRAMPED) == []
    assert page.evaluate(SMALL) == 0
    if SHOTS and name:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def enter(live_server):
    """enter(page, user, elder=…): signs somebody in; a cookie asks for large type."""

    def sign_in(page, user, *, elder: bool = False) -> None:
        client = Client()
        client.force_login(user)
        if elder:
            client.post(reverse("public:size"), {"size": "elder"})
        page.context.clear_cookies()
        kept = {name: morsel.value for name, morsel in client.cookies.items()}
        kept = {name: value for name, value in kept.items() if name != settings.CSRF_COOKIE_NAME}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()]
        )

    return sign_in


@pytest.fixture
def block(make_household, make_visit, wang):
    """Building 3 as in the drawing: six floors, three entrances with two doors each, every state of a tile."""
    homes = {
        f"{unit}-{floor}0{room}": make_household(f"3-{unit}-{floor}0{room}")
        for unit in (1, 2) for floor in range(1, 7) for room in (1, 2)
        if (unit, floor, room) != (1, 6, 2)
    }  # fmt: skip
    homes["1-1202"] = make_household("3-1-1202")
    homes["1-602"] = make_household("3-1-602", people=(), kind=Household.Kind.VACANT)
    homes["2-车库3"] = make_household("3-2-车库3")
    month = timezone.now() - timedelta(days=40)
    for door in ("1-601", "1-302", "2-601", "2-201"):
        make_visit(homes[door], by=wang, at=month)
    make_visit(homes["2-301"], by=wang, at=month, topics={"leak": "case", "needs": "wish"})
    make_visit(homes["2-501"], by=wang, at=month, topics={"light": "case"})
    Standing.objects.filter(household=homes["2-501"]).update(next_date=timezone.localdate())
    make_visit(homes["1-402"], "absent", by=wang)
    for door in ("1-101", "1-102", "1-201"):
        make_visit(homes[door], by=wang)
    make_household("1-101")
    third = homes["1-101"].door.building.compound.buildings.get(number=3)
    third.entrances.create(number=3)
    for room in ("301", "302"):
        homes[f"3-{room}"] = make_household(f"3-3-{room}")
    make_visit(homes["3-302"], by=wang, at=month, topics={"leak": "case"})
    Standing.objects.filter(household=homes["3-302"]).update(next_date=timezone.localdate())
    return homes


@pytest.mark.parametrize(
    ("size", "elder", "name"),
    [(PHONE, False, "phone"), (NARROW, False, "narrow"), (PHONE, True, "elder"), (NARROW, True, "narrow-elder"),
     (DESKTOP, False, "desktop")],
)  # fmt: skip
def test_from_the_list_of_buildings_to_the_next_door(open_page, enter, block, wang, size, elder, name):
    page = open_page(size)
    enter(page, wang, elder=elder)
    page.goto(reverse("field:buildings"))
    look(page, f"buildings-{name}")
    page.click("a.door:has-text('3号楼')")
    page.wait_for_url("**/field/buildings/*/")
    look(page, f"building-{name}")
    tile = page.locator("a.tile[aria-label^='2单元501']")
    assert tile.get_attribute("aria-label") == "2单元501，有事项，待访"
    assert page.locator("a.tile.here").get_attribute("aria-label").startswith("1单元201")
    button = page.locator("a.btn-primary")
    assert button.inner_text() == "下一户：1单元202"
    assert button.get_attribute("href") == reverse("field:visit-new", args=[block["1-202"].pk])
    page.click("summary:has-text('换楼栋')")
    look(page, f"switch-{name}")
    page.click(".building-menu >> text=1号楼")
    page.wait_for_selector("h1:has-text('1号楼')")
    look(page)


def test_every_word_of_the_legend_stands_in_a_tile_too(phone, enter, block, wang):
    enter(phone, wang)
    phone.goto(reverse("field:building", args=[block["1-101"].door.building_id]))
    shown = {one.get_attribute("class").split()[1]: one.inner_text() for one in phone.locator(".tile").all()}
    assert shown["todo"].endswith("待访") and shown["away"].endswith("无人")
    assert shown["later"].endswith("不用访") and shown["void"].endswith("空置")
    for state in ("done", "flag"):
        assert phone.locator(f".tile.{state} svg").count()


def test_it_all_works_without_javascript(open_page, enter, block, wang):
    page = open_page(PHONE, java_script_enabled=False)
    enter(page, wang)
    page.goto(reverse("field:building", args=[block["1-101"].door.building_id]))
    page.click("summary:has-text('换楼栋')")
    assert page.locator(".building-menu >> text=1号楼").is_visible()
    page.goto(reverse("field:suggestions"))
    page.fill("#text", "表格太多")
    page.click("button:has-text('提交')")
    assert "等待答复" in page.inner_text("main")


@pytest.mark.parametrize(
    ("size", "elder", "name"),
    [(PHONE, False, "phone"), (NARROW, False, "narrow"), (PHONE, True, "elder"), (NARROW, True, "narrow-elder")],
)
def test_ones_own_pages(open_page, enter, block, wang, chen, size, elder, name):
    suggesting.answer(suggesting.suggest("表格太多，少填几张", by=wang), "下月起合并成一张。", by=chen)
    page = open_page(size)
    enter(page, wang, elder=elder)
    page.goto(reverse("field:mine"))
    assert "走访了4户" in page.inner_text("main")
    look(page, f"mine-{name}")
    page.click("text=我写的走访")
    look(page, f"visits-{name}")
    page.go_back()
    page.click("text=我报的")
    look(page, f"raised-{name}")
    page.click("a:has-text('已办结')")
    page.wait_for_url("**state=ended")
    look(page)
    page.goto(reverse("field:mine"))
    page.click("text=意见建议")
    look(page, f"suggestions-{name}")
    page.click("button:has-text('提交')")
    assert "请填写意见或建议" in page.inner_text("main")
    look(page)


def test_the_code_on_a_door_as_a_resident_and_the_sheet_of_a_building(open_page, enter, block, chen):
    resident = open_page(NARROW)
    door = block["1-101"].door
    resident.goto(reverse("public:door", args=[door.token]))
    assert resident.get_by_text("工作人员登录后扫码直接走访").is_visible()
    look(resident)
    page = open_page(DESKTOP)
    enter(page, chen)
    page.goto(reverse("desk:compound", args=[door.compound_id]))
    page.click("[aria-label='3号楼门牌码']")
    look(page, "codes")
    with page.expect_download() as kept:
        page.click("button:has-text('打印门牌码')")
    assert kept.value.suggested_filename.endswith(".pdf")
    if SHOTS:
        kept.value.save_as(Path(SHOTS) / "codes.pdf")
    page.click("button:has-text('换码')")
    assert "换了1个码" in page.inner_text("main")


def test_a_code_that_is_not_used_any_more(phone, watch, block):
    watch.expected.append("404")
    phone.goto(reverse("public:door", args=["nonsense"]))
    assert "这个码已经不用了" in phone.inner_text("h1")
    look(phone, "gone")
