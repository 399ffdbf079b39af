"""Households in bulk: new, changed, the same again; natural keys; nothing lost of what a sheet does not say."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from common.copying import copy_in
from conftest import GRID, XINCUN, moment
from grids.models import Building, Compound, Door, Entrance
from households.models import CareTag, Household, HouseholdEvent, Membership, Resident, TagKind
from households.services import keeping
from households.services.bulk import HouseholdRow, PersonRow, Written, compare, write

pytestmark = pytest.mark.django_db
DAY, LATER = moment("2026-11-23 10:00"), moment("2026-12-01 10:00")
PHONE = "13800001234"


@pytest.fixture
def yard(ground):
    return Compound.objects.create(area_id=GRID, name="第一食品厂家属院", kind="work_unit")


@pytest.fixture
def alone(ground):
    return TagKind.objects.get_or_create(code="alone", defaults={"name": "独居老人"})[0]


def liu(yard, **changes) -> HouseholdRow:
    """The Lius behind 3-2-501."""
    people = [PersonRow("刘秀兰", "刘阿姨", "head", 2, 1951, PHONE), PersonRow("刘玉芳", "", "daughter", 2, 1978)]
    return HouseholdRow(
        **{"compound_id": yard.pk, "building_no": 3, "unit_no": 2, "room": "501", "people": people} | changes
    )


def test_new_households_come_with_everything_that_belongs_to_them(yard, he):
    vacant = HouseholdRow(yard.pk, None, None, "12", kind="vacant")
    assert write([liu(yard), vacant], at=DAY, by=he) == Written(new=2)
    household = Household.objects.get(room="501")
    assert (household.area_id, household.community, household.building_no, household.unit_no) == (GRID, XINCUN, 3, 2)
    assert household.address.plain == "第一食品厂家属院3号楼2单元501"
    assert (household.head_name.plain, household.size, household.room_order) == ("刘秀兰", 2, 501)
    assert "刘玉芳" in household.search.plain and "lyf" in household.search.plain
    assert (household.door.building.number, household.door.entrance.number) == (3, 2)
    head = household.residents.get(relation="head")
    assert (head.phone.plain, head.called, head.birth_year) == (PHONE, "刘阿姨", 1951)
    membership = household.memberships.get()
    assert (membership.area_id, membership.valid_from, membership.valid_to) == (GRID, DAY.date(), None)
    assert household.events.get().details == {"people": 2}
    assert Household.objects.get(room="12").door.building is None
    entry = Entry.objects.get(verb="households.import")
    assert (entry.details, entry.actor_id) == ({"new": 2, "changed": 0, "unchanged": 0}, he.pk)


def test_the_same_rows_again_change_nothing(yard, he, alone):
    rows = [liu(yard, tags=[("alone", "子女在外地")], contact_name="刘玉芳", contact_phone=PHONE)]
    rows[0].people[0].tags = [("alone", "一个人住")]
    write(rows, at=DAY, by=he)
    before = list(Household.objects.values_list("pk", "updated_at"))
    assert write(rows, at=LATER, by=he) == Written(unchanged=1)
    assert list(Household.objects.values_list("pk", "updated_at")) == before
    assert (Resident.objects.count(), CareTag.objects.count(), HouseholdEvent.objects.count()) == (2, 2, 1)
    assert [found.outcome for found in compare(rows)] == ["unchanged"]


def test_what_differs_is_written_and_the_record_names_the_columns(yard, he):
    write([liu(yard)], at=DAY, by=he)
    row = liu(yard, kind="rented", size=4, contact_phone="13900005678")
    row.people[1] = PersonRow("刘玉芳", "", "daughter", 2, 1978, "13900005678")
    row.people.append(PersonRow("王小军", "", "grandchild", 1, 2015))
    assert write([row], at=LATER, by=he) == Written(changed=1)
    household = Household.objects.get()
    assert (household.kind, household.size, household.contact_phone.plain) == ("rented", 4, "13900005678")
    assert household.residents.get(name="刘玉芳").phone.plain == "13900005678"
    assert "wxj" in household.search.plain
    event = household.events.latest("pk")
    assert event.details == {"fields": ["contact_phone", "kind", "people", "phone", "size"]}
    assert write([row], at=LATER, by=he) == Written(unchanged=1)


def test_an_empty_value_says_nothing_and_people_not_named_stay(yard, he):
    write([liu(yard, kind="rented")], at=DAY, by=he)
    row = liu(yard, kind="", state="", people=[PersonRow("刘秀兰", relation="")])
    assert write([row], at=LATER, by=he) == Written(unchanged=1)
    household = Household.objects.get()
    assert (household.kind, household.residents.count()) == ("rented", 2)
    assert household.residents.get(name="刘秀兰").phone.plain == PHONE


def test_the_head_may_pass_to_somebody_else(yard, he):
    write([liu(yard)], at=DAY, by=he)
    swapped = [PersonRow("刘玉芳", relation="head"), PersonRow("刘秀兰", relation="parent")]
    assert write([liu(yard, people=swapped)], at=LATER, by=he) == Written(changed=1)
    newcomer = [PersonRow("陈建国", relation="head")]
    assert write([liu(yard, people=newcomer)], at=LATER, by=he) == Written(changed=1)
    household = Household.objects.get()
    assert household.residents.get(relation="head").name.plain == household.head_name.plain == "陈建国"
    assert household.residents.get(name="刘玉芳").relation == "other"
    assert write([liu(yard, people=newcomer)], at=LATER, by=he) == Written(unchanged=1)


def test_another_grid_closes_the_membership_and_opens_the_next(yard, he):
    write([liu(yard)], at=DAY, by=he)
    other = f"{XINCUN}001"
    write([liu(yard, area=other)], at=LATER, by=he)
    rows = Membership.objects.order_by("valid_from").values_list("area_id", "valid_from", "valid_to")
    assert list(rows) == [(GRID, DAY.date(), LATER.date()), (other, LATER.date(), None)]
    assert Household.objects.get().area_id == Door.objects.get().area_id == other
    write([liu(yard, area=GRID)], at=LATER, by=he)
    assert Membership.objects.get(valid_to=None).area_id == GRID
    assert Membership.objects.count() == 2


def test_a_door_whose_household_moved_out_takes_the_next(yard, he):
    write([liu(yard)], at=DAY, by=he)
    Household.objects.update(state="moved", moved_out_date=LATER.date())
    assert write([liu(yard, people=[PersonRow("陈建国", relation="head")])], at=LATER, by=he) == Written(new=1)
    assert (Door.objects.count(), Building.objects.count(), Entrance.objects.count()) == (1, 1, 1)
    assert Household.objects.living().get().head_name.plain == "陈建国"


def test_a_fault_in_the_middle_leaves_nothing(yard, he):
    def rows():
        yield from (liu(yard, room=str(number)) for number in range(1500))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write(rows(), at=DAY, by=he)
    assert not Household.objects.exists() and not Building.objects.exists() and not Entry.objects.exists()


def test_no_such_compound_is_refused(yard, he):
    with pytest.raises(LookupError):
        write([HouseholdRow(0, 1, 1, "101")], by=he)


def test_more_rows_take_no_more_queries(yard, he):
    def queries(first: int, count: int) -> int:
        rows = [liu(yard, room=str(number)) for number in range(first, first + count)]
        with CaptureQueriesContext(connection) as captured:
            write(rows, at=DAY, by=he)
        return len(captured)

    queries(1, 1)
    assert queries(100, 2) == queries(200, 200)


def test_nothing_personal_is_in_events_and_audit(yard, he):
    write([liu(yard)], at=DAY, by=he)
    write([liu(yard, contact_phone="13900005678", contact_name="刘玉芳")], at=LATER, by=he)
    kept = f"{list(HouseholdEvent.objects.values_list('details'))}{list(Entry.objects.values_list('details'))}"
    assert not any(secret in kept for secret in ("刘", "1380", "1390", "501"))


def test_a_row_that_names_no_grid_moves_nobody(yard, he):
    write([liu(yard)], at=DAY, by=he)
    household = Household.objects.get()
    keeping.move_grid(household, f"{XINCUN}001", reason="划错了", at=LATER, by=he)
    assert write([liu(yard)], at=LATER, by=he) == Written(unchanged=1)
    keeping.move_out(household, at=LATER, by=he)
    write([liu(yard)], at=LATER, by=he)
    again = Household.objects.living().get()
    assert again.area_id == again.door.area_id == again.memberships.get().area_id == f"{XINCUN}001"


def test_the_contact_is_found_after_an_import_as_before(yard, he):
    write([liu(yard, contact_name="王晓")], at=DAY, by=he)
    assert "王晓" in Household.objects.get().search.plain
    write([liu(yard, kind="rented")], at=LATER, by=he)
    assert "王晓" in Household.objects.get().search.plain


def test_a_new_head_takes_the_place_of_one_whose_relation_the_row_leaves_open(yard, he):
    write([liu(yard)], at=DAY, by=he)
    people = [PersonRow("刘秀兰", relation=""), PersonRow("刘玉芳", relation="head")]
    write([liu(yard, people=people)], at=LATER, by=he)
    assert Resident.objects.get(relation="head").name.plain == "刘玉芳"
    assert Household.objects.get().head_name.plain == "刘玉芳"


def test_a_broken_constraint_of_a_copy_is_an_error_like_any_other(yard, he):
    write([liu(yard)], at=DAY, by=he)
    household = Household.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in(
            Membership,
            ("household_id", "area_id", "valid_from", "reason"),
            [(household.pk, GRID, DAY.date(), "表格导入")],
        )
