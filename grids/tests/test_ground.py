"""The ground as the district's account and the statistical codes give it."""

import pytest

from cases.models import Category, Limit
from grids import ground as loader
from grids.levels import Level
from grids.models import Area, Organization, Post, Standard, StandardItem
from grids.permissions import Ability
from weidu_portal import ground as portal_ground

pytestmark = pytest.mark.django_db
COUNTED = (Area, Organization, Post, Standard, StandardItem, Category, Limit)


def test_thirteen_streets_eighty_nine_communities_and_539_grids_are_in_service(ground):
    running = Area.objects.in_service()
    assert [running.on(level).count() for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)] == [
        1,
        13,
        89,
        539,
    ]


def test_the_two_development_areas_are_known_and_out_of_service(ground):
    out = Area.objects.on(Level.STREET).filter(in_service=False)
    assert {area.code[6:] for area in out} == {code[6:] for code in out.values_list("code", flat=True)}
    assert len(out) == 2
    assert any("东城区" in area.name for area in out)
    assert any("产业集聚区" in area.name for area in out)
    for area in out:
        assert not Area.objects.in_service().beneath(area.code).exists()


def test_every_area_below_the_district_has_its_parent(ground):
    codes = set(Area.objects.values_list("code", flat=True))
    assert all(code[:-3] in codes for code in codes if len(code) > 6)


def test_generated_grids_are_marked_as_demonstration_and_spread_evenly(ground):
    grids = Area.objects.on(Level.GRID)
    assert grids.filter(demonstration=False).count() == 0
    per_community = {}
    for code in grids.values_list("code", flat=True):
        per_community[code[:12]] = per_community.get(code[:12], 0) + 1
    assert len(per_community) == 89
    assert set(per_community.values()) == {6, 7}


def test_names_alone_repeat_but_full_names_do_not(ground):
    names = list(Area.objects.in_service().values_list("full_name", flat=True))
    assert len(names) == len(set(names))


def test_every_street_and_community_in_service_has_its_office(ground):
    places = Area.objects.in_service().filter(level__in=[Level.STREET, Level.COMMUNITY])
    offices = Organization.objects.filter(area__in=places, kind__in=["street_office", "community"])
    assert offices.count() == places.count() == 13 + 89


def test_every_street_community_and_grid_has_its_party_organization_under_the_one_above(ground):
    bodies = Organization.objects.party().select_related("parent")
    assert bodies.count() == 13 + 89 + 539
    for body in bodies:
        above = body.parent.area_id if body.parent else None
        assert above == (None if body.kind == "party_work" else body.area_id[:-3])
    assert not bodies.exclude(secretary="").exists()


def test_the_district_has_48_units_besides_the_utilities(ground):
    units = Organization.objects.filter(kind__in=["district_office", "department"])
    assert units.count() == 48
    assert units.filter(demonstration=True).count() == 31


def test_the_standards_start_with_placeholders_and_communities_as_urban(ground):
    found = {standard.code: standard for standard in Standard.objects.all()}
    assert (found["urban"].name, found["rural"].name) == ("一有七中心", "三有五中心")
    for standard, lines in ((found["urban"], 1 + 7), (found["rural"], 3 + 5)):
        items = standard.items.all()
        assert len(items) == lines and all(item.is_placeholder and "待核定" in item.name for item in items)
    assert set(Area.objects.in_service().on(Level.COMMUNITY).values_list("kind", flat=True)) == {"urban"}


def test_only_departments_and_utilities_take_cases(ground):
    takers = Organization.objects.filter(takes_cases=True)
    assert set(takers.values_list("kind", flat=True)) == {"department", "utility"}
    assert {"zuzhibu", "quweiban"} <= set(Organization.objects.values_list("code", flat=True))


def test_every_grant_of_a_post_is_an_ability(ground):
    granted = {grant for post in Post.objects.all() for grant in post.grants}
    assert granted <= set(Ability.values)
    assert granted == set(Ability.values)


def test_loading_again_changes_nothing_and_keeps_what_was_edited(ground):
    Area.objects.filter(code="411002005").update(phone="0374-1234567")
    Limit.objects.filter(category=None, level=1, urgent=False).update(handle_amount=9, is_default=False)
    before = [model.objects.count() for model in COUNTED]
    assert loader.load() == before[0]
    portal_ground.load()
    assert [model.objects.count() for model in COUNTED] == before
    assert Area.objects.get(code="411002005").phone == "0374-1234567"
    assert Limit.objects.get(category=None, level=1, urgent=False).handle_amount == 9
