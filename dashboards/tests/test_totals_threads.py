"""Cases change in several threads while two folders fold: every look finds totals equal to the cases, and so does the end."""

import random
import threading

import pytest
from django.db import connection, transaction
from django.db.models import F

from cases.models import Case
from cases.states import Status
from dashboards.models import DayTotal, Delta
from dashboards.services import folding
from dashboards.tests.making import scatter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
WRITERS, ROUNDS, LOOKS = 4, 30, 12


class Workers:
    """Threads whose faults are kept; one that fails stops those that go on until `done`."""

    def __init__(self):
        self.done, self.faults, self.threads = threading.Event(), [], []

    def start(self, act, *arguments) -> threading.Thread:
        thread = threading.Thread(target=self._run, args=(act, *arguments))
        thread.start()
        return thread

    def _run(self, act, *arguments) -> None:
        try:
            act(*arguments)
        except BaseException as fault:
            self.faults.append(repr(fault))
            self.done.set()
        finally:
            connection.close()


def write(seed: int) -> None:
    """Change, insert and delete rows no other writer touches; now and then everything is taken back."""
    chance = random.Random(seed)
    for number in range(ROUNDS):
        with transaction.atomic():
            change(chance, seed, number)
            if chance.random() < 0.2:
                transaction.set_rollback(True)


def change(chance, seed: int, number: int) -> None:
    pks = [pk for pk in Case.objects.order_by("pk").values_list("pk", flat=True) if pk % WRITERS == seed][:20]
    match chance.randrange(4):
        case 0:
            Case.objects.filter(pk__in=pks).update(late_signs=F("late_signs") + 1, signs=F("signs") + 1)
        case 1:
            Case.objects.filter(pk__in=pks, status=Status.CLOSED).update(minutes_total=number * 40)
        case 2:
            Case.objects.filter(pk__in=pks[:2]).delete()
        case _:
            scatter(5, seed=seed * 1000 + number)


def fold_until(done: threading.Event) -> None:
    while not done.is_set():
        folding.fold(chunk=40)


def test_totals_equal_the_cases_at_every_moment():
    scatter(200, seed=5)
    workers = Workers()
    writers = [workers.start(write, seed) for seed in range(WRITERS)]
    folders = [workers.start(fold_until, workers.done) for _ in range(2)]
    looks = [folding.recount(repair=False).exact for _ in range(LOOKS)]
    for thread in writers:
        thread.join(timeout=120)
    workers.done.set()
    for thread in folders:
        thread.join(timeout=120)
    assert workers.faults == []
    assert all(looks)
    assert folding.recount(repair=False).exact
    folding.fold()
    assert not Delta.objects.exists() and DayTotal.objects.exists()
    assert folding.recount(repair=False).exact


def test_a_repair_is_right_although_cases_change_meanwhile():
    scatter(100, seed=6)
    folding.fold()
    DayTotal.objects.update(received=F("received") + 1)
    workers, start = Workers(), threading.Barrier(2)

    def insert() -> None:
        start.wait(timeout=60)
        for seed in range(10):
            scatter(5, seed=100 + seed)

    thread = workers.start(insert)
    start.wait(timeout=60)
    assert not folding.recount().exact
    thread.join(timeout=120)
    assert workers.faults == []
    assert folding.recount(repair=False).exact
