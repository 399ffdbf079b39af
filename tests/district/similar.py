"""Addresses of cases of the same trouble."""

from django.utils import timezone

from cases import services as cases
from cases.models import Likeness
from cases.services import likeness

# Columns: anon wang he chen zhao qian sun li outs clrk admn
TABLE = """
POST public:similar         200  200  200  200  200  200  200  200  200  200  200
GET  desk:bundles           302  200  200  200  200  200  200  200  200  403  403
POST desk:bundles           302  405  405  405  405  405  405  405  405  403  403
GET  desk:bundle            302  200  200  200  200  200  200  404  404  403  403
POST desk:bundle            302  200  200  200  200  200  200  404  404  403  403
GET  desk:alike             302  200  200  200  200  200  200  200  404  403  403
POST desk:alike             302  405  405  405  405  405  405  405  405  403  403
GET  desk:register-similar  302  405  405  405  405  403  403  403  405  403  403
POST desk:register-similar  302  200  200  200  200  403  403  403  200  403  403
GET  desk:bundle-up         302  405  405  405  405  405  405  405  405  403  403
POST desk:bundle-up         302  302  302  302  302  302  302  404  404  403  403
GET  desk:bundle-leave      302  405  405  405  405  405  405  405  405  403  403
POST desk:bundle-leave      302  302  302  302  302  302  302  404  404  403  403
GET  desk:export-ledger/bundles 302 403 200 200  200  200  200  403  200  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: two cases of the grid that are one trouble."""
    one, other = (scene["make_case"](at=timezone.now(), text="文峰路口的路灯整夜闪") for _ in range(2))
    bundle = cases.bundle_up(one, [other], title="文峰路口路灯", by=scene["wang"])
    likeness.place()
    return {
        "desk:bundle": [bundle.pk],
        "desk:alike": [Likeness.objects.get(case=one).circle],
        "desk:bundle-up": [one.number],
        "desk:bundle-leave": [one.number],
    }
