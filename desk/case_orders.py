"""The part of the case page that says how the case is supervised, and leads 区委办 to the next order."""

from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case
from common.errors import DomainError
from grids.permissions import Ability, abilities_of
from supervision.models import Order
from supervision.services.ordering import may_issue

SHOWN = 10


@dataclass(frozen=True)
class CaseOrders:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case
    orders: list[Order]
    next_label: str
    next_url: str


def gather(case: Case, user) -> CaseOrders:
    """Load the part for this person in a fixed number of queries."""
    orders = list(Order.objects.visible_to(user).filter(case=case).for_list().newest_first()[:SHOWN])
    label = url = ""
    if Ability.HAND_OUT in abilities_of(user):
        try:
            label, url = f"发{may_issue(case).label}", reverse("desk:order-new", args=[case.number])
        except DomainError:
            label = url = ""
    return CaseOrders(case, orders, label, url)
