"""Who sees and who arranges posts, and finding the people to put on them."""

from django.db.models import Q, QuerySet

from accounts.models import User
from grids.arranging import may_arrange, may_take
from grids.levels import Level
from grids.models import Posting
from grids.permissions import Ability
from grids.scope import Scope, scope_of
from grids.services.postings import Place
from households.search import holds_number

__all__ = [
    "arranges", "colleagues", "find_people", "may_arrange", "postings_seen", "scopes", "sees",
]  # fmt: skip
MOST_PEOPLE = 12


def scopes(user) -> tuple[Scope, Scope]:
    """What the user arranges, and what of the rest the user may read: posts of areas whose households one keeps."""
    return scope_of(user, granting=Ability.POSTS), scope_of(user, granting=Ability.HOUSEHOLDS)


def sees(user, code: str) -> bool:
    """True where the user may read the posts of this area."""
    return any(scope.covers(code) for scope in scopes(user))


def arranges(user, code: str) -> bool:
    """True where the user may arrange posts in this area."""
    return scope_of(user, granting=Ability.POSTS).covers(code)


def postings_seen(user) -> QuerySet[Posting]:
    """Postings in the areas whose posts the user may read; those of units for the district's people."""
    found = Q(pk__in=[])
    for scope in scopes(user):
        for code in scope.areas:
            found |= Q(area__code__startswith=code) | Q(compound__area__code__startswith=code)
        if scope.at(Level.DISTRICT):
            found |= Q(unit__isnull=False)
    return Posting.objects.filter(found).select_related(
        "user", "post", "area", "unit", "compound", "building", "entrance", "stand_in"
    )


def find_people(typed: str) -> list[User]:
    """Accounts in use by part of the name (two characters) or user name. Not by phone: what is typed stands in the address."""
    typed = "".join(typed.split())
    if len(typed) < 2 or holds_number(typed):
        return []
    found = Q(full_name__icontains=typed) | Q(title__icontains=typed) | Q(username__iexact=typed)
    return list(User.objects.filter(found, is_active=True).order_by("full_name", "pk")[:MOST_PEOPLE])


def colleagues(posting: Posting, by: User) -> QuerySet[User]:
    """Who may stand in: everybody serving in the same community, or at the same area or unit above it.

    Whoever arranges it is among them only where that gives nothing new: nobody makes oneself the secretary.
    """
    place = Place.under(posting)
    rows = Posting.objects.current().exclude(user=posting.user_id)
    if len(place.code) >= 12:
        rows = rows.beneath(place.code[:12])
    else:
        rows = rows.filter(area=posting.area_id) if posting.area_id else rows.filter(unit=posting.unit_id)
    people = User.objects.filter(pk__in=rows.values("user"), is_active=True).order_by("full_name", "pk")
    return people if may_take(by, posting.post) else people.exclude(pk=by.pk)
