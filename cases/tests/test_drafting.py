"""经办人 drafts, 审批人 lets out: whose answers need it, what residents see and when, and what no order of actions breaks."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from cases import services as cases
from cases.acts import act_for
from cases.assignments import Kind, State
from cases.models import Case, CasePhoto, Draft, Event
from cases.services import assigning, drafting
from cases.spot_roles import may_release, writes_at
from cases.states import Action, Status
from cases.tests.handing import give_back
from common.errors import DomainError, StalePage
from conftest import moment, posted
from files.services import ingest_photo
from grids.models import Organization, Posting
from notifications.models import Notification
from public.story import photos_for

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-11-23 10:00")
LATER = moment("2026-11-23 15:00")


@pytest.fixture
def xu(ground):
    """A worker of 区住建局, without the right to approve."""
    return posted("xu", "徐小东", "徐工", "unit_worker", unit="zhujian")


@pytest.fixture
def at_unit(make_case, wang, chen, zhao, qian, sun) -> Case:
    """A case in the hands of 区住建局."""
    case = make_case(at=MONDAY)
    for by in (wang, chen, zhao):
        cases.escalate(case, "办不了", at=MONDAY, by=by)
    cases.collect(case, at=MONDAY, by=qian)
    cases.hand_out(case, Organization.objects.get(code="zhujian"), "请检修", at=MONDAY, by=sun)
    return case


@pytest.fixture
def helped(make_case, wang):
    """What 区住建局 owes on somebody else's case."""
    unit = Organization.objects.get(code="zhujian")
    giver = f"area:{wang.postings.get().area_id}"
    return assigning.assign(
        make_case(at=MONDAY), "查明产权", kind=Kind.STEP, giver=giver, unit=unit, at=MONDAY, by=wang
    )


def photo():
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    return ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))


def answer(case, by, text="已换管道", at=LATER, **more):
    return drafting.answer(case, 4, text, at=at, by=by, **more)


def told(user) -> list[str]:
    return list(Notification.objects.filter(seat=f"user:{user.pk}").values_list("title", flat=True))


def public_texts(case) -> list[str]:
    return [text for text in Event.objects.filter(case=case).values_list("public_text", flat=True) if text]


def test_a_head_answers_directly(at_unit, li):
    assert answer(at_unit, li) is None
    assert at_unit.status == Status.CONFIRMING and not Draft.objects.exists()
    assert act_for(at_unit, Action.RESOLVE, li).label == "办结并通知居民"


def test_a_worker_drafts_and_nobody_outside_reads_it(at_unit, xu, li):
    due = at_unit.due_at
    draft = answer(at_unit, xu, note="花了三天", photos=[photo()])
    assert act_for(at_unit, Action.RESOLVE, xu).label == "拟稿报审"
    assert (at_unit.status, at_unit.assignee, at_unit.due_at) == (Status.HANDLING, xu, due)
    assert at_unit.signed_at == LATER and at_unit.resolved_at is None
    assert "已换管道" not in "".join(public_texts(at_unit))
    event = Event.objects.get(case=at_unit, action=Action.DRAFT)
    assert event.note == event.public_text == ""
    assert not photos_for(at_unit.reports.get(), at_unit).exists()
    assert CasePhoto.objects.get(draft=draft).event == event
    seat = Notification.objects.filter(seat=f"unit:{at_unit.handling_unit_id}").values_list("title", flat=True)
    assert any("徐工拟稿报审" in title for title in seat)
    assert [may_release(draft, person) for person in (li, xu)] == [True, False]


def test_letting_out_says_exactly_the_draft_and_names_both(at_unit, xu, li):
    draft = answer(at_unit, xu, note="花了三天", photos=[photo()])
    drafting.release(draft, at=LATER + timedelta(hours=1), by=li)
    at_unit.refresh_from_db()
    assert (at_unit.status, at_unit.assignee, at_unit.closed_level) == (Status.CONFIRMING, xu, 4)
    event = Event.objects.get(case=at_unit, action=Action.RESOLVE)
    assert (event.by, event.public_text) == (li, "已换管道")
    assert event.note == "徐工拟稿，李科长审批同意。\n花了三天"
    assert (draft.agreed, draft.decided_by) == (True, li)
    assert photos_for(at_unit.reports.get(), at_unit).get().event == event
    assert any("同意发出" in title for title in told(xu))


def test_handed_back_with_a_reason_and_written_again(at_unit, xu, li):
    draft = answer(at_unit, xu)
    with pytest.raises(DomainError, match="要改什么"):
        drafting.hand_back(draft, "  ", by=li)
    drafting.hand_back(draft, "写清楚哪天完工", at=LATER, by=li)
    assert (draft.agreed, draft.decision_note) == (False, "写清楚哪天完工")
    assert Event.objects.get(case=at_unit, action=Action.DRAFT_BACK).note == "写清楚哪天完工"
    assert any("退回修改" in title for title in told(xu))
    assert drafting.newest_own(at_unit, xu) == draft
    again = answer(at_unit, xu, "11月20日已换管道", at=LATER + timedelta(hours=1))
    assert again != draft
    drafting.release(again, at=LATER + timedelta(hours=2), by=li)
    assert "11月20日已换管道" in public_texts(at_unit)


def test_the_writer_replaces_a_waiting_draft_and_who_read_the_old_one_is_told(at_unit, xu, li):
    first = answer(at_unit, xu, photos=[photo()])
    read = Draft.objects.get(pk=first.pk)
    second = answer(at_unit, xu, "已全部换新", at=LATER + timedelta(minutes=5))
    assert second == first and Draft.objects.count() == 1 and second.photos.count() == 1
    for decide in (lambda: drafting.release(read, by=li), lambda: drafting.hand_back(read, "不行", by=li)):
        with pytest.raises(StalePage, match="刚刚改过"), transaction.atomic():
            decide()
    assert at_unit.status == Status.HANDLING
    answer(at_unit, xu, "已全部换新", at=LATER + timedelta(minutes=9), photos=[photo(), photo()])
    assert second.photos.count() == 2 and CasePhoto.objects.filter(case=at_unit).count() == 3
    second.refresh_from_db()
    drafting.release(second, at=LATER + timedelta(minutes=10), by=li)
    assert photos_for(at_unit.reports.get(), at_unit).count() == 2


def test_a_second_writer_waits(at_unit, xu, li):
    answer(at_unit, xu)
    other = posted("ma", "马明", "马工", "unit_worker", unit="zhujian")
    with pytest.raises(DomainError, match="徐工的拟稿正在等审批"), transaction.atomic():
        answer(at_unit, other)


def test_nobody_lets_out_their_own_words(at_unit, xu, li):
    draft = answer(at_unit, xu)
    with pytest.raises(DomainError, match="审批人发出"):
        drafting.release(draft, by=xu)
    with pytest.raises(DomainError, match="审批人发出"), transaction.atomic():
        drafting.hand_back(draft, "不好", by=xu)


def test_withdrawing(at_unit, xu, li):
    draft = answer(at_unit, xu)
    with pytest.raises(DomainError, match="拟稿人"):
        drafting.withdraw(draft, by=li)
    drafting.withdraw(draft, at=LATER, by=xu)
    assert (draft.agreed, draft.decided_by) == (False, None) and not draft.is_waiting
    with pytest.raises(DomainError, match="已撤回"), transaction.atomic():
        drafting.release(draft, by=li)
    with pytest.raises(DomainError, match="别人审批"):
        drafting.withdraw(draft, by=xu)


def test_a_decided_draft_is_decided(at_unit, xu, li):
    draft = answer(at_unit, xu)
    drafting.hand_back(draft, "再改", at=LATER, by=li)
    with pytest.raises(DomainError, match="已由李科长退回"), transaction.atomic():
        drafting.release(draft, by=li)


def test_a_draft_lapses_when_the_case_moves_on(at_unit, xu, li, sun):
    draft = answer(at_unit, xu)
    give_back(at_unit, "不是本单位职责", at=LATER, by=li, decided_by=sun)
    draft.refresh_from_db()
    assert not draft.is_waiting and not Draft.objects.waiting().exists()
    with pytest.raises(DomainError, match="随之失效"), transaction.atomic():
        drafting.release(draft, by=li)
    with pytest.raises(DomainError, match="随之失效"), transaction.atomic():
        drafting.hand_back(draft, "改", by=li)


def test_a_direct_answer_takes_the_waiting_draft_along(at_unit, xu, li):
    draft = answer(at_unit, xu)
    answer(at_unit, li, "已由本局修好", at=LATER + timedelta(hours=1))
    draft.refresh_from_db()
    assert draft.decided_at and draft.decided_by is None and draft.agreed is False
    assert not Draft.objects.waiting().exists()


def test_a_draft_says_something(at_unit, xu, li):
    with pytest.raises(DomainError, match="写明做了什么"), transaction.atomic():
        answer(at_unit, xu, " ")
    assert not Draft.objects.exists()


# --- whose answers need somebody else


def test_where_nobody_can_approve_the_answer_goes_out_and_says_so(at_unit, xu):
    assert act_for(at_unit, Action.RESOLVE, xu).label == "办结并通知居民"
    assert answer(at_unit, xu, note="花了三天") is None
    event = Event.objects.get(case=at_unit, action=Action.RESOLVE)
    assert event.note == f"花了三天\n{drafting.ALONE}" and event.public_text == "已换管道"


@pytest.mark.parametrize("why", ["ended", "other unit", "inactive", "complained about"])
def test_a_head_who_is_not_there_approves_nothing(at_unit, xu, li, why):
    posting = li.postings.get()
    if why == "ended":
        posting.valid_to = date(2026, 11, 1)
    elif why == "other unit":
        posting.unit = Organization.objects.get(code="chengguan")
    elif why == "inactive":
        li.is_active = False
        li.save()
    else:
        Case.objects.filter(pk=at_unit.pk).update(about=li)
        at_unit.refresh_from_db()
    posting.save()
    unit = at_unit.handling_unit
    assert drafting.must_be_approved(unit, xu, about_id=at_unit.about_id, at=LATER) is False
    assert answer(at_unit, xu) is None and at_unit.status == Status.CONFIRMING


def test_a_head_on_leave_is_stood_in_for(at_unit, xu, li):
    other = posted("ma", "马明", "马工", "unit_worker", unit="zhujian")
    Posting.objects.filter(user=li).update(stand_in=other, leave_from=date(2026, 11, 20), leave_to=date(2026, 12, 31))
    draft = answer(at_unit, xu)
    assert may_release(draft, other) and not may_release(draft, xu)
    drafting.release(draft, at=LATER, by=other)
    Posting.objects.filter(user=li).update(stand_in=xu)
    assert not drafting.must_be_approved(at_unit.handling_unit, xu, at=LATER)


def test_who_is_no_unit_that_takes_cases_answers_directly(make_case, wang, at_unit, qian):
    case = make_case(at=MONDAY)
    assert drafting.answer(case, 1, "已修好", at=LATER, by=wang) is None
    office = Organization.objects.get(code="zuzhibu")
    worker = posted("collector", "秦勇", "秦干事", "collector", area="411002", unit="zuzhibu")
    assert not drafting.must_be_approved(office, worker) and not drafting.must_be_approved(None, worker)


def test_a_draft_is_read_in_its_own_unit_only(at_unit, xu, li, zhao, qian, sun):
    draft = answer(at_unit, xu)
    assert [writes_at(draft, person) for person in (xu, li, zhao, qian, sun)] == [True, True, False, False, False]


# --- reports on assignments


def test_a_worker_drafts_a_report_and_the_head_lets_it_out(helped, xu, li):
    draft = drafting.report(helped, "产权属于供水公司", photos=[photo()], at=LATER, by=xu)
    assert (helped.state, helped.signed_by, helped.report) == (State.SIGNED, xu, "")
    assert draft.assignment == helped and draft.kind == "report"
    drafting.release(draft, at=LATER + timedelta(hours=1), by=li)
    helped.refresh_from_db()
    assert helped.state == State.REPORTED
    assert any("同意发出" in title for title in told(xu))
    assert helped.report == "产权属于供水公司\n（徐工拟稿，李科长审批同意。）"
    event = Event.objects.get(assignment=helped, action=Action.ASSIGN_REPORT)
    assert CasePhoto.objects.get(draft=draft).event == event and not CasePhoto.objects.filter(public=True).exists()


def test_a_head_reports_directly_and_overtakes_what_waited(helped, xu, li, wang):
    draft = drafting.report(helped, "还在查", at=LATER, by=xu)
    assert drafting.report(helped, "产权已查明", at=LATER + timedelta(hours=1), by=li) is None
    assigning.redo(helped, "请附材料", at=LATER + timedelta(hours=2), by=wang)
    draft.refresh_from_db()
    assert not draft.is_waiting and drafting.report(helped, "附上", at=LATER + timedelta(hours=3), by=xu).is_waiting


def test_a_report_is_drafted_after_the_case_was_answered(helped, xu, li, wang):
    cases.resolve(helped.case, 1, "已修好", at=LATER, by=wang)
    draft = drafting.report(helped, "材料在此", at=LATER, by=xu)
    drafting.release(draft, at=LATER + timedelta(hours=1), by=li)
    helped.refresh_from_db()
    assert helped.state == State.REPORTED


def test_a_report_draft_lapses_with_its_assignment(helped, xu, li, wang):
    draft = drafting.report(helped, "还在查", at=LATER, by=xu)
    assigning.end(helped, "不用查了", at=LATER, by=wang)
    draft = Draft.objects.get(pk=draft.pk)
    assert not draft.is_waiting and not Draft.objects.waiting().exists()
    with pytest.raises(DomainError, match="随之失效"), transaction.atomic():
        drafting.release(draft, by=li)
    with pytest.raises(DomainError, match="不能反馈"), transaction.atomic():
        drafting.report(helped, "查到了", at=LATER, by=xu)


def test_a_report_needs_words_and_alone_goes_out(helped, xu):
    with pytest.raises(DomainError, match="办了什么"), transaction.atomic():
        drafting.report(helped, " ", at=LATER, by=xu)
    assert drafting.report(helped, "查到了", at=LATER, by=xu) is None
    assert helped.report == f"查到了\n{drafting.ALONE}"
