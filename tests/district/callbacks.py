"""Addresses of call-backs."""

from django.utils import timezone

from cases import services as cases
from cases.services import calling

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
GET  desk:callbacks         302  200  200  200  200  200  200  200  200  403  403
POST desk:callbacks         302  405  405  405  405  405  405  405  405  403  403
GET  desk:callback-results  302  200  200  200  200  200  200  200  200  403  403
POST desk:callback-results  302  405  405  405  405  405  405  405  405  403  403
GET  desk:callback          302  200  403  403  403  403  403  404  404  403  403
POST desk:callback          302  200  403  403  403  403  403  404  404  403  403
GET  desk:callback-new      302  405  405  405  405  405  405  405  405  403  403
POST desk:callback-new      302  302  302  302  403  403  403  404  404  403  403
GET  public:call            200  200  200  200  200  200  200  200  200  200  200
POST public:call            200  200  200  200  200  200  200  200  200  200  200
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a call-back the grid worker is to make."""
    case = scene["make_case"](at=timezone.now())
    cases.resolve(case, 1, "已换好灯泡", by=scene["wang"])
    call = calling.ask(case, seat=f"area:{case.area_id}", by=scene["wang"])
    return {"desk:callback": [call.pk], "desk:callback-new": [case.number], "public:call": [call.token]}
