"""办理公示 as residents read it: filters, pages, figures, the table, photos; gone at once when taken back."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import services as cases
from cases.figures import shares
from cases.models import Case, CasePhoto, Publication
from cases.services import publishing
from cases.services.assigning import assign
from conftest import GRID, XINCUN, moment
from files.services import ingest_photo
from grids.models import Organization
from public import catalog
from public.tests.conftest import picture

pytestmark = pytest.mark.django_db
TAIL = {"tail": "1234"}


@pytest.fixture
def released(make_case, wang, chen):
    """released(title, closed=True, …): a case in the ledger."""

    def make(title="路灯维修", *, closed=True, text="楼前的路灯坏了。", photos=False, **more) -> Case:
        case = make_case(at=more.pop("at", timezone.now()), **more)
        by = wang if case.level == 1 else chen
        if photos:
            cases.note(case, "看过", photos=[ingest_photo(picture("red")), ingest_photo(picture("blue"))], by=by)
        if closed:
            cases.resolve(case, case.level, "换好了灯泡", by=by)
            cases.confirm(case, "solved", "satisfied", report=case.reports.get())
        shots = list(publishing.photos_for(case))
        pair = {"before": shots[0], "after": shots[1]} if photos else {}
        publishing.publish(case, title=title, text=text, reply="换了灯泡。", by=by, **pair)
        catalog.forget()
        return case

    return make


def read(path="/ledger/", **query) -> str:
    answer = Client().get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(**query) -> list[list[str]]:
    answer = Client().get("/ledger/table.csv", query)
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf") and "attachment" in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_line_says_what_where_who_and_how_long(released):
    case = released()
    html = read(f"/ledger/{case.publication.pk}/")
    for words in (
        "路灯维修",
        "楼前的路灯坏了。",
        "换了灯泡。",
        "北大街道新村社区",
        "已办结",
        "不到1个工作日",
        "反映人确认已解决",
    ):
        assert words in html, words
    assert case.number not in html


def test_level_unit_and_time_are_those_of_the_case(released, li, sun):
    case = released(closed=False)
    assert "网格办理" in read() and "主办" in read()
    unit = Organization.objects.get(code="zhujian")
    Case.objects.filter(pk=case.pk).update(level=4, handling_unit=unit, due_at=moment("2020-01-01 09:00"))
    html = read()
    assert "区级办理" in html and f"由{unit.name}主办" in html and "超期" in html


def test_helping_units_are_named_and_released_ones_are_not(released, wang):
    case = released(closed=False)
    for code in ("chengguan", "yuanlin"):
        unit = Organization.objects.get(code=code)
        assign(case, "一起看", kind="co_handle", giver=f"area:{GRID}", unit=unit, by=wang)
    case.assignments.filter(unit__code="yuanlin").update(state="ended")
    html = read(f"/ledger/{case.publication.pk}/")
    assert Organization.objects.get(code="chengguan").name in html
    assert Organization.objects.get(code="yuanlin").name not in html


def test_filters_narrow_and_keep_the_address(released):
    released("路灯维修")
    released("疏通下水道", area="411002008001", closed=False)
    assert "疏通下水道" not in read(area=XINCUN) and "路灯维修" in read(area=XINCUN)
    assert "路灯维修" not in read(area="411002008") and "疏通下水道" in read(area="411002008")
    assert "路灯维修" not in read(state="working") and "疏通下水道" in read(state="working")
    assert "没有符合条件的公示" in read(category="road")
    assert "路灯维修" in read(q="路灯") and "疏通下水道" not in read(q="路灯 维修")
    assert "路灯维修" in read(area="nonsense", category="x", state="y", page="z"), "what is unknown is left out"


def test_pages_follow_one_another_without_gap(released, make_case, wang):
    for number in range(17):
        released(f"第{number}盏路灯", closed=False)
    first = Client().get("/ledger/")
    assert len(first.context["page"].rows) == 15 and "下一页" in first.content.decode()
    second = Client().get("/ledger/", {"page": first.context["page"].next_cursor})
    titles = {one.title for page in (first, second) for one in page.context["page"].rows}
    assert len(titles) == 17


def test_as_many_queries_for_fifteen_lines_as_for_two(released):
    def asked() -> int:
        read()
        with CaptureQueriesContext(connection) as captured:
            read()
        return len(captured)

    released(photos=True)
    released()
    few = asked()
    for number in range(13):
        released(f"第{number}盏", closed=False)
    assert asked() == few <= 3


def test_figures_carry_n_and_are_silent_below_five(released):
    for _ in range(4):
        released()
    html = read()
    assert html.count("样本不足") == 4 and "n＝4" in html
    released()
    html = read()
    assert "100.0%" in html and "5 / 5件" in html and "样本不足" not in html
    assert "样本不足" in read(area="411002008"), "of the chosen place"


def test_figures_are_what_their_definitions_say(released, make_case, wang):
    made = [released() for _ in range(6)]
    Case.objects.filter(pk=made[0].pk).update(outcome="partly", satisfaction="dissatisfied", answered_in_time=False)
    Case.objects.filter(pk=made[1].pk).update(closed_level=3, satisfaction="")
    Case.objects.filter(pk=made[2].pk).update(resolved_at=moment("2020-01-01 09:00"))
    Case.objects.filter(pk=made[3].pk).update(about=wang)
    Case.objects.filter(pk=made[3].pk).update(about=None)
    found = {share.name: (share.part, share.n) for share in shares()}
    assert found == {"解决率": (4.5, 5), "按期办结率": (4, 5), "在网格和社区解决": (4, 5), "满意率": (3, 4)}
    Case.objects.filter(pk=made[4].pk).update(about=wang)
    assert {share.n for share in shares()} == {4, 3}, "complaints about staff are left out"


def test_the_table_has_the_same_filters_and_starts_no_formula(released):
    released("=1+1")
    released("换井盖", area="411002008001", closed=False)
    everything = rows()
    assert [row[0] for row in everything] == ["标题", "换井盖", "'=1+1"]
    assert [row[0] for row in rows(area=XINCUN)] == ["标题", "'=1+1"] and len(rows(state="suspended")) == 1


def test_downloads_are_throttled(released, settings):
    settings.PUBLIC_LIMITS = {"download-network": "1/hour"}
    rows()
    answer = Client().get("/ledger/table.csv")
    assert answer.status_code == 429 and "请过一会儿" in answer.content.decode()


def test_photos_have_an_address_of_their_own_and_no_other_is_served(released):
    case = released(photos=True)
    line, browser = case.publication, Client()
    answer = browser.get(f"/ledger/{line.pk}/before/full/")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    assert b"Exif" not in b"".join(answer.streaming_content)
    for wrong in (f"/ledger/{line.pk}/before/raw/", f"/ledger/{line.pk}/case/full/", "/ledger/999999/before/full/"):
        assert browser.get(wrong).status_code == 404
    photo = CasePhoto.objects.first().photo_id
    assert str(photo) not in read()


def test_its_reporter_takes_it_back_and_it_is_gone_at_once(released):
    case, browser = released(photos=True), Client()
    line = case.publication
    browser.post("/track/", {"receipt": case.number, **TAIL})
    page = browser.get("/progress/").content.decode()
    assert "撤下公示" in page
    done = browser.post("/progress/take-back/", follow=True).content.decode()
    assert "已撤下" in done and "撤下公示" not in done
    assert "路灯维修" not in read() and len(rows()) == 1 and "路灯维修" not in read("/")
    for path in (f"/ledger/{line.pk}/", f"/ledger/{line.pk}/before/full/"):
        assert Client().get(path).status_code == 404
    again = browser.post("/progress/take-back/", follow=True).content.decode()
    assert "现在没有公示" in again
    case.refresh_from_db()
    assert case.status == "closed", "handling is not touched"


def test_a_stranger_cannot_take_it_back(released):
    released()
    assert Client().post("/progress/take-back/").url == "/track/"
    assert Publication.objects.standing().exists()


def test_home_and_the_grids_page_lead_there(released):
    case = released()
    assert "/ledger/" in read("/") and f"/ledger/{case.publication.pk}/" in read("/")
    assert f"/ledger/?area={XINCUN}" in read(f"/grid/{GRID}/") and "路灯维修" in read(f"/grid/{GRID}/")
