"""The case page: who sees what of a case, and that it costs the same however long the story is."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audit.models import Entry
from cases import services as cases
from cases.models import Event
from cases.states import Outcome
from conftest import GRID, XINCUN, moment, posted
from desk.case_page import CasePage, visible_case
from files.services import ingest_photo
from grids.models import Organization

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-11-23 10:00")
NOON = moment("2026-11-23 11:00")


def page(client, user, case, **headers):
    client.force_login(user)
    return client.get(reverse("desk:case", args=[case.number]), **headers)


def words(response) -> str:
    return response.content.decode()


def upload(name="a.jpg") -> SimpleUploadedFile:
    kept = BytesIO()
    Image.new("RGB", (64, 48), "#888").save(kept, "JPEG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/jpeg")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_the_holder_sees_facts_ladder_and_the_one_thing_to_do(client, make_case, wang):
    case = make_case(at=MONDAY, title="3号楼前路灯不亮")
    shown = words(page(client, wang, case))
    assert "3号楼前路灯不亮" in shown and "楼前的路灯三天没亮了" in shown and "北大街道新村社区第三网格" in shown
    assert shown.count('aria-current="step"') == 1
    assert shown.count('class="btn btn-primary') == 1 + shown.count("查看5分钟</button>")
    assert ">签收</button>" in shown


def test_an_outsider_gets_404(client, make_case, outsider):
    assert page(client, outsider, make_case()).status_code == 404


def test_nobody_without_a_posting_sees_a_case(client, make_case, clerk):
    assert page(client, clerk, make_case()).status_code == 403


def test_one_signs_in_first(client, make_case):
    response = client.get(reverse("desk:case", args=[make_case().number]))
    assert response.status_code == 302 and "/account/" in response["Location"]


def test_the_page_is_only_read(client, make_case, wang):
    client.force_login(wang)
    assert client.post(reverse("desk:case", args=[make_case().number])).status_code == 405


def test_the_page_is_never_stored(client, make_case, wang):
    assert "no-store" in page(client, wang, make_case())["Cache-Control"]


def test_a_complaint_is_marked_and_invisible_to_whom_it_is_about(client, make_case, wang, chen):
    case = make_case(about=wang, by=chen)
    assert page(client, wang, case).status_code == 404
    assert "本人看不到" in words(page(client, chen, case))


def test_typed_markup_is_shown_as_text(client, make_case, wang):
    case = make_case(text="<script>alert(1)</script>", place="<b>3号楼</b>", name="<i>刘</i>")
    cases.note(case, "<img src=x onerror=alert(1)>", by=wang)
    shown = words(page(client, wang, case))
    assert "<script>alert" not in shown and "<b>3号楼" not in shown and "<img src=x" not in shown
    assert "&lt;script&gt;" in shown and "&lt;img src=x" in shown


def test_internal_notes_and_public_words_never_look_alike(client, make_case, wang):
    case = make_case()
    cases.reply(case, "明天来修", note="已约张师傅", by=wang)
    shown = words(page(client, wang, case))
    assert '<div class="quote outward"><span class="visually-hidden">居民可见：</span>明天来修' in shown
    assert '<span class="visually-hidden">内部：</span>已约张师傅' in shown


def test_notes_of_colleagues_are_not_among_public_events(make_case, wang, chen):
    case = make_case()
    cases.note(case, "管道权属有争议", by=wang)
    cases.escalate(case, "网格办不了", by=wang)
    assert not [e for e in Event.objects.public().filter(case=case) if "管道权属有争议" in e.public_text + e.note]
    assert all("网格办不了" not in e.public_text for e in Event.objects.public().filter(case=case))


def test_the_page_costs_as_many_queries_for_thirty_events_as_for_three(client, make_case, chen, wang):
    case = make_case(at=MONDAY)
    cases.note(case, "第一次", by=wang, at=NOON)
    cases.note(case, "第二次", by=wang, at=NOON)
    page(client, chen, case)
    with CaptureQueriesContext(connection) as few:
        page(client, chen, case)
    for number in range(27):
        cases.note(case, f"第{number + 3}次", by=wang, at=NOON)
    with CaptureQueriesContext(connection) as many:
        shown = words(page(client, chen, case))
    assert "共30条" in shown
    assert len(many) == len(few), [q["sql"][:120] for q in many.captured_queries]
    assert len(many) <= 40


def test_the_template_asks_the_database_nothing(make_case, chen, wang, django_assert_num_queries):
    case = make_case(at=MONDAY)
    make_case(at=MONDAY)
    cases.reply(case, "明天来修", by=wang, at=NOON)
    shown = CasePage(visible_case(chen, case.number), chen)
    with django_assert_num_queries(0):
        assert "明天来修" in render_to_string("desk/case.html", {"page": shown, "district": ""})


def test_the_ladder_tells_used_time_and_where_the_case_is(client, make_case, wang, zhao):
    case = make_case(at=MONDAY)
    cases.escalate(case, "网格办不了", by=wang, at=moment("2026-11-23 16:00"))
    shown = words(page(client, zhao, case))
    assert '<li class="passed"><span class="dot">' in shown
    assert "用时3小时" in shown  # 10:00–12:00 and 15:00–16:00
    assert "网格上报社区" in shown and '<li class="up">' in shown
    assert "/ 1个工作日" in shown


def test_a_case_that_starts_at_the_community_says_that_no_grid_had_it(client, make_case, chen):
    assert "未经办" in words(page(client, chen, make_case(area=XINCUN)))


def test_a_closed_case_is_green_and_has_no_turn(client, make_case, wang, chen):
    case = make_case()
    cases.resolve(case, 0, "已修好", by=wang)
    cases.confirm(case, Outcome.SOLVED, report=case.reports.get())
    shown = words(page(client, chen, case))
    assert '<li class="closed">' in shown and 'aria-current="step"' not in shown


def test_why_this_deadline_names_rule_days_off_and_that_it_is_our_default(client, make_case, wang):
    case = make_case(at=moment("2026-11-27 16:00"))
    shown = words(page(client, wang, case))
    assert "1个工作日内办结" in shown and "休息日11月28日、11月29日" in shown and "本系统默认值" in shown
    assert "每天6.5小时" in shown


def test_an_extension_and_the_time_waited_for_it_are_told(client, make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.sign(case, by=he, at=MONDAY)
    asked = cases.ask_extension(case, 2, "等配件", by=he, at=NOON)
    shown = words(page(client, he, case))
    assert "等待审批，停表至" in shown and 'value="agree"' not in shown
    assert 'value="agree"' in words(page(client, chen, case))
    cases.decide(asked, agreed=True, by=chen, at=moment("2026-11-23 16:00"))
    case.refresh_from_db()
    shown = words(page(client, he, case))
    assert "陈书记同意延期2个工作日" in shown and "3＋2个工作日" in shown and "顺延2小时" in shown


def test_the_hotlines_own_deadline_stands_with_the_reasons(client, make_case, wang):
    case = make_case(
        channel="hotline", external_number="GD20261123", external_due_at=timezone.now() + timedelta(days=3), by=wang
    )
    shown = words(page(client, wang, case))
    assert "12345　GD20261123" in shown and "延期不能超过" in shown


def test_merged_cases_link_to_each_other_and_show_each_others_words(client, make_case, chen):
    kept, joined = make_case(area=XINCUN, title="路灯不亮"), make_case(area=XINCUN, text="路灯坏了一周", name="张先生")
    cases.merge(joined, kept, by=chen)
    joined.refresh_from_db()
    assert kept.number in words(page(client, chen, joined))
    shown = words(page(client, chen, kept))
    assert "已并入本件" in shown and joined.get_absolute_url() in shown
    assert "还有1人" in shown and "路灯坏了一周" in shown


def test_similar_open_cases_are_offered_for_joining(client, make_case, chen, wang):
    case, other = make_case(area=XINCUN), make_case(area=GRID)
    make_case(category="sanitation-pile")
    shown = words(page(client, chen, case))
    assert "同类在办" in shown and f"?into={other.number}" in shown


def test_co_reporters_words_are_shown_to_staff(client, make_case, wang):
    case = make_case()
    request = cases.Request(
        category=case.category, area=case.area, text="我家门口也不亮", name="张先生", phone="13900005678"
    )
    cases.join(case, request, by=None)
    shown = words(page(client, wang, case))
    assert "还有1人" in shown and "我家门口也不亮" in shown and "139****5678" in shown and "13900005678" not in shown


# contacts


def contact_url(case, report=None) -> str:
    return reverse("desk:contact", args=[case.number, (report or case.reports.get()).pk])


def test_a_contact_is_masked_until_a_reason_is_given_and_the_look_is_recorded(client, make_case, wang):
    case = make_case()
    assert "13800001234" not in words(page(client, wang, case))
    assert "查看原因" in words(client.get(contact_url(case)))
    assert not Entry.objects.filter(verb="report.reveal").exists()
    response = client.post(contact_url(case), {"reason": "ask"})
    assert "13800001234" in words(response) and "刘女士" in words(response)
    assert 'http-equiv="refresh" content="300' in words(response) and "no-store" in response["Cache-Control"]
    assert Entry.objects.get(verb="report.reveal").details["reason"] == "ask"


def test_in_place_a_contact_comes_as_a_fragment_that_hides_itself(client, make_case, wang):
    case = make_case()
    client.force_login(wang)
    shown = words(client.post(contact_url(case), {"reason": "tell"}, HTTP_HX_REQUEST="true"))
    assert 'data-hides-in="300"' in shown and "13800001234" in shown and "<html" not in shown
    assert 'data-masked="刘女士　138****1234"' in shown


def test_an_unknown_reason_shows_nothing(client, make_case, wang):
    case = make_case()
    client.force_login(wang)
    response = client.post(contact_url(case), {"reason": "curious"})
    assert "13800001234" not in words(response) and "请选择查看原因" in words(response)


def test_contacts_are_kept_from_those_whose_post_does_not_allow_it(client, make_case, qian, outsider, zhao):
    case = make_case()
    client.force_login(qian)
    assert client.post(contact_url(case), {"reason": "ask"}).status_code == 403
    client.force_login(outsider)
    assert client.post(contact_url(case), {"reason": "ask"}).status_code == 404
    client.force_login(zhao)
    assert client.post(contact_url(case, make_case().reports.get()), {"reason": "ask"}).status_code == 404


def test_a_withheld_contact_says_so_and_stays_closed(client, make_case, wang):
    case = make_case(withheld=True)
    shown = words(page(client, wang, case))
    assert "要求不让经办人员看到联系方式" in shown and "138****1234" not in shown and "刘女士" not in shown
    assert client.post(contact_url(case), {"reason": "ask"}).status_code == 403


def test_a_utility_works_without_the_residents_contact(client, make_case, sun, qian, ground):
    plumber = posted("water", "吕强", "吕工", "unit_head", unit="gongshui")
    case = climbed_to_unit(make_case(), Organization.objects.get(code="gongshui"), qian, sun)
    assert "您的岗位不能查看联系方式" in words(page(client, plumber, case))
    assert client.post(contact_url(case), {"reason": "ask"}).status_code == 403


def climbed_to_unit(case, unit, qian, sun):
    for _ in range(3):
        cases.escalate(case, "本级办不了", by=qian)
    cases.collect(case, by=qian)
    cases.hand_out(case, unit, "请派人检修", by=sun)
    return case


# photos


def test_photos_are_for_those_who_may_see_the_case(client, make_case, media, wang, outsider):
    case = make_case(photos=[ingest_photo(upload())])
    held = case.photos.get()
    url = reverse("desk:photo", args=[held.photo_id, "thumb"])
    assert url in words(page(client, wang, case))
    response = client.get(url)
    assert response.status_code == 200 and response["Content-Type"] == "image/jpeg"
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert client.get(reverse("desk:photo", args=[held.photo_id, "huge"])).status_code == 404
    client.force_login(outsider)
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


def test_a_photo_of_a_note_stands_in_the_timeline(client, make_case, media, wang):
    case = make_case()
    client.force_login(wang)
    url = reverse("desk:act", args=[case.number, "note"])
    client.post(url, {"note-text": "拍了照", "note-photos": [upload()], "seen": 1})
    shown = words(page(client, wang, case))
    assert "拍了照" in shown and "内部备注，第1张" in shown
