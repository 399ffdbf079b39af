"""The notices of some seats as one person reads them: unread first, each marked for this person alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.http import url_has_allowed_host_and_scheme

from common.pages import Page, bounded_count, keyset
from notifications.models import Notification
from notifications.services import mark_read


@dataclass(frozen=True)
class Listing:
    """A page of notices; `fresh` are the keys of those not read yet."""

    page: Page
    shows_all: bool
    fresh: set[int]


class Inbox:
    """What `user` was told at `seats`."""

    def __init__(self, user: Any, seats: Iterable[str]):
        self.user, self.seats = user, tuple(seats)
        self._rows = Notification.objects.for_seats(self.seats, user)
        self._unread = self._rows.unread(user)

    @cached_property
    def waiting(self) -> int:
        """How many are unread, counted up to 101."""
        return bounded_count(self._unread)

    def listing(self, query: Any) -> Listing:
        """The notices an address asks for: the unread ones, or all (`view=all`) where nothing is unread."""
        shows_all = query.get("view") == "all" or not self.waiting
        page = keyset(self._rows if shows_all else self._unread, order=("-id",), cursor=query.get("page"))
        keys = {notice.pk for notice in page}
        fresh = set(self._unread.filter(pk__in=keys).values_list("pk", flat=True)) if shows_all else keys
        return Listing(page, shows_all, fresh)

    def mark(self, number: str) -> None:
        """Mark the notice of this number as read, or all where it names none."""
        mark_read(self.user, seats=self.seats, ids=[int(number)] if number.isdecimal() else None)

    def open(self, number: str) -> str | None:
        """The page the notice is about, marking it read; empty where it has none of ours, None where it is not theirs."""
        notice = self._rows.filter(pk=number).first() if number.isdecimal() else None
        if notice is None:
            return None
        mark_read(self.user, seats=self.seats, ids=[notice.pk])
        return notice.target if url_has_allowed_host_and_scheme(notice.target, allowed_hosts=None) else ""
