"""The language of cases: adjectives filter, `with_…` annotates, `for_…` bundles what a page needs."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.states import OPEN, Status
from grids.levels import Level
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of, within


def _complaints_from(level: Level) -> Q:
    """What a posting of this level may read among complaints: those that did not go above it."""
    return Q(about__isnull=True) | Q(level__lte=level)


def helped_by(units) -> Q:
    """Cases on which one of these units owes or owed something; says the index's own condition too."""
    return Q(helping_units__overlap=sorted(units)) & ~Q(helping_units=[])


class CaseQuerySet(models.QuerySet):
    """Cases by scope, state and time. Everything about time takes `at`."""

    def visible_to(self, user):
        """Cases in the user's areas, in the compounds of the user's posts or handed to the user's units; never a complaint about the user.

        A complaint about a colleague is read from the level that holds it upward only.
        """
        scope = scope_of(user)
        mine = within(scope, only=_complaints_from)
        if scope.units:
            mine |= Q(handling_unit__in=scope.units) | helped_by(scope.units)
        if scope.around:
            mine |= Q(compound__in=scope.around, about__isnull=True)
        return self.filter(mine).exclude(about=user) if user.is_authenticated else self.none()

    def held_by(self, user):
        """Cases whose turn it is at one of the user's seats."""
        scope, abilities = scope_of(user), abilities_of(user)
        held = Q(pk__in=[])
        for level, column in ((Level.GRID, "area"), (Level.COMMUNITY, "community"), (Level.STREET, "street")):
            if codes := scope.at(level):
                held |= Q(level=level, **{f"{column}__in": codes})
        if Ability.COLLECT in abilities:
            held |= Q(level=Level.DISTRICT, handling_unit__isnull=True)
        if scope.units:
            held |= Q(handling_unit__in=scope.units)
        return self.filter(held)

    def open(self):
        """Cases waiting for somebody at work: 待受理 and 办理中."""
        return self.filter(status__in=OPEN)

    def unsigned(self):
        """Cases nobody has signed for at their present level."""
        return self.filter(status=Status.RECEIVED)

    def overdue(self, at=None):
        """Open cases whose handling time is over."""
        return self.open().filter(due_at__lt=at or timezone.now())

    def due_soon(self, at=None):
        """Open cases past three quarters of their time, not overdue."""
        at = at or timezone.now()
        return self.open().filter(warn_at__lte=at, due_at__gte=at)

    def confirming(self):
        """Answered cases whose reporter has not said yet."""
        return self.filter(status=Status.CONFIRMING)

    def in_dispute(self):
        """Answered cases whose reporter says 未解决, waiting for the level above."""
        return self.confirming().filter(review_by__isnull=False)

    def to_collect(self):
        """What climbed to the district and waits for 区委组织部."""
        return self.open().filter(level=Level.DISTRICT, handling_unit__isnull=True)

    def matching(self, words: str):
        """Cases whose number, title, place or words contain every part of `words`; for use within a scope."""
        found = self
        for part in words.split()[:5]:
            found = found.filter(
                Q(number__istartswith=part)
                | Q(external_number__istartswith=part)
                | Q(title__icontains=part)
                | Q(subject__icontains=part)
                | Q(place__icontains=part)
                | Q(text__icontains=part)
            )
        return found

    def joinable(self, community: str):
        """Open public cases of one community that staff have given a title: what a reporter may be shown, and join."""
        rows = self.filter(community=community, about__isnull=True, status__in=[*OPEN, Status.SUSPENDED])
        return rows.exclude(title="")

    def for_list(self):
        """What a list row shows, in one query."""
        return self.select_related("category", "area", "assignee", "handling_unit").defer(
            "text", "refusal_reason", "area__merged_into"
        )

    def for_page(self):
        """What the case page shows of the case itself, in one query."""
        return self.select_related(
            "category__parent", "area", "origin_area", "assignee", "handling_unit", "about", "merged_into", "created_by"
        )
