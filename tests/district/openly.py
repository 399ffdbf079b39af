"""Addresses of the public ledger."""

from django.utils import timezone

from cases import services as cases
from cases.services import publishing

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
GET  public:ledger          200  200  200  200  200  200  200  200  200  200  200
POST public:ledger          405  405  405  405  405  405  405  405  405  405  405
GET  public:ledger-table    200  200  200  200  200  200  200  200  200  200  200
POST public:ledger-table    405  405  405  405  405  405  405  405  405  405  405
GET  public:publication     200  200  200  200  200  200  200  200  200  200  200
POST public:publication     405  405  405  405  405  405  405  405  405  405  405
GET  public:publication-photo 404 404 404 404 404 404  404  404  404  404  404
GET  public:take-back       302  302  302  302  302  302  302  302  302  302  302
POST public:take-back       302  302  302  302  302  302  302  302  302  302  302
GET  desk:openly            302  200  200  200  200  200  200  200  200  403  403
POST desk:openly            302  405  405  405  405  405  405  405  405  403  403
GET  desk:publish           302  200  200  200  403  403  403  404  404  403  403
POST desk:publish           302  200  200  200  403  403  403  404  404  403  403
GET  desk:take-back         302  405  405  405  405  405  405  405  405  403  403
POST desk:take-back         302  302  302  302  403  403  403  404  404  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a closed case of the grid that residents can read about."""
    case = scene["make_case"](at=timezone.now())
    cases.resolve(case, 1, "已换好灯泡", by=scene["wang"])
    line = publishing.publish(case, title="路灯维修", text="楼前的路灯坏了。", by=scene["wang"])
    return {
        "public:publication": [line.pk],
        "public:publication-photo": [line.pk, "before", "full"],
        "desk:publish": [case.number],
        "desk:take-back": [case.number],
    }
