"""First and later changes of the password."""

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.passwords import one_time_password
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "huaihua-shu-xia-de-jie"


@pytest.mark.parametrize("view", ["desk:home", "accounts:profile", "public:home"])
def test_nothing_opens_before_the_first_change(client, newcomer, view):
    client.force_login(newcomer)
    answer = client.get(reverse(view))
    assert answer.status_code == 302
    assert answer.url == reverse("accounts:password")


def test_htmx_requests_are_sent_to_the_change_page_as_a_whole(client, newcomer):
    client.force_login(newcomer)
    answer = client.get(reverse("accounts:profile"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("accounts:password")


def test_first_change_asks_for_no_present_password_and_opens_the_desk(client, newcomer):
    client.force_login(newcomer)
    assert "现在的密码是管理员设的" in client.get(reverse("accounts:password")).content.decode()
    answer = client.post(reverse("accounts:password"), {"new": NEW, "again": NEW})
    assert answer.url == reverse("desk:home")
    newcomer.refresh_from_db()
    assert newcomer.check_password(NEW)
    assert not newcomer.must_change_password
    assert client.get(reverse("accounts:profile")).status_code == 200, "the session goes on"


def test_who_must_change_may_sign_out(client, newcomer):
    client.force_login(newcomer)
    assert client.post(reverse("accounts:sign-out")).url == reverse("accounts:sign-in")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short-1", "至少要10位"),
        ("8273645192837", "不能是纯数字"),
        ("password123", "太常见"),
        ("xin-de-zhaojd01-mima-2026", "不能有账号"),
        ("赵敏的新密码二零二六年", "不能有账号"),
        (PASSWORD, "和现在不同"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(client, newcomer, new, words):
    client.force_login(newcomer)
    page = client.post(reverse("accounts:password"), {"new": new, "again": new}).content.decode()
    assert words in page
    newcomer.refresh_from_db()
    assert newcomer.must_change_password


def test_two_spellings_are_refused(client, newcomer):
    client.force_login(newcomer)
    assert (
        "两次输入的不一样"
        in client.post(reverse("accounts:password"), {"new": NEW, "again": NEW + "1"}).content.decode()
    )


def test_later_change_asks_for_the_present_password(client, worker):
    client.force_login(worker)
    wrong = {"present": "not-it", "new": NEW, "again": NEW}
    assert "现在的密码不对" in client.post(reverse("accounts:password"), wrong).content.decode()
    right = {**wrong, "present": PASSWORD}
    assert client.post(reverse("accounts:password"), right).url == reverse("accounts:profile")


def test_own_phone_number_is_no_password(client, worker):
    client.force_login(worker)
    data = {"present": PASSWORD, "new": "ab13800001234cd", "again": "ab13800001234cd"}
    assert "不能有账号" in client.post(reverse("accounts:password"), data).content.decode()


def test_changing_the_password_ends_other_sessions(client, worker):
    other = type(client)()
    other.force_login(worker)
    client.force_login(worker)
    client.post(reverse("accounts:password"), {"present": PASSWORD, "new": NEW, "again": NEW})
    assert other.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_keeping_signed_in_survives_a_change(client, worker):
    client.post(reverse("accounts:sign-in"), {"username": "wangwg03", "password": PASSWORD, "keep": "on"})
    client.post(reverse("accounts:password"), {"present": PASSWORD, "new": NEW, "again": NEW})
    assert client.session.get_expiry_age() == 30 * 24 * 3600


def test_reset_gives_a_password_for_one_use(worker, administrator):
    password = services.reset_password(worker, by=administrator)
    worker.refresh_from_db()
    assert worker.check_password(password)
    assert worker.must_change_password


def test_one_time_passwords_differ_and_are_easy_to_read_out():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("0o1il")


def test_pages_of_ones_own_account_want_a_sign_in(client, db):
    for view in ("accounts:profile", "accounts:password"):
        assert client.get(reverse(view)).url.startswith(reverse("accounts:sign-in"))


def test_profile_shows_the_phone_masked(client, worker):
    client.force_login(worker)
    page = client.get(reverse("accounts:profile")).content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page


def test_administrator_opens_an_account_and_sees_its_password_once(client, administrator):
    client.force_login(administrator)
    data = {"username": "liusq01", "full_name": "刘芳", "new_phone": "139 0000 5678", "is_active": "on"}
    page = client.post(reverse("admin:accounts_user_add"), data).content.decode()
    user = User.objects.get(username="liusq01")
    assert user.must_change_password
    assert user.phone.plain == "13900005678"
    shown = page.split("<code>")[1].split("</code>")[0]
    assert user.check_password(shown)
    assert "13900005678" not in client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()


def test_administrator_cannot_give_one_phone_to_two_accounts(client, administrator, worker):
    client.force_login(administrator)
    data = {"username": "liusq01", "full_name": "刘芳", "new_phone": "13800001234", "is_active": "on"}
    assert "这个手机号已有账号" in client.post(reverse("admin:accounts_user_add"), data).content.decode()
