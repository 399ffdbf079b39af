"""Doors as people type them, each in every reading it may have."""

import pytest

from households.doors import MOST_READINGS, Reading, readings, tokens

DOOR = (3, 2, "501")


def doors(typed: str) -> list[tuple]:
    """(building, unit, room as typed) of each reading."""
    return [(r.building_no, r.unit_no, r.rooms[0] if r.rooms else None) for r in readings(typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "3-2-501", "3号楼2单元501", "3栋2单元501", "3幢2单元501室", "三号楼二单元501", "３－２－５０１", "3 2 501",
        "3—2—501", "3/2/501", "3.2.501", "3#2-501", "3#楼2单元501户", "3号2单元501", "3楼2单元501", "03-02-501",
        "3号楼 2单元 501", "3号楼2-501", "3、2、501",
    ],
)  # fmt: skip
def test_a_whole_door_however_it_is_written(typed):
    assert doors(typed) == [DOOR]


def test_digits_without_separators_are_read_in_every_way():
    assert doors("32501") == [DOOR, (32, None, "501"), (3, None, "2501"), (None, None, "32501")]
    assert doors("3201") == [(3, None, "201"), (None, None, "3201")]
    assert doors("122501") == [(12, 2, "501"), (1, 2, "2501"), (12, None, "2501")]
    assert doors("501") == [(None, None, "501")]
    assert doors("5") == [(5, None, None), (None, None, "5")]


def test_two_numbers_are_building_and_room_or_entrance_and_room_or_building_and_entrance():
    assert doors("3-501") == [(3, None, "501"), (None, 3, "501")]
    assert (3, 2, None) in doors("3-2")
    assert doors("3号楼2501") == [(3, None, "2501"), DOOR]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("十二号楼", 12), ("二十一号楼", 21), ("一〇二号楼", 102), ("十号楼", 10), ("一百零五栋", 105)],
)
def test_numerals_in_words(typed, number):
    assert doors(typed) == [(number, None, None)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("第一食品厂3号楼2单元501", ("第一食品厂",)),
        ("食品厂 3-2-501", ("食品厂",)),
        ("食品厂3-2-501", ("食品厂",)),
        ("刘 食品厂 3-2-501", ("刘", "食品厂")),
        ("第三小区3号楼2单元501", ("第三小区",)),
        ("建设路12号院3-2-501", ("建设路12号院",)),
        ("三门峡路3号楼2单元501", ("三门峡路",)),
    ],
)
def test_what_stands_before_a_door_are_words(typed, words):
    assert [reading.words for reading in readings(typed)] == [words]
    assert doors(typed) == [DOOR]


def test_a_number_with_hao_is_a_building_a_courtyard_door_or_part_of_a_name():
    found = readings("健康路66号")
    assert Reading(("健康路",), building_no=66) in found
    assert Reading(("健康路",), rooms=("66", "66号")) in found
    assert Reading(("健康路66号",)) in found


def test_words_alone_are_words_in_any_order_and_case():
    assert readings("刘秀兰") == [Reading(("刘秀兰",))]
    assert readings("LYF　建设路") == [Reading(("lyf", "建设路"))]
    assert readings("买买提·吐尔逊") == [Reading(("买买提吐尔逊",))]


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "---", "，", "2单元", "​"])
def test_nothing_readable_gives_nothing(typed):
    assert readings(typed) == []


@pytest.mark.parametrize("typed", ["5号 " * 40, "1 " * 200, "一" * 500, "3-2-501 " * 50, "王" * 10_000, "9" * 500])
def test_long_input_is_cut_and_stays_cheap(typed):
    assert len(readings(typed)) <= MOST_READINGS
    assert len(tokens(typed)) <= 6


def test_a_number_no_column_holds_is_a_word():
    assert readings("99999号楼") == [Reading(("99999号楼",))]
