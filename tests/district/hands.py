"""Addresses of assignments."""

from django.utils import timezone

from cases import services as cases
from grids.models import Organization

# `li` leads the case, two other units help: the first one's task is asked for, the second one's is not theirs.
# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
GET  desk:assignments       302  200  200  200  200  200  200  200  200  403  403
POST desk:assignments       302  405  405  405  405  405  405  405  405  403  403
GET  desk:assignment        302  200  200  200  200  200  200  200  404  403  403
POST desk:assignment        302  405  405  405  405  405  405  405  405  403  403
GET  desk:assignment-act/assign_sign   302 403 403 403 403 403 403 403 404 403 403
POST desk:assignment-act/assign_sign   302 403 403 403 403 403 403 403 404 403 403
GET  desk:assignment-act/assign_end    302 403 403 403 403 403 200 403 404 403 403
POST desk:assignment-act/assign_end    302 403 403 403 403 403 200 403 404 403 403
GET  api:case-assignment/assign_sign   401 403 403 403 403 403 403 403 404 403 403
POST api:case-assignment/assign_sign   401 403 403 403 403 403 403 403 404 403 403
GET  api:case-assignment/assign_end    401 403 403 403 403 403 200 403 404 403 403
POST api:case-assignment/assign_end    401 403 403 403 403 403 400 403 404 403 403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a case handed to `li`, with a co-handler."""
    case = scene["make_case"](at=timezone.now())
    for _ in range(3):
        cases.escalate(case, "本级办不了", by=scene["zhao"])
    cases.collect(case, by=scene["qian"])
    lead, helper = (Organization.objects.get(code=code) for code in ("zhujian", "chengguan"))
    cases.hand_out(case, lead, "请查明原因", helpers=[helper], by=scene["sun"])
    task = case.assignments.get()
    return {
        "desk:assignment": [task.pk],
        "desk:assignment-act": [task.pk],
        "api:case-assignment": [case.number, task.pk],
    }
