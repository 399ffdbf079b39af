"""Releasing to the public ledger and calling back, in a real browser at a desk and on a phone."""

import os

import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.models import CallBack, Publication
from cases.services import calling
from conftest import GRID
from files.services import ingest_photo
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible
from public.tests.conftest import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enter(live_server):
    """Signs a page in as somebody: enter(page, user)."""

    def sign_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[portal.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": portal.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def closed(make_case, wang):
    case = make_case(at=timezone.now(), text="我家门口的灯三天没亮了，老人晚上不敢出门。")
    cases.set_title(case, "背街路灯不亮", by=wang)
    shots = [ingest_photo(picture(color, (1200, 800))) for color in ("#a79f8e", "#7f9672")]
    cases.note(case, "现场看过", photos=shots, by=wang)
    cases.resolve(case, 1, "已换好灯泡，昨晚试过是亮的。", by=wang)
    cases.confirm(case, "solved", "satisfied", report=case.reports.get())
    return case


def look(page, shot: str) -> None:
    page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager' })")
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{shot}.png", full_page=True)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_closed_case_is_previewed_and_released(open_page, enter, closed, chen, screen):
    page, width = open_page(screen), screen["viewport"]["width"]
    enter(page, chen)
    page.goto("/desk/openly/")
    look(page, f"openly-{width}")
    page.get_by_role("link", name="公示：背街路灯不亮").click()
    expect(page.get_by_label("公开标题")).to_have_value("背街路灯不亮")
    page.get_by_label("反映了什么").fill("请打13800001234")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("里面有电话或证件号码，请去掉")).to_be_visible()
    look(page, f"publish-refused-{width}")
    page.get_by_label("反映了什么").fill("背街的路灯不亮，晚上看不清路。")
    page.check("input[name=before] >> nth=1", force=True)
    page.check("input[name=after] >> nth=2", force=True)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="居民会这样看到")).to_be_visible()
    look(page, f"publish-preview-{width}")
    page.get_by_role("button", name="公示", exact=True).click()
    expect(page.get_by_text("已公示，居民现在能看到")).to_be_visible()
    look(page, f"case-openly-{width}")
    line = Publication.objects.get()
    assert line.before_id and line.after_id and line.before_id != line.after_id


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_reporter_is_called_back(open_page, enter, make_case, wang, screen):
    page, width = open_page(screen), screen["viewport"]["width"]
    for title in ("背街路灯不亮", "楼道灯不亮"):
        case = make_case(at=timezone.now(), wants_sms=True)
        cases.set_title(case, title, by=wang)
        cases.resolve(case, 1, "已换好灯泡，昨晚试过是亮的。", by=wang)
        calling.ask(case, seat=f"area:{GRID}", by=wang)
    enter(page, wang)
    page.goto("/desk/callbacks/")
    look(page, f"callbacks-{width}")
    page.get_by_role("link", name="背街路灯不亮").click()
    expect(page.get_by_role("heading", name="电话话术")).to_be_visible()
    look(page, f"callback-{width}")
    page.get_by_text("查看", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("查看原因").select_option("follow_up")
    dialog.get_by_role("button", name="查看5分钟").click()
    expect(page.get_by_text("13800001234")).to_be_visible()
    page.get_by_label("联系上了", exact=True).check(force=True)
    page.get_by_label("未解决", exact=True).check(force=True)
    page.get_by_role("button", name="保存回访").click()
    expect(page.get_by_text("请选择为什么没有解决")).to_be_visible()
    look(page, f"callback-refused-{width}")
    page.get_by_label("办过又出现").check(force=True)
    page.get_by_role("button", name="保存回访").click()
    expect(page.get_by_text("回访已记下")).to_be_visible()
    page.get_by_role("link", name="回访结果").click()
    look(page, f"results-{width}")
    assert CallBack.objects.valid().get().unsolved_reason == "came_back"
