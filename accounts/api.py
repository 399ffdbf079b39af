"""Bearer keys for the API."""

import re

from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiKey
from accounts.services import KEY_MARK, hash_of

_KEY = re.compile(rf"{KEY_MARK}_([0-9a-f]{{8}})_[0-9a-f]{{48}}")
_NO_HASH = "0" * 64


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer wd_<prefix>_<secret>` acts as the key's user; another scheme is left to the next class."""

    keyword = "Bearer"

    def authenticate(self, request):
        """(user, key), None without a key of ours, AuthenticationFailed for one that does not open."""
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower() or not text.startswith(f"{KEY_MARK}_"):
            return None
        key = self._working_key(text.strip())
        if key is None:
            raise AuthenticationFailed("密钥不对或已作废")
        ApiKey.objects.seen(key)
        return key.user, key

    def authenticate_header(self, request) -> str:
        """What a 401 answer asks for."""
        return self.keyword

    def _working_key(self, text: str) -> ApiKey | None:
        shape = _KEY.fullmatch(text)
        if shape is None:
            return None
        key = ApiKey.objects.working().select_related("user").filter(prefix=shape[1]).first()
        fits = constant_time_compare(hash_of(text), key.hash if key else _NO_HASH)
        return key if key and fits else None
