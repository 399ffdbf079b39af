"""阵地 and points: measured against the standard line by line; registered, changed and removed on the pages."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from conftest import GRID, XINCUN
from desk.cards import content
from files.models import Photo
from grids.models import Area, Inspection, ServiceCentre, ServicePoint, Standard
from grids.services import centres, nearby
from public import catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(client):
    """at(user, page, *args, **query): a page as this person gets it."""

    def look(user, page, /, *args, **query):
        client.force_login(user)
        return client.get(reverse(f"desk:{page}", args=args), query)

    return look


@pytest.fixture
def send(client):
    """send(user, page, *args, **typed): a form sent by this person."""

    def post(user, page, /, *args, **typed):
        client.force_login(user)
        return client.post(reverse(f"desk:{page}", args=args), typed)

    return post


@pytest.fixture
def centre(ground, chen):
    """The centre of 新村社区."""
    return centres.open_centre(Area.objects.get(code=XINCUN), name="新村社区党群服务中心", by=chen)


@pytest.fixture
def point(ground, chen):
    """A workshop near home."""
    area = Area.objects.get(code=XINCUN)
    return nearby.add_point(area, kind="employment", name="假发工坊", offers="手工钩织", openings=6, by=chen)


def text(response) -> str:
    return response.content.decode()


def checklist(centre: ServiceCentre, *, unmet: int = 0) -> dict:
    """Every line marked, the first `unmet` as missing."""
    items = centres.items_of(centre.standard)
    marks = {f"met_{item.pk}": "no" if number < unmet else "yes" for number, item in enumerate(items)}
    return marks | {"on": timezone.localdate().isoformat(), "note": ""}


def test_a_centre_is_registered_and_gets_its_standard(at, send, chen):
    answer = send(chen, "centre-new", name="新村社区党群服务中心", area=XINCUN, hours="每天8:00–20:00", size_m2="600")
    row = ServiceCentre.objects.get()
    assert answer["Location"] == reverse("desk:centre", args=[row.pk])
    shown = text(at(chen, "centre", row.pk))
    assert "一有七中心" in shown and "8条的内容待核定" in shown and "还没检查" in shown


def test_an_inspection_passes_or_not_and_the_rate_follows(at, send, chen, zhao, centre):
    assert "还没检查1" in text(at(zhao, "centres"))
    send(chen, "centre-inspect", centre.pk, **checklist(centre, unmet=1))
    assert "不具备" in text(at(chen, "centre", centre.pk))
    assert "达标0 / 1" in text(at(zhao, "centres"))
    send(chen, "centre-inspect", centre.pk, **checklist(centre))
    assert [row.passed for row in Inspection.objects.order_by("pk")] == [False, True]
    shown = at(zhao, "centres")
    assert "达标1 / 1" in text(shown)
    assert [(row["passed"], row["n"]) for row in shown.context["streets"]] == [(1, 1)]


def test_every_line_of_the_checklist_is_asked(at, send, chen, centre):
    form = at(chen, "centre-inspect", centre.pk)
    assert len(list(form.context["form"].lines())) == 8 and "checked" not in text(form)
    typed = checklist(centre)
    first = next(name for name in typed if name.startswith("met_"))
    del typed[first]
    shown = text(send(chen, "centre-inspect", centre.pk, **typed))
    assert "请勾具备或不具备" in shown and "勾过的还在" in shown
    assert not Inspection.objects.exists()


def test_results_narrow_the_list(at, send, chen, centre):
    for result, count in (("never", 1), ("passed", 0), ("failed", 0), ("nonsense", 1)):
        assert at(chen, "centres", result=result).context["found"] == count
    send(chen, "centre-inspect", centre.pk, **checklist(centre))
    assert at(chen, "centres", result="passed").context["found"] == 1


def test_a_centre_is_changed_and_closed(at, send, chen, centre):
    standard = Standard.objects.get(code="rural").pk
    answer = send(chen, "centre-edit", centre.pk, name="新村党群中心", phone="0374-2222222", standard=standard)
    assert answer.status_code == 302
    assert "三有五中心" in text(at(chen, "centre", centre.pk))
    send(chen, "centre-close", centre.pk)
    assert at(chen, "centres").context["found"] == 0
    assert at(chen, "centre-edit", centre.pk).status_code == 404


def test_outsider_unable_and_wrong_method(at, send, outsider, wang, chen, li, centre, point):
    for name, pk in (("centre", centre.pk), ("centre-edit", centre.pk), ("centre-inspect", centre.pk),
                     ("point-edit", point.pk)):  # fmt: skip
        assert at(outsider, name, pk).status_code == 404, name
    for name, pk in (("centre-close", centre.pk), ("point-remove", point.pk)):
        assert send(outsider, name, pk).status_code == 404
        assert at(chen, name, pk).status_code == 405
    for name in ("centre-new", "point-new"):
        assert at(wang, name).status_code == 403
    for name in ("centres", "points"):
        assert at(wang, name).status_code == 200
        assert at(li, name).status_code == 403
    assert at(outsider, "centres").context["found"] == at(outsider, "points").context["found"] == 0


def test_a_point_is_registered_filled_and_removed(at, send, chen):
    typed = {"kind": "employment", "name": "假发工坊", "offers": "手工钩织", "openings": "6", "state": "open"}
    assert send(chen, "point-new", area=GRID, **typed).status_code == 302
    row = ServicePoint.objects.get()
    assert "招6人" in text(at(chen, "points"))
    assert send(chen, "point-edit", row.pk, **typed | {"state": "full"}).status_code == 302
    assert at(chen, "points", state="full").context["found"] == 1
    assert at(chen, "points", kind="service").context["found"] == 0
    send(chen, "point-remove", row.pk)
    assert "还没有登记" in text(at(chen, "points"))


def test_what_does_not_fit_is_said(send, chen):
    typed = {"kind": "service", "name": "代缴点", "offers": "代缴水电气暖费", "state": "open", "area": XINCUN}
    assert "只有就业点填招几人" in text(send(chen, "point-new", **typed, openings="3"))
    assert "不填个人手机号" in text(send(chen, "point-new", **typed, phone="13800001234"))
    assert not ServicePoint.objects.exists()


def test_twenty_rows_cost_as_many_queries_as_two(client, chen):
    client.force_login(chen)
    area = Area.objects.get(code=XINCUN)

    def more(count: int) -> None:
        for _ in range(count):
            number = ServiceCentre.objects.count()
            centres.open_centre(area, name=f"{number}号站", by=chen)
            nearby.add_point(area, kind="service", name=f"{number}号点", offers="代缴", by=chen)

    def queries(name: str) -> int:
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name))
        return len([query for query in captured if "django_session" not in query["sql"]])

    more(2)
    two = [queries("desk:centres"), queries("desk:points")]
    more(18)
    assert [queries("desk:centres"), queries("desk:points")] == two
    assert max(two) < 15


class TestPicture:
    @pytest.fixture(autouse=True)
    def media(self, settings, tmp_path):
        """Pictures of the test go with the test."""
        settings.MEDIA_ROOT = tmp_path

    @pytest.fixture
    def edit(self, send, chen, centre):
        """edit(**typed): the form of the centre, sent with everything it must have."""
        told = {"name": centre.name, "standard": centre.standard_id}
        return lambda **typed: send(chen, "centre-edit", centre.pk, **(told | typed))

    def test_it_is_taken_in_without_its_place_and_shown_everywhere(self, at, edit, client, chen, centre):
        assert edit(picture=photo(place=True)).status_code == 302
        centre.refresh_from_db()
        with default_storage.open(centre.picture.image.name) as kept:
            stored = kept.read()
        assert centre.picture.created_by == chen and b"Exif" not in stored and b"GPS" not in stored
        address = reverse("public:centre-picture", args=[centre.picture_id])
        catalog.forget()
        for shown in (at(chen, "centre", centre.pk), client.get(reverse("public:grid", args=[GRID])),
                      client.get(reverse("public:grid", args=[XINCUN]))):  # fmt: skip
            assert f'src="{address}"' in text(shown)
        assert content.of(Area.objects.get(code=GRID)).picture == centre.picture
        client.logout()
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert "public" in answer["Cache-Control"] and b"".join(answer.streaming_content) == stored

    def test_a_new_one_takes_its_place_and_it_can_be_taken_away(self, edit, centre):
        edit(picture=photo())
        first = ServiceCentre.objects.get().picture_id
        edit()
        assert ServiceCentre.objects.get().picture_id == first
        edit(picture=photo("red"), no_picture="on")
        assert ServiceCentre.objects.get().picture_id not in (None, first)
        edit(no_picture="on")
        assert ServiceCentre.objects.get().picture_id is None

    def test_it_comes_with_a_new_centre(self, send, chen):
        send(chen, "centre-new", name="新村社区党群服务中心", area=XINCUN, picture=photo())
        assert ServiceCentre.objects.get().picture_id

    def test_what_is_no_photo_is_refused_under_its_field_and_the_rest_stays(self, edit, centre):
        shown = edit(picture=SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg"), address="新村街1号")
        assert "不是能识别的照片" in shown.context["form"].errors["picture"][0] and "新村街1号" in text(shown)
        assert ServiceCentre.objects.get().address == "" and not Photo.objects.exists()

    def test_nothing_is_stored_while_something_else_is_wrong(self, edit, centre):
        shown = edit(name="", picture=photo())
        assert "再选一次照片" in text(shown) and 'enctype="multipart/form-data"' in text(shown)
        assert not Photo.objects.exists()

    def test_only_pictures_of_centres_in_use_are_public(self, client, edit, chen, centre):
        edit(picture=photo())
        address = reverse("public:centre-picture", args=[ServiceCentre.objects.get().picture_id])
        client.logout()
        answer = client.get(address)
        assert (answer.status_code, b"".join(answer.streaming_content)[:2]) == (200, b"\xff\xd8")
        assert client.post(address).status_code == 405
        centres.close_centre(centre, by=chen)
        assert client.get(address).status_code == 404


def photo(colour: str = "blue", *, place: bool = False) -> SimpleUploadedFile:
    """A small picture; with `place` its EXIF says where it was taken."""
    out, exif = BytesIO(), Image.Exif()
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 1.0, 0.0)})
    Image.new("RGB", (64, 36), colour).save(out, "JPEG", exif=exif)
    assert not place or b"Exif" in out.getvalue()
    return SimpleUploadedFile("IMG_0001.jpg", out.getvalue(), "image/jpeg")
