"""Each channel against a real receiver."""

import email
from dataclasses import replace
from email.policy import default

import pytest

from notifications.adapters import ChannelDown, DeliveryFailed, Email, Message, SmsGateway, WeComWebhook, masked

MESSAGE = Message(
    "notice-7-email-1", "email", "chen@example.cn", "新事项：北大街道", "请签收", "https://portal.example/x/"
)


@pytest.fixture(autouse=True)
def public_address(settings):
    settings.PUBLIC_BASE_URL = "https://portal.example"


def test_a_mail_carries_the_id_of_the_notice_and_reads_as_written(mail_server):
    Email().send(replace(MESSAGE, title="新事项\r\nBcc: x@example.cn"))
    mail = email.message_from_bytes(mail_server.mails[0], policy=default)
    assert mail["Message-ID"] == "<notice-7-email-1@portal.example>"
    assert mail["Subject"] == "新事项 Bcc: x@example.cn"
    assert mail["Bcc"] is None
    assert mail.get_content().split() == ["请签收", "https://portal.example/x/"]


def test_a_refused_mailbox_is_a_failure_that_names_no_address(mail_server):
    with pytest.raises(DeliveryFailed) as refused:
        Email().send(replace(MESSAGE, to="gone@example.cn"))
    assert str(refused.value) == "e-mail refused: SMTPRecipientsRefused"
    assert not isinstance(refused.value, ChannelDown)


def test_a_mail_server_that_is_away_is_a_channel_down(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(ChannelDown):
        Email().send(MESSAGE)


def test_the_group_gets_title_and_link_but_no_details(settings, gateway):
    settings.WECOM_WEBHOOK_URL = gateway.url
    WeComWebhook().send(replace(MESSAGE, channel="wecom", to="group"))
    ((headers, body),) = gateway.got
    assert body == {"msgtype": "text", "text": {"content": "新事项：北大街道\nhttps://portal.example/x/"}}
    assert headers["X-Message-Id"] == MESSAGE.id


@pytest.mark.parametrize("answer", [b'{"errcode": 45009}', b"<html>", b"[]", b"{}"])
def test_a_robot_that_refuses_with_200_is_a_failure(settings, gateway, answer):
    settings.WECOM_WEBHOOK_URL = gateway.url
    gateway.answers = [(200, answer)]
    with pytest.raises(DeliveryFailed):
        WeComWebhook().send(MESSAGE)


@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_any_answer_but_success_is_a_failure_and_a_redirect_is_not_followed(settings, gateway, status):
    settings.SMS_GATEWAY_URL = gateway.url
    gateway.answers = [(status, b"")]
    with pytest.raises(DeliveryFailed, match=str(status)):
        SmsGateway().send(MESSAGE)
    assert len(gateway.got) == 1


@pytest.mark.parametrize("url", ["", "http://sms.example/send", "ftp://127.0.0.1/", "file:///etc/passwd"])
def test_text_messages_leave_the_machine_by_https_only(settings, url):
    settings.SMS_GATEWAY_URL = url
    with pytest.raises(DeliveryFailed, match="https"):
        SmsGateway().send(MESSAGE)


def test_addresses_are_masked_for_the_log():
    assert masked("13800138000") == "138****8000"
    assert masked("liu@example.cn") == "l***@example.cn"
    assert masked("group") == "****"
