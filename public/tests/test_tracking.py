"""From number and digits to one's own case, and what one says about it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import services as cases
from cases.models import Approval, Case, Category, Event, Report
from cases.states import Action, Status
from common.receipts import new_receipt
from conftest import GRID
from consultations.tests.conftest import make_consultation  # noqa: F401
from files.services import ingest_photo
from grids.models import Area
from public.tests.conftest import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(make_case) -> Case:
    """A case of just now."""
    return make_case(at=timezone.now() - timedelta(minutes=5))


def enter(receipt: str, tail: str = "1234") -> Client:
    client = Client()
    client.post("/track/", {"receipt": receipt, "tail": tail})
    return client


def page(client: Client, address: str = "/progress/") -> str:
    return client.get(address, follow=True).content.decode()


def join(case: Case, **more) -> Report:
    request = cases.Request(
        category=case.category,
        area=case.area,
        **{"text": "我家门口也黑", "name": "李先生", "phone": "13755556666", **more},
    )
    return cases.join(case, request, by=None)


def resolved(case: Case, by) -> None:
    cases.sign(case, by=by)
    cases.resolve(case, 1, "已更换灯泡", note="材料费从公益金出", by=by)


class TestEntering:
    def test_number_and_digits_open_the_progress_page_without_the_number_in_its_address(self, case):
        client = Client()
        response = client.post("/track/", {"receipt": case.number, "tail": "1234"})
        assert response["Location"] == "/progress/"
        response = client.get("/progress/")
        assert response.status_code == 200 and "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"

    def test_numbers_are_read_however_they_are_typed(self, case):
        typed = f"{case.number[:8].lower()}－{case.number[8:]} "
        assert Client().post("/track/", {"receipt": typed, "tail": "１２３４"}).status_code == 302
        assert Client().post("/track/", {"receipt": case.number, "tail": "13800001234"}).status_code == 302

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"receipt": ""}, "请填写受理编号"),
            ({"receipt": "WD2611231"}, "编号不完整或有错字"),
            ({"tail": ""}, "请填写手机号后四位"),
            ({"tail": "12a4"}, "最后4位数字"),
            ({"tail": "9999"}, "对不上"),
            ({"receipt": "WD2611200386517"}, ""),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field(self, case, change, error):
        response = Client().post("/track/", {"receipt": case.number, "tail": "1234", **change})
        assert response.status_code == 200 and error in response.content.decode()

    def test_an_unknown_number_and_a_wrong_tail_read_the_same(self, case, make_case):
        unknown = Client().post("/track/", {"receipt": new_receipt(on=timezone.localdate()), "tail": "1234"})
        wrong = Client().post("/track/", {"receipt": case.number, "tail": "9999"})
        assert unknown.context["form"].errors["tail"] == wrong.context["form"].errors["tail"]

    def test_the_number_of_a_consultation_leads_to_its_public_page(self, make_consultation):  # noqa: F811
        held = make_consultation("published")
        typed = f"{held.number[:8].lower()}－{held.number[8:]} "
        for tail in ("", "1234"):
            assert Client().post("/track/", {"receipt": typed, "tail": tail}).url == f"/consultations/{held.number}/"
        assert held.title in Client().post("/track/", {"receipt": typed}, follow=True).content.decode()

    def test_a_consultation_that_is_not_public_reads_like_one_that_does_not_exist(self, make_consultation, case):  # noqa: F811
        inside = [make_consultation("topic"), make_consultation("decided")]
        numbers = [*(held.number for held in inside), new_receipt("XS", on=timezone.localdate())]
        answers = [Client().post("/track/", {"receipt": number, "tail": "1234"}) for number in numbers]
        wrong = Client().post("/track/", {"receipt": case.number, "tail": "9999"})
        said = {str(answer.context["form"].errors["tail"]) for answer in [*answers, wrong]}
        assert len(said) == 1 and all(held.title not in answers[0].content.decode() for held in inside)

    def test_five_wrong_tails_lock_even_the_right_one(self, case):
        for _ in range(5):
            Client().post("/track/", {"receipt": case.number, "tail": "9999"})
        response = Client().post("/track/", {"receipt": case.number, "tail": "1234"})
        assert "已锁定1小时" in response.content.decode()

    def test_the_link_of_the_qr_code_fills_in_the_number_only(self, case):
        assert case.number in page(Client(), f"/track/?receipt={case.number}")
        assert "&lt;b&gt;" not in page(Client(), "/track/?receipt=<b>x</b>")

    @pytest.mark.parametrize("address", ["/progress/", "/progress/withdraw/", "/progress/answer/", "/progress/add/"])
    def test_a_stranger_is_sent_to_the_number(self, case, address):
        for response in (Client().get(address, follow=True), Client().post(address, follow=True)):
            assert response.status_code == 405 or response.redirect_chain[0][0] == "/track/"

    def test_a_forged_cookie_opens_nothing(self, case):
        client = Client()
        client.cookies["weidu_tracked"] = str(case.reports.get().pk)
        assert client.get("/progress/").status_code == 302

    def test_the_page_closes_after_half_an_hour(self, case, monkeypatch):
        client = enter(case.number)
        later = timezone.now().timestamp() + 31 * 60
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
        assert "半小时后自动关闭" in page(client)

    def test_leaving_closes_the_page(self, case):
        client = enter(case.number)
        client.post("/progress/leave/")
        assert client.get("/progress/").status_code == 302


class TestReading:
    def test_it_says_whose_turn_it_is_and_until_when(self, case):
        html = page(enter(case.number))
        assert "北大街道新村社区第三网格" in html and "最晚" in html and "会转到社区继续办" in html
        assert html.count('aria-current="step"') == 1

    def test_the_ladder_climbs_with_the_case(self, case, wang, chen):
        cases.sign(case, by=wang)
        cases.escalate(case, "内部理由：缺材料", by=wang)
        cases.reply(case, "已联系施工单位", by=chen)
        html = page(enter(case.number))
        assert "网格上报社区" in html and "已联系施工单位" in html and "社区答复" in html
        assert "缺材料" not in html and "王建新" not in html and "陈立民" not in html

    def test_a_climb_by_time_is_worded_neutrally(self, case):
        Case.objects.filter(pk=case.pk).update(due_at=timezone.now(), climb_at=timezone.now() - timedelta(minutes=1))
        cases.sweep()
        html = page(enter(case.number))
        assert "已按时限转社区继续办理" in html and "超期" not in html

    def test_notes_and_hand_overs_stay_inside(self, case, wang, chen):
        cases.note(case, "这户情绪激动", photos=[ingest_photo(picture())], by=wang)
        cases.set_title(case, "路灯维修", by=chen)
        html = page(enter(case.number))
        assert "情绪激动" not in html and "备注" not in html and "/progress/photos/" not in html
        assert '<h1 class="mb-1">路灯维修</h1>' in html

    def test_a_case_handed_to_a_unit_names_the_unit(self, case, wang, zhao, qian, sun):
        from grids.models import Organization

        for person in (wang, None, zhao):
            if person:
                cases.escalate(case, "解决不了", by=person)
            else:
                Case.objects.filter(pk=case.pk).update(level=3)
                case.refresh_from_db()
        cases.collect(case, by=qian)
        cases.hand_out(case, Organization.objects.get(code="zhujian"), "请到现场查看", by=sun)
        html = page(enter(case.number))
        assert f"已交{case.handling_unit.name}办理" in html and "请到现场查看" not in html

    def test_a_suspended_case_says_why_and_when_it_is_looked_at_again(self, case, chen, zhao):
        Case.objects.filter(pk=case.pk).update(level=2)
        case.refresh_from_db()
        cases.ask_suspension(
            case, Approval.ReasonClass.FUNDS, timezone.localdate() + timedelta(days=40), "内部：没有钱", by=chen
        )
        cases.decide(case.approvals.get(), agreed=True, by=zhao)
        html = page(enter(case.number))
        assert "因资金未落实" in html and "再次研究" in html and "没有钱" not in html

    def test_a_refused_case_shows_its_reason(self, case, chen, zhao):
        Case.objects.filter(pk=case.pk).update(level=2)
        case.refresh_from_db()
        cases.ask_refusal(case, "属于法院受理范围", by=chen)
        cases.decide(case.approvals.get(), agreed=True, by=zhao)
        html = page(enter(case.number))
        assert "理由：属于法院受理范围" in html and "问题解决了吗" not in html

    def test_a_merged_report_follows_the_case_it_joined(self, case, make_case, wang, chen):
        other = make_case(text="张三家的灯", name="张三", phone="13911112222", at=timezone.now() - timedelta(hours=1))
        cases.set_title(other, "家属院路灯维修", by=chen)
        cases.merge(case, other, by=wang)
        resolved(other, wang)
        client = enter(case.number)
        html = page(client)
        assert "家属院路灯维修" in html and "合并办理" in html and "已更换灯泡" in html
        assert "张三" not in html and other.number not in html and "139****1391" not in html
        client.post("/progress/answer/", {"outcome": "solved"})
        assert Case.objects.get(pk=other.pk).status == Status.CLOSED

    def test_co_reporters_never_see_each_other(self, case, wang):
        first = case.reports.get()
        second = join(case, photos=[ingest_photo(picture("blue"))])
        cases.add(first, "我再说一句：门牌502", photos=[ingest_photo(picture())])
        cases.add(second, "我家孩子摔了")
        resolved(case, wang)
        cases.confirm(case, "unsolved", comment="糊弄人", report=second)
        one, two = page(enter(first.receipt)), page(enter(second.receipt, "6666"))
        assert "门牌502" in one and "您补充了情况" in one
        for secret in ("李先生", "1375", "我家孩子摔了", "我家门口也黑", "糊弄人", second.receipt, "您反映没有解决"):
            assert secret not in one
        assert "我家孩子摔了" in two and "您反映没有解决" in two and "您加入反映" in two
        for secret in ("刘女士", "1380", "门牌502", "三天没亮", "市政家属院", first.receipt):
            assert secret not in two
        photos = {shot.report_id: shot.photo_id for shot in case.photos.all()}
        own = enter(first.receipt).get(f"/progress/photos/{photos[first.pk]}/thumb/")
        own.getvalue()
        assert own.status_code == 200 and own["Content-Type"] == "image/jpeg"
        assert enter(first.receipt).get(f"/progress/photos/{photos[second.pk]}/thumb/").status_code == 404
        assert enter(first.receipt).get(f"/progress/photos/{photos[first.pk]}/huge/").status_code == 404

    def test_photos_of_a_public_reply_are_shown(self, case, wang):
        cases.reply(case, "已更换", photos=[ingest_photo(picture())], by=wang)
        client = enter(case.number)
        assert f"/progress/photos/{case.photos.get().photo_id}/thumb/" in page(client)

    def test_a_photo_of_another_case_is_not_found(self, case, make_case):
        other = make_case(photos=[ingest_photo(picture())])
        assert enter(case.number).get(f"/progress/photos/{other.photos.get().photo_id}/full/").status_code == 404

    def test_a_long_history_costs_no_more_queries(self, case, wang, django_assert_max_num_queries):
        cases.sign(case, by=wang)
        for number in range(20):
            cases.reply(case, f"第{number}次答复", photos=[ingest_photo(picture())], by=wang)
        client = enter(case.number)
        page(client)
        with django_assert_max_num_queries(4):
            client.get("/progress/")


class TestAnswering:
    def test_solved_closes_the_case_and_shows_the_own_rating(self, case, wang):
        resolved(case, wang)
        client = enter(case.number)
        assert "问题解决了吗" in page(client) and "1个工作日内复核" in page(client)
        client.post("/progress/answer/", {"outcome": "solved", "satisfaction": "satisfied", "comment": "谢谢"})
        html = page(client)
        assert "已办结" in html and "已解决，满意" in html and "谢谢" in html and "问题解决了吗" not in html
        assert html.count('aria-current="step"') == 1

    def test_unsolved_goes_to_the_level_above(self, case, wang):
        resolved(case, wang)
        client = enter(case.number)
        html = client.post("/progress/answer/", {"outcome": "unsolved"}, follow=True).content.decode()
        assert "已转上一级复核" in html and "复核中" in html
        case.refresh_from_db()
        assert case.review_by and case.disputes == 1

    def test_without_an_outcome_the_words_stay(self, case, wang):
        resolved(case, wang)
        html = enter(case.number).post("/progress/answer/", {"comment": "还是不亮"}).content.decode()
        assert "请选择问题是否解决" in html and "还是不亮" in html

    @pytest.mark.parametrize("data", [{"outcome": "x"}, {"outcome": "solved", "satisfaction": "x"}])
    def test_invented_choices_are_refused(self, case, wang, data):
        resolved(case, wang)
        assert "请重新选择" in enter(case.number).post("/progress/answer/", data).content.decode()

    def test_a_long_comment_is_refused_and_stays(self, case, wang):
        resolved(case, wang)
        response = enter(case.number).post("/progress/answer/", {"outcome": "solved", "comment": "长" * 501})
        assert "最多500个字" in response.content.decode() and "长" * 501 in response.content.decode()

    def test_a_case_that_has_not_been_answered_says_so(self, case):
        html = enter(case.number).post("/progress/answer/", {"outcome": "solved"}).content.decode()
        assert "不能确认" in html and Case.objects.get().status == Status.RECEIVED

    def test_answering_twice_is_refused(self, case, wang):
        resolved(case, wang)
        join(case)
        client = enter(case.number)
        client.post("/progress/answer/", {"outcome": "solved"})
        client.post("/progress/answer/", {"outcome": "unsolved"})
        assert Report.objects.get(is_first=True).outcome == "solved"


class TestAddingAndWithdrawing:
    def test_more_words_and_photos_reach_the_staff(self, case):
        client = enter(case.number)
        html = client.post("/progress/add/", {"text": "下雨更黑", "photos": [picture()]}, follow=True).content.decode()
        assert "已补充" in html and "下雨更黑" in html and case.photos.count() == 1

    def test_the_same_page_sent_twice_adds_once(self, case):
        client = enter(case.number)
        for _ in range(2):
            client.post("/progress/add/", {"text": "下雨更黑", "photos": [picture()]})
        assert Event.objects.filter(action=Action.ADD).count() == 1

    @pytest.mark.parametrize(
        ("data", "error"), [({"text": ""}, "请写一写要补充的情况"), ({"text": "长" * 2001}, "最多2000个字")]
    )
    def test_nothing_and_too_much_are_refused(self, case, data, error):
        assert error in enter(case.number).post("/progress/add/", data).content.decode()

    def test_a_refused_photo_keeps_the_words(self, case):
        from django.core.files.uploadedfile import SimpleUploadedFile

        empty = SimpleUploadedFile("x.jpg", b"", "image/jpeg")
        response = enter(case.number).post("/progress/add/", {"text": "下雨更黑", "photos": [picture(), empty]})
        html = response.content.decode()
        assert "第2张照片是空文件" in html and "下雨更黑" in html and "已留下1张照片" in html

    def test_an_ended_case_takes_no_more_words(self, case):
        client = enter(case.number)
        client.post("/progress/withdraw/")
        assert "不能补充情况" in client.post("/progress/add/", {"text": "还有"}).content.decode()

    def test_withdrawing_asks_first_and_then_ends_the_case(self, case):
        client = enter(case.number)
        assert "撤回以后不再办理" in page(client, "/progress/withdraw/")
        html = client.post("/progress/withdraw/", follow=True).content.decode()
        assert "您已撤回这件事项" in html and "撤回这件事项</a>" not in html
        assert Case.objects.get().status == Status.WITHDRAWN

    def test_a_second_withdrawal_is_refused(self, case):
        client = enter(case.number)
        client.post("/progress/withdraw/")
        assert "您已经撤回了" in client.post("/progress/withdraw/").content.decode()

    def test_one_of_two_reporters_leaves_alone(self, case):
        second = join(case)
        client = enter(second.receipt, "6666")
        html = client.post("/progress/withdraw/", follow=True).content.decode()
        assert "您撤回了反映" in html and "其他反映人" not in html
        assert "撤回" not in page(enter(case.number)).replace("撤回这件事项</a>", "")
        assert Case.objects.get().status == Status.RECEIVED

    def test_an_address_of_a_form_opened_by_hand_shows_the_page(self, case):
        client = enter(case.number)
        for address in ("/progress/answer/", "/progress/add/"):
            assert client.get(address)["Location"] == "/progress/"
        assert client.get("/progress/leave/").status_code == 405


def test_a_street_level_case_is_told_too(ground):
    request = cases.Request(
        category=Category.objects.get(code="other"),
        area=Area.objects.get(code=GRID[:9]),
        text="不知道哪个社区",
        name="刘女士",
        phone="13800001234",
    )
    report = cases.register(request, by=None)
    html = page(enter(report.receipt))
    assert "北大街道办事处" in html and html.count('aria-current="step"') == 1
