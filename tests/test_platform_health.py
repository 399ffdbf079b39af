"""What the load balancer and the operator are told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from conftest import moment
from ops.servers import free_port
from weidu_portal import health


def test_a_living_process_says_ok_without_asking_the_database(client):
    answer = client.get(reverse("healthz"))
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer_and_nothing_is_due(client):
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "broker": True, "oldest_due_seconds": 0}


@pytest.mark.django_db
def test_not_ready_when_the_broker_is_silent(client, settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json()["broker"] is False


def test_the_oldest_due_case_is_measured_in_seconds(make_case):
    case = make_case()
    assert health.oldest_due_seconds(case.next_alarm_at - timedelta(seconds=1)) == 0
    assert health.oldest_due_seconds(case.next_alarm_at + timedelta(seconds=90)) == 90


def test_not_ready_when_a_due_case_waits_longer_than_two_ticks(client, make_case):
    make_case(at=moment("2024-03-04 10:00"))
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json()["oldest_due_seconds"] > health.OLDEST_DUE_LIMIT_SECONDS


@pytest.mark.django_db
def test_probes_refuse_posts(client):
    assert client.post(reverse("healthz")).status_code == 405
    assert client.post(reverse("readyz")).status_code == 405
