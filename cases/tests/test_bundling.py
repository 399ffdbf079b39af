"""类案: cases said to be one trouble, answered together."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import services as cases
from cases.models import Bundle, BundledCase, Case, Event
from cases.roles import may_bundle, may_unbundle
from cases.services import bundling
from cases.states import Action, Status
from cases.together import answer_together
from common.errors import DomainError
from conftest import XINCUN
from notifications.models import Notification

pytestmark = pytest.mark.django_db
OTHER_GRID = f"{XINCUN}004"
SAID = {"public_text": "线路已修好，昨晚试过是亮的。", "note": ""}


@pytest.fixture
def three(make_case):
    """Two cases of wang's grid and one of the next."""
    now = timezone.now()
    return [make_case(at=now, wants_sms=True), make_case(at=now, wants_sms=True), make_case(at=now, area=OTHER_GRID)]


def test_each_case_stays_its_own_and_says_to_which_it_belongs(three, wang):
    bundle = cases.bundle_up(three[0], three[1:], title="文峰路路灯", by=wang)
    assert [bundling.bundle_of(case) for case in three] == [bundle] * 3
    assert Case.objects.open().count() == 3
    events = Event.objects.filter(action=Action.BUNDLE)
    assert [event.note for event in events] == ["归入“文峰路路灯”"] * 3 and not events.public().exists()


def test_a_second_click_adds_what_is_new_only(three, wang):
    first = cases.bundle_up(three[0], three[1:2], by=wang)
    assert first.title == three[0].category.name
    assert cases.bundle_up(three[0], three[1:], by=wang) == first
    assert first.members.standing().count() == 3
    with pytest.raises(DomainError, match="还没有归类"):
        cases.bundle_up(three[0], three[1:], by=wang)
    with pytest.raises(DomainError, match="还没有归类"):
        cases.bundle_up(three[1], [three[1]], by=wang)


def test_a_case_is_in_one_bundle_at_a_time_and_rows_are_never_deleted(three, wang):
    bundle = cases.bundle_up(three[0], three[1:2], by=wang)
    with pytest.raises(IntegrityError), transaction.atomic():
        BundledCase.objects.create(bundle=bundle, case=three[0], added_by=wang)
    with pytest.raises(DomainError, match="为什么"):
        cases.take_out(three[0], " ", by=wang)
    cases.take_out(three[0], "是另一根灯杆", by=wang)
    assert bundling.bundle_of(three[0]) is None and bundle.members.count() == 2
    assert "是另一根灯杆" in Event.objects.get(action=Action.UNBUNDLE).note
    with pytest.raises(DomainError, match="不在类案"):
        cases.take_out(three[0], "再移一次", by=wang)


def test_complaints_and_ended_cases_do_not_belong(make_case, three, wang, chen):
    complaint = make_case(about=wang)
    assert not may_bundle(complaint, chen)
    with pytest.raises(DomainError, match="反映工作人员"):
        cases.bundle_up(three[0], [complaint], by=chen)
    cases.resolve(three[1], 1, "修好了", by=wang)
    with pytest.raises(DomainError, match="不能归为类案"):
        cases.bundle_up(three[0], [three[1]], by=wang)
    assert not Bundle.objects.exists()


def test_who_handles_or_stands_above_may_and_nobody_else(three, wang, chen, zhao, outsider, li):
    assert all(may_bundle(three[0], user) and may_unbundle(three[0], user) for user in (wang, chen, zhao))
    assert not any(may_bundle(three[0], user) for user in (outsider, li))


def test_a_bundle_is_seen_by_who_sees_one_of_its_cases(three, wang, chen, outsider):
    bundle = cases.bundle_up(three[0], three[1:], by=chen)
    for user, sees in ((wang, True), (chen, True), (outsider, False)):
        assert Bundle.objects.visible_to(user).filter(pk=bundle.pk).exists() == sees


def test_one_answer_goes_to_each_and_refusals_are_told_for_each(three, wang, chen):
    bundle = cases.bundle_up(three[0], three[1:], by=chen)
    cases.escalate(three[1], "要换线路", by=wang)
    outcome = answer_together(bundle, Action.RESOLVE, SAID | {"closed_level": 1}, by=wang)
    assert outcome.done == [three[0].number]
    assert outcome.refused == [(three[1].number, "现在由社区承办，不在您的岗位。")]
    case = Case.objects.get(pk=three[0].pk)
    assert (case.status, case.assignee) == (Status.CONFIRMING, wang)
    told = Notification.objects.filter(seat=f"report:{case.reports.get().pk}", title__contains="请确认")
    assert told.exists() and Event.objects.filter(action=Action.RESOLVE).count() == 1


def test_progress_may_be_told_together_without_ending(three, wang, chen):
    bundle = cases.bundle_up(three[0], three[1:2], by=chen)
    assert len(answer_together(bundle, Action.REPLY, SAID, by=wang).done) == 2
    assert set(Case.objects.filter(pk__in=[three[0].pk, three[1].pk]).values_list("status", flat=True)) == {"handling"}
    assert (
        answer_together(bundle, Action.REPLY, SAID | {"public_text": ""}, by=wang).refused[0][1] == "请填写公开答复。"
    )


def test_a_case_that_goes_into_another_one_leaves_its_bundle(three, make_case, wang):
    bundle = cases.bundle_up(three[0], three[1:], title="文峰路路灯", by=wang)
    other = make_case(at=timezone.now())
    three[0].refresh_from_db()
    cases.merge(three[0], other, seen=three[0].event_count, by=wang)
    assert bundling.bundle_of(three[0]) is None and bundle.members.standing().count() == 2
    left = Event.objects.get(case=three[0], action=Action.UNBUNDLE)
    assert left.note == f"移出“文峰路路灯”：已并入{other.number}" and left.number == three[0].event_count
    row = bundle.members.get(case=three[0])
    assert (row.removed_by, three[0].status) == (wang, Status.MERGED)
    # One answer to the bundle reaches neither the case that left nor the one it went into.
    outcome = answer_together(bundle, Action.RESOLVE, SAID | {"closed_level": 1}, by=wang)
    other.refresh_from_db()
    assert three[0].number not in outcome.done and other.number not in outcome.done and other.is_open


def test_a_case_its_reporter_takes_back_leaves_its_bundle(three, wang):
    bundle = cases.bundle_up(three[0], three[1:2], title="文峰路路灯", by=wang)
    cases.withdraw(three[0].reports.get())
    assert bundling.bundle_of(three[0]) is None
    assert [row.removed_by for row in bundle.members.filter(removed_at__isnull=False)] == [None]
    left = Event.objects.get(case=three[0], action=Action.UNBUNDLE)
    assert (left.note, left.by) == ("移出“文峰路路灯”：反映人已撤回", None)
    assert answer_together(bundle, Action.REPLY, SAID, by=wang).done == [three[1].number]


def test_who_reported_a_case_with_others_takes_back_the_own_part_only(three, wang):
    bundle = cases.bundle_up(three[0], three[1:2], by=wang)
    cases.merge(three[2], three[0], by=wang)
    cases.withdraw(three[0].reports.get())
    assert bundling.bundle_of(three[0]) == bundle


def test_the_database_refuses_who_took_a_case_out_without_when(three, wang):
    cases.bundle_up(three[0], three[1:2], by=wang)
    with pytest.raises(IntegrityError), transaction.atomic():
        BundledCase.objects.filter(case=three[0]).update(removed_by=wang)
