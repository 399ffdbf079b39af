"""What administrators can do with accounts and keys, and what they cannot."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import ApiKey, User
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db) -> User:
    """May change accounts and issue keys, but is no superuser."""
    user = User.objects.create_user(
        "banshiyuan", password=PASSWORD, full_name="办事员", is_staff=True, must_change_password=False
    )
    names = [f"{verb}_{model}" for verb in ("add", "change", "view") for model in ("user", "apikey")]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def secret(page: str) -> str:
    """What a page of secrets shows."""
    return page.split("<code>")[1].split("</code>")[0]


def reset(client, user) -> str:
    """The page after asking for a new one-time password."""
    data = {"action": "reset_passwords", "_selected_action": [user.pk]}
    return client.post(reverse("admin:accounts_user_changelist"), data).content.decode()


def test_a_reset_shows_the_new_password_once(client, administrator, worker):
    client.force_login(administrator)
    page = reset(client, worker)
    worker.refresh_from_db()
    assert worker.check_password(secret(page))
    assert worker.must_change_password


def test_nobody_resets_an_account_above_their_own(client, clerk, administrator):
    client.force_login(clerk)
    assert "<code>" not in reset(client, administrator)
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_nobody_gives_themselves_rights(client, clerk):
    client.force_login(clerk)
    data = {"username": "banshiyuan", "full_name": "办事员", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    assert client.post(reverse("admin:accounts_user_change", args=[clerk.pk]), data).status_code == 302
    clerk.refresh_from_db()
    assert not clerk.is_superuser


def test_accounts_are_never_deleted(client, administrator, worker):
    client.force_login(administrator)
    assert client.post(reverse("admin:accounts_user_delete", args=[worker.pk]), {"post": "yes"}).status_code == 403


def test_a_key_is_shown_once_and_revoked_from_the_list(client, administrator, worker):
    client.force_login(administrator)
    page = client.post(reverse("admin:accounts_apikey_add"), {"user": worker.pk, "name": "12345平台"})
    key = ApiKey.objects.get()
    assert secret(page.content.decode()).startswith(f"wd_{key.prefix}_")
    assert "no-store" in page["Cache-Control"]
    listing = reverse("admin:accounts_apikey_changelist")
    client.post(listing, {"action": "revoke", "_selected_action": [key.pk]})
    assert not ApiKey.objects.working().exists()


def test_nobody_issues_a_key_for_an_account_above_their_own(client, clerk, administrator):
    client.force_login(clerk)
    client.post(reverse("admin:accounts_apikey_add"), {"user": administrator.pk, "name": "x"})
    assert not ApiKey.objects.exists()
