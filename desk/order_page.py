"""What the page of a supervision order shows, gathered before the template is drawn: a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from cases.assignment_roles import sides_of
from cases.assignments import Side
from cases.models import CasePhoto, Event
from cases.states import Action
from desk.forms_orders import ACTS
from desk.timeline import entries
from grids.levels import Level, code_at
from grids.models import Area
from grids.permissions import Ability, abilities_of
from supervision.models import Order


def visible_order(user, pk: int) -> Order | None:
    """The order of this id with what its page shows, where the user may see it."""
    rows = Order.objects.visible_to(user).for_list()
    return rows.select_related("issued_by", "decided_by", "assignment__reported_by").filter(pk=pk).first()


def place_of(order: Order) -> str:
    """Street and community of the case: as precise as a paper needs."""
    codes = [code_at(order.case.area_id, level) for level in (Level.COMMUNITY, Level.STREET)]
    names = Area.objects.in_bulk(codes)
    return next((names[code].full_name for code in codes if code in names), "")


def assignment_url(order: Order) -> str:
    """Where the task that asks for the answer is worked on."""
    return reverse("desk:assignment", args=[order.assignment_id])


@dataclass(frozen=True)
class Button:
    """A way to an action's own page."""

    label: str
    url: str


class OrderPage:
    """Everything on the page of an order. All queries run here; the template only reads."""

    def __init__(self, order: Order, user):
        self.order, self.case, self.task = order, order.case, order.assignment
        self.place = place_of(order)
        told = Q(action=Action.SUPERVISE, at=order.issued_at)
        if order.assignment_id:
            told |= Q(assignment=order.assignment_id)
        events = list(Event.objects.newest_first().filter(told, case=order.case_id))
        photos = CasePhoto.objects.filter(event__in=events).select_related("photo").order_by("pk")
        self.entries = entries(events, photos)
        self.buttons = self._buttons(user)
        self.primary = self.buttons[0] if self.buttons else None
        self.others = self.buttons[1:]
        self.answer_url = self._answer_url(user)

    def _buttons(self, user) -> list[Button]:
        if Ability.HAND_OUT not in abilities_of(user):
            return []
        return [
            Button(act.label, reverse("desk:order-act", args=[self.order.pk, name]))
            for name, act in ACTS.items()
            if act.waits(self.order)
        ]

    def _answer_url(self, user) -> str:
        """Where this person signs and answers; empty for everybody else."""
        if self.task is None or not self.task.is_open:
            return ""
        self.task.case = self.case
        return assignment_url(self.order) if Side.OWES in sides_of(self.task, user) else ""

    @property
    def return_url(self) -> str:
        """Where 区委办 decides on a request to send the task back; empty where there is none."""
        asked = self.task is not None and self.task.state == "return_asked"
        return assignment_url(self.order) if asked else ""
