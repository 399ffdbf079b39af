"""Mediators are told before a limit date and once it is over: once each, and nobody else."""

from datetime import date

import pytest

from conftest import moment
from grids.models import Posting
from mediation import services as mediation
from mediation.models import Mediator
from mediation.services.reminding import remind
from mediation.tests.making import agreed, mediated, open_dispute
from notifications.models import Notification

pytestmark = pytest.mark.django_db
# 2026-12-24 is a Thursday; a month before, the dispute is accepted.
LIMIT = date(2026, 12, 24)


@pytest.fixture
def dispute(he, wang):
    """Accepted on 24 November: the month ends on 24 December."""
    found = mediated(open_dispute(he, wang), he)
    assert found.limit_date == LIMIT
    Notification.objects.all().delete()
    return found


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.filter(cause__startswith="dispute:").order_by("pk").values_list("seat", "title"))


def test_one_working_day_before_the_month_ends_who_mediates_is_told_once(dispute, he, wang):
    assert remind(at=moment("2026-12-22 08:05")) == 0 and told() == []
    for when in ("2026-12-23 08:05", "2026-12-23 08:06", "2026-12-24 08:05"):
        remind(at=moment(when))
    assert [seat for seat, _ in told()] == [f"user:{he.pk}", f"user:{wang.pk}"]
    assert all("2026年12月24日" in title and dispute.case.number in title for _, title in told())
    assert not any(name in title for _, title in told() for name in ("罗桂枝", "鲁广田"))


def test_a_limit_on_a_sunday_is_told_on_friday(dispute, he):
    mediation.extend(dispute, date(2027, 1, 10), both_agree=True, at=moment("2026-12-20 09:00"), by=he)
    Notification.objects.all().delete()
    remind(at=moment("2027-01-07 08:05"))
    assert told() == []
    remind(at=moment("2027-01-08 08:05"))
    assert len(told()) == 2


def test_once_it_is_over_it_is_said_once_more_and_a_longer_time_begins_anew(dispute, he):
    for when in ("2026-12-25 08:05", "2026-12-26 08:05", "2027-01-15 08:05"):
        remind(at=moment(when))
    assert len(told()) == 2 and all("已过" in title for _, title in told())
    mediation.extend(dispute, date(2027, 2, 5), both_agree=True, at=moment("2027-01-15 09:00"), by=he)
    remind(at=moment("2027-02-06 08:05"))
    assert len(told()) == 4


def test_what_has_a_result_is_left_alone(dispute, he):
    mediation.fail(dispute, "谈不拢", at=moment("2026-12-20 09:00"), by=he)
    agreed(open_dispute(he), he)
    Notification.objects.all().delete()
    assert remind(at=moment("2026-12-25 08:05")) == 0 and told() == []


def test_who_no_longer_mediates_or_works_there_is_not_told(dispute, he, wang):
    Mediator.objects.filter(user=wang).update(ended_at=moment("2026-12-01 09:00"), is_lead=False)
    remind(at=moment("2026-12-23 08:05"))
    assert [seat for seat, _ in told()] == [f"user:{he.pk}"]
    Notification.objects.all().delete()
    Posting.objects.filter(user=he).update(valid_to=date(2026, 12, 20))
    remind(at=moment("2026-12-25 08:05"))
    assert told() == []
