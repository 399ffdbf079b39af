"""Hints: what the rules find, and that they stay help: off by default, rationed, told to the visitor first."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from common.errors import DomainError
from conftest import GRID, XINCUN, moment
from households.models import Household
from visits.models import Hint, Pace, Visit
from visits.services import hinting
from visits.services.hinting import Found, Seen, look
from visits.states import HintKind
from visits.tasks import weekly_hints

START = datetime(2026, 11, 17, 22, 0, tzinfo=timezone.get_fixed_timezone(480))
MONDAY = moment("2026-11-23 04:00")


def seen(n: int, *, after: float = 600, **more) -> Seen:
    """The n-th visit of an evening, `after` seconds apart; at doors of their own."""
    given = {"visitor": 1, "household": n, "compound": 1, "label": f"3-2-{n}", "met": True, "lived_in": True, "said": 0}
    return Seen(visit=n, area=GRID, happened_at=START + timedelta(seconds=after * n), **{**given, **more})


def kinds(*visits: Seen, complaining=frozenset()) -> list[HintKind]:
    return [one.kind for one in look(visits, complaining=set(complaining))]


def test_two_doors_within_twenty_seconds_and_not_twenty():
    assert look([seen(1, after=19), seen(2, after=19)], complaining=set()) == [
        Found(HintKind.CLOSE, seen(2, after=19), seen(1, after=19))
    ]
    assert kinds(seen(1, after=20), seen(2, after=20)) == []
    assert kinds(seen(1, after=5), seen(2, after=5, household=1, label="3-2-1")) == []
    assert kinds(seen(1, after=5), seen(2, after=5, met=False)) == []
    assert kinds(seen(1, after=5), seen(2, after=5, visitor=2)) == []


def test_eleven_doors_running_with_nothing_wrong_where_neighbours_complain():
    evening = [seen(n) for n in range(1, 12)]
    assert kinds(*evening, complaining={(1, 2)}) == [HintKind.FINE]
    assert kinds(*evening) == [] and kinds(*evening[:10], complaining={(1, 2)}) == []
    assert kinds(*evening, complaining={(1, 1)}) == [], "what one heard oneself says nothing against oneself"
    evening[5] = seen(6, said=1)
    assert kinds(*evening, complaining={(1, 2)}) == []


def test_a_door_nobody_lives_behind_and_a_door_registered_twice():
    assert kinds(seen(1, lived_in=False)) == [HintKind.EMPTY]
    assert kinds(seen(1, lived_in=False, met=False)) == []
    assert kinds(seen(1), seen(2, label="3-2-1")) == [HintKind.LABEL]
    assert kinds(seen(1), seen(2, label="3-2-1", compound=2)) == []


@pytest.mark.django_db
class TestWeek:
    @pytest.fixture
    def hints_on(self, ground):
        Pace.objects.update_or_create(pk=1, defaults={"hints_on": True})

    @pytest.fixture
    def hurried(self, make_household, make_visit, wang) -> Visit:
        """Two doors within ten seconds, late in the evening."""
        make_visit(make_household(), by=wang, at=moment("2026-11-18 22:00"))
        other = make_household("3-2-502", people=[("孙某", "head")])
        return make_visit(other, by=wang, at=moment("2026-11-18 22:00") + timedelta(seconds=10))

    def test_they_are_off_until_somebody_switches_them_on(self, hurried, wang):
        assert weekly_hints() == 0 and hinting.look_back(at=MONDAY) == 0
        assert not Hint.objects.exists() and hinting.hints_for(wang) == []

    def test_last_week_is_looked_at_once(self, hints_on, hurried, wang):
        assert hinting.look_back(at=MONDAY) == 1
        assert hinting.look_back(at=MONDAY) == 0
        hint = hinting.hints_for(wang)[0]
        assert (hint.kind, hint.visit, hint.week_date.isoformat()) == (HintKind.CLOSE, hurried, "2026-11-16")

    def test_nothing_is_said_about_what_was_written_later(self, hints_on, hurried):
        Visit.objects.filter(pk=hurried.pk).update(written_later=True)
        assert hinting.look_back(at=MONDAY) == 0

    def test_at_most_ten_a_week_for_a_community(self, hints_on, make_household, make_visit, wang):
        for n in range(12):
            home = make_household(f"3-2-5{n:02}", people=[(f"户{n}", "head")])
            make_visit(home, by=wang, at=moment("2026-11-18 10:00") + timedelta(minutes=n))
        Household.objects.update(kind="vacant")
        assert hinting.look_back(at=MONDAY) == 10
        assert hinting.look_back(at=MONDAY + timedelta(hours=1)) == 0

    def test_the_community_sees_what_was_explained_or_left_for_a_week(self, hints_on, hurried, wang, chen, outsider):
        hinting.look_back(at=MONDAY)
        hint = Hint.objects.get()
        told = Hint.objects.told_to_community
        assert not told(chen, at=MONDAY + timedelta(days=6)).exists()
        assert told(chen, at=MONDAY + timedelta(days=7)).get() == hint
        with pytest.raises(DomainError, match="写几句说明"):
            hinting.answer(hint, "explained", words=" ", by=wang)
        hinting.answer(hint, "explained", words="两家在一起吃饭", by=wang)
        assert told(chen, at=MONDAY).get().words == "两家在一起吃饭"
        assert not told(outsider, at=MONDAY + timedelta(days=9)).exists() and hinting.hints_for(wang) == []
        with pytest.raises(DomainError, match="已经回过"):
            hinting.answer(hint, "fine", by=wang)

    def test_nothing_wrong_stays_with_the_visitor_and_nobody_answers_for_others(
        self, hints_on, hurried, wang, he, chen
    ):
        hinting.look_back(at=MONDAY)
        hint = Hint.objects.get()
        with pytest.raises(DomainError):
            hinting.answer(hint, "fine", by=he)
        hinting.answer(hint, "fine", words="不给人看", by=wang)
        hint.refresh_from_db()
        assert hint.words == "" and not Hint.objects.told_to_community(chen, at=MONDAY + timedelta(days=30)).exists()
        assert hint.community == XINCUN
