"""Addresses of errands run for people."""

from agency import services as agency
from agency.models import AgencyItem
from conftest import GRID
from grids.models import Area

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
GET  public:agency          200  200  200  200  200  200  200  200  200  200  200
POST public:agency          200  200  200  200  200  200  200  200  200  200  200
GET  desk:agency            302  200  200  200  200  200  200  200  200  403  403
POST desk:agency            302  405  405  405  405  405  405  405  405  403  403
GET  desk:agency-register   302  200  200  200  200  403  403  403  200  403  403
POST desk:agency-register   302  200  200  200  200  403  403  403  200  403  403
GET  desk:agency-act/accept 302  200  403  403  403  403  403  404  404  403  403
POST desk:agency-act/accept 302  200  403  403  403  403  403  404  404  403  403
GET  desk:agency-act/ask    302  404  404  404  404  404  404  404  404  403  403
GET  desk:agency-door       302  200  200  200  403  403  403  404  404  403  403
POST desk:agency-door       302  200  200  200  403  403  403  404  404  403  403
GET  desk:agency-voucher    302  404  404  404  404  404  404  404  404  403  403
POST desk:agency-voucher    302  405  405  405  405  405  405  405  405  403  403
GET  desk:export-ledger/agency 302 403 200  200  200  200  200  403  200  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: an errand of the grid that nobody has taken on."""
    asked = agency.Asked(
        item=AgencyItem.objects.get(code="heating"),
        area=Area.objects.get(code=GRID),
        way="home",
        door="第一食品厂家属院3号楼2单元501",
        name="马奶奶",
        phone="13800001234",
    )
    number = agency.ask(asked, by=None).case.number
    return {f"desk:agency-{name}": [number] for name in ("act", "door", "voucher")}
