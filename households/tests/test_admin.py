"""Notices and requests about one's own data in the administration."""

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from households import services
from households.models import PrivacyNotice, RightsRequest

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def desk(client, ground):
    """A browser of somebody who runs the portal."""
    client.force_login(
        User.objects.create(
            username="guanli", full_name="管理员", is_staff=True, is_superuser=True, must_change_password=False
        )
    )
    return client


@pytest.fixture
def asked(ground) -> RightsRequest:
    """A request to see what is held."""
    return services.ask("see", name="刘桂芳", phone=PHONE, text="请告知保存了哪些信息")


def page_of(asked) -> str:
    """Its address in the administration."""
    return reverse("admin:households_rightsrequest_change", args=[asked.pk])


def test_a_request_is_shown_masked(desk, asked):
    for address in (reverse("admin:households_rightsrequest_changelist"), page_of(asked)):
        page = desk.get(address).content.decode()
        assert "138****1234" in page
        assert PHONE not in page
        assert "刘桂芳" not in page


def test_an_answer_goes_through_the_service(desk, asked):
    assert desk.post(page_of(asked), {"done": "0", "reply": "查无此人的信息"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.answered_by.username) == ("declined", "查无此人的信息", "guanli")
    assert Entry.objects.get(verb="rights.answer").details == {"done": False}


def test_an_answer_without_words_or_outcome_is_not_taken(desk, asked):
    assert desk.post(page_of(asked), {"done": "1", "reply": ""}).status_code == 200
    assert desk.post(page_of(asked), {"reply": "已办"}).status_code == 200
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_an_answered_request_is_read_only(desk, asked, chen):
    services.answer(asked, "已寄出", done=True, by=chen)
    page = desk.get(page_of(asked))
    assert page.status_code == 200
    assert "已寄出" in page.content.decode()
    assert desk.post(page_of(asked), {"done": "0", "reply": "改口"}).status_code == 403
    asked.refresh_from_db()
    assert asked.answer == "已寄出"


def test_requests_are_neither_added_nor_deleted(desk, asked):
    assert desk.get(reverse("admin:households_rightsrequest_add")).status_code == 403
    address = reverse("admin:households_rightsrequest_delete", args=[asked.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403


def test_a_notice_is_added_and_never_edited(desk):
    notice = PrivacyNotice.objects.get(version="2026-1")
    form = {
        "version": "2026-2",
        "short": "短",
        "body": "长",
        "in_force_from_0": "2026-12-01",
        "in_force_from_1": "00:00:00",
    }
    assert desk.post(reverse("admin:households_privacynotice_add"), form).status_code == 302
    assert Entry.objects.filter(verb="privacynotice.added").count() == 1
    address = reverse("admin:households_privacynotice_change", args=[notice.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address, form).status_code == 403
    assert (
        desk.post(reverse("admin:households_privacynotice_delete", args=[notice.pk]), {"post": "yes"}).status_code
        == 403
    )
