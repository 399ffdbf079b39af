"""The part of the case page that says how far an errand has come, and what its holder does next."""

from dataclasses import dataclass

from django.urls import reverse

from agency.models import AgencyEvent, AgencyRequest
from agency.roles import open_actions
from agency.rules import CATEGORY
from agency.states import Action, Step
from cases.models import Case
from cases.roles import may_reveal
from cases.services.reveal import REASONS
from cases.states import Action as CaseAction
from desk.errand_list import due_state
from desk.forms_agency import ACTS, ErrandActForm, form_for

# What leads on, the step's own verb first; the others stand beside it.
_ONWARD = (Action.ACCEPT, Action.GO, Action.FINISH, Action.HAND_BACK, Action.AGAIN)


@dataclass(frozen=True)
class Way:
    """A way to an action's own page."""

    action: Action
    label: str
    url: str
    explains: str


@dataclass(frozen=True)
class Errand:
    """What the part shows; everything is loaded here, the template only reads."""

    row: AgencyRequest
    rungs: list[tuple[str, str]]
    events: list[AgencyEvent]
    due_state: tuple[str, str]
    primary: Way | None
    form: ErrandActForm | None
    others: list[Way]
    may_reveal: bool
    reasons: list[tuple[str, str]]

    @property
    def replaces(self) -> frozenset[CaseAction]:
        """Actions on the case that the errand's own steps take: 受理 signs. How it ends, `cases.roles` leaves to them."""
        return frozenset({CaseAction.SIGN} if self.row.step == Step.ASKED else ())


def gather(case: Case, user) -> Errand | None:
    """Load the part for this person; asks the database only for cases of the one category."""
    if case.category.code != CATEGORY:
        return None
    row = AgencyRequest.objects.select_related("item").filter(case=case).first()
    if row is None:
        return None
    row.case = case
    ways = [_way(case, action) for action in open_actions(row, user)]
    primary = next((way for action in _ONWARD for way in ways if way.action == action), None)
    steps = list(Step)
    here = steps.index(Step(row.step))
    return Errand(
        row=row,
        rungs=[
            (s.label, "passed" if n < here or s == row.step == Step.SIGNED else "now" if n == here else "")
            for n, s in enumerate(steps)
        ],
        events=list(AgencyEvent.objects.newest_first().filter(request=row)),
        due_state=due_state(row),
        primary=primary,
        form=form_for(row, primary.action) if primary else None,
        others=[way for way in ways if way != primary],
        may_reveal=bool(row.door) and may_reveal(case, user),
        reasons=list(REASONS.items()),
    )


def _way(case: Case, action: Action) -> Way:
    return Way(
        action, action.label, reverse("desk:agency-act", args=[case.number, action.value]), ACTS[action].explains
    )
