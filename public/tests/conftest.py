import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from conftest import GRID, XINCUN
from public import catalog


@pytest.fixture(autouse=True)
def a_fresh_process():
    """No test sees the places another one kept, nor its throttles."""
    catalog.forget()
    cache.clear()
    yield
    catalog.forget()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def visitor(ground) -> Client:
    """A browser of a resident."""
    return Client()


@pytest.fixture
def typed():
    """What a resident fills in: typed(text=…)."""

    def fill(**other) -> dict:
        return {
            "submission": "11111111-1111-4111-8111-111111111111",
            "category": "light",
            "community": XINCUN,
            "grid": GRID,
            "place": "市政家属院3号楼",
            "text": "楼前的路灯三天没亮了",
            "name": "刘女士",
            "phone": "13800001234",
            "notice": "2026-1",
            **other,
        }

    return fill


def picture(color: str = "red", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")
