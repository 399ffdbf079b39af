"""Campaigns are planned on the own ground, ended once, and told in plain words where they cannot be."""

from dataclasses import replace
from datetime import date

import pytest

from audit.models import Entry
from common.errors import DomainError
from conftest import GRID, XINCUN, moment
from grids.models import Area
from visits import services as visits
from visits.models import Campaign
from visits.services.planning import may_end

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-19 09:00")


@pytest.fixture
def wanted(ground):
    return visits.Plan(
        "进百家门", date(2026, 11, 20), date(2026, 12, 20), areas=[Area.objects.get(code=XINCUN)], target_percent=90
    )


def test_it_is_planned_with_its_places_and_recorded(wanted, courtyard, chen):
    campaign = visits.plan(replace(wanted, compounds=[courtyard]), at=NOW, by=chen)
    places = set(campaign.places.values_list("area_id", "compound"))
    assert places == {(XINCUN, None), (GRID, courtyard.pk)}
    assert (campaign.created_by, campaign.target_percent) == (chen, 90)
    assert Entry.objects.filter(verb="campaign.plan", actor_id=chen.pk).count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "活动名称"),
        ({"ends_date": date(2026, 11, 1)}, "在开始日期之前"),
        ({"starts_date": date(2026, 10, 1), "ends_date": date(2026, 11, 1)}, "已经过了"),
        ({"ends_date": date(2028, 1, 1)}, "最长一年"),
        ({"target_percent": 0}, "1到100"),
        ({"areas": []}, "活动范围"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wanted, chen, change, words):
    with pytest.raises(DomainError, match=words):
        visits.plan(replace(wanted, **change), at=NOW, by=chen)
    assert not Campaign.objects.exists()


def test_nobody_plans_on_others_ground(wanted, zhao, outsider, wang):
    assert visits.plan(wanted, at=NOW, by=zhao)
    for who in (outsider, wang):
        with pytest.raises(DomainError, match="不归您管"):
            visits.plan(wanted, at=NOW, by=who)


def test_it_is_ended_once_and_by_who_has_all_its_ground(wanted, chen, zhao, outsider):
    campaign = visits.plan(wanted, at=NOW, by=chen)
    assert may_end(campaign, chen) and may_end(campaign, zhao) and not may_end(campaign, outsider)
    visits.end(campaign, at=moment("2026-11-25 09:00"), by=chen)
    assert not Campaign.objects.on(date(2026, 11, 26)).exists()
    with pytest.raises(DomainError, match="已经结束"):
        visits.end(campaign, at=moment("2026-11-25 09:01"), by=zhao)


def test_its_last_day_over_there_is_nothing_to_end(wanted, chen):
    campaign = visits.plan(wanted, at=NOW, by=chen)
    with pytest.raises(DomainError, match="已经结束"):
        visits.end(campaign, at=moment("2026-12-21 09:00"), by=chen)
