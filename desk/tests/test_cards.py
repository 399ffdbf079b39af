"""Cards and key-rings: what stands on them, what may not, and that the paper matches front and back."""

import re
import shutil
import subprocess
from io import BytesIO

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from audit.models import Entry
from conftest import GRID, XINCUN, posted
from desk.cards import content, font, sheet
from desk.cards.layout import FORMATS, Kind, code_corner
from files.services import ingest_photo
from grids.models import Area, Post, Posting, ServiceCentre

pytestmark = pytest.mark.django_db
URL = "/desk/cards/"
POINTS_PER_MM = 72 / 25.4


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.PUBLIC_BASE_URL = "https://grid.weidu.example"


@pytest.fixture
def told(wang, chen) -> Area:
    """A grid with a number to call and a team with office numbers."""
    Area.objects.filter(code=GRID).update(phone="0374-2331203", hours="每天8:00–20:00")
    Posting.objects.filter(user=wang).update(office_phone="0374-2331207")
    return Area.objects.get(code=GRID)


def printed(area: Area, by, *, kind: Kind = Kind.CARD, copies: int = 1) -> bytes:
    target, _ = sheet.print_cards(area, kind=kind, copies=copies, by=by)
    with target:
        return target.read()


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in millimetres, rounded."""
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    return [tuple(round(float(edge) / POINTS_PER_MM) for edge in box) for box in boxes]


def looked_at(pdf: bytes, tmp_path, page: int) -> Image.Image:
    """A page as a printer sees it, at 600 dpi."""
    program = shutil.which("pdftoppm")
    if not program:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    (tmp_path / "cards.pdf").write_bytes(pdf)
    target = tmp_path / f"page{page}"
    asked = [program, "-r", "600", "-f", str(page), "-l", str(page), "-singlefile", "-png"]
    said = subprocess.run([*asked, str(tmp_path / "cards.pdf"), str(target)], capture_output=True, check=True)
    assert said.stderr == b""
    return Image.open(target.with_suffix(".png")).convert("L")


class TestContent:
    def test_surname_post_and_office_numbers_only(self, told):
        Posting.objects.filter(user__username="chen").update(office_phone="13800001234")
        made = content.of(told)
        assert (made.place, made.name, made.hotline) == ("北大街道新村社区", "第三网格", "0374-2331203")
        assert [(one.called, one.phone) for one in made.team] == [("陈书记", ""), ("王网格员", "0374-2331207")]
        assert made.address == f"https://grid.weidu.example/grid/{GRID}/"

    def test_who_can_be_called_stays_where_not_all_fit(self, told):
        team = content.of(told).team
        assert [one.called for one in content.listed(team, 1)] == ["王网格员"]
        assert content.listed(team, 6) == team

    def test_the_grids_own_people_go_before_those_of_the_community(self, told, wang, chen):
        Posting.objects.filter(user__in=[wang, chen]).update(office_phone="0374-2331207")
        made = content.of(told)
        assert [one.called for one in content.listed(made.team, 1, place=made.place + made.name)] == ["王网格员"]

    def test_the_communitys_number_comes_with_its_hours(self, told):
        Area.objects.filter(code=GRID).update(phone="", hours="每天")
        Area.objects.filter(code=XINCUN).update(phone="0374-2331200", hours="周一至周五")
        made = content.of(Area.objects.get(code=GRID))
        assert (made.hotline, made.hours) == ("0374-2331200", "周一至周五")
        Area.objects.filter(code=XINCUN).update(phone="")
        assert content.of(Area.objects.get(code=GRID)).hours == ""

    def test_the_grids_own_picture_goes_before_the_communitys(self, told):
        pictures = []
        for area, colour in ((XINCUN, "red"), (GRID, "blue")):
            out = BytesIO()
            Image.new("RGB", (60, 40), colour).save(out, "JPEG")
            pictures.append(ingest_photo(SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")))
            ServiceCentre.objects.create(area_id=area, name="党群服务中心", picture=pictures[-1])
        assert content.of(told).picture == pictures[1]
        ServiceCentre.objects.filter(area=GRID).update(picture=None)
        assert content.of(told).picture == pictures[0]
        assert b"/Subtype /Image" in printed(told, None)


class TestGlyphs:
    @pytest.mark.parametrize("character", ["㛃", "䶮", "𫖯", "堃", "喆", "王", "–", "（"])
    def test_rare_characters_of_names_are_in_the_font(self, character):
        assert font.missing_in(f"张{character}") == []

    @pytest.mark.parametrize("character", ["𠮷", "😀", "\u0e01", "\ue000"])
    def test_what_the_font_lacks_is_known(self, character):
        assert font.missing_in(f"张{character}{character}") == [character]

    def test_a_missing_character_stops_the_print_and_is_named(self, client, told, chen):
        posted("ji", "𠮷文", "", "police", area=XINCUN)
        client.force_login(chen)
        page = client.get(URL, {"area": GRID}).content.decode()
        assert "字库里没有" in page and "𠮷社区民警的“𠮷”" in page
        response = client.post(URL, {"area": GRID, "kind": "card", "copies": 9})
        assert "U+20BB7" in response.content.decode() and response["Content-Type"].startswith("text/html")
        assert not Entry.objects.filter(verb="cards.print").exists()


class TestPaper:
    @pytest.mark.parametrize(("kind", "size"), [(Kind.CARD, (54, 86)), (Kind.KEYRING, (40, 60))])
    def test_one_is_a_front_and_a_back_of_its_own_size(self, told, kind, size):
        assert sizes_of(printed(told, None, kind=kind)) == [size, size]

    @pytest.mark.parametrize(("kind", "copies", "sheets"), [("card", 9, 1), ("card", 10, 2), ("keyring", 16, 1)])
    def test_many_stand_on_a4(self, told, kind, copies, sheets):
        assert sizes_of(printed(told, None, kind=Kind(kind), copies=copies)) == [(210, 297)] * 2 * sheets

    def test_the_font_is_embedded_and_no_other_is_named(self, told):
        pdf = printed(told, None, copies=9)
        assert b"/FontFile2" in pdf and b"+NotoSansSC-Regular" in pdf and b"Helvetica" not in pdf
        assert len(pdf) < 60_000

    def test_copies_hardly_weigh(self, told):
        assert len(printed(told, None, copies=900)) < 500_000

    @pytest.mark.parametrize("kind", list(Kind))
    def test_a_back_lies_behind_its_front_when_turned_over_the_long_edge(self, kind):
        fronts, backs = (list(sheet.places(kind, 5, mirrored=mirrored)) for mirrored in (False, True))
        width = FORMATS[kind].width
        for (front_x, front_y), (back_x, back_y) in zip(fronts, backs, strict=True):
            assert back_x == pytest.approx(210 - front_x - width) and back_y == front_y

    @pytest.mark.parametrize("kind", list(Kind))
    def test_no_card_leaves_the_printable_area_or_covers_another(self, kind):
        form, block = FORMATS[kind], sheet.grid_of(kind)
        places = list(sheet.places(kind, block.cards, mirrored=False))
        assert len(set(places)) == block.cards == {Kind.CARD: 9, Kind.KEYRING: 16}[kind]
        assert min(x for x, _ in places) >= 8 and max(x for x, _ in places) + form.width <= 202
        assert min(y for _, y in places) >= 10 and max(y for _, y in places) + form.height <= 287

    def test_a_community_gets_a_stack_for_every_grid(self, told, chen):
        area = Area.objects.get(code=XINCUN)
        grids = Area.objects.in_service().filter(code__startswith=XINCUN, level=1).count()
        assert grids > 1 and len(sizes_of(printed(area, chen, copies=10))) == grids * 2 * 2
        entry = Entry.objects.get(verb="cards.print")
        assert entry.details == {"kind": "card", "copies": 10, "grids": grids} and entry.subject_id == XINCUN


class TestLook:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_the_code_on_the_paper_is_the_one_of_the_page(self, told, tmp_path, kind):
        """Every module of the code, read in its middle from the rendered page."""
        form = FORMATS[kind]
        image = looked_at(printed(told, None, kind=kind), tmp_path, 2)
        wanted = [
            list(row) for row in segno.make(content.of(told).address, error="q", micro=False).matrix_iter(border=4)
        ]
        dots = 600 / 25.4
        left, bottom = code_corner(form)
        module = form.code / len(wanted)
        assert module > 0.38, "telephones read smaller modules badly"
        top = form.height - bottom - form.code
        middles = [(step + 0.5) * module for step in range(len(wanted))]
        read = [
            [image.getpixel((int((left + x) * dots), int((top + y) * dots))) < 128 for x in middles] for y in middles
        ]
        assert read == [[bool(dark) for dark in row] for row in wanted]

    def test_the_front_has_our_mark_where_there_is_no_picture(self, told, tmp_path):
        image = looked_at(printed(told, None), tmp_path, 1)
        assert image.getpixel((20, 20)) < 90 and image.getpixel((20, image.height - 20)) == 255


class TestPage:
    def test_the_page_says_what_will_be_printed(self, client, told, wang):
        client.force_login(wang)
        page = client.get(URL).content.decode()
        assert "王网格员" in page and "0374-2331207" in page and "0374-2331203" in page and f"/grid/{GRID}/" in page
        assert "54×86毫米" in page and "40×60毫米" in page

    def test_the_file_comes_with_its_name_and_is_noted(self, client, told, wang):
        client.force_login(wang)
        response = client.post(URL, {"area": GRID, "kind": "keyring", "copies": 16})
        assert response["Content-Type"] == "application/pdf" and b"".join(response.streaming_content)[:5] == b"%PDF-"
        assert "utf-8''%E9%AD%8F%E9%83%BD%E5%8C%BA_" in response["Content-Disposition"]
        entry = Entry.objects.get(verb="cards.print")
        assert (entry.actor_id, entry.subject_id, entry.details["kind"]) == (wang.pk, GRID, "keyring")

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"copies": "0"}, "至少印1份"),
            ({"copies": "1000"}, "一次最多印999份"),
            ({"copies": "x"}, "请填写份数"),
            ({"copies": ""}, "请填写份数，如：9"),
            ({"kind": "poster"}, "选择"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field(self, client, told, wang, change, error):
        client.force_login(wang)
        response = client.post(URL, {"area": GRID, "kind": "card", "copies": "9", **change})
        assert response.status_code == 200 and error in response.content.decode()

    def test_too_many_sheets_are_refused(self, client, told, chen):
        client.force_login(chen)
        response = client.post(URL, {"area": XINCUN, "kind": "card", "copies": 999})
        assert "一次最多印300张纸" in response.content.decode()

    def test_another_grid_is_not_found(self, client, told, wang):
        client.force_login(wang)
        assert client.get(URL, {"area": f"{XINCUN}001"}).status_code == 404
        assert client.post(URL, {"area": "411002008001001", "kind": "card", "copies": 9}).status_code == 404

    def test_who_registers_nothing_gets_403(self, client, told, qian):
        client.force_login(qian)
        assert client.get(URL).status_code == 403

    def test_a_leader_of_a_courtyard_is_told_who_prints(self, client, told, courtyard):
        leader = posted("leader", "马小云", "马庭院长", "")
        Posting.objects.create(user=leader, post=Post.objects.get(code="courtyard_leader"), compound=courtyard)
        client.force_login(leader)
        assert "没有可以打印的网格" in client.get(URL).content.decode()
