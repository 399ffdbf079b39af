"""The visit page: what it shows, what it keeps, and where it goes next."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases.models import Case
from conftest import GRID, posted
from households.models import HouseholdEvent, TagKind
from households.services import caring, keeping, residents
from visits import services as visits
from visits.models import Mention, Visit, VisitPhoto
from visits.services.uploading import keep_photo
from visits.visit_page import VisitPage
from wishes.models import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(color: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "JPEG")
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


def a_text() -> SimpleUploadedFile:
    return SimpleUploadedFile("p.txt", b"not a picture", "text/plain")


@pytest.fixture
def visitor(wang) -> Client:
    """A phone on which the grid worker is signed in."""
    client = Client()
    client.force_login(wang)
    return client


@pytest.fixture
def home(make_household, wang):
    """刘阿姨, who lives alone."""
    made = make_household(people=[keeping.Person("刘秀兰", "head", "刘阿姨", 2, 1947, "13800001234")])
    caring.set_tag(made, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    return made


def page_of(household) -> str:
    return reverse("field:visit-new", args=[household.pk])


def said(**other) -> dict:
    return {"submission": "11111111-1111-4111-8111-111111111111", "outcome": "met", **other}


def test_the_page_says_whose_door_it_is(visitor, home):
    text = visitor.get(page_of(home)).content.decode()
    assert "3-2-501" in text and "第一食品厂家属院" in text and "刘阿姨" in text and "独居" in text
    assert "刘秀兰" not in text and "13800001234" not in text
    assert text.count(" checked") == 12 + 1  # 只记录 of each topic, and the way; nothing else is preselected
    assert "还没有走访过" in text


def test_a_visit_is_written_down(visitor, home, wang):
    response = visitor.post(page_of(home), said(topics="fine", then="stay"))
    visit = Visit.objects.get()
    assert response.url == visit.get_absolute_url() and (visit.visitor, visit.outcome) == (wang, "met")


def test_the_page_without_a_household_is_bare(wang, rf):
    request = rf.get("/")
    request.user = wang
    text = render_to_string("field/parts/visit_form.html", {"page": VisitPage(None, wang)}, request)
    assert 'data-household=""' in text and 'data-label=""' in text and 'id="topic-leak"' in text
    assert "/call/" not in text and 'id="people" hidden' not in text


def test_one_submission_opens_a_case_and_a_wish(visitor, home, wang):
    typed = said(
        topics=["leak", "needs"],
        **{"handling-leak": "case", "detail-leak": "下雨后储藏间进水", "urgent-leak": "1"},
        **{"handling-needs": "wish", "detail-needs": "想要一副老花镜", "then": "stay"},
    )
    page = visitor.post(page_of(home), typed, follow=True).content.decode()
    case, wish = Case.objects.get(), Wish.objects.get()
    assert (case.text, case.urgent, wish.household) == ("下雨后储藏间进水", True, home)
    assert "已保存：3-2-501 已见面，立了1件事项、1个微心愿" in page and case.get_absolute_url() in page
    assert wish.get_absolute_url() in page and reverse("field:visit-correct", args=[Visit.objects.get().uuid]) in page


def test_sent_twice_is_one_visit(visitor, home):
    typed = said(topics="leak", **{"handling-leak": "case"})
    visitor.post(page_of(home), typed)
    visitor.post(page_of(home), typed)
    assert Visit.objects.count() == Case.objects.count() == 1


def test_nobody_home_is_one_button(visitor, home):
    """The button saves at once, also where a result was chosen before."""
    visitor.post(page_of(home), said(outcome=["absent", "met"]))
    assert Visit.objects.get().outcome == "absent"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"outcome": ""}, "请选走访结果"),
        ({"outcome": "absent", "topics": ["leak"]}, "没有见到人"),
        ({"topics": ["fine", "leak"]}, "就不用再选别的"),
        ({"topics": ["light"], "handling-light": "wish"}, "不能记作微心愿"),
        ({"others": "甲" * 41}, "40"),
        ({"next_date": "昨天"}, "日期"),
    ],
)
def test_a_refusal_keeps_everything_typed(visitor, home, typed, words):
    kept = {"detail-leak": "下雨后储藏间进水", "note": "老人在家", "handling-leak": "refer"}
    page = visitor.post(page_of(home), {**said(topics=["leak"]), **kept, **typed}).content.decode()
    assert words in page and "填的都在" in page and not Visit.objects.exists()
    assert 'value="下雨后储藏间进水"' in page and "老人在家</textarea>" in page
    assert 'name="handling-leak" value="refer" checked' in page
    assert 'value="11111111-1111-4111-8111-111111111111"' in page


def test_photos_of_a_refused_form_are_kept_and_joined_later(visitor, home, wang):
    typed = said(outcome="", topics="leak", **{"handling-leak": "case"})
    page = visitor.post(page_of(home), {**typed, "file-leak": picture(), "file": [picture("blue"), a_text()]})
    text = page.content.decode()
    assert "照片" in text and VisitPhoto.objects.filter(visit__isnull=True).count() == 2
    kept = {name: page.context["page"].typed.getlist(name) for name in ("photos-leak", "photos")}
    assert [len(one) for one in kept.values()] == [1, 1] and kept["photos-leak"][0] in text
    shown = visitor.get(reverse("field:visit-photo", args=kept["photos"]))
    assert shown.status_code == 200 and b"".join(shown.streaming_content)
    visitor.post(page_of(home), {**typed, "outcome": "met", **kept})
    visit = Visit.objects.get()
    assert {(one.line_id is None, one.photo_id is None) for one in visit.photos.all()} == {
        (True, False),
        (False, False),
    }
    text = visitor.get(visit.get_absolute_url()).content.decode()
    assert "2/2" in text and text.count("?size=thumb") == 2


def test_photos_of_others_are_not_taken(visitor, home, he):
    foreign = keep_photo(picture(), by=he)
    visitor.post(page_of(home), said(topics="leak", photos=[str(foreign.uuid), "x"]))
    foreign.refresh_from_db()
    assert Visit.objects.get().photos_expected == 0 and foreign.visit is None
    assert visitor.get(reverse("field:visit-photo", args=[foreign.uuid])).status_code == 404


def test_what_is_expected_and_not_there_yet_is_counted(visitor, home, wang):
    missing = uuid.uuid4()
    said_now = visits.Said(home, "met", photos=[missing])
    visit = visits.write_down(said_now, by=wang)
    assert "0/1" in visitor.get(visit.get_absolute_url()).content.decode()
    assert visitor.get(reverse("field:visit-photo", args=[missing])).status_code == 404


def test_the_next_door_is_the_next_one_of_the_building(visitor, home, make_household, make_visit, wang):
    far, behind, beyond = make_household("1-1-101"), make_household("3-1-101"), make_household("3-2-502")
    order = []
    for _ in range(4):
        here = [home, *order][-1]
        answer = visitor.post(page_of(here), said(submission=str(uuid.uuid4()), then="next"))
        order.append(next((one for one in (far, behind, beyond) if answer.url == page_of(one)), None))
    assert order[:3] == [beyond, behind, far] and answer.url == reverse("field:today")


def test_who_was_not_at_home_is_not_proposed_again_today(visitor, home):
    answer = visitor.post(page_of(home), said(outcome="absent"))
    assert answer.url == reverse("field:today")


def test_written_later_is_dated_and_only_today_and_yesterday(visitor, home, make_household):
    make_household("3-2-502")
    today, page = timezone.localdate(), f"{page_of(home)}?later=1"
    text = visitor.get(page).content.decode()
    assert 'name="written_later"' in text and (today - timedelta(days=1)).isoformat() in text
    typed = said(written_later="1", part="afternoon", then="next")
    refused = visitor.post(page, typed | {"day": (today - timedelta(days=2)).isoformat()}).content.decode()
    assert "只能记今天和昨天" in refused
    assert "请选是今天还是昨天" in visitor.post(page, typed).content.decode() and not Visit.objects.exists()
    yesterday = today - timedelta(days=1)
    answer = visitor.post(page, typed | {"day": yesterday.isoformat()})
    visit = Visit.objects.get()
    assert (visit.written_later, visit.happened_date, timezone.localtime(visit.happened_at).hour) == (
        True,
        yesterday,
        16,
    )
    assert answer.url.endswith(f"?later=1&day={yesterday.isoformat()}&part=afternoon")
    assert f'value="{yesterday.isoformat()}" checked' in visitor.get(answer.url).content.decode()


def test_the_header_tells_of_the_last_visit_and_what_is_under_way(visitor, home, make_visit, wang):
    at = timezone.now() - timedelta(days=31)
    make_visit(home, by=wang, at=at, topics={"leak": "case"}, detail="地下室渗水")
    case = Case.objects.get()
    page = visitor.get(page_of(home)).content.decode()
    assert "31天前走访，说过地下室渗水" in page and "在办1件" in page and f"told-case-{case.number}" in page
    visitor.post(page_of(home), said(**{f"told-case-{case.number}": "progress"}))
    assert Mention.objects.get().case == case
    visit = Visit.objects.latest("pk")
    assert "已告知进度" in visitor.get(visit.get_absolute_url()).content.decode()


def test_tags_are_for_those_who_may_see_them(home, make_visit, client, he):
    posted_worker = posted("first", "何平", "何书记", "grid_first_secretary", area=GRID)
    client.force_login(posted_worker)
    page = client.get(page_of(home)).content.decode()
    assert "刘阿姨" in page and "独居" not in page and reverse("field:call", args=[home.pk]) not in page
    assert client.post(reverse("field:call", args=[home.pk])).status_code == 403


def test_a_number_is_shown_for_one_call_and_kept(visitor, home):
    address = reverse("field:call", args=[home.pk])
    assert address in visitor.get(page_of(home)).content.decode()
    asked = visitor.get(address).content.decode()
    assert "138****1234" in asked and "13800001234" not in asked and not HouseholdEvent.objects.filter(verb="reveal")
    shown = visitor.post(address)
    assert 'href="tel:13800001234"' in shown.content.decode() and "no-store" in shown["Cache-Control"]
    event = HouseholdEvent.objects.get(verb="reveal")
    assert (event.details["field"], event.details["reason"]) == ("phone", "call")
    part = visitor.post(address, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("{#") is False and "<html" not in part and 'data-hides-in="300"' in part


def test_without_a_number_there_is_nothing_to_call(visitor, make_household):
    bare = make_household("3-2-502", people=[("孙某", "head")])
    assert "/call/" not in visitor.get(page_of(bare)).content.decode()
    assert visitor.get(reverse("field:call", args=[bare.pk])).status_code == 404


@pytest.mark.parametrize("name", ["visit-new", "call"])
def test_other_households_do_not_exist(home, client, name):
    client.force_login(posted("far", "周某", "周网格员", "grid_worker", area="411002008001001"))
    assert client.get(reverse(f"field:{name}", args=[home.pk])).status_code == 404
    assert client.post(reverse(f"field:{name}", args=[home.pk]), said()).status_code == 404
    assert not Visit.objects.exists()


def test_who_moved_out_is_not_visited(visitor, home, wang):
    keeping.move_out(home, on=timezone.localdate(), by=wang)
    assert visitor.get(page_of(home)).status_code == 404


def test_a_visit_is_read_by_who_may_see_the_household(home, make_visit, wang, chen, client):
    visit = make_visit(home, by=wang, note="老人在家")
    client.force_login(chen)
    page = client.get(visit.get_absolute_url()).content.decode()
    assert "老人在家" in page and "王网格员" in page and "更正" not in page
    client.force_login(posted("far", "周某", "周网格员", "grid_worker", area="411002008001001"))
    assert client.get(visit.get_absolute_url()).status_code == 404


def test_a_correction_starts_from_what_was_written(visitor, home, make_visit, wang):
    visit = make_visit(home, by=wang, topics={"leak": "case", "parking": "record"}, note="老人在家")
    address = reverse("field:visit-correct", args=[visit.uuid])
    text = visitor.get(address).content.decode()
    assert "老人在家</textarea>" in text and "已立为事项，不能再改成别的" in text and 'name="seen" value="1"' in text
    assert 'id="topic-leak" name="topics" value="leak" checked' in text and "下一户" not in text
    typed = {"seen": "1", "outcome": "phoned", "topics": "leak", "handling-leak": "record", "note": "改"}
    refused = visitor.post(address, typed).content.decode()
    assert "已经立为事项" in refused and "改</textarea>" in refused
    page = visitor.post(address, typed | {"handling-leak": "case"}, follow=True).content.decode()
    assert "已保存更正" in page and "电话联系" in page and "更正以前" in page and "停车充电，只记录" in page
    stale = visitor.post(address, typed | {"handling-leak": "case"})
    assert stale.status_code == 409 and "刚才已经更正过" in stale.content.decode()


def test_after_a_day_the_page_says_that_it_is_too_late(visitor, home, make_visit, wang):
    visit = make_visit(home, by=wang, at=timezone.now() - timedelta(days=3))
    page = visitor.get(reverse("field:visit-correct", args=[visit.uuid]), follow=True).content.decode()
    assert "第二天结束前可以更正" in page and reverse("field:visit-correct", args=[visit.uuid]) not in page


def test_another_visitors_visit_is_not_corrected(home, make_visit, wang, chen, client):
    visit = make_visit(home, by=wang)
    client.force_login(chen)
    assert client.get(reverse("field:visit-correct", args=[visit.uuid])).status_code == 403


def test_as_many_queries_for_a_big_family_as_for_one(visitor, home, make_visit, wang):
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(address).status_code == 200
        return len(captured)

    visit = make_visit(home, by=wang, topics={"leak": "case", "needs": "wish"})
    queries(page_of(home))
    few = queries(page_of(home)), queries(visit.get_absolute_url())
    for number in range(5):
        residents.add(home, keeping.Person(f"刘某{number}", "other"), by=wang)
    again = make_visit(home, by=wang, topics={"light": "case", "company": "wish", "parking": "refer"})
    assert (queries(page_of(home)), queries(again.get_absolute_url())) == few
    assert max(few) <= 20


@pytest.mark.parametrize("agreed", ["9999-12-31", "2020-01-01"])
def test_an_appointment_lies_within_a_year(visitor, home, agreed):
    answer = visitor.post(page_of(home), {"submission": str(uuid.uuid4()), "outcome": "met", "next_date": agreed})
    assert answer.status_code == 200 and "一年以内" in answer.content.decode() and not Visit.objects.exists()


@pytest.mark.parametrize("line", ["abc", "5f0c7f9e-0a52-4c0b-8d53-0c5a0c5d1a11"])
def test_a_new_visit_names_no_line(visitor, home, line):
    typed = {"submission": str(uuid.uuid4()), "outcome": "met", "topics": "light", "line-light": line, "then": "stay"}
    assert visitor.post(page_of(home), typed).status_code == 302
    assert str(Visit.objects.get().lines.get().uuid) != line
