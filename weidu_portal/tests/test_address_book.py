"""Whom a seat reaches at the moment a notice leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Category, Report
from cases.states import Channel
from grids.levels import Level
from grids.models import Area, Organization, Post, Posting
from notifications.adapters import Address
from weidu_portal.address_book import addresses

pytestmark = pytest.mark.django_db
GRID = "411002991001001"


@pytest.fixture
def grid():
    """A grid nobody serves yet."""
    return Area.objects.create(code=GRID, level=Level.GRID, name="第1网格", full_name="测试街道测试社区第1网格")


@pytest.fixture
def post():
    return Post.objects.create(code="address-book-post", name="网格员", level=Level.GRID, grants=["handle"])


def person(username, email="", **more):
    return User.objects.create_user(username, email=email, full_name="王秀英", **more)


def report(grid, **more):
    category = Category.objects.create(code="address-book", name="路灯")
    case = Case.objects.create(
        number="WD-address-book",
        category=category,
        channel=Channel.WEB,
        text="路灯不亮",
        origin_area=grid,
        area=grid,
        level=Level.GRID,
        due_at=timezone.now(),
    )
    return Report.objects.create(case=case, receipt=case.number, channel=Channel.WEB, **more)


def test_a_person_is_reached_by_the_work_mailbox_while_active():
    wang = person("wang-mail", "wang@example.cn")
    assert addresses(f"user:{wang.pk}") == [Address("email", "wang@example.cn", wang.pk)]
    User.objects.filter(pk=wang.pk).update(is_active=False)
    assert addresses(f"user:{wang.pk}") == []


def test_a_person_without_mailbox_or_who_is_gone_has_no_address():
    assert addresses(f"user:{person('no-mail').pk}") == []
    assert addresses("user:0") == []


def test_an_area_reaches_its_holder_or_the_stand_in_during_leave(grid, post):
    wang, liu = person("wang-mail", "wang@example.cn"), person("liu-mail", "liu@example.cn")
    posting = Posting.objects.create(user=wang, post=post, area=grid, stand_in=liu)
    assert addresses(f"area:{GRID}") == [Address("email", "wang@example.cn", wang.pk)]
    today = timezone.localdate()
    Posting.objects.filter(pk=posting.pk).update(leave_from=today, leave_to=today)
    assert addresses(f"area:{GRID}") == [Address("email", "liu@example.cn", liu.pk)]
    Posting.objects.filter(pk=posting.pk).update(
        valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)
    )
    assert addresses(f"area:{GRID}") == []


def test_a_unit_reaches_its_people_and_the_group_where_a_robot_is_set(post, settings):
    unit = Organization.objects.create(code="address-book", name="区城管局", kind=Organization.Kind.DEPARTMENT)
    li = person("li-mail", "li@example.cn")
    Posting.objects.create(user=li, post=post, unit=unit)
    settings.WECOM_WEBHOOK_URL = "https://robot.example/send?key=1"
    assert addresses(f"unit:{unit.pk}") == [Address("email", "li@example.cn", li.pk), Address("wecom", "group")]
    assert addresses(f"user:{li.pk}") == [Address("email", "li@example.cn", li.pk)]


def test_a_resident_gets_text_messages_only_when_asked_for(grid):
    asked = report(grid, phone="13800138000", wants_sms=True)
    assert addresses(f"report:{asked.pk}") == [Address("sms", "13800138000")]
    Report.objects.filter(pk=asked.pk).update(wants_sms=False)
    assert addresses(f"report:{asked.pk}") == []


def test_a_resident_without_phone_or_a_report_that_is_gone_has_no_address(grid):
    assert addresses(f"report:{report(grid, wants_sms=True).pk}") == []
    assert addresses("report:0") == []


def test_anything_else_is_no_seat():
    with pytest.raises(ValueError, match="not a seat"):
        addresses("grid:1")
