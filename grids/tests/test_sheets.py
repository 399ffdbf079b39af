"""Sheets of compounds, organizations and postings: tried first, written once, the same again changes nothing."""

import csv
import io

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from audit.models import Entry
from conftest import GRID, XINCUN
from grids.models import Building, Compound, Entrance, Organization, Posting
from grids.sheets import CompoundSheet, OrganizationSheet, PostingSheet
from jobs import imports
from jobs import services as jobs
from jobs.models import Job

pytestmark = pytest.mark.django_db
YARD = {
    "街道": "北大街道", "社区": "新村社区", "网格": "第三网格", "小区": "市政家属院", "类型": "家属院", "城市或涉农": "城市",
    "地址": "健康路18号", "建成年份": "1986", "老旧小区": "是", "管理方式": "居民自管", "楼号": "1", "层数": "6", "有电梯": "否",
    "单元数": "3",
}  # fmt: skip
BRANCH = {"名称": "新村社区第三网格党支部", "类别": "网格党支部", "街道": "北大街道", "社区": "新村社区", "网格": "第三网格",
          "书记或负责人": "陈立民", "办公电话": "0374-2988123"}  # fmt: skip
POST = {"姓名": "王建设", "手机号": "13800005555", "称呼": "王网格员", "岗位": "志愿者", "街道": "北大街道", "社区": "新村社区",
        "网格": "第三网格", "任职日期": "2026-01-01"}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def check(sheet, user, *rows: dict[str, str]) -> Job:
    """What becomes of a .csv with these rows after a worker took it up."""
    text, headers = io.StringIO(), [column.header for column in sheet.columns]
    csv.writer(text).writerows([headers, *([row.get(header, "") for header in headers] for row in rows)])
    job = imports.begin(sheet, ContentFile(text.getvalue().encode()), by=user)
    jobs.work()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.problem
    return job


def write(user, checked: Job) -> dict[str, int]:
    job = imports.confirm(checked, by=user)
    jobs.work()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.problem
    return job.result


def faults(job: Job) -> set[tuple[int, str, str]]:
    return {(fault["row"], fault["column"], fault["problem"]) for fault in job.errors}


def test_compounds_and_buildings_are_tried_written_and_the_same_again(chen):
    rows = [
        YARD,
        YARD | {"楼号": "2", "层数": "5"},
        YARD | {"小区": "北关庭院", "类型": "庭院", "楼号": "", "单元数": ""},
    ]
    checked = check(CompoundSheet, chen, *rows)
    assert (faults(checked), checked.result["new"], Compound.objects.count()) == (set(), 3, 0)
    assert write(chen, checked) == {"new": 3, "changed": 0, "unchanged": 0}
    yard = Compound.objects.get(name="市政家属院")
    assert (yard.area_id, yard.year_built, yard.is_old, yard.management) == (GRID, 1986, True, "self")
    assert (Building.objects.count(), Entrance.objects.count()) == (2, 6)
    assert check(CompoundSheet, chen, *rows).result["unchanged"] == 3
    changed = check(CompoundSheet, chen, YARD | {"层数": "7", "地址": "健康路20号"})
    assert changed.result["sample"][0]["fields"] == ["address", "floors"]
    assert write(chen, changed) == {"new": 0, "changed": 1, "unchanged": 0}
    assert Building.objects.get(number=1).floors == 7
    assert Entry.objects.filter(verb="compounds.import").count() == 2


def test_what_is_wrong_with_compounds_is_said_by_row(chen):
    job = check(
        CompoundSheet, chen,
        YARD | {"网格": "第三十网格"},
        YARD | {"社区": "没有社区"},
        YARD | {"街道": "丁庄街道", "社区": "丁庄社区", "网格": ""},
        YARD | {"小区": "丁院", "管理方式": "物业公司", "物业公司": "没听说过物业"},
        YARD | {"小区": "甲院", "建成年份": "2099"},
        YARD | {"小区": "乙院"},
        YARD | {"小区": "乙院"},
        YARD | {"小区": "丙院", "网格": "", "楼栋网格": ""},
    )  # fmt: skip
    found = faults(job)
    assert {(2, "网格", "没有这个网格"), (3, "社区", "没有这个社区"), (5, "物业公司", "没有登记这家物业公司")} <= found
    assert (8, "小区", "与第7行重复") in found
    assert {row for row, _, _ in found} == {2, 3, 4, 5, 6, 8, 9}
    assert not Compound.objects.exists()


def test_organizations_are_found_by_code_or_name(chen, qian):
    assert write(chen, check(OrganizationSheet, chen, BRANCH))["new"] == 1
    branch = Organization.objects.get(name=BRANCH["名称"])
    assert (branch.area_id, branch.kind, branch.secretary) == (GRID, "party_branch", "陈立民")
    assert check(OrganizationSheet, chen, BRANCH).result["unchanged"] == 1
    renamed = check(OrganizationSheet, chen, BRANCH | {"代号": branch.code, "名称": "新村第三网格支部", "办公电话": ""})
    assert renamed.result["sample"][0]["fields"] == ["name"]
    assert write(chen, renamed)["changed"] == 1
    branch.refresh_from_db()
    assert (branch.name, branch.phone) == ("新村第三网格支部", "0374-2988123")
    own = check(OrganizationSheet, chen, {"名称": "区住房和城乡建设局", "类别": "区直部门"})
    assert faults(own) == {(2, "类别", "这类单位由区里登记")}
    own = check(OrganizationSheet, chen, {"名称": "全区志愿者协会", "类别": "社会组织"})
    assert faults(own) == {(2, "街道", "不在你负责的范围")}
    inside = BRANCH | {"名称": "假部门", "类别": "区直部门", "网格": "", "承办交办事项": "是"}
    assert faults(check(OrganizationSheet, chen, inside)) == {(2, "类别", "这类单位由区里登记")}
    assert faults(check(OrganizationSheet, chen, BRANCH | {"办公电话": "13800001234"})) == {
        (2, "办公电话", "这是个人手机号")
    }


def test_postings_open_the_accounts_that_are_missing(chen):
    checked = check(PostingSheet, chen, POST)
    assert (faults(checked), checked.result["new"], User.objects.filter(full_name="王建设").count()) == (set(), 1, 0)
    assert write(chen, checked)["new"] == 1
    user = User.objects.get(full_name="王建设")
    assert user.must_change_password and user.phone.plain == "13800005555"
    assert Posting.objects.get(user=user).area_id == GRID
    assert check(PostingSheet, chen, POST).result["unchanged"] == 1


def test_a_unit_leader_sits_on_an_entrance(chen, courtyard):
    row = POST | {"岗位": "单元长", "网格": "", "小区": "第一食品厂家属院", "楼号": "3", "单元": "2"}
    assert write(chen, check(PostingSheet, chen, row))["new"] == 1
    assert Posting.objects.get(user__full_name="王建设").place_name == "第一食品厂家属院3号楼2单元"


def test_what_is_wrong_with_postings_is_said_by_row(chen, wang, courtyard):
    job = check(
        PostingSheet, chen,
        POST | {"岗位": "没有的岗位"},
        POST | {"手机号": "", "账号": ""},
        POST | {"岗位": "网格员"},
        POST | {"岗位": "单元长", "小区": "第一食品厂家属院", "楼号": "3", "单元": "9"},
        POST | {"街道": "丁庄街道", "社区": "丁庄社区", "网格": ""},
        POST | {"账号": "wang", "手机号": ""},
        POST | {"任职日期": "下周"},
    )  # fmt: skip
    found = faults(job)
    assert {(2, "岗位", "没有这个岗位"), (3, "手机号", "没有填写"), (5, "单元", "没有登记这个单元")} <= found
    assert {(7, "姓名", "与账号上的姓名不同"), (8, "任职日期", "看不出日期")} <= found
    assert {row for row, _, _ in found} == {2, 3, 4, 5, 6, 7, 8}
    assert not User.objects.filter(full_name="王建设").exists()


def test_a_district_may_load_what_no_community_may(qian):
    row = {"名称": "春秋物业", "类别": "物业公司", "街道": "北大街道", "社区": "新村社区"}
    assert (
        write(
            qian,
            check(
                OrganizationSheet,
                qian,
                row,
                row | {"名称": "全区志愿者协会", "类别": "社会组织", "社区": "", "街道": ""},
            ),
        )["new"]
        == 2
    )
    assert Organization.objects.get(name="春秋物业").area_id == XINCUN


def test_a_sheet_gives_no_post_that_the_page_would_not(he, chen):
    upward = POST | {"岗位": "社区书记", "网格": ""}
    oneself = POST | {"账号": "he", "手机号": "", "姓名": "何晓燕", "称呼": ""}
    found = faults(check(PostingSheet, he, upward, oneself))
    assert found == {(2, "岗位", "这个岗位要由上级安排"), (3, "姓名", "不能给自己安排岗位")}
    assert not User.objects.filter(full_name="王建设").exists()
    Posting.objects.filter(user=chen).update(office_phone="0374-1111111")
    named = {"账号": "chen", "手机号": "", "姓名": "陈立民", "任职日期": "", "办公电话": "0374-2222222"}
    touched = upward | named
    assert faults(check(PostingSheet, he, touched)) == {(2, "岗位", "这个岗位要由上级安排")}
