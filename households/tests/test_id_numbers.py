"""Identity numbers (GB 11643-1999) and the fields that show personal values masked."""

import pytest
from django.core.exceptions import ValidationError

from common.sensitive import Sensitive
from households.forms import KEPT, IdNumberField, NameField, PhoneField
from households.id_numbers import birth_year, check_digit, clean_id_number, sex

# The example of the standard's annex, and one whose check digit is X.
EXAMPLES = ("11010519491231002X", "440524188001010014")


def test_the_examples_of_the_standard_have_the_right_check_digit():
    for number in EXAMPLES:
        assert check_digit(number[:17]) == number[17]


def test_a_number_is_cleaned_and_tells_year_and_sex():
    assert clean_id_number(" 110105 19491231 002x ") == EXAMPLES[0]
    assert (birth_year(EXAMPLES[0]), sex(EXAMPLES[0])) == (1949, 2)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("110105194912310021", "最后一位"),
        ("11010519491331002X", "出生日期"),
        ("11010519491231002", "18位"),
        ("1101051949123100XX", "18位"),
        ("", "18位"),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(typed, why):
    with pytest.raises(ValueError, match=why) as refusal:
        clean_id_number(typed)
    assert not typed or typed not in str(refusal.value)


def test_a_masked_value_that_comes_back_is_kept_and_a_new_one_is_cleaned():
    field = PhoneField(required=False)
    field.hold(Sensitive("13800001234", "phone"))
    assert field.initial == "138****1234"
    assert field.clean("138****1234") is KEPT
    assert field.clean("139 0000 0021") == "13900000021"
    assert field.clean("") == ""
    with pytest.raises(ValidationError, match="11位"):
        field.clean("138****9999")


def test_a_mask_is_no_name():
    field = NameField()
    field.hold(Sensitive("刘秀兰", "name"))
    assert field.clean("刘*") is KEPT
    with pytest.raises(ValidationError, match="星号"):
        field.clean("王*")


def test_an_identity_number_field_says_what_is_wrong():
    with pytest.raises(ValidationError, match="最后一位"):
        IdNumberField().clean("110105194912310021")
