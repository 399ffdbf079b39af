"""Verbs of accounts: opened, given a one-time password, their passwords changed, keys issued and revoked."""

import secrets
from datetime import datetime
from hashlib import sha256

from axes.utils import reset
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.passwords import one_time_password
from audit.services import record
from common.errors import DomainError

KEY_MARK = "wd"


@transaction.atomic
def open_account(user: User, *, phone: str = "", by: User | None) -> str:
    """Save a new account and return its one-time password, known to nobody else and kept nowhere."""
    _take_phone(user, phone)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    record("account.opened", subject=("accounts.user", user.pk), by=by)
    return password


@transaction.atomic
def change_phone(user: User, *, phone: str, by: User | None) -> None:
    """Replace the mobile number people reach and recognise the person by; empty removes it."""
    _take_phone(user, phone)
    user.save(update_fields=["phone", "phone_index"])
    record("account.phone_changed", subject=("accounts.user", user.pk), by=by)


@transaction.atomic
def reset_password(user: User, *, by: User | None) -> str:
    """A new one-time password; ends every session of the person and any lock on the account."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    reset(username=user.username)
    record("account.password_reset", subject=("accounts.user", user.pk), by=by)
    return password


@transaction.atomic
def change_password(user: User, *, password: str, by: User | None) -> None:
    """Set the password the person chose; the rules are the form's."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record("account.password_changed", subject=("accounts.user", user.pk), by=by)


@transaction.atomic
def issue_api_key(user: User, *, name: str, by: User | None) -> tuple[ApiKey, str]:
    """A new key that acts as `user`, and its text `wd_<prefix>_<secret>`, which is shown once and kept nowhere."""
    prefix = secrets.token_hex(4)
    text = f"{KEY_MARK}_{prefix}_{secrets.token_hex(24)}"
    key = ApiKey.objects.create(user=user, name=name, prefix=prefix, hash=hash_of(text), created_by=by)
    record("api_key.issued", subject=("accounts.apikey", key.pk), by=by, user=user.pk)
    return key, text


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: User | None, at: datetime | None = None) -> None:
    """End a key at once. DomainError where it had ended already."""
    found = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    if not found.update(revoked_at=at or timezone.now(), revoked_by=by):
        raise DomainError("这个密钥已经作废")
    record("api_key.revoked", subject=("accounts.apikey", key.pk), by=by)


def hash_of(text: str) -> str:
    """SHA-256 of a key, hexadecimal. The secret has 192 bits, so no slow hash is needed."""
    return sha256(text.encode()).hexdigest()


def _take_phone(user: User, phone: str) -> None:
    try:
        user.take_phone(phone)
    except ValueError as refusal:
        raise DomainError(str(refusal)) from None
    if phone and User.objects.filter(phone_index=user.phone_index).exclude(pk=user.pk).exists():
        raise DomainError("这个手机号已有账号")
