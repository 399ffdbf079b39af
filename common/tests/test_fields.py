import base64
import uuid

import pytest
from django import forms
from django.apps.registry import Apps
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Length
from django.forms.models import modelform_factory

from common import crypto
from common.fields import EncryptedField, SensitiveCharField
from common.management.commands.reencrypt import reseal
from common.sensitive import Sensitive

PHONE = "13812341234"


class Card(models.Model):
    """A table of these tests only."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    phone = EncryptedField(kind="phone", null=True, blank=True)
    name = SensitiveCharField(kind="name", max_length=8)

    class Meta:
        app_label = "common"
        apps = Apps()


@pytest.fixture
def cards(db):
    with connection.schema_editor() as editor:
        editor.create_model(Card)


def stored_bytes(card):
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM common_card WHERE id = %s", [card.pk])
        return bytes(cursor.fetchone()[0])


def test_values_read_as_sensitive_and_are_sealed_in_the_table(cards):
    card = Card.objects.create(phone=PHONE, name="刘明")
    for read in (card, Card.objects.get(), Card.objects.only("id").get(), Card.objects.defer("phone").get()):
        assert read.phone == Sensitive(PHONE, "phone")
        assert read.name == Sensitive("刘明", "name")
    assert PHONE.encode() not in stored_bytes(card)
    assert PHONE not in repr(vars(card))


def test_saving_an_untouched_row_keeps_its_bytes(cards):
    card = Card.objects.create(phone=PHONE, name="刘明")
    before = stored_bytes(card)
    Card.objects.get().save()
    assert stored_bytes(card) == before


def test_an_empty_value_is_null(cards):
    Card.objects.create(phone="", name="刘明")
    assert Card.objects.get(phone__isnull=True).phone is None


def test_bulk_create_refresh_and_change_work(cards):
    Card.objects.bulk_create([Card(phone=PHONE, name="刘明"), Card(phone=None, name="王芳")])
    card = Card.objects.get(name="刘明")
    card.phone = Sensitive("13900000000", "phone")
    card.save(update_fields=["phone"])
    card.refresh_from_db()
    assert card.phone.plain == "13900000000"


def test_bytes_copied_to_another_row_do_not_open(cards):
    first = Card.objects.create(phone=PHONE, name="刘明")
    second = Card.objects.create(phone="13900000000", name="王芳")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE common_card SET phone = %s WHERE id = %s", [stored_bytes(first), second.pk])
    with pytest.raises(crypto.Unreadable):
        _ = Card.objects.get(pk=second.pk).phone


def test_it_can_be_neither_searched_nor_updated_without_its_row(cards):
    with pytest.raises(FieldError):
        Card.objects.filter(phone=PHONE)
    with pytest.raises(FieldError) as refusal:
        Card.objects.update(phone=PHONE)
    assert PHONE not in str(refusal.value)
    with pytest.raises(TypeError):
        Card(phone=13812341234)


def test_values_of_a_query_print_masked(cards):
    Card.objects.create(phone=PHONE, name="刘小明")
    assert PHONE not in repr(list(Card.objects.values())) and "小明" not in repr(list(Card.objects.values()))


def test_the_plain_column_is_searched_and_measured_as_text(cards):
    Card.objects.create(phone=PHONE, name="刘小明")
    assert Card.objects.filter(name__contains="小").count() == 1
    assert Card.objects.filter(name=Sensitive("刘小明", "name")).annotate(n=Length("name")).get().n == 3


def test_a_form_shows_the_mask_and_leaves_an_untouched_value_alone(cards):
    card = Card.objects.create(phone=PHONE, name="刘小明")
    form_class = modelform_factory(Card, form=forms.ModelForm, fields=["name"])
    assert "刘*" in form_class(instance=card).as_p() and "刘小明" not in form_class(instance=card).as_p()
    assert form_class({"name": "刘*"}, instance=card).save().name.plain == "刘小明"
    assert form_class({"name": "刘大明"}, instance=card).save().name.plain == "刘大明"
    assert form_class({"name": "长" * 9}, instance=card).errors


def test_validation_sees_the_real_value(cards):
    Card(phone=PHONE, name="刘小明").full_clean()


def test_a_dump_loads_again(cards):
    card = Card.objects.create(phone=PHONE, name="刘小明")
    dumped = serializers.serialize("python", [card])[0]["fields"]
    assert PHONE not in dumped["phone"]
    assert Card._meta.get_field("phone").to_python(dumped["phone"]) == stored_bytes(card)
    assert dumped["name"] == "刘小明"


def test_migrations_write_the_whole_field():
    text = "".join(MigrationWriter.serialize(Card._meta.get_field(name))[0] for name in ("phone", "name"))
    assert "common.fields.EncryptedField(aad_field='uuid', blank=True, kind='phone', null=True)" in text
    assert "common.fields.SensitiveCharField(kind='name', max_length=8)" in text


def test_reencrypting_reaches_every_row_once(cards, settings):
    old, new = (f"{n}:{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
    settings.FIELD_KEYS = old
    Card.objects.bulk_create([Card(phone=f"1380000000{n}", name="刘明") for n in range(5)] + [Card(name="王芳")])
    settings.FIELD_KEYS = f"{new},{old}"
    field = Card._meta.get_field("phone")
    assert reseal(Card, field, batch=2) == 5
    assert reseal(Card, field, batch=2) == 0
    settings.FIELD_KEYS = new
    phones = [card.phone.plain for card in Card.objects.filter(phone__isnull=False).order_by("id")]
    assert phones == [f"1380000000{n}" for n in range(5)]
