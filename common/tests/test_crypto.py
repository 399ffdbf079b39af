import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from common import crypto
from common.checks import keys_are_usable

OLD = "1:" + base64.b64encode(b"o" * 32).decode()
NEW = "2:" + base64.b64encode(b"n" * 32).decode()


@pytest.mark.parametrize("suite", [crypto.AES_GCM, crypto.SM4_GCM])
def test_what_is_sealed_opens_only_in_its_place(settings, suite):
    settings.FIELD_SUITE = suite
    sealed = crypto.seal("13812341234", aad="t.phone:1")
    assert sealed[1] == suite
    assert crypto.unseal(sealed, aad="t.phone:1") == "13812341234"
    with pytest.raises(crypto.Unreadable) as refusal:
        crypto.unseal(sealed, aad="t.phone:2")
    assert "138" not in str(refusal.value)


def test_a_changed_byte_is_noticed_wherever_it_is():
    sealed = crypto.seal("13812341234", aad="t.phone:1")
    for place in range(len(sealed)):
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], aad="t.phone:1")


def test_an_old_key_still_opens_and_the_first_one_encrypts(settings):
    settings.FIELD_KEYS = OLD
    sealed = crypto.seal("刘明", aad="a")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert crypto.unseal(sealed, aad="a") == "刘明"
    assert not crypto.is_current(sealed)
    assert crypto.is_current(crypto.seal("刘明", aad="a"))
    settings.FIELD_KEYS = NEW
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(sealed, aad="a")


def test_a_blind_index_depends_on_value_purpose_key_and_suite(settings):
    first = crypto.blind_index("13812341234", purpose="phone")
    assert len(first) == 16
    assert first == crypto.blind_index("13812341234", purpose="phone")
    assert first != crypto.blind_index("13812341234", purpose="id")
    settings.INDEX_SUITE = crypto.SM4_GCM
    assert first != crypto.blind_index("13812341234", purpose="phone")
    settings.INDEX_SUITE = crypto.AES_GCM
    settings.INDEX_KEY = base64.b64encode(b"i" * 32).decode()
    assert first != crypto.blind_index("13812341234", purpose="phone")


@pytest.mark.parametrize("keys", ["", "0:" + "A" * 44, "1:short", f"{OLD},{OLD}", "x:" + OLD[2:]])
def test_production_without_usable_keys_does_not_start(settings, keys):
    settings.DEMO, settings.FIELD_KEYS, settings.INDEX_KEY = False, keys, OLD[2:]
    assert [e.id for e in keys_are_usable(None)] == ["common.E001"]
    with pytest.raises(ImproperlyConfigured):
        crypto.seal("x", aad="a")


def test_production_with_keys_passes_the_check(settings):
    settings.DEMO, settings.FIELD_KEYS, settings.INDEX_KEY = False, OLD, NEW[2:]
    assert keys_are_usable(None) == []
    settings.FIELD_SUITE = 3
    assert [e.id for e in keys_are_usable(None)] == ["common.E001"]
