"""A consultation taken as far as a test wants it."""

from datetime import timedelta

import pytest

from conftest import moment
from consultations import services as consultations
from consultations.models import Consultation

BEGAN = moment("2026-09-14 10:00")


def walk(held: Consultation, to: str, *, by, at=BEGAN) -> Consultation:
    """Carry it on to a status with the usual words."""
    steps = {
        "topic": lambda: None,
        "notified": lambda: consultations.notify_residents(
            held, consultations.Told("home", at + timedelta(days=6), 24), at=at + timedelta(days=6), by=by
        ),
        "held": lambda: consultations.hold(
            held,
            consultations.Meeting(
                at + timedelta(days=12), 26, "household", "half", "大家都说了话。",
                [consultations.Vote("清理后铺装", 23, 1, 2), consultations.Vote("划成停车位", 4, 19, 3)],
            ),
            at=at + timedelta(days=12), by=by,
        ),
        "decided": lambda: consultations.decide(held, "清理空地，铺装，装座椅。", at=at + timedelta(days=12), by=by),
        "published": lambda: consultations.publish(held, at=at + timedelta(days=13), by=by),
        "works": lambda: (
            consultations.plan_step(
                held, "清理杂物", "社区、居民", (at + timedelta(days=30)).date(), at=at + timedelta(days=14), by=by
            ),
            consultations.start(held, at=at + timedelta(days=22), by=by),
        ),
        "review": lambda: (
            consultations.progress(held.steps.get(), "清走三车杂物。", done=True, at=at + timedelta(days=29), by=by),
            consultations.open_review(held, at=at + timedelta(days=30), by=by),
        ),
        "ended": lambda: (
            consultations.opine(held, True, at=at + timedelta(days=31), by=by),
            consultations.end(held, "小广场已经开放。", at=at + timedelta(days=32), by=by),
        ),
    }  # fmt: skip
    for status, step in steps.items():
        step()
        if status == to:
            break
    held.refresh_from_db()
    return held


@pytest.fixture
def make_consultation(courtyard, chen):
    """make_consultation("works"): the courtyard's square, as far as that."""

    def make(to: str = "topic", *, at=BEGAN, by=chen, **more) -> Consultation:
        topic = consultations.Topic(
            **{
                "title": "家属院空地怎么用",
                "topic": "院里空地堆着杂物，商量清理以后做什么。",
                "area": courtyard.area,
                "compound": courtyard,
                "venue": "社区会议室",
                "planned_at": at + timedelta(days=12),
                "households": 31,
                **more,
            }
        )
        return walk(consultations.open_topic(topic, at=at, by=by), to, by=by, at=at)

    return make
