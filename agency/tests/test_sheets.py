"""The sheet of errands: requests that were written down go in through the verb, each once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from agency.models import AgencyItem, AgencyRequest
from agency.sheets import ErrandSheet
from agency.states import Step
from audit.models import Entry
from cases.models import Report
from cases.states import Channel
from conftest import GRID, moment
from jobs.models import Job
from jobs.tests.books import checked, faults, written

pytestmark = pytest.mark.django_db
HEATING = {
    "代办事项": "缴暖气费", "街道": "北大街道", "社区": "新村社区", "网格": "第三网格", "小区": "第一食品厂家属院",
    "门牌": "第一食品厂家属院3号楼2单元501", "称呼": "马玉兰", "手机号": "13800001234", "说明": "缴费卡在马玉兰女儿手里",
    "怎么交接": "上门取", "提出时间": datetime(2026, 11, 20, 9, 30), "怎么提出的": Channel.COUNTER.label, "已告知": "是",
}  # fmt: skip
PERSONAL = ("马玉兰", "13800001234", "2单元501")


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path, courtyard):
    settings.MEDIA_ROOT = tmp_path


def test_requests_go_in_and_the_same_again_changes_nothing(wang, chen):
    rows = [
        HEATING,
        HEATING | {"登记号": "31", "提出时间": "2026-11-20"},
        HEATING | {"称呼": "马奶奶", "提出时间": None},
    ]
    began = timezone.now()
    first = checked(ErrandSheet, wang, *rows)
    assert (faults(first), first.result["new"], AgencyRequest.objects.exists()) == (set(), 3, False)
    assert written(wang, first).result == {"new": 3, "changed": 0, "unchanged": 0}
    errand, numbered, now = AgencyRequest.objects.order_by("pk")
    assert (errand.step, errand.way, errand.case.area_id, errand.case.channel) == (Step.ASKED, "home", GRID, "counter")
    assert errand.asked_at == moment("2026-11-20 09:30") and numbered.asked_at == moment("2026-11-20 00:00")
    # The promise is given now; how long somebody waited counts from the asking.
    assert errand.promised_by == errand.item.promised_by(errand.case.created_at) and errand.promised_by > began
    assert now.asked_at >= began
    report = Report.objects.get(case=errand.case)
    assert (report.name.plain, report.phone.plain, errand.door.plain) == (
        "马玉兰",
        "13800001234",
        "第一食品厂家属院3号楼2单元501",
    )
    assert not any(words in report.source_id for words in PERSONAL)
    assert checked(ErrandSheet, chen, *rows).result["unchanged"] == 3
    assert Entry.objects.filter(verb="errands.import").count() == 1


def test_what_cannot_go_in_is_said_row_by_row(wang):
    AgencyItem.objects.filter(code="water").update(active=False)
    wrong = [
        {"代办事项": "遛狗"},  # 2
        {"代办事项": "缴水费"},
        {"代办事项": "开证明", "说明": ""},
        {"街道": "丁庄街道", "社区": "丁庄社区", "网格": "", "小区": ""},
        {"手机号": "1380000123"},
        {"已告知": ""},  # 7
        {"提出时间": timezone.localtime().replace(tzinfo=None) + timedelta(days=1)},
        {"提出时间": "前天上午"},
        {"怎么交接": "随便"},
        {"怎么交接": ""},
        {"说明": "卡号6222021001116245702密码别告诉别人"},  # 12
    ]
    rows = [HEATING | {"登记号": f"W-{n}"} | change for n, change in enumerate(wrong, start=2)]
    job = checked(ErrandSheet, wang, *rows)
    assert faults(job) == {
        (2, "代办事项", "没有这个选项"),
        (3, "代办事项", "这一项现在不代办"),
        (4, "说明", "没有填写"),
        (5, "社区", "不在你负责的范围"),
        (6, "手机号", "少1位"),
        (7, "已告知", "留了个人信息，没有告知"),
        (8, "提出时间", "时间还没有到"),
        (9, "提出时间", "看不出日期"),
        (10, "怎么交接", "没有这个选项"),
        (11, "怎么交接", "没有填写"),
        (12, "代办事项", "这里好像写了银行卡号，为了您的钱款安全请删去。代办用不着银行卡号和密码"),
    }
    assert not AgencyRequest.objects.exists()
    kept = str(list(Job.objects.values()))
    assert not any(words in kept for words in (*PERSONAL, "6222021001116245702"))


def test_the_same_row_twice_in_one_sheet_is_one_request(wang):
    rows = [HEATING] * 2
    assert faults(checked(ErrandSheet, wang, *rows)) == {(3, "代办事项", "与第2行重复")}


def test_a_row_that_came_in_is_known_when_its_item_is_no_longer_offered(wang):
    written(wang, checked(ErrandSheet, wang, HEATING))
    AgencyItem.objects.filter(code="heating").update(active=False)
    assert checked(ErrandSheet, wang, HEATING).result["unchanged"] == 1
    assert AgencyRequest.objects.count() == 1
