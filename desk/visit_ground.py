"""Whose ground the figures of visits are of: postings that plan visits, and those of the district that read figures."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone

from grids.levels import Level, level_of
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.reach import Scope
from grids.scope import scope_of, within
from households.models import Household
from visits.models import Line, Standing
from visits.services.coverage import Period, periods

# The district reads figures, and no household: it holds none of the abilities that show one.
READS_FIGURES = (Ability.PLAN_VISITS, Ability.COLLECT, Ability.HAND_OUT)
OF_VISIT = {"area": "visit__area", "street": "visit__street", "community": "visit__community"}
_COLUMN = {Level.STREET: "street", Level.COMMUNITY: "community", Level.GRID: "area"}


def figures_scope(user) -> Scope:
    """The areas whose figures the user reads."""
    areas = frozenset().union(*(scope_of(user, granting=ability).areas for ability in READS_FIGURES))
    return Scope(areas, frozenset(), ())


def planned_lines(user) -> QuerySet[Line]:
    """What was said on visits where the user plans them; what a correction took away is gone."""
    scope = scope_of(user, granting=Ability.PLAN_VISITS)
    return Line.objects.visible_to(user).filter(within(scope, **OF_VISIT), dropped_at__isnull=True)


def planned_households(user) -> QuerySet[Household]:
    """Households of the areas where the user plans visits."""
    scope = scope_of(user, granting=Ability.PLAN_VISITS)
    return Household.objects.visible_to(user).filter(within(scope))


def own_communities(user) -> list[str]:
    """Codes of the communities whose opinions and doors the user decides about."""
    return scope_of(user, granting=Ability.PLAN_VISITS).at(Level.COMMUNITY)


def handed(user) -> QuerySet[Standing]:
    """Households the tries at which are used up."""
    return Standing.objects.visible_to(user).handed()


def at_odds(user) -> QuerySet[Standing]:
    """Households the last visit of which says something else than the register."""
    return Standing.objects.visible_to(user).at_odds()


def period_of(query: QueryDict) -> tuple[Period, list[Period]]:
    """The period of the address, this quarter where it names none, and all there are."""
    offered = periods(timezone.localdate())
    return next((one for one in offered if one.slug == query.get("period")), offered[0]), offered


@dataclass(frozen=True)
class Ground:
    """The part of the user's ground a page is about: one area, or all of it (`area` None), and by what it is grouped."""

    area: Area | None
    scope: Scope
    by: str

    def narrow(self, rows: QuerySet, *, prefix: str = "") -> QuerySet:
        """Rows of this ground; `prefix` leads to what has the columns area, street and community."""
        columns = {name: f"{prefix}{name}" for name in ("area", "street", "community")}
        rows = rows.filter(within(self.scope, **columns))
        return rows.filter(beneath(self.area.code, prefix)) if self.area else rows

    @property
    def is_own_community(self) -> bool:
        """True where the page is about one community the user works in: only there are its grids told apart."""
        return self.by == "compound" and self.code in self.scope.areas

    @property
    def code(self) -> str:
        """The area's code; the only one of the scope where the page is about all of it; else empty."""
        if self.area:
            return self.area.code
        return next(iter(self.scope.areas)) if len(self.scope.areas) == 1 else ""


def beneath(code: str, prefix: str = "") -> Q:
    """Rows in an area, by the column that holds codes of its level."""
    column = _COLUMN.get(level_of(code))
    return Q(**{f"{prefix}{column}": code}) if column else Q(**{f"{prefix}area__isnull": False})


def ground_of(user, query: QueryDict) -> Ground:
    """The ground of the address. 404 for an area that is not the user's to read."""
    scope, code = figures_scope(user), query.get("area", "")
    area = None
    if code:
        area = Area.objects.in_service().filter(code=code, level__gte=Level.COMMUNITY).first()
        if area is None or not scope.covers(code):
            raise Http404
    level = area.level if area else max((level_of(one) for one in scope.areas), default=Level.COMMUNITY)
    return Ground(area, scope, {Level.DISTRICT: "street", Level.STREET: "community"}.get(level, "compound"))


def called(by: str, keys) -> dict:
    """What places are called, in the order in which tables show them: code order, compounds by name."""
    if by == "compound":
        rows = Compound.objects.filter(pk__in=keys).order_by("community", "name", "pk")
        return dict(rows.values_list("pk", "name"))
    rows = Area.objects.filter(code__in=keys).order_by("code")
    return dict(rows.values_list("code", "full_name"))
