"""Notices leave at least once, under one id, to the people they are for."""

import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from notifications import services as notifications
from notifications.adapters import Address
from notifications.backoff import MAX_ATTEMPTS, pause_after
from notifications.models import Delivery, Notification

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SEAT = "area:411002005003"
LATER = timedelta(days=1)


def sink(settings) -> list[dict]:
    """Lines the file sink wrote."""
    files = sorted(settings.NOTIFICATION_SINK_DIR.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def tell(seat=SEAT, cause="case:1", **more):
    notifications.notify(seat, cause=cause, title="新事项", body="请签收", target="/desk/cases/1/", at=NOON, **more)
    return Notification.objects.get(seat=seat, cause=cause)


@pytest.mark.django_db
def test_a_due_notice_goes_to_every_address_of_its_seat(book, settings):
    book[SEAT] = [Address("email", "chen@example.cn", 1), Address("email", "liu@example.cn", 2)]
    notice = tell()
    assert notifications.deliver(at=NOON) == 1
    lines = sink(settings)
    assert [line["id"] for line in lines] == [f"notice-{notice.pk}-email-1", f"notice-{notice.pk}-email-2"]
    assert lines[0]["url"] == "https://portal.example/desk/cases/1/"
    notice.refresh_from_db()
    assert (notice.pushed_at, notice.push_at, notice.attempts) == (NOON, None, 1)
    assert notifications.deliver(at=NOON + LATER) == 0


@pytest.mark.django_db
def test_the_file_sink_masks_addresses_and_is_private(book, settings):
    book[SEAT] = [Address("email", "chen@example.cn", 1), Address("sms", "13800138000")]
    tell()
    notifications.deliver(at=NOON)
    assert [line["to"] for line in sink(settings)] == ["c***@example.cn", "138****8000"]
    (written,) = settings.NOTIFICATION_SINK_DIR.glob("*.jsonl")
    assert written.stat().st_mode & 0o777 == 0o600
    assert settings.NOTIFICATION_SINK_DIR.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_a_seat_without_address_is_done_at_once(book, settings):
    notice = tell()
    assert notifications.deliver(at=NOON) == 1
    notice.refresh_from_db()
    assert notice.pushed_at == NOON
    assert not settings.NOTIFICATION_SINK_DIR.exists()


@pytest.mark.django_db
def test_notices_not_yet_due_or_never_to_be_pushed_stay(book):
    tell(push=False)
    tell(cause="case:2")
    assert notifications.deliver(at=NOON - timedelta(seconds=1)) == 0


@pytest.mark.django_db
def test_a_notice_about_a_person_is_pushed_to_the_others_only(book, settings):
    book[SEAT] = [Address("email", "w@example.cn", 5), Address("email", "c@example.cn", 6), Address("wecom", "group")]
    tell(hidden_from=5)
    notifications.deliver(at=NOON)
    assert [line["to"] for line in sink(settings)] == ["c***@example.cn"]


@pytest.mark.django_db
def test_a_failed_text_message_is_repeated_under_the_same_id(book, settings, gateway):
    settings.NOTIFICATION_ADAPTERS |= {"sms": "notifications.adapters.SmsGateway"}
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = gateway.url, "secret"
    book["report:8"] = [Address("sms", "13800138000")]
    notice = tell("report:8")
    gateway.answers = [(503, b"busy")]
    assert notifications.deliver(at=NOON) == 0
    notice.refresh_from_db()
    assert (notice.pushed_at, notice.attempts, notice.push_at) == (None, 1, NOON + pause_after(1))
    assert notifications.deliver(at=NOON) == 0
    assert notifications.deliver(at=notice.push_at) == 1
    (first, body), (second, again) = gateway.got
    assert first["X-Message-Id"] == second["X-Message-Id"] == body["id"] == f"notice-{notice.pk}-sms-0"
    assert body == again
    assert body["to"] == "13800138000"
    assert first["Authorization"] == "Bearer secret"


@pytest.mark.django_db
def test_a_retry_spares_those_who_already_got_it(book, settings, mail_server):
    settings.NOTIFICATION_ADAPTERS |= {"email": "notifications.adapters.Email"}
    book[SEAT] = [Address("email", "chen@example.cn", 1), Address("email", "gone@example.cn", 2)]
    notice = tell()
    assert notifications.deliver(at=NOON) == 0
    assert Delivery.objects.get().message == f"notice-{notice.pk}-email-1"
    assert notifications.deliver(at=NOON + LATER) == 0
    assert len(mail_server.mails) == 1
    book[SEAT][1] = Address("email", "liu@example.cn", 2)
    assert notifications.deliver(at=NOON + 2 * LATER) == 1
    assert len(mail_server.mails) == 2


@pytest.mark.django_db
def test_a_notice_is_given_up_after_eight_tries_with_a_log_line_without_address(book, settings, gateway, caplog):
    settings.NOTIFICATION_ADAPTERS |= {"sms": "notifications.adapters.SmsGateway"}
    settings.SMS_GATEWAY_URL = gateway.url
    book["report:8"] = [Address("sms", "13800138000")]
    notice = tell("report:8")
    gateway.answers = [(500, b"")] * 20
    for day in range(12):
        notifications.deliver(at=NOON + day * LATER)
    notice.refresh_from_db()
    assert (len(gateway.got), notice.attempts, notice.push_at, notice.pushed_at) == (MAX_ATTEMPTS, 8, None, None)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [f"notice {notice.pk} given up after 8 attempts: gateway answered 500"]
    assert "13800138000" not in caplog.text


@pytest.mark.django_db
def test_a_dead_gateway_holds_up_neither_the_other_channels_nor_the_run(book, settings):
    settings.NOTIFICATION_ADAPTERS |= {"sms": "notifications.adapters.SmsGateway"}
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/closed"
    book["report:1"] = book["report:2"] = [Address("sms", "13800138000")]
    book[SEAT] = [Address("email", "chen@example.cn", 1)]
    for seat in ("report:1", "report:2", SEAT):
        tell(seat)
    assert notifications.deliver(at=NOON) == 1
    assert [line["channel"] for line in sink(settings)] == ["email"]


@pytest.mark.django_db
def test_a_notice_that_breaks_the_deliverer_does_not_block_those_behind_it(book, settings):
    tell("broken:1")
    book[SEAT] = [Address("email", "chen@example.cn", 1)]
    notifications.notify(SEAT, cause="next", title="新事项", at=NOON + timedelta(seconds=1))
    at = NOON + timedelta(minutes=1)
    with pytest.raises(ValueError, match="broken"):
        notifications.deliver(at=at)
    assert notifications.deliver(at=at) == 1
    assert len(sink(settings)) == 1


@pytest.mark.django_db
def test_pauses_grow_up_to_twelve_hours_and_end_after_the_eighth_try():
    minutes = [pause_after(n).total_seconds() / 60 for n in range(1, MAX_ATTEMPTS)]
    assert minutes == [5, 15, 45, 135, 405, 720, 720]
    assert pause_after(MAX_ATTEMPTS) is None


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_each_notice_once(book, settings):
    book[SEAT] = [Address("email", "chen@example.cn", 1)]
    for number in range(40):
        tell(cause=f"case:{number}")
    together, sent = threading.Barrier(2), []

    def work():
        together.wait()
        sent.append(notifications.deliver(at=NOON))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [line["id"] for line in sink(settings)]
    assert (len(ids), len(set(ids)), sum(sent)) == (40, 40, 40)


@pytest.mark.django_db(transaction=True)
def test_a_deliverer_that_dies_after_sending_repeats_under_the_same_id(book, settings, gateway):
    settings.NOTIFICATION_ADAPTERS |= {"sms": "notifications.tests.test_delivery.DyingGateway"}
    settings.SMS_GATEWAY_URL = gateway.url
    book["report:8"] = [Address("sms", "13800138000")]
    tell("report:8")
    with pytest.raises(SystemExit):
        notifications.deliver(at=NOON)
    settings.NOTIFICATION_ADAPTERS |= {"sms": "notifications.adapters.SmsGateway"}
    assert notifications.deliver(at=NOON + timedelta(minutes=1)) == 0
    assert notifications.deliver(at=NOON + pause_after(1)) == 1
    first, second = (headers["X-Message-Id"] for headers, _ in gateway.got)
    assert first == second


class DyingGateway:
    """Sends, then the process ends before anything is written down."""

    def send(self, message):
        from notifications.adapters import SmsGateway

        SmsGateway().send(message)
        raise SystemExit(9)
