"""Addresses of joint meetings."""

from datetime import timedelta

from django.utils import timezone

from grids.models import Area, Organization
from supervision.services import deciding, meetings

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# The meeting asks 北大街道 (zhao) and 区住建局 (li); the invitation of the rows is that of 区住建局.
TABLE = """
GET  desk:meetings            302  200  200  200  200  200  200  200  200  403  403
GET  desk:meeting-new         302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-new         302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting             302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting-change      302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-change      302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting-add         302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-add         302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting-invite      302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-invite      302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting-issue       302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-issue       302  403  403  403  403  200  200  403  403  403  403
GET  desk:meeting-print       302  404  404  404  200  200  200  200  404  403  403
GET  desk:meeting-resolution  302  403  403  403  403  200  200  403  403  403  403
POST desk:meeting-resolution  302  403  403  403  403  302  302  403  403  403  403
GET  desk:agenda-item         302  403  403  403  403  200  200  403  403  403  403
POST desk:agenda-item         302  403  403  403  403  404  404  403  403  403  403
GET  desk:invitation          302  404  404  404  404  200  200  200  404  403  403
POST desk:invitation          302  404  404  404  404  403  403  200  404  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    now, by = timezone.now(), scene["sun"]
    unit = Organization.objects.get(code="zhujian")
    earlier = meetings.plan(now + timedelta(days=1), "区委三楼会议室", by=by)
    decided = meetings.add_case(earlier, scene["make_case"](at=now), "谁来管", by=by)
    duty = deciding.Duty(timezone.localdate() + timedelta(days=20), unit=unit)
    deciding.decide(decided, "住建局牵头", "", [duty], by=by)
    meeting = meetings.plan(now + timedelta(days=8), "区委三楼会议室", by=by)
    item = meetings.add_case(meeting, scene["make_case"](at=now), "谁来管", by=by)
    invitation, _ = meetings.invite(meeting, units=[unit], areas=[Area.objects.get(code="411002005")], by=by)
    pages = ("", "-change", "-add", "-invite", "-issue", "-print")
    return {
        **{f"desk:meeting{page}": [meeting.pk] for page in pages},
        "desk:meeting-resolution": [meeting.pk, decided.resolutions.get().pk],
        "desk:agenda-item": [item.pk],
        "desk:invitation": [invitation.pk],
    }
