"""Finding households: every kind of query, scope, those who moved, odd input, and that indexes answer."""

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from conftest import GRID, XINCUN
from grids.models import Compound
from households.models import Household
from households.search import CANDIDATES, Grams, find, holds_number, is_number, matching
from households.services import keeping

pytestmark = pytest.mark.django_db

EXPECTED = {
    "刘玉芳": ["liu"],
    "玉芳": ["liu"],
    "刘": ["liu"],
    "陈建国": ["liu"],
    "lyf": ["liu"],
    "LYF": ["liu"],
    "ly": ["liu"],
    "zgq": ["zeng"],
    "ayglmmt": ["yard"],
    "古丽买买": ["yard"],
    "古丽·买买提": ["yard"],
    "食品厂": ["wang", "liu", "zeng", "yard"],
    "第一食品厂家属院": ["wang", "liu", "zeng", "yard"],
    "第一食品厂3号楼2单元501": ["liu"],
    "食品厂 3-2-501": ["liu"],
    "3-2-501": ["liu"],
    "３－２－５０１": ["liu"],
    "三号楼二单元501": ["liu"],
    "3栋2单元501室": ["liu"],
    "3 2 501": ["liu"],
    "32501": ["liu"],
    "3-501": ["wang", "liu"],
    "501": ["wang", "liu"],
    "3号楼2单元": ["liu", "zeng"],
    "3号楼": ["wang", "liu", "zeng"],
    "12号": ["yard"],
    "食品厂 刘": ["liu"],
    "国强 食品厂 3-2": ["zeng"],
    "13800001234": ["liu"],
    "138 0000 1234": ["liu"],
    "+86 138-0000-5678": ["zeng"],
}
NOTHING = [
    "", " ", "刘国强", "曾 刘", "cgq", "9-9-999", "99号楼", "13800009999", "1380000", "兰王", "%", "_", "\\", "%玉%",
    "刘_芳", "刘玉芳\\", "'; DROP TABLE households_household; --", "\x00", "😀", "👨‍👩‍👧", "2单元", "3号楼9单元", "0",
    "110105194912310021", "99999999999999999999",
]  # fmt: skip


@pytest.fixture
def families(make_household):
    """刘玉芳 with a husband at 3-2-501, 曾国强 at 3-2-502, 王小 at 3-1-501, a door on the courtyard."""
    return {
        "liu": make_household("3-2-501", people=[("刘玉芳", "head", "13800001234"), ("陈建国", "spouse")]),
        "zeng": make_household("3-2-502", people=[("曾国强", "head", "13800005678")]),
        "wang": make_household("3-1-501", people=[("王小", "head")]),
        "yard": make_household("12号", people=[("阿依古丽·买买提", "head")]),
    }


@pytest.fixture
def found(families):
    """found(typed): which of the families, in order."""

    def look(typed: str, **more) -> list[str]:
        names = {row.pk: name for name, row in families.items()}
        return [names[row.pk] for row in find(Household.objects.all(), typed, **more)]

    return look


def test_every_kind_of_query_finds(found):
    assert {typed: found(typed) for typed in EXPECTED} == EXPECTED


def test_what_fits_nothing_finds_nothing(found):
    assert {typed: found(typed) for typed in NOTHING} == {typed: [] for typed in NOTHING}


def test_wildcards_are_letters_like_any_other(make_household):
    odd = make_household("3-1-102", people=[("A%B_C\\D", "head")])
    make_household("3-1-103", people=[("AxBxCxD", "head")])
    for typed in ("a%b_c\\d", "%", "_", "\\"):
        assert find(Household.objects.all(), typed).rows == [odd]


def test_invisible_characters_and_null_bytes_are_left_out(found):
    assert found("刘\x00玉​芳") == ["liu"]


def test_long_input_is_cut_and_answered(found):
    assert found("刘玉芳" * 5000) == []
    assert found("刘 " * 500) == ["liu"]


def test_the_number_of_whoever_answers_for_the_household_finds_it_too(families, found):
    household = families["wang"]
    keeping.change(household, {"contact_name": "王大", "contact_phone": "13900004321"}, by=None)
    assert found("13900004321") == ["wang"]


def test_a_person_who_left_does_not_lead_to_the_household(families, found):
    person = families["liu"].residents.get(relation="head")
    person.left_date, person.left_reason = timezone.localdate(), "died"
    person.save()
    assert found("13800001234") == []


def test_the_identity_number_is_found_by_its_index(families, found, settings):
    from households.terms import id_number_index

    person = families["zeng"].residents.get()
    person.id_number, person.id_number_index = "11010519491231002X", id_number_index("11010519491231002X")
    person.save()
    assert found("11010519491231002x") == ["zeng"]


def test_those_who_moved_out_stand_last(families, found):
    keeping.move_out(families["wang"], on=timezone.localdate(), by=None)
    assert found("食品厂") == ["liu", "zeng", "yard", "wang"]
    assert found("食品厂", limit=3) == ["liu", "zeng", "yard"]
    assert found("王小") == ["wang"]


def test_those_who_moved_out_do_not_crowd_out_the_others(families, found, monkeypatch):
    monkeypatch.setattr("households.search.CANDIDATES", 1)
    keeping.move_out(families["liu"], on=timezone.localdate(), by=None)
    keeping.move_out(families["zeng"], on=timezone.localdate(), by=None)
    assert found("食品厂")[0] in {"wang", "yard"}


def test_more_than_the_limit_is_said(families):
    rows = Household.objects.all()
    assert (len(find(rows, "食品厂", limit=3)), find(rows, "食品厂", limit=3).more) == (3, True)
    assert (len(find(rows, "食品厂", limit=4)), find(rows, "食品厂", limit=4).more) == (4, False)


def test_only_the_given_rows_are_looked_in(families, wang, zhao, outsider, li, clerk):
    for user, expected in ((wang, 1), (zhao, 1), (outsider, 0), (li, 0), (clerk, 0)):
        for typed in ("刘玉芳", "lyf", "3-2-501", "13800001234"):
            assert len(find(Household.objects.visible_to(user), typed)) == expected


def test_another_grid_of_the_community_is_not_found(families, make_household, wang, chen):
    elsewhere = Compound.objects.create(area_id=f"{XINCUN}001", name="第二食品厂家属院", kind="work_unit")
    other = make_household("3-2-501", compound=elsewhere, people=[("刘玉芬", "head")])
    assert [row.area_id for row in find(Household.objects.visible_to(wang), "刘玉")] == [GRID]
    assert other in find(Household.objects.visible_to(chen), "刘玉")


def test_a_list_with_its_own_order_can_be_narrowed(families):
    rows = Household.objects.order_by("-pk")
    assert [row.pk for row in matching(rows, "3-501")] == [families["wang"].pk, families["liu"].pk]
    assert not matching(rows, "")


def test_a_search_takes_few_queries(families, django_assert_max_num_queries):
    for typed in ("食品厂", "32501", "健康路66号"):
        with django_assert_max_num_queries(3):
            assert all(row.compound.name and row.area.full_name for row in find(Household.objects.all(), typed))
    with django_assert_max_num_queries(5):
        find(Household.objects.all(), "13800001234")


def test_an_index_serves_each_kind(families):
    served = {
        "household_by_grams": {"grams__contains": ["玉芳"], "search__contains": "玉芳"},
        "household_by_door": {"building_no": 3, "unit_no": 2},
        "household_by_room": {"room__in": ("501", "501号")},
        "household_by_phone": {"contact_phone_index": b"x"},
    }
    connection.check_constraints()  # an index cannot be dropped while constraints wait
    for index, condition in served.items():
        rows = Household.objects.alias(grams=Grams(F("search"))).filter(**condition).order_by()[:CANDIDATES]
        with transaction.atomic(), connection.cursor() as cursor:
            # Over four rows all of them cost the same: each is asked for alone, so that the planner has nothing to choose.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"DROP INDEX {', '.join(served.keys() - {index})}")
            assert f"{index} " in rows.explain()
            transaction.set_rollback(True)


def test_grams_do_not_reach_over_the_ends_of_parts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT zh_grams(%s), zh_grams(''), zh_grams('𠮷')", ["刘秀 lx"])
        assert cursor.fetchone() == (["刘", "刘秀", "秀", "l", "lx", "x"], [], ["𠮷"])


@pytest.mark.parametrize(
    ("typed", "whole", "part"),
    [
        ("13800001234", True, True), ("138 0000 1234", True, True), ("11010519491231002x", True, True),
        ("1380000", False, True), ("32501", False, False), ("刘玉芳", False, False), ("WD2611200386517", False, False),
        ("刘玉芳13800001234", False, True), ("", False, False),
    ],
)  # fmt: skip
def test_numbers_are_told_from_words(typed, whole, part):
    assert (is_number(typed), holds_number(typed)) == (whole, part)
