"""研判: kept, decided once, and the case moves as the decision says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Event
from cases.states import Action, Status
from common.errors import DomainError, StalePage
from conftest import XINCUN, posted
from grids.levels import Level
from notifications.models import Notification
from public.story import tell
from supervision.models import Ledger, LedgerEntry, LedgerItem, Review
from supervision.services import reviewing
from supervision.services.reviewing import Decision, Opinion
from supervision.tests.conftest import office_holds, unit

pytestmark = pytest.mark.django_db


def soon(days: int = 5):
    return timezone.now() + timedelta(days=days)


def test_what_was_thought_is_kept_as_often_as_wanted(climbed, qian):
    case = climbed()
    reviewing.save_review(case, Opinion(unit("zhujian"), (unit("chengguan"),), "先问问泵站"), by=qian)
    reviewing.save_review(case, Opinion(unit("shuili"), (), "归水利"), by=qian)
    review = Review.objects.get(case=case)
    assert (review.lead, review.opinion, review.decision) == (unit("shuili"), "归水利", "")
    assert list(review.helpers.all()) == []


def test_accepting_passes_the_case_on_and_lists_it(climbed, qian):
    case = climbed()
    item = reviewing.accept(case, Opinion(unit("zhujian"), (unit("chengguan"),), "汛期前改造"), by=qian)
    assert office_holds(case)
    assert (item.ledger.pace, item.position, item.lead, item.opinion) == (
        Ledger.Pace.WEEKLY,
        1,
        unit("zhujian"),
        "汛期前改造",
    )
    assert list(item.helpers.all()) == [unit("chengguan")]
    assert Review.objects.get(case=case).decision == Decision.ACCEPT
    actions = list(Event.objects.filter(case=case).order_by("number").values_list("action", flat=True))[-2:]
    assert actions == [Action.COLLECT, Action.LIST]
    other = climbed("路灯成片不亮")
    monthly = reviewing.accept(other, Opinion(), pace=Ledger.Pace.MONTHLY, by=qian)
    assert (monthly.ledger.number, monthly.ledger.from_date.day) == (item.ledger.number + 1, 1)


def test_a_case_is_accepted_once(climbed, qian):
    case = climbed()
    reviewing.accept(case, Opinion(), by=qian)
    for again in (
        lambda: reviewing.accept(case, Opinion(), by=qian),
        lambda: reviewing.save_review(case, Opinion(text="再想想"), by=qian),
        lambda: reviewing.to_meeting(case, "谁来管", qian),
    ):
        with pytest.raises(DomainError):
            again()
    assert LedgerItem.objects.count() == 1


def test_an_old_page_decides_nothing(climbed, qian):
    case = climbed()
    seen = case.event_count
    cases.note(case, "街道补了照片", by=qian)
    with pytest.raises(StalePage):
        reviewing.accept(case, Opinion(), seen=seen, by=qian)
    assert not Review.objects.exists()
    assert not LedgerItem.objects.exists()


def test_sending_down_gives_the_street_its_own_deadline(climbed, qian):
    case = climbed(wants_sms=True)
    due = soon()
    reviewing.send_down(case, "先抽排并设警示牌", due, by=qian)
    assert (case.level, case.handling_unit, case.status, case.due_at) == (Level.STREET, None, Status.RECEIVED, due)
    assert case.basis.startswith("退回街道时指定的期限")
    told = Notification.objects.filter(seat=f"area:{XINCUN[:9]}").order_by("-pk").first()
    assert "区委组织部退回街道办理" in told.title
    assert Notification.objects.filter(
        seat=f"report:{case.reports.get().pk}", title__contains="由街道继续办理"
    ).exists()
    story = tell(case.reports.get())
    line = story.lines[0]
    assert line.title == "由街道继续办理"
    assert "抽排" not in f"{[(each.title, each.words, each.quote) for each in story.lines]}"
    assert Review.objects.get(case=case).decision == Decision.SEND_DOWN


def test_a_case_sent_down_climbs_again_in_time(climbed, qian):
    case, due = climbed(), soon()
    reviewing.send_down(case, "先抽排", due, by=qian)
    cases.sweep(at=due + timedelta(minutes=1))
    case.refresh_from_db()
    assert case.level == Level.DISTRICT
    reviewing.accept(case, Opinion(), at=due + timedelta(hours=1), by=qian)
    assert Review.objects.filter(case=case).count() == 2


def test_what_cannot_be_sent_down_is_refused(climbed, qian):
    case = climbed()
    for instruction, due, words in (("", soon(), "请写明要求街道做什么"), ("抽排", soon(-1), "期限要晚于现在")):
        with pytest.raises(DomainError, match=words):
            reviewing.send_down(case, instruction, due, by=qian)
    Case.objects.filter(pk=case.pk).update(about=posted("ma", "马强", "马专干", ""))
    with pytest.raises(DomainError, match="反映工作人员"):
        reviewing.send_down(case, "抽排", soon(), by=qian)
    assert not Review.objects.exists()
    accepted = climbed("另一件")
    reviewing.accept(accepted, Opinion(), by=qian)
    with pytest.raises(DomainError, match="不在区委组织部"):
        cases.send_down(accepted, "抽排", soon(), by=qian)


def test_similar_ones_are_joined(climbed, make_case, qian):
    case, into = climbed(area=XINCUN), climbed("同一处积水", area=XINCUN)
    Case.objects.filter(pk__in=[case.pk, into.pk]).update(area=XINCUN)
    case.refresh_from_db()
    assert list(reviewing.joinable(case, qian)) == [into]
    reviewing.join(case, into, opinion=Opinion(text="同一处"), by=qian)
    case.refresh_from_db()
    assert (case.status, case.merged_into_id) == (Status.MERGED, into.pk)
    assert Review.objects.get(case=case).decision == Decision.JOIN


def test_only_similar_ones_can_be_joined(climbed, make_case, qian):
    case, elsewhere = climbed(), make_case(area="411002008001", at=timezone.now())
    with pytest.raises(DomainError, match="同一社区"):
        reviewing.join(case, elsewhere, by=qian)
    Case.objects.filter(pk=case.pk).update(about=posted("ma", "马强", "马专干", ""))
    assert list(reviewing.joinable(Case.objects.get(pk=case.pk), qian)) == []


def test_suspending_asks_the_head_and_may_be_decided_otherwise(climbed, qian, sun):
    head = posted("zhou", "周部长", "周部长", "collector_head", area="411002", unit="zuzhibu")
    case = climbed()
    approval = reviewing.suspend(case, "plan", timezone.localdate() + timedelta(days=60), "待规划调整", by=qian)
    with pytest.raises(DomainError, match="负责人"):
        cases.decide(approval, agreed=True, by=qian)
    with pytest.raises(DomainError, match="已有一个申请"):
        reviewing.suspend(case, "plan", timezone.localdate() + timedelta(days=60), "待规划调整", by=qian)
    cases.decide(approval, agreed=False, note="街道能办", by=head)
    case.refresh_from_db()
    reviewing.send_down(case, "街道先办", soon(), by=qian)
    assert Review.objects.get(case=case).decision == Decision.SEND_DOWN


def test_agreed_suspension_stops_the_clock(climbed, qian):
    head = posted("zhou", "周部长", "周部长", "collector_head", area="411002", unit="zuzhibu")
    case = climbed()
    approval = reviewing.suspend(case, "plan", timezone.localdate() + timedelta(days=60), "待规划调整", by=qian)
    cases.decide(approval, agreed=True, by=head)
    case.refresh_from_db()
    assert case.status == Status.SUSPENDED
    with pytest.raises(DomainError, match="不在区委组织部"):
        reviewing.accept(case, Opinion(), by=qian)


def test_a_meeting_is_asked_for_once_and_decided_afterwards(climbed, qian):
    case = climbed()
    review = reviewing.to_meeting(case, "泵站由谁管", qian)
    assert (review.decision, review.opinion) == (Decision.MEETING, "泵站由谁管")
    event = Event.objects.get(case=case, action=Action.CONVENE)
    assert event.note == "泵站由谁管" and "泵站" not in event.public_text
    with pytest.raises(DomainError, match="已经提请"):
        reviewing.to_meeting(case, "泵站由谁管", qian)
    with pytest.raises(DomainError, match="请写明"):
        reviewing.to_meeting(climbed("另一件"), " ", qian)
    item = reviewing.accept(case, Opinion(unit("zhujian")), by=qian)
    assert item.lead == unit("zhujian")
    assert Review.objects.get(case=case).decision == Decision.ACCEPT


def test_what_happens_to_a_listed_case_is_noted_on_its_item(accepted, climbed, qian, sun):
    case = accepted()
    item = LedgerItem.objects.get(case=case)
    cases.hand_out(case, unit("zhujian"), "汛期前改造", by=sun)
    Case.objects.filter(pk=case.pk).update(handling_unit=None)
    case.refresh_from_db()
    reviewing.to_meeting(case, "刘女士家门口3号楼2单元501怎么办", qian)
    assert item.entries.get().kind == LedgerEntry.Kind.MEETING
    assert item.entries.get().text == "反映人家门口**怎么办"
