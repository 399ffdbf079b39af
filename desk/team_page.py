"""The team of one grid, as colleagues read it: who serves, who stands in, how to reach the office."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from desk.arranging import may_arrange
from desk.posts_page import state_of
from grids.models import Area, Partnership, Post, Posting
from grids.services.postings import Place

_GROUPS = (
    ("网格", (Post.Family.GRID,)),
    ("社区", (Post.Family.OFFICE,)),
    ("三官一律", (Post.Family.LEGAL,)),
    ("楼院骨干", (Post.Family.URBAN, Post.Family.RURAL)),
)


@dataclass(frozen=True)
class Member:
    """One person of the team on one post."""

    posting: Posting
    state: str
    mark: str
    arranged: bool


class TeamPage:
    """Grid posts, community posts, legal posts, units that stand by, and leaders of compounds, buildings, entrances."""

    def __init__(self, grid: Area, user):
        self.grid, self.user, self.at = grid, user, timezone.now()
        self.community = Area.objects.get(pk=grid.code[:12])
        here = Q(area__in=[grid.code, grid.code[:12]]) | Q(compound__area=grid.code) | Q(building__area=grid.code)
        rows = Posting.objects.current(self.at).filter(here)
        self.rows = list(
            rows.select_related(
                "user", "post", "area", "unit", "compound", "building", "entrance", "stand_in"
            ).order_by("post__order", "compound__name", "building__number", "entrance__number", "user__full_name", "pk")
        )

    @property
    def groups(self) -> list[tuple[str, list[Member]]]:
        """(name, members) of every part of the team that has somebody."""
        found = ((name, list(self._members(families))) for name, families in _GROUPS)
        return [(name, members) for name, members in found if members]

    def _members(self, families: tuple[str, ...]) -> Iterable[Member]:
        for row in self.rows:
            if row.post.family in families:
                state, mark = state_of(row, None, self.at)
                yield Member(row, state, mark, may_arrange(self.user, row.post, Place.under(row)))

    @property
    def partners(self):
        """Units that stand by the grid, its community or a compound in it, with office phones."""
        here = Q(area__in=[self.grid.code, self.grid.code[:12]])
        inside = Q(compound=None) | Q(compound__area__in=[self.grid.code, self.grid.code[:12]])
        rows = Partnership.objects.current(self.at).filter(here & inside).select_related("unit", "compound", "area")
        return rows.order_by("unit__order", "unit__code", "pk")
