"""Who reported, at which door, under which number and in which words is looked for in everything the public ledger
shows: every page and filter, the table, the photos' names, the link of a call-back, home and the grid's page.
"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases import services as cases
from cases.models import CasePhoto, Publication
from cases.services import calling, publishing
from conftest import GRID, XINCUN
from files.services import ingest_photo
from public import catalog

pytestmark = pytest.mark.django_db
NAME, PHONE, ROOM = "欧阳静怡", "13812345670", "4单元702"
WORDS = "夜里起来倒水摔了一跤，灯还是一直不亮"
NEVER = (NAME, PHONE, "138 1234", ROOM, "702", WORDS, "王建新", "王网格员", "陈书记")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def shot(color: str):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = NAME
    Image.new("RGB", (8, 8), color).save(out, "JPEG", exif=exif)
    return ingest_photo(SimpleUploadedFile(f"{NAME}.jpg", out.getvalue()))


@pytest.fixture
def published(make_case, make_household, courtyard, wang):
    """A case with everything personal in it, in the ledger, closed, with photos of the reporter and of staff."""
    case = make_case(
        at=timezone.now(), name=NAME, phone=PHONE, place=f"第一食品厂家属院3号楼{ROOM}", text=WORDS, subject=f"{NAME}家",
        compound=courtyard, photos=[shot("green")], wants_sms=True,
    )  # fmt: skip
    cases.note(case, f"{NAME}在家", photos=[shot("red"), shot("blue")], by=wang)
    cases.resolve(case, 1, "换好了灯泡", by=wang)
    report = case.reports.get()
    cases.confirm(case, "solved", "dissatisfied", comment=WORDS, report=report)
    before, after = publishing.photos_for(case)
    publishing.publish(
        case, title="背街路灯不亮", text="楼前的路灯不亮。", reply="已换灯泡。", place=courtyard.name, before=before,
        after=after, by=wang,
    )  # fmt: skip
    catalog.forget()
    return case


def addresses(line: Publication, token) -> list[str]:
    queries = ("", f"?area={XINCUN}", f"?area={XINCUN[:9]}", "?category=light", "?state=closed", "?q=路灯")
    found = [f"/ledger/{query}" for query in queries] + [f"/ledger/table.csv{query}" for query in queries]
    return [*found, f"/ledger/{line.pk}/", "/", f"/grid/{GRID}/", f"/grid/{XINCUN}/", f"/r/{token}/"]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_nothing_of_the_reporter_is_anywhere(published):
    line, browser = published.publication, Client()
    token = calling.CallBack.objects.waiting().get().token
    found = []
    for path in addresses(line, token):
        answer = browser.get(path)
        text = body(answer).decode()
        assert answer.status_code == 200 and ("背街路灯不亮" in text or "/r/" in path or path.startswith("/grid/411"))
        never = [*NEVER, published.number, *map(str, CasePhoto.objects.values_list("photo_id", flat=True))]
        # The page of a grid names who serves there; that is what it is for.
        never = [word for word in never if not (path.startswith("/grid/") and word == "王网格员")]
        found += [(path, word) for word in never if word in text]
    assert found == []


def test_photos_say_nothing_beside_the_picture(published):
    line, browser = published.publication, Client()
    for which in ("before", "after"):
        for size in ("full", "thumb"):
            answer = browser.get(f"/ledger/{line.pk}/{which}/{size}/")
            picture = Image.open(io.BytesIO(body(answer)))
            assert not picture.getexif() and NAME not in answer["Content-Disposition"]
            assert "no-store" in answer["Cache-Control"], "nobody keeps what may be taken back"


def test_a_compound_of_nine_is_its_community_everywhere(published, courtyard):
    for path in ("/ledger/", "/ledger/table.csv", f"/ledger/{published.publication.pk}/"):
        text = body(Client().get(path)).decode()
        assert "北大街道新村社区" in text and courtyard.name not in text
    assert "没有符合条件" in Client().get("/ledger/", {"q": "食品厂"}).content.decode(), "nor is it found by the name"


def test_words_of_the_search_stand_nowhere_but_in_its_field(published):
    html = Client().get("/ledger/", {"q": "<b>路灯"}).content.decode()
    assert "<b>路灯" not in html
