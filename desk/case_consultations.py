"""The part of the case page that says which consultations it led to, and begins one."""

from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case
from consultations.models import Consultation
from grids.levels import Level, code_at
from grids.permissions import Ability
from grids.scope import scope_of


@dataclass(frozen=True)
class CaseConsultations:
    """What the part shows; everything is loaded here, the template only reads."""

    rows: list[Consultation]
    new_url: str


def gather(case: Case, user) -> CaseConsultations:
    """Load the part for this person: one query."""
    rows = Consultation.objects.visible_to(user).filter(links__case=case).order_by("-created_at")
    scope = scope_of(user, granting=Ability.HANDLE)
    own = case.area_id in scope.at(Level.GRID) or code_at(case.area_id, Level.COMMUNITY) in scope.at(Level.COMMUNITY)
    url = f"{reverse('desk:consultation-new')}?case={case.number}" if own and not case.about_id else ""
    return CaseConsultations(list(rows), url)
