"""今日: who is on it and why, in words; whose households; how many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from conftest import GRID
from grids.models import Area
from households.models import Household, TagKind
from households.services import caring, keeping
from visits.models import Campaign, CampaignPlace, Standing
from visits.today_list import today_for

pytestmark = pytest.mark.django_db
TODAY = reverse("field:today")


@pytest.fixture
def visitor(wang) -> Client:
    """A phone on which the grid worker is signed in."""
    client = Client()
    client.force_login(wang)
    return client


def ago(days: int, hour: int = 10):
    """A local hour some days ago."""
    day = timezone.localtime() - timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def why(user, household) -> tuple[str, str, str]:
    row = next(row for row in today_for(user, {"list": "all"}).rows if row.household == household)
    return row.reason, row.mark, row.tag


def test_overdue_tagged_households_say_since_when(make_household, make_visit, wang):
    home = make_household(people=[keeping.Person("刘秀兰", "head", "刘阿姨")])
    caring.set_tag(home, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    make_visit(home, by=wang, at=ago(31))
    reason, mark, tag = why(wang, home)
    assert reason.endswith("31天没走访") and "独居" in reason and (mark, tag) == ("over", "超期1天")


def test_nobody_home_says_when_to_try_again(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, "absent", by=wang, at=ago(1))
    assert why(wang, home) == ("上次家中无人，建议傍晚再去", "soon", "第2次")


def test_what_was_agreed_is_said(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, by=wang, at=ago(3), next_date=timezone.localdate(), next_part="afternoon")
    assert why(wang, home) == ("约好今天下午上门", "soon", "今天")


def test_new_households_and_campaigns(make_household, make_visit, wang):
    new, known = make_household(), make_household("3-2-502")
    make_visit(known, by=wang, at=ago(10))
    Household.objects.filter(pk=new.pk).update(moved_in_date=timezone.localdate() - timedelta(days=3))
    assert why(wang, new) == ("新搬来，还没见过面", "", "新户")
    day = timezone.localdate()
    campaign = Campaign.objects.create(name="进百家门", starts_date=day, ends_date=day + timedelta(days=9))
    CampaignPlace.objects.create(campaign=campaign, area=Area.objects.get(code=GRID))
    assert why(wang, known) == ("10天没走访　进百家门", "", "活动")


def test_three_tries_leave_the_list_and_say_so(make_household, make_visit, wang):
    home = make_household()
    for days in (3, 2, 1):
        make_visit(home, "absent", by=wang, at=ago(days))
    assert today_for(wang, {}).rows == []
    assert why(wang, home)[0] == "3次家中无人，已交社区联系"


def test_what_is_under_way_stands_in_the_row(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, by=wang, at=ago(10), topics={"leak": "case"})
    assert "在办" in why(wang, home)[0]


def test_agreed_and_tagged_households_come_first(make_household, make_visit, wang):
    plain, tagged, agreed = (make_household(f"3-2-50{n}") for n in (1, 2, 3))
    caring.set_tag(tagged, TagKind.objects.get(code="alone"), reason="独居", by=wang)
    make_visit(agreed, by=wang, at=ago(3), next_date=timezone.localdate())
    assert [row.household for row in today_for(wang, {}).rows] == [agreed, tagged, plain]


def test_progress_is_about_the_own_day(make_household, make_visit, visitor, wang, he):
    first, second, third = (make_household(f"3-2-50{n}") for n in (1, 2, 3))
    make_visit(first, by=wang)
    make_visit(second, by=he)
    text = visitor.get(TODAY).content.decode()
    assert "今天走访1户" in text and "还有1户" in text
    assert third.pk and "3-2-503" in text and "3-2-502" not in text


def test_the_building_is_the_one_of_the_last_visit(make_household, make_visit, visitor, wang):
    make_household("1-1-101")
    make_visit(make_household("3-2-501"), by=wang)
    make_household("3-1-102")
    text = visitor.get(TODAY, {"list": "building"}).content.decode()
    assert "第一食品厂家属院3号楼" in text and "3-1-102" in text and "1-1-101" not in text


def test_other_grids_stay_out(make_household, outsider, chen):
    make_household()
    assert today_for(outsider, {"list": "all"}).rows == [] and len(today_for(chen, {"list": "all"}).rows) == 1


def test_a_door_is_found_and_the_words_stay_out_of_the_address(make_household, visitor):
    home = make_household(people=[keeping.Person("刘秀兰", "head", "刘阿姨", phone="13800001234")])
    for typed in ("3-2-501", "lxl", "13800001234"):
        text = visitor.post(TODAY, {"q": typed}).content.decode()
        assert reverse("field:visit-new", args=[home.pk]) in text, typed
    assert Entry.objects.filter(verb="household.search_phone").count() == 1
    assert "13800001234" not in text
    assert "没有找到" in visitor.post(TODAY, {"q": "9-9-909"}).content.decode()
    assert "号码要写全" in visitor.post(TODAY, {"q": "1380000"}).content.decode()


def test_written_later_leads_on_with_it(make_household, visitor):
    home = make_household()
    assert (
        f"{reverse('field:visit-new', args=[home.pk])}?later=1" in visitor.get(TODAY, {"later": "1"}).content.decode()
    )


def test_empty_lists_say_what_to_do(visitor):
    assert "现在没有该访的住户" in visitor.get(TODAY).content.decode()
    assert "还不知道您在哪栋楼" in visitor.get(TODAY, {"list": "building"}).content.decode()
    assert "还没有登记住户" in visitor.get(TODAY, {"list": "all"}).content.decode()


@pytest.mark.parametrize("view", ["due", "all"])
def test_as_many_queries_for_twenty_rows_as_for_two(make_household, make_visit, visitor, wang, view):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert visitor.get(TODAY, {"list": view}).status_code == 200
        return len(captured)

    for number in range(2):
        make_visit(make_household(f"3-1-{101 + number}"), "absent", by=wang, at=ago(1))
    few = queries()
    for number in range(18):
        home = make_household(f"3-2-{101 + number}")
        caring.set_tag(home, TagKind.objects.get(code="alone"), reason="独居", by=wang)
    assert queries() == few and few <= 30
    assert Standing.objects.count() == 2


def test_campaigns_that_touch_the_own_places_are_seen(wang, chen, outsider):
    day = timezone.localdate()
    campaign = Campaign.objects.create(name="进百家门", starts_date=day, ends_date=day)
    CampaignPlace.objects.create(campaign=campaign, area=Area.objects.get(code=GRID))
    assert [list(Campaign.objects.visible_to(one)) for one in (wang, chen, outsider)] == [[campaign], [campaign], []]
