"""Compounds, buildings, organizations and partnerships: changed with a trace, refused in words."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError
from conftest import GRID, XINCUN
from grids.models import Amendment, Area, Building, Compound, Door, Entrance, Organization, Partnership, Post, Posting
from grids.services import organizations, places

pytestmark = pytest.mark.django_db
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[113.81, 34.02], [113.82, 34.02], [113.82, 34.03], [113.81, 34.03], [113.81, 34.02]]],
}


@pytest.fixture
def place(ground):
    """place(code): the area of a code."""
    return lambda code: Area.objects.get(code=code)


@pytest.fixture
def yard(place, chen):
    """A compound of the third grid."""
    return places.open_compound(place(GRID), name="纺织厂家属院", kind="work_unit", by=chen)


@pytest.fixture
def company(chen):
    """A property company."""
    return organizations.add_organization(name="安居物业", kind="property", area=None, by=chen)


def test_a_compound_is_opened_in_a_grid_or_in_a_community_and_nowhere_else(place, chen):
    shared = places.open_compound(place(XINCUN), name="新村小区", kind="estate", by=chen)
    assert (shared.level, shared.community) == (2, XINCUN)
    assert Entry.objects.get(verb="compound.open").subject_id == str(shared.pk)
    with pytest.raises(DomainError, match="放在网格里"):
        places.open_compound(place(XINCUN[:9]), name="大院", kind="estate", by=chen)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"name": "纺织厂家属院"}, "已经有纺织厂家属院"),
        ({"year_built": 1800}, "建成年份"),
        ({"longitude": 113.8}, "一起填"),
        ({"longitude": 34, "latitude": 113.8}, "写反了"),
        ({"boundary": {"type": "Point"}}, "点和线"),
    ],
)
def test_what_makes_no_sense_is_refused(place, chen, yard, facts, said):
    with pytest.raises(DomainError, match=said):
        places.open_compound(place(GRID), **{"name": "新院", "kind": "courtyard", **facts}, by=chen)


def test_a_company_only_where_one_manages(yard, company, chen):
    with pytest.raises(DomainError, match="只有物业公司管理的"):
        places.change_compound(yard, {"property_company": company}, by=chen)
    places.change_compound(yard, {"management": "company", "property_company": company}, by=chen)
    assert yard.property_company == company
    with pytest.raises(DomainError, match="还管着小区"):
        organizations.retire_organization(company, holding=0, by=chen)
    school = Organization.objects.create(code="a-school", name="新村小学", kind="school")
    with pytest.raises(DomainError, match="不是在用的物业公司"):
        places.change_compound(yard, {"property_company": school}, by=chen)


def test_every_change_keeps_what_it_was(yard, chen):
    assert places.change_compound(yard, {"name": "纺织厂东院", "kind": "work_unit"}, by=chen) == ["name"]
    kept = Amendment.objects.get(subject_kind="compound", subject_id=str(yard.pk))
    assert (kept.field, kept.before, kept.after, kept.by_id) == ("name", "纺织厂家属院", "纺织厂东院", chen.pk)
    assert Entry.objects.filter(verb="compound.amend").count() == 1


def test_another_grid_takes_the_buildings_along_until_doors_are_registered(yard, place, chen):
    other = place(f"{XINCUN}004")
    (building,) = places.add_buildings(yard, [1], entrances=1, by=chen)
    places.change_compound(yard, {"area": other}, by=chen)
    building.refresh_from_db()
    assert building.area == other and yard.community == XINCUN
    Door.objects.create(compound=yard, building=building, room="101", area=other)
    with pytest.raises(DomainError, match="网格调整"):
        places.change_compound(yard, {"area": place(GRID)}, by=chen)


def test_a_compound_is_closed_once_nobody_lives_or_serves_there(yard, chen, wang):
    unit = Organization.objects.get(code="zhujian")
    partnership = organizations.begin_partnership(unit, yard.area, compound=yard, kind="in_charge", by=chen)
    with pytest.raises(DomainError, match="还有3户在住"):
        places.close_compound(yard, living=3, by=chen)
    posting = Posting.objects.create(user=wang, post=Post.objects.get(code="courtyard_leader"), compound=yard)
    with pytest.raises(DomainError, match="还有1个在任岗位"):
        places.close_compound(yard, living=0, by=chen)
    Posting.objects.filter(pk=posting.pk).update(
        valid_from=date(2025, 1, 1), valid_to=timezone.localdate() - timedelta(days=1)
    )
    places.close_compound(yard, living=0, by=chen)
    partnership.refresh_from_db()
    assert yard.valid_to == partnership.valid_to == timezone.localdate()
    for again in (
        lambda: places.close_compound(yard, living=0, by=chen),
        lambda: places.change_compound(yard, {"name": "又来"}, by=chen),
        lambda: places.add_buildings(yard, [1], by=chen),
    ):
        with pytest.raises(DomainError, match="已经停用"):
            again()
    assert places.open_compound(yard.area, name=yard.name, kind="work_unit", by=chen).pk != yard.pk


def test_eight_buildings_with_three_entrances_come_at_once(yard, chen):
    places.add_buildings(yard, range(1, 9), entrances=3, floors=6, by=chen)
    assert Building.objects.filter(compound=yard, area=yard.area, floors=6).count() == 8
    assert Entrance.objects.filter(building__compound=yard).count() == 24
    with pytest.raises(DomainError, match="7号楼、8号楼已经有了"):
        places.add_buildings(yard, [7, 8, 9], by=chen)
    assert not Building.objects.filter(number=9).exists()


@pytest.mark.parametrize(
    ("numbers", "more", "said"),
    [([], {}, "填写楼号"), ([0], {}, "楼号填"), ([1], {"entrances": 21}, "最多20个单元"), ([1], {"floors": 0}, "层数")],
)
def test_impossible_buildings_are_refused(yard, chen, numbers, more, said):
    with pytest.raises(DomainError, match=said):
        places.add_buildings(yard, numbers, by=chen, **more)


def test_buildings_of_a_shared_compound_name_their_grid(place, chen):
    shared = places.open_compound(place(XINCUN), name="新村小区", kind="estate", by=chen)
    with pytest.raises(DomainError, match="几个网格共管"):
        places.add_buildings(shared, [1], by=chen)
    (building,) = places.add_buildings(shared, [1], area=place(GRID), by=chen)
    assert building.area_id == GRID
    with pytest.raises(DomainError, match="几个网格共管"):
        places.change_building(building, {"area": place("411002008001001")}, by=chen)


def test_entrances_grow_and_shrink_unless_somebody_is_behind_them(yard, chen, wang):
    (building,) = places.add_buildings(yard, [1], entrances=3, by=chen)
    places.change_building(building, {"name": "东楼", "has_lift": True}, entrances=2, by=chen)
    assert building.entrances.filter(valid_to__isnull=True).count() == 2
    places.change_building(building, {}, entrances=4, by=chen)
    assert building.entrances.filter(valid_to__isnull=True).count() == 4
    fourth = building.entrances.get(number=4)
    posting = Posting.objects.create(
        user=wang, post=Post.objects.get(code="entrance_leader"), compound=yard, building=building, entrance=fourth
    )
    with pytest.raises(DomainError, match="单元长"):
        places.change_building(building, {}, entrances=3, by=chen)
    with pytest.raises(DomainError, match="在任的楼栋长或单元长"):
        places.close_building(building, living=0, by=chen)
    posting.delete()
    Door.objects.create(compound=yard, building=building, entrance=fourth, room="101", area=yard.area)
    with pytest.raises(DomainError, match="登记了门户"):
        places.change_building(building, {}, entrances=3, by=chen)


def test_a_closed_building_comes_back_with_its_number(yard, chen):
    (building,) = places.add_buildings(yard, [1], entrances=2, by=chen)
    with pytest.raises(DomainError, match="还有2户"):
        places.close_building(building, living=2, by=chen)
    places.close_building(building, living=0, by=chen)
    with pytest.raises(DomainError, match="已经停用"):
        places.change_building(building, {}, by=chen)
    (again,) = places.add_buildings(yard, [1], entrances=1, by=chen)
    assert again.pk == building.pk and again.valid_to is None
    assert again.entrances.filter(valid_to__isnull=True).count() == 1


def test_facts_of_an_area_are_changed_and_private_mobiles_refused(place, chen):
    community = place(XINCUN)
    facts = {"phone": "0374-1234567", "hours": "每天8:00–20:00", "kind": "rural", "boundary": SQUARE}
    assert set(places.set_area_facts(community, facts, by=chen)) == set(facts)
    assert Amendment.objects.filter(subject_kind="area", subject_id=XINCUN).count() == 4
    for changes, said in (
        ({"phone": "138 0000-1234"}, "不填个人手机号"),
        ({"kind": "virtual"}, "城市或涉农"),
        ({"boundary": {"type": "Point"}}, "点和线"),
    ):
        with pytest.raises(DomainError, match=said):
            places.set_area_facts(community, changes, by=chen)
    with pytest.raises(DomainError, match="只有社区"):
        places.set_area_facts(place(GRID), {"kind": "rural"}, by=chen)
    with pytest.raises(ValueError, match="not a fact"):
        places.set_area_facts(community, {"name": "改名"}, by=chen)


def test_a_party_branch_finds_the_committee_above_it(place, chen):
    branch = organizations.add_organization(name="第三网格第二党支部", kind="party_branch", area=place(GRID), by=chen)
    assert branch.parent.code == f"party-{XINCUN}" and branch.code.startswith("party-branch-")
    with pytest.raises(DomainError, match="要设在网格"):
        organizations.add_organization(name="支部", kind="party_branch", area=place(XINCUN), by=chen)
    elsewhere = Organization.objects.get(code="party-411002008001")
    with pytest.raises(DomainError, match="所在地的社区党委"):
        organizations.change_organization(branch, {"parent": elsewhere}, by=chen)
    with pytest.raises(DomainError, match="另一个在用的组织"):
        organizations.change_organization(branch, {"parent": branch}, by=chen)


def test_organizations_refuse_what_does_not_fit(company, place, chen):
    add = organizations.add_organization
    for facts, said in (
        ({"name": "安居物业", "kind": "property"}, "已经有安居物业"),
        ({"name": "某校", "kind": "school", "phone": "13800001234"}, "办公电话"),
        ({"name": "某校", "kind": "school", "takes_cases": True}, "才可以|可以承办"),
        ({"name": "某校", "kind": "school", "parent": company}, "上级组织"),
    ):
        with pytest.raises(DomainError, match=said):
            add(**facts, by=chen)
    with pytest.raises(ValueError, match="never change"):
        organizations.change_organization(company, {"code": "other"}, by=chen)
    assert organizations.change_organization(company, {"secretary": "马经理"}, by=chen) == ["secretary"]


def test_an_organization_goes_out_of_use_once_nothing_hangs_on_it(place, chen, li):
    unit = Organization.objects.get(code="zhujian")
    with pytest.raises(DomainError, match="还有2件在办事项"):
        organizations.retire_organization(unit, holding=2, by=chen)
    with pytest.raises(DomainError, match="还有1个在任岗位"):
        organizations.retire_organization(unit, holding=0, by=chen)
    committee = Organization.objects.get(code=f"party-{XINCUN}")
    with pytest.raises(DomainError, match="还有下级组织"):
        organizations.retire_organization(committee, holding=0, by=chen)
    other = Organization.objects.get(code="fagai")
    partnership = organizations.begin_partnership(other, place(XINCUN), kind="paired", by=chen)
    organizations.retire_organization(other, holding=0, by=chen)
    partnership.refresh_from_db()
    assert not other.active and partnership.valid_to == timezone.localdate()
    with pytest.raises(DomainError, match="已经停用"):
        organizations.retire_organization(other, holding=0, by=chen)


def test_partnerships_begin_once_and_end_once(yard, place, chen):
    unit = Organization.objects.get(code="jiaoti")
    begin = organizations.begin_partnership
    partnership = begin(unit, place(XINCUN), kind="in_charge", contact="刘科长", offers="修操场", by=chen)
    with pytest.raises(DomainError, match="已经是分包关系"):
        begin(unit, place(XINCUN), kind="in_charge", by=chen)
    assert begin(unit, place(XINCUN), kind="paired", by=chen)
    for args, more, said in (
        ((Organization.objects.get(code=f"party-{XINCUN}"), place(XINCUN)), {}, "不能分包或结对"),
        ((unit, place(XINCUN[:9])), {}, "社区、网格或小区"),
        ((unit, place("411002008001")), {"compound": yard}, "不在"),
        ((unit, place(GRID)), {"contact_phone": "13800001234"}, "办公电话"),
    ):
        with pytest.raises(DomainError, match=said):
            begin(*args, kind="paired", by=chen, **more)
    with pytest.raises(DomainError, match="不能早于"):
        organizations.end_partnership(partnership, on=date(2020, 1, 1), by=chen)
    organizations.end_partnership(partnership, by=chen)
    with pytest.raises(DomainError, match="已经结束"):
        organizations.end_partnership(partnership, by=chen)
    assert Partnership.objects.count() == 2 and Compound.objects.count() == 1


def test_the_api_lists_the_callers_own_compounds_and_finds_them_by_name_or_road(client, yard, wang, outsider, li, chen):
    places.open_compound(yard.area, name="毛巾厂家属院", kind="work_unit", address="健康路18号", by=chen)

    def asked(user, **query):
        client.force_login(user)
        return client.get("/api/v1/compounds/", query)

    assert [row["name"] for row in asked(wang).json()["results"]] == ["纺织厂家属院", "毛巾厂家属院"]
    assert [row["name"] for row in asked(wang, q="健康路").json()["results"]] == ["毛巾厂家属院"]
    assert asked(wang, under="411002008").json()["results"] == asked(outsider).json()["results"] == []
    assert asked(li).status_code == 403
