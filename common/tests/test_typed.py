"""Normalised text and receipt numbers."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.normalise import clean_digits, clean_phone, clean_text
from common.receipts import check_digit, clean_receipt, is_receipt, new_receipt

TWELVE = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  楼道灯坏了\r\n三天了\x00\x07 ", "楼道灯坏了\n三天了"),
        ("a\u202egnp.exe\u2066b\u200b", "agnp.exeb"),
        ("e\u0301", "é"),
        ("👨‍👩‍👧 谢谢 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧 谢谢 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("\u200d\ufe0f \u3000", ""),
        ("\ud800坏", "坏"),
        ("１２３", "１２３"),
    ],
)
def test_text_keeps_what_can_be_seen(typed, kept):
    assert clean_text(typed) == kept


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_cleaning_text_twice_changes_nothing(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    "typed", ["13812341234", "１３８１２３４１２３４", "+86 138-1234-1234", "0086138 1234 1234", "138‑1234‑1234"]
)
def test_a_phone_is_understood_however_it_is_typed(typed):
    assert clean_phone(typed) == "13812341234"


@pytest.mark.parametrize(
    "typed", ["", "110", "1381234123", "138123412345", "12812341234", "１٣812341234", "138abcd1234"]
)
def test_anything_else_is_no_phone(typed):
    with pytest.raises(ValueError, match="请填写11位手机号"):
        clean_phone(typed)


def test_digits_of_a_number_field_are_ascii():
    assert clean_digits(" Ａ１２－３４ ") == "A1234"


@settings(derandomize=True, deadline=None)
@given(TWELVE, st.integers(0, 12), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(twelve, place, shift):
    good = f"WD{twelve}{check_digit(twelve)}"
    at = 2 + place
    assert is_receipt(good)
    assert not is_receipt(good[:at] + str((int(good[at]) + shift) % 10) + good[at + 1 :])


@settings(derandomize=True, deadline=None)
@given(TWELVE, st.integers(2, 13))
def test_swapped_neighbours_are_noticed(twelve, at):
    good = f"WD{twelve}{check_digit(twelve)}"
    swapped = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
    assert swapped == good or not is_receipt(swapped)


def test_a_receipt_carries_its_date():
    receipt = new_receipt(on=date(2026, 11, 23))
    assert receipt.startswith("WD261123") and len(receipt) == 15 and is_receipt(receipt)


@pytest.mark.parametrize(
    "change", [str.lower, lambda r: r[2:], lambda r: f" {r[:8]}-{r[8:]} ", lambda r: r.replace("0", "o")]
)
def test_a_receipt_is_understood_however_it_is_typed(change):
    receipt = f"WD261123048159{check_digit('261123048159')}"
    assert clean_receipt(change(receipt)) == receipt


def test_full_width_is_a_receipt_too_and_nonsense_is_not():
    assert clean_receipt("ＷＤ２６") == "WD26"
    assert not is_receipt(clean_receipt("")) and not is_receipt("WD１２３")
