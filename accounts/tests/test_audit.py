"""What signing in and changing passwords leaves in the audit trail."""

import pytest
from django.urls import reverse

from accounts import services
from accounts.tests.conftest import PASSWORD
from audit.models import Entry

pytestmark = pytest.mark.django_db


def verbs(user) -> list[str]:
    """What was done to the account, oldest first."""
    return list(Entry.objects.about("accounts.user", user.pk).order_by("id").values_list("verb", flat=True))


def test_sign_in_change_and_sign_out_are_recorded(client, worker):
    client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": PASSWORD})
    new = "huaihua-shu-xia-de-jie"
    client.post(reverse("accounts:password"), {"present": PASSWORD, "new": new, "again": new})
    client.post(reverse("accounts:sign-out"))
    assert verbs(worker) == ["account.signed_in", "account.password_changed", "account.signed_out"]


def test_a_lock_is_recorded_once(client, worker):
    for _ in range(7):
        client.post(reverse("accounts:sign-in"), {"username": "13800001234", "password": "not-it-at-all"})
    assert verbs(worker) == ["account.locked"]


def test_reset_ends_a_lock_and_names_who_did_it(client, worker, administrator):
    for _ in range(5):
        client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": "not-it-at-all"})
    password = services.reset_password(worker, by=administrator)
    assert client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": password}).status_code == 302
    entry = Entry.objects.get(verb="account.password_reset")
    assert entry.actor_id == administrator.pk


def test_keys_are_recorded_without_their_text(worker, administrator):
    key, text = services.issue_api_key(worker, name="12345平台", by=administrator)
    services.revoke_api_key(key, by=administrator)
    entries = Entry.objects.about("accounts.apikey", key.pk)
    assert {entry.verb for entry in entries} == {"api_key.issued", "api_key.revoked"}
    assert text not in str([entry.details for entry in entries])
