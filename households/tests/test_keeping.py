"""Registering a household and keeping its record."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError, StalePage
from conftest import GRID, XINCUN
from grids.models import Amendment, Area, Building, Compound, Door
from households.models import Household, HouseholdEvent, Membership, Resident, TagKind
from households.services import caring, keeping, pairing, residents
from households.services.writing import stamp

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def neighbour(ground) -> str:
    """The code of another grid of the community."""
    return Area.objects.filter(pk__startswith=XINCUN, level=1).exclude(pk=GRID).order_by("pk").first().pk


def days_ago(days: int) -> date:
    """A local date in the past."""
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def family(make_household) -> Household:
    """刘秀兰 with her grandson, moved in a hundred days ago."""
    people = [("刘秀兰", "head", PHONE), ("周小明", "grandchild", "13900000021")]
    return make_household(people=people, moved_in_date=days_ago(100))


def person(household: Household, name: str) -> Resident:
    """A resident by name."""
    return next(row for row in household.residents.all() if row.name.plain == name)


def test_registering_writes_door_people_membership_event_and_entry(make_household, wang):
    household = make_household(by=wang)
    assert (household.area_id, household.door_name, household.size) == (GRID, "3号楼2单元501", 1)
    assert (household.head_name.plain, household.address.plain) == ("刘秀兰", "第一食品厂家属院3号楼2单元501")
    assert household.memberships.get().valid_to is None
    assert HouseholdEvent.objects.get().details == {"area": GRID, "kind": "resident", "people": 1}
    assert Entry.objects.get(verb="household.register").actor_id == wang.pk
    assert "lxl" in household.search.plain


def test_buildings_entrances_and_doors_are_made_as_needed(courtyard, make_household):
    make_household("7-1-302")
    make_household("12号", people=())
    assert Building.objects.filter(compound=courtyard, number=7).count() == 1
    assert Door.objects.filter(compound=courtyard, building=None, room="12号").count() == 1


def test_a_door_holds_one_household(make_household):
    make_household()
    with pytest.raises(DomainError, match="已经登记了住户"):
        make_household()
    assert Household.objects.count() == 1


def test_a_family_has_exactly_one_head(make_household):
    for people in ([("刘秀兰", "other")], [("刘秀兰", "head"), ("周明", "head")]):
        with pytest.raises(DomainError, match="一位户主"):
            make_household(people=people)


def test_a_shared_compound_asks_for_the_grid(ground, make_household):
    shared = Compound.objects.create(area_id=XINCUN, name="共管小区", kind=Compound.Kind.ESTATE)
    with pytest.raises(DomainError, match="几个网格共管"):
        make_household(compound=shared)
    assert make_household(compound=shared, area=GRID).area_id == GRID
    with pytest.raises(DomainError, match="不在这个小区所属的社区"):
        make_household("9-1-101", compound=shared, area="411002008001001")


def test_a_change_names_fields_and_never_values(family, wang):
    changed = keeping.change(family, {"contact_name": "王晓", "contact_phone": "13700005608", "size": 2}, by=wang)
    assert changed == ["contact_name", "contact_phone"]
    family.refresh_from_db()
    assert family.contact_phone.plain == "13700005608"
    assert "王晓" in family.search.plain
    assert HouseholdEvent.objects.get(verb="change").details == {"fields": changed}
    assert Entry.objects.get(verb="household.change").details == {"fields": changed}
    assert keeping.change(family, {"size": 2}, by=wang) == []


def test_a_form_opened_before_a_change_is_refused_and_says_who(family, wang, chen):
    seen = stamp(family)
    keeping.change(family, {"kind": "rented"}, seen=seen, by=wang)
    with pytest.raises(StalePage, match="王网格员"):
        keeping.change(family, {"kind": "vacant"}, seen=seen, by=chen)
    family.refresh_from_db()
    assert family.kind == "rented"


def test_people_come_change_and_leave(family, wang):
    added = residents.add(family, keeping.Person("刘强", "son", phone="13600000001"), by=wang)
    residents.change(added, {"phone": "13600000002", "name": "刘建强"}, by=wang)
    added.refresh_from_db()
    assert (added.name.plain, added.phone.plain) == ("刘建强", "13600000002")
    family.refresh_from_db()
    assert family.size == 3
    assert "刘建强" in family.search.plain
    residents.leave(added, reason="moved", by=wang)
    family.refresh_from_db()
    assert (family.size, "刘建强" in family.search.plain) == (2, False)
    verbs = list(HouseholdEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["register", "person_add", "person_change", "person_leave"]


def test_a_head_who_leaves_is_followed_by_one_of_the_family(family, wang):
    head, grandson = person(family, "刘秀兰"), person(family, "周小明")
    with pytest.raises(DomainError, match="新户主"):
        residents.leave(head, reason="died", by=wang)
    residents.leave(head, reason="died", new_head=grandson, by=wang)
    family.refresh_from_db()
    assert family.head_name.plain == "周小明"
    with pytest.raises(DomainError, match="最后一个人"):
        residents.leave(person(family, "周小明"), reason="moved", by=wang)


def test_a_new_head_takes_the_place_of_the_old_one(family, wang):
    with pytest.raises(DomainError, match="换户主"):
        residents.change(person(family, "刘秀兰"), {"relation": "parent"}, by=wang)
    residents.change(person(family, "周小明"), {"relation": "head"}, by=wang)
    assert person(family, "刘秀兰").relation == "other"


def test_moving_out_ends_people_tags_pairing_and_membership(family, wang, li):
    caring.set_tag(family, TagKind.objects.get(code="alone"), reason="一人住", by=wang)
    pairing.pair(family, li, by=wang)
    keeping.move_out(family, on=days_ago(3), by=wang)
    family.refresh_from_db()
    assert (family.state, family.moved_out_date) == ("moved", days_ago(3))
    assert not family.residents.filter(left_date__isnull=True).exists()
    assert not family.care_tags.current().exists()
    assert not family.pairings.current().exists()
    assert family.memberships.get().valid_to == days_ago(2)
    with pytest.raises(DomainError, match="已经搬离"):
        keeping.change(family, {"size": 3}, by=wang)


def test_the_next_family_moves_in_behind_the_same_door(family, make_household, wang):
    keeping.move_out(family, by=wang)
    following = make_household(people=[("孙立", "head")])
    assert following.door_id == family.door_id
    with pytest.raises(DomainError, match="已经登记了住户"):
        keeping.come_back(family, by=wang)


def test_who_comes_back_finds_the_people_and_a_membership(family, wang):
    keeping.move_out(family, by=wang)
    keeping.come_back(family, by=wang)
    family.refresh_from_db()
    assert (family.state, family.moved_out_date) == ("living", None)
    assert family.residents.filter(left_date__isnull=True).count() == 2
    assert family.memberships.filter(valid_to__isnull=True).count() == 1


def test_another_grid_is_a_new_row_and_the_old_one_stays(family, neighbour, wang):
    keeping.move_grid(family, neighbour, reason="网格优化", since=days_ago(10), by=wang)
    family.refresh_from_db()
    assert (family.area_id, family.door.area_id) == (neighbour, neighbour)
    rows = list(family.memberships.order_by("valid_from").values_list("area_id", "valid_from", "valid_to"))
    assert rows == [(GRID, days_ago(100), days_ago(10)), (neighbour, days_ago(10), None)]
    assert Amendment.objects.filter(subject_kind="door").count() == 1


@pytest.mark.parametrize("days", [100, 101, -1])
def test_a_grid_does_not_change_before_the_present_row_nor_ahead(family, neighbour, wang, days):
    with pytest.raises(DomainError, match="开始日期"):
        keeping.move_grid(family, neighbour, reason="网格优化", since=days_ago(days), by=wang)


def test_a_grid_of_another_community_is_refused(family, wang):
    with pytest.raises(DomainError, match="同一个社区"):
        keeping.move_grid(family, "411002008001001", reason="网格优化", by=wang)


def test_the_database_refuses_two_grids_at_once(family, neighbour):
    with pytest.raises(IntegrityError, match="one_grid_at_a_time"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO households_membership (household_id, area_id, valid_from, reason) VALUES (%s, %s, %s, '')",
            [family.pk, neighbour, days_ago(5)],
        )


def test_not_now_and_back(family, wang):
    keeping.mark_not_now(family, True, by=wang)
    with pytest.raises(DomainError, match="已经是"):
        keeping.mark_not_now(family, True, by=wang)
    keeping.mark_not_now(family, False, by=wang)
    family.refresh_from_db()
    assert family.state == "living"


def test_events_are_appended_never_edited(family):
    event = family.events.first()
    for change in (lambda: family.events.update(verb="x"), event.delete):
        with pytest.raises(InternalError, match="appended, never edited"), transaction.atomic():
            change()


def test_days_ahead_are_refused(family, make_household, wang):
    ahead = days_ago(-1)
    for verb in (
        lambda: make_household("3-1-101", moved_in_date=ahead),
        lambda: keeping.move_out(family, on=ahead, by=wang),
        lambda: residents.leave(person(family, "周小明"), on=ahead, reason="moved", by=wang),
        lambda: keeping.change(family, {"moved_in_date": ahead}, by=wang),
    ):
        with pytest.raises(DomainError, match="不能晚于今天"):
            verb()


def test_moving_out_before_moving_in_is_refused(family, wang):
    with pytest.raises(DomainError, match="不能早于"):
        keeping.move_out(family, on=days_ago(101), by=wang)


def test_one_audit_entry_for_each_verb(family, wang, neighbour):
    before = Entry.objects.count()
    keeping.change(family, {"kind": "rented"}, by=wang)
    keeping.mark_not_now(family, True, by=wang)
    residents.leave(person(family, "周小明"), reason="moved", by=wang)
    assert Entry.objects.count() == before + 3
    assert Membership.objects.count() == 1


def test_who_had_left_before_the_move_does_not_come_back_with_the_others(family, wang):
    head, grandson = person(family, "刘秀兰"), person(family, "周小明")
    residents.leave(head, reason="moved", new_head=grandson, by=wang)
    keeping.move_out(family, by=wang)
    keeping.come_back(family, by=wang)
    family.refresh_from_db()
    assert list(family.residents.filter(left_date=None).values_list("pk", "relation")) == [(grandson.pk, "head")]
    assert (family.head_name.plain, "刘秀兰" in family.search.plain) == ("周小明", False)


def test_a_move_put_right_the_same_day_may_happen_again_that_day(family, wang):
    for _ in range(2):
        keeping.move_out(family, by=wang)
        keeping.come_back(family, by=wang)
    row = family.memberships.get()
    assert (row.valid_from, row.valid_to) == (days_ago(100), None)


def test_people_written_down_one_by_one_fill_the_size_that_was_said(make_household, wang):
    household = make_household(size=2)
    for name, size in (("刘强", 2), ("刘小", 3)):
        residents.add(household, keeping.Person(name, "son"), by=wang)
        household.refresh_from_db()
        assert household.size == size


def test_nobody_moves_into_or_back_to_what_was_given_up(family, wang, make_household):
    keeping.move_out(family, by=wang)
    third = Building.objects.get(number=3)
    for row, words in ((third, "3号楼"), (third.entrances.get(number=2), "2单元"), (family.compound, "小区")):
        type(row).objects.filter(pk=row.pk).update(valid_to=timezone.localdate())
        for again in (lambda: keeping.come_back(Household.objects.get(pk=family.pk), by=wang), make_household):
            with pytest.raises(DomainError, match=f"{words}已经停用"):
                again()
        type(row).objects.filter(pk=row.pk).update(valid_to=None)
