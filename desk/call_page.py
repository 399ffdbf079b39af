"""What the pages of call-backs show, gathered before they are drawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.due import DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from cases.figures import FEW, Share
from cases.models import CallBack, Case, Event
from cases.states import Action, Outcome, Satisfaction, UnsolvedReason
from desk.case_page import Contact, contacts
from grids.levels import Level
from grids.models import Area, Organization
from grids.scope import scope_of

DAYS = 90
_ANSWERS = (Action.REPLY, Action.RESOLVE, Action.EXPLAIN)


@dataclass(frozen=True)
class CallLine:
    """One call-back of the list, and until when it is to be made."""

    call: CallBack
    due_state: tuple[str, str]


@dataclass(frozen=True)
class Sums:
    """What was heard, with how many were asked; who was not reached counts in no rate."""

    asked: int
    unreached: int
    solved: Share
    content: Share
    reasons: list[tuple[str, int]]

    @property
    def few(self) -> int:
        """Below this a rate says nothing."""
        return FEW


def lines(calls: list[CallBack], at: datetime | None = None) -> list[CallLine]:
    """Call-backs with their badge."""
    at = at or timezone.now()
    return [CallLine(call, _due(call, at)) for call in calls]


def _due(call: CallBack, at: datetime) -> tuple[str, str]:
    if call.due_by <= at:
        return DUE_OVER, f"超期{elapsed(at - call.due_by)}"
    words = remaining(call.due_by, at)
    return (DUE_SOON if words.startswith("今天") else DUE_OK), words


def contact_of(call: CallBack, user) -> Contact | None:
    """The reporter to be asked, masked, with the way to see more; None where nobody stands behind the case."""
    return next((row for row in contacts(call.case, user) if row.report.pk == call.report_id), None)


def answer_of(call: CallBack) -> str:
    """The newest words to the reporter, which the caller reads out."""
    told = Event.objects.filter(case=call.case, action__in=_ANSWERS).exclude(public_text="").order_by("-number")
    return told.values_list("public_text", flat=True).first() or ""


def caller(call: CallBack) -> str:
    """How the caller introduces the own office: 北大街道新村社区, 北大街道办事处, 区住建局."""
    kind, _, key = call.seat.partition(":")
    if kind == "unit":
        return Organization.objects.get(pk=key).name
    area = Area.objects.get(pk=key)
    return f"{area.full_name}办事处" if area.level == Level.STREET else area.full_name


def own_seat(user, case: Case) -> str:
    """The seat of the person that asks about this case: the one nearest to it."""
    here = [seat for seat in scope_of(user).seats if seat.startswith("area:") and case.area_id.startswith(seat[5:])]
    units = [seat for seat in scope_of(user).seats if seat.startswith("unit:")]
    return max(here, key=len) if here else next(iter(units), "")


def made(user, at: datetime | None = None) -> QuerySet[CallBack]:
    """Call-backs of the last 90 days on the person's ground that were made, or given up."""
    since = (at or timezone.now()) - timedelta(days=DAYS)
    rows = CallBack.objects.visible_to(user).done().filter(done_at__gte=since)
    # What was called off was never asked.
    return rows.filter(Q(reached=True) | Q(tries__gt=0))


def sums(rows: QuerySet[CallBack]) -> Sums:
    """The sums of `made`. Two queries."""
    valid = Q(reached=True) & ~Q(outcome="")
    counted = rows.order_by().aggregate(
        asked=Count("pk"),
        unreached=Count("pk", filter=Q(reached=False)),
        n=Count("pk", filter=valid),
        solved=Count("pk", filter=valid & Q(outcome=Outcome.SOLVED)),
        partly=Count("pk", filter=valid & Q(outcome=Outcome.PARTLY)),
        rated=Count("pk", filter=valid & ~Q(satisfaction="")),
        content=Count("pk", filter=valid & Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIRLY])),
    )
    why = dict(rows.valid().exclude(unsolved_reason="").order_by().values_list("unsolved_reason").annotate(Count("pk")))
    return Sums(
        asked=counted["asked"],
        unreached=counted["unreached"],
        solved=Share(
            "解决率", "已解决，加上部分解决的一半，占问到的", counted["solved"] + counted["partly"] / 2, counted["n"]
        ),
        content=Share("满意率", "满意和基本满意，占评价了的", counted["content"], counted["rated"]),
        reasons=[(reason.label, why[reason.value]) for reason in UnsolvedReason if reason.value in why],
    )
