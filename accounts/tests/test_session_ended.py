"""A form sent after the session ended: kept, and sent once somebody is signed in again."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.kept import opened
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
REGISTER = "/desk/cases/register/"
TYPED = {"text": "三号楼前的路灯几天没亮了\n老人晚上走路看不清", "photo_note": ['甲 "乙" <丙>', "丁"], "urgent": "on"}


def hidden(page: str) -> list[tuple[str, str]]:
    """Names and values of the hidden fields, as a browser would send them."""
    return [
        (unescape(name), unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    ]


def kept_in(answer) -> str:
    return dict(hidden(answer.content.decode()))["kept"]


def sent(client, address=REGISTER, data=TYPED, **headers):
    return client.post(address, data, **headers)


def test_what_was_typed_is_in_the_sign_in_page_and_then_in_a_form_to_the_same_address(client, worker):
    answer = sent(client, f"{REGISTER}?from=hall")
    page = answer.content.decode()
    assert answer.status_code == 200 and "登录已到期" in page and "您填的内容都还在" in page
    assert "no-store" in answer["Cache-Control"] and "路灯" not in page
    answer = client.post(
        reverse("accounts:sign-in"), {"username": "wangwg03", "password": PASSWORD, "kept": kept_in(answer)}
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and f'action="{REGISTER}?from=hall"' in page and worker.called in page
    assert [pair for pair in hidden(page) if pair[0] in TYPED] == [
        ("text", TYPED["text"]), ("photo_note", '甲 "乙" <丙>'), ("photo_note", "丁"), ("urgent", "on"),
    ]  # fmt: skip
    assert client.session["_auth_user_id"] == str(worker.pk)


def test_a_wrong_password_keeps_it_and_another_tab_that_signed_in_may_send_it(client, worker):
    kept = kept_in(sent(client))
    wrong = client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": "wrong-one", "kept": kept})
    assert kept_in(wrong) == kept
    client.force_login(worker)
    answer = client.post(reverse("accounts:sign-in"), {"username": "", "password": "", "kept": kept})
    assert "接着提交" in answer.content.decode()


def test_files_are_told_of(client, db):
    photo = SimpleUploadedFile("路灯.jpg", b"not looked at", content_type="image/jpeg")
    assert opened(kept_in(sent(client, data={**TYPED, "photos": photo}))).files == 1


@pytest.mark.parametrize("sealed", ["", "x", "x:y:z", "WyIvIl0:1vP:forged"])
def test_what_was_not_sealed_here_is_left_aside(client, worker, sealed):
    answer = client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": PASSWORD, "kept": sealed})
    assert answer.status_code == 302 and answer.url == reverse("desk:home")


def test_passwords_are_never_kept(client, db):
    answer = client.post(reverse("accounts:password"), {"present": PASSWORD, "new": "neues-wort-2026", "again": "x"})
    assert answer.status_code == 302 and answer.url.startswith(reverse("accounts:sign-in"))


def test_who_has_to_replace_the_password_does_that_first(client, newcomer):
    newcomer.set_password(PASSWORD)
    newcomer.save()
    signed = {"username": newcomer.username, "password": PASSWORD, "kept": kept_in(sent(client))}
    assert client.post(reverse("accounts:sign-in"), signed).status_code == 302


def test_a_button_without_fields_leads_back_to_the_page_it_was_on(client, db):
    here = {"headers": {"referer": "http://testserver/desk/cases/?state=open"}}
    answer = sent(client, data={}, **here)
    assert answer.url == f"{reverse('accounts:sign-in')}?next=/desk/cases/%3Fstate%3Dopen"
    elsewhere = sent(client, data={}, headers={"referer": "https://example.org/desk/"})
    assert elsewhere.url == f"{reverse('accounts:sign-in')}?next={REGISTER}"


def test_a_part_of_a_page_never_becomes_the_sign_in_page(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/cases/?page=2"}
    answer = client.get("/desk/cases/", headers=headers)
    assert answer["HX-Redirect"] == f"{reverse('accounts:sign-in')}?next=/desk/cases/%3Fpage%3D2"
    answer = sent(client, headers=headers)
    assert answer.status_code == 401 and "填的内容还在这一页" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_before_anything_is_kept(db):
    answer = Client(enforce_csrf_checks=True).post(REGISTER, TYPED)
    assert answer.status_code == 403 and 'name="kept"' not in answer.content.decode()


def test_public_forms_and_the_machines_ways_in_are_left_alone(client, db):
    assert 'name="kept"' not in client.post("/track/", {"receipt": "WD1", "tail": "1234"}).content.decode()
    assert client.post("/api/v1/cases/", {}, content_type="application/json").status_code in (401, 403)
