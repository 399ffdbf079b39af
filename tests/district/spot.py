"""Addresses of whistles, site visits, drafts."""

from datetime import timedelta

from django.utils import timezone

from cases import services as cases
from cases.models import Draft
from cases.services import whistling
from grids.models import Organization

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# The whistle called li's unit; the draft is of another unit, whose people alone read it.
TABLE = """
GET  desk:whistle-new       302  403  403  403  200  403  403  404  404  403  403
POST desk:whistle-new       302  403  403  403  200  403  403  404  404  403  403
GET  desk:coordinate        302  403  403  403  200  200  200  404  404  403  403
POST desk:coordinate        302  403  403  403  200  200  200  404  404  403  403
GET  desk:whistles          302  200  200  200  200  200  200  200  200  403  403
POST desk:whistles          302  405  405  405  405  405  405  405  405  403  403
GET  desk:whistle           302  200  200  200  200  200  200  200  404  403  403
POST desk:whistle           302  405  405  405  405  405  405  405  405  403  403
GET  desk:whistle-end       302  405  405  405  405  405  405  405  405  403  403
POST desk:whistle-end       302  403  403  403  200  403  403  403  404  403  403
GET  desk:whistle-act       302  405  405  405  405  405  405  405  405  403  403
POST desk:whistle-act       302  403  403  403  302  403  403  302  404  403  403
GET  desk:draft             302  404  404  404  404  404  404  404  404  403  403
POST desk:draft             302  404  404  404  404  404  404  404  404  403  403
GET  desk:draft-withdraw    302  405  405  405  405  405  405  405  405  403  403
POST desk:draft-withdraw    302  404  404  404  404  404  404  404  404  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a case at the street, one whistled for, one drafted at a unit."""
    make_case, wang, zhao = scene["make_case"], scene["wang"], scene["zhao"]
    plain, whistled, drafted = (make_case(at=timezone.now()) for _ in range(3))
    for case in (plain, whistled):
        cases.escalate(case, "网格办不了", by=wang)
        cases.escalate(case, "社区办不了", by=scene["chen"])
    row = whistling.whistle(
        whistled,
        [Organization.objects.get(code="zhujian")],
        place="3号楼前",
        arrive_by=timezone.now() + timedelta(hours=3),
        purpose="看配电箱",
        by=zhao,
    )
    for by in (wang, scene["chen"], zhao):
        cases.escalate(drafted, "本级办不了", by=by)
    cases.collect(drafted, by=scene["qian"])
    cases.hand_out(drafted, Organization.objects.get(code="chengguan"), "请办理", by=scene["sun"])
    draft = Draft.objects.create(
        case=drafted, kind="resolve", step=drafted.step, closed_level=4, public_text="已修好", drafted_by=wang
    )
    assignment = row.assignments.get()
    return {
        **{f"desk:{name}": [plain.number] for name in ("whistle-new", "coordinate")},
        **{f"desk:{name}": [row.pk] for name in ("whistle", "whistle-end")},
        "desk:whistle-act": [row.pk, assignment.pk, "assign_arrive"],
        **{f"desk:{name}": [draft.pk] for name in ("draft", "draft-withdraw")},
    }
