"""Addresses of disputes, service days and legal services."""

from django.utils import timezone

from grids.models import Area
from mediation import services as mediation
from mediation.states import Side

# Columns: anon wang he chen zhao qian sun li outs clrk admn
# chen, the community's head, mediates; he sees that there is a dispute and may say who mediates.
TABLE = """
GET  desk:disputes            302  200  200  200  200  200  200  200  200  403  403
GET  desk:dispute-register    302  200  200  200  200  403  403  403  200  403  403
POST desk:dispute-register    302  200  200  200  200  403  403  403  200  403  403
GET  desk:dispute             302  404  200  200  200  200  200  404  404  403  403
GET  desk:dispute-convert     302  403  200  200  403  403  403  404  404  403  403
POST desk:dispute-convert     302  403  200  200  403  403  403  404  404  403  403
GET  desk:dispute-act/accept  302  404  403  200  403  403  403  404  404  403  403
POST desk:dispute-act/accept  302  404  403  200  403  403  403  404  404  403  403
GET  desk:dispute-act/assign  302  404  200  200  403  403  403  404  404  403  403
GET  desk:dispute-act/archive 302  404  403  403  403  403  403  404  404  403  403
GET  desk:dispute-act/nothing 302  404  404  404  404  404  404  404  404  403  403
GET  desk:dispute-contact     302  404  404  200  404  404  404  404  404  403  403
POST desk:dispute-contact     302  404  404  200  404  404  404  404  404  403  403
GET  desk:dispute-agreement   302  404  404  200  404  404  404  404  404  403  403
GET  desk:dispute-scan        302  404  404  404  404  404  404  404  404  403  403
GET  desk:service-days        302  200  200  200  200  200  200  200  200  403  403
GET  desk:service-day-plan    302  200  200  200  200  403  403  403  200  403  403
POST desk:service-day-plan    302  200  200  200  200  403  403  403  200  403  403
GET  desk:service-day-act/hold 302 404  200  200  200  403  403  403  404  403  403
POST desk:service-day-act/cancel 302 404 200 200  200  403  403  403  404  403  403
GET  desk:legal-service       302  200  200  200  200  403  403  403  200  403  403
POST desk:legal-service       302  200  200  200  200  403  403  403  200  403  403
"""


def arguments(scene: dict) -> dict[str, list]:
    """What stands in the variable parts of the addresses: a dispute just registered, one with an agreement, a service day."""
    chen, today = scene["chen"], timezone.localdate()
    community = Area.objects.get(code="411002005003")
    new, settled = (_registered(community, chen) for _ in range(2))
    mediation.accept(settled, by=chen)
    mediation.write_record(settled, "mediation", "双方都让一步。", today, by=chen)
    mediation.agree(settled, mediation.Terms("楼上滴水", "拧干再晾", "即日起", today), by=chen)
    day = mediation.plan_day(community, "police", today, by=chen)
    number = new.case.number
    return {
        "desk:dispute": [number],
        "desk:dispute-convert": [scene["make_case"](at=timezone.now(), category="neighbour-noise").number],
        "desk:dispute-act": [number],
        "desk:dispute-contact": [number, new.parties.order_by("pk").first().pk],
        "desk:dispute-agreement": [settled.case.number],
        "desk:dispute-scan": [number, 0],
        "desk:service-day-act": [day.pk],
    }


def _registered(community: Area, chen):
    people = [mediation.Person(Side.APPLICANT, "罗桂枝"), mediation.Person(Side.RESPONDENT, "鲁广田")]
    asked = mediation.Asked(community, "0203", "楼上晾衣滴水。", timezone.localdate(), people, [chen])
    return mediation.register(asked, by=chen)
