"""通知 of volunteers: told in person, read once, nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification, Reading
from notifications.services import notify
from wishes import services as wishes

pytestmark = pytest.mark.django_db
URL = reverse("public:claim-notices")
CLAIMS = reverse("public:claims")


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def helper(make_volunteer):
    return make_volunteer()


@pytest.fixture
def told(helper):
    """Two notices to the person."""
    for number in (1, 2):
        notify(f"user:{helper.pk}", cause=f"test:{number}", title=f"第{number}条", target=CLAIMS)
    return list(Notification.objects.order_by("id"))


def test_a_claimer_reads_how_it_went(helper, make_wish, chen, wang):
    wish = make_wish(at=timezone.now() - timedelta(days=2))
    wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
    browser = signed_in(helper)
    assert "通知，没有未读" in text_of(browser.get(CLAIMS)) and "还没有通知" in text_of(browser.get(URL))
    wishes.deliver(wishes.claim(wish, by=helper), by=helper)
    wishes.confirm(wish, by=wang)
    assert "通知，1条未读" in text_of(browser.get(CLAIMS))
    page = text_of(browser.get(URL))
    assert "心愿人确认已实现，谢谢您：想要一副老花镜" in page and "刘秀英" not in page


def test_opening_marks_it_read_and_leads_there(helper, told):
    browser = signed_in(helper)
    assert browser.get(URL, {"open": told[0].pk}).url == CLAIMS
    assert list(Reading.objects.values_list("user", "notification")) == [(helper.pk, told[0].pk)]
    page = text_of(browser.get(URL))
    assert "第2条" in page and "第1条" not in page and "1条未读" in page
    assert "第1条" in text_of(browser.get(URL, {"view": "all"}))


def test_one_or_all_are_marked_read_by_post(helper, told):
    browser = signed_in(helper)
    assert browser.post(URL, {"notice": told[0].pk}).url == URL
    assert Reading.objects.count() == 1
    browser.post(URL)
    assert Reading.objects.count() == 2 and "没有未读" in text_of(browser.get(URL))


def test_others_find_nothing(told, make_volunteer, clerk):
    browser = signed_in(make_volunteer("li_min", "李敏"))
    assert "第1条" not in text_of(browser.get(URL))
    for number in (told[0].pk, "x"):
        assert browser.get(URL, {"open": number}).status_code == 404
    browser.post(URL, {"notice": told[0].pk})
    browser.post(URL)
    assert not Reading.objects.exists()
    assert signed_in(clerk).get(URL).url.startswith(reverse("public:volunteer")), "not a volunteer"


def test_a_notice_leads_nowhere_else(helper):
    notify(f"user:{helper.pk}", cause="test:away", title="外面", target="https://example.com/")
    assert signed_in(helper).get(URL, {"open": Notification.objects.get().pk}).url == URL
