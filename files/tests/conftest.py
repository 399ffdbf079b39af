"""Photos as phones write them, with the place they were taken at."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

LATITUDE = (34.0, 1.0, 33.0)


def picture(size=(2400, 1800), mode="RGB") -> Image.Image:
    """A picture whose upper left quarter is red and the rest blue, so that turning it shows."""
    image = Image.new("RGB", size, "blue")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    return image.convert(mode)


def exif(orientation=1) -> Image.Exif:
    """What a phone writes down: make, time, orientation and where it was."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0112], tags[0x0132] = "SecretPhone", orientation, "2026:11:20 08:00:00"
    gps = tags.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", LATITUDE, "E", (113.0, 50.0, 12.0)
    return tags


def encoded(image: Image.Image, kind="JPEG", **options) -> bytes:
    """The picture as a file of this kind."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def upload(content: bytes, name="IMG_0001.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    """What a form receives."""
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files of a test are stored in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
