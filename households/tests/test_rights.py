"""The privacy notice in force, and requests about one's own data."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError
from conftest import moment
from households import services
from households.models import PrivacyNotice, RightsRequest

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def ask(**more) -> RightsRequest:
    """A request to see what is held."""
    return services.ask("see", **{"name": "刘桂芳", "phone": PHONE, "text": "请告知保存了哪些信息", **more})


def test_the_newest_notice_that_has_begun_is_in_force(ground):
    first, now = services.current_notice(), timezone.now()
    second = PrivacyNotice.objects.create(version="t-2", short="x", body="x", in_force_from=now)
    PrivacyNotice.objects.create(version="t-3", short="x", body="x", in_force_from=now + timedelta(days=1))
    assert services.current_notice(now - timedelta(microseconds=1)) == first
    assert services.current_notice(now) == second
    assert services.current_notice(now + timedelta(days=2)).version == "t-3"


def test_without_a_notice_no_form_may_collect(ground):
    with pytest.raises(LookupError):
        services.current_notice(moment("2000-01-01 00:00"))


def test_the_first_notice_says_who_why_how_long_and_which_rights(ground):
    notice = PrivacyNotice.objects.get(version="2026-1")
    for word in (
        "谁在收集",
        "为什么收集",
        "保存多久",
        "您的权利",
        "未满14周岁",
        "请勿填报国家秘密、工作秘密",
        "出资人姓名",
        "门牌",
    ):
        assert word in notice.body


def test_loading_the_notice_again_adds_nothing(ground):
    services.load_notice()
    assert PrivacyNotice.objects.filter(version="2026-1").count() == 1


def test_the_same_submission_asks_once(ground):
    submission = uuid4()
    assert ask(submission=submission) == ask(submission=submission)
    assert RightsRequest.objects.count() == 1
    assert Entry.objects.filter(verb="rights.ask").count() == 1


def test_two_requests_of_one_person_are_two(ground):
    assert ask() != ask()


def test_a_request_is_due_in_fifteen_working_days(ground):
    PrivacyNotice.objects.update(in_force_from=moment("2026-01-01 00:00"))
    asked = ask(at=moment("2026-11-02 10:00"))
    assert timezone.localtime(asked.due_at).date() == moment("2026-11-23 00:00").date()


def test_name_and_phone_are_kept_apart_from_sight(ground):
    row = RightsRequest.objects.get(pk=ask().pk)
    assert (str(row.name), str(row.phone)) == ("刘*", "138****1234")
    assert PHONE not in repr(RightsRequest.objects.filter(pk=row.pk).values().get())
    assert row.phone.plain == PHONE


def test_a_request_is_answered_once(ground, chen, zhao):
    asked = ask()
    services.answer(asked, "已寄出", done=True, by=chen)
    with pytest.raises(DomainError, match="已经答复过"):
        services.answer(asked, "不予提供", done=False, by=zhao)
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.answered_by) == ("done", "已寄出", chen)
    assert Entry.objects.filter(verb="rights.answer").count() == 1


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_answer_needs_words(ground, chen, text):
    asked = ask()
    with pytest.raises(DomainError):
        services.answer(asked, text, done=False, by=chen)
    asked.refresh_from_db()
    assert asked.status == "asked"


def test_answered_at_and_by_are_set_together(ground):
    asked = ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRequest.objects.filter(pk=asked.pk).update(answered_at=timezone.now())
