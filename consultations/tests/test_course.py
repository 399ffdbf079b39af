"""From the topic to the end: what each step asks for, and what it refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from audit.models import Entry
from common.errors import DomainError, StalePage
from consultations import services as consultations
from consultations.models import Consultation, ConsultationEvent, Option
from consultations.roles import may, open_actions, runs
from consultations.states import TABLE, Action, Status, carries
from consultations.tests.conftest import BEGAN
from notifications.models import Notification

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_it_goes_from_the_topic_to_its_end_and_every_step_is_appended(make_consultation):
    held = make_consultation("ended")
    events = list(ConsultationEvent.objects.filter(consultation=held).order_by("number"))
    assert [event.number for event in events] == list(range(1, held.event_count + 1))
    assert [event.action for event in events] == [
        *("open", "notice", "hold", "decide", "publish", "plan", "start", "progress", "review", "opine", "end"),
    ]
    assert Entry.objects.filter(subject_kind="consultation", subject_id=str(held.pk)).count() == held.event_count
    assert held.number.startswith("XS") and held.is_over and held.area_id == held.compound.area_id


def test_events_are_never_edited(make_consultation):
    held = make_consultation()
    with pytest.raises(InternalError, match="appended"), transaction.atomic():
        ConsultationEvent.objects.filter(consultation=held).update(note="另说")
    with pytest.raises(InternalError, match="appended"), transaction.atomic():
        ConsultationEvent.objects.filter(consultation=held).delete()


def test_public_words_name_no_door_and_no_phone(make_consultation, chen):
    with pytest.raises(DomainError, match="门牌"):
        make_consultation(topic="3号楼2单元501占了空地。")
    with pytest.raises(DomainError, match="电话"):
        make_consultation(title="请打13800001234")
    held = make_consultation("held")
    with pytest.raises(DomainError, match="电话"):
        consultations.decide(held, "有事打 138 0000 1234", by=chen)


def test_a_notice_needs_time_and_place_and_reaches_no_more_than_were_asked(make_consultation, chen):
    unplanned = make_consultation(planned_at=None)
    with pytest.raises(DomainError, match="时间和地点"):
        consultations.notify_residents(unplanned, consultations.Told("home", BEGAN, 3), at=BEGAN, by=chen)
    held = make_consultation()
    for told, said in [
        (consultations.Told("home", BEGAN, 32), "应到31户"),
        (consultations.Told("phone", BEGAN), "通知到几户"),
        (consultations.Told("home", BEGAN + DAY, 3), "还没有到"),
    ]:
        with pytest.raises(DomainError, match=said):
            consultations.notify_residents(held, told, at=BEGAN, by=chen)
    consultations.notify_residents(held, consultations.Told("posted", BEGAN), at=BEGAN, by=chen)
    assert (held.status, held.notified_at) == (Status.NOTIFIED, BEGAN)


def test_votes_are_of_those_present_and_the_rule_decides(make_consultation, chen):
    held, at = make_consultation("notified"), BEGAN + 12 * DAY
    votes = [consultations.Vote("铺装", 20, 5, 2)]
    meeting = consultations.Meeting(at, 26, "household", "half", "记录", votes)
    with pytest.raises(DomainError, match="比到会26户多"):
        consultations.hold(held, meeting, at=at, by=chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        Option.objects.create(consultation=held, position=1, text="多", agree=3, present=2, majority="half")
    votes[0] = consultations.Vote("铺装", 13, 11, 2)
    consultations.hold(held, meeting, at=at, by=chen)
    with pytest.raises(DomainError, match="没有方案"):
        consultations.decide(held, "铺装。", at=at, by=chen)
    meeting.votes = [consultations.Vote("铺装", 18, 6, 2)]
    meeting.majority = "two_thirds"
    consultations.hold(held, meeting, at=at, by=chen)
    consultations.decide(held, "铺装。", at=at, by=chen)
    assert held.options.get().carried and held.status == Status.DECIDED
    assert carries(14, 27, "half") and not carries(13, 26, "half") and carries(18, 27, "two_thirds")


def test_nothing_adopted_ends_it_openly(make_consultation, chen):
    held = make_consultation("held")
    consultations.fail(held, "意见分歧大", by=chen)
    assert (held.status, held.outcome) == (Status.NOT_ADOPTED, "意见分歧大")
    assert not Consultation.objects.published().exists()


def test_works_wait_for_the_period_and_for_every_answer(make_consultation, chen):
    held, at = make_consultation("published"), BEGAN + 14 * DAY
    with pytest.raises(DomainError, match="过了这天"):
        consultations.start(held, at=at, by=chen)
    objection = consultations.object_to(held, "座椅离窗户太近", at=at, by=chen)
    after = at + 8 * DAY
    with pytest.raises(DomainError, match="异议没有答复"):
        consultations.start(held, at=after, by=chen)
    consultations.answer(objection, "座椅改到树下。", at=after, by=chen)
    with pytest.raises(DomainError, match="已经答复"):
        consultations.answer(objection, "再答", at=after, by=chen)
    with pytest.raises(DomainError, match="执行步骤"):
        consultations.start(held, at=after, by=chen)
    consultations.again(held, "居民要求再议", at=after, by=chen)
    assert (held.status, held.decision, held.options.count()) == (Status.NOTIFIED, "", 0)


def test_the_review_waits_for_every_step_and_each_browser_answers_once(make_consultation, chen):
    held = make_consultation("works")
    with pytest.raises(DomainError, match="1步没有完成"):
        consultations.open_review(held, by=chen)
    consultations.progress(held.steps.get(), "清完。", done=True, by=chen)
    consultations.open_review(held, by=chen)
    with pytest.raises(DomainError, match="还没有居民评议"):
        consultations.end(held, "已经开放。", by=chen)
    consultations.opine(held, True, "好", browser="a" * 32, by=None)
    with pytest.raises(DomainError, match="已经评议过"):
        consultations.opine(held, False, browser="a" * 32, by=None)
    consultations.opine(held, False, "座椅少", by=chen)
    assert held.reviews.filter(satisfied=True).count() == held.reviews.filter(satisfied=False).count() == 1
    assert Entry.objects.filter(verb="consultation.opine", actor_kind="resident").count() == 1


def test_a_stale_page_is_told_what_happened(make_consultation, chen):
    held = make_consultation("held")
    with pytest.raises(StalePage, match="陈书记"):
        consultations.decide(held, "铺装。", seen=1, by=chen)


def test_who_may_do_what(make_consultation, wang, chen, he, zhao, outsider, clerk, li):
    held = make_consultation("held")
    assert Action.DECIDE in open_actions(held, chen) and Action.DECIDE in open_actions(held, he)
    assert Action.DECIDE not in open_actions(held, wang) and may(held, Action.INVITE, wang)
    assert open_actions(held, zhao) == [] and not runs(held, outsider)
    seen = {person.username: Consultation.objects.visible_to(person).exists() for person in (wang, chen, zhao)}
    assert seen == {"wang": True, "chen": True, "zhao": True}
    assert not any(Consultation.objects.visible_to(person).exists() for person in (outsider, clerk, li))
    consultations.invite(held, role="辖区单位", user=li, by=chen)
    assert Consultation.objects.visible_to(li).get() == held
    assert Notification.objects.filter(seat=f"user:{li.pk}").count() == 1


def test_cases_are_linked_once_and_complaints_never(make_consultation, make_case, wang, chen):
    held, case = make_consultation(), make_case()
    consultations.link(held, case, by=chen)
    with pytest.raises(DomainError, match="已经关联"):
        consultations.link(held, case, by=chen)
    with pytest.raises(DomainError, match="反映工作人员"):
        consultations.link(held, make_case(about=wang), by=chen)


def test_every_status_can_be_left_or_is_an_end():
    left = {status for (status, _), rule in TABLE.items() if rule.to}
    assert set(Status) - left == {Status.ENDED, Status.NOT_ADOPTED, Status.DROPPED}


def test_another_convenes_it_when_the_post_passes(make_consultation, chen, he):
    held = make_consultation("notified")
    consultations.convene(held, he, note="岗位交接", by=None)
    assert held.convener == he and held.attendees.filter(user=he, role="召集人").exists()
    entry = Entry.objects.get(verb="consultation.convene")
    assert (entry.actor_kind, entry.actor_id) == (Entry.ActorKind.PORTAL, None)
    assert Notification.objects.filter(seat=f"user:{he.pk}", title__contains="由您召集").exists()
