"""What a phone keeps of the portal itself: nothing about people, complete, and to be taken back by a setting."""

import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from visits import offline
from visits.models import Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def shell(client, wang) -> str:
    client.force_login(wang)
    return client.get(reverse("field:shell")).content.decode()


def test_the_shell_is_the_same_for_everybody_and_needs_no_sign_in(client, shell):
    client.logout()
    assert client.get(reverse("field:shell")).content.decode() == shell


def test_the_shell_holds_no_name_no_token_and_no_id_of_a_record(shell, wang):
    assert wang.called not in shell and "csrfmiddlewaretoken" not in shell
    assert 'data-user=""' in shell
    assert '<input type="hidden" name="submission" value="">' in shell
    assert re.search(r'data-household="" data-label=""', shell)


def test_the_shell_carries_the_whole_form_of_a_visit(shell):
    for code in Topic.objects.filter(active=True).values_list("code", flat=True):
        assert f'id="topic-{code}"' in shell and f'name="detail-{code}"' in shell


def test_the_shell_does_not_change_from_one_day_to_the_next(shell, tomorrow):
    tomorrow()
    assert offline.shell_page() == shell


@pytest.fixture
def tomorrow(monkeypatch):
    """Tomorrow, for everything that asks which day it is."""
    today = timezone.localdate()
    return lambda: monkeypatch.setattr(timezone, "localdate", lambda *_: today + timedelta(days=1))


def test_the_worker_may_answer_for_the_phone_pages_and_is_asked_for_anew_each_time(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache" and answer["Service-Worker-Allowed"] == "/"


def test_the_worker_keeps_every_file_the_shell_loads(client, shell):
    worker = client.get("/sw.js").content.decode().encode().decode("unicode_escape")
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"#]+)"', shell)) | set(
        re.findall(r'href="(/static/[^"#]+)#', shell)
    )
    assert loaded and all(address in worker for address in loaded)
    assert all(finders.find(name) for name in offline.SCRIPTS)


def test_another_shell_is_another_version_of_the_worker(client, ground):
    before = client.get("/sw.js").content
    assert client.get("/sw.js").content == before
    Topic.objects.filter(code="leak").update(name="漏水")
    assert client.get("/sw.js").content != before


def test_switched_off_the_worker_removes_itself_and_pages_ask_for_none(client, wang, settings):
    settings.SW_ENABLED = False
    worker = client.get("/sw.js").content.decode()
    assert "unregister" in worker and "addAll" not in worker
    client.force_login(wang)
    assert "data-worker" not in client.get(reverse("field:upload")).content.decode()


def test_the_manifest_starts_at_today(client):
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/field/" and manifest["display"] == "standalone"


def test_from_a_door_to_the_next_one_that_is_not_on_the_phone_already(client, wang, make_household):
    first, second, third = (make_household(door) for door in ("3-1-101", "3-1-102", "3-1-201"))
    client.force_login(wang)
    address = reverse("field:onward", args=[first.pk])
    assert client.get(address).url == reverse("field:visit-new", args=[second.pk])
    assert client.get(address, {"written": [second.pk]}).url == reverse("field:visit-new", args=[third.pk])
    query = {"written": [second.pk, third.pk, "x", "9" * 30]}
    assert client.get(address, query).url == reverse("field:today")
    later = client.get(address, {"later": 1, "day": "2026-11-27", "part": "evening"}).url
    assert later.endswith("?later=1&day=2026-11-27&part=evening")
