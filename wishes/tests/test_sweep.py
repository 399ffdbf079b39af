"""The wishes' sweep: each alarm once, at its time, whoever sweeps and however often."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from conftest import GRID, XINCUN, moment
from grids.levels import Level
from notifications.models import Notification
from wishes import services as wishes
from wishes.models import Claim, Pace, Wish, WishEvent
from wishes.states import Alarm, ClaimStatus, Status

WORDS = wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。")
ASKED = moment("2026-11-23 10:00")
SHOWN = moment("2026-11-23 15:00")


@pytest.fixture
def shown(make_wish, chen):
    """A wish on the wall since Monday, 15:00."""
    wish = make_wish(at=ASKED)
    wishes.publish(wish, WORDS, at=SHOWN, by=chen)
    return wish


def alarms(wish: Wish) -> list[str]:
    return list(
        WishEvent.objects.filter(wish=wish).exclude(alarm="").order_by("number").values_list("alarm", flat=True)
    )


@pytest.mark.django_db
def test_an_idle_sweep_asks_twice(shown, django_assert_num_queries):
    with django_assert_num_queries(6):  # two look-ups, each between its savepoints
        assert wishes.sweep(at=SHOWN).total == 0


@pytest.mark.django_db
def test_a_late_review_is_told_once_to_the_community_and_the_street(make_wish):
    wish = make_wish(at=ASKED)
    assert wishes.sweep(at=wish.review_by - timedelta(seconds=1)).counts == {}
    assert wishes.sweep(at=wish.review_by).counts == {Alarm.REVIEW: 1}
    assert wishes.sweep(at=wish.review_by + timedelta(days=30)).counts == {}
    told = Notification.objects.filter(title__contains="审核期限").values_list("seat", flat=True)
    assert set(told) == {f"area:{XINCUN}", f"area:{XINCUN[:9]}"}


@pytest.mark.django_db
def test_what_nobody_claims_goes_up_to_the_district_and_stays_on_the_wall(shown):
    at, levels = SHOWN, []
    for _ in range(3):
        shown.refresh_from_db()
        at = shown.next_alarm_at
        assert wishes.sweep(at=at - timedelta(seconds=1)).total == 0
        assert wishes.sweep(at=at).total == 1 and wishes.sweep(at=at).total == 0
        shown.refresh_from_db()
        levels.append(shown.level)
    assert levels == [Level.STREET, Level.DISTRICT, Level.DISTRICT]
    assert shown.status == Status.WAITING and shown.exhausted_at and shown.next_alarm_at is None
    assert alarms(shown) == [Alarm.CLIMB, Alarm.CLIMB, Alarm.EXHAUST]


@pytest.mark.django_db
def test_seven_working_days_a_level(shown):
    assert shown.climb_at == moment("2026-12-02 15:00")


@pytest.mark.django_db
def test_a_quiet_claim_is_reminded_and_then_cancelled(shown, make_volunteer):
    helper = make_volunteer()
    made = wishes.claim(shown, at=moment("2026-11-25 20:15"), by=helper)
    assert wishes.sweep(at=moment("2026-12-01 20:14")).total == 0
    assert wishes.sweep(at=moment("2026-12-01 20:15")).counts == {Alarm.REMIND: 1}
    told = Notification.objects.get(seat=f"user:{helper.pk}")
    assert "12月2日 20:15前报个进展" in told.title
    assert wishes.sweep(at=moment("2026-12-02 20:14")).total == 0
    assert wishes.sweep(at=moment("2026-12-02 20:15")).counts == {Alarm.LAPSE: 1}
    made.refresh_from_db()
    shown.refresh_from_db()
    assert (made.status, shown.status) == (ClaimStatus.LAPSED, Status.WAITING)
    assert "7天没有进展" in made.reason and shown.climb_at > moment("2026-12-02 20:15")


@pytest.mark.django_db
def test_a_sign_of_life_starts_the_clock_anew(shown, make_volunteer):
    helper = make_volunteer()
    made = wishes.claim(shown, at=moment("2026-11-25 20:15"), by=helper)
    wishes.sweep(at=moment("2026-12-01 20:15"))
    wishes.progress(made, text="约好周六", at=moment("2026-12-02 09:00"), by=helper)
    assert wishes.sweep(at=moment("2026-12-08 08:59")).total == 0
    assert wishes.sweep(at=moment("2026-12-08 09:00")).counts == {Alarm.REMIND: 1}


@pytest.mark.django_db
def test_what_was_reported_done_does_not_lapse_but_asks_to_be_confirmed(shown, make_volunteer):
    helper = make_volunteer()
    made = wishes.claim(shown, at=moment("2026-11-25 20:15"), by=helper)
    wishes.deliver(made, at=moment("2026-11-26 10:00"), by=helper)
    assert wishes.sweep(at=moment("2026-12-31 10:00")).counts == {Alarm.CONFIRM: 1}
    assert wishes.sweep(at=moment("2027-03-31 10:00")).total == 0
    wishes.not_yet(shown, at=moment("2027-04-01 10:00"), by=None)
    wishes.deliver(made, at=moment("2027-04-02 10:00"), by=helper)
    assert wishes.sweep(at=moment("2027-04-30 10:00")).counts == {Alarm.CONFIRM: 1}


@pytest.mark.django_db
def test_a_late_sweep_cancels_without_a_reminder_nobody_could_follow(shown, make_volunteer):
    wishes.claim(shown, at=moment("2026-11-25 20:15"), by=make_volunteer())
    assert wishes.sweep(at=moment("2026-12-20 10:00")).counts[Alarm.LAPSE] == 1
    assert Alarm.REMIND not in alarms(shown)


@pytest.mark.django_db
def test_the_times_are_rows_an_administrator_edits(shown, make_wish, chen):
    Pace.objects.update(search_days=1, is_default=False)
    other = make_wish(at=ASKED)
    wishes.publish(other, WORDS, at=SHOWN, by=chen)
    assert (other.climb_at, shown.climb_at) == (moment("2026-11-24 15:00"), moment("2026-12-02 15:00"))


@pytest.mark.django_db(transaction=True)
def test_four_sweepers_at_once_fire_each_alarm_once(ground, make_wish, make_volunteer, chen):
    helpers = [make_volunteer(f"v{n}", "何平") for n in range(4)]
    for number in range(12):
        wish = make_wish(at=ASKED, area=GRID)
        wishes.publish(wish, WORDS, at=SHOWN, by=chen)
        if number % 3 == 0:
            wishes.claim(wish, at=SHOWN, by=helpers[number // 3])
    at, barrier, faults = moment("2026-12-10 10:00"), Barrier(4), []

    def work():
        try:
            barrier.wait()
            wishes.sweep(at=at)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wishes.sweep(at=at)  # what a sweeper skipped because another one held it
    assert faults == []
    fired = list(WishEvent.objects.exclude(alarm="").values_list("alarm", flat=True))
    assert sorted(fired) == [Alarm.CLIMB] * 8 + [Alarm.LAPSE] * 4
    assert Claim.objects.live().count() == 0
