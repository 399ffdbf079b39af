"""A seat is told once, and only those see it who may."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from notifications import services as notifications
from notifications.models import Notification, Reading

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SEAT = "area:411002005003"


def notices(seats, user):
    return Notification.objects.for_seats(seats, user)


def test_a_seat_is_told_once_per_cause():
    assert notifications.notify(SEAT, cause="case:1:due", title="已按时限转社区继续办理", at=NOON)
    assert not notifications.notify(SEAT, cause="case:1:due", title="again", at=NOON)
    told = Notification.objects.get()
    assert (told.title, told.created_at, told.push_at, told.attempts) == ("已按时限转社区继续办理", NOON, NOON, 0)


def test_telling_many_seats_passes_over_those_already_told(django_assert_num_queries):
    notifications.notify(SEAT, cause="case:1:new", title="新事项")
    with django_assert_num_queries(1):
        notifications.notify_many([SEAT, "unit:7", "unit:7"], cause="case:1:new", title="新事项")
    assert set(Notification.objects.values_list("seat", flat=True)) == {SEAT, "unit:7"}


def test_a_notice_without_push_waits_for_no_delivery():
    notifications.notify(SEAT, cause="note", title="备注", push=False)
    assert Notification.objects.get().push_at is None


def test_rows_inserted_by_sql_need_only_the_columns_of_the_contract():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_notification"
            " (seat, cause, title, body, target, hidden_from_id, created_at, push_at)"
            " SELECT 'area:411002', 'case:9', '标题', '', '/desk/', NULL::bigint, now(), now()"
            " ON CONFLICT (seat, cause) DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO notifications_notification (seat, cause, title, created_at) VALUES ('unit:1', 'c', 't', now())"
        )
    bare = Notification.objects.get(seat="unit:1")
    assert (bare.body, bare.target, bare.attempts, bare.hidden_from_id) == ("", "", 0, None)


def test_a_notice_about_a_person_is_invisible_to_that_person_only(wang, chen):
    notifications.notify(SEAT, cause="complaint", title="有人反映", hidden_from=wang.pk)
    assert not notices([SEAT], wang).exists()
    assert notices([SEAT], chen).count() == 1


def test_no_seat_means_no_notice(chen):
    notifications.notify(SEAT, cause="new", title="新事项")
    assert not notices([], chen).exists()
    assert not notices(["area:411002005004"], chen).exists()


def test_reading_is_personal(wang, chen):
    for number in range(3):
        notifications.notify(SEAT, cause=f"new:{number}", title="新事项")
    newest = notices([SEAT], chen).recent().first()
    assert notifications.mark_read(chen, seats=[SEAT], ids=[newest.pk]) == 1
    assert notices([SEAT], chen).unread(chen).count() == 2
    assert notices([SEAT], wang).unread(wang).count() == 3
    assert notifications.mark_read(chen, seats=[SEAT]) == 2
    assert notifications.mark_read(chen, seats=[SEAT]) == 0
    assert not notices([SEAT], chen).unread(chen).exists()


def test_a_notice_to_another_seat_cannot_be_marked_read(chen):
    notifications.notify("unit:7", cause="new", title="新事项")
    assert notifications.mark_read(chen, seats=[SEAT], ids=[Notification.objects.get().pk]) == 0
    assert not Reading.objects.exists()
