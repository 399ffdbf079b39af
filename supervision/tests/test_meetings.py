"""联席研判: planned and numbered, decided item by item, each decision a step of its case, issued and frozen, looked at again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from cases.assignments import Kind, State
from cases.models import Approval, Assignment, Case, Event
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT, unit_of
from cases.states import Action, Status
from common.errors import DomainError
from conftest import XINCUN, moment
from grids.models import Area, Organization
from notifications.models import Notification
from supervision.models import AgendaItem, Invitation, Ledger, LedgerItem, Meeting, Resolution
from supervision.services import deciding, ledgers, meetings
from supervision.services.deciding import Duty

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-24 10:00")
HELD = moment("2026-11-30 15:00")
S = AgendaItem.State


@pytest.fixture
def meeting(sun) -> Meeting:
    return meetings.plan(HELD, "区委三楼会议室", at=NOW, by=sun)


@pytest.fixture
def item(meeting, make_case, sun) -> AgendaItem:
    return meetings.add_case(meeting, make_case(subject="涵洞积水"), "泵站归谁管", at=NOW, by=sun)


def unit(code: str) -> Organization:
    return Organization.objects.get(code=code)


def street() -> Area:
    return Area.objects.get(code=XINCUN[:9])


def duties(*, day: date = date(2026, 12, 18)) -> list[Duty]:
    return [
        Duty(day, unit=unit("zhujian"), owner="郭科长", what="报改造方案"),
        Duty(day, area=street(), owner="赵主任", what="雨天值守抽排"),
    ]


def decide(
    item: AgendaItem, decision: str = "住建局牵头", public: str = "区里已定由住建局牵头", *what, by, at=NOW, **more
) -> None:
    deciding.decide(item, decision, public, what[0] if what else duties(), at=at, by=by, **more)


# --- planning


def test_meetings_are_numbered_within_the_year_they_are_held_in(sun):
    first, second, next_year = (
        meetings.plan(moment(day), "三楼", at=NOW, by=sun)
        for day in ("2026-11-30 15:00", "2026-12-30 15:00", "2027-01-08 09:00")
    )
    assert [str(one) for one in (first, second, next_year)] == [
        "2026年第1次联席研判",
        "2026年第2次联席研判",
        "2027年第1次联席研判",
    ]


def test_a_meeting_needs_a_place_and_a_day_to_come(sun):
    for held_at, place in ((moment("2026-11-23 09:00"), "三楼"), (HELD, " ")):
        with pytest.raises(DomainError):
            meetings.plan(held_at, place, at=NOW, by=sun)
    assert not Meeting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_eight_numbers_without_a_gap(sun):
    def work(_) -> int:
        try:
            return meetings.plan(HELD, "三楼", at=NOW, by=User.objects.get(pk=sun.pk)).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_moved_meeting_keeps_its_number_and_tells_who_was_asked(meeting, sun):
    meetings.invite(meeting, units=[unit("zhujian")], at=NOW, by=sun)
    meetings.change(meeting, HELD + timedelta(days=1), "五楼", at=NOW, by=sun)
    assert (meeting.number, meeting.place) == (1, "五楼")
    assert Notification.objects.filter(title__contains="改为12月1日15:00，五楼").count() == 1
    with pytest.raises(DomainError, match="别的年份"):
        meetings.change(meeting, moment("2027-01-08 10:00"), "五楼", at=NOW, by=sun)


# --- the agenda


def test_a_case_on_the_agenda_says_so_in_its_story(item):
    event = Event.objects.get(case=item.case, action=Action.CONVENE)
    assert event.note == "2026年第1次联席研判：泵站归谁管"
    assert item.position == 1


def test_what_is_on_an_agenda_or_ended_is_not_added_again(item, meeting, make_case, sun, chen, he):
    other = meetings.plan(HELD, "三楼", at=NOW, by=sun)
    with pytest.raises(DomainError, match="已经在2026年第1次"):
        meetings.add_case(other, item.case, "再议", at=NOW, by=sun)
    with pytest.raises(DomainError, match="已经在这次"):
        meetings.add_case(meeting, item.case, "再议", at=NOW, by=sun)
    with pytest.raises(DomainError, match="要定什么"):
        meetings.add_case(meeting, make_case(), " ", at=NOW, by=sun)
    closed = make_case()
    Case.objects.filter(pk=closed.pk).update(status=Status.CLOSED, closed_level=1, closed_at=NOW)
    with pytest.raises(DomainError, match="不用再议"):
        meetings.add_case(meeting, closed, "再议", at=NOW, by=sun)
    complaint = make_case()
    Case.objects.filter(pk=complaint.pk).update(about=he)
    with pytest.raises(DomainError, match="反映工作人员"):
        meetings.add_case(meeting, complaint, "再议", at=NOW, by=sun)
    assert AgendaItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_meetings_cannot_take_the_same_case_at_once(make_case, sun):
    case = make_case()
    both = [meetings.plan(HELD, "三楼", at=NOW, by=sun) for _ in range(2)]

    def work(meeting: Meeting) -> str:
        try:
            meetings.add_case(meeting, Case.objects.get(pk=case.pk), "谁管", at=NOW, by=User.objects.get(pk=sun.pk))
        except DomainError as refusal:
            return refusal.message
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(work, both))
    assert said[0] == "" and "已经在2026年第" in said[1]
    assert AgendaItem.objects.count() == 1


def test_items_are_moved_and_removed_while_undecided(meeting, make_case, sun):
    first, second, third = (
        meetings.add_case(meeting, make_case(subject=name), "定什么", at=NOW, by=sun) for name in "甲乙丙"
    )
    meetings.move(third, -1, by=sun)
    meetings.move(first, -1, by=sun)
    order = meeting.agenda.order_by("position")
    assert list(order.values_list("case__subject", flat=True)) == ["甲", "丙", "乙"]
    meetings.remove(third, at=NOW, by=sun)
    assert list(order.values_list("case__subject", "position")) == [("甲", 1), ("乙", 2)]
    assert Event.objects.filter(case=third.case, note__contains="议题中取下").exists()
    decide(first, by=sun)
    with pytest.raises(DomainError, match="已议定"):
        meetings.remove(first, by=sun)
    with pytest.raises(DomainError, match="已经取下"):
        meetings.move(third, 1, by=sun)
    assert second.position == 2


# --- who comes


def test_only_new_ones_are_told(meeting, sun):
    meetings.invite(meeting, units=[unit("zhujian")], areas=[street()], at=NOW, by=sun)
    new = meetings.invite(meeting, units=[unit("zhujian"), unit("chengguan")], areas=[street()], at=NOW, by=sun)
    assert [one.whose for one in new] == ["区城管局"]
    told = Notification.objects.filter(cause=f"meeting:{meeting.pk}:invited")
    assert set(told.values_list("seat", flat=True)) == {
        f"unit:{unit('zhujian').pk}",
        f"unit:{unit('chengguan').pk}",
        f"area:{XINCUN[:9]}",
    }
    assert "11月30日15:00，区委三楼会议室" in told.first().title
    assert meeting.invited_at == NOW


def test_a_unit_answers_and_who_planned_hears_of_an_absence(meeting, sun, li):
    (asked,) = meetings.invite(meeting, units=[unit("zhujian")], at=NOW, by=sun)
    with pytest.raises(DomainError, match="原因"):
        meetings.answer_invitation(asked, "absent", by=li)
    with pytest.raises(DomainError, match="请选择"):
        meetings.answer_invitation(asked, "none", by=li)
    meetings.answer_invitation(asked, "absent", "同一时间开防汛会", at=NOW, by=li)
    meetings.answer_invitation(asked, "deputy", "郭科长参加", at=NOW, by=li)
    assert (asked.reply, asked.note, asked.replied_by) == (Invitation.Reply.DEPUTY, "郭科长参加", li)
    assert Notification.objects.get(seat=f"user:{sun.pk}").title == "区住建局不能参加2026年第1次联席研判"


def test_units_and_streets_know_of_meetings_they_are_asked_to_only(meeting, sun, qian, li, zhao, wang, chen, outsider):
    assert not Meeting.objects.visible_to(li).exists()
    meetings.invite(meeting, units=[unit("zhujian")], areas=[street()], at=NOW, by=sun)
    knows = [user.username for user in (sun, qian, li, zhao, wang, chen, outsider) if Meeting.objects.visible_to(user)]
    assert knows == ["sun", "qian", "li", "zhao"]


def test_of_the_agenda_everybody_reads_the_cases_they_may_see(item, meeting, sun, li, zhao):
    meetings.invite(meeting, units=[unit("zhujian")], areas=[street()], at=NOW, by=sun)
    assert AgendaItem.objects.visible_to(zhao).get() == item
    assert not AgendaItem.objects.visible_to(li).exists()
    decide(item, by=sun)
    assert AgendaItem.objects.visible_to(li).get() == item


# --- at the table


def test_a_decision_is_a_step_of_its_case_and_its_duties_are_handed_out_by_the_office(item, sun):
    decide(item, by=sun, opinions="住建局：没有资金")
    assert (item.state, item.decided_by, item.opinions) == (S.DECIDED, sun, "住建局：没有资金")
    event = Event.objects.get(case=item.case, action=Action.DECIDE)
    assert event.note == "2026年第1次联席研判议定：住建局牵头"
    assert event.public_text == "区里已定由住建局牵头"
    given = list(Assignment.objects.filter(case=item.case).order_by("pk"))
    assert [(row.kind, row.whose, row.owner, row.what) for row in given] == [
        (Kind.RESOLUTION, "区住建局", "郭科长", "报改造方案"),
        (Kind.RESOLUTION, "北大街道", "赵主任", "雨天值守抽排"),
    ]
    assert {row.giver for row in given} == {f"unit:{unit_of(OFFICE_UNIT).pk}"}
    assert {timezone.localtime(row.due_at).isoformat()[:16] for row in given} == {"2026-12-18T18:00"}
    assert Resolution.objects.filter(item=item).count() == 2


def test_without_words_of_its_own_a_duty_is_the_decision(item, sun):
    decide(item, "住建局牵头报方案", "", [Duty(date(2026, 12, 18), unit=unit("zhujian"))], by=sun)
    assert Assignment.objects.get().what == "住建局牵头报方案"


def test_a_decision_is_refused_whole(item, make_case, sun):
    elsewhere = Area.objects.get(code="411002008")
    for decision, what in (
        (" ", duties()),
        ("住建局牵头", duties(day=date(2026, 11, 23))),
        ("住建局牵头", [*duties(), Duty(date(2026, 12, 1), area=elsewhere)]),
        ("长" * 501, []),
    ):
        with pytest.raises(DomainError):
            decide(item, decision, "", what, by=sun)
    item.refresh_from_db()
    assert item.state == S.OPEN
    assert not Event.objects.filter(action__in=[Action.DECIDE, Action.ASSIGN]).exists()
    Case.objects.filter(pk=item.case_id).update(status=Status.CLOSED, closed_level=1, closed_at=NOW)
    with pytest.raises(DomainError, match="请取下议题"):
        decide(item, by=sun)
    meetings.remove(item, at=NOW, by=sun)
    assert not AgendaItem.objects.exists()


def test_a_decision_changes_until_it_is_issued(item, sun, li):
    decide(item, by=sun)
    kept, dropped = Assignment.objects.order_by("pk")
    new = Duty(date(2026, 12, 5), unit=unit("chengguan"), what="清淤")
    decide(item, "住建局牵头，城管局清淤", "区里已定由住建局牵头", [duties()[0], new], by=sun)
    dropped.refresh_from_db()
    assert (dropped.state, dropped.ended_reason) == (State.ENDED, "联席研判改了议定")
    assert [row.assignment.whose for row in item.resolutions.order_by("pk")] == ["区住建局", "区城管局"]
    assert item.resolutions.order_by("pk").first().assignment == kept
    told = Event.objects.filter(case=item.case, action=Action.DECIDE).order_by("number")
    assert [event.public_text for event in told] == ["区里已定由住建局牵头", ""]
    assert "改为" in told.last().note
    assigning.report(kept, "方案已报", at=NOW, by=li)
    with pytest.raises(DomainError, match="已经反馈"):
        decide(item, "不办了", "", [], by=sun)


def test_what_was_left_for_the_next_time_can_still_be_decided_unless_it_went_on(item, sun):
    deciding.postpone(item, at=NOW, by=sun)
    with pytest.raises(DomainError):
        deciding.postpone(item, at=NOW, by=sun)
    following = meetings.plan(HELD + timedelta(days=28), "三楼", at=NOW, by=sun)
    meetings.add_case(following, item.case, "泵站归谁管", at=NOW, by=sun)
    with pytest.raises(DomainError, match="下一次的议题"):
        decide(item, by=sun)


def test_the_office_hands_the_case_on_at_the_table(item, sun):
    with pytest.raises(DomainError, match="还没有转到区委办"):
        decide(item, by=sun, lead=unit("zhujian"))
    assert not Event.objects.filter(action=Action.DECIDE).exists()
    Case.objects.filter(pk=item.case_id).update(level=4, handling_unit=unit_of(OFFICE_UNIT))
    decide(item, by=sun, lead=unit("zhujian"))
    assert Case.objects.get(pk=item.case_id).handling_unit == unit("zhujian")


def test_shelving_is_asked_for_and_decided_by_somebody_else(item, sun):
    shelve = deciding.Shelving("funds", date(2027, 5, 1))
    decide(item, "资金没有着落，明年五月再看", "", [], by=sun, shelve=shelve)
    asked = Approval.objects.get(case=item.case)
    assert (asked.kind, asked.asked_by, asked.decided_at) == (Approval.Kind.SUSPEND, sun, None)


def test_an_issued_ledger_gets_its_entry(item, sun, qian):
    day = timezone.localdate(NOW)
    ledger = Ledger.objects.create(year=2026, number=12, from_date=day, to_date=day, opened_by=qian)
    listed = LedgerItem.objects.create(ledger=ledger, case=item.case, position=1, listed_by=qian)
    ledgers.issue(ledger, at=NOW, by=qian)
    decide(item, by=sun)
    assert listed.entries.get().text == "2026年第1次联席研判：住建局牵头"


# --- issued, and looked at again


def test_an_issued_meeting_is_frozen(item, meeting, sun, li):
    meetings.invite(meeting, units=[unit("zhujian")], at=NOW, by=sun)
    with pytest.raises(DomainError, match="还有1件没有议"):
        meetings.issue(meeting, by=sun)
    decide(item, by=sun)
    meetings.issue(meeting, "魏组〔2026〕5号", at=NOW, by=sun)
    assert (meeting.document_number, meeting.issued_by) == ("魏组〔2026〕5号", sun)
    asked = meeting.invitations.get()
    for change in (
        lambda: decide(item, "另定", by=sun),
        lambda: deciding.postpone(item, by=sun),
        lambda: deciding.note_opinions(item, "又说", by=sun),
        lambda: meetings.remove(item, by=sun),
        lambda: meetings.move(item, 1, by=sun),
        lambda: meetings.invite(meeting, units=[unit("chengguan")], by=sun),
        lambda: meetings.answer_invitation(asked, "coming", by=li),
        lambda: meetings.change(meeting, HELD, "五楼", at=NOW, by=sun),
        lambda: meetings.issue(meeting, "另一个", by=sun),
    ):
        with pytest.raises(DomainError, match="已经印发"):
            change()
    resolution = item.resolutions.order_by("pk").first()
    assigning.report(resolution.assignment, "方案已报", at=NOW, by=li)
    assigning.redo(resolution.assignment, "没有预算", moment("2027-01-20 18:00"), at=NOW, by=sun)
    Case.objects.filter(pk=item.case_id).update(title="改过的标题")
    meeting.refresh_from_db()
    assert meeting.printed[0]["duties"][0] == {
        "whose": "区住建局",
        "owner": "郭科长",
        "what": "报改造方案",
        "due_date": "2026-12-18",
    }
    assert meeting.printed[0]["title"] != "改过的标题"


def test_nothing_is_issued_of_an_empty_agenda(meeting, sun):
    with pytest.raises(DomainError, match="还没有议题"):
        meetings.issue(meeting, by=sun)


def test_no_words_of_the_reporter_are_printed(item, meeting, sun):
    assert "涵洞积水" not in str(meetings.minutes(meeting))
    assert meetings.minutes(meeting)[0]["title"] == item.case.category.name


def test_the_next_meeting_looks_at_what_is_unfinished(item, meeting, sun, li):
    decide(item, by=sun)
    meetings.issue(meeting, at=NOW, by=sun)
    following = meetings.plan(HELD + timedelta(days=28), "三楼", at=NOW, by=sun)
    open_ones = Resolution.objects.before(following).unfinished()
    assert open_ones.count() == 2
    assert not Resolution.objects.before(meeting).exists()
    first = item.resolutions.order_by("pk").first().assignment
    assigning.report(first, "方案已报", at=NOW, by=li)
    assert open_ones.count() == 2
    assigning.accept(first, at=NOW, by=sun)
    assert open_ones.count() == 1


def test_a_decision_is_read_by_residents_in_public_words_only(item, sun):
    decide(item, "住建局牵头，费用由财政列支", "区里已定由住建局牵头", by=sun)
    shown = [(event.action, event.public_text) for event in Event.objects.public().filter(case=item.case)]
    assert (Action.DECIDE, "区里已定由住建局牵头") in shown
    assert not any("财政" in words for _, words in shown)
