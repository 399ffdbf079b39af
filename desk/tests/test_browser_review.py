"""待核对 in a real browser: a record is settled beside the list, on a desk and on a small phone in large type."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.preferences import SIZE_COOKIE
from ops.pytest_browser import assert_accessible
from visits.models import Submission, Visit
from visits.tests.test_sync import record, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(make_household, wang):
    """A record that came nine days late, and one sent twice with different content."""
    client = Client()
    client.force_login(wang)
    fields = {"topics": ["leak"], "handling-leak": ["case"], "detail-leak": ["下雨后储藏间进水"]}
    late = record(make_household(), at=timezone.now() - timedelta(days=9), fields=fields)
    twice = record(make_household("3-1-402"), label="3-1-402", fields={"outcome": ["absent"], "topics": []})
    for body in (late, twice, {**twice, "seq": 2, "fields": {"outcome": ["met"], "note": ["楼道堆了旧家具"]}}):
        send(client, body)
    hello = {"device": late["device"], "pending": 2, "oldest_pending_at": late["client_at"], "app_version": "0.9"}
    send(client, hello, "/sync/hello")
    return late, twice


def enter(page, user, live_server):
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


def test_a_record_is_settled_and_the_next_one_follows(desktop, live_server, waiting, chen):
    enter(desktop, chen, live_server)
    desktop.goto("/desk/review-items/")
    assert_accessible(desktop)
    desktop.get_by_role("link", name="走访3-2-501").click()
    expect(desktop.get_by_role("heading", name="走访3-2-501")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_label("不记").check()
    desktop.get_by_role("button", name="就这样记").click()
    expect(desktop.get_by_text("请写明为什么不记")).to_be_visible()
    expect(desktop.get_by_label("不记")).to_be_checked()
    assert_accessible(desktop)
    desktop.get_by_label("照记").check()
    desktop.get_by_role("button", name="就这样记").click()
    expect(desktop.get_by_role("heading", name="走访3-1-402")).to_be_visible()
    expect(desktop.get_by_text("楼道堆了旧家具")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_label("用后收到的").check()
    desktop.get_by_role("button", name="就这样记").click()
    expect(desktop.get_by_text("没有等待核对的记录")).to_be_visible()
    assert sorted(Visit.objects.values_list("outcome", flat=True)) == ["met", "met"]
    desktop.get_by_role("link", name="设备健康").click()
    expect(desktop.get_by_text("王网格员的手机")).to_be_visible()
    assert_accessible(desktop)


def test_it_works_on_a_small_phone_in_large_type(phone, live_server, waiting, chen):
    enter(phone, chen, live_server)
    phone.set_viewport_size({"width": 340, "height": 740})
    phone.context.add_cookies([{"name": SIZE_COOKIE, "value": "elder", "url": live_server.url}])
    for path in ("review-items/", f"review-items/{waiting[1]['id']}/", f"review-items/{waiting[0]['id']}/", "devices/"):
        phone.goto(f"/desk/{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 340, path
        assert phone.evaluate("document.documentElement.dataset.size") == "elder"
        assert_accessible(phone)
    phone.goto(f"/desk/review-items/{waiting[0]['id']}/")
    phone.get_by_label("照记").check()
    phone.get_by_role("button", name="就这样记").click()
    expect(phone.get_by_text("已核对，记录人会收到结果")).to_be_visible()
    assert Submission.objects.to_review().count() == 1
