"""Signing in: by name or phone, kept for thirty days, locked after five wrong passwords."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def try_in(client, name, password=PASSWORD, **more):
    """One try at the sign-in page."""
    return client.post(reverse("accounts:sign-in"), {"username": name, "password": password, **more})


@pytest.mark.parametrize(
    "name", ["wangwg03", "WangWG03", " wangwg03 ", "13800001234", "138 0000 1234", "+86 13800001234"]
)
def test_name_in_any_case_and_phone_in_any_spelling_open(client, worker, name):
    answer = try_in(client, name)
    assert answer.status_code == 302
    assert answer.url == reverse("desk:home")
    assert client.session["_auth_user_id"] == str(worker.pk)


def test_a_user_name_wins_over_a_phone_of_somebody_else(client, worker, newcomer):
    newcomer.username = "13800001234"
    newcomer.save()
    try_in(client, "13800001234")
    assert client.session["_auth_user_id"] == str(newcomer.pk)


def test_wrong_password_says_how_many_tries_are_left_beside_the_field(client, worker):
    page = try_in(client, "wangwg03", "not-it-at-all").content.decode()
    assert "还可以试4次" in page
    assert 'aria-describedby="id_password-error' in page
    page = try_in(client, "13800001234", "not-it-at-all").content.decode()
    assert "还可以试3次" in page, "name and phone are counted together"


def test_an_unknown_name_gets_the_same_words(client, worker):
    known = try_in(client, "wangwg03", "not-it-at-all").content.decode()
    unknown = try_in(client, "nobody-here", "not-it-at-all").content.decode()
    assert "账号或密码不对，还可以试4次" in known
    assert "账号或密码不对，还可以试4次" in unknown


def test_fifth_wrong_password_locks_and_says_until_when(client, worker):
    for _ in range(4):
        try_in(client, "wangwg03", "not-it-at-all")
    locked = try_in(client, "wangwg03", "not-it-at-all")
    assert locked.status_code == 429
    assert "锁定15分钟" in locked.content.decode()
    assert try_in(client, "wangwg03").status_code == 429, "the right password does not open a lock"
    assert "_auth_user_id" not in client.session


def test_lock_ends_after_a_quarter_of_an_hour(client, worker):
    for _ in range(5):
        try_in(client, "wangwg03", "not-it-at-all")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert try_in(client, "wangwg03").status_code == 302


def test_success_forgets_earlier_slips(client, worker):
    try_in(client, "wangwg03", "not-it-at-all")
    try_in(client, "wangwg03")
    client.logout()
    assert "还可以试4次" in try_in(client, "wangwg03", "not-it-at-all").content.decode()


def test_lock_out_rows_never_hold_a_phone_number(client, worker):
    try_in(client, "13800001234", "not-it-at-all")
    try_in(client, "13900005678", "not-it-at-all")
    names = set(AccessAttempt.objects.values_list("username", flat=True))
    assert "wangwg03" in names
    assert not any("1390000" in name or "1380000" in name for name in names)


def test_inactive_account_does_not_open(client, worker):
    worker.is_active = False
    worker.save()
    assert try_in(client, "wangwg03").status_code == 200


def test_own_phone_keeps_the_session_for_thirty_days(client, worker):
    try_in(client, "wangwg03", keep="on")
    assert client.session.get_expiry_age() == 30 * 24 * 3600


def test_without_the_tick_the_session_ends_after_a_working_day(client, worker):
    try_in(client, "wangwg03")
    assert client.session.get_expiry_age() == 12 * 3600


def test_next_leads_back_within_the_site(client, worker):
    assert try_in(client, "wangwg03", next="/account/password/").url == "/account/password/"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", r"/\example.org"])
def test_next_never_leads_to_another_site(client, worker, target):
    assert try_in(client, "wangwg03", next=target).url == reverse("desk:home")


def test_signed_in_people_do_not_see_the_form_and_are_not_sent_in_circles(client, worker):
    client.force_login(worker)
    answer = client.get(reverse("accounts:sign-in"), {"next": "/account/"})
    assert answer.url == reverse("desk:home")


def test_signing_out_wants_post(client, worker):
    client.force_login(worker)
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert client.post(reverse("accounts:sign-out")).url == reverse("accounts:sign-in")
    assert "_auth_user_id" not in client.session


def test_remembered_size_comes_back_with_sign_in(client, worker):
    worker.size = "elder"
    worker.save()
    try_in(client, "wangwg03")
    assert client.cookies["weidu_size"].value == "elder"
    assert 'data-size="elder"' in client.get(reverse("accounts:profile")).content.decode()


def test_sign_in_page_is_not_kept_by_browsers(client):
    assert "no-store" in client.get(reverse("accounts:sign-in"))["Cache-Control"]


@pytest.mark.parametrize("field", ["username", "password"])
def test_empty_and_odd_input_is_refused_politely(client, db, field):
    data = {"username": "a", "password": "b", field: "\x00"}
    assert client.post(reverse("accounts:sign-in"), data).status_code == 200
    assert client.post(reverse("accounts:sign-in"), {**data, field: ""}).status_code == 200
