"""Addresses of supervision orders."""

from datetime import timedelta

from django.utils import timezone

from supervision.rules import Kind
from supervision.services import ordering

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# The order went to zhao's street and waits for its answer.
TABLE = """
GET  desk:supervision         302  403  403  403  403  200  200  403  403  403  403
GET  desk:supervised          302  403  403  403  403  200  200  403  403  403  403
GET  desk:order-new           302  403  403  403  403  403  200  403  403  403  403
POST desk:order-new           302  403  403  403  403  403  200  403  403  403  403
GET  desk:order               302  404  404  404  200  200  200  404  404  403  403
GET  desk:order-sheet         302  404  404  404  200  200  200  404  404  403  403
GET  desk:order-act/accept    302  403  403  403  403  403  302  403  403  403  403
POST desk:order-act/accept    302  403  403  403  403  403  409  403  403  403  403
GET  desk:order-act/refuse    302  403  403  403  403  403  302  403  403  403  403
GET  desk:order-act/issue     302  403  403  403  403  403  302  403  403  403  403
GET  desk:order-act/dismiss   302  403  403  403  403  403  302  403  403  403  403
GET  desk:order-act/nothing   302  403  403  403  403  403  404  403  403  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: an order on one case, and another case without one."""
    case, other = (scene["make_case"](at=timezone.now()) for _ in range(2))
    due = timezone.now() + timedelta(days=7)
    sent = ordering.issue(case, Kind.FIRST, demand="请说明进展", answer_by=due, why="居民多次反映", by=scene["sun"])
    of_order = {f"desk:{name}": [sent.pk] for name in ("order", "order-sheet", "order-act")}
    return {"desk:order-new": [other.number], **of_order}
