"""Encryption and blind indexes of personal values.

A sealed value is `version | suite | key id | nonce (12) | ciphertext and tag (16)`, one byte each for the first
three. Suite 1 is AES-256-GCM, suite 2 SM4-GCM; the byte travels with the value, so both can stand in one column.
FIELD_KEYS is "id:base64,id:base64" (id 1-255, 32 bytes each): the first key encrypts, the others still decrypt.
INDEX_KEY (base64, 32 bytes) is separate and must stay outside the database: there are few phone numbers to try.
"""

import base64
import binascii
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as openssl_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
AES_GCM = 1
SM4_GCM = 2
_NONCE = 12
_TAG = 16
_HEAD = 3


class Unreadable(Exception):
    """A sealed value that no key opens, or that was moved to another row. The text never holds the value."""


def seal(plain: str, *, aad: str) -> bytes:
    """`plain` encrypted under the first key and the suite of FIELD_SUITE (default 1), bound to `aad`."""
    suite = getattr(settings, "FIELD_SUITE", AES_GCM)
    key_id, key = next(iter(_ring().items()))
    head = bytes((VERSION, suite, key_id))
    nonce = os.urandom(_NONCE)
    return head + nonce + _encrypt(suite, key, nonce, plain.encode(), head + aad.encode())


def unseal(sealed: bytes, *, aad: str) -> str:
    """The text in `sealed`. Unreadable when the key is unknown, or value, place or row differ."""
    head, nonce, body = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :]
    if len(body) < _TAG or head[0] != VERSION:
        raise Unreadable("not a sealed value")
    key = _ring().get(head[2])
    if key is None:
        raise Unreadable(f"no key {head[2]} in FIELD_KEYS")
    try:
        return _decrypt(head[1], key, nonce, body, head + aad.encode()).decode()
    except InvalidTag:
        raise Unreadable("the sealed value does not belong to this row and column") from None


def is_current(sealed: bytes) -> bool:
    """Whether `sealed` already uses the first key and the suite in force."""
    suite = getattr(settings, "FIELD_SUITE", AES_GCM)
    return sealed[:_HEAD] == bytes((VERSION, suite, next(iter(_ring()))))


def blind_index(value: str, *, purpose: str) -> bytes:
    """16 bytes by which an encrypted value is found again; `purpose` ("phone") keeps columns apart.

    Normalise the value first. INDEX_SUITE 1 (default) is HMAC-SHA256, 2 is HMAC-SM3; it is separate from FIELD_SUITE
    because changing it means computing every stored index anew.
    """
    message = purpose.encode() + b"\0" + value.encode()
    if getattr(settings, "INDEX_SUITE", AES_GCM) == SM4_GCM:
        return _hmac_sm3(index_key(), message)[:16]
    return hmac.digest(index_key(), message, "sha256")[:16]


def index_key() -> bytes:
    """The key of the blind index, 32 bytes. ImproperlyConfigured where it is missing or malformed."""
    if settings.INDEX_KEY:
        return _decode("INDEX_KEY", settings.INDEX_KEY)
    return _demo_key("INDEX_KEY")


def check_keys() -> None:
    """Raises ImproperlyConfigured, naming the setting, unless keys and suite are usable."""
    _ring()
    index_key()
    for name in ("FIELD_SUITE", "INDEX_SUITE"):
        if getattr(settings, name, AES_GCM) not in (AES_GCM, SM4_GCM):
            raise ImproperlyConfigured(f"{name} is 1 (AES-256-GCM, HMAC-SHA256) or 2 (SM4-GCM, HMAC-SM3)")


def _ring() -> dict[int, bytes]:
    if settings.FIELD_KEYS:
        return _parse(settings.FIELD_KEYS)
    return {1: _demo_key("FIELD_KEYS")}


@lru_cache(maxsize=4)
def _parse(text: str) -> dict[int, bytes]:
    ring: dict[int, bytes] = {}
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        if not key_id.isascii() or not key_id.isdigit() or not 1 <= int(key_id) <= 255 or int(key_id) in ring:
            raise ImproperlyConfigured("FIELD_KEYS: an id is a number from 1 to 255, each once")
        ring[int(key_id)] = _decode("FIELD_KEYS", encoded)
    return ring


def _decode(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name}: a key is base64") from None
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name}: a key is 32 bytes")
    return key


def _demo_key(name: str) -> bytes:
    """A key for demonstration and tests only, the same on every start; anywhere else the setting is required."""
    if not settings.DEMO:
        raise ImproperlyConfigured(f"{name} is not set: personal values cannot be stored without it")
    return hmac.digest(settings.SECRET_KEY.encode(), b"demonstration only " + name.encode(), "sha256")


def _encrypt(suite: int, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    if suite == AES_GCM:
        return AESGCM(key).encrypt(nonce, plain, aad)
    if suite != SM4_GCM:
        raise ImproperlyConfigured("FIELD_SUITE is 1 or 2")
    encryptor = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _decrypt(suite: int, key: bytes, nonce: bytes, body: bytes, aad: bytes) -> bytes:
    if suite == AES_GCM:
        return AESGCM(key).decrypt(nonce, body, aad)
    if suite != SM4_GCM:
        raise Unreadable(f"unknown suite {suite}")
    decryptor = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce, body[-_TAG:])).decryptor()
    decryptor.authenticate_additional_data(aad)
    return decryptor.update(body[:-_TAG]) + decryptor.finalize()


def _sm4_key(key: bytes) -> bytes:
    """SM4 takes 16 bytes: derived, so that no key serves two ciphers."""
    return _hmac_sm3(key, b"SM4-GCM")[:16]


def _hmac_sm3(key: bytes, message: bytes) -> bytes:
    mac = openssl_hmac.HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()
