"""The verbs of micro-wishes: `from wishes import services as wishes`, then `wishes.claim(wish, by=request.user)`."""

from wishes.services.claiming import claim, deliver, give_up, join, leave, progress, revoke
from wishes.services.contact import Contact, contact_for_claimer, contact_for_staff
from wishes.services.ending import confirm, follow_up, not_yet, thank
from wishes.services.intake import PREFIX, Asked, complete, find_wish, submit
from wishes.services.reviewing import (
    SOURCE,
    PublicWords,
    become_case,
    cancel,
    note,
    publish,
    put_back,
    refuse,
    reword,
    send_back,
    take_down,
)
from wishes.services.sweeping import sweep
from wishes.services.tracking import find_by_number, open_wish_with_tail
from wishes.services.volunteering import accept, decide, enrol, invitation_of, invite, open_account

__all__ = [
    "PREFIX",
    "SOURCE",
    "Asked",
    "Contact",
    "PublicWords",
    "accept",
    "become_case",
    "cancel",
    "claim",
    "complete",
    "confirm",
    "contact_for_claimer",
    "contact_for_staff",
    "decide",
    "deliver",
    "enrol",
    "find_by_number",
    "find_wish",
    "follow_up",
    "give_up",
    "invitation_of",
    "invite",
    "join",
    "leave",
    "not_yet",
    "note",
    "open_account",
    "open_wish_with_tail",
    "progress",
    "publish",
    "put_back",
    "refuse",
    "revoke",
    "reword",
    "send_back",
    "submit",
    "sweep",
    "take_down",
    "thank",
]
