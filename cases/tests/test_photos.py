"""Photos of forms that were never sent do not stay."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from cases.models import CasePhoto
from cases.services.photos import discard_unused
from conftest import XINCUN
from files.models import Photo
from files.services import ingest_photo
from grids.models import ServiceCentre
from wishes import services as wishes

pytestmark = pytest.mark.django_db


def photo() -> Photo:
    drawn = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(drawn, "JPEG")
    return ingest_photo(SimpleUploadedFile("a.jpg", drawn.getvalue(), "image/jpeg"))


def test_a_photo_of_a_form_never_sent_goes_and_one_of_a_case_stays(make_case, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    left, used = photo(), photo()
    CasePhoto.objects.create(case=make_case(), photo=used)
    assert discard_unused() == 0, "a form may still be open"
    assert discard_unused(at=timezone.now() + timedelta(days=3)) == 1
    assert list(Photo.objects.values_list("pk", flat=True)) == [used.pk]
    assert left.pk != used.pk


def test_the_picture_of_a_centre_and_the_proof_of_a_fulfilled_wish_stay(
    ground, make_wish, make_volunteer, chen, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    wish, helper, proof = make_wish(), make_volunteer(), photo()
    wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
    wishes.deliver(wishes.claim(wish, by=helper), photo=proof, by=helper)
    hall = ServiceCentre.objects.create(area_id=XINCUN, name="新村社区党群服务中心", picture=photo())
    photo()
    assert discard_unused(at=timezone.now() + timedelta(days=3)) == 1
    assert set(Photo.objects.values_list("pk", flat=True)) == {proof.pk, hall.picture_id}
