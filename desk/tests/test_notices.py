"""通知: the person's seats only, unread first, read once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conftest import XINCUN
from grids.models import Post, Posting
from notifications.models import Notification, Reading
from notifications.services import notify

pytestmark = pytest.mark.django_db
URL = reverse("desk:notices")


@pytest.fixture
def told(ground):
    """Two notices to the community's seat."""
    for number in (1, 2):
        notify(f"area:{XINCUN}", cause=f"test:{number}", title=f"第{number}条", target="/desk/ledger/")
    return list(Notification.objects.order_by("id"))


def test_a_seats_notices_are_its_own(client, told, chen, he, outsider, clerk):
    for user, shown in ((chen, True), (he, True), (outsider, False), (clerk, False)):
        client.force_login(user)
        assert ("第1条" in client.get(URL).content.decode()) is shown


def test_who_only_reports_reads_what_was_told_in_person(client, courtyard, clerk):
    """A hand-over is told to the successor, who may hold nothing but a building."""
    post = Post.objects.get(code="building_leader")
    building = courtyard.buildings.get(number=1)
    Posting.objects.create(
        user=clerk, post=post, compound=courtyard, building=building, valid_from=timezone.localdate()
    )
    notify(f"user:{clerk.pk}", cause="test:passed", title="请确认交接", target="/desk/")
    client.force_login(clerk)
    assert "请确认交接" in client.get(URL).content.decode()


def test_opening_marks_one_read_for_this_person_only_and_goes_there(client, told, chen, he):
    client.force_login(chen)
    assert client.get(URL, {"open": told[0].pk})["Location"] == "/desk/ledger/"
    assert list(Reading.objects.values_list("user", "notification")) == [(chen.pk, told[0].pk)]
    assert [n.title for n in client.get(URL).context["page"]] == ["第2条"]
    client.force_login(he)
    assert len(client.get(URL).context["page"]) == 2


def test_another_seats_notice_is_not_found(client, told, outsider):
    client.force_login(outsider)
    assert client.get(URL, {"open": told[0].pk}).status_code == 404
    client.post(URL, {"notice": told[0].pk})
    assert not Reading.objects.exists()


def test_one_or_all_are_marked_read_by_post(client, told, chen):
    client.force_login(chen)
    client.post(URL, {"notice": told[1].pk})
    assert Reading.objects.count() == 1
    client.post(URL)
    assert Reading.objects.count() == 2
    page = client.get(URL)
    assert page.context["shows_all"] and len(page.context["page"]) == 2 and not page.context["fresh"]


def test_a_notice_about_a_person_is_hidden_from_that_person(client, chen, he):
    notify(f"area:{XINCUN}", cause="test:about", title="反映工作人员", hidden_from=chen.pk, at=timezone.now())
    client.force_login(chen)
    assert "反映工作人员" not in client.get(URL).content.decode()
    client.force_login(he)
    assert "反映工作人员" in client.get(URL).content.decode()
