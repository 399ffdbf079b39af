"""The verbs of visits: `from visits import services as visits`, then `visits.write_down(said, by=request.user)`."""

from visits.services.correcting import correct, correctable_until, may_correct
from visits.services.deciding import decide, decide_many, may_decide
from visits.services.gathering import gather
from visits.services.planning import Plan, end, plan
from visits.services.recording import Heard, Said, Spoken, check_later, later, write_down
from visits.services.settling import settle_submission
from visits.services.standing import check_off, renew, settle

__all__ = [
    "Heard",
    "Plan",
    "Said",
    "Spoken",
    "check_later",
    "check_off",
    "correct",
    "correctable_until",
    "decide",
    "decide_many",
    "end",
    "gather",
    "later",
    "may_correct",
    "may_decide",
    "plan",
    "renew",
    "settle",
    "settle_submission",
    "write_down",
]
