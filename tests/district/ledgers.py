"""Addresses of reviews, ledgers and hand-outs."""

from django.utils import timezone

from cases import services as cases
from conftest import XINCUN
from grids.models import Organization
from supervision.services import reviewing
from supervision.services.handing import Row, hand_out_batch

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
GET  desk:working-ledgers       302 403 403 403 403 200 200 403 403 403 403
POST desk:working-ledgers       302 403 403 403 403 405 405 403 403 403 403
GET  desk:working-ledger        302 403 403 403 403 200 200 403 403 403 403
GET  desk:working-ledger-issue  302 403 403 403 403 405 403 403 403 403 403
POST desk:working-ledger-issue  302 403 403 403 403 302 403 403 403 403 403
GET  desk:working-ledger-print  302 403 403 403 403 200 200 403 403 403 403
GET  desk:working-ledger-file   302 403 403 403 403 200 200 403 403 403 403
GET  desk:ledger-item-note      302 403 403 403 403 200 200 403 403 403 403
POST desk:ledger-item-note      302 403 403 403 403 200 200 403 403 403 403
GET  desk:ledger-item-remove    302 403 403 403 403 405 403 403 403 403 403
POST desk:ledger-item-remove    302 403 403 403 403 302 403 403 403 403 403
GET  desk:handouts              302 403 403 403 403 200 200 403 403 403 403
GET  desk:handout-new           302 403 403 403 403 403 302 403 403 403 403
POST desk:handout-new           302 403 403 403 403 403 302 403 403 403 403
GET  desk:handout               302 403 403 403 403 200 200 403 403 403 403
GET  desk:handout-print         302 403 403 403 403 200 200 403 403 403 403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: an open ledger with one case, and a batch."""
    listed, handed = (_climbed(scene) for _ in range(2))
    item = reviewing.accept(listed, reviewing.Opinion(), by=scene["qian"])
    reviewing.accept(handed, reviewing.Opinion(), pace="monthly", by=scene["qian"])
    unit = Organization.objects.get(code="zhujian")
    batch = hand_out_batch([Row(handed, unit, "汛期前改造")], by=scene["sun"])
    of_ledger = ("", "-issue", "-print", "-file")
    return {
        **{f"desk:working-ledger{name}": [item.ledger_id] for name in of_ledger},
        **{f"desk:ledger-item-{name}": [item.pk] for name in ("note", "remove")},
        **{f"desk:{name}": [batch.pk] for name in ("handout", "handout-print")},
    }


def _climbed(scene: dict):
    case = scene["make_case"](area=XINCUN[:9], category="road-flood", at=timezone.now())
    cases.escalate(case, "泵站归市政管理", by=scene["zhao"])
    return case
