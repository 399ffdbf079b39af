"""The verbs of disputes, service days and legal services."""

from mediation.services.acting import stale_words
from mediation.services.contact import open_contact, parties_to_sign
from mediation.services.converting import Quarrel, convert
from mediation.services.figures import figures
from mediation.services.intake import Asked, Person, add_party, assign, correct, possible_mediators, register
from mediation.services.legal import Done, add_legal_service, cancel_day, hold_day, plan_day
from mediation.services.mediating import (
    Terms,
    accept,
    add_scans,
    agree,
    archive,
    extend,
    fail,
    follow_up,
    hand_over,
    is_late,
    lacking,
    write_record,
)

__all__ = [
    "Asked",
    "Done",
    "Person",
    "Quarrel",
    "Terms",
    "accept",
    "add_legal_service",
    "add_party",
    "add_scans",
    "agree",
    "archive",
    "assign",
    "cancel_day",
    "convert",
    "correct",
    "extend",
    "fail",
    "figures",
    "follow_up",
    "hand_over",
    "hold_day",
    "is_late",
    "lacking",
    "open_contact",
    "parties_to_sign",
    "plan_day",
    "possible_mediators",
    "register",
    "stale_words",
    "write_record",
]
