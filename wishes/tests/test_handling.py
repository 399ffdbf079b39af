"""A wish from the first word to thanks, and every way aside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Category
from common.errors import DomainError, StalePage
from conftest import GRID, XINCUN, moment
from notifications.models import Notification
from wishes import services as wishes
from wishes.models import Claim, Volunteer, Wish, WishEvent
from wishes.services.retention import FORGOTTEN, forget_ended
from wishes.states import ClaimStatus, Status

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-24 12:00")
WORDS = wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力，300度左右。", price=50, care_label="独居老人")


@pytest.fixture
def on_the_wall(make_wish, chen):
    """Makes a published wish."""

    def make(*, joint: bool = False, **more) -> Wish:
        wish = make_wish(**more)
        words = wishes.PublicWords(WORDS.title, WORDS.public_text, joint=joint)
        wishes.publish(wish, words, at=moment("2026-11-23 15:00"), by=chen)
        return wish

    return make


def test_from_the_form_to_thanks(make_wish, make_volunteer, chen, wang):
    wish = make_wish(wants_sms=True)
    assert wish.number.startswith("WX") and wish.status == Status.PENDING
    assert wish.review_by == moment("2026-11-25 10:00")
    wishes.publish(wish, WORDS, at=moment("2026-11-23 15:00"), by=chen)
    helper = make_volunteer()
    made = wishes.claim(wish, at=NOON, by=helper)
    assert (wish.status, made.status) == (Status.CLAIMED, ClaimStatus.LIVE)
    wishes.progress(made, text="约好周六上午送去", at=NOON + timedelta(hours=1), by=helper)
    assert made.wish.status == Status.WORKING
    wishes.deliver(made, proof="戴着正好", at=NOON + timedelta(days=1), by=helper)
    wish.refresh_from_db()
    assert wish.status == Status.CONFIRMING and not made.shows_contact
    wishes.confirm(wish, thanks="谢谢，看得清了", thanks_public=True, at=NOON + timedelta(days=2), by=None)
    made.refresh_from_db()
    assert (wish.status, made.status) == (Status.FULFILLED, ClaimStatus.FULFILLED)
    wishes.follow_up(wish, text="老人满意", by=wang)
    assert wish.status == Status.FOLLOWED_UP
    numbers = list(WishEvent.objects.filter(wish=wish).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, wish.event_count + 1))
    assert Notification.objects.filter(seat=f"wish:{wish.pk}").count() == 3
    assert Entry.objects.filter(subject_kind="wish", subject_id=str(wish.pk)).count() == wish.event_count


def test_the_same_form_sent_twice_is_one_wish(make_wish):
    first = make_wish()
    assert make_wish(submission=first.uuid).pk == first.pk
    sheet = {"source": "sheet", "source_id": "7"}
    assert make_wish(**sheet).pk == make_wish(**sheet).pk


def test_a_childs_wish_needs_the_guardian_and_shows_neither_name_nor_school(make_wish, chen):
    with pytest.raises(DomainError, match="监护人"):
        make_wish(for_whom="child")
    wish = make_wish(for_whom="child", guardian_consents=True, name="吴女士")
    for words in (
        wishes.PublicWords("一盏台灯", "孩子在文化街小学读书，晚上写作业用"),
        wishes.PublicWords("一盏台灯", "晚上写作业用", care_label="困境儿童"),
    ):
        with pytest.raises(DomainError):
            wishes.publish(wish, words, by=chen)
    wishes.publish(wish, wishes.PublicWords("一盏护眼台灯", "晚上写作业用，家里灯暗。"), by=chen)
    assert wish.status == Status.WAITING


@pytest.mark.parametrize("text", ["请打13800001234", "刘秀英想要老花镜", "送到3号楼2单元", "给200元现金就行", " "])
def test_public_words_name_nobody_and_ask_for_no_cash(make_wish, chen, text):
    wish = make_wish()
    with pytest.raises(DomainError):
        wishes.publish(wish, wishes.PublicWords("想要一副老花镜", text), by=chen)
    wish.refresh_from_db()
    assert wish.status == Status.PENDING


def test_the_wishers_own_words_stay_when_the_wall_says_it_otherwise(on_the_wall, chen):
    wish = on_the_wall()
    words = wish.text
    wishes.reword(wish, wishes.PublicWords("一副300度的老花镜", "看药盒用。"), by=chen)
    assert (wish.text, wish.title) == (words, "一副300度的老花镜")
    assert "想要一副老花镜" in WishEvent.objects.get(wish=wish, action="reword").note


def test_a_claimed_wish_is_frozen(on_the_wall, make_volunteer, chen):
    wish = on_the_wall()
    wishes.claim(wish, by=make_volunteer())
    for verb in (
        lambda: wishes.reword(wish, WORDS, by=chen),
        lambda: wishes.take_down(wish, reason="重复", by=chen),
        lambda: wishes.become_case(wish, category=Category.objects.get(code="light-street"), by=chen),
    ):
        with pytest.raises(DomainError):
            verb()
    assert wish.status == Status.CLAIMED


def test_back_for_more_and_completed_by_the_wisher(make_wish, chen):
    wish = make_wish()
    wishes.send_back(wish, reason="请写清度数", by=chen)
    assert (wish.status, wish.reason, wish.next_alarm_at) == (Status.RETURNED, "请写清度数", None)
    wishes.complete(wish, text="300度", by=None)
    assert wish.status == Status.PENDING and wish.text.endswith("补充：300度") and wish.review_by


def test_refusing_says_why(make_wish, chen):
    wish = make_wish()
    with pytest.raises(DomainError, match="理由"):
        wishes.refuse(wish, reason=" ", by=chen)
    wishes.refuse(wish, reason="超出微心愿范围", by=chen)
    assert wish.status == Status.REFUSED and wish.ended_at


def test_a_wish_that_is_trouble_becomes_a_case_and_its_state_is_read_from_there(make_wish, chen):
    wish = make_wish(text="楼道灯坏了，想换一个")
    case = wishes.become_case(wish, category=Category.objects.get(code="light-street"), by=chen)
    assert wish.status == Status.CASE and wish.status_label == case.status_label == "待受理"
    report = case.reports.get()
    assert report.phone.plain == "13800001234" and report.source_id == wish.number
    assert Case.objects.count() == 1


def test_a_wish_joins_a_case_that_is_under_way(make_wish, make_case, chen):
    case = make_case()
    wish = make_wish()
    assert wishes.become_case(wish, case=case, by=chen) == case
    assert wishes.become_case(make_wish(), case=case, by=chen) == case
    assert case.reports.count() == 3


def test_off_the_wall_and_on_again(on_the_wall, chen, make_volunteer):
    wish = on_the_wall()
    wishes.take_down(wish, reason="和另一个重复", by=chen)
    assert wish.status == Status.TAKEN_DOWN and wish.next_alarm_at is None
    with pytest.raises(DomainError):
        wishes.claim(wish, by=make_volunteer())
    wishes.put_back(wish, by=chen)
    assert wish.status == Status.WAITING and wish.climb_at


def test_a_second_claimer_is_told_at_once(on_the_wall, make_volunteer):
    wish = on_the_wall()
    wishes.claim(wish, by=make_volunteer())
    with pytest.raises(DomainError, match="刚刚被别人认领"):
        wishes.claim(wish, by=make_volunteer("second", "李敏"))
    assert Claim.objects.live().count() == 1


def test_nobody_holds_more_than_the_cap(on_the_wall, make_volunteer):
    helper = make_volunteer()
    for _ in range(3):
        wishes.claim(on_the_wall(), by=helper)
    with pytest.raises(DomainError, match="同时最多认领3个"):
        wishes.claim(on_the_wall(), by=helper)


@pytest.mark.parametrize("state", ["pending", "refused", "stopped"])
def test_who_was_not_checked_claims_nothing(on_the_wall, make_volunteer, clerk, state):
    wish = on_the_wall()
    for user in (clerk, make_volunteer(state=state)):
        with pytest.raises(DomainError, match="核对"):
            wishes.claim(wish, by=user)


def test_several_claim_together_and_one_leaves(on_the_wall, make_volunteer):
    wish = on_the_wall(joint=True)
    lead, other, stranger = (make_volunteer(name, "何平") for name in ("lead", "other", "stranger"))
    made = wishes.claim(wish, by=lead)
    wishes.join(wish, by=other)
    with pytest.raises(DomainError, match="已经在"):
        wishes.join(wish, by=other)
    with pytest.raises(DomainError, match="放弃"):
        wishes.leave(made, by=lead)
    with pytest.raises(DomainError, match="不是您的"):
        wishes.progress(made, text="去看看", by=stranger)
    wishes.progress(made, text="约好了", by=other)
    wishes.leave(made, by=other)
    with pytest.raises(DomainError, match="不是您的"):
        wishes.progress(made, text="约好了", by=other)


def test_alone_means_alone(on_the_wall, make_volunteer):
    wish = on_the_wall()
    wishes.claim(wish, by=make_volunteer())
    with pytest.raises(DomainError, match="一个人认领"):
        wishes.join(wish, by=make_volunteer("other", "李敏"))


def test_giving_up_puts_it_back_at_once(on_the_wall, make_volunteer):
    wish, helper = on_the_wall(), make_volunteer()
    made = wishes.claim(wish, by=helper)
    wishes.give_up(made, reason="临时出差", by=helper)
    wish.refresh_from_db()
    assert (wish.status, made.status) == (Status.WAITING, ClaimStatus.GIVEN_UP)
    assert wishes.claim(wish, by=make_volunteer("other", "李敏")).is_live


def test_revoking_tells_the_claimer_why(on_the_wall, make_volunteer, chen):
    wish, helper = on_the_wall(), make_volunteer()
    made = wishes.claim(wish, by=helper)
    with pytest.raises(DomainError, match="理由"):
        wishes.revoke(wish, reason="", by=chen)
    wishes.revoke(wish, reason="联系不上您", by=chen)
    made.refresh_from_db()
    assert (made.status, made.reason) == (ClaimStatus.REVOKED, "联系不上您")
    assert Notification.objects.filter(seat=f"user:{helper.pk}", title__contains="撤销").exists()


def test_reported_done_but_not_so(on_the_wall, make_volunteer, wang):
    wish, helper = on_the_wall(), make_volunteer()
    made = wishes.claim(wish, by=helper)
    wishes.deliver(made, by=helper)
    with pytest.raises(DomainError):
        wishes.give_up(made, by=helper)
    wishes.not_yet(wish, text="没人来过", by=wang)
    made.refresh_from_db()
    assert wish.status == Status.WORKING and made.shows_contact


def test_nobody_confirms_the_own_claim(on_the_wall, wang, make_volunteer):
    wish = on_the_wall()
    wishes.enrol(wang, community=wish.area)
    made = wishes.claim(wish, by=wang)
    wishes.deliver(made, by=wang)
    with pytest.raises(DomainError, match="别的同事"):
        wishes.confirm(wish, by=wang)


def test_cancelling_ends_the_claim_and_tells_its_people(on_the_wall, make_volunteer):
    wish, helper = on_the_wall(), make_volunteer()
    made = wishes.claim(wish, by=helper)
    wishes.cancel(wish, by=None)
    made.refresh_from_db()
    assert (wish.status, made.status) == (Status.CANCELLED, ClaimStatus.REVOKED)
    assert Notification.objects.filter(seat=f"user:{helper.pk}", title__contains="已取消").exists()


def test_the_contact_is_open_to_the_live_claimer_only_and_each_look_is_logged(on_the_wall, make_volunteer):
    wish, helper = on_the_wall(), make_volunteer()
    made = wishes.claim(wish, by=helper)
    seen = wishes.contact_for_claimer(made, by=helper)
    assert (seen.name, seen.phone) == ("刘秀英", "13800001234") and "3号楼" in seen.place
    assert Entry.objects.filter(verb="wish.claimer_looked", actor_id=helper.pk).count() == 1
    with pytest.raises(DomainError):
        wishes.contact_for_claimer(made, by=make_volunteer("other", "李敏"))
    wishes.deliver(made, by=helper)
    with pytest.raises(DomainError, match="不再显示"):
        wishes.contact_for_claimer(made, by=helper)


def test_a_stale_page_is_told(on_the_wall, chen):
    wish = on_the_wall()
    seen = wish.event_count
    wishes.note(wish, text="看过了", by=chen)
    with pytest.raises(StalePage, match="备注"):
        wishes.take_down(wish, reason="重复", seen=seen, by=chen)


def test_events_are_appended_never_edited(make_wish):
    from django.db import DatabaseError, transaction

    event = make_wish().events.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        WishEvent.objects.filter(pk=event.pk).update(note="x")


def test_scope(make_wish, wang, chen, zhao, outsider, li, clerk, qian):
    wish = make_wish()
    for user in (wang, chen, zhao, qian):
        assert list(Wish.objects.visible_to(user)) == [wish]
    for user in (outsider, li, clerk):
        assert not Wish.objects.visible_to(user).exists()
    assert list(Wish.objects.held_by(chen)) == [wish]
    assert not Wish.objects.held_by(wang).exists() and not Wish.objects.held_by(zhao).exists()


def test_five_wrong_tails_lock_the_number(make_wish):
    wish = make_wish()
    assert wishes.open_wish_with_tail(wish.number.lower(), "1234") == wish
    assert wishes.open_wish_with_tail(wish.number[2:], "1234") == wish
    for _ in range(5):
        with pytest.raises(DomainError):
            wishes.open_wish_with_tail(wish.number, "0000")
    with pytest.raises(DomainError, match="锁定"):
        wishes.open_wish_with_tail(wish.number, "1234")


def test_volunteers_register_are_checked_and_stopped(ground, chen, on_the_wall):
    from grids.models import Area

    volunteer = wishes.open_account(
        full_name="何平", phone="13900000001", unit_name="区园林中心", password="weidu-flower-26",
        community=Area.objects.get(code=XINCUN),
    )  # fmt: skip
    assert volunteer.state == "pending" and list(Volunteer.objects.visible_to(chen)) == [volunteer]
    with pytest.raises(DomainError, match="已经有账号"):
        wishes.open_account(
            full_name="何平", phone="13900000001", unit_name="", password="x", community=Area.objects.get(code=XINCUN)
        )
    wishes.decide(volunteer, "approved", by=chen)
    wishes.claim(on_the_wall(), by=volunteer.user)
    with pytest.raises(DomainError, match="先撤销"):
        wishes.decide(volunteer, "stopped", reason="本人要求", by=chen)
    volunteer.refresh_from_db()
    assert volunteer.state == "approved"


def test_a_unit_is_invited_once_and_claims_as_a_unit(ground, chen, li, clerk, on_the_wall):
    from grids.models import Area, Organization

    unit = Organization.objects.get(code="zhujian")
    invitation, token = wishes.invite(unit, community=Area.objects.get(code=XINCUN), by=chen)
    assert wishes.invitation_of(token) == invitation and wishes.invitation_of("x") is None
    volunteer = wishes.enrol(clerk, community=invitation.community, invitation=invitation)
    assert volunteer.may_claim and wishes.invitation_of(token) is None
    assert wishes.claim(on_the_wall(), as_unit=True, by=clerk).unit == unit
    with pytest.raises(DomainError, match="已经用过"):
        wishes.enrol(li, community=invitation.community, invitation=invitation)


def test_names_are_forgotten_three_years_after_the_end(make_wish, chen):
    wish = make_wish()
    ended = timezone.now()
    wishes.cancel(wish, at=ended, by=None)
    assert forget_ended(at=ended + timedelta(days=1095)) == 0
    assert forget_ended(at=ended + timedelta(days=1097)) == 1
    wish.refresh_from_db()
    assert not wish.phone and not wish.name and not wish.place and wish.text == FORGOTTEN


def test_a_wish_of_the_grid_is_seen_by_its_grid(make_wish, wang):
    assert Wish.objects.visible_to(wang).count() == 0
    make_wish(area=f"{XINCUN}001")
    make_wish(area=GRID)
    assert Wish.objects.visible_to(wang).count() == 1
