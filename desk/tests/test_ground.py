"""网格和楼院: each sees and keeps the own ground; everything can be opened, changed and put out of use on the pages."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conftest import GRID, XINCUN, posted
from grids.models import (
    Amendment,
    Area,
    Building,
    ChatGroup,
    Compound,
    Entrance,
    Organization,
    OwnersBody,
    Partnership,
    Post,
    Posting,
)
from grids.services import nearby, places
from households.models import Household
from households.search import find

pytestmark = pytest.mark.django_db
STREET = XINCUN[:9]
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[113.81, 34.02], [113.82, 34.02], [113.82, 34.03], [113.81, 34.03], [113.81, 34.02]]],
}


@pytest.fixture
def yard(ground, chen):
    """第一食品厂家属院 in the third grid, three buildings with two entrances each."""
    area = Area.objects.get(code=GRID)
    row = places.open_compound(area, name="第一食品厂家属院", kind="work_unit", address="八一路12号", by=chen)
    places.add_buildings(row, [1, 2, 3], entrances=2, floors=6, by=chen)
    return row


@pytest.fixture
def at(client):
    """at(user, page, *args, **query): a page as this person gets it."""

    def look(user, page, /, *args, **query):
        client.force_login(user)
        return client.get(reverse(f"desk:{page}", args=args), query)

    return look


@pytest.fixture
def send(client):
    """send(user, page, *args, **typed): a form sent by this person."""

    def post(user, page, /, *args, **typed):
        client.force_login(user)
        return client.post(reverse(f"desk:{page}", args=args), typed)

    return post


def text(response) -> str:
    return response.content.decode()


def facts(row: Compound, **more) -> dict:
    """The edit form of a compound, complete."""
    return {
        "name": row.name, "kind": row.kind, "area": row.area_id, "setting": row.setting, "address": row.address,
        "aliases": row.aliases, "management": row.management, **more,
    }  # fmt: skip


def test_each_begins_at_the_own_ground(at, wang, chen, zhao, qian, li, clerk):
    for user, code in ((wang, GRID), (chen, XINCUN), (zhao, STREET), (qian, "411002")):
        assert at(user, "ground")["Location"] == reverse("desk:area", args=[code])
    for user in (li, clerk):
        assert at(user, "ground").status_code == 403


def test_somebody_with_two_communities_chooses(at, ground):
    both = posted("dong", "董书记", "董书记", "community_first_secretary", area=XINCUN)
    Posting.objects.create(
        user=both, post=Post.objects.get(code="community_first_secretary"), area_id=f"{STREET}001",
        valid_from=timezone.localdate(),
    )  # fmt: skip
    shown = text(at(both, "ground"))
    assert "北大街道新村社区" in shown and "北大街道八一社区" in shown


def test_a_courtyard_leader_sees_the_own_compound_and_no_area(at, yard, ground, chen):
    leader = posted("gao", "高大姐", "高大姐", "")
    Posting.objects.create(user=leader, post=Post.objects.get(code="courtyard_leader"), compound=yard)
    other = places.open_compound(yard.area, name="毛巾厂家属院", kind="work_unit", by=chen)
    shown = text(at(leader, "ground"))
    assert "第一食品厂家属院" in shown and "毛巾厂" not in shown
    assert at(leader, "compound", yard.pk).status_code == 200
    assert at(leader, "compound", other.pk).status_code == 404
    assert at(leader, "area", GRID).status_code == 404


def test_the_district_table_counts_and_gives_every_share_its_numbers(at, qian, yard, chen):
    body = nearby.start_body(yard, kind="owners", on=timezone.localdate(), by=chen)
    shown = at(qian, "area", "411002")
    row = next(row for row in shown.context["rows"] if row.area.code == STREET)
    assert (row.compounds, row.buildings, row.estates, row.bodies) == (1, 3, 1, 0)
    assert "0 / 1" in text(shown) and "539" in text(shown)
    OwnersBody.objects.filter(pk=body.pk).update(step="filed")
    total = at(qian, "area", "411002").context["total"]
    assert (total.bodies, total.estates, total.grids) == (1, 1, 539)


def test_households_are_counted_and_nobody_is_named(at, qian, zhao, chen, courtyard, make_household):
    make_household("3-2-501")
    make_household("3-2-502", people=[("周建军", "head", "13900005678")])
    for user, code in ((qian, "411002"), (zhao, STREET), (chen, XINCUN)):
        shown = at(user, "area", code)
        assert sum(row.households for row in shown.context["rows"]) == 2
        assert "周建军" not in text(shown) and "13900005678" not in text(shown)
    page = at(chen, "compound", courtyard.pk)
    third = next(row for row in page.context["page"].buildings if row.place.number == 3)
    assert (third.households, third.entrances[1].households) == (2, 2)
    assert "周建军" not in text(page)


def test_the_outsider_finds_neither_area_nor_compound(at, send, outsider, yard):
    building = yard.buildings.first()
    for name, *args in (
        ("area", XINCUN), ("area-edit", XINCUN), ("compound", yard.pk), ("compound-edit", yard.pk), ("body", yard.pk),
        ("buildings-add", yard.pk), ("building-edit", building.pk), ("partnership-new", XINCUN),
        ("compound-partnership-new", yard.pk), ("compound-edit", 0), ("building-edit", 0), ("area", "41100200500399"),
    ):  # fmt: skip
        assert at(outsider, name, *args).status_code == 404, name
    for name, pk in (("compound-close", yard.pk), ("building-close", building.pk), ("body-end", yard.pk)):
        assert send(outsider, name, pk).status_code == 404, name
    assert Compound.objects.in_use().count() == 1


def test_the_grid_worker_reads_and_does_not_keep(at, send, wang, yard):
    page = text(at(wang, "compound", yard.pk))
    assert "加楼栋" not in page and "3号楼" in page
    for name in ("compound-edit", "buildings-add", "body", "compound-partnership-new"):
        assert at(wang, name, yard.pk).status_code == 403, name
    assert send(wang, "compound-close", yard.pk).status_code == 403
    assert at(wang, "compound-new").status_code == 403
    assert at(wang, "area", XINCUN).status_code == 404


def test_buttons_want_post(at, chen, yard):
    building = yard.buildings.first()
    for name, pk in (("compound-close", yard.pk), ("building-close", building.pk), ("body-end", yard.pk)):
        assert at(chen, name, pk).status_code == 405


def test_a_compound_is_registered_on_the_page(at, send, chen):
    form = text(at(chen, "compound-new", area=GRID))
    assert f'<option value="{GRID}" selected>' in form and "丁庄" not in form
    answer = send(
        chen, "compound-new", name=" 毛巾厂 家属院 ", kind="work_unit", area=GRID, setting="urban", management="self",
        is_old="on", year_built="1986", boundary=json.dumps(SQUARE),
    )  # fmt: skip
    row = Compound.objects.get()
    assert answer["Location"] == reverse("desk:compound", args=[row.pk])
    assert (row.name, row.is_old, row.year_built, row.boundary) == ("毛巾厂 家属院", True, 1986, SQUARE)
    assert "边界的轮廓" in text(at(chen, "compound", row.pk))


def test_what_is_wrong_is_said_and_what_was_typed_stays(send, chen, yard):
    shown = text(send(chen, "compound-new", **facts(yard, boundary="不是坐标")))
    assert "不是GeoJSON" in shown and "八一路12号" in shown
    assert "这个社区已经有第一食品厂家属院" in text(send(chen, "compound-new", **facts(yard)))
    shown = text(send(chen, "compound-new", **facts(yard, name="", area="411002008001001")))
    assert "请填写名称" in shown and Compound.objects.count() == 1
    wrong = facts(yard, name="另一个院", year_built="2999", longitude="300", latitude="34")
    errors = send(chen, "compound-new", **wrong).context["form"].errors
    assert set(errors) == {"year_built", "longitude"} and "四位数" in errors["year_built"][0]


def test_a_private_number_is_refused_under_its_field(send, chen):
    answer = send(chen, "area-edit", XINCUN, phone="13800001234", hours="每天8:00–20:00")
    assert set(answer.context["form"].errors) == {"phone"} and "每天8:00–20:00" in text(answer)


def test_a_change_is_seen_in_the_history(at, send, chen, yard):
    assert (
        send(chen, "compound-edit", yard.pk, **facts(yard, name="食品厂家属院", management="self")).status_code == 302
    )
    shown = text(at(chen, "compound", yard.pk))
    assert "无人管理" in shown and "居民自管" in shown and "陈书记" in shown
    assert Amendment.objects.filter(subject_kind="compound").count() == 2


def test_a_new_name_of_a_compound_reaches_its_households(send, chen, courtyard, make_household):
    family = make_household()
    before = family.updated_at
    answer = send(chen, "compound-edit", courtyard.pk, **facts(courtyard, name="食品小区"))
    family.refresh_from_db()
    assert answer.status_code == 302
    assert family.address.plain == "食品小区3号楼2单元501"
    assert "食品小区" in family.search.plain and "第一食品厂" not in family.search.plain
    assert family.updated_at == before
    assert list(find(Household.objects.visible_to(chen), "食品小区 3-2-501").rows) == [family]


def test_buildings_come_in_one_go(at, send, chen, yard):
    assert send(chen, "buildings-add", yard.pk, numbers="5–8、10", entrances="3", floors="6").status_code == 302
    assert set(Building.objects.values_list("number", flat=True)) == {1, 2, 3, 5, 6, 7, 8, 10}
    assert Entrance.objects.filter(building__number__gte=5).count() == 15
    for typed, said in (("八号", "看不懂“八”"), ("8-5", "看不懂"), ("1-300", "最多加200栋"), ("1", "1号楼已经有了")):
        assert said in text(send(chen, "buildings-add", yard.pk, numbers=typed, entrances="1"))


def test_a_building_is_changed_and_closed(send, chen, yard):
    building = yard.buildings.get(number=2)
    assert send(chen, "building-edit", building.pk, name="东楼", entrances="1", has_lift="on").status_code == 302
    building.refresh_from_db()
    assert building.name == "东楼" and building.entrances.filter(valid_to__isnull=True).count() == 1
    send(chen, "building-close", building.pk)
    building.refresh_from_db()
    assert building.valid_to == timezone.localdate()


def test_a_compound_where_people_live_stays(at, send, chen, courtyard, make_household):
    household = make_household("3-2-501")
    send(chen, "compound-close", courtyard.pk)
    assert "还有1户在住" in text(at(chen, "compound", courtyard.pk))
    send(chen, "building-close", household.door.building_id)
    assert "3号楼还有1户在住" in text(at(chen, "compound", courtyard.pk))
    assert Compound.objects.in_use().count() == 1


def test_an_empty_compound_is_closed_and_stays_readable(at, send, chen, yard):
    send(chen, "compound-close", yard.pk)
    assert "停用" in text(at(chen, "compound", yard.pk))
    assert "第一食品厂家属院</a>" not in text(at(chen, "area", XINCUN))


def test_only_the_street_says_which_communities_are_rural(at, send, chen, zhao):
    assert "涉农" not in text(at(chen, "area-edit", XINCUN)).split("<main")[1]
    send(chen, "area-edit", XINCUN, phone="0374-1234567", kind="rural")
    community = Area.objects.get(code=XINCUN)
    assert (community.phone, community.kind) == ("0374-1234567", "urban")
    send(zhao, "area-edit", XINCUN, phone="0374-1234567", kind="rural")
    community.refresh_from_db()
    assert community.kind == "rural" and "涉农" in text(at(chen, "area", XINCUN))
    assert "不填个人手机号" in text(send(zhao, "area-edit", XINCUN, phone="13800001234", kind="urban"))


def test_the_list_of_compounds_is_narrowed(at, chen, yard):
    area = Area.objects.get(code=XINCUN)
    estate = places.open_compound(area, name="新村小区", kind="estate", management="self", is_old=True, by=chen)
    nearby.start_body(estate, kind="owners", on=timezone.localdate(), by=chen)
    OwnersBody.objects.update(step="filed")
    for query, expected in (
        ({}, {"新村小区", "第一食品厂家属院"}),
        ({"kind": "estate"}, {"新村小区"}),
        ({"management": "none"}, {"第一食品厂家属院"}),
        ({"old": "1"}, {"新村小区"}),
        ({"body": "none"}, {"第一食品厂家属院"}),
        ({"q": "八一路"}, {"第一食品厂家属院"}),
        ({"kind": "nonsense"}, {"新村小区", "第一食品厂家属院"}),
    ):
        rows = at(chen, "area", XINCUN, **query).context["page"]
        assert {row.name for row in rows} == expected, query
    assert "没有符合条件的小区" in text(at(chen, "area", XINCUN, q="没有的"))
    assert {row.name for row in at(chen, "area", GRID).context["page"]} == {"新村小区", "第一食品厂家属院"}


def test_an_owners_body_climbs_its_ladder_on_the_page(at, send, chen, yard):
    today = timezone.localdate().isoformat()
    assert send(chen, "body", yard.pk, kind="owners", on=today).status_code == 302
    assert "登记公示" in text(at(chen, "body", yard.pk))
    send(chen, "body", yard.pk, on=today, note="公示在院门口")
    assert "请填写委员人数" in text(send(chen, "body", yard.pk, on=today))
    send(chen, "body", yard.pk, on=today, members="7")
    send(chen, "body", yard.pk, on=today, term_from="2026-01-01", term_to="2029-01-01")
    shown = text(at(chen, "compound", yard.pk))
    assert "委员7人" in shown and "公示在院门口" in shown and 'aria-current="step"' in shown
    send(chen, "body", yard.pk, on=today)
    term = {"kind": "owners", "elected_on": today, "filed_on": today, "members": "5"}
    send(chen, "body", yard.pk, **term, term_from="2029-01-01", term_to="2032-01-01")
    assert [body.step for body in OwnersBody.objects.order_by("pk")] == ["renewing", "filed"]
    send(chen, "body-end", yard.pk)
    assert not OwnersBody.objects.filter(ended_date__isnull=True).exists()
    assert send(chen, "body-end", yard.pk).status_code == 404


def test_units_stand_by_places_and_stop(at, send, chen, outsider, yard):
    unit = Organization.objects.get(code="jiaoti")
    send(chen, "partnership-new", XINCUN, unit=unit.pk, kind="paired", on="2026-01-01")
    send(chen, "compound-partnership-new", yard.pk, unit=unit.pk, kind="in_charge", on="2026-01-01", contact="刘科长")
    assert "区教体局" in text(at(chen, "area", XINCUN)) and "刘科长" in text(at(chen, "compound", yard.pk))
    for row in Partnership.objects.all():
        assert send(outsider, "partnership-end", row.pk).status_code == 404
        assert send(chen, "partnership-end", row.pk).status_code == 302
    assert not Partnership.objects.filter(valid_to__isnull=True).exists()


def test_groups_are_listed_counted_and_dissolved(at, send, chen, outsider):
    post = Post.objects.get(code="grid_worker").pk
    typed = {"name": "第三网格居民群", "owner_post": post, "households": "180", "counted_date": "2026-01-01"}
    assert send(chen, "group-new", area=GRID, **typed)["Location"] == reverse("desk:area", args=[GRID])
    group = ChatGroup.objects.get()
    assert "180户" in text(at(chen, "area", XINCUN))
    assert at(outsider, "group-edit", group.pk).status_code == 404
    assert send(chen, "group-edit", group.pk, **typed | {"households": "190"}).status_code == 302
    send(chen, "group-close", group.pk)
    group.refresh_from_db()
    assert (group.households, group.closed_date) == (190, timezone.localdate())
    assert at(chen, "group-edit", group.pk).status_code == 404


def test_twenty_compounds_cost_as_many_queries_as_two(client, chen, zhao):
    area = Area.objects.get(code=GRID)

    def more(count: int) -> None:
        for _ in range(count):
            row = places.open_compound(area, name=f"{Compound.objects.count()}号院", kind="courtyard", by=chen)
            places.add_buildings(row, [1, 2], entrances=2, by=chen)

    def queries(user, address: str) -> int:
        client.force_login(user)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len([query for query in captured if "django_session" not in query["sql"]])

    more(2)
    first = Compound.objects.first()
    pages = [
        (chen, reverse("desk:area", args=[XINCUN])),
        (zhao, reverse("desk:area", args=[STREET])),
        (chen, reverse("desk:compound", args=[first.pk])),
    ]
    two = [queries(*page) for page in pages]
    more(18)
    places.add_buildings(first, range(3, 21), entrances=3, by=chen)
    assert [queries(*page) for page in pages] == two
    assert max(two) < 40
