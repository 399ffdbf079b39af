"""Telling a seat something once, marking it read, and pushing it out."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications.adapters import Address, ChannelDown, DeliveryFailed, Message
from notifications.backoff import MAX_ATTEMPTS, pause_after
from notifications.models import Delivery, Notification, Reading

logger = logging.getLogger(__name__)


def notify(
    seat: str,
    *,
    cause: str,
    title: str,
    body: str = "",
    target: str = "",
    hidden_from: int | None = None,
    push: bool = True,
    at: datetime | None = None,
) -> bool:
    """Tell `seat` once for `cause`; True when the notice is new, False when the seat had been told.

    `target` is a path of ours, `hidden_from` the account id of the person it is about.
    """
    row = _row(seat, cause=cause, title=title, body=body, target=target, hidden_from=hidden_from, push=push, at=at)
    values = {field: getattr(row, field) for field in _NEW_COLUMNS}
    return Notification.objects.get_or_create(seat=seat, cause=cause, defaults=values)[1]


def notify_many(
    seats: Iterable[str],
    *,
    cause: str,
    title: str,
    body: str = "",
    target: str = "",
    hidden_from: int | None = None,
    push: bool = True,
    at: datetime | None = None,
) -> None:
    """Tell every seat once for `cause`, in one statement; seats that had been told are passed over."""
    common = {"cause": cause, "title": title, "body": body, "target": target}
    rows = [_row(seat, **common, hidden_from=hidden_from, push=push, at=at) for seat in dict.fromkeys(seats)]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def mark_read(user, *, seats: Iterable[str], ids: Iterable[int] | None = None, at: datetime | None = None) -> int:
    """Mark these notices (None: all) to the user's seats as read; returns how many were unread."""
    unread = Notification.objects.for_seats(seats, user).unread(user)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    read_at = at or timezone.now()
    readings = [Reading(user=user, notification_id=pk, read_at=read_at) for pk in unread.values_list("pk", flat=True)]
    Reading.objects.bulk_create(readings, ignore_conflicts=True, batch_size=1000)
    return len(readings)


def deliver(limit: int = 200, *, seconds: float = 25, at: datetime | None = None) -> int:
    """Push up to `limit` due notices, for at most `seconds`; returns how many went out. Any number may run at once.

    1. Claim one row in a transaction of its own: count the attempt and move `push_at` on. Others skip it.
    2. Resolve the seat's addresses now, not when the notice was written: people change.
    3. Send, then write `pushed_at`. A crash in between repeats the message later under the same id.
    """
    run = _Run()
    until = time.monotonic() + seconds
    sent = 0
    for _ in range(limit):
        notice = _claim(at or timezone.now())
        if notice is None:
            break
        sent += run.push(notice, at or timezone.now())
        if time.monotonic() > until:
            break
    return sent


class _Run:
    """One pass of a deliverer: its adapters, and the channels it found dead."""

    def __init__(self) -> None:
        book: Callable[[str], list[Address]] = import_string(settings.NOTIFICATION_ADDRESS_BOOK)
        # A sweep tells the same few seats thousands of times; a run is short enough to remember who sits there.
        self.addresses = lru_cache(maxsize=500)(book)
        self.adapters = {name: import_string(path)() for name, path in settings.NOTIFICATION_ADAPTERS.items()}
        self.dead: set[str] = set()

    def push(self, notice: Notification, at: datetime) -> bool:
        """Send one claimed notice to all its addresses; True when nothing is left to send."""
        done = set(notice.deliveries.values_list("message", flat=True)) if notice.attempts > 1 else set()
        messages = [m for m in _messages(notice, self.addresses(notice.seat)) if m.id not in done]
        sent, failures = self._send(messages)
        if not failures:
            Notification.objects.filter(pk=notice.pk).update(pushed_at=at, push_at=None)
            return True
        rows = [Delivery(notification=notice, message=message_id, sent_at=at) for message_id in sent]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        _log_failure(notice, failures)
        return False

    def _send(self, messages: list[Message]) -> tuple[list[str], list[str]]:
        """Ids that went out and the reasons of those that did not. A channel found down rests for this run."""
        sent, failures = [], []
        for message in messages:
            if message.channel in self.dead:
                failures.append(f"{message.channel} failed before in this run")
                continue
            try:
                self.adapters[message.channel].send(message)
            except DeliveryFailed as failure:
                failures.append(str(failure))
                if isinstance(failure, ChannelDown):
                    self.dead.add(message.channel)
            else:
                sent.append(message.id)
        return sent, failures


_NEW_COLUMNS = ("title", "body", "target", "hidden_from_id", "created_at", "push_at")


def _row(seat: str, *, hidden_from: int | None, push: bool, at: datetime | None, **texts: str) -> Notification:
    moment = at or timezone.now()
    return Notification(
        seat=seat, hidden_from_id=hidden_from, created_at=moment, push_at=moment if push else None, **texts
    )


def _claim(at: datetime) -> Notification | None:
    """The next due notice, its attempt counted and its next try set, or None. Locked rows are somebody else's."""
    with transaction.atomic():
        # NO KEY: a person marking the notice read must not wait for us.
        due = Notification.objects.to_push(at).select_for_update(skip_locked=True, no_key=True)
        notice = due.first()
        if notice is None:
            return None
        notice.attempts += 1
        pause = pause_after(notice.attempts)
        notice.push_at = at + pause if pause else None
        notice.save(update_fields=["attempts", "push_at"])
    return notice


def _messages(notice: Notification, addresses: list[Address]) -> list[Message]:
    """One message per address. A notice hidden from somebody goes to other known persons only, never to a group."""
    url = f"{settings.PUBLIC_BASE_URL}{notice.target}" if notice.target else ""
    return [
        Message(f"notice-{notice.pk}-{a.channel}-{a.person or 0}", a.channel, a.to, notice.title, notice.body, url)
        for a in addresses
        if notice.hidden_from_id is None or a.person not in (None, notice.hidden_from_id)
    ]


def _log_failure(notice: Notification, failures: list[str]) -> None:
    reasons = "; ".join(dict.fromkeys(failures))
    if notice.attempts >= MAX_ATTEMPTS:
        logger.error("notice %s given up after %s attempts: %s", notice.pk, notice.attempts, reasons)
    else:
        logger.warning("notice %s not sent, attempt %s: %s", notice.pk, notice.attempts, reasons)
