"""The verbs of cases: `from cases import services as cases`, then `cases.resolve(case, …, by=request.user)`."""

from cases.services.acting import seat_of, stale_words
from cases.services.approvals import (
    ask_extension,
    ask_refusal,
    ask_return,
    ask_suspension,
    decide,
    extension_days,
    resume,
)
from cases.services.bundling import bundle_up, take_out
from cases.services.handling import classify, colleagues, hand_over, note, reply, resolve, set_title, sign
from cases.services.intake import Request, find_report, first_level, join, knows, register
from cases.services.moving import collect, escalate, hand_out, hand_to_mediation, merge, route, send_back, send_down
from cases.services.residents import accept, add, confirm, dispute, explain, follow_up, reject, reopen, withdraw
from cases.services.reveal import reveal_contact
from cases.services.sweeping import sweep
from cases.services.tracking import open_with_tail

__all__ = [
    "Request",
    "accept",
    "add",
    "ask_extension",
    "ask_refusal",
    "ask_return",
    "ask_suspension",
    "bundle_up",
    "classify",
    "collect",
    "colleagues",
    "confirm",
    "decide",
    "dispute",
    "escalate",
    "explain",
    "extension_days",
    "find_report",
    "first_level",
    "follow_up",
    "hand_out",
    "hand_over",
    "hand_to_mediation",
    "join",
    "knows",
    "merge",
    "note",
    "open_with_tail",
    "register",
    "reject",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "reveal_contact",
    "route",
    "seat_of",
    "send_back",
    "send_down",
    "set_title",
    "sign",
    "stale_words",
    "sweep",
    "take_out",
    "withdraw",
]
