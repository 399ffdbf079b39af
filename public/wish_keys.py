"""Signed keys of wishes on the wall. A wish's number is the wisher's way to track it, so the wall never shows it."""

from django.core import signing

from wishes.models import Wish

_SIGNER = signing.Signer(sep=".", salt="public.wish_keys")


def key_of(wish: Wish) -> str:
    """The key that stands in the wall's links for this wish."""
    return _SIGNER.sign(str(wish.pk))


def number_of(key: str) -> str:
    """The number of the wish of a key; "" where we did not sign it or the wish is gone."""
    try:
        pk = _SIGNER.unsign(key)
    except signing.BadSignature:
        return ""
    return Wish.objects.filter(pk=pk).values_list("number", flat=True).first() or ""
