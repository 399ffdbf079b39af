"""The language of wishes and claims: adjectives filter, `for_…` bundles what a page needs, `visible_to` guards."""

from django.db import models
from django.db.models import Q

from grids.levels import Level
from grids.permissions import Ability
from grids.scope import scope_of, within
from wishes.states import HELD, ON_THE_WALL, REALISED, TO_ANSWER, TO_HANDLE, ClaimStatus, Status


class WishQuerySet(models.QuerySet):
    """Wishes by scope and state."""

    def visible_to(self, user):
        """Wishes of the areas where the user's posts may handle: the people who work there, no one else.

        A claimer's own wishes come through `Claim`, a resident's through number and phone tail.
        """
        return self.filter(within(scope_of(user, granting=Ability.HANDLE)))

    def held_by(self, user):
        """Wishes whose next step waits at one of the user's seats: to review, to confirm, or to find a claimer for."""
        scope = scope_of(user, granting=Ability.WISHES)
        mine = Q(pk__in=[])
        for level, column in ((Level.COMMUNITY, "community"), (Level.STREET, "street")):
            if codes := scope.at(level):
                mine |= Q(level=level, **{f"{column}__in": codes})
        if scope.at(Level.DISTRICT):
            mine |= Q(level=Level.DISTRICT)
        if grids := scope_of(user, granting=Ability.HANDLE).at(Level.GRID):
            mine |= Q(status=Status.CONFIRMING, area__in=grids)
        return self.filter(mine)

    def pending(self):
        """Wishes to be reviewed."""
        return self.filter(status=Status.PENDING)

    def waiting(self):
        """Wishes on the wall that nobody has claimed."""
        return self.filter(status__in=ON_THE_WALL)

    def in_hand(self):
        """Wishes with a live claim."""
        return self.filter(status__in=HELD)

    def confirming(self):
        """Wishes reported done that nobody has confirmed."""
        return self.filter(status=Status.CONFIRMING)

    def to_answer(self):
        """Wishes that wait for staff with a deadline: to be reviewed, or to be confirmed."""
        return self.filter(status__in=TO_ANSWER)

    def to_handle(self):
        """The same, and those on the wall: somebody must be found."""
        return self.filter(status__in=TO_HANDLE)

    def realised(self):
        """Wishes that came true."""
        return self.filter(status__in=REALISED)

    def matching(self, words: str):
        """Wishes whose number, public wording or own words contain every part of `words`; for use within a scope.

        Pages show numbers in two groups with a hyphen, and people copy them from there.
        """
        found = self
        for part in words.split()[:5]:
            found = found.filter(
                Q(number__istartswith=part.replace("-", "") or part)
                | Q(title__icontains=part)
                | Q(public_text__icontains=part)
                | Q(text__icontains=part)
            )
        return found

    def for_wall(self):
        """What a card on the wall shows, in one query; nothing about the wisher is read from the database."""
        return self.only(
            "number", "kind", "title", "public_text", "price", "effort", "care_label", "for_whom", "joint",
            "created_at", "published_at", "fulfilled_at", "thanks", "thanks_public", "status", "area_id", "street",
            "community",
        )  # fmt: skip

    def for_list(self):
        """What a row of the staff list shows, in one query."""
        return self.select_related("area", "case").defer("phone", "phone_index", "case__text")


class ClaimQuerySet(models.QuerySet):
    """Claims by person and state."""

    def live(self):
        """Claims under way."""
        return self.filter(status=ClaimStatus.LIVE)

    def of(self, user):
        """Claims the person makes or took part in to the end; who left earlier knows nothing of what came after.

        Nobody signed in, nothing.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(members__user=user, members__left_at__isnull=True)
