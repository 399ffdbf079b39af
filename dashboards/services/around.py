"""Figures beside the cases: doors, wishes, disputes, errands, posts, owners' bodies, centres. Counted by place, never by person."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from agency.figures import Shares, shares
from agency.models import AgencyRequest
from consultations.models import Consultation
from consultations.shown import figures as figures_of_consultations
from dashboards.services.periods import Period
from dashboards.services.rows import place
from grids import vacancies
from grids.levels import Level, level_of
from grids.models import Compound, OwnersBody, ServiceCentre
from grids.services.centres import with_result
from households.models import Household
from mediation.models import Dispute, LegalService
from mediation.services.figures import counted, given
from visits.models import Visit
from visits.services.coverage import Covered, visited
from visits.states import Outcome
from wishes.models import Wish
from wishes.states import REALISED


@dataclass
class Around:
    """One area. `places` holds households and those met by community, or by grid inside a community."""

    places: dict[str, Covered] = field(default_factory=dict)
    visits: int = 0
    joint: int = 0
    asked_knows: int = 0
    knows: int = 0
    wishes: int = 0
    realised: int = 0
    ought: int = 0
    serving: int = 0
    compounds: int = 0
    bodies: int = 0
    centres: int = 0
    passed: int = 0
    consulted: int = 0
    adopted: int = 0
    raised: int = 0
    shown: int = 0
    disputes: int = 0
    disputes_ended: int = 0
    disputes_settled: int = 0
    legal: int = 0
    errands: Shares = field(default_factory=Shares)

    @property
    def households(self) -> Covered:
        """All of the area together."""
        return sum(self.places.values(), Covered())


def around(code: str, period: Period) -> Around:
    """A fixed number of statements, whatever lies beneath `code` (a district, street or community)."""
    level, found = level_of(code), Around()
    by = "area" if level == Level.COMMUNITY else "community"
    households = Household.objects.filter(place(code))
    found.places = {str(key): covered for key, covered in visited(households, by, period).items()}
    for name, count in _visits(code, period).items():
        setattr(found, name, count)
    _wishes(found, code, period)
    _consultations(found, code, period)
    _disputes(found, code, period)
    found.errands = _errands(code, period)
    posts = vacancies.figures(code, by=Level(min(level, Level.STREET)))
    lines = [line for of_place in posts.values() for line in of_place.values()]
    found.ought, found.serving = sum(line.ought for line in lines), sum(line.serving for line in lines)
    _ground(found, code)
    return found


def _visits(code: str, period: Period) -> dict[str, int]:
    begins, ends = period.range
    met = Visit.objects.filter(place(code), outcome=Outcome.MET, happened_at__gte=begins, happened_at__lt=ends)
    return met.aggregate(
        visits=Count("pk", distinct=True),
        joint=Count("pk", distinct=True, filter=Q(companions__isnull=False)),
        asked_knows=Count("pk", distinct=True, filter=Q(knows_chief__isnull=False)),
        knows=Count("pk", distinct=True, filter=Q(knows_chief=True)),
    )


def _wishes(found: Around, code: str, period: Period) -> None:
    begins, ends = period.range
    asked = Wish.objects.filter(place(code), created_at__gte=begins, created_at__lt=ends)
    sums = asked.aggregate(wishes=Count("pk"), realised=Count("pk", filter=Q(status__in=REALISED)))
    found.wishes, found.realised = sums["wishes"], sums["realised"]


def _consultations(found: Around, code: str, period: Period) -> None:
    begins, ends = period.range
    held = Consultation.objects.filter(place(code), held_at__gte=begins, held_at__lt=ends)
    sums = figures_of_consultations(held)
    found.consulted, found.adopted = sums["settled"], sums["adopted"]
    found.raised, found.shown = sums["with_money"], sums["money_published"]


def _disputes(found: Around, code: str, period: Period) -> None:
    days = (period.first, period.last)
    sums = counted(Dispute.objects.filter(place(code, "case__")), *days)
    found.disputes, found.disputes_ended, found.disputes_settled = sums["registered"], sums["ended"], sums["settled"]
    found.legal = given(LegalService.objects.filter(place(code)), *days)["times"]


def _errands(code: str, period: Period) -> Shares:
    begins, ends = period.range
    return shares(AgencyRequest.objects.filter(place(code, "case__")), since=begins, until=ends)


def _ground(found: Around, code: str) -> None:
    compounds = Compound.objects.in_use().beneath(code).exclude(kind=Compound.Kind.GROUP)
    stands = Q(ended_date__isnull=True, step__in=[OwnersBody.Step.FILED, OwnersBody.Step.RENEWING])
    sums = compounds.aggregate(
        n=Count("pk"), bodies=Count("pk", filter=Q(pk__in=OwnersBody.objects.filter(stands).values("compound")))
    )
    found.compounds, found.bodies = sums["n"], sums["bodies"]
    centres = with_result(ServiceCentre.objects.filter(area__code__startswith=code, closed_date__isnull=True))
    counted = centres.aggregate(n=Count("pk"), good=Count("pk", filter=Q(passed=True)))
    found.centres, found.passed = counted["n"], counted["good"]
