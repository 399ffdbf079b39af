"""应有, 在任, 空缺 against worlds counted by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from conftest import GRID, XINCUN
from grids.levels import Level
from grids.models import Area, Building, Compound, Entrance, Post, Posting
from grids.vacancies import FIVE_AND_THREE, figures, seats, totals

pytestmark = pytest.mark.django_db


def build(name: str, kind: str, entrances: list[int], area: str = GRID, setting: str = "urban") -> Compound:
    """A compound with one building for each number of entrances."""
    compound = Compound.objects.create(area_id=area, name=name, kind=kind, setting=setting)
    for number, inside in enumerate(entrances, 1):
        building = Building.objects.create(compound=compound, area_id=area, number=number)
        Entrance.objects.bulk_create(Entrance(building=building, number=n) for n in range(1, inside + 1))
    return compound


def serve(code: str, **place) -> Posting:
    """Somebody new on a post."""
    user = User.objects.create(username=f"u{User.objects.count()}", full_name="赵一", title="赵师傅")
    return Posting.objects.create(
        user=user, post=Post.objects.get(code=code), valid_from=timezone.localdate() - timedelta(days=9), **place
    )


def line(figured, code: str):
    return next(x for x in totals(figured.values()) if x.post.code == code)


def numbers(figured, code: str) -> tuple[int, int, int]:
    found = line(figured, code)
    return found.ought, found.serving, found.vacant


@pytest.fixture
def small_world(ground):
    """新村: an estate of 2 buildings with 3 and 2 entrances, a courtyard of 1 with 1, a rural group."""
    estate = build("新村小区", "estate", [3, 2])
    yard = build("市政家属院", "work_unit", [1])
    build("二组", "group", [], setting="rural")
    serve("estate_leader", compound=estate)
    first = Building.objects.get(compound=estate, number=1)
    serve("building_leader", compound=estate, building=first)
    for entrance in first.entrances.order_by("number")[:2]:
        serve("entrance_leader", compound=estate, building=first, entrance=entrance)
    return estate, yard


def test_a_small_world_counted_by_hand(small_world):
    figured = figures(XINCUN, by=Level.COMMUNITY)
    assert set(figured) == {XINCUN}
    assert numbers(figured, "team_leader") == (1, 0, 1)
    assert numbers(figured, "estate_leader") == (1, 1, 0)
    assert numbers(figured, "courtyard_leader") == (1, 0, 1)
    assert numbers(figured, "building_leader") == (3, 1, 2)
    assert numbers(figured, "entrance_leader") == (6, 2, 4)
    assert numbers(figured, "group_leader") == (1, 0, 1)
    assert numbers(figured, "centre_household") == (1, 0, 1)
    grids = Area.objects.in_service().on(1).beneath(XINCUN).count()
    assert numbers(figured, "grid_worker") == (grids, 0, grids)
    assert not any(x.post.code == "rural_team_leader" for x in totals(figured.values()))


def test_a_place_of_one_with_two_people_counts_once(small_world):
    estate, _ = small_world
    serve("estate_leader", compound=estate)
    assert numbers(figures(XINCUN, by=Level.COMMUNITY), "estate_leader") == (1, 1, 0)


def test_who_left_or_has_not_come_does_not_serve(small_world):
    estate, _ = small_world
    Posting.objects.filter(post__code="estate_leader").update(valid_to=timezone.localdate() - timedelta(days=1))
    assert numbers(figures(XINCUN, by=Level.COMMUNITY), "estate_leader") == (1, 0, 1)
    later = serve("estate_leader", compound=estate)
    Posting.objects.filter(pk=later.pk).update(valid_from=timezone.localdate() + timedelta(days=3))
    assert numbers(figures(XINCUN, by=Level.COMMUNITY), "estate_leader") == (1, 0, 1)


def test_a_compound_given_up_counts_no_longer_nor_who_served_it(small_world):
    estate, _ = small_world
    Compound.objects.filter(pk=estate.pk).update(valid_to=timezone.localdate())
    figured = figures(XINCUN, by=Level.COMMUNITY)
    assert numbers(figured, "entrance_leader") == (1, 0, 1)
    assert not any(x.post.code == "estate_leader" for x in totals(figured.values()))


def test_a_rural_community_has_three_posts_and_no_urban_team_leader(small_world):
    Area.objects.filter(pk=XINCUN).update(kind="rural")
    found = {x.post.code: x.ought for x in totals(figures(XINCUN, by=Level.COMMUNITY).values(), FIVE_AND_THREE)}
    assert found["rural_team_leader"] == 1
    assert "team_leader" not in found


def test_xincun_has_fifty_two_unit_leaders_of_whom_forty_nine_serve(ground):
    compound = build("第一食品厂家属院", "work_unit", [4] * 13)
    for entrance in Entrance.objects.order_by("pk")[:49]:
        serve("entrance_leader", compound=compound, building=entrance.building, entrance=entrance)
    assert numbers(figures(XINCUN, by=Level.COMMUNITY), "entrance_leader") == (52, 49, 3)
    found = seats(XINCUN, [Post.objects.get(code="entrance_leader")])
    assert len(found) == 52
    assert sum(seat.vacant for seat in found) == 3
    assert found[0].where == "1号楼1单元"


def test_leave_is_told_apart_by_whether_somebody_stands_in(small_world, he):
    today = timezone.localdate()
    leaders = Posting.objects.filter(post__code="entrance_leader").order_by("pk")
    leaders.filter(pk=leaders[0].pk).update(leave_from=today, leave_to=today, stand_in=he)
    leaders.filter(pk=leaders[1].pk).update(leave_from=today, leave_to=today)
    found = line(figures(XINCUN, by=Level.COMMUNITY), "entrance_leader")
    assert (found.serving, found.standing_in, found.uncovered) == (2, 1, 1)


def test_the_district_by_street_takes_as_many_queries_as_a_community(small_world, django_assert_num_queries):
    with django_assert_num_queries(7):
        community = figures(XINCUN, by=Level.COMMUNITY)
    build("另一小区", "estate", [2, 2], area="411002008001")
    with django_assert_num_queries(7):
        district = figures("411002", by=Level.STREET)
    assert numbers(community, "entrance_leader")[0] == 6
    assert line({"": district["411002008"]}, "entrance_leader").ought == 4
    assert line({"": district[XINCUN[:9]]}, "entrance_leader").ought == 6
    assert numbers(district, "entrance_leader")[0] == 10


def test_the_list_of_seats_takes_the_same_queries_however_long(small_world, django_assert_max_num_queries):
    posts = list(Post.objects.exclude(seat="unit").exclude(level__gt=2))
    with django_assert_max_num_queries(8):
        before = len(seats(XINCUN, posts))
    build("另一小区", "estate", [4] * 5)
    with django_assert_max_num_queries(8):
        assert len(seats(XINCUN, posts)) == before + 1 + 5 + 20


def test_a_vacant_seat_knows_who_served_last(small_world):
    row = Posting.objects.get(post__code="estate_leader")
    row.valid_to = timezone.localdate() - timedelta(days=7)
    row.save()
    seat = next(s for s in seats(XINCUN, [row.post]) if s.compound)
    assert (seat.last, seat.vacant_days(timezone.localdate())) == (row, 7)
