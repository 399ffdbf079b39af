"""Whose turn it is: the selections the work lists are made of, each about many rows at once.

`cases.roles` says the same about one case; a test holds the two together.
"""

from datetime import datetime, time, timedelta

from django.db.models import Case as Choose
from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Left, Length, NullIf
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User
from cases.assignments import Kind, State
from cases.models import Approval, Assignment, CallBack, Case, Draft, Event, Publication
from cases.services.acting import OFFICE_UNIT
from cases.states import Status
from grids.levels import Level, level_of
from grids.models import Posting
from grids.permissions import Ability
from grids.scope import postings_of, scope_of

# Lists count this far and say 99+ beyond: what is behind a longer count nobody reads.
MOST = 100
LOOKED_AT = 1000
_COLUMN = {Level.GRID: "area", Level.COMMUNITY: "community", Level.STREET: "street"}
_NOTHING = Q(pk__in=[])
_POSTED = (
    "leave_from", "leave_to",
    "user__full_name", "user__title", "user__username", "stand_in__full_name", "stand_in__title", "stand_in__username",
    "stand_in__is_active",
)  # fmt: skip
# What list rows, badges and the export read; a case has twice as many columns, and so have the people on it.
_ROW = (
    "number", "title", "subject", "place", "status", "level", "urgent", "channel", "step", "sent_from", "queue_rank",
    "created_at", "received_at", "sign_by", "warn_at", "due_at", "review_by", "review_at", "proposed_at", "exhausted_at",
    "resolved_at", "closed_at", "closed_level", "outcome", "satisfaction",
    "category__name", "category__usual_unit", "area__full_name", "handling_unit__name", "handling_unit__code",
    "assignee__full_name", "assignee__title", "assignee__username",
)  # fmt: skip

_LONG_ROW = (
    "number", "place", "status", "level", "urgent", "channel", "queue_rank", "created_at", "warn_at", "due_at", "review_at",
    "exhausted_at",
)  # fmt: skip


class SubqueryCount(Subquery):
    """How many rows a queryset has, as a column of another query."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def counts(user: User, selections: dict[str, QuerySet]) -> dict[str, int]:
    """How many rows each selection has, counted up to 101, in one query."""
    columns = {
        f"count_{name}": SubqueryCount(rows.order_by().values("pk")[: MOST + 1]) for name, rows in selections.items()
    }
    row = User.objects.filter(pk=user.pk).annotate(**columns).values(*columns).get() if columns else {}
    return {name.removeprefix("count_"): count for name, count in row.items()}


def called(rows: QuerySet) -> QuerySet:
    """List rows with `called`: the public title, else the reporter's own first words."""
    return rows.for_list().only(*_ROW).annotate(called=_headline())


def in_words(rows: QuerySet) -> QuerySet:
    """Rows of the long list: names of category, place, unit and person as columns, which cost less than four objects each."""
    return rows.only(*_LONG_ROW).annotate(
        called=_headline(),
        category_name=F("category__name"),
        area_name=F("area__full_name"),
        unit_name=F("handling_unit__name"),
        person_name=Coalesce(NullIf("assignee__title", Value("")), "assignee__full_name"),
    )


def _headline() -> Coalesce:
    empty = Value("")
    words = Choose(
        When(GreaterThan(Length("text"), 30), then=Concat(Left("text", 29), Value("…"))),
        default="text",
        output_field=CharField(),
    )
    return Coalesce(NullIf("title", empty), NullIf("subject", empty), words, output_field=CharField(max_length=120))


def mine(user: User) -> QuerySet:
    """Open cases at one of the user's seats."""
    return Case.objects.visible_to(user).held_by(user).open()


class Turn:
    """The lists of one person. Each builds on `mine`, which is put together once."""

    def __init__(self, user: User, at: datetime | None = None):
        self.user, self.at = user, at or timezone.now()

    @cached_property
    def mine(self) -> QuerySet:
        """Open cases at one of the person's seats."""
        return mine(self.user)

    def counts(self) -> dict[str, int]:
        """How many of `mine` there are, are over, fall due today and are unsigned: one query, up to 1,000 rows of a seat.

        Rows come by deadline, so what is over or due today is counted even where the seat holds more.
        """
        rows = self.mine.order_by("queue_rank", "due_at", "id")[:LOOKED_AT]
        late, tomorrow = Q(due_at__lt=self.at), Q(due_at__gte=self.at, due_at__lt=_tomorrow(self.at))
        found = rows.aggregate(
            mine=Count("pk"),
            over=Count("pk", filter=late),
            today=Count("pk", filter=tomorrow),
            unsigned=Count("pk", filter=Q(status=Status.RECEIVED)),
        )
        return {name: min(count, MOST + 1) for name, count in found.items()}

    @property
    def over(self) -> QuerySet:
        """Those past their deadline."""
        return self.mine.filter(due_at__lt=self.at)

    @property
    def today(self) -> QuerySet:
        """Those that fall due later today."""
        return due_today(self.mine, self.at)

    @property
    def unsigned(self) -> QuerySet:
        """Those nobody signed for."""
        return self.mine.unsigned()

    @cached_property
    def review(self) -> QuerySet:
        """Disputes for the person's level."""
        return to_review(self.user)

    @cached_property
    def after(self) -> QuerySet:
        """Answers to accept or to follow up."""
        return to_accept(self.user) | to_follow_up(self.user)

    @cached_property
    def everything(self) -> QuerySet:
        """Every case of the person's ground."""
        return Case.objects.visible_to(self.user)


def due_today(rows: QuerySet, at: datetime | None = None) -> QuerySet:
    """Those of `rows` that fall due later today."""
    at = at or timezone.now()
    return rows.filter(due_at__gte=at, due_at__lt=_tomorrow(at))


def _tomorrow(at: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(at) + timedelta(days=1), time.min))


def to_review(user: User) -> QuerySet:
    """Answers the reporter disputes, where the user stands above who answered."""
    return Case.objects.visible_to(user).in_dispute().filter(_any(_above(posting) for posting in _handling(user)))


def to_accept(user: User) -> QuerySet:
    """What units answered in the user's communities and nobody accepted yet."""
    codes = [p.area_id for p in _handling(user) if p.area_id and level_of(p.area_id) == Level.COMMUNITY]
    rows = Case.objects.visible_to(user).confirming()
    return rows.filter(handling_unit__isnull=False, accepted_at__isnull=True, community__in=codes)


def to_follow_up(user: User) -> QuerySet:
    """Answered at the user's seat, undisputed, the reporter has not said yet; or said 不满意 and nobody has called."""
    quiet = Q(status=Status.CONFIRMING, review_by__isnull=True)
    unhappy = Q(status=Status.CLOSED, follow_up_by__isnull=False)
    return Case.objects.visible_to(user).held_by(user).filter(quiet | unhappy)


def to_publish(user: User) -> QuerySet:
    """Closed cases the user may put into the public ledger, and nobody has: held, one step below, or of the own community."""
    codes = [p.area_id for p in _handling(user) if p.area_id and level_of(p.area_id) == Level.COMMUNITY]
    roles = [condition(posting) for posting in _handling(user) for condition in (_holds, _above)]
    rows = Case.objects.visible_to(user).filter(_any(roles) | Q(community__in=codes), status=Status.CLOSED)
    open_to_all = rows.filter(category__publishable=True, about__isnull=True)
    # What stands there is done, and what its reporter took back stays back.
    kept = Publication.objects.filter(Q(taken_back_at__isnull=True) | Q(taken_back_why=Publication.Why.RESIDENT))
    return open_to_all.exclude(Exists(kept.filter(case=OuterRef("pk"))))


def to_call(user: User) -> QuerySet[CallBack]:
    """Reporters the user's own seats are to ask."""
    return CallBack.objects.at_seats_of(user).waiting()


def to_decide(user: User) -> QuerySet[Approval]:
    """Undecided requests the user may decide: as responsible head or from the level above, never an own one.

    A unit's request to give a case back is decided from above only.
    """
    heads = [posting for posting in _handling(user) if Ability.APPROVE in posting.post.grants]
    if not heads:
        return Approval.objects.none()
    own, above = _any(_holds(posting) for posting in heads), _any(_above(posting) for posting in heads)
    cases = Case.objects.visible_to(user).open().filter(step=OuterRef("step"), pk=OuterRef("case_id"))
    asked = ExpressionWrapper(OuterRef("kind"), output_field=CharField())
    cases = cases.annotate(asked=asked).filter(above | (own & ~Q(asked=Approval.Kind.RETURN)))
    waiting = Approval.objects.filter(decided_at__isnull=True).exclude(asked_by=user)
    # The newest step is the only one that counts: a request of a step that is over has lapsed.
    return waiting.filter(
        pk__in=waiting.annotate(live=Subquery(cases.values("pk")[:1])).exclude(live=None).values("pk")
    )


def to_release(user: User) -> QuerySet[Draft]:
    """Drafts of the units at which the user approves, waiting, never an own one."""
    units = [p.unit_id for p in _handling(user) if p.unit_id and Ability.APPROVE in p.post.grants]
    if not units:
        return Draft.objects.none()
    rows = Draft.objects.waiting().of_units(units).filter(case__in=Case.objects.visible_to(user))
    return rows.exclude(drafted_by=user)


def whistles_to_answer(user: User) -> QuerySet[Assignment]:
    """What the user's units were called to and have not come to: to be confirmed, or to be there."""
    owed = Assignment.objects.owed_by(user).filter(kind=Kind.WHISTLE)
    return owed.filter(state__in=[State.GIVEN, State.SIGNED])


def with_arrival(rows: QuerySet) -> QuerySet:
    """Rows with `came_by`: what brought the case to its present holder, as an action of the timeline."""
    last = Event.objects.filter(case=OuterRef("pk"), to_status=Status.RECEIVED, step=OuterRef("step")).order_by(
        "number"
    )
    return rows.annotate(came_by=Coalesce(Subquery(last.values("action")[:1]), Value("")))


def colleagues_of(user: User) -> list[User]:
    """People at the user's own seats, for handing over; stand-ins during leave. One query."""
    scope = scope_of(user)
    if not scope.seats:
        return []
    there = Q(area__in=scope.areas) | Q(unit__in=scope.units)
    rows = Posting.objects.current().filter(there).select_related("user", "stand_in").only(*_POSTED)
    people = {person.pk: person for person in (posting.deputy() for posting in rows)}
    return sorted((p for p in people.values() if p.pk != user.pk), key=lambda person: (person.full_name, person.pk))


def _handling(user: User) -> list[Posting]:
    return [posting for posting in postings_of(user) if Ability.HANDLE in posting.post.grants]


def _any(conditions) -> Q:
    found = _NOTHING
    for condition in conditions:
        found |= condition
    return found


def _holds(posting: Posting) -> Q:
    """Cases whose turn it is at this posting's seat."""
    found = _NOTHING
    level = level_of(posting.area_id) if posting.area_id else Level.DISTRICT
    if level < Level.DISTRICT:
        found |= Q(level=level, **{_COLUMN[level]: posting.area_id})
    if Ability.COLLECT in posting.post.grants:
        found |= Q(level=Level.DISTRICT, handling_unit__isnull=True)
    if posting.unit_id:
        found |= Q(handling_unit=posting.unit_id)
    return found


def _above(posting: Posting) -> Q:
    """Cases whose present holder stands one step below this posting."""
    found = _NOTHING
    level = level_of(posting.area_id) if posting.area_id else None
    if level == Level.COMMUNITY:
        found |= Q(level=Level.GRID, urgent=False, community=posting.area_id)
    if level == Level.STREET:
        below = Q(level=Level.COMMUNITY) | Q(level=Level.GRID, urgent=True)
        found |= below & Q(street=posting.area_id)
    if Ability.COLLECT in posting.post.grants:
        found |= Q(level__gte=Level.STREET, handling_unit__isnull=True) | Q(handling_unit__code=OFFICE_UNIT)
    if posting.unit_id and posting.unit.code == OFFICE_UNIT:
        found |= Q(handling_unit__isnull=False) & ~Q(handling_unit=posting.unit_id)
    return found
