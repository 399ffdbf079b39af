"""People who want to claim are checked by the community; units come by a link that is shown once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conftest import XINCUN
from grids.models import Area, Organization
from wishes import services as wishes
from wishes.models import Invitation, Volunteer
from wishes.states import VolunteerState

pytestmark = pytest.mark.django_db
LIST = "/desk/wishes/volunteers/"
INVITE = "/desk/wishes/volunteers/invite/"
PHONE = "13900000001"


@pytest.fixture
def he_ping(ground):
    """何平 has registered in 新村社区 and waits."""
    return wishes.open_account(
        full_name="何平", phone=PHONE, unit_name="区园林中心", password="weidu-flower-26",
        community=Area.objects.get(code=XINCUN),
    )  # fmt: skip


def of(volunteer: Volunteer) -> str:
    return reverse("desk:volunteer", args=[volunteer.pk])


def test_those_who_wait_are_listed_without_their_number(client, he_ping, chen):
    client.force_login(chen)
    for address in (LIST, of(he_ping)):
        text = client.get(address).content.decode()
        assert "何平" in text and "区园林中心" in text and "139****0001" in text and PHONE not in text
    assert "何平" not in client.get(LIST, {"state": "approved"}).content.decode()


def test_approved_stopped_and_back(client, he_ping, chen):
    client.force_login(chen)
    assert client.post(of(he_ping), {"state": "approved"})["Location"] == LIST
    he_ping.refresh_from_db()
    assert (he_ping.state, he_ping.decided_by) == (VolunteerState.APPROVED, chen)
    refused = client.post(of(he_ping), {"state": "stopped", "reason": ""}).content.decode()
    assert "请写明理由" in refused
    client.post(of(he_ping), {"state": "stopped", "reason": "本人要求"})
    he_ping.refresh_from_db()
    assert (he_ping.state, he_ping.reason) == (VolunteerState.STOPPED, "本人要求")
    assert client.post(of(he_ping), {"state": "refused", "reason": "x"}).status_code == 200


def test_refused_with_a_reason(client, he_ping, chen):
    client.force_login(chen)
    client.post(of(he_ping), {"state": "refused", "reason": "单位说没有这个人"})
    he_ping.refresh_from_db()
    assert he_ping.state == VolunteerState.REFUSED


def test_a_claim_under_way_comes_first(client, he_ping, chen, make_wish):
    client.force_login(chen)
    wishes.decide(he_ping, "approved", by=chen)
    wish = make_wish()
    wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒吃力"), by=chen)
    wishes.claim(wish, by=he_ping.user)
    assert "想要一副老花镜" in client.get(of(he_ping)).content.decode()
    assert "先撤销认领" in client.post(of(he_ping), {"state": "stopped", "reason": "本人要求"}).content.decode()


def test_others_see_nobody(client, he_ping, outsider, wang, sun, clerk):
    for user, status in ((outsider, 404), (wang, 403), (sun, 403), (clerk, 403)):
        client.force_login(user)
        assert client.get(of(he_ping)).status_code == client.post(of(he_ping), {}).status_code == status
    client.force_login(outsider)
    assert "何平" not in client.get(LIST).content.decode()


def test_twenty_people_cost_as_many_queries_as_two(client, make_volunteer, chen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST, {"state": "approved"})
        return len(captured)

    client.force_login(chen)
    for number in range(2):
        make_volunteer(f"v{number}")
    queries()
    two = queries()
    for number in range(2, 20):
        make_volunteer(f"v{number}")
    assert queries() == two < 12


def test_a_unit_is_invited_by_a_link_shown_once(client, chen, settings, clerk):
    settings.PUBLIC_BASE_URL = "https://portal.example"
    client.force_login(chen)
    unit = Organization.objects.get(code="zhujian")
    form = client.get(INVITE)
    assert unit.name in form.content.decode() and f'<option value="{XINCUN}" selected>' in form.content.decode()
    answer = client.post(INVITE, {"unit": unit.pk, "community": XINCUN})
    text = answer.content.decode()
    token = re.search(r"https://portal\.example/volunteer/([\w-]+)/", text)[1]
    assert wishes.invitation_of(token) == Invitation.objects.get() and "no-store" in answer["Cache-Control"]
    assert token not in client.get(INVITE).content.decode()


def test_no_community_of_others_vouches(client, chen, wang):
    client.force_login(chen)
    unit = Organization.objects.get(code="zhujian")
    assert client.post(INVITE, {"unit": unit.pk, "community": "411002008001"}).status_code == 200
    client.force_login(wang)
    assert client.post(INVITE, {"unit": unit.pk, "community": XINCUN}).status_code == 403
    assert not Invitation.objects.exists()
