"""Whom a seat reaches by push, resolved when the notice is sent: people change, seats stay."""

from django.conf import settings

from accounts.models import User
from cases.models import Report
from grids.scope import people_at
from notifications.adapters import Address
from wishes.models import Wish


def addresses(seat: str) -> list[Address]:
    """Addresses of "user:<id>", "area:<code>", "unit:<id>", "report:<id>" or "wish:<id>"; empty when nobody is there any more.

    Raises ValueError for a seat of any other shape.
    """
    kind, _, key = seat.partition(":")
    if kind == "report":
        return _resident(key)
    if kind == "wish":
        return _wisher(key)
    if kind == "user":
        return _mailboxes(User.objects.filter(pk=key))
    if kind in ("area", "unit"):
        return _mailboxes(people_at(seat)) + _group()
    raise ValueError(f"not a seat: {seat}")


def _mailboxes(people) -> list[Address]:
    return [Address("email", person.email, person.pk) for person in people if person.email and person.is_active]


def _group() -> list[Address]:
    return [Address("wecom", "group")] if settings.WECOM_WEBHOOK_URL else []


def _resident(key: str) -> list[Address]:
    """The resident's own mobile, where text messages were asked for.

    The only place besides the revealing service that opens a phone number: it is used to tell the very person whose
    number it is, on that person's wish, and goes to the channel without being shown to anybody.
    """
    report = Report.objects.filter(pk=key, wants_sms=True).first()
    return [Address("sms", report.phone.plain)] if report is not None and report.phone else []


def _wisher(key: str) -> list[Address]:
    """The same for whoever made a wish."""
    wish = Wish.objects.filter(pk=key, wants_sms=True).first()
    return [Address("sms", wish.phone.plain)] if wish is not None and wish.phone else []
