"""楼栋: every door stands exactly once, says what it is, and the next one is the right one; nobody else's doors are there."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from conftest import GRID, XINCUN, moment, posted
from grids.models import Compound, Door
from households.models import Household
from visits.models import Standing
from visits.services import floors, tiles
from visits.services.tiles import State


@dataclass(frozen=True)
class Spot:
    unit_no: int | None
    room: str


def spots(*doors: str) -> list[Spot]:
    """spots("1-501", "12"): entrance and room; without an entrance where none is named."""
    parts = [door.rpartition("-") for door in doors]
    return [Spot(int(unit) if unit else None, room) for unit, _, room in parts]


class TestFloors:
    @pytest.mark.parametrize(
        ("room", "floor"),
        [("501", 5), ("1203", 12), ("101A", 1), ("101室", 1), ("3401", 34), ("12", None), ("001", None), ("12号", None),
         ("东户", None), ("0501", None), ("12034", None), ("", None), ("负101", None)],
    )  # fmt: skip
    def test_the_floor_a_room_number_names(self, room, floor):
        assert floors.floor_of(room) == floor

    def test_floors_from_the_top_down_and_entrances_side_by_side(self):
        (band,) = floors.lay_out(spots("1-101", "1-102", "1-201", "2-101", "2-202", "2-地下室"))
        assert [(heading.unit_no, heading.columns) for heading in band.headings] == [(1, 2), (2, 2)]
        rows = [(line.label, [cell and cell.room for cell in line.cells]) for line in band.lines]
        assert rows == [
            ("2层", ["201", None, None, "202"]),
            ("1层", ["101", "102", "101", None]),
            ("其他", [None, None, "地下室", None]),
        ]

    def test_what_does_not_fit_across_goes_on_below(self):
        bands = floors.lay_out(spots(*(f"{unit}-10{room}" for unit in (1, 2, 3, 4) for room in (1, 2))))
        assert [[heading.unit_no for heading in band.headings] for band in bands] == [[1, 2, 3], [4]]
        (tower,) = floors.lay_out(spots(*(f"3{room:02}" for room in range(1, 11))), widest=4)
        assert [(line.label, len([c for c in line.cells if c])) for line in tower.lines] == [
            ("3层", 4),
            ("", 4),
            ("", 2),
        ]

    def test_a_building_without_entrances_has_one_nameless_heading(self):
        (band,) = floors.lay_out(spots("101", "201"))
        assert [(heading.unit_no, heading.columns) for heading in band.headings] == [(None, 1)]

    rooms = some.one_of(
        some.integers(1, 3999).map(str), some.text(alphabet="0123456789A室号东", max_size=6), some.just("501")
    )
    doors = some.lists(
        some.builds(Spot, some.one_of(some.none(), some.integers(1, 9)), rooms),
        unique_by=lambda spot: (spot.unit_no, spot.room),
        max_size=60,
    )

    @given(doors, some.integers(1, 8))
    def test_every_door_stands_exactly_once_and_no_band_is_too_wide(self, doors, widest):
        bands = floors.lay_out(doors, widest=widest)
        shown = Counter(cell for band in bands for line in band.lines for cell in line.cells if cell)
        assert shown == Counter(doors)
        assert all(len(line.cells) == band.columns <= widest for band in bands for line in band.lines)
        for band in bands:
            columns = [heading.unit_no for heading in band.headings for _ in range(heading.columns)]
            for line in band.lines:
                assert all(cell is None or cell.unit_no == unit for cell, unit in zip(line.cells, columns, strict=True))

    @given(doors)
    def test_one_walks_every_door_entrance_by_entrance(self, doors):
        walked = sorted(doors, key=floors.walk_key)
        units = [door.unit_no for door in walked]
        assert units == sorted(units, key=lambda number: (number is None, number))


class TestStates:
    told = some.fixed_dictionaries(
        {
            "vacant": some.booleans(),
            "outcome": some.sampled_from(["", "met", "absent", "not_now", "vacant"]),
            "tried_today": some.booleans(),
            "is_due": some.booleans(),
            "has_open": some.booleans(),
        }
    )

    @given(told)
    def test_every_door_has_a_state_and_todays_visit_goes_first(self, told):
        state = tiles.judge(**told)
        assert state in State
        assert (state == State.DONE) == (told["tried_today"] and told["outcome"] != "absent")
        assert state != State.DUE or told["is_due"]

    @given(some.lists(some.tuples(some.booleans(), some.booleans()), max_size=12), some.integers(-1, 12))
    def test_the_next_door_waits_and_is_never_the_one_one_stands_at(self, doors, at):
        row = [
            tiles.Tile(pk, 1, str(101 + pk), pk, is_due=due, tried_today=tried) for pk, (due, tried) in enumerate(doors)
        ]
        found = tiles.Board(row, 0, 0).after(at)
        waiting = [tile for tile in row if tile.waits and tile.household != at]
        assert found in waiting if waiting else found is None
        behind = [tile for tile in waiting if tile.household > at]
        assert not behind or found == behind[0]


@pytest.mark.django_db
def test_who_was_out_in_the_morning_waits_again_in_the_evening(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, "absent", by=wang, at=moment("2026-11-23 10:00"))
    doors = Door.objects.visible_to(wang)

    def waiting(at: str) -> tuple[int, int]:
        (ground,) = tiles.grounds(wang, moment(at))
        return tiles.board(doors, wang, moment(at)).waiting, ground.places[0].waiting

    assert waiting("2026-11-23 15:00") == (0, 0)
    assert waiting("2026-11-23 19:00") == (1, 1)
    assert waiting("2026-11-24 09:00") == (1, 1)


def url(building=None, **query) -> str:
    return reverse("field:building", args=[building.pk]) if building else reverse("field:buildings")


@pytest.fixture
def third(make_household):
    """Building 3: 101 met today, 102 not in today, 201 due with nothing, 202 vacant, 2-501 met a month ago."""
    homes = {door: make_household(f"3-{door}") for door in ("1-101", "1-102", "1-201", "2-501")}
    homes["1-202"] = make_household("3-1-202", people=(), kind=Household.Kind.VACANT)
    return homes


def states(client, building) -> dict[str, str]:
    board = client.get(url(building)).context["board"]
    return {f"{tile.unit_no}-{tile.room}": tile.state for tile in board.tiles}


@pytest.mark.django_db
class TestBuilding:
    @pytest.fixture(autouse=True)
    def visited(self, third, make_visit, wang, client):
        month_ago = timezone.now() - timedelta(days=31)
        make_visit(third["2-501"], by=wang, at=month_ago)
        make_visit(third["1-101"], by=wang, at=timezone.now() - timedelta(seconds=2))
        make_visit(third["1-102"], "absent", by=wang)
        self.building = third["1-101"].door.building
        client.force_login(wang)

    def test_each_door_says_how_it_stands(self, client):
        assert states(client, self.building) == {
            "1-101": "done", "1-102": "away", "1-201": "todo", "1-202": "void", "2-501": "later",
        }  # fmt: skip

    def test_figures_are_of_households_to_visit(self, client):
        board = client.get(url(self.building)).context["board"]
        assert (board.done, board.waiting, board.asked) == (1, 1, 4)
        reached = 1 + (timezone.localdate() - timedelta(days=31) >= tiles.quarter_start(timezone.localdate()))
        assert (board.covered, board.percent) == (reached, reached * 25)

    def test_the_next_door_comes_behind_where_one_stands_and_today_is_not_tried_twice(self, client, third):
        page = client.get(url(self.building)).content.decode()
        assert "下一户：1单元201" in page
        assert "当前位置" in page
        Standing.objects.filter(household=third["2-501"]).update(next_date=timezone.localdate())
        page = client.get(url(self.building), {"from": third["1-201"].pk}).content.decode()
        assert "下一户：2单元501" in page
        page = client.get(url(self.building), {"from": "x"})
        assert page.status_code == 200

    def test_another_building_follows_where_this_one_is_done(self, client, third, make_household, make_visit, wang):
        make_household("1-101")
        make_visit(third["1-201"], by=wang)
        page = client.get(url(self.building)).content.decode()
        assert "下一户：1号楼101" in page and "换楼栋" in page
        other = Household.objects.get(building_no=1)
        make_visit(other, by=wang)
        assert "这栋楼今天没有要访的了，点门户" in client.get(url(self.building)).content.decode()

    def test_something_under_way_raises_a_flag(self, client, third, make_visit, wang):
        make_visit(third["2-501"], by=wang, topics={"leak": "case"}, at=timezone.now() - timedelta(days=3))
        assert states(client, self.building)["2-501"] == "flag"
        make_visit(third["2-501"], by=wang)
        page = client.get(url(self.building)).content.decode()
        assert "2单元501，今天已访，有事项" in page

    def test_no_tile_names_anybody(self, client):
        page = client.get(url(self.building)).content.decode()
        assert "刘" not in page and "1380" not in page

    def test_a_door_nobody_is_registered_behind_is_shown_and_leads_nowhere(self, client):
        Door.objects.create(
            compound=self.building.compound, building=self.building, area_id=GRID, room="底商"
        )  # fmt: skip
        page = client.get(url(self.building)).content.decode()
        assert "底商，没有登记住户" in page and "其他" in page and "不分单元" in page

    def test_whoever_does_not_walk_here_finds_nothing(self, client, outsider, zhao):
        other = posted("ma", "马丽", "马网格员", "grid_worker", area=f"{XINCUN}001")
        client.force_login(other)
        assert client.get(url(self.building)).status_code == 404
        assert "第一食品厂" not in client.get(url()).content.decode()
        for user in (outsider, zhao):
            client.force_login(user)
            assert client.get(url(self.building)).status_code == 403

    def test_many_doors_cost_no_more_queries_than_few(self, client, third, make_household):
        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(url(self.building)).status_code == 200
            return len(asked)

        few = cost()
        for number in range(1, 13):
            make_household(f"3-2-{number}02")
        assert cost() == few <= 25


@pytest.mark.django_db
class TestBuildings:
    def test_plain_numbers_of_each_building(self, client, third, make_visit, make_household, wang):
        make_household("1-101")
        make_visit(third["1-101"], by=wang)
        client.force_login(wang)
        (ground,) = client.get(url()).context["grounds"]
        assert [(p.name, p.homes, p.covered, p.waiting) for p in ground.places] == [
            ("1号楼", 1, 0, 1), ("3号楼", 4, 1, 3),
        ]  # fmt: skip

    def test_doors_outside_buildings_are_a_list(self, client, make_household, make_visit, wang):
        yard = Compound.objects.create(area_id=GRID, name="南巷", kind=Compound.Kind.COURTYARD)
        homes = [make_household(f"{number}号", compound=yard) for number in (2, 10)]
        make_visit(homes[0], by=wang)
        client.force_login(wang)
        page = client.get(url()).content.decode()
        assert "不在楼里的住户" in page and f"?compound={yard.pk}" in page
        page = client.get(url(), {"compound": yard.pk}).content.decode()
        assert page.index("2号") < page.index("10号") and "今天已访" in page and "下一户：10号" in page

    @pytest.mark.parametrize("asked", ["0", "x", "99999999999999", "-1"])
    def test_a_compound_that_is_not_there_is_not_found(self, client, wang, asked):
        client.force_login(wang)
        assert client.get(url(), {"compound": asked}).status_code == 404

    def test_many_buildings_cost_no_more_queries_than_one(self, client, third, make_household, wang):
        client.force_login(wang)

        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                client.get(url())
            return len(asked)

        few = cost()
        for room in range(101, 109):
            make_household(f"1-{room}")
        assert cost() == few
