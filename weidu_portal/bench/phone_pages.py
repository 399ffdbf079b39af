"""What 今日 weighs on its first load, and how many taps a visit takes: in a real Chromium the size of a phone.

Where no Chromium is found there are no figures, and the bench says so.
"""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.urls import reverse

from grids.models import Compound
from households.models import Household
from households.services.bulk import HouseholdRow, PersonRow, write
from visits.models import Visit
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import XINCUN, gunicorn

_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "zh-CN"}


def measure() -> dict[str, float]:
    """`field_page_kb` (everything transferred, compressed), `visit_taps_met`, `visit_taps_absent`."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        sys.stderr.write("No Chromium: field_page_kb and visit_taps were not measured.\n")
        return {}
    from playwright.sync_api import sync_playwright  # a package of the checks, not of the portal

    worker = crowd.member("bench-walker", "grid_worker", area=f"{XINCUN}003")
    homes, session = _homes(), crowd.session_of(worker)
    with gunicorn() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        context = browser.new_context(base_url=f"http://localhost:{port}", **_PHONE)
        context.add_cookies([{"name": "weidu_session", "value": session, "url": f"http://localhost:{port}"}])
        page = context.new_page()
        figures = {"field_page_kb": _weight(page)}
        figures["visit_taps_met"] = _taps(page, homes[0], ["已见面", "一切正常", "保存，下一户"])
        figures["visit_taps_absent"] = _taps(page, homes[1], ["家中无人"])
        browser.close()
    return figures


def _homes() -> list[Household]:
    compound = Compound.objects.create(area_id=f"{XINCUN}003", name="试测家属院", kind="work_unit")
    rows = [HouseholdRow(compound.pk, 3, 2, f"{floor}01", compound.area_id) for floor in (1, 2, 3)]
    for row in rows:
        row.people = [PersonRow("刘秀兰", "刘阿姨", "head", 2, 1950)]
    write(rows, source="bench", by=None)
    return list(Household.objects.filter(compound=compound).in_door_order())


def _weight(page) -> float:
    """Kilobytes the network carried until 今日 stood still, by the browser's own count."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    carried: list[float] = []
    wire.on("Network.loadingFinished", lambda event: carried.append(event["encodedDataLength"]))
    page.goto(reverse("field:today"), wait_until="networkidle")
    wire.detach()
    return round(sum(carried) / 1024, 1)


def _taps(page, home: Household, words: list[str]) -> int:
    """Taps from 今日 until the visit to `home` stands in the database."""
    page.goto(reverse("field:today"), wait_until="networkidle")
    page.locator(f"a[href^='{reverse('field:visit-new', args=[home.pk])}']").first.tap()
    taps = 1
    for word in words:
        # A chip is a label or a button; what it is called is all a finger knows of it.
        page.locator("form#visit label, form#visit button").filter(has_text=word).last.tap()
        taps += 1
    page.wait_for_url(lambda address: reverse("field:visit-new", args=[home.pk]) not in address)
    page.goto(reverse("field:upload"))
    with ThreadPoolExecutor(1) as beside:  # the browser's loop holds this thread, and the database refuses it there
        for _ in range(200):
            if beside.submit(_is_written, home).result():
                return taps
            page.wait_for_timeout(100)
    raise RuntimeError(f"the visit to household {home.pk} never came")


def _is_written(home: Household) -> bool:
    try:
        return Visit.objects.filter(household=home).exists()
    finally:
        connection.close()
