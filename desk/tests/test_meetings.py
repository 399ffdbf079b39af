"""The pages of joint meetings: what they show to whom, what they refuse, and what was typed is kept."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Event
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT, unit_of
from cases.states import Action
from conftest import XINCUN
from desk import case_meetings
from grids.models import Area, Organization
from public.story import tell
from supervision.models import AgendaItem, Meeting
from supervision.services import deciding, meetings
from supervision.services.deciding import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_as(client):
    """open_as(user, name, *args, **query): a page as this person gets it."""

    def look(user, name, *args, **query):
        client.force_login(user)
        return client.get(reverse(f"desk:{name}", args=args), query)

    return look


@pytest.fixture
def send_as(client):
    """send_as(user, name, *args, **typed): what a form answers."""

    def send(user, name, *args, **typed):
        client.force_login(user)
        return client.post(reverse(f"desk:{name}", args=args), {key.replace("__", "-"): v for key, v in typed.items()})

    return send


@pytest.fixture
def meeting(sun) -> Meeting:
    return meetings.plan(timezone.now() + timedelta(days=3), "区委三楼会议室", by=sun)


@pytest.fixture
def item(meeting, make_case, sun) -> AgendaItem:
    return meetings.add_case(meeting, make_case(subject="涵洞积水", at=timezone.now()), "泵站归谁管", by=sun)


def unit(code: str = "zhujian") -> Organization:
    return Organization.objects.get(code=code)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def text(page) -> str:
    return page.content.decode()


def test_a_meeting_is_planned_and_its_page_opens(send_as, open_as, sun):
    moment = timezone.localtime(timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT15:00")
    answer = send_as(sun, "meeting-new", held_at=moment, place="区委三楼会议室")
    made = Meeting.objects.get()
    assert answer.url == reverse("desk:meeting", args=[made.pk])
    assert "还没有议题" in text(open_as(sun, "meeting", made.pk))
    assert str(made) in text(open_as(sun, "meetings"))


def test_a_meeting_in_the_past_is_refused_and_what_was_typed_stays(send_as, sun):
    page = send_as(sun, "meeting-new", held_at="2020-01-01T15:00", place="区委三楼会议室")
    assert "不能早于今天" in text(page) and "区委三楼会议室" in text(page)


def test_a_case_is_added_by_its_number_as_shown(send_as, sun, meeting, make_case):
    case = make_case(at=timezone.now())
    shown = f"{case.number[:8]}-{case.number[8:]}"
    assert send_as(sun, "meeting-add", meeting.pk, number=shown, question="谁管").status_code == 302
    assert meeting.agenda.get().case == case
    again = send_as(sun, "meeting-add", meeting.pk, number=shown, question="再议一次")
    assert "已经在这次的议题里" in text(again) and "再议一次" in text(again)
    assert "没有找到" in text(send_as(sun, "meeting-add", meeting.pk, number="WD0", question="谁管"))


def test_deciding_moves_on_to_the_next_item(send_as, sun, item, meeting, make_case):
    second = meetings.add_case(meeting, make_case(at=timezone.now()), "谁管", by=sun)
    typed = {
        "do": "decide", "opinions": "住建局：没有资金", "decision": "住建局牵头", "public_text": "区里已定由住建局牵头",
        "duties": "2", "duty__0__who": f"unit:{unit().pk}", "duty__0__owner": "郭科长", "duty__0__due_date": in_days(20),
        "duty__1__who": f"area:{XINCUN[:9]}", "duty__1__what": "雨天值守", "duty__1__due_date": in_days(20),
    }  # fmt: skip
    answer = send_as(sun, "agenda-item", item.pk, **typed)
    assert answer.url == reverse("desk:agenda-item", args=[second.pk])
    item.refresh_from_db()
    assert (item.state, item.opinions) == ("decided", "住建局：没有资金")
    found = item.resolutions.order_by("pk").values_list("assignment__what", "assignment__unit", "assignment__area")
    assert list(found) == [("住建局牵头", unit().pk, None), ("雨天值守", None, XINCUN[:9])]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"duty__0__due_date": in_days(-1), "duty__0__who": "first"}, "完成日期不能早于今天"),
        ({"duty__0__owner": "郭科长"}, "请选择责任单位"),
        ({"decision": ""}, "请填写议定"),
    ],
)
def test_what_is_refused_is_named_and_kept(send_as, sun, item, typed, said):
    typed = {"duties": "1", "decision": "住建局牵头报方案", "do": "decide", "public_text": "区里已定"} | typed
    if typed.get("duty__0__who"):
        typed["duty__0__who"] = f"unit:{unit().pk}"
    page = text(send_as(sun, "agenda-item", item.pk, **typed))
    assert said in page and "填写的内容都在" in page and "区里已定" in page
    assert not Event.objects.filter(action=Action.DECIDE).exists()


def test_another_row_comes_with_all_that_was_typed(client, send_as, sun, item):
    typed = {"duties": "1", "decision": "住建局牵头", "do": "row", "duty__0__owner": "郭科长"}
    page = text(send_as(sun, "agenda-item", item.pk, **typed))
    assert 'name="duty-1-who"' in page and "住建局牵头" in page and "郭科长" in page
    assert "is-invalid" not in page
    names = {key.replace("__", "-"): value for key, value in typed.items()}
    part = client.post(reverse("desk:agenda-item", args=[item.pk]), names, headers={"HX-Request": "true"})
    assert text(part).count("</fieldset>") == 1 and "<html" not in text(part) and "郭科长" in text(part)


def test_a_decided_item_comes_back_as_it_was_typed(open_as, sun, item):
    deciding.decide(item, "住建局牵头", "已定", [Duty(in_days(9), unit=unit(), owner="郭科长")], by=sun)
    page = open_as(sun, "agenda-item", item.pk)
    (row,) = page.context["page"].duties.forms
    assert (row.initial["who"], row.initial["what"], row.initial["owner"]) == (f"unit:{unit().pk}", "", "郭科长")


def test_handing_out_is_offered_where_the_office_holds_the_case(open_as, send_as, sun, qian, item):
    assert "同时交办给" not in text(open_as(sun, "agenda-item", item.pk))
    Case.objects.filter(pk=item.case_id).update(level=4, handling_unit=unit_of(OFFICE_UNIT))
    assert "同时交办给" in text(open_as(sun, "agenda-item", item.pk))
    assert "同时交办给" not in text(open_as(qian, "agenda-item", item.pk))
    send_as(sun, "agenda-item", item.pk, do="decide", decision="住建局牵头", duties="1", lead=unit().pk)
    assert Case.objects.get(pk=item.case_id).handling_unit == unit()


def test_items_are_moved_postponed_and_removed(send_as, sun, item, meeting, make_case):
    second = meetings.add_case(meeting, make_case(at=timezone.now()), "谁管", by=sun)
    send_as(sun, "agenda-item", second.pk, do="up")
    second.refresh_from_db()
    assert second.position == 1
    send_as(sun, "agenda-item", second.pk, do="remove")
    assert list(meeting.agenda.all()) == [item]
    send_as(sun, "agenda-item", item.pk, do="opinions", opinions="街道：反映四次")
    send_as(sun, "agenda-item", item.pk, do="postpone")
    item.refresh_from_db()
    assert (item.state, item.opinions) == ("postponed", "街道：反映四次")
    page = send_as(sun, "agenda-item", item.pk, do="remove", decision="写了一半")
    assert "不能再动" in text(page) and "写了一半" in text(page)


def test_the_next_meeting_accepts_or_asks_again(open_as, send_as, sun, li, item, meeting):
    deciding.decide(item, "住建局牵头", "", [Duty(in_days(9), unit=unit(), owner="郭科长")], by=sun)
    resolution = item.resolutions.get()
    following = meetings.plan(timezone.now() + timedelta(days=30), "三楼", by=sun)
    assert "先看上次议定的" in text(open_as(sun, "meeting", following.pk))
    assert "先看上次议定的" not in text(open_as(sun, "meeting", meeting.pk))
    assigning.report(resolution.assignment, "方案已报", by=li)
    assert "方案已报" in text(open_as(sun, "meeting", following.pk))
    refused = send_as(sun, "meeting-resolution", following.pk, resolution.pk, do="redo", reason="没有预算")
    assert "没有预算" in text(refused)
    send_as(sun, "meeting-resolution", following.pk, resolution.pk, do="redo", reason="没有预算", due_date=in_days(40))
    resolution.assignment.refresh_from_db()
    assert resolution.assignment.state == "signed"
    assigning.report(resolution.assignment, "预算已报", by=li)
    send_as(sun, "meeting-resolution", following.pk, resolution.pk, do="accept")
    resolution.assignment.refresh_from_db()
    assert resolution.assignment.state == "accepted"
    page = text(open_as(sun, "meeting", following.pk))
    assert "以前议定的都完成了" in page and "1项，完成1" in page
    assert open_as(sun, "meeting-resolution", meeting.pk, resolution.pk).status_code == 404


def test_a_unit_reads_its_invitation_and_only_its_own_cases(
    open_as, send_as, sun, li, outsider, item, meeting, make_case
):
    own = meetings.add_case(meeting, make_case(subject="燃气管线", at=timezone.now()), "穿路审批", by=sun)
    assigning.assign(
        own.case, "说明情况", kind="co_handle", giver=f"unit:{unit_of(OFFICE_UNIT).pk}", unit=unit(), by=sun
    )
    deciding.note_opinions(own, "内部的话", by=sun)
    (invitation,) = meetings.invite(meeting, units=[unit()], by=sun)
    assert "请回执" in text(open_as(li, "home")) and str(meeting) in text(open_as(li, "home"))
    assert str(meeting) not in text(open_as(outsider, "home"))
    page = text(open_as(li, "invitation", invitation.pk))
    assert "燃气管线" in page and "另有1件" in page and "区委三楼会议室" in page
    assert "涵洞积水" not in page and item.case.number not in page and "内部的话" not in page
    printed = text(open_as(li, "meeting-print", meeting.pk))
    assert own.case.number[8:] in printed and item.case.number[8:] not in printed and "另有1件" in printed
    assert open_as(outsider, "invitation", invitation.pk).status_code == 404
    assert str(meeting) in text(open_as(li, "meetings")) and str(meeting) not in text(open_as(outsider, "meetings"))
    refused = text(send_as(li, "invitation", invitation.pk, reply="absent", words=""))
    assert "请写明不能参加的原因" in refused
    assert send_as(li, "invitation", invitation.pk, reply="deputy", words="郭科长").status_code == 302
    assert "派人参加" in text(open_as(sun, "meeting", meeting.pk))


def test_inviting_lists_only_who_was_not_asked(open_as, send_as, sun, meeting):
    assert "请选择要通知的单位" in text(send_as(sun, "meeting-invite", meeting.pk))
    send_as(sun, "meeting-invite", meeting.pk, units=[unit().pk], areas=[XINCUN[:9]])
    assert {one.whose for one in meeting.invitations.all()} == {"区住建局", "北大街道"}
    page = text(open_as(sun, "meeting-invite", meeting.pk))
    assert "区住建局" not in page and "区城管局" in page


def test_issued_resolutions_are_printed_with_the_number_a_person_typed(open_as, send_as, sun, item, meeting):
    assert "还有1件没有议" in text(send_as(sun, "meeting-issue", meeting.pk, document_number="魏组〔2026〕5号"))
    deciding.decide(item, "住建局牵头", "", [Duty(in_days(9), unit=unit(), owner="郭科长")], by=sun)
    assert "未印发" in text(open_as(sun, "meeting-print", meeting.pk))
    send_as(sun, "meeting-issue", meeting.pk, document_number="魏组〔2026〕5号")
    page = text(open_as(sun, "meeting-print", meeting.pk))
    assert "魏组〔2026〕5号" in page and "郭科长，" in page and "日前：住建局牵头" in page and "涵洞积水" not in page
    panel = text(open_as(sun, "agenda-item", item.pk))
    assert "已印发，不能再改" in panel and 'value="decide"' not in panel
    late = text(send_as(sun, "agenda-item", item.pk, do="decide", decision="改主意", duties="0"))
    assert "已经印发" in late


def test_residents_and_staff_read_the_decision_each_in_their_words(sun, zhao, item):
    deciding.decide(item, "费用由财政列支", "区里已定由住建局牵头", [Duty(in_days(9), unit=unit())], by=sun)
    report = item.case.reports.get()
    told = tell(report)
    words = [line.quote + line.words for line in told.lines]
    assert any("区里已定由住建局牵头" in said for said in words)
    assert not any("财政" in said for said in words)
    (line,) = case_meetings.gather(item.case, zhao).lines
    assert line.item.decision == "费用由财政列支" and line.rows[0].assignment.whose == "区住建局"


def test_a_page_costs_the_same_for_twenty_items_as_for_two(
    open_as, sun, li, meeting, make_case, django_assert_max_num_queries
):
    (invitation,) = meetings.invite(meeting, units=[unit()], areas=[Area.objects.get(code=XINCUN[:9])], by=sun)[:1]

    def fill(count: int) -> None:
        for _ in range(count):
            row = meetings.add_case(meeting, make_case(at=timezone.now()), "谁管", by=sun)
            deciding.decide(row, "住建局牵头", "", [Duty(in_days(9), unit=unit())], by=sun)

    def costs() -> list[int]:
        pages = [(sun, "agenda-item", meeting.agenda.first().pk), (li, "invitation", invitation.pk)]
        pages += [
            (sun, "meeting-print", meeting.pk),
            (sun, "meeting", following.pk),
            (sun, "meeting-add", following.pk),
        ]
        found = []
        for user, name, pk in pages:
            open_as(user, name, pk)
            with CaptureQueriesContext(connection) as captured:
                open_as(user, name, pk)
            found.append(len(captured))
        return found

    following = meetings.plan(timezone.now() + timedelta(days=30), "三楼", by=sun)
    fill(2)
    few = costs()
    fill(18)
    assert costs() == few
    assert max(few) < 35


def test_the_list_costs_the_same_however_many_meetings(open_as, sun, li):
    def costs() -> list[int]:
        found = []
        for user in (sun, li):
            open_as(user, "meetings")
            with CaptureQueriesContext(connection) as captured:
                open_as(user, "meetings")
            found.append(len(captured))
        return found

    def plan(count: int) -> None:
        for _ in range(count):
            made = meetings.plan(timezone.now() + timedelta(days=3), "三楼", by=sun)
            meetings.invite(made, units=[unit()], by=sun)

    plan(2)
    few = costs()
    plan(18)
    assert costs() == few
