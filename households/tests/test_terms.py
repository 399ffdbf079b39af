"""What is stored for searching: doors, addresses, the text of a household, blind indexes."""

import pytest

from common.crypto import blind_index
from households import terms


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((3, 2, "501"), "3号楼2单元501"), ((3, None, "501"), "3号楼501"), ((None, None, "12号"), "12号")],
)
def test_a_door_is_named_as_it_stands_on_the_page(numbers, expected):
    assert terms.door_name(*numbers) == expected
    assert terms.door_address("第一食品厂家属院", *numbers) == f"第一食品厂家属院{expected}"


@pytest.mark.parametrize(("room", "order"), [("501", 501), ("501A", 501), ("12号", 12), ("东户", 0), ("０３", 3)])
def test_rooms_sort_by_their_number(room, order):
    assert terms.room_order(room) == order


def test_the_text_holds_names_compound_and_initials_and_leaves_the_door_out():
    text = terms.search_text(["刘秀兰", "王 建国", "Ali Hasan"], "第一食品厂家属院3号楼2单元501")
    assert text == "刘秀兰 王建国 alihasan 第一食品厂家属院 lxl wjg"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("建设路12号院12号", "建设路12号院"),
        ("东街8号楼东户", "东街8号楼东户"),
        ("天宝花园3号楼501A", "天宝花园"),
        ("健康路66号12", "健康路66号"),
    ],
)
def test_only_the_number_of_a_door_is_left_out(address, kept):
    assert terms.search_text([], address) == kept


def test_dots_between_names_and_full_width_letters_are_folded():
    assert terms.search_text(["买买提·吐尔逊", "ＡＢ"], "西街1号") == "买买提吐尔逊 ab 西街 mmttex"


def test_a_large_family_loses_whole_parts_initials_first():
    text = terms.search_text([f"欧阳{chr(0x4E00 + n)}文" for n in range(90)], "第一食品厂家属院3号楼2单元501")
    assert len(text) <= terms.MOST_SEARCH_TEXT
    assert all(len(part) == 4 for part in text.split() if part.startswith("欧阳"))


def test_a_household_without_people_is_found_by_its_address():
    assert terms.search_text([], "西街1号") == "西街"
    assert terms.search_text(["", " "], "") == ""


def test_one_number_has_one_index_however_it_is_written():
    index = blind_index("13800001234", purpose=terms.PHONE_PURPOSE)
    assert {terms.phone_index(text) for text in ("13800001234", "138 0000 1234", "+86 138-0000-1234")} == {index}
    with pytest.raises(ValueError, match="11位手机号"):
        terms.phone_index("0374-2626262")


def test_an_identity_number_has_another_index_than_a_phone():
    assert terms.id_number_index("11010519491231002x") == terms.id_number_index("110105 19491231 002X")
    assert terms.id_number_index("13800001234") != terms.phone_index("13800001234")
