"""Keys of other systems."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import AuthenticationFailed

from accounts import services
from accounts.api import ApiKeyAuthentication
from accounts.models import ApiKey
from common.errors import DomainError

pytestmark = pytest.mark.django_db


def knock(text: str, scheme: str = "Bearer"):
    """What the API makes of this Authorization header."""
    return ApiKeyAuthentication().authenticate(RequestFactory().get("/", headers={"Authorization": f"{scheme} {text}"}))


@pytest.fixture
def issued(worker, administrator):
    """(key, its text)."""
    return services.issue_api_key(worker, name="12345平台", by=administrator)


def test_a_key_acts_as_its_user(issued, worker):
    key, text = issued
    assert text.startswith(f"wd_{key.prefix}_")
    assert knock(text) == (worker, key)


def test_only_a_hash_of_the_key_is_stored(issued):
    key, text = issued
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text not in str(row)
    assert text.split("_")[2] not in str(row)
    assert len(row["hash"]) == 64


def test_a_revoked_key_opens_nothing(issued, administrator):
    key, text = issued
    services.revoke_api_key(key, by=administrator)
    with pytest.raises(AuthenticationFailed):
        knock(text)
    with pytest.raises(DomainError, match="已经作废"):
        services.revoke_api_key(key, by=administrator)


def test_a_key_of_an_ended_account_opens_nothing(issued, worker):
    worker.is_active = False
    worker.save()
    with pytest.raises(AuthenticationFailed):
        knock(issued[1])


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: t[:12], lambda t: t + "0"]
)
def test_a_key_that_is_nearly_right_opens_nothing(issued, change):
    with pytest.raises(AuthenticationFailed):
        knock(change(issued[1]))


def test_other_schemes_are_left_to_the_session(issued):
    assert knock(issued[1], scheme="Basic") is None
    assert knock("somebody-elses-token") is None


def test_last_use_is_written_at_most_once_a_minute(issued):
    key, text = issued
    knock(text)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    assert first is not None
    assert not ApiKey.objects.seen(key, at=first + timedelta(seconds=59))
    assert ApiKey.objects.seen(key, at=first + timedelta(seconds=61))


def test_a_key_is_found_by_prefix_without_telling_which_part_was_wrong(issued):
    text = issued[1]
    words = set()
    for wrong in (text[:-4] + "0000", "wd_" + "0" * 8 + "_" + "0" * 48):
        with pytest.raises(AuthenticationFailed) as refusal:
            knock(wrong)
        words.add(str(refusal.value.detail))
    assert words == {"密钥不对或已作废"}
