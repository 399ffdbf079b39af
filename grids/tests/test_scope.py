"""Who sees what: closed unless a posting of today opens it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from conftest import GRID, XINCUN, moment
from grids.levels import Level, code_at, level_of
from grids.models import Area, Organization, Post, Posting
from grids.permissions import Ability, abilities_of
from grids.scope import Scope, people_at, postings_of, scope_of, within

pytestmark = pytest.mark.django_db


def again(user) -> User:
    """The user as the next request loads it: postings are read once a request."""
    return User.objects.get(pk=user.pk)


def day(offset: int = 0):
    """A date near today."""
    return timezone.localdate() + timedelta(days=offset)


# --- closed unless opened


def test_without_a_posting_nothing_is_visible(clerk, make_case):
    make_case()
    assert scope_of(clerk) == Scope(frozenset(), frozenset(), ())
    assert abilities_of(clerk) == frozenset()
    assert not Case.objects.visible_to(clerk).exists()


def test_an_empty_scope_matches_no_row_rather_than_every_row(make_case):
    make_case()
    nothing = within(Scope(frozenset(), frozenset(), ()))
    assert nothing != Q()
    assert not Case.objects.filter(nothing).exists()


def test_nobody_signed_in_sees_nothing(make_case):
    make_case()
    assert postings_of(AnonymousUser()) == []
    assert not Case.objects.visible_to(AnonymousUser()).exists()


def test_an_account_that_ended_sees_nothing(zhao, make_case):
    make_case()
    User.objects.filter(pk=zhao.pk).update(is_active=False)
    assert not Case.objects.visible_to(again(zhao)).exists()


def test_an_administrator_without_a_posting_sees_nothing(make_case, ground):
    make_case()
    admin = User.objects.create(username="guanli", full_name="管理员", is_staff=True, is_superuser=True)
    assert not Case.objects.visible_to(admin).exists()


def test_a_unit_reaches_no_area(li, make_case):
    make_case()
    assert scope_of(li).areas == frozenset()
    assert not Case.objects.visible_to(li).exists()


@pytest.mark.parametrize(
    ("member", "sees"),
    [
        ("wang", 1),
        ("he", 2),
        ("chen", 2),
        ("zhao", 3),
        ("qian", 4),
        ("sun", 4),
        ("li", 0),
        ("outsider", 1),
        ("clerk", 0),
    ],
)
def test_everybody_sees_their_own_ground_and_what_lies_beneath(request, make_case, member, sees):
    sister = Area.objects.in_service().on(Level.COMMUNITY).beneath(XINCUN[:9]).exclude(code=XINCUN).order_by("code")[0]
    for area in (GRID, f"{XINCUN}001", f"{sister.code}001", "411002008001"):
        make_case(area=area)
    user = request.getfixturevalue(member)
    assert Case.objects.visible_to(user).count() == sees


def test_a_prefix_of_digits_is_no_area_unless_it_is_a_whole_code(wang):
    scope = scope_of(wang)
    assert scope.covers(GRID)
    assert not scope.covers(XINCUN)
    assert not scope.covers(f"{XINCUN}004")


# --- dates


@pytest.mark.parametrize(
    ("begins", "ends", "serves"),
    [(-9, None, True), (-9, 0, True), (0, 0, True), (-9, -1, False), (1, None, False), (1, 9, False)],
)
def test_a_posting_counts_from_its_first_to_its_last_day(wang, make_case, begins, ends, serves):
    make_case()
    Posting.objects.filter(user=wang).update(valid_from=day(begins), valid_to=None if ends is None else day(ends))
    assert Case.objects.visible_to(again(wang)).exists() is serves
    assert bool(abilities_of(again(wang))) is serves
    assert (people_at(f"area:{GRID}") == [wang]) is serves


def test_the_day_changes_in_the_districts_own_zone(wang):
    Posting.objects.filter(user=wang).update(valid_to=day(), valid_from=day(-9))
    last = timezone.localtime().replace(hour=23, minute=59)
    assert postings_of(wang, last)
    assert not postings_of(wang, last + timedelta(minutes=2))


def test_somebody_on_several_posts_has_them_all(wang, make_case):
    make_case()
    make_case(area="411002008001")
    Posting.objects.create(user=wang, post=Post.objects.get(code="community_secretary"), area_id="411002008001")
    both = again(wang)
    assert Case.objects.visible_to(both).count() == 2
    assert abilities_of(both) >= {Ability.HANDLE, Ability.APPROVE}
    assert scope_of(both).seats == ("area:411002005003003", "area:411002008001", f"user:{wang.pk}")


def test_a_person_posted_twice_at_a_seat_is_told_once(wang):
    Posting.objects.create(user=wang, post=Post.objects.get(code="grid_chief"), area_id=GRID)
    assert people_at(f"area:{GRID}") == [wang]


# --- stand-ins


@pytest.fixture
def leave(wang, he):
    """`he` stands in for `wang` from three days ago to three days ahead."""
    Posting.objects.filter(user=wang).update(stand_in=he, leave_from=day(-3), leave_to=day(3))


def test_during_leave_the_stand_in_has_the_post_and_gets_the_news(leave, wang, he):
    assert GRID in scope_of(again(he)).areas
    assert people_at(f"area:{GRID}") == [he]
    assert Posting.objects.get(user=wang).deputy() == he


def test_outside_the_leave_the_stand_in_has_nothing(leave, wang, he):
    for offset in (-4, 4):
        at = timezone.now() + timedelta(days=offset)
        assert GRID not in scope_of(again(he), at).areas
        assert people_at(f"area:{GRID}", at) == [wang]


def test_somebody_on_leave_may_still_look(leave, wang, make_case):
    make_case()
    assert Case.objects.visible_to(again(wang)).exists()


def test_a_stand_in_for_a_posting_that_ended_has_nothing(leave, wang, he):
    Posting.objects.filter(user=wang).update(valid_to=day(-1))
    assert GRID not in scope_of(again(he)).areas


def test_a_stand_in_does_not_see_a_complaint_about_himself(leave, he, make_case):
    case = make_case(about=he)
    assert not Case.objects.visible_to(again(he)).filter(pk=case.pk).exists()


# --- what the database refuses


@pytest.mark.parametrize(
    "wrong",
    [
        {"area_id": None},
        {"valid_to": moment("2019-01-01 00:00").date()},
        {"leave_from": moment("2026-01-01 00:00").date()},
        {"leave_from": moment("2026-01-02 00:00").date(), "leave_to": moment("2026-01-01 00:00").date()},
    ],
)
def test_a_posting_that_makes_no_sense_is_not_stored(wang, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(user=wang).update(**wrong)


@pytest.mark.parametrize("code", ["", "41100", "4110021", "41100200500300", "41100200500300x"])
def test_a_code_that_is_no_path_is_not_stored(ground, code):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(code=code, level=Level.GRID, name="x", full_name="x")


# --- the code is the path


def test_the_parent_is_the_code_without_its_last_three_digits(ground):
    grid = Area.objects.get(code=GRID)
    assert grid.parent_code == XINCUN
    assert [grid.code_on(level) for level in Level] == [GRID, XINCUN, XINCUN[:9], "411002"]
    assert Area.objects.get(code="411002").parent_code == ""


def test_a_step_up_is_a_shorter_prefix_and_the_district_is_the_end():
    assert [level_of(code_at(GRID, level)) for level in Level] == list(Level)
    assert code_at("411002", Level.GRID) == "411002"


def test_a_unit_posting_serves_a_unit(li):
    unit = Organization.objects.get(code="zhujian")
    assert scope_of(li).units == {unit.pk}
    assert people_at(f"unit:{unit.pk}") == [li]
    assert people_at("user:1") == []
