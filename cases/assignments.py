"""The state table of an assignment: what a unit or street owes on a case beside its holder. Pure.

协办, 到场 after a whistle, a step agreed on the spot, the answer to a supervision order, a resolution of the joint
meeting: one shape, because each is handed out, signed, done by a time and reported, and each may be late.
"""

from dataclasses import dataclass

from django.db import models

from cases.states import ENDED, Action, Status


class Kind(models.TextChoices):
    """Why something is owed."""

    CO_HANDLE = "co_handle", "协办"
    WHISTLE = "whistle", "到场"
    STEP = "step", "约定事项"
    ORDER = "order", "督办"
    RESOLUTION = "resolution", "联席议定"


class State(models.TextChoices):
    """How far an assignment is."""

    GIVEN = "given", "待签收"
    SIGNED = "signed", "办理中"
    ARRIVED = "arrived", "已到场"
    RETURN_ASKED = "return_asked", "申请退回"
    REPORTED = "reported", "已反馈"
    ACCEPTED = "accepted", "已认可"
    RETURNED = "returned", "已退回"
    ENDED = "ended", "已解除"


# Somebody still owes something.
OPEN_STATES = (State.GIVEN, State.SIGNED, State.ARRIVED, State.RETURN_ASKED)
# Of these the sweep reminds. Who has come to the spot is there: the time was one of arriving.
WATCHED_STATES = (State.GIVEN, State.SIGNED, State.RETURN_ASKED)
# Kinds whose report somebody must accept; with the others the report is the end.
ACCEPTED_KINDS = (Kind.ORDER, Kind.RESOLUTION)


class Side(models.TextChoices):
    """Which of the two may take an action."""

    OWES = "owes", "领到任务的一方"
    GAVE = "gave", "交给任务的一方"


@dataclass(frozen=True)
class Rule:
    """Where an action leads, and whose it is."""

    to: State
    side: Side


_T, _A, _O, _G = State, Action, Side.OWES, Side.GAVE

TABLE: dict[tuple[State, Action], Rule] = {
    (_T.GIVEN, _A.ASSIGN_SIGN): Rule(_T.SIGNED, _O),
    **{(state, _A.ASSIGN_ARRIVE): Rule(_T.ARRIVED, _O) for state in (_T.GIVEN, _T.SIGNED)},
    **{(state, _A.ASSIGN_REPORT): Rule(_T.REPORTED, _O) for state in (_T.GIVEN, _T.SIGNED, _T.ARRIVED)},
    **{(state, _A.ASSIGN_RETURN): Rule(_T.RETURN_ASKED, _O) for state in (_T.GIVEN, _T.SIGNED)},
    (_T.RETURN_ASKED, _A.ASSIGN_KEEP): Rule(_T.SIGNED, _G),
    (_T.RETURN_ASKED, _A.ASSIGN_END): Rule(_T.RETURNED, _G),
    **{(state, _A.ASSIGN_END): Rule(_T.ENDED, _G) for state in (_T.GIVEN, _T.SIGNED, _T.ARRIVED)},
    (_T.REPORTED, _A.ASSIGN_REDO): Rule(_T.SIGNED, _G),
    (_T.REPORTED, _A.ASSIGN_ACCEPT): Rule(_T.ACCEPTED, _G),
}


def rule_of(kind: str, state: str, action: str) -> Rule | None:
    """The rule for this pair, or None where it is impossible for this kind."""
    if action == Action.ASSIGN_ARRIVE and kind != Kind.WHISTLE:
        return None
    if action == Action.ASSIGN_ACCEPT and kind not in ACCEPTED_KINDS:
        return None
    return TABLE.get((State(state), Action(action)))


def may_redo(kind: str, status: str) -> bool:
    """False where asking again would leave something owed on a case that has ended, or help on one that was answered."""
    return status not in ENDED and (kind != Kind.CO_HANDLE or status != Status.CONFIRMING)
