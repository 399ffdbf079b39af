"""What the page of one assignment shows, gathered before the template is drawn."""

from dataclasses import dataclass, field

from django.urls import reverse

from cases.assignment_acts import act_of, form_for
from cases.assignment_roles import open_assignment_actions
from cases.models import Assignment, CasePhoto, Event
from cases.states import Action
from desk.timeline import entries
from grids.models import Area, Organization

# The one action it waits for, first match; the others stand beside it.
PRIMARY = (Action.ASSIGN_SIGN, Action.ASSIGN_ARRIVE, Action.ASSIGN_REPORT, Action.ASSIGN_ACCEPT, Action.ASSIGN_KEEP)


@dataclass(frozen=True)
class Button:
    """A way to an action's own page."""

    action: Action
    label: str
    url: str
    explains: str = ""


@dataclass
class Panel:
    """What the person may do: one primary action with its form, and the others."""

    primary: Button | None = None
    form: object = None
    buttons: list[Button] = field(default_factory=list)


def visible_assignment(user, pk: int) -> Assignment | None:
    """The assignment with what its page shows, where the user may see its case."""
    rows = Assignment.objects.visible_to(user).for_list()
    rows = rows.select_related(
        "case__category", "case__area", "case__handling_unit", "unit", "area", "given_by", "signed_by", "reported_by"
    )
    return rows.filter(pk=pk).first()


def seat_names(seats) -> dict[str, str]:
    """What units and areas are called, by seat. Two queries at most."""
    keys: dict[str, set[str]] = {"unit": set(), "area": set()}
    for seat in seats:
        kind, _, key = seat.partition(":")
        keys[kind].add(key)
    units = Organization.objects.in_bulk([int(key) for key in keys["unit"]]) if keys["unit"] else {}
    areas = Area.objects.in_bulk(keys["area"]) if keys["area"] else {}
    return {f"unit:{pk}": unit.name for pk, unit in units.items()} | {
        f"area:{code}": area.full_name for code, area in areas.items()
    }


def button_for(assignment: Assignment, action: Action) -> Button:
    """The way to an action's page."""
    act = act_of(assignment, action)
    return Button(action, act.label, reverse("desk:assignment-act", args=[assignment.pk, action.value]), act.explains)


class AssignmentPage:
    """Everything on the page of one assignment. All queries run here; the template only reads."""

    def __init__(self, assignment: Assignment, user):
        self.assignment, self.case = assignment, assignment.case
        events = list(Event.objects.newest_first().filter(assignment=assignment))
        photos = CasePhoto.objects.filter(event__in=[event.pk for event in events]).select_related("photo")
        self.entries = entries(events, photos.order_by("pk"))
        self.giver = seat_names([assignment.giver]).get(assignment.giver, "")
        self.lead = self.case.handling_unit.name if self.case.handling_unit else self.case.get_level_display()
        self.panel = self._panel(user)

    def _panel(self, user) -> Panel:
        actions = open_assignment_actions(self.assignment, user)
        first = next((action for action in PRIMARY if action in actions), None)
        panel = Panel(buttons=[button_for(self.assignment, action) for action in actions if action != first])
        if first:
            panel.primary = button_for(self.assignment, first)
            panel.form = form_for(self.assignment, first, user)
        return panel
