from datetime import timedelta
import pytest
from django.utils import timezone
from common.errors import DomainError
from conftest import GRID, XINCUN
from grids.models import Area, Compound, Door, Building
from households.models import *
from households.services import keeping, residents, caring, pairing
from households.services.bulk import write, HouseholdRow, PersonRow
pytestmark = pytest.mark.django_db
def ago(n): return timezone.localdate()-timedelta(days=n)
@pytest.fixture
def family(make_household):
    return make_household(people=[("刘秀兰","head","13800001234"),("周小明","grandchild","13900000021")], moved_in_date=ago(100))
@pytest.fixture
def neighbour(ground): return Area.objects.filter(pk__startswith=XINCUN, level=1).exclude(pk=GRID).order_by("pk").first().pk

def test_comeback_two_heads(family, wang):
    head, other = family.residents.order_by("pk")
    residents.leave(head, reason="moved", new_head=other, by=wang)
    keeping.move_out(family, by=wang)
    keeping.come_back(family, by=wang)
    family.refresh_from_db()
    assert family.residents.filter(left_date=None).count()==1

def test_out_back_out_same_day(family, wang):
    keeping.move_out(family, by=wang); keeping.come_back(family, by=wang)
    m=list(family.memberships.values_list("valid_from","valid_to")); print(m)
    keeping.move_out(family, by=wang); keeping.come_back(family, by=wang)

def test_bulk_contact_search(family, wang, courtyard):
    keeping.change(family, {"contact_name":"王晓"}, by=wang)
    write([HouseholdRow(courtyard.pk,3,2,"501",people=[PersonRow("刘秀兰",relation="head",birth_year=1950)])], by=wang)
    family.refresh_from_db(); assert "王晓" in family.search.plain

def test_bulk_keeps_grid(family, wang, neighbour, courtyard):
    keeping.move_grid(family, neighbour, reason="x", by=wang)
    write([HouseholdRow(courtyard.pk,3,2,"501",people=[PersonRow("刘秀兰",relation="head")])], by=wang)
    family.refresh_from_db(); assert family.area_id == neighbour

def test_bulk_new_behind_moved_door(family, wang, neighbour, courtyard):
    keeping.move_grid(family, neighbour, reason="x", by=wang)
    keeping.move_out(family, by=wang)
    write([HouseholdRow(courtyard.pk,3,2,"501",people=[PersonRow("张三",relation="head")])], by=wang)
    h=Household.objects.living().get(); assert h.area_id == h.door.area_id

def test_bulk_head_swap_silent(family, wang, courtyard):
    write([HouseholdRow(courtyard.pk,3,2,"501",people=[PersonRow("刘秀兰",relation=""),PersonRow("周小明",relation="head")])], by=wang)
    family.refresh_from_db(); assert family.head_name.plain=="周小明"
    assert family.residents.filter(relation="head").count()==1

def test_size(make_household, wang):
    h=make_household(size=4)
    residents.add(h, keeping.Person("刘强","son"), by=wang)
    h.refresh_from_db(); assert h.size==4
def test_backdated_moved_in(family, wang):
    keeping.change(family, {"moved_in_date": ago(200)}, by=wang)
    family.refresh_from_db()
    assert family.memberships.get().valid_from == ago(200)
def test_overlap(family, wang, make_household):
    keeping.move_out(family, by=wang)
    h=make_household(moved_in_date=ago(50))
