"""From number and digits to one's own wish, and what one says about it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Category
from common.receipts import new_receipt
from conftest import XINCUN
from grids.models import Organization
from public import throttles
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import ClaimStatus, Status

pytestmark = pytest.mark.django_db
PROGRESS = "/wishes/progress/"
WORDS = wishes.PublicWords("想要一副老花镜", "看药盒用，300度。", price=50)


@pytest.fixture
def wish(make_wish) -> Wish:
    """A wish of just now."""
    return make_wish(at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def claimed(wish, chen, make_volunteer):
    """The wish, on the wall and claimed; gives the claim."""
    wishes.publish(wish, WORDS, by=chen)
    return wishes.claim(wish, by=make_volunteer())


def enter(number: str, tail: str = "1234") -> Client:
    client = Client()
    client.post("/track/", {"receipt": number, "tail": tail})
    return client


def page(client: Client, address: str = PROGRESS) -> str:
    return client.get(address, follow=True).content.decode()


def say(client: Client, what: str, **data) -> str:
    return client.post(f"{PROGRESS}{what}/", data, follow=True).content.decode()


class TestEntering:
    @pytest.mark.parametrize(
        "typed", ["{0}", "{1}", " {2}－{3} ", "wd{1}"], ids=["prefix", "digits", "as printed", "another prefix"]
    )
    def test_numbers_are_read_however_they_are_typed(self, wish, typed):
        number = wish.number
        receipt = typed.format(number, number[2:], number[:8].lower(), number[8:])
        response = Client().post("/track/", {"receipt": receipt, "tail": "１２３４"})
        assert response.status_code == 302 and response["Location"] == PROGRESS

    def test_cases_still_open_by_the_same_field(self, wish, make_case):
        case = make_case(at=timezone.now())
        for typed in (case.number, case.number[2:]):
            assert Client().post("/track/", {"receipt": typed, "tail": "1234"})["Location"] == "/progress/"

    def test_an_unknown_number_and_a_wrong_tail_read_the_same(self, wish):
        unknown = Client().post("/track/", {"receipt": new_receipt("WX", on=timezone.localdate()), "tail": "1234"})
        wrong = Client().post("/track/", {"receipt": wish.number, "tail": "9999"})
        digits = Client().post("/track/", {"receipt": wish.number[2:], "tail": "9999"})
        errors = {str(response.context["form"].errors["tail"]) for response in (unknown, wrong, digits)}
        assert len(errors) == 1 and "对不上" in errors.pop()

    def test_five_wrong_tails_lock_even_the_right_one(self, wish):
        for _ in range(5):
            Client().post("/track/", {"receipt": wish.number, "tail": "9999"})
        response = Client().post("/track/", {"receipt": wish.number[2:], "tail": "1234"})
        assert "已锁定1小时" in response.content.decode()

    def test_a_locked_case_says_so(self, make_case):
        case = make_case(at=timezone.now())
        for _ in range(5):
            Client().post("/track/", {"receipt": case.number, "tail": "9999"})
        response = Client().post("/track/", {"receipt": case.number, "tail": "1234"})
        assert "已锁定1小时" in response.content.decode()

    def test_too_many_tries_are_told_to_wait(self, wish, monkeypatch):
        monkeypatch.setitem(throttles.LIMITS, ("track", "network"), "1/hour")
        Client().post("/track/", {"receipt": wish.number, "tail": "9999"})
        assert Client().post("/track/", {"receipt": wish.number, "tail": "1234"}).status_code == 429

    def test_the_link_of_the_qr_code_fills_in_the_number(self, wish):
        assert wish.number in page(Client(), f"/track/?receipt={wish.number}")

    @pytest.mark.parametrize("what", ["", "answer/", "cancel/", "complete/", "thank/"])
    def test_a_stranger_and_a_forged_cookie_are_sent_to_the_number(self, wish, what):
        client = Client()
        client.cookies["weidu_wish"] = str(wish.pk)
        assert client.get(PROGRESS + what, follow=True).redirect_chain[0][0] == "/track/"
        response = client.post(PROGRESS + what)
        assert response.status_code == 405 or response["Location"] == "/track/"

    def test_the_page_closes_after_half_an_hour_and_when_one_leaves(self, wish, monkeypatch):
        client, other = enter(wish.number), enter(wish.number)
        other.post("/progress/leave/")
        assert other.get(PROGRESS).status_code == 302
        later = timezone.now().timestamp() + 31 * 60
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
        assert "半小时后自动关闭" in page(client)

    def test_it_is_kept_nowhere(self, wish):
        response = enter(wish.number).get(PROGRESS)
        assert "no-store" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"


class TestReading:
    def test_it_says_whose_turn_it_is_and_until_when(self, wish):
        html = page(enter(wish.number))
        assert "北大街道新村社区正在审核" in html and "最晚" in html and "您提出心愿" in html
        assert "您的原话，不公开" in html and wish.text in html and html.count('aria-current="step"') == 1

    def test_a_late_review_says_so(self, make_wish):
        wish = make_wish(at=timezone.now() - timedelta(days=20))
        html = page(enter(wish.number))
        assert "超过审核期限" in html and "已提醒上一级督促" in html

    def test_on_the_wall_it_says_who_looks_for_a_claimer(self, wish, chen):
        wishes.publish(wish, WORDS, by=chen)
        html = page(enter(wish.number))
        assert "北大街道新村社区正在找人认领" in html and "会请街道一起找" in html and "等人认领" in html
        assert "看药盒用，300度。" in html and "陈" not in html
        Wish.objects.filter(pk=wish.pk).update(climb_at=timezone.now())
        wishes.sweep()
        html = page(enter(wish.number))
        assert "请街道一起找" in html and "北大街道办事处正在找人认领" in html and "会请区里一起找" in html

    def test_it_never_says_who_claimed(self, claimed, wish):
        wishes.progress(claimed, text="何平约好周六", by=claimed.claimer)
        html = page(enter(wish.number))
        assert "一位志愿者正在办" in html and "一位志愿者认领" in html and "认领人正在办。" in html
        assert "何平" not in html and "周六" not in html

    def test_a_unit_is_a_unit(self, wish, chen, make_volunteer):
        unit = Organization.objects.get(code="zhujian")
        wishes.publish(wish, WORDS, by=chen)
        wishes.claim(wish, as_unit=True, by=make_volunteer(unit=unit))
        html = page(enter(wish.number))
        assert "一个单位已经认领" in html and unit.name not in html

    def test_notes_stay_inside(self, wish, chen):
        wishes.note(wish, text="这户情绪激动", by=chen)
        wishes.publish(wish, WORDS, by=chen)
        wishes.reword(wish, wishes.PublicWords("一副老花镜", "看药盒用。"), by=chen)
        html = page(enter(wish.number))
        assert "情绪激动" not in html and "修改公开文字" not in html and "原公开文字" not in html

    @pytest.mark.parametrize(
        ("verb", "words"), [(wishes.send_back, "请您补充"), (wishes.refuse, "没有采纳"), (wishes.take_down, "暂时")]
    )
    def test_reasons_are_told(self, wish, chen, verb, words):
        if verb is wishes.take_down:
            wishes.publish(wish, WORDS, by=chen)
        verb(wish, reason="请写清度数", by=chen)
        html = page(enter(wish.number))
        assert words in html and "：请写清度数" in html and html.count('aria-current="step"') == 1

    def test_back_on_the_wall_without_a_reason(self, claimed, wish):
        wishes.give_up(claimed, reason="临时出差", by=claimed.claimer)
        html = page(enter(wish.number))
        assert "认领没有办成，心愿已放回心愿墙" in html and "出差" not in html

    def test_a_wish_that_became_a_case_leads_to_the_case(self, wish, chen):
        case = wishes.become_case(wish, category=Category.objects.get(code="light-street"), by=chen)
        client = enter(wish.number)
        html = page(client)
        assert "已转为事项，待受理" in html and html.count('aria-current="step"') == 1
        report = case.reports.get()
        opened = page(client, "/progress/")
        assert f"{report.receipt[:8]}-{report.receipt[8:]}" in opened and "办理进度" in opened

    def test_a_long_history_costs_no_more_queries(self, claimed, wish, django_assert_num_queries):
        for number in range(20):
            wishes.progress(claimed, text=f"第{number}次", by=claimed.claimer)
        client = enter(wish.number)
        page(client)
        with django_assert_num_queries(2):
            client.get(PROGRESS)


class TestAnswering:
    @pytest.fixture
    def delivered(self, claimed):
        wishes.deliver(claimed, proof="何平送到了", by=claimed.claimer)
        return claimed

    def test_it_came_true_with_thanks(self, delivered, wish):
        client = enter(wish.number)
        html = page(client)
        assert "心愿实现了吗" in html and "待您确认" in html and "何平" not in html
        html = say(client, "answer", outcome="real", words="看得清了，谢谢", thanks_public="on")
        wish.refresh_from_db()
        assert (wish.status, wish.thanks, wish.thanks_public) == (Status.FULFILLED, "看得清了，谢谢", True)
        assert "心愿已实现" in html and "已同意公开" in html and "心愿实现了吗" not in html
        assert html.count('aria-current="step"') == 1

    def test_not_yet_goes_back_to_the_claimer(self, delivered, wish):
        html = say(enter(wish.number), "answer", outcome="not_yet", words="还没有人来")
        delivered.refresh_from_db()
        assert "您说还没有实现" in html and "还没有人来" in html and delivered.status == ClaimStatus.LIVE
        assert delivered.shows_contact

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            ({"words": "谢谢"}, "请选择心愿是否实现"),
            ({"outcome": "x", "words": "谢谢"}, "请重新选择"),
            ({"outcome": "real", "words": "谢" * 101}, "最多100个字"),
            ({"outcome": "real", "words": "刘秀英谢谢您", "thanks_public": "on"}, "姓名"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_words_stay(self, delivered, wish, data, error):
        html = say(enter(wish.number), "answer", **data)
        wish.refresh_from_db()
        assert error in html and data["words"] in html and wish.status == Status.CONFIRMING

    def test_before_it_was_reported_done_there_is_nothing_to_confirm(self, claimed, wish):
        client = enter(wish.number)
        assert "心愿实现了吗" not in page(client)
        assert "不能确认实现" in say(client, "answer", outcome="real")

    def test_confirming_twice_changes_nothing(self, delivered, wish):
        client = enter(wish.number)
        say(client, "answer", outcome="real", words="谢谢")
        say(client, "answer", outcome="not_yet")
        wish.refresh_from_db()
        assert wish.status == Status.FULFILLED and wish.thanks == "谢谢"

    def test_thanks_afterwards_and_the_consent_taken_back(self, delivered, wish):
        client = enter(wish.number)
        say(client, "answer", outcome="real")
        assert "请写一句感谢的话" in say(client, "thank", thanks=" ")
        assert "已转给认领人" in say(client, "thank", thanks="谢谢", thanks_public="on")
        say(client, "thank", thanks="谢谢")
        wish.refresh_from_db()
        assert wish.thanks == "谢谢" and not wish.thanks_public

    def test_an_address_of_a_form_opened_by_hand_shows_the_page(self, wish):
        client = enter(wish.number)
        for what in ("answer", "complete", "thank"):
            assert client.get(f"{PROGRESS}{what}/")["Location"] == PROGRESS


class TestCompletingAndCancelling:
    def test_what_was_asked_for_is_added(self, wish, chen):
        wishes.send_back(wish, reason="请写清度数", by=chen)
        client = enter(wish.number)
        assert "提交补充" in page(client)
        assert "请写上要补充的内容" in say(client, "complete", text="")
        assert "最多500个字" in say(client, "complete", text="长" * 501)
        html = say(client, "complete", text="300度")
        wish.refresh_from_db()
        assert "已补充" in html and wish.status == Status.PENDING and "300度" in wish.text
        assert "不能补充" in say(client, "complete", text="再说一遍")

    def test_too_much_in_an_hour_is_refused_and_the_words_stay(self, wish, chen, monkeypatch):
        wishes.send_back(wish, reason="请写清度数", by=chen)
        monkeypatch.setitem(throttles.LIMITS, ("try", "network"), "0/hour")
        html = say(enter(wish.number), "complete", text="300度")
        assert "请过一会儿再提交" in html and "300度" in html

    def test_cancelling_asks_first_and_tells_the_claimer(self, claimed, wish):
        client = enter(wish.number)
        html = page(client, f"{PROGRESS}cancel/")
        assert "会告诉认领人不用再办" in html and "继续等，不取消" in html
        html = say(client, "cancel")
        claimed.refresh_from_db()
        assert "已取消" in html and claimed.status == ClaimStatus.REVOKED and "取消这个心愿</a>" not in html
        assert "不能取消" in say(client, "cancel")

    def test_a_wish_reported_done_is_confirmed_not_cancelled(self, claimed, wish):
        wishes.deliver(claimed, by=claimed.claimer)
        client = enter(wish.number)
        assert "请先确认" in page(client, f"{PROGRESS}cancel/") and "不能取消" in say(client, "cancel")


def test_a_wish_of_a_street_is_told_too(make_wish):
    wish = make_wish(area=XINCUN[:9], at=timezone.now())
    assert "北大街道办事处正在审核" in page(enter(wish.number))
