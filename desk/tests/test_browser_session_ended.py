"""The session ends while somebody is writing: the words arrive all the same, on a phone."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.conftest import PASSWORD
from cases.models import Event
from cases.states import Action
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "到现场看过，路灯线断了。\n明天带梯子来接。"


def test_words_written_before_the_session_ended_are_sent_after_signing_in(phone, live_server, make_case, he):
    he.set_password(PASSWORD)
    he.save()
    case = make_case(at=timezone.now())
    client = Client()
    client.force_login(he)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    phone.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    phone.goto(reverse("desk:act", args=[case.number, Action.NOTE]))
    phone.fill(f"main [name={Action.NOTE}-text]", WORDS)
    Session.objects.all().delete()
    phone.click("main form[method=post] button.btn-primary >> nth=-1")
    phone.wait_for_selector("h1:has-text('登录已到期')")
    assert_accessible(phone)
    phone.fill("[name=username]", he.username)
    phone.fill("[name=password]", PASSWORD)
    phone.click("main button[type=submit]")
    phone.wait_for_selector("h1:has-text('接着提交')")
    assert_accessible(phone)
    phone.click("button:has-text('接着提交')")
    phone.wait_for_url(f"**{case.get_absolute_url()}")
    phone.wait_for_selector("text=明天带梯子来接")
    event = Event.objects.get(case=case, action=Action.NOTE)
    assert event.by == he
