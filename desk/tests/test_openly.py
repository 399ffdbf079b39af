"""Releasing to the public ledger from the desk: prefilled, previewed, refused, taken back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases import services as cases
from cases.models import Publication
from cases.services import publishing
from files.services import ingest_photo

pytestmark = pytest.mark.django_db
TYPED = {"title": "路灯维修", "text": "楼前的路灯坏了。", "reply": "换了灯泡。", "place": "健康路"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def closed(make_case, wang):
    def make(**more):
        case = make_case(at=timezone.now(), **more)
        cases.set_title(case, "楼前路灯", by=wang)
        cases.resolve(case, 1, "已换好灯泡", by=wang)
        cases.confirm(case, "solved", report=case.reports.get())
        return case

    return make


@pytest.fixture
def at(client):
    """at(user, name, *args): GET as this person; with typed: POST."""

    def go(user, name, *args, **typed):
        client.force_login(user)
        path = reverse(f"desk:{name}", args=args)
        return client.post(path, typed, follow=True) if typed else client.get(path)

    return go


def photo(color: str):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(out, "PNG")
    return ingest_photo(SimpleUploadedFile("p.png", out.getvalue()))


def test_the_form_is_filled_with_the_title_and_the_newest_reply_never_with_the_reporters_words(at, closed, wang):
    case = closed(text="我家门口黑")
    page = at(wang, "publish", case.number)
    form = page.context["form"]
    assert (form["title"].value(), form["reply"].value()) == ("楼前路灯", "已换好灯泡")
    assert not form["text"].value() and "我家门口黑" in page.content.decode(), "beside it, as what stays inside"


def test_previewed_as_residents_see_it_and_then_released(at, closed, wang, client):
    case = closed()
    cases.note(case, "看过", photos=[photo("red"), photo("blue")], by=wang)
    one, two = publishing.photos_for(case)
    page = at(wang, "publish", case.number, **TYPED, before=one.pk, after=two.pk, preview="1")
    html = page.content.decode()
    assert "居民会这样看到" in html and not Publication.objects.exists() and "改造前" in html
    done = at(wang, "publish", case.number, **TYPED, before=one.pk, after=two.pk)
    assert "已公示" in done.content.decode() and "公示中" in done.content.decode()
    line = Publication.objects.get()
    assert (line.title, line.before, line.after, line.released_by) == ("路灯维修", one, two, wang)
    public = client.get(reverse("public:publication", args=[line.pk])).content.decode()
    for words in ("楼前的路灯坏了。", "换了灯泡。", "健康路", "网格", "反映人确认已解决"):
        assert words in public and words in html, words


def test_what_may_not_be_shown_is_said_beside_its_field_and_nothing_typed_is_lost(at, closed, wang):
    case = closed()
    page = at(wang, "publish", case.number, **TYPED | {"text": "打13800001234找刘女士"})
    form = page.context["form"]
    assert "电话" in form.errors["text"][0] and form["reply"].value() == "换了灯泡。"
    assert not Publication.objects.exists()


def test_a_page_that_is_no_longer_true_is_told_so(at, closed, wang, he):
    case = closed()
    cases.note(case, "又看了一次", by=he)
    page = at(wang, "publish", case.number, **TYPED, seen=case.event_count - 1)
    assert page.status_code == 409 and "何专干" in page.content.decode() and "换了灯泡" in page.content.decode()


def test_what_cannot_be_released_says_why(at, closed, wang, chen):
    case = closed(category="neighbour-noise")
    assert (
        "不公示" in at(wang, "publish", case.number).url or "不公示" in at(wang, "case", case.number).content.decode()
    )


def test_who_may_and_who_may_not(at, closed, wang, he, chen, zhao, outsider, clerk):
    case = closed()
    for person, status in ((wang, 200), (he, 200), (chen, 200), (zhao, 403), (outsider, 404), (clerk, 403)):
        assert at(person, "publish", case.number).status_code == status, person
    publishing.publish(case, **TYPED, by=wang)
    assert at(outsider, "take-back", case.number, x="1").status_code == 404
    assert at(zhao, "take-back", case.number, x="1").status_code == 403
    assert "居民看不到了" in at(chen, "take-back", case.number, x="1").content.decode()
    assert not Publication.objects.standing().exists()


def test_changed_from_the_case_page(at, closed, wang):
    case = closed()
    publishing.publish(case, **TYPED, by=wang)
    page = at(wang, "case", case.number).content.decode()
    assert "修改公示" in page and "公示中" in page
    assert at(wang, "publish", case.number).context["form"]["title"].value() == "路灯维修"
    at(wang, "publish", case.number, **TYPED | {"title": "换路灯"})
    assert Publication.objects.get().title == "换路灯"


def test_the_list_holds_what_is_closed_and_not_released(at, closed, make_case, wang, chen, zhao, outsider):
    case, taken, shown = closed(), closed(), closed()
    make_case(at=timezone.now())
    closed(category="neighbour-noise")
    publishing.publish(shown, **TYPED, by=wang)
    publishing.publish(taken, **TYPED, by=wang)
    publishing.take_back(taken, "resident", report=taken.reports.get())
    assert [row.number for row in at(chen, "openly").context["page"].rows] == [case.number]
    assert not at(zhao, "openly").context["page"].rows, "the grid and its community release what the grid closed"
    assert not at(outsider, "openly").context["page"].rows


def test_as_many_queries_for_twenty_rows_as_for_two(at, closed, chen):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            at(chen, "openly")
        return len(captured)

    closed(), closed()
    asked()
    few = asked()
    for _ in range(18):
        closed()
    assert asked() == few
