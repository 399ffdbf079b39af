"""Photos from phones: records of their own, with their own acknowledgement."""

import hashlib
import uuid
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from cases.models import Case, CasePhoto
from visits.models import Visit, VisitPhoto
from visits.tests.test_sync import phone, record, send

__all__ = ["phone"]


def picture(colour="red") -> bytes:
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "健康路18号"
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def put(client, number, content: bytes, **headers):
    headers = {"X-Sha256": hashlib.sha256(content).hexdigest(), **headers}
    return client.put(f"/sync/photo/{number}/", content, content_type="image/jpeg", headers=headers)


def with_photos(household, *numbers, **more):
    fields = {"topics": ["leak"], "handling-leak": ["case"], "photos-leak": list(map(str, numbers))}
    return record(household, fields=fields, **more)


def test_row_05_a_visit_counts_its_photos_until_the_last_is_there(phone, make_household):
    one, two, three = (uuid.uuid4() for _ in range(3))
    send(phone, with_photos(make_household(), one, two, three))
    visit = Visit.objects.get()
    for number, colour, there in ((one, "red", 1), (two, "green", 2), (three, "blue", 3)):
        assert put(phone, number, picture(colour)).json()["ack"] == str(number)
        assert (visit.photos.filter(arrived_at__isnull=False).count(), visit.photos_expected) == (there, 3)
    assert CasePhoto.objects.filter(case=Case.objects.get(), public=False).count() == 3


def test_row_05_a_photo_that_came_before_its_visit_is_joined_and_passed_on(phone, make_household):
    number = uuid.uuid4()
    assert put(phone, number, picture()).json()["state"] == "processed"
    send(phone, with_photos(make_household(), number))
    row = VisitPhoto.objects.get()
    assert (row.visit, row.line.topic.code) == (Visit.objects.get(), "leak")
    assert CasePhoto.objects.get().photo == row.photo and not CasePhoto.objects.get().public


def test_row_05_the_same_photo_again_is_acknowledged_and_kept_once(phone, make_household):
    number = uuid.uuid4()
    send(phone, with_photos(make_household(), number))
    assert put(phone, number, picture()).json() == put(phone, number, picture()).json()
    assert VisitPhoto.objects.count() == CasePhoto.objects.count() == 1
    answer = put(phone, number, picture("green"))
    assert (answer.status_code, answer.json()["conflict"]) == (409, str(number))


def test_nothing_of_where_a_photo_was_taken_is_kept(phone):
    put(phone, uuid.uuid4(), picture())
    kept = VisitPhoto.objects.get().photo
    with kept.image.open() as stored:
        assert not dict(Image.open(stored).getexif())


def test_a_photo_that_did_not_come_whole_is_asked_for_again(phone):
    answer = put(phone, uuid.uuid4(), picture()[:-5], **{"X-Sha256": hashlib.sha256(picture()).hexdigest()})
    assert (answer.status_code, answer.json()["error"]) == (422, "sha")
    assert not VisitPhoto.objects.exists()


def test_what_is_no_photo_is_acknowledged_and_says_so(phone):
    answer = put(phone, uuid.uuid4(), b"no photo at all")
    assert (answer.status_code, answer.json()["state"]) == (200, "review")
    assert "不是能识别的照片" in VisitPhoto.objects.get().fault


def test_a_photo_of_more_than_ten_megabytes_is_refused_in_json(phone):
    answer = put(phone, uuid.uuid4(), b"\xff" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "size")


def test_the_id_of_somebody_elses_photo_shows_and_changes_nothing(phone, he):
    number = uuid.uuid4()
    put(phone, number, picture())
    other = Client()
    other.force_login(he)
    for content in (picture(), picture("green")):
        assert put(other, number, content).status_code == 409
    assert VisitPhoto.objects.get().user != he


@pytest.mark.django_db
def test_a_photo_wants_a_sign_in_and_a_token(wang):
    strict = Client(enforce_csrf_checks=True)
    assert put(strict, uuid.uuid4(), picture()).json()["error"] == "login"
    strict.force_login(wang)
    assert put(strict, uuid.uuid4(), picture()).json()["error"] == "csrf"
    token = send(strict, {"device": str(uuid.uuid4())}, "/sync/hello").json()["csrf"]
    assert put(strict, uuid.uuid4(), picture(), **{"X-CSRFToken": token}).status_code == 200
