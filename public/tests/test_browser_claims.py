"""What volunteers do, in a real browser: sign in, claim, open, tell, done; with and without JavaScript, in both sizes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import XINCUN
from ops.pytest_browser import PHONE, assert_accessible
from public.tests.conftest import picture
from public.wish_keys import key_of
from wishes import services as wishes
from wishes.models import Claim, Volunteer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
PASSWORD = "weidu-flower-26"
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SECRETS = ("刘秀英", "3号楼2单元501", "13800001234")


@pytest.fixture
def helper(make_volunteer):
    user = make_volunteer()
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def on_the_wall(make_wish, chen):
    def make(title: str = "想要一副老花镜", *, joint: bool = False):
        wish = make_wish(at=timezone.now() - timedelta(days=9))
        words = wishes.PublicWords(title, "看药盒上的字吃力，300度左右。", price=50, joint=joint)
        wishes.publish(wish, words, at=timezone.now() - timedelta(days=8), by=chen)
        return wish

    return make


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "glasses.jpg"
    path.write_bytes(picture(size=(300, 200)).read())
    return str(path)


def sign_in(page, address: str = "/claims/") -> None:
    page.goto(address)
    page.fill("#id_username", "he_ping")
    page.fill("#id_password", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(f"**{address}")


def silent(page) -> bool:
    return not any(one in page.content() for one in SECRETS)


@pytest.mark.parametrize("script", [True, False])
def test_from_signing_in_to_done(open_page, helper, on_the_wall, photo, script):
    wish = on_the_wall()
    page = open_page(PHONE, java_script_enabled=script)
    sign_in(page, f"/wishes/{key_of(wish)}/claim/")
    assert "不收现金" in page.inner_text("main") and silent(page)
    page.click("button:has-text('认领')")
    page.wait_for_url("**/claims/*/")
    assert silent(page)
    page.click("button:has-text('打开')")
    page.wait_for_url("**/contact/#contact")
    assert all(one in page.inner_text("#contact") for one in SECRETS)
    assert page.get_attribute("a:has-text('拨打')", "href") == "tel:13800001234"
    page.click("text=报个进展")
    page.fill("#text", "约好周六上午送去")
    page.click("button.btn-primary")
    page.wait_for_url("**/claims/")
    assert "约好周六上午送去" in page.inner_text(".timeline") and silent(page)
    page.click("a:has-text('已经送到')")
    page.fill("#text", "戴着正好")
    page.set_input_files("#photo", photo)
    page.click("button.btn-primary")
    page.wait_for_url("**/claims/")
    assert "待确认" in page.inner_text("main") and "地址和电话已隐藏" in page.inner_text("main") and silent(page)
    claim = Claim.objects.get()
    assert claim.proof == "戴着正好" and claim.proof_photo is not None
    page.goto(f"/claims/{claim.uuid}/")
    assert silent(page) and page.locator("button:has-text('打开')").count() == 0


def test_giving_up_asks_on_a_page_of_its_own(phone, helper, on_the_wall):
    wishes.claim(on_the_wall(), by=helper)
    sign_in(phone)
    phone.click("text=办不了，放弃认领")
    phone.click("text=再想想")
    phone.click("text=办不了，放弃认领")
    phone.fill("#text", "临时出差")
    phone.click("button.btn-primary")
    phone.wait_for_url("**/claims/")
    assert "已放弃" in phone.inner_text("main")


def test_registering_on_a_phone(phone):
    phone.goto("/volunteer/")
    assert_accessible(phone)
    phone.fill("#id_name", "何平")
    phone.fill("#id_phone", "139 0000 0001")
    phone.check("input[name=no_unit]")
    phone.select_option("#community", XINCUN)
    phone.fill("#id_password", PASSWORD)
    phone.fill("#id_again", "another-one-27")
    phone.click("button.btn-primary")
    assert "两次输入的不一样" in phone.inner_text("#id_again-error")
    assert phone.input_value("#id_name") == "何平" and phone.input_value("#id_password") == ""
    phone.fill("#id_password", PASSWORD)
    phone.fill("#id_again", PASSWORD)
    phone.click("button.btn-primary")
    phone.wait_for_url("**/claims/")
    assert "等社区核对" in phone.inner_text("main")
    assert Volunteer.objects.get().state == "pending"


@pytest.mark.parametrize("size", ["", "elder"])
def test_every_page_is_accessible_and_fits_a_narrow_phone(open_page, helper, make_volunteer, on_the_wall, watch, size):
    watch.expected.append("404")  # a link that was used
    now = timezone.now()
    quiet = wishes.claim(on_the_wall("把旧沙发搬下楼", joint=True), at=now - timedelta(days=6, hours=3), by=helper)
    wishes.join(quiet.wish, by=make_volunteer("deng", "邓强"))
    wishes.sweep()
    ended = wishes.claim(on_the_wall("装卫生间扶手"), by=helper)
    wishes.deliver(ended, by=helper)
    wishes.confirm(ended.wish, thanks="洗澡再不怕滑了，谢谢。", by=None)
    wishes.deliver(wishes.claim(on_the_wall("把电视台调出来"), by=helper), by=helper)
    live = wishes.claim(on_the_wall(), plan_date=timezone.localdate() + timedelta(days=3), by=helper)
    wishes.progress(live, text="约好周六上午送去", by=helper)
    page = open_page(NARROW)
    if size:
        page.goto("/")
        page.click("[data-size-switch] button")
        page.wait_for_selector("html[data-size=elder]")
    look(page, "/volunteer/")
    look(page, "/volunteer/no-such-token/")
    sign_in(page)
    for address in (
        "/claims/", "/claims/notices/", "/claims/notices/?view=all", f"/claims/{live.uuid}/",
        f"/claims/{live.uuid}/progress/", f"/claims/{live.uuid}/deliver/",
        f"/claims/{live.uuid}/give-up/", f"/claims/{ended.uuid}/", "/account/",
        f"/wishes/{key_of(on_the_wall())}/claim/",
    ):  # fmt: skip
        look(page, address)
    page.goto(f"/claims/{live.uuid}/")
    page.click("button:has-text('打开')")
    page.wait_for_selector("#contact")
    look(page)


def look(page, address: str = "") -> None:
    if address:
        page.goto(address)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
