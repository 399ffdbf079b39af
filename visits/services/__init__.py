"""The verbs of visits: `from visits import services as visits`, then `visits.write_down(said, by=request.user)`."""

from visits.services.correcting import correct, correctable_until, may_correct
from visits.services.recording import Heard, Said, Spoken, check_later, later, write_down
from visits.services.settling import settle_submission
from visits.services.standing import renew, settle

__all__ = [
    "Heard",
    "Said",
    "Spoken",
    "check_later",
    "correct",
    "correctable_until",
    "later",
    "may_correct",
    "renew",
    "settle",
    "settle_submission",
    "write_down",
]
