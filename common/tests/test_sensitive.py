import json
import pickle

import pytest
from django.template import Context, Engine

from common.sensitive import Sensitive, mask


@pytest.mark.parametrize(
    ("plain", "kind", "masked"),
    [
        ("13812341234", "phone", "138****1234"),
        ("2651234", "phone", "****34"),
        ("110", "phone", "****"),
        ("411002199001010018", "id_number", "411002********0018"),
        ("C1234567", "id_number", "****"),
        ("刘明", "name", "刘*"),
        ("刘小明", "name", "刘*"),
        ("欧阳修", "name", "欧阳*"),
        ("刘女士", "name", "刘女士"),
        ("欧阳先生", "name", "欧阳先生"),
        ("刘大爷", "name", "刘大爷"),
        ("健康路12号3号楼2单元501", "address", "健康路12号3号楼****"),
        ("建安小区三号楼", "address", "建安小区三号楼"),
        ("南关大街88号", "address", "南关大街****"),
        ("老张家隔壁", "address", "****"),
        ("", "name", ""),
    ],
)
def test_each_kind_has_its_mask(plain, kind, masked):
    assert mask(plain, kind) == masked


def test_it_prints_masked_everywhere():
    phone = Sensitive("13812341234", "phone")
    page = Engine().from_string("{{ phone }}").render(Context({"phone": phone}))
    printed = [str(phone), repr(phone), f"{phone}", f"{phone:>20}", f"{phone!r}", repr([phone]), page]
    assert all("138****1234" in text and "13812341234" not in text for text in printed)


def test_its_mask_is_escaped_in_html():
    assert Sensitive("<刘明", "name").__html__() == "&lt;*"


def test_it_is_neither_json_nor_pickled():
    phone = Sensitive("13812341234", "phone")
    with pytest.raises(TypeError):
        json.dumps({"phone": phone})
    with pytest.raises(TypeError):
        pickle.dumps(phone)
    with pytest.raises(TypeError):
        "call " + phone


def test_it_equals_only_its_like():
    phone = Sensitive("13812341234", "phone")
    assert phone == Sensitive("13812341234", "phone")
    assert phone != "13812341234"
    assert phone != Sensitive("13812341234", "name")
    assert len({phone, Sensitive("13812341234", "phone")}) == 1
    assert not Sensitive("", "name")
