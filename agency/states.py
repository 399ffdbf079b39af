"""The five steps of an errand: (step, action) → step. Pure. Whose turn it is, and until when, the case says."""

from django.db import models


class Step(models.TextChoices):
    """How far an errand has come."""

    ASKED = "asked", "申请"
    ACCEPTED = "accepted", "受理"
    GOING = "going", "代办"
    DONE = "done", "办结"
    SIGNED = "signed", "签收"


UNFINISHED = (Step.ASKED, Step.ACCEPTED, Step.GOING)


class Action(models.TextChoices):
    """What people do with an errand."""

    ASK = "ask", "提出"
    ACCEPT = "accept", "受理"
    LACK = "lack", "缺材料"
    GO = "go", "去办"
    FINISH = "finish", "办结"
    HAND_BACK = "hand_back", "交回签收"
    AGAIN = "again", "再去办一次"


class Way(models.TextChoices):
    """Where papers, money and receipts change hands."""

    HOME = "home", "请人上门"
    CENTRE = "centre", "我到社区去"


class SignedAs(models.TextChoices):
    """Who took back what was brought."""

    SELF = "self", "本人"
    FAMILY = "family", "家人"
    NEIGHBOUR = "neighbour", "邻居代收"


TABLE: dict[tuple[Step, Action], Step] = {
    (Step.ASKED, Action.ACCEPT): Step.ACCEPTED,
    (Step.ACCEPTED, Action.LACK): Step.ACCEPTED,
    (Step.ACCEPTED, Action.GO): Step.GOING,
    (Step.GOING, Action.LACK): Step.ACCEPTED,
    (Step.GOING, Action.FINISH): Step.DONE,
    (Step.DONE, Action.HAND_BACK): Step.SIGNED,
    # Something was wrong with it: before it was handed back, or after the resident said so.
    (Step.DONE, Action.AGAIN): Step.GOING,
    (Step.SIGNED, Action.AGAIN): Step.GOING,
}


def step_after(step: str, action: str) -> Step | None:
    """Where an action leads; None where it cannot be taken."""
    return TABLE.get((Step(step), Action(action)))


def actions_at(step: str) -> list[Action]:
    """Actions that lead on from a step, in the order the enum lists them."""
    return [action for action in Action if (Step(step), action) in TABLE]
