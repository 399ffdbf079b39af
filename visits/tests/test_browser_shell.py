"""The phone pages without a network, and new versions of them: row 12, the pack, and what all of it looks like."""

import os
import re

import pytest
from playwright.sync_api import expect

from ops.pytest_browser import assert_accessible
from visits import offline
from visits.models import Pace, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
CONTROLLED = "Boolean(navigator.serviceWorker.controller)"


@pytest.fixture(autouse=True)
def failures_expected(watch):
    watch.expected += ["Failed to load resource", "Failed to update a ServiceWorker", "bad HTTP response code"]


@pytest.fixture
def equipped(field_phone, doors):
    """A phone with the shell and the pack on it."""
    phone = field_phone(service_workers="allow")
    phone.upload()
    phone.until(CONTROLLED)
    phone.until("Boolean(await field.store.get('pack', me.id))")
    return phone


def offline_now(phone, path: str) -> None:
    phone.page.context.set_offline(True)
    phone.open(path)
    phone.page.wait_for_selector("[data-shell]")


def look(page, name: str = "") -> None:
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    if (folder := os.environ.get("SHOTS")) and name:
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_whole_visit_without_a_network_from_the_list_to_the_next_door(equipped, doors):
    page = equipped.page
    offline_now(equipped, "/field/")
    assert page.locator("[data-doors] .door").all_inner_texts()[0].startswith("3-2-501")
    look(page, "shell-390")
    page.click(".door:has-text('3-2-501')")
    expect(page.locator("h1")).to_contain_text("3-2-501")
    page.wait_for_selector("html[data-field=ready]")
    look(page, "shell-visit-390")
    equipped.choose("met", "leak")
    page.fill("#detail-leak", "地下室渗水")
    page.click(".save-bar [value=next]")
    expect(page).to_have_url(re.compile(f"/households/{doors[1].pk}/visit/$"))
    page.wait_for_selector(".toast-line:has-text('3-2-501已存本机')")
    equipped.pill("已存本机1")
    page.click("#outcomes button[value=absent]")
    expect(page).to_have_url(re.compile(f"/households/{doors[2].pk}/visit/$"))
    equipped.open("/field/upload/")
    page.wait_for_selector("[data-upload-notice]:has-text('没有网络，可以照常走访')")
    assert len(equipped.kept()) == 2
    look(page, "upload-offline-390")
    page.context.set_offline(False)
    equipped.upload()
    equipped.pill("已上传")
    assert {(v.household_id, v.outcome) for v in Visit.objects.all()} == {
        (doors[0].pk, "met"),
        (doors[1].pk, "absent"),
    }


@pytest.mark.parametrize(
    ("typed", "found"), [("32501", 1), ("3-2-50", 2), ("liu", 0), ("lxl", 3), ("食品厂", 3), ("王", 0)]
)
def test_a_door_is_found_by_digits_initials_and_words(equipped, typed, found):
    offline_now(equipped, "/field/")
    equipped.page.fill("#shell-search", typed)
    assert equipped.page.locator("[data-doors] .door").count() == found
    assert equipped.page.is_visible("[data-none]") == (found == 0)


@pytest.mark.parametrize("size", ["", "elder"])
def test_upload_and_shell_fit_a_narrow_screen_and_big_type(field_phone, doors, size):
    phone = field_phone(service_workers="allow", **({} if size else NARROW))
    if size:
        phone.page.goto("/")
        phone.page.click("[data-size-switch] button")
        phone.page.wait_for_selector("html[data-size=elder]")
    phone.write_all(doors[:2], "leak")
    phone.upload()
    look(phone.page, f"upload-{size or 340}")
    phone.until(CONTROLLED)
    phone.until("Boolean(await field.store.get('pack', me.id))")
    offline_now(phone, "/field/")
    if size:
        phone.page.wait_for_selector("html[data-size=elder]")
    look(phone.page, f"shell-{size or 340}")
    phone.open(f"/field/households/{doors[2].pk}/visit/")
    phone.page.click("label[for=topic-leak]")
    look(phone.page, f"shell-visit-{size or 340}")


def test_what_needs_the_network_says_so(equipped, doors):
    offline_now(equipped, "/field/buildings/")
    assert "这一页要联网才能看" in equipped.page.inner_text("main")
    look(equipped.page)


def test_the_cache_holds_nobody(equipped, doors):
    equipped.door(doors[0])
    equipped.until("(await caches.keys()).length === 1")
    kept = equipped.ask(
        "await (async () => { const box = await caches.open((await caches.keys())[0]); const found = {};"
        " for (const one of await box.keys()) { found[new URL(one.url).pathname] = await (await box.match(one)).text(); }"
        " return found; })()"
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/field/shell/"]
    assert "刘" not in kept["/field/shell/"] and "3-2-501" not in kept["/field/shell/"]


# --- row 12


@pytest.fixture
def another_version(monkeypatch):
    """From now on the server has another version of the scripts."""
    return lambda: monkeypatch.setattr(offline, "_digest", lambda: "another" * 4)


def renewed(phone) -> None:
    phone.ask("await (await navigator.serviceWorker.getRegistration('/field/')).update()")
    phone.until("Boolean((await navigator.serviceWorker.getRegistration('/field/')).waiting)")


def test_row_12_a_new_version_waits_while_a_form_is_dirty(equipped, doors, another_version):
    page = equipped.page
    equipped.door(doors[0])
    equipped.choose("met", "leak")
    page.fill("#detail-leak", "写到一半")
    another_version()
    renewed(equipped)
    assert not page.is_visible("[data-new-version]") and page.input_value("#detail-leak") == "写到一半"
    equipped.save("stay")
    page.wait_for_selector("[data-new-version] button")
    look(page)
    with page.expect_navigation():
        page.click("[data-new-version] button")
    page.wait_for_selector("html[data-field=ready]")
    assert not page.is_visible("[data-new-version]")
    equipped.upload()
    equipped.pill("已上传")
    assert Visit.objects.count() == 1


def test_row_12_a_version_that_cannot_be_fetched_whole_changes_nothing(equipped, monkeypatch, another_version):
    another_version()
    files = [*offline.addresses(), "/static/js/field/not-there.js"]
    monkeypatch.setattr(offline, "addresses", lambda: files)
    before = equipped.ask("await caches.keys()")
    equipped.ask("await (await navigator.serviceWorker.getRegistration('/field/')).update().catch(() => null)")
    equipped.until("!(await navigator.serviceWorker.getRegistration('/field/')).installing")
    assert equipped.ask("await caches.keys()") == before
    offline_now(equipped, "/field/")
    assert equipped.page.locator("[data-doors] .door").count() == 3


def test_row_12_switched_off_the_worker_goes_and_the_outbox_stays(equipped, doors, settings):
    equipped.cut()
    sent = equipped.write(doors[0], "fine")
    settings.SW_ENABLED = False
    equipped.open("/field/")
    equipped.ask("await navigator.serviceWorker.getRegistration('/field/').then((one) => one && one.update())")
    equipped.until("(await navigator.serviceWorker.getRegistrations()).length === 0")
    equipped.until("(await caches.keys()).length === 0")
    assert equipped.kept() == [sent]
    equipped.mend()
    equipped.upload()
    equipped.pill("已上传")


# --- the pack


def test_the_pack_is_sealed_and_its_key_stays_inside(equipped):
    sealed = equipped.ask("Array.from(new Uint8Array((await field.store.get('pack', me.id)).bytes))")
    assert b"3-2-501" not in bytes(sealed) and "刘".encode() not in bytes(sealed)
    assert equipped.ask("(await field.store.meta('key')).extractable") is False
    assert len(equipped.ask("(await field.pack.read(me)).households")) == 3


def test_the_pack_follows_the_scope_and_runs_out(equipped, doors, make_household):
    make_household("3-2-602")
    equipped.ask("await (async () => { const kept = await field.store.get('pack', me.id);"
                 " await field.store.put('pack', Object.assign(kept, { scope_version: 'older' }), me.id); })()")  # fmt: skip
    equipped.upload()
    equipped.until("(await field.pack.read(me)).households.length === 4")
    equipped.ask("await (async () => { const kept = await field.store.get('pack', me.id);"
                 " await field.store.put('pack', Object.assign(kept, { expires_at: 1 }), me.id); })()")  # fmt: skip
    assert equipped.ask("await field.pack.read(me)") is None


def test_switched_off_there_is_no_pack_and_the_outbox_goes_on(equipped, doors):
    Pace.objects.update(pack_on=False)
    equipped.upload()
    equipped.until("!(await field.store.get('pack', me.id))")
    offline_now(equipped, "/field/")
    assert "本机也没有住户名单" in equipped.page.inner_text("main")
    look(equipped.page)


def test_the_pack_goes_when_one_signs_out_or_somebody_else_signs_in(equipped, he):
    equipped.sign_in(he)
    equipped.open("/field/mine/")
    equipped.until("(await field.store.keys('pack')).every((key) => key === me.id)")
    equipped.page.goto("/account/")
    equipped.page.click("main button:has-text('退出登录')")
    equipped.page.wait_for_url("**/sign-in/**")
    offline_now(equipped, "/field/")
    assert "要先联网登录一次" in equipped.page.inner_text("main")
    look(equipped.page)
