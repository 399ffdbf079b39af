"""Places in a real browser: a compound from registration to its owners' body; a centre inspected; every page on a phone."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from conftest import GRID, XINCUN
from grids.models import Area, Compound, Inspection, OwnersBody
from grids.services import centres, nearby, places
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(live_server):
    """enter(page, user, name, *args): opens a page of ours as somebody."""

    def sign_in(page, user, name: str, *args) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(f"{live_server.url}{reverse(name, args=args)}")

    return sign_in


@pytest.fixture
def neighbourhood(ground, chen):
    """A compound with buildings and a body, a centre, a point, in 新村社区."""
    area = Area.objects.get(code=XINCUN)
    yard = places.open_compound(Area.objects.get(code=GRID), name="第一食品厂家属院", kind="work_unit", by=chen)
    places.add_buildings(yard, range(1, 9), entrances=3, floors=6, by=chen)
    nearby.start_body(yard, kind="property", on=timezone.localdate(), by=chen)
    centre = centres.open_centre(area, name="新村社区党群服务中心", by=chen)
    nearby.add_point(area, kind="employment", name="假发工坊", offers="手工钩织，可带回家做", openings=6, by=chen)
    return yard, centre


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_a_compound_from_registration_to_its_owners_body(desktop, enter, chen):
    enter(desktop, chen, "desk:area", XINCUN)
    desktop.get_by_role("link", name="登记小区").click()
    desktop.get_by_label("名称").fill("毛巾厂家属院")
    desktop.get_by_role("radio", name="家属院").check()
    desktop.get_by_label("网格或社区").select_option(GRID)
    desktop.get_by_label("边界").fill("不是坐标")
    desktop.get_by_role("button", name="登记小区").click()
    expect(desktop.get_by_text("边界不是GeoJSON")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_label("边界").fill("")
    desktop.get_by_role("button", name="登记小区").click()
    desktop.get_by_role("link", name="加楼栋").click()
    desktop.get_by_label("楼号").fill("1–8")
    desktop.get_by_label("每栋几个单元").fill("3")
    desktop.get_by_role("button", name="加楼栋").click()
    expect(desktop.get_by_text("8栋，24个单元")).to_be_visible()
    desktop.get_by_role("link", name="开始筹备").click()
    desktop.get_by_role("radio", name="业主委员会").check()
    desktop.get_by_role("button", name="开始筹备").click()
    expect(desktop.get_by_role("link", name="登记公示")).to_be_visible()
    assert_accessible(desktop)
    assert OwnersBody.objects.get().compound == Compound.objects.get()


def test_a_centre_is_inspected_line_by_line(phone, enter, chen, neighbourhood):
    _, centre = neighbourhood
    enter(phone, chen, "desk:centre", centre.pk)
    assert_accessible(phone)
    phone.get_by_role("link", name="检查").click()
    lines = phone.get_by_role("radio", name="具备", exact=True)
    expect(lines).to_have_count(8)
    for line in lines.all():
        line.check()
    no_sideways_scroll(phone)
    assert_accessible(phone)
    phone.get_by_role("button", name="保存检查结果").click()
    expect(phone.get_by_text("检查结果已保存")).to_be_visible()
    assert Inspection.objects.get().passed


def test_every_page_reads_well_at_both_sizes(desktop, phone, enter, chen, zhao, neighbourhood):
    yard, _ = neighbourhood
    pages = [
        (zhao, "desk:area", XINCUN[:9]),
        (chen, "desk:area", XINCUN),
        (chen, "desk:compound", yard.pk),
        (chen, "desk:compound-edit", yard.pk),
        (chen, "desk:organizations"),
        (chen, "desk:centres"),
        (chen, "desk:points"),
    ]
    for page in (desktop, phone):
        for user, name, *args in pages:
            enter(page, user, name, *args)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            no_sideways_scroll(page)
            assert_accessible(page)
