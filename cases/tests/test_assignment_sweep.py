"""Marks of assignments: each said once, however many sweepers come by at the same moment."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import Assignment, Event
from cases.services.assignment_sweep import sweep_assignments
from cases.states import Mark
from cases.tests.handing import FIRST, MONDAY, SECOND, at_unit
from notifications.models import Notification

SWEEPERS, CASES = 4, 6


@pytest.mark.django_db(transaction=True)
def test_four_sweepers_at_once_mark_each_assignment_once(make_case, qian, sun):
    tasks = [
        t for _ in range(CASES) for t in at_unit(make_case(at=MONDAY), FIRST, SECOND, qian=qian, sun=sun, at=MONDAY)
    ]
    late = max(task.due_at for task in tasks) + timedelta(hours=1)
    Notification.objects.all().delete()
    start, counts = threading.Barrier(SWEEPERS), []

    def sweep() -> None:
        try:
            start.wait(timeout=60)
            counts.append(sweep_assignments(at=late))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(SWEEPERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    while left := sweep_assignments(at=late):  # cases another sweeper held are left to the next tick
        counts.append(left)
    marks = Event.objects.filter(action__in=Mark.values).values_list("assignment", "action")
    assert Counter(marks) == {(task.pk, mark): 1 for task in tasks for mark in (Mark.LATE, Mark.UNSIGNED)}
    assert sum(counts) == len(marks) == 2 * len(tasks)
    assert Assignment.objects.filter(late_at=late, warned_at=late, sign_alarm_at=late).count() == len(tasks)
    told = Notification.objects.filter(title__startswith="协办任务已超期").count()
    assert told == len(tasks)
