"""The pages that browser tests get are as strict as they promise; shown on pages made to break the promises."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ops.pytest_browser import PHONE, assert_accessible

PAGE = (
    '<!doctype html><html lang="zh-CN"><head><title>页面</title><link rel="icon" href="data:,"></head>'
    "<body><main><h1>标题</h1>{body}</main></body></html>"
)


def shown(body: str):
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE.format(body=body))

    return view


urlpatterns = [
    path("plain", shown("<p>正文</p>")),
    path("inline-style", shown('<p style="color: red">正文</p>')),
    path("picture-without-text", shown('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')),
]
pytestmark = pytest.mark.urls(__name__)


def test_a_plain_page_is_accessible_and_silent(phone, watch):
    phone.goto("/plain")
    assert phone.viewport_size == {"width": 390, "height": 844}
    assert_accessible(phone)
    assert watch.errors == []


def test_a_broken_security_policy_is_reported(desktop, watch):
    desktop.goto("/inline-style")
    assert any("style-src" in error for error in watch.unexpected())
    watch.expected += ["style", "content security policy"]
    assert watch.unexpected() == []


def test_a_picture_without_text_is_not_accessible(desktop):
    desktop.goto("/picture-without-text")
    with pytest.raises(pytest.fail.Exception, match="image-alt"):
        assert_accessible(desktop)


def test_a_page_opens_without_javascript(open_page):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/plain")
    assert page.title() == "页面"
