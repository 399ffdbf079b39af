"""A phone in a real browser: signed in, with a store of its own, on the live server."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from ops.pytest_browser import PHONE


def sign_in(context, user, address: str) -> None:
    """Gives the browser a session of `user`; nobody is signed in before."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.clear_cookies()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}])


class FieldPhone:
    """A page and what a visitor does on it; `kept` and the like ask the phone, not the server."""

    def __init__(self, page, address: str):
        self.page, self.address = page, address

    def sign_in(self, user) -> None:
        sign_in(self.page.context, user, self.address)

    def open(self, path: str, page=None) -> None:
        page = page or self.page
        page.goto(path)
        page.wait_for_selector("html[data-field=ready]")

    def door(self, household, page=None) -> None:
        self.open(f"/field/households/{household.pk}/visit/", page)

    def upload(self) -> None:
        """The 上传 page, after its first try to send has ended."""
        self.open("/field/upload/")
        self.settled()

    def settled(self) -> None:
        self.page.wait_for_selector("[data-upload][aria-busy=false]")

    def until(self, script: str, argument=None, page=None) -> None:
        """Waits in the page until a script says yes; the security policy forbids the usual way."""
        loop = f"while (!({script})) {{ await new Promise((next) => setTimeout(next, 30)); }}"
        (page or self.page).evaluate(f"async (given) => {{ const me = await field.who(); {loop} }}", argument)

    def choose(self, outcome: str = "met", *topics: str, page=None) -> None:
        page = page or self.page
        page.check(f"[name=outcome][value={outcome}]", force=True)
        for code in topics:
            page.click(f"label[for=topic-{code}]")

    def save(self, then: str = "next", page=None) -> None:
        """Saves and waits for the page after it."""
        page = page or self.page
        with page.expect_navigation():
            page.click(f".save-bar [name=then][value={then}]")
        page.wait_for_selector("html[data-field=ready]")

    def write(self, household, *topics: str, outcome: str = "met") -> str:
        """One visit kept on this phone, not sent yet; its id."""
        self.door(household)
        self.choose(outcome, *topics)
        found = self.page.input_value("[name=submission]")
        self.save("stay")
        return found

    def write_all(self, households, *topics: str) -> list[str]:
        """One visit at each door, none of them sent before the last is kept."""
        self.cut()
        found = [self.write(household, *topics) for household in households]
        self.mend()
        return found

    def cut(self, page=None) -> None:
        """From here on nothing reaches the outbox's side of the server; pages still open."""
        (page or self.page).route("**/sync/**", lambda route: route.abort())

    def mend(self, page=None) -> None:
        (page or self.page).unroute("**/sync/**")

    def ask(self, script: str, argument=None):
        """What a script in the page says; `me` is who has the phone."""
        return self.page.evaluate(f"async (given) => {{ const me = await field.who(); return {script}; }}", argument)

    def kept(self) -> list[str]:
        return [row["id"] for row in self.ask("await field.store.waiting(me.id)")]

    def rows(self, name: str) -> list[dict]:
        """Rows of a list of the upload page, without the bytes of photos: kept, stuck, today, drafts."""
        return self.ask("(await field.store.overview(me.id))[given]", name)

    def pill(self, words: str) -> None:
        self.page.wait_for_selector(f"[data-sync]:text-is('{words}')")


@pytest.fixture
def field_phone(open_page, live_server, wang) -> Callable[..., FieldPhone]:
    """Opens a phone of 王网格员, or of another user, without a service worker unless asked for."""

    def one(user=None, **options) -> FieldPhone:
        phone = FieldPhone(open_page(PHONE, **options), live_server.url)
        phone.sign_in(user or wang)
        return phone

    return one


@pytest.fixture
def worker(field_phone) -> FieldPhone:
    """The phone of 王网格员."""
    return field_phone()


@pytest.fixture
def doors(make_household) -> list:
    """Three doors of one entrance."""
    return [make_household(door) for door in ("3-2-501", "3-2-502", "3-2-601")]
