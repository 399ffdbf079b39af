"""Registering to claim wishes: somebody new, staff, representatives of units; and where volunteers start."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, index_of_phone
from audit.models import Entry
from conftest import XINCUN
from grids.models import Area, Organization
from wishes import services as wishes
from wishes.models import Invitation, Volunteer

pytestmark = pytest.mark.django_db
REGISTER = "/volunteer/"
PASSWORD = "weidu-flower-26"


@pytest.fixture
def typed(ground):
    def fill(**other) -> dict:
        return {
            "name": "何平", "phone": "139 0000 0001", "unit_name": "区园林中心", "community": XINCUN,
            "password": PASSWORD, "again": PASSWORD, **other,
        }  # fmt: skip

    return fill


def invite(chen) -> tuple[Invitation, str]:
    unit = Organization.objects.get(code="zhujian")
    return wishes.invite(unit, community=Area.objects.get(code=XINCUN), by=chen)


def test_somebody_new_opens_an_account_is_signed_in_and_waits(client, typed, chen):
    page = client.get(REGISTER).content.decode()
    assert "至少10位" in page and "个人信息保护告知" in page and "党员" not in page
    before = client.session.session_key
    answer = client.post(REGISTER, typed())
    assert answer.url == reverse("public:claims")
    volunteer = Volunteer.objects.get()
    assert (volunteer.state, volunteer.community_id) == ("pending", XINCUN)
    assert (volunteer.user.full_name, volunteer.user.unit_name) == ("何平", "区园林中心")
    assert client.session["_auth_user_id"] == str(volunteer.user_id) and client.session.session_key != before
    assert "等社区核对" in client.get(answer.url).content.decode()
    assert list(Volunteer.objects.visible_to(chen)) == [volunteer]


def test_the_way_back_is_kept_and_leads_nowhere_else(client, typed):
    assert client.post(REGISTER, typed(next="/wishes/WX1/claim/")).url == "/wishes/WX1/claim/"
    elsewhere = Client().post(REGISTER, typed(phone="13900000002", next="https://example.com/"))
    assert elsewhere.url == reverse("public:claims")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"name": ""}, "请填写真实姓名"),
        ({"phone": "1390000"}, "11位手机号码"),
        ({"unit_name": ""}, "没有单位的勾选"),
        ({"community": ""}, "请选择由哪个社区核对"),
        ({"community": XINCUN[:9]}, "不在名单里"),
        ({"community": "x"}, "不在名单里"),
        ({"password": "123", "again": "123"}, "密码太短"),
        ({"password": "weidu-13900000001", "again": "weidu-13900000001"}, "密码里不能有"),
        ({"again": "another-one-27"}, "两次输入的不一样"),
    ],
)
def test_what_is_wrong_stands_beside_it_and_passwords_never_come_back(client, typed, other, words):
    sent = typed(**other)
    page = client.post(REGISTER, sent).content.decode()
    assert words in page and not Volunteer.objects.exists()
    assert "还没有提交" in page
    for field in ("name", "phone", "unit_name"):
        assert not sent[field] or f'value="{sent[field]}"' in page
    assert sent["password"] not in page or len(sent["password"]) < 5
    assert sent["again"] not in page or len(sent["again"]) < 5


def test_without_a_unit(client, typed):
    client.post(REGISTER, typed(unit_name="", no_unit="on"))
    assert Volunteer.objects.get().user.unit_name == ""


def test_the_same_number_again_is_told_to_sign_in(client, typed):
    Client().post(REGISTER, typed())
    page = client.post(REGISTER, typed(name="别人")).content.decode()
    assert "已经有账号，请直接登录" in page and PASSWORD not in page
    assert User.objects.filter(phone_index=index_of_phone("13900000001")).count() == 1


def test_registering_is_throttled(client, typed):
    client.get(REGISTER)

    def send(phone: str):
        fresh = Client()  # signed in as nobody, the same browser all the same
        fresh.cookies["csrftoken"] = client.cookies["csrftoken"].value
        return fresh.post(REGISTER, typed(phone=phone))

    assert {send(f"1390000010{number}").status_code for number in range(5)} == {302}
    busy = send("13900000109")
    assert busy.status_code == 429 and "过一小时" in busy.content.decode() and PASSWORD not in busy.content.decode()
    assert Volunteer.objects.count() == 5


def test_staff_only_name_the_community_and_are_known_at_once(chen, wang):
    browser = Client()
    browser.force_login(wang)
    page = browser.get(REGISTER).content.decode()
    assert f'value="{XINCUN}" selected' in page and "id_password" not in page
    assert browser.post(REGISTER, {"community": XINCUN}).url == reverse("public:claims")
    assert Volunteer.objects.get(user=wang).state == "approved"
    assert browser.get(REGISTER).url == reverse("public:claims")


def test_an_account_without_a_post_is_checked_like_anybody(clerk):
    browser = Client()
    browser.force_login(clerk)
    assert "请选择由哪个社区核对" in browser.post(REGISTER, {}).content.decode()
    browser.post(REGISTER, {"community": XINCUN})
    assert Volunteer.objects.get(user=clerk).state == "pending"


def test_the_representative_of_an_invited_unit_is_known_at_once(client, typed, chen):
    invitation, token = invite(chen)
    path = reverse("public:volunteer-invited", args=[token])
    page = client.get(path).content.decode()
    assert invitation.unit.name in page and 'id="community"' not in page and 'id="unit_name"' not in page
    assert "请填写真实姓名" in client.post(path, typed(name="")).content.decode()
    client.post(path, typed(unit_name="别的单位"))
    volunteer = Volunteer.objects.get()
    assert volunteer.may_claim and volunteer.unit == invitation.unit
    assert volunteer.user.unit_name == invitation.unit.name
    gone = Client().get(path)
    assert gone.status_code == 404 and "已失效" in gone.content.decode()


def test_somebody_with_an_account_accepts_an_invitation(clerk, chen):
    invitation, token = invite(chen)
    path = reverse("public:volunteer-invited", args=[token])
    browser = Client()
    browser.force_login(clerk)
    assert "登记为经办人" in browser.get(path).content.decode()
    browser.post(path)
    assert Volunteer.objects.get(user=clerk).unit == invitation.unit


def test_a_volunteer_of_long_standing_accepts_an_invitation(make_volunteer, chen):
    helper, waiting = make_volunteer(), make_volunteer("deng", "邓强", state="pending")
    for user in (helper, waiting):
        invitation, token = invite(chen)
        path = reverse("public:volunteer-invited", args=[token])
        browser = Client()
        browser.force_login(user)
        assert "登记为经办人" in browser.get(path).content.decode()
        assert browser.post(path).url == reverse("public:claims")
        volunteer = Volunteer.objects.get(user=user)
        assert (volunteer.unit, volunteer.may_claim) == (invitation.unit, True)
        invitation.refresh_from_db()
        assert invitation.used_by == user and browser.get(path).status_code == 404
    assert Volunteer.objects.get(user=waiting).decided_by == chen, "the invitation vouches"
    assert Volunteer.objects.get(user=helper).decided_by == helper, "checked before, and stays so"
    assert Entry.objects.filter(verb="volunteer.represents").count() == 2


def test_an_invitation_is_not_used_up_where_it_changes_nothing(make_volunteer, chen):
    helper, stopped = make_volunteer(), make_volunteer("deng", "邓强", state="stopped")
    wishes.accept(invite(chen)[0], by=helper)
    for user, words in ((helper, "已经是这个单位的经办人"), (stopped, "请先联系社区")):
        invitation, token = invite(chen)
        browser = Client()
        browser.force_login(user)
        page = browser.post(reverse("public:volunteer-invited", args=[token])).content.decode()
        invitation.refresh_from_db()
        assert words in page and invitation.used_at is None
    assert Volunteer.objects.get(user=stopped).unit is None


def test_who_represents_one_unit_is_told_what_another_invitation_changes(make_volunteer, chen):
    helper = make_volunteer(unit=Organization.objects.get(code="zuzhibu"))
    _, token = invite(chen)
    browser = Client()
    browser.force_login(helper)
    assert "登记后改为代表" in browser.get(reverse("public:volunteer-invited", args=[token])).content.decode()


def test_an_expired_or_invented_link_is_told_calmly(client, typed, chen):
    _, token = invite(chen)
    Invitation.objects.update(expires_at=timezone.now())
    for address in (token, "invented"):
        path = reverse("public:volunteer-invited", args=[address])
        for answer in (client.get(path), client.post(path, typed())):
            assert answer.status_code == 404 and "已失效" in answer.content.decode()
    assert not Volunteer.objects.exists()


def test_volunteers_without_a_post_start_with_their_claims_and_staff_at_the_desk(client, typed, wang):
    client.post(REGISTER, typed())
    browser = Client()
    answer = browser.post(reverse("accounts:sign-in"), {"username": "13900000001", "password": PASSWORD})
    assert answer.url == reverse("public:claims")
    assert browser.get(reverse("accounts:sign-in")).url == reverse("public:claims")
    wishes.enrol(wang, community=Area.objects.get(code=XINCUN))
    desk = Client()
    desk.force_login(wang)
    assert desk.get(reverse("accounts:sign-in")).url == reverse("desk:home")


def test_staff_who_claim_have_their_claims_in_the_menu(wang, he):
    wishes.enrol(wang, community=Area.objects.get(code=XINCUN))
    link = f'href="{reverse("public:claims")}"'
    for user, offered in ((wang, True), (he, False)):
        browser = Client()
        browser.force_login(user)
        assert (link in browser.get("/desk/").content.decode()) is offered, user
