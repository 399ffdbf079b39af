"""What visits left for the community of somebody, counted."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from desk import work
from desk.visit_ground import OF_VISIT, at_odds, handed
from grids.permissions import Ability
from grids.scope import scope_of, within
from visits.models import Hint, Line

# Hints of older weeks help nobody any more.
SHOWN_FOR = timedelta(days=28)


def selections(user) -> dict[str, QuerySet]:
    """`opinions` to decide, doors `handed` over and `at_odds` with the register, and `hints` to look at."""
    scope = scope_of(user, granting=Ability.PLAN_VISITS)
    return {
        "opinions": Line.objects.waiting().filter(within(scope, **OF_VISIT), dropped_at__isnull=True),
        "handed": handed(user),
        "at_odds": at_odds(user),
        "hints": hints_to_see(user),
    }


def counts(found: dict[str, int]) -> dict[str, int]:
    """The counts of `selections` as the menu names them: doors `not_met` are of both kinds."""
    return {
        "opinions": found["opinions"],
        "not_met": min(found["handed"] + found["at_odds"], work.MOST + 1),
        "hints": found["hints"],
    }


def hints_to_see(user):
    """Hints of the last weeks that visitors of the own community passed on or left unanswered."""
    return Hint.objects.told_to_community(user).filter(found_at__gte=timezone.now() - SHOWN_FOR)
