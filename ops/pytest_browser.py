"""pytest plugin: pages of a real Chromium on the live server, strict about errors.

`phone` and `desktop` are pages of 390x844 and 1440x900; `open_page` opens more of them. A test fails when a page
logged an error, threw one, or broke the content security policy. Tests that use these fixtures carry the marker
`browser`. Without a Chromium they are skipped, or fail when REQUIRE_BROWSER=1.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
TIMEOUT_MS = 10_000
SERIOUS = {"serious", "critical"}
_REPORT_CSP = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`content security policy: ${event.violatedDirective} blocked ${event.blockedURI || "inline"}`);
});
"""

OpenPage = Callable[..., Page]


class Watch:
    """The errors that pages of one test reported, and those that the test said it expects."""

    def __init__(self) -> None:
        """Nothing reported yet, nothing expected."""
        self.errors: list[str] = []
        self.expected: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        """Collects the errors of every page of `context`."""
        context.add_init_script(_REPORT_CSP)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        """The reported errors in which no expected text occurs."""
        return [error for error in self.errors if not any(text in error for text in self.expected)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need a browser."""
    for item in items:
        if {"browser", "open_page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: $CHROMIUM, or the first one on PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found:
        reason = "no Chromium found: install one or set CHROMIUM to its path"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium, one for each test process."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def watch() -> Watch:
    """What the pages of this test report. `watch.expected.append("404")` allows errors that contain the text."""
    return Watch()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, watch: Watch) -> Iterator[OpenPage]:
    """A function that opens a page with cookies of its own: `open_page(PHONE, java_script_enabled=False)`.

    Addresses are relative to the live server. Unexpected errors fail the test when it ends.
    """
    contexts = []

    def open_one(size: dict[str, Any] = DESKTOP, **options: Any) -> Page:
        settings = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "base_url": live_server.url}
        # A service worker answers slow pages from the phone; only tests about it want that.
        settings["service_workers"] = "block"
        context = browser.new_context(**(settings | size | options))
        context.set_default_timeout(TIMEOUT_MS)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    if watch.unexpected():
        pytest.fail("the browser reported errors:\n" + "\n".join(watch.unexpected()), pytrace=False)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page the size of a phone, with touch."""
    return open_page(PHONE)


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    """A page the size of an office screen."""
    return open_page(DESKTOP)


def assert_accessible(page: Page, *, within: str = "html") -> None:
    """Fails with a readable list when axe finds anything serious or critical in the part matching `within`."""
    try:
        result = _violations(page, within)
    except Error:
        # Looked at while it was being left for the page a click leads to: that one is meant.
        page.wait_for_load_state("load")
        result = _violations(page, within)
    findings = [
        f"{violation['impact']} {violation['id']}: {violation['help']}\n    {node['html'][:160]}"
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    if findings:
        pytest.fail(f"axe on {page.url}:\n" + "\n".join(findings), pytrace=False)


def _violations(page: Page, within: str) -> dict[str, Any]:
    page.evaluate(_axe_source())
    return page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)


@cache
def _axe_source() -> str:
    """axe-core, from the package that carries it; as a value, so that the page's security policy does not apply."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None, "axe-playwright-python is not installed"
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text()
