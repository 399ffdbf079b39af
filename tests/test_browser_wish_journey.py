"""One wish on phones, from the form to the thanks: the wisher, the community, who claims it, and one who only looks on."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from conftest import XINCUN
from ops.pytest_browser import PHONE, assert_accessible
from public import catalog
from public.tests.conftest import picture
from wishes.models import Claim, Wish
from wishes.states import Status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NAME, DOOR, PHONE_NUMBER = "欧阳静怡", "4单元702", "13812345670"
SECRETS = (NAME, DOOR, PHONE_NUMBER, "138 1234 5670")
WORDS = "药盒上的字一个也看不清楚了，想要一副老花镜"
TITLE, THANKS = "想要一副老花镜", "药盒上的字看得清了，谢谢。"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "glasses.jpg"
    path.write_bytes(picture(size=(300, 200)).read())
    return str(path)


@pytest.fixture(params=["standard", "elder"])
def open_phone(request, open_page, live_server):
    """A phone of somebody's own, in one of both sizes: open_phone(user), or of nobody signed in."""

    def open_one(user=None):
        page = open_page(PHONE)
        if user:
            browser = Client()
            browser.force_login(user)
            value = browser.cookies[settings.SESSION_COOKIE_NAME].value
            page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto("/")
        if request.param == "elder":
            page.click("[data-size-switch] button")
            page.wait_for_selector("html[data-size=elder]")
        return page

    return open_one


def look(page, address: str = "") -> None:
    """The page fits the phone and can be used by everybody."""
    if address:
        page.goto(address)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def silent(page) -> bool:
    """True where nothing in the page, seen or not, says who wishes."""
    return not any(one in page.content() for one in SECRETS)


def ask(page) -> Wish:
    """The wisher fills in the form."""
    page.click("text=我有微心愿")
    look(page)
    page.check("input[name=for_whom][value=self]", force=True)
    page.check("input[name=kind][value=goods]", force=True)
    page.fill("#text", WORDS)
    page.select_option("#community", XINCUN)
    page.fill("#place", f"第一食品厂家属院3号楼{DOOR}")
    page.fill("#name", NAME)
    page.fill("#phone", "138 1234 5670")
    page.click("button.btn-primary")
    page.wait_for_url("**/wishes/receipt/**")
    look(page)
    return Wish.objects.get()


def review(page, wish: Wish) -> None:
    """The community writes the public words, reads them once more, and puts them on the wall."""
    look(page, "/desk/")
    look(page, "/desk/wishes/")
    page.click(f"a[href='{wish.get_absolute_url()}']")
    page.wait_for_url(f"**{wish.get_absolute_url()}")
    assert silent(page) and WORDS in page.inner_text("main")
    look(page)
    page.get_by_label("公开标题").fill(TITLE)
    page.get_by_label("公开说明").fill("看药盒上的字吃力，300度左右。")
    page.get_by_role("button", name="预览").click()
    page.wait_for_selector("text=北大街道新村社区")
    look(page)
    page.get_by_role("button", name="审核通过并上墙").click()
    page.wait_for_selector("text=已上墙，等人认领")
    look(page)


def claim(page) -> Claim:
    """A volunteer finds the wish on the wall and promises it."""
    page.goto("/wishes/")
    assert TITLE in page.inner_text("article") and silent(page) and WORDS not in page.content()
    look(page)
    page.click(f"[aria-label='我来认领：{TITLE}']")
    page.wait_for_url("**/claim/")
    assert silent(page)
    look(page)
    page.click("main button[type=submit]")
    page.wait_for_url("**/claims/*/")
    assert silent(page), "claimed, not opened"
    look(page)
    return Claim.objects.get()


def open_contact(page, made: Claim) -> None:
    """Name, door and phone in one answer; the page as it is opened again is silent."""
    page.click("button:has-text('打开')")
    page.wait_for_selector("#contact")
    assert all(one in page.inner_text("#contact") for one in (NAME, DOOR, PHONE_NUMBER))
    look(page)
    for address in ("/claims/", f"/claims/{made.uuid}/"):
        page.goto(address)
        assert silent(page), address


def report(page, made: Claim, photo: str) -> None:
    """Under way, then done with a word and a photo; from then on how to reach the wisher is closed."""
    page.click("text=报个进展")
    look(page)
    page.fill("#text", "约好周六上午送去")
    page.click("main button[type=submit]")
    page.wait_for_url("**/claims/")
    page.click("a:has-text('已经送到')")
    page.fill("#text", "戴着正好")
    page.set_input_files("#photo", photo)
    look(page)
    page.click("main button[type=submit]")
    page.wait_for_url("**/claims/")
    closed(page, made, "待确认")


def closed(page, made: Claim, standing: str) -> None:
    """Both pages of the claimer say where the claim stands, and nothing about the wisher."""
    for address in ("/claims/", f"/claims/{made.uuid}/"):
        look(page, address)
        assert standing in page.inner_text("main") and "地址和电话已隐藏" in page.inner_text("main")
        assert silent(page) and page.locator("button:has-text('打开')").count() == 0


def thank(page, wish: Wish) -> None:
    """The wisher comes back with the number and the tail of the phone, confirms, and says thanks."""
    look(page, f"/track/?receipt={wish.number}")
    page.fill("#tail", PHONE_NUMBER[-4:])
    page.click("button:has-text('查询')")
    page.wait_for_url("**/wishes/progress/")
    assert "何平" not in page.content() and silent(page)
    look(page)
    page.check("input[value=real]", force=True)
    page.fill("#words", THANKS)
    page.check("[name=thanks_public]")
    page.click("main form:has(#words) button[type=submit]")
    page.wait_for_selector("text=已确认实现")
    look(page)


def stays_out(page, made: Claim, when: str) -> None:
    """Somebody else's claim is no page at all, and the wall says nothing."""
    for address in (f"/claims/{made.uuid}/", "/claims/", "/wishes/", "/wishes/done/"):
        page.goto(address)
        assert silent(page) and WORDS not in page.content(), f"{address} {when}"
    assert page.goto(f"/claims/{made.uuid}/").status == 404


def test_one_wish_from_the_form_to_the_thanks(open_phone, watch, chen, make_volunteer, photo):
    watch.expected.append("404")  # somebody else's claim
    wisher = open_phone()
    wish = ask(wisher)
    staff = open_phone(chen)
    review(staff, wish)
    helper, other = (open_phone(make_volunteer(*who)) for who in (("he_ping", "何平"), ("li_min", "李敏")))
    made = claim(helper)
    stays_out(other, made, "while it is claimed")
    open_contact(helper, made)
    stays_out(other, made, "once it was opened")
    report(helper, made, photo)
    stays_out(other, made, "once it was reported done")
    look(staff, wish.get_absolute_url())
    assert "戴着正好" in staff.inner_text("main") and silent(staff)
    thank(wisher, wish)
    wish.refresh_from_db()
    assert (wish.status, wish.fulfilled_at.date()) == (Status.FULFILLED, timezone.now().date())
    catalog.forget()
    look(wisher, "/wishes/done/")
    assert THANKS in wisher.inner_text("main") and silent(wisher)
    closed(helper, made, "已实现")
    assert THANKS in helper.inner_text("main")
    look(helper, "/claims/notices/")
    assert f"心愿人确认已实现，谢谢您：{TITLE}" in helper.inner_text("main") and silent(helper)
    stays_out(other, made, "after the end")
