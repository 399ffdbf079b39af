"""What posts beneath the grid reach: their own place, never the grid around it; and posts that grant nothing."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from cases.models import Case
from cases.roles import open_actions
from conftest import GRID, XINCUN, posted
from grids.models import Building, Compound, Entrance, Post, Posting
from grids.scope import people_at, scope_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard(ground):
    """市政家属院 in the grid, with building 3 and its entrance 2."""
    yard = Compound.objects.create(area_id=GRID, name="市政家属院", kind=Compound.Kind.WORK_UNIT)
    building = Building.objects.create(compound=yard, area_id=GRID, number=3)
    Entrance.objects.create(building=building, number=2)
    return yard


def seated(post: str, compound: Compound, **place) -> User:
    """Somebody on a compound-level post."""
    user = User.objects.create(username=post, full_name="郑秋", title="郑女士", must_change_password=False)
    row = Posting(user=user, post=Post.objects.get(code=post), compound=compound, **place)
    row.valid_from = row.valid_from.replace(year=2020)
    row.save()
    return user


class TestWhatAPostBeneathTheGridReaches:
    def test_a_courtyard_leader_sees_the_cases_of_the_courtyard_only(self, yard, make_case):
        inside, _beside = make_case(compound=yard), make_case()
        leader = seated("courtyard_leader", yard)
        assert list(Case.objects.visible_to(leader)) == [inside]

    def test_an_entrance_leader_sees_the_cases_of_the_whole_courtyard(self, yard, make_case):
        inside = make_case(compound=yard)
        building = yard.buildings.get()
        leader = seated("entrance_leader", yard, building=building, entrance=building.entrances.get())
        assert list(Case.objects.visible_to(leader)) == [inside]
        scope = scope_of(leader)
        assert scope.entrances and not scope.buildings and not scope.compounds and not scope.areas
        assert scope.around == {yard.pk}

    def test_a_complaint_about_somebody_stays_out_of_sight(self, yard, make_case, wang, chen):
        make_case(compound=yard, about=wang, by=chen)
        assert not Case.objects.visible_to(seated("courtyard_leader", yard)).exists()

    def test_the_leader_may_report_but_holds_nothing(self, yard, make_case, client):
        case = make_case(compound=yard)
        leader = seated("courtyard_leader", yard)
        client.force_login(leader)
        assert client.get("/desk/").status_code == 200
        answer = client.get(case.get_absolute_url())
        page = answer.content.decode()
        assert answer.status_code == 200 and case.place in page and "138****1234" not in page
        assert open_actions(case, leader) == []


class TestPostsThatGrantNothing:
    @pytest.mark.parametrize("post", ["judge", "prosecutor", "lawyer"])
    def test_nobody_sees_cases_for_being_on_the_list_of_a_community(self, post, make_case, ground):
        make_case()
        guest = posted("guest", "何律", "何律师", post, area=XINCUN)
        assert not Case.objects.visible_to(guest).exists()
        assert scope_of(guest).areas == frozenset()

    def test_news_of_a_community_goes_to_those_who_can_act_on_it(self, ground, chen):
        posted("guest", "何律", "何律师", "lawyer", area=XINCUN)
        officer = posted("officer", "周警", "周警官", "police", area=XINCUN)
        assert people_at(f"area:{XINCUN}") == [chen]
        assert scope_of(officer).seats == (f"user:{officer.pk}",) and scope_of(officer).covers(XINCUN)


class TestWhatAPostingMustBe:
    def test_one_in_a_compound_has_no_area(self, yard, wang):
        with pytest.raises(IntegrityError, match="posting_in_a_compound_has_no_area"), transaction.atomic():
            Posting.objects.create(
                user=wang, post=Post.objects.get(code="courtyard_leader"), compound=yard, area_id=GRID
            )

    def test_an_entrance_comes_with_its_building(self, yard, wang):
        entrance = yard.buildings.get().entrances.get()
        with pytest.raises(IntegrityError, match="posting_place_is_whole"), transaction.atomic():
            Posting.objects.create(
                user=wang, post=Post.objects.get(code="entrance_leader"), compound=yard, entrance=entrance
            )
