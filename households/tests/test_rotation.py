"""Changing the keys: every personal value of households is sealed anew and still opens."""

import base64

import pytest
from django.core.management import call_command

from common import crypto
from grids.models import Nominee, Post, Selection
from households.models import Household, Resident
from households.services import keeping
from households.terms import phone_index

pytestmark = pytest.mark.django_db
PHONE, CONTACT, ID_NUMBER = "13800001234", "13700005608", "11010519491231002X"
OLD, NEW = ("1:" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
NEW = "2" + NEW[1:]


def test_rotation_reaches_households_residents_and_nominees(settings, make_household, chen, capsys):
    settings.FIELD_KEYS = OLD
    person = keeping.Person("刘秀兰", "head", phone=PHONE, id_number=ID_NUMBER)
    household = make_household(people=[person], contact_name="刘敏", contact_phone=CONTACT)
    selection = Selection.objects.create(
        area_id=household.community, post=Post.objects.get(code="entrance_leader"), opened_by=chen
    )
    nominee = Nominee.objects.create(selection=selection, name="周建国", phone=PHONE)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    call_command("reencrypt")
    told = capsys.readouterr().out
    for line in (
        "households.Household.contact_phone: 1",
        "households.Resident.phone: 1",
        "households.Resident.id_number: 1",
        "grids.Nominee.phone: 1",
    ):
        assert line in told
    settings.FIELD_KEYS = NEW
    resident = Resident.objects.get()
    assert (resident.phone.plain, resident.id_number.plain) == (PHONE, ID_NUMBER)
    assert Household.objects.get().contact_phone.plain == CONTACT
    assert Nominee.objects.get(pk=nominee.pk).phone.plain == PHONE
    assert bytes(resident.phone_index) == phone_index(PHONE)
    settings.FIELD_KEYS = OLD
    with pytest.raises(crypto.Unreadable):
        _ = Resident.objects.get().phone.plain
