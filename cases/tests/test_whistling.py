"""街道吹哨, 现场查看 and 会商: who is called, who came, what was agreed, and what is refused."""

from datetime import timedelta

import pytest
from django.db import transaction

from cases import services as cases
from cases.assignments import State
from cases.models import Assignment, Case, Coordination, Event, Whistle
from cases.services import assigning, coordinating, whistling
from cases.services.assignment_sweep import sweep_assignments
from cases.services.coordinating import Held, NextStep, Noted
from cases.spot_roles import coordinating_seat, may_end, may_whistle
from cases.states import Action, Mark, Status
from common.errors import DomainError
from conftest import XINCUN, moment, posted
from grids.levels import Level
from grids.models import Area, Organization
from notifications.models import Notification

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-11-23 10:00")
THREE = moment("2026-11-23 15:00")
STREET = XINCUN[:9]


def unit(code: str) -> Organization:
    return Organization.objects.get(code=code)


@pytest.fixture
def at_street(make_case, wang, chen) -> Case:
    case = make_case(at=MONDAY - timedelta(hours=1))
    for by in (wang, chen):
        cases.escalate(case, "办不了", at=MONDAY - timedelta(minutes=30), by=by)
    return case


@pytest.fixture
def call(at_street, zhao):
    """Whistles for units: call("zhujian", "gongshui", arrive_by=…)."""

    def whistle(*codes: str, case=at_street, at=MONDAY, by=zhao, **more) -> Whistle:
        told = {"place": "3号楼前", "arrive_by": THREE, "purpose": "查看渗水"} | more
        return whistling.whistle(case, [unit(code) for code in codes], at=at, by=by, **told)

    return whistle


def titles(seat: str) -> list[str]:
    return list(Notification.objects.filter(seat=seat).order_by("pk").values_list("title", flat=True))


def test_each_unit_is_called_and_sees_the_case(call, at_street, li, outsider):
    assert not Case.objects.visible_to(li).exists()
    whistle = call("zhujian", "gongshui")
    rows = list(whistle.assignments.order_by("pk"))
    assert [(row.unit.code, row.state, row.due_at, row.giver) for row in rows] == [
        ("zhujian", State.GIVEN, THREE, f"area:{STREET}"),
        ("gongshui", State.GIVEN, THREE, f"area:{STREET}"),
    ]
    assert Case.objects.visible_to(li).get() == at_street
    assert not Whistle.objects.visible_to(outsider).exists()
    told = Event.objects.get(case=at_street, action=Action.WHISTLE)
    assert told.public_text.startswith("已约2个单位，") and "查看渗水" not in told.public_text
    at_street.refresh_from_db()
    assert (at_street.status, at_street.signed_at) == (Status.HANDLING, MONDAY)
    assert told.note == "11月23日 15:00前到3号楼前。查看渗水"
    public = Event.objects.filter(case=at_street).public().values_list("action", flat=True)
    assert Action.WHISTLE in public and Action.ASSIGN not in public
    assert any("到场任务" in title for title in titles(f"unit:{unit('zhujian').pk}"))


def test_a_unit_called_twice_in_one_breath_is_called_once(call):
    assert call("zhujian", "zhujian").assignments.count() == 1


@pytest.mark.parametrize(
    ("codes", "more", "why"),
    [
        ((), {}, "至少选一个单位"),
        (("zhujian",), {"arrive_by": MONDAY}, "晚于现在"),
        (("zhujian",), {"arrive_by": MONDAY + timedelta(days=31)}, "30天以内"),
        (("zhujian",), {"place": " "}, "在哪里集合"),
        (("zhujian",), {"purpose": ""}, "来做什么"),
    ],
)
def test_what_is_incomplete_is_refused_and_leaves_nothing(call, at_street, codes, more, why):
    before = at_street.event_count
    with pytest.raises(DomainError, match=why), transaction.atomic():
        call(*codes, **more)
    at_street.refresh_from_db()
    assert at_street.event_count == before and not Whistle.objects.exists() and not Assignment.objects.exists()


def test_only_one_whistle_at_a_time(call, zhao):
    first = call("zhujian")
    with pytest.raises(DomainError, match="已经在吹哨"), transaction.atomic():
        call("gongshui")
    whistling.end_whistle(first, "没有人来", at=THREE, by=zhao)
    assert call("gongshui", at=THREE, arrive_by=THREE + timedelta(hours=2)).is_under_way


def test_only_the_street_that_holds_the_case_whistles(call, make_case, at_street, zhao, chen, qian, li, he):
    assert [may_whistle(at_street, person) for person in (zhao, chen, qian, li, he)] == [True, *[False] * 4]
    other = make_case(at=MONDAY)
    assert not may_whistle(other, zhao)
    with pytest.raises(DomainError, match="街道办理时"), transaction.atomic():
        call("zhujian", case=other)
    worker = posted("street_worker", "冯岩", "冯干事", "street_worker", area=STREET)
    assert may_whistle(at_street, worker)


def test_a_complaint_about_a_colleague_is_shown_to_no_unit(call, at_street, zhao, he):
    Case.objects.filter(pk=at_street.pk).update(about=he)
    at_street.refresh_from_db()
    assert not may_whistle(at_street, zhao)
    with pytest.raises(DomainError, match="反映工作人员"), transaction.atomic():
        call("zhujian")
    step = NextStep("调查", THREE + timedelta(days=2), unit=unit("zhujian"))
    noted = Noted("site", MONDAY, "现场", "看过", steps=[step])
    with pytest.raises(DomainError, match="不交给单位"), transaction.atomic():
        coordinating.note_coordination(at_street, noted, at=THREE, by=zhao)


def test_a_unit_that_is_not_in_use_leaves_no_half_whistle(call):
    Organization.objects.filter(code="gongshui").update(active=False)
    with pytest.raises(DomainError, match="已经停用"), transaction.atomic():
        call("zhujian", "gongshui")
    assert not Whistle.objects.exists() and not Assignment.objects.exists()


def test_who_came_is_not_late_and_who_did_not_is_marked_once(call, at_street, li, zhao):
    whistle = call("zhujian", "gongshui")
    came, missing = whistle.assignments.order_by("pk")
    assigning.sign(came, at=MONDAY + timedelta(minutes=20), by=li)
    assigning.arrive(came, "站在楼下", at=THREE - timedelta(minutes=10), by=zhao)
    for minute in range(0, 60, 10):
        sweep_assignments(at=THREE + timedelta(minutes=minute))
    came.refresh_from_db()
    missing.refresh_from_db()
    assert came.late_at is None and came.next_alarm_at is None and came.arrived_at == THREE - timedelta(minutes=10)
    assert missing.late_at == THREE and missing.next_alarm_at is None
    marks = Event.objects.filter(case=at_street, action=Mark.LATE).values_list("assignment", flat=True)
    assert list(marks) == [missing.pk]
    assert not Event.objects.filter(assignment=missing, action=Mark.UNSIGNED).exists()
    assert [t for t in titles(f"area:{STREET}") if "供水公司没有按时到场" in t]


def test_arriving_late_is_still_arriving(call, zhao):
    row = call("zhujian").assignments.get()
    sweep_assignments(at=THREE)
    assigning.arrive(row, at=THREE + timedelta(minutes=30), by=zhao)
    assert (row.state, row.late_at) == (State.ARRIVED, THREE)


def test_ending_says_who_did_not_come_and_lets_who_came_report(call, at_street, li, zhao):
    whistle = call("zhujian", "gongshui", "ranqi")
    came, missing, asked = whistle.assignments.order_by("pk")
    assigning.arrive(came, at=THREE, by=li)
    assigning.ask_return(asked, "没有天然气管道", at=THREE, by=li)
    whistling.end_whistle(whistle, "约定明天挖开", at=THREE + timedelta(hours=1), by=zhao)
    for row in (came, missing, asked):
        row.refresh_from_db()
    assert (came.state, missing.state, asked.state) == (State.ARRIVED, State.ENDED, State.RETURNED)
    assert missing.ended_reason == "没有到场"
    assert (whistle.ended_by, whistle.outcome) == (zhao, "约定明天挖开")
    assert Event.objects.get(case=at_street, action=Action.WHISTLE_END).note == "约定明天挖开"
    assigning.report(came, "已查明是支管漏水", at=THREE + timedelta(hours=2), by=li)
    assert came.state == State.REPORTED
    with pytest.raises(DomainError, match="已经结束"), transaction.atomic():
        whistling.end_whistle(whistle, "再结束一次", at=THREE + timedelta(hours=3), by=zhao)


def test_a_whistle_ends_with_words_only(call, zhao):
    with pytest.raises(DomainError, match="现场结果"):
        whistling.end_whistle(call("zhujian"), " ", by=zhao)


def test_the_street_ends_its_whistle_wherever_the_case_went(call, at_street, zhao, chen, qian):
    whistle = call("zhujian")
    cases.escalate(at_street, "要区里定", at=THREE, by=zhao)
    whistle = Whistle.objects.select_related("case").get(pk=whistle.pk)
    assert whistle.case.level == Level.DISTRICT
    assert [may_end(whistle, person) for person in (zhao, chen, qian)] == [True, False, False]


def test_a_case_that_ended_took_its_whistle_along(call, at_street):
    whistle = call("zhujian")
    cases.withdraw(at_street.reports.get(), at=THREE)
    whistle = Whistle.objects.select_related("case").get(pk=whistle.pk)
    assert not whistle.is_under_way
    assert list(Whistle.objects.over()) == [whistle] and not Whistle.objects.under_way().exists()
    assert whistle.assignments.get().ended_reason == "事项已结束"


# --- site visits and meetings


def steps() -> list[NextStep]:
    day = THREE + timedelta(days=3)
    return [
        NextStep("挖开检修", day, unit=unit("gongshui"), owner="郭科长"),
        NextStep("联系住户", day, area=Area.objects.get(code=XINCUN)),
    ]


def test_a_meeting_hands_out_its_next_steps(call, at_street, zhao):
    whistle = call("zhujian")
    at_street.reports.update(wants_sms=True)
    noted = Noted(
        "meeting",
        THREE,
        "社区会议室",
        "支管漏水，供水公司负责",
        units=[unit("zhujian"), unit("gongshui")],
        others="居民代表3人",
        public_text="已商定由供水公司三天内修好",
        steps=steps(),
        whistle=whistle,
    )
    row = coordinating.note_coordination(at_street, noted, at=THREE + timedelta(hours=1), by=zhao)
    assert {u.code for u in row.units.all()} == {"zhujian", "gongshui"} and row.whistle == whistle
    first, second = row.assignments.order_by("pk")
    assert (first.unit.code, first.owner, first.kind, first.giver) == ("gongshui", "郭科长", "step", f"area:{STREET}")
    assert (second.area_id, second.what) == (XINCUN, "联系住户")
    event = Event.objects.get(case=at_street, action=Action.COORDINATE)
    assert event.public_text == "已商定由供水公司三天内修好"
    assert event.note == (
        "协调会：11月23日 15:00，社区会议室。到场：区住建局、供水公司、居民代表3人。\n支管漏水，供水公司负责"
    )
    report = at_street.reports.get()
    assert [t for t in titles(f"report:{report.pk}") if "新进展" in t]


def test_visits_and_meetings_are_counted(call, at_street, make_case, zhao):
    for kind in ("site", "site", "meeting", "site"):
        coordinating.note_coordination(at_street, Noted(kind, MONDAY, "现场", "看过"), at=THREE, by=zhao)
    other = make_case(at=MONDAY)
    found = coordinating.held([at_street.pk, other.pk])
    assert found == {at_street.pk: Held(3, 1)} and str(found[at_street.pk]) == "现场查看3次，会商1次"
    assert str(Held(0, 2)) == "会商2次" and str(Held()) == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"findings": "  "}, "看到的情况"),
        ({"held_at": THREE + timedelta(hours=2)}, "不能晚于现在"),
        ({"steps": [NextStep("晚了", MONDAY)]}, "请选择一个单位"),
    ],
)
def test_a_record_that_cannot_be_is_refused_whole(at_street, zhao, changed, why):
    noted = Noted(**{"kind": "site", "held_at": MONDAY, "place": "现场", "findings": "看过"} | changed)
    with pytest.raises(DomainError, match=why), transaction.atomic():
        coordinating.note_coordination(at_street, noted, at=THREE, by=zhao)
    assert not Coordination.objects.exists() and not Event.objects.filter(action=Action.COORDINATE).exists()


def test_a_step_due_in_the_past_takes_the_record_with_it(at_street, zhao):
    late = NextStep("晚了", MONDAY, unit=unit("zhujian"))
    noted = Noted("site", MONDAY, "现场", "看过", steps=[late])
    with pytest.raises(DomainError, match="晚于现在"), transaction.atomic():
        coordinating.note_coordination(at_street, noted, at=THREE, by=zhao)
    assert not Coordination.objects.exists()


def test_another_cases_whistle_is_refused(call, make_case, at_street, zhao, wang):
    whistle, other = call("zhujian"), make_case(at=MONDAY)
    noted = Noted("site", MONDAY, "现场", "看过", whistle=whistle)
    with pytest.raises(DomainError, match="不是这件事项的"), transaction.atomic():
        coordinating.note_coordination(other, noted, at=THREE, by=wang)


def test_who_may_write_down_a_visit_and_for_which_seat(
    call, at_street, wang, chen, zhao, qian, sun, li, outsider, clerk
):
    quweiban, zuzhibu = (f"unit:{unit(code).pk}" for code in ("quweiban", "zuzhibu"))
    people = (wang, chen, zhao, qian, sun, li, outsider, clerk)
    found = [coordinating_seat(at_street, person) for person in people]
    assert found == ["", "", f"area:{STREET}", zuzhibu, quweiban, "", "", ""]
    whistle = call("zhujian")
    cases.escalate(at_street, "要区里定", at=THREE, by=zhao)
    assert coordinating_seat(at_street, zhao) == ""
    assert coordinating_seat(at_street, zhao, whistle) == f"area:{STREET}"
    cases.collect(at_street, at=THREE, by=qian)
    cases.hand_out(at_street, unit("zhujian"), "请办理", at=THREE, by=sun)
    assert coordinating_seat(at_street, li, whistle) == f"unit:{unit('zhujian').pk}"
    assert coordinating_seat(at_street, sun, whistle) == quweiban


def test_the_holder_hears_of_a_record_somebody_else_wrote_and_signs_with_an_own_one(at_street, sun, zhao):
    noted = Noted("site", MONDAY, "现场", "看过")
    coordinating.note_coordination(at_street, noted, giver=f"unit:{unit('quweiban').pk}", at=THREE, by=sun)
    assert [t for t in titles(f"area:{STREET}") if "现场查看记录" in t]
    assert at_street.status == Status.RECEIVED
    coordinating.note_coordination(at_street, noted, at=THREE, by=zhao)
    assert (at_street.status, at_street.assignee) == (Status.HANDLING, zhao)
