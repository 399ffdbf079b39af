"""The sheet of disputes: open ones go in through the verb, the same again changes nothing, and nobody's name shows."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from cases.models import Report
from conftest import XINCUN, posted
from grids.models import Compound
from jobs.models import Job
from jobs.tests.books import checked, faults, written
from mediation.models import Dispute
from mediation.sheets import SOURCE, DisputeSheet
from mediation.states import Status

pytestmark = pytest.mark.django_db
NAMES, PHONES = ("罗桂枝", "鲁广田"), ("13900005678", "13700004321")
FACTS = "罗桂枝说楼上晾的衣服滴水；鲁广田说没地方晾，要罗桂枝搬被子。"
RACKS = {
    "登记号": "2026-017", "登记日期": date(2026, 11, 3), "发生日期": "2026-11-01", "街道": "北大街道", "社区": "新村社区",
    "网格": "第三网格", "小区": "第一食品厂家属院", "纠纷类别": "邻里纠纷，相邻污染损害防止", "规模": "个体性事件", "事由": "晾衣滴水",
    "经过": FACTS, "申请人": NAMES[0], "申请人手机号": PHONES[0], "申请人住址": "第一食品厂家属院3号楼2单元501",
    "被申请人": NAMES[1], "被申请人手机号": PHONES[1], "已告知双方": "是", "调解员": "何晓燕",
}  # fmt: skip
PERSONAL = (*NAMES, *PHONES, "2单元501", "没地方晾")


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path, courtyard):
    settings.MEDIA_ROOT = tmp_path


def test_open_disputes_go_in_and_the_same_again_changes_nothing(chen, he):
    rows = [
        RACKS,
        RACKS
        | {"登记号": 18, "纠纷类别": 203, "调解员": "", "小区": "", "网格": "", "被申请人手机号": "", "发生日期": ""},
    ]
    first = checked(DisputeSheet, chen, *rows)
    assert (faults(first), first.result["new"], Dispute.objects.exists()) == (set(), 2, False)
    assert first.result["sample"][0]["said"] == "新村社区2026-017　邻里纠纷，相邻污染损害防止"
    assert written(chen, first).result == {"new": 2, "changed": 0, "unchanged": 0}
    racks, second = Dispute.objects.order_by("pk")
    assert (racks.category, racks.status, racks.happened_date) == ("0203", Status.REGISTERED, date(2026, 11, 1))
    assert racks.account == f"晾衣滴水\n{FACTS}" and racks.case.community == XINCUN
    assert [(p.side, p.name.plain, p.phone.plain) for p in racks.parties.order_by("pk")] == [
        ("applicant", NAMES[0], PHONES[0]),
        ("respondent", NAMES[1], PHONES[1]),
    ]
    assert racks.mediators.get(is_lead=True).user == he and second.mediators.get().user == chen
    assert second.happened_date == date(2026, 11, 3) and not second.parties.get(side="respondent").phone
    report = Report.objects.get(case=racks.case)
    assert timezone.localdate(report.said_at) == date(2026, 11, 3)
    assert "社区登记簿2026-017号，2026年11月3日登记" in racks.case.text
    again = checked(DisputeSheet, chen, *rows)
    assert (again.result["unchanged"], bool(again.result_file)) == (2, False)
    # Somebody else of the community has the same register.
    assert checked(DisputeSheet, he, RACKS | {"经过": "别的话"}).result["unchanged"] == 1
    assert Entry.objects.filter(verb="disputes.import").count() == 1
    assert Entry.objects.filter(verb="dispute.register").count() == 2


def test_what_cannot_go_in_is_said_row_by_row(chen, he):
    tomorrow = timezone.localdate() + timedelta(days=1)
    wrong = [
        {"纠纷类别": "邻居吵架"},  # 2
        {"纠纷类别": "邻里纠纷"},
        {"街道": "丁庄街道", "社区": "丁庄社区", "网格": "", "小区": ""},
        {"网格": "第九网格"},
        {"小区": "没有的院"},
        {"网格": "第一网格"},  # 7
        {"申请人手机号": "1390000567"},
        {"已告知双方": "否"},
        {"已告知双方": ""},
        {"已有结果": "是"},
        {"登记日期": tomorrow},  # 12
        {"发生日期": "2026-11-09"},
        {"调解员": "没有的人"},
        {"被申请人": ""},
        {"登记号": "张三家"},
        {"登记号": "2026-017"},  # 17: as row 18
        {"登记号": "2026-017", "经过": "又一件"},
        {"规模": "很大"},
        {"涉及人数": "1"},
    ]
    rows = [RACKS | {"登记号": f"W-{number}"} | change for number, change in enumerate(wrong, start=2)]
    job = checked(DisputeSheet, chen, *rows)
    assert faults(job) == {
        (2, "纠纷类别", "没有这个类别"),
        (3, "纠纷类别", "要写到细类"),
        (4, "社区", "不在你负责的范围"),
        (5, "网格", "没有这个网格"),
        (6, "小区", "没有登记这个小区"),
        (7, "网格", "与小区登记的网格不同"),
        (8, "申请人手机号", "少1位"),
        (9, "已告知双方", "没有告知双方"),
        (10, "已告知双方", "没有填写"),
        (11, "已有结果", "已有结果的不从表里登记"),
        (12, "登记日期", "日期还没有到"),
        (13, "发生日期", "晚于登记日期"),
        (14, "调解员", "这个社区和街道没有这位能登记事项的工作人员"),
        (15, "被申请人", "没有填写"),
        (16, "登记号", "登记号里有别的文字"),
        (18, "登记号", "与第17行重复"),
        (19, "规模", "没有这个选项"),
        (20, "涉及人数", "数字不对"),
    }
    assert not Dispute.objects.exists() and job.result["refused"] == 18


def test_nothing_personal_stands_in_what_is_kept_of_the_jobs(chen, he):
    long = FACTS * 80
    job = checked(
        DisputeSheet,
        chen,
        RACKS,
        RACKS | {"登记号": "2", "经过": long, "申请人": NAMES[0] * 11, "被申请人手机号": PHONES[1] + "1"},
    )
    shown = {fault["column"]: fault["value"] for fault in job.errors}
    assert shown == {"经过": f"{len(long)}个字", "申请人": "罗*", "被申请人手机号": "137****3211"}
    first = checked(DisputeSheet, chen, RACKS)
    with first.result_file.open() as file:
        sealed = file.read()
    kept = str(list(Job.objects.values()))
    assert not any(words in kept or words.encode() in sealed for words in PERSONAL)


def test_a_grid_worker_registers_for_the_own_grid_and_the_street_for_its_communities(wang, zhao, courtyard):
    assert faults(checked(DisputeSheet, wang, RACKS | {"网格": "", "小区": "", "调解员": ""})) == {
        (2, "社区", "不在你负责的范围")
    }
    assert checked(DisputeSheet, wang, RACKS | {"网格": "", "调解员": ""}).result["new"] == 1
    assert checked(DisputeSheet, zhao, RACKS | {"调解员": "wang"}).result["new"] == 1
    shared = Compound.objects.create(area_id=XINCUN, name="共管小区", kind="estate")
    assert faults(checked(DisputeSheet, wang, RACKS | {"网格": "", "小区": shared.name, "调解员": ""})) == {
        (2, "网格", "没有填写")
    }
    assert checked(DisputeSheet, wang, RACKS | {"小区": shared.name, "调解员": ""}).result["new"] == 1


def test_two_people_of_one_name_are_told_apart_by_their_accounts(chen, he):
    posted("he2", "何晓燕", "何社工", "community_worker", area=XINCUN)
    assert faults(checked(DisputeSheet, chen, RACKS)) == {(2, "调解员", "有同名的人")}
    written(chen, checked(DisputeSheet, chen, RACKS | {"调解员": "he2"}))
    assert Dispute.objects.get().mediators.get().user.username == "he2"


def test_the_scope_is_looked_at_again_when_it_is_written(chen, he):
    check = checked(DisputeSheet, chen, RACKS)
    chen.postings.update(area="411002008001")
    job = written(chen, check)
    assert job.state == Job.State.FAILED and "一行也没有写" in job.problem
    assert not Dispute.objects.exists() and not Report.objects.filter(source=SOURCE).exists()


def test_a_sheet_holds_what_can_be_tried_in_one_go(chen, he, monkeypatch):
    monkeypatch.setattr(DisputeSheet, "most", 2)
    job = checked(DisputeSheet, chen, *(RACKS | {"登记号": str(number)} for number in range(3)))
    assert job.state == Job.State.FAILED and "一次最多2行" in job.problem
