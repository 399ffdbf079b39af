"""The language of disputes: adjectives filter, `visible_to` and `open_to` guard."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models import Case
from grids.levels import Level
from grids.permissions import Ability
from grids.scope import scope_of
from mediation.states import OPEN


def headed_communities(user) -> list[str]:
    """Codes of the communities whose head the user is: a posting that sits on the community itself and approves."""
    return scope_of(user, granting=Ability.APPROVE).at(Level.COMMUNITY)


class DisputeQuerySet(models.QuerySet):
    """Disputes by scope, state and time."""

    def visible_to(self, user):
        """Disputes whose case the user may see, and those the user mediates: that there is a dispute, not between whom."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(case__in=Case.objects.visible_to(user).values("pk")) | self._mediated_by(user))

    def open_to(self, user):
        """Disputes whose parties and papers the user may read: its mediators and the head of its community, nobody else."""
        if not user.is_authenticated:
            return self.none()
        headed = Q(case__community__in=headed_communities(user))
        return self.filter(headed | self._mediated_by(user))

    def _mediated_by(self, user) -> Q:
        """Who mediates reads on only while a posting in that street lasts."""
        streets = {code[:9] for code in scope_of(user).areas if len(code) >= 9}
        mediated = self.model.mediators.rel.related_model.objects.filter(user=user, ended_at__isnull=True)
        return Q(pk__in=mediated.values("dispute"), case__street__in=sorted(streets))

    def open(self):
        """Disputes without a result."""
        return self.filter(status__in=OPEN)

    def overdue(self, on=None):
        """Open disputes past their limit date."""
        return self.open().filter(limit_date__lt=on or timezone.localdate())

    def for_list(self):
        """What a list row shows, in one query."""
        return self.select_related("case__area").defer("account", "resolution", "case__text")
