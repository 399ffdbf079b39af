"""What is stored, handed out and swept."""

import hashlib
import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.http import Http404

from accounts.models import User
from files import services as files
from files.models import Photo
from files.photos import PhotoRefused
from files.tests.conftest import encoded, exif, picture, upload

pytestmark = pytest.mark.django_db


def stored(media) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def test_the_stored_file_is_the_cleaned_photo_under_a_name_of_our_own(media):
    photo = files.ingest_photo(upload(encoded(picture(), exif=exif()), name="../刘阿姨家.php"))
    with default_storage.open(photo.image.name) as kept:
        content = kept.read()
    assert photo.image.name.startswith("photos/")
    assert stored(media) == [f"{photo.pk}-thumb.jpg", f"{photo.pk}.jpg"]
    assert (photo.size, photo.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (photo.width, photo.height, photo.created_by) == (1600, 1200, None)
    for path in media.rglob("*.jpg"):
        assert not any(word in path.read_bytes() for word in (b"Exif", b"GPS", b"SecretPhone"))


def test_a_photo_of_staff_names_who_sent_it():
    wang = User.objects.create_user("wang-photo", full_name="王秀英")
    assert files.ingest_photo(upload(encoded(picture((20, 20)))), by=wang).created_by == wang


def test_name_and_claimed_type_do_not_matter_the_bytes_do():
    assert files.ingest_photo(upload(encoded(picture((20, 20)), "PNG"), "x.jpg", "image/jpeg")).width == 20
    assert files.ingest_photo(upload(encoded(picture((20, 20))), "x.txt", "text/plain")).width == 20
    with pytest.raises(PhotoRefused, match="不是能识别的照片"):
        files.ingest_photo(upload(b"<svg/>", "photo.jpg", "image/jpeg"))


def test_several_photos_are_kept_all_or_none_and_every_bad_one_is_named(media):
    good = encoded(picture((20, 20)))
    with pytest.raises(PhotoRefused) as refused:
        files.ingest_photos([upload(good), upload(b""), upload(good), upload(b"<svg/>")])
    assert [line[:5] for line in refused.value.errors] == ["第2张照片", "第4张照片"]
    assert refused.value.message == "；".join(refused.value.errors)
    assert not Photo.objects.exists()
    assert not media.exists()
    assert [photo.width for photo in files.ingest_photos([upload(good), upload(good)])] == [20, 20]


def test_a_seventh_photo_is_refused_before_any_is_decoded():
    with pytest.raises(PhotoRefused, match="最多6张，您选了7张，请去掉1张"):
        files.ingest_photos([upload(b"")] * 7)


@pytest.mark.parametrize(("size", "edge"), [("full", 1600), ("thumb", 320)])
def test_a_photo_is_handed_out_for_one_reader_and_as_nothing_but_a_picture(size, edge):
    photo = files.ingest_photo(upload(encoded(picture())))
    response = files.photo_response(photo, size=size)
    content = b"".join(response.streaming_content)
    response.close()
    assert content.startswith(b"\xff\xd8\xff")
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert "sandbox" in response["Content-Security-Policy"]
    assert str(photo.pk) not in str(response.headers)
    assert int(response["Content-Length"]) == len(content)


def test_a_photo_whose_file_is_gone_is_not_found():
    photo = files.ingest_photo(upload(encoded(picture((20, 20)))))
    default_storage.delete(photo.image.name)
    with pytest.raises(Http404):
        files.photo_response(photo, size="full")


def test_files_of_a_failed_transaction_are_swept_after_a_day_and_no_others(media):
    kept = files.ingest_photo(upload(encoded(picture((20, 20)))))
    with transaction.atomic():
        files.ingest_photo(upload(encoded(picture((20, 20)))))
        transaction.set_rollback(True)
    assert len(stored(media)) == 4
    assert files.sweep_files() == 0
    for path in media.rglob("*.jpg"):
        old = path.stat().st_mtime - timedelta(hours=25).total_seconds()
        os.utime(path, (old, old))
    out = StringIO()
    call_command("sweep_files", stdout=out)
    assert out.getvalue() == "removed 2 files without a row\n"
    assert stored(media) == [f"{kept.pk}-thumb.jpg", f"{kept.pk}.jpg"]


def test_sweeping_before_the_first_photo_does_nothing():
    assert files.sweep_files() == 0
