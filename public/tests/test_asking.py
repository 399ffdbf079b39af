"""The form, its refusals, and the receipt."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases import services as cases
from cases.models import Case, Category, Report
from cases.states import Status
from conftest import GRID, XINCUN
from grids.levels import Level
from grids.models import Area
from public import catalog
from public.tests.conftest import picture

pytestmark = pytest.mark.django_db
FORM = "/request/"


def page_of(response) -> str:
    return response.content.decode()


def the_case() -> Case:
    return Case.objects.get()


def test_a_request_leads_to_a_receipt_with_number_and_deadline(visitor, typed):
    response = visitor.post(FORM, typed(), follow=True)
    report = Report.objects.get()
    html = page_of(response)
    assert f"{report.receipt[:8]}-{report.receipt[8:]}" in html
    assert "data:image/svg+xml" in html and "新村社区第三网格会在" in html
    assert "no-store" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    assert the_case().area_id == GRID and the_case().level == Level.GRID
    assert report.phone.plain == "13800001234" and report.notice.version == "2026-1"


def test_the_receipt_of_somebody_else_is_not_shown(visitor, typed):
    visitor.post(FORM, typed())
    report = Report.objects.get()
    response = Client().get(f"/receipt/{report.uuid}/", follow=True)
    assert response.redirect_chain[0][0] == "/track/" and report.receipt not in page_of(response)


def test_a_forged_receipt_cookie_opens_nothing(visitor, typed):
    visitor.post(FORM, typed())
    report = Report.objects.get()
    stranger = Client()
    stranger.cookies["weidu_receipts"] = f'["{report.uuid}"]:abc:def'
    assert stranger.get(f"/receipt/{report.uuid}/").status_code == 302


def test_the_same_page_sent_twice_shows_the_same_receipt(visitor, typed):
    first, second = visitor.post(FORM, typed()), visitor.post(FORM, typed())
    assert first["Location"] == second["Location"] and Report.objects.count() == 1


def test_the_page_sent_again_with_other_words_is_another_request(visitor, typed):
    visitor.post(FORM, typed())
    visitor.post(FORM, typed(text="楼道灯也不亮了"))
    assert sorted(Case.objects.values_list("text", flat=True)) == ["楼前的路灯三天没亮了", "楼道灯也不亮了"]


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_at_the_same_moment_is_one_request(visitor, typed):
    def send(_) -> str:
        try:
            return Client().post(FORM, typed())["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(send, range(4)))
    assert len(places) == 1 and Report.objects.count() == 1


def test_a_top_category_is_enough_and_a_detail_is_kept(visitor, typed):
    visitor.post(FORM, typed())
    assert the_case().category.code == "light"
    visitor.post(FORM, typed(detail="light-stair", text="楼道灯不亮", anyway="1"))
    assert Case.objects.get(text="楼道灯不亮").category.code == "light-stair"


def test_a_detail_of_another_category_is_ignored(visitor, typed):
    visitor.post(FORM, typed(detail="heat-cold"))
    assert the_case().category.code == "light"


@pytest.mark.parametrize(
    ("grid", "community", "level"), [("", XINCUN, Level.COMMUNITY), ("", XINCUN[:9], Level.STREET)]
)
def test_who_does_not_know_the_grid_reaches_the_triage(visitor, typed, grid, community, level):
    visitor.post(FORM, typed(grid=grid, community=community))
    assert the_case().level == level


def test_the_public_form_never_makes_a_case_urgent(visitor, typed):
    visitor.post(FORM, typed(urgent="on"))
    assert the_case().urgent is False


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"category": ""}, "请选择是哪方面的问题"),
        ({"category": "nonsense"}, "这个类别现在不能选"),
        ({"category": "light-street"}, "这个类别现在不能选"),
        ({"community": ""}, "请选择所在的街道和社区"),
        ({"community": "411002999999", "grid": ""}, "不在本区办理范围"),
        ({"community": "411002", "grid": ""}, "不在本区办理范围"),
        ({"community": GRID, "grid": ""}, "不在本区办理范围"),
        ({"community": "DROP TABLE", "grid": ""}, "不在本区办理范围"),
        ({"grid": "411002005003999"}, "这个网格已经停用"),
        ({"grid": "411002005001001"}, "这个网格不在所选的社区"),
        ({"text": " \u200b\u202e\x00 "}, "请写一写是什么情况"),
        ({"text": "字" * 4001}, "最多4000个字，现在有4001个字，请删去1个字"),
        ({"place": "楼" * 61}, "最多60个字"),
        ({"name": ""}, "请填写怎样称呼您"),
        ({"phone": ""}, "请填写手机号"),
        ({"phone": "1380000123"}, "手机号少1位，请核对"),
        ({"phone": "138000012345"}, "手机号多1位，请核对"),
        ({"phone": "0374-2345678"}, "应是11位手机号码"),
        ({"under_14": "on"}, "请由监护人陪同填写"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_the_words_stay(visitor, typed, change, error):
    response = visitor.post(FORM, typed(**{"text": "楼前的路灯三天没亮了", **change}))
    html = page_of(response)
    assert error in html and "还没有提交" in html
    assert change.get("place") or "市政家属院3号楼" in html
    assert "text" in change or "楼前的路灯三天没亮了" in html
    assert not Case.objects.exists()


def test_a_community_out_of_service_is_refused(visitor, typed):
    Area.objects.filter(code=XINCUN).update(in_service=False)
    assert "已经停用" in page_of(visitor.post(FORM, typed(grid="")))


def test_a_category_out_of_use_is_refused_at_once(visitor, typed):
    catalog.kinds()
    Category.objects.filter(code="light").update(active=False)
    assert "这个类别现在不能选" in page_of(visitor.post(FORM, typed()))


def test_four_thousand_characters_are_taken_with_a_line_break_as_one(visitor, typed):
    visitor.post(FORM, typed(text="\r\n".join(["字" * 1999, "字" * 2000])))
    assert len(the_case().text) == 4000


def test_emoji_stay_full_width_digits_are_read_and_control_characters_go(visitor, typed):
    visitor.post(FORM, typed(text="灯\u202e坏了😀\x07", phone="１３８ ００００ １２３４", name="刘\u0000女士\n"))
    assert the_case().text == "灯坏了😀"
    report = Report.objects.get()
    assert report.phone.plain == "13800001234" and report.name.plain == "刘女士"


def test_html_is_text(visitor, typed):
    html = page_of(visitor.post(FORM, typed(text="<script>alert(1)</script>", phone="")))
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html


def test_a_damaged_submission_id_does_not_stop_a_request(visitor, typed):
    visitor.post(FORM, typed(submission="'; drop table"))
    assert Case.objects.count() == 1


def test_an_unknown_notice_version_is_taken_as_the_one_in_force(visitor, typed):
    visitor.post(FORM, typed(notice="1999-9"))
    assert Report.objects.get().notice.version == "2026-1"


def test_a_child_with_a_guardian_may_ask_and_contact_may_be_withheld(visitor, typed):
    visitor.post(FORM, typed(under_14="on", guardian_consents="on", withheld="on", wants_sms="on"))
    report = Report.objects.get()
    assert report.under_14 and report.guardian_consents and report.withheld and report.wants_sms


def test_a_huge_post_is_refused_politely(visitor, typed):
    response = visitor.post(FORM, typed(text="字" * 1_000_000))
    assert response.status_code == 400 and "填的文字还在" in page_of(response)


def test_an_old_token_gets_advice(ground, typed):
    response = Client(enforce_csrf_checks=True).post(FORM, typed())
    assert response.status_code == 403 and "您填的内容没有丢" in page_of(response)


def test_going_back_brings_the_words_back_so_the_form_is_not_forbidden_to_be_kept(visitor):
    assert "no-store" not in visitor.get(FORM).get("Cache-Control", "")


class TestPhotos:
    def test_photos_come_with_the_request(self, visitor, typed):
        visitor.post(FORM, typed(photos=[picture("red"), picture("blue")]))
        assert the_case().photos.count() == 2

    def test_a_refused_photo_costs_neither_the_words_nor_the_other_photos(self, visitor, typed):
        empty = SimpleUploadedFile("empty.jpg", b"", "image/jpeg")
        polyglot = SimpleUploadedFile("x.jpg", b"PK\x03\x04<html>", "image/jpeg")
        response = visitor.post(FORM, typed(photos=[picture(), empty, polyglot]))
        html = page_of(response)
        assert "第2张照片是空文件" in html and "第3张照片不是能识别的照片" in html
        assert "已留下1张照片" in html and "楼前的路灯三天没亮了" in html and not Case.objects.exists()
        visitor.post(FORM, typed(kept=response.context["draft"].token))
        assert the_case().photos.count() == 1

    def test_photos_stay_when_a_field_is_wrong_and_can_be_taken_off(self, visitor, typed):
        draft = visitor.post(FORM, typed(phone="1", photos=[picture("red"), picture("blue")])).context["draft"]
        visitor.post(FORM, typed(kept=draft.token, drop=[str(draft.photos[0].pk)]))
        assert [shot.photo_id for shot in the_case().photos.all()] == [draft.photos[1].pk]

    def test_kept_photos_fit_their_own_submission_only(self, visitor, typed):
        draft = visitor.post(FORM, typed(phone="1", photos=[picture()])).context["draft"]
        visitor.post(FORM, typed(kept=draft.token, submission="22222222-2222-4222-8222-222222222222"))
        assert not the_case().photos.exists()

    def test_a_kept_photo_is_attached_once_only(self, visitor, typed):
        draft = visitor.post(FORM, typed(phone="1", photos=[picture()])).context["draft"]
        visitor.post(FORM, typed(kept=draft.token))
        visitor.post(FORM, typed(kept=draft.token, text="另一件事"))
        assert Case.objects.count() == 2 and not Case.objects.get(text="另一件事").photos.exists()

    def test_a_forged_token_keeps_nothing(self, visitor, typed):
        visitor.post(FORM, typed(kept="abc:def"))
        assert not the_case().photos.exists()

    def test_a_seventh_photo_is_left_out_and_said_so(self, visitor, typed):
        response = visitor.post(FORM, typed(photos=[picture() for _ in range(7)]))
        assert "最多6张" in page_of(response) and "已留下6张照片" in page_of(response)

    def test_nobody_else_sees_a_reporters_photo(self, visitor, typed):
        visitor.post(FORM, typed(photos=[picture()]))
        photo = the_case().photos.get().photo_id
        assert Client().get(reverse("public:photo", args=[photo, "full"])).status_code == 302


class TestSimilar:
    @pytest.fixture
    def open_case(self, make_case, chen) -> Case:
        case = make_case(
            text="张三家门口的灯坏了", subject="张三的灯", place="张三家", name="张三", phone="13911112222"
        )
        cases.set_title(case, "家属院路灯维修", by=chen)
        return case

    def test_a_similar_case_is_offered_before_sending_with_everything_kept(self, visitor, typed, open_case):
        response = visitor.post(FORM, typed(photos=[picture()]))
        html = page_of(response)
        assert "家属院路灯维修" in html and "不是同一件，继续提交" in html
        assert "楼前的路灯三天没亮了" in html and response.context["draft"].token in html
        assert Case.objects.count() == 1

    def test_it_shows_nothing_of_the_other_resident(self, visitor, typed, open_case):
        shown = [
            page_of(visitor.post(FORM, typed())),
            page_of(visitor.get("/request/similar/", {"category": "light", "community": XINCUN})),
        ]
        key = visitor.post(FORM, typed()).context["offered"][0].key
        shown.append(page_of(visitor.get(f"/request/join/{key}/")))
        for html in shown:
            assert "家属院路灯维修" in html
            for secret in ("张三", "139", open_case.number, str(open_case.uuid)):
                assert secret not in html

    def test_a_case_without_a_title_by_staff_is_not_offered(self, visitor, typed, make_case):
        make_case(text="张三家门口的灯坏了")
        assert visitor.post(FORM, typed()).status_code == 302

    def test_a_complaint_about_staff_is_not_offered(self, visitor, typed, make_case, wang, chen):
        case = make_case(about=wang)
        Case.objects.filter(pk=case.pk).update(title="作风问题")
        assert visitor.post(FORM, typed()).status_code == 302

    def test_not_the_same_goes_on_with_words_and_photos(self, visitor, typed, open_case):
        draft = visitor.post(FORM, typed(photos=[picture()])).context["draft"]
        visitor.post(FORM, typed(anyway="1", kept=draft.token))
        assert Case.objects.get(text="楼前的路灯三天没亮了").photos.count() == 1

    def test_what_the_form_has_offered_already_is_not_asked_again(self, visitor, typed, open_case):
        offered = visitor.get("/request/similar/", {"category": "light", "community": XINCUN})
        assert visitor.post(FORM, typed(seen=offered.context["seen"])).status_code == 302

    def test_joining_brings_over_what_was_typed_and_gives_an_own_receipt(self, visitor, typed, open_case):
        first = visitor.post(FORM, typed(photos=[picture()]))
        address = f"/request/join/{first.context['offered'][0].key}/"
        kept = first.context["draft"].token
        opened = visitor.post(address, typed(open="1", kept=kept))
        assert "13800001234" in page_of(opened) and "楼前的路灯三天没亮了" in page_of(opened)
        assert "还没有提交" not in page_of(opened)
        response = visitor.post(address, typed(kept=kept), follow=True)
        report = Report.objects.get(is_first=False)
        assert report.case_id == open_case.pk and report.receipt != open_case.number
        assert f"{report.receipt[:8]}-{report.receipt[8:]}" in page_of(response) and open_case.number not in page_of(
            response
        )
        assert report.text == "楼前的路灯三天没亮了" and report.photos.count() == 1

    def test_joining_twice_is_joining_once(self, visitor, typed, open_case):
        address = f"/request/join/{visitor.post(FORM, typed()).context['offered'][0].key}/"
        assert visitor.post(address, typed())["Location"] == visitor.post(address, typed())["Location"]
        assert Report.objects.filter(is_first=False).count() == 1

    def test_joining_asks_for_contact_only(self, visitor, typed, open_case):
        address = f"/request/join/{visitor.post(FORM, typed()).context['offered'][0].key}/"
        html = page_of(visitor.post(address, {"text": ""}))
        assert "请填写手机号" in html and "请选择是哪方面" not in html
        visitor.post(address, {"name": "李先生", "phone": "13700001111"})
        assert Report.objects.get(is_first=False).text == ""

    def test_an_invented_key_and_an_ended_case_lead_back_to_the_form(self, visitor, typed, open_case):
        key = visitor.post(FORM, typed()).context["offered"][0].key
        Case.objects.filter(pk=open_case.pk).update(status=Status.WITHDRAWN)
        for wrong in (key, "1:abc"):
            response = visitor.get(f"/request/join/{wrong}/", follow=True)
            assert response.redirect_chain[0][0] == FORM and "作为新的事项提交" in page_of(response)


class TestFragments:
    def test_kinds_and_grids_follow_the_choice(self, visitor):
        assert "路灯不亮" in page_of(visitor.get("/request/kinds/", {"category": "light"}))
        grids = page_of(visitor.get("/request/places/", {"community": XINCUN}))
        assert "第三网格" in grids and "不确定" in grids and "<html" not in grids

    @pytest.mark.parametrize("address", ["/request/kinds/", "/request/places/", "/request/similar/"])
    @pytest.mark.parametrize("query", [{}, {"category": "x", "community": "x"}, {"community": XINCUN[:9]}])
    def test_nonsense_gives_an_empty_choice(self, visitor, address, query):
        assert visitor.get(address, query).status_code == 200


def test_the_form_costs_no_query_once_the_process_is_warm(visitor, django_assert_num_queries):
    visitor.get(FORM)
    with django_assert_num_queries(0):
        visitor.get(FORM)


def test_a_submission_costs_few_queries(visitor, typed, django_assert_max_num_queries):
    visitor.post(FORM, typed(text="第一件"))
    with django_assert_max_num_queries(20):
        assert visitor.post(FORM, typed(text="第二件")).status_code == 302
