"""What is promised, and what looks like a bank card."""

from datetime import time
from itertools import product

import pytest
from django.db import models

from agency.models import AgencyItem
from agency.rules import NO_CARDS, NO_SECRETS, secret_in
from agency.states import TABLE, Action, Step, actions_at, step_after
from conftest import moment


def test_every_step_leads_on_and_the_last_one_only_to_a_second_time():
    assert {step for step, _ in TABLE} == set(Step)
    assert actions_at(Step.SIGNED) == [Action.AGAIN]
    assert Action.ASK not in {action for _, action in TABLE}
    for step, action in product(Step, Action):
        assert step_after(step, action) == TABLE.get((step, action))


# 2026-11-23 is a Monday; 2026-10-01 to 07 are holidays, 2026-10-10 is a worked Saturday.
@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        ("2026-11-23 06:00", "2026-11-23 18:00"),
        ("2026-11-23 15:59", "2026-11-23 18:00"),
        ("2026-11-23 16:00", "2026-11-24 18:00"),
        ("2026-11-23 23:30", "2026-11-24 18:00"),
        ("2026-11-27 17:00", "2026-11-30 18:00"),
        ("2026-11-28 10:00", "2026-12-01 18:00"),
        ("2026-10-01 10:00", "2026-10-09 18:00"),
        ("2026-10-10 10:00", "2026-10-10 18:00"),
    ],
)
@pytest.mark.usefixtures("ground")
def test_asked_before_four_on_a_working_day_it_is_done_the_same_day(asked, promised):
    item = AgencyItem.objects.get(code="heating")
    assert item.promised_by(moment(asked)) == moment(promised)
    assert item.promise == "工作日 16:00前提出当天办，其余第二个工作日"


@pytest.mark.usefixtures("ground")
def test_the_promise_is_data():
    item = AgencyItem.objects.get(code="certificate")
    item.cut_off, item.later_days = time(20), 3
    assert item.promised_by(moment("2026-11-23 19:00")) == moment("2026-11-25 18:00"), (
        "after hours there is no same day"
    )
    assert item.promised_by(moment("2026-11-23 17:00")) == moment("2026-11-23 18:00")
    assert item.promise == "工作日 20:00前提出当天办，其余第三个工作日"


@pytest.mark.usefixtures("ground")
def test_the_items_are_ours_and_marked_so():
    items = AgencyItem.objects.active()
    assert [item.name for item in items] == ["缴水费", "缴电费", "缴暖气费", "开证明", "医保社保", "其他"]
    assert all(item.is_default and item.papers and item.place for item in items)
    assert [item.code for item in items if item.needs_words] == ["certificate", "insurance", "other"]


@pytest.mark.parametrize(
    "text",
    [
        "卡号6222020200112233445",
        "6222 0202 0011 2233 44",
        "从4111-1111-1111-1111里扣",
        "从６２２２０２０２００１１２２３３４４扣",
    ],
)
def test_a_bank_card_is_noticed_in_whatever_way_it_is_written(text):
    assert secret_in(text) == NO_CARDS


@pytest.mark.parametrize("text", ["密码是123456", "验证码：8866", "取款密码 88 6612"])
def test_a_password_is_noticed(text):
    assert secret_in(text) == NO_SECRETS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "户号410012345678",
        "电话13800001234，也可以打13800005678",
        "身份证41100219491231002X",
        "身份证110101194912310021",
        "缴费卡号2026112300017",
        "3号楼2单元501，忘了密码要重新办卡",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert secret_in(text) == ""


def test_no_status_is_named_twice():
    for choices in (Step, Action):
        assert issubclass(choices, models.TextChoices)
        assert len(set(choices.labels)) == len(choices)
