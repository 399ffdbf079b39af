"""研判 by 区委组织部: kept as often as wanted, then one decision, which moves the case through its own verbs.

A decision for a joint meeting or for 挂账 leaves the case where it is: what comes of it is decided afterwards, so these
two may be followed by another one of the same holding.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Approval, Case
from cases.services.acting import acting
from cases.states import OPEN, Action
from common.errors import DomainError
from grids.levels import Level
from grids.models import Organization
from supervision.models import Ledger, LedgerEntry, LedgerItem, Review
from supervision.services import ledgers

Decision = Review.Decision
# After these the case is still here to be decided on.
INTERIM = (Decision.MEETING, Decision.SUSPEND)
GONE = "这件事项不在区委组织部待研判。"


@dataclass(frozen=True)
class Opinion:
    """What the reviewer suggests: who leads, who helps, and why."""

    lead: Organization | None = None
    helpers: tuple[Organization, ...] = ()
    text: str = ""


def suggested_lead(case: Case) -> Organization | None:
    """The usual unit of the category, where it takes cases."""
    unit = case.category.usual_unit
    return unit if unit is not None and unit.takes_cases and unit.active else None


@transaction.atomic
def save_review(case: Case, opinion: Opinion, *, at: datetime | None = None, by: User) -> Review:
    """暂存: keep what was thought so far. DomainError where the case is no longer here to review."""
    held = _locked(case)
    review = _review(held, at or timezone.now(), by)
    if review.decided_at and review.decision not in INTERIM:
        raise DomainError("这件事项已经研判。")
    return _keep(review, opinion, at or timezone.now(), by)


@transaction.atomic
def accept(
    case: Case,
    opinion: Opinion,
    *,
    pace: str = Ledger.Pace.WEEKLY,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> LedgerItem:
    """通过: the case goes to 区委办 for handing out and stands in the open ledger of this pace."""
    at, step = at or timezone.now(), _locked(case).step
    cases.collect(case, opinion.text, seen=seen, at=at, by=by)
    _decide(case, step, Decision.ACCEPT, opinion, at, by)
    return ledgers.add(case, pace=pace, lead=opinion.lead, helpers=opinion.helpers, opinion=opinion.text, at=at, by=by)


@transaction.atomic
def send_down(
    case: Case,
    instruction: str,
    due_at: datetime,
    *,
    opinion: Opinion | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """退回街道: with what to do and until when."""
    at, step = at or timezone.now(), _locked(case).step
    cases.send_down(case, instruction, due_at, seen=seen, at=at, by=by)
    _decide(case, step, Decision.SEND_DOWN, opinion or Opinion(text=instruction), at, by)
    ledgers.entry_of_case(case, LedgerEntry.Kind.SENT_DOWN, instruction, at=at, by=by)


@transaction.atomic
def join(
    case: Case,
    into: Case,
    *,
    opinion: Opinion | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """合并: the case ends in a similar open one of the same community, whose reporters its own become."""
    at = at or timezone.now()
    # Both rows are locked by the verb in one order; locking this one first could meet somebody who joins the other way.
    before = Case.objects.get(pk=case.pk)
    if not _is_here(before):
        raise DomainError(GONE)
    note = opinion.text if opinion else ""
    cases.merge(case, into, note=note, seen=before.event_count if seen is None else seen, at=at, by=by)
    _decide(case, before.step, Decision.JOIN, opinion or Opinion(), at, by)


@transaction.atomic
def suspend(
    case: Case,
    reason_class: str,
    review_date: date,
    reason: str,
    *,
    opinion: Opinion | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Approval:
    """挂账: asked for with a reason and the day it is looked at again; the head of 区委组织部 decides."""
    at, step = at or timezone.now(), _locked(case).step
    approval = cases.ask_suspension(case, reason_class, review_date, reason, seen=seen, at=at, by=by)
    _decide(case, step, Decision.SUSPEND, opinion or Opinion(text=reason), at, by)
    words = f"申请挂账：{approval.get_reason_class_display()}，{review_date.month}月{review_date.day}日复核"
    ledgers.entry_of_case(case, LedgerEntry.Kind.SUSPENDED, words, at=at, by=by)
    return approval


@transaction.atomic
def to_meeting(
    case: Case,
    question: str,
    by: User,
    *,
    opinion: Opinion | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Review:
    """提请联席研判: what is to be decided there. The case stays at 区委组织部 until the meeting says what becomes of it.

    Writes the event and the review; whoever keeps the meetings puts the case on an agenda with `question`.
    """
    if not question.strip():
        raise DomainError("请写明要联席研判定什么。")
    with acting(case, Action.CONVENE, by=by, seen=seen, at=at) as turn:
        if not _is_here(turn.case):
            raise DomainError(GONE)
        if Review.objects.filter(case=turn.case, step=turn.case.step, decision=Decision.MEETING).exists():
            raise DomainError("这件事项已经提请联席研判。")
        turn.note, turn.public_text = question, "区里将组织有关单位一起研究"
        decided_at, step = turn.at, turn.case.step
    review = _decide(case, step, Decision.MEETING, opinion or Opinion(text=question), decided_at, by)
    ledgers.entry_of_case(case, LedgerEntry.Kind.MEETING, question, at=decided_at, by=by)
    return review


def _locked(case: Case) -> Case:
    """The case under lock, where it is here to review."""
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not _is_here(held):
        raise DomainError(GONE)
    return held


def _is_here(case: Case) -> bool:
    return case.level == Level.DISTRICT and case.handling_unit_id is None and case.status in OPEN


def _review(case: Case, at: datetime, by: User, step: int | None = None) -> Review:
    found, _ = Review.objects.get_or_create(
        case=case, step=case.step if step is None else step, defaults={"saved_at": at, "saved_by": by}
    )
    return found


def _keep(review: Review, opinion: Opinion, at: datetime, by: User) -> Review:
    review.lead, review.opinion, review.saved_at, review.saved_by = opinion.lead, opinion.text, at, by
    review.save(update_fields=["lead", "opinion", "saved_at", "saved_by"])
    review.helpers.set(opinion.helpers)
    return review


def _decide(case: Case, step: int, decision: str, opinion: Opinion, at: datetime, by: User) -> Review:
    """Record the decision of one holding: once, unless the one before only asked for something."""
    review = _review(case, at, by, step)
    undecided = Q(decided_at__isnull=True) | Q(decision__in=INTERIM)
    claimed = Review.objects.filter(undecided, pk=review.pk).update(decision=decision, decided_at=at, decided_by=by)
    if not claimed:
        raise DomainError("这件事项刚刚已由别人研判。")
    review.refresh_from_db()
    return _keep(review, opinion, at, by) if opinion.text or opinion.lead else review


def joinable(case: Case, user, most: int = 6) -> Iterable[Case]:
    """Open cases of the same community the user sees and `case` could be joined with; its own category first."""
    if case.about_id:
        return []
    rows = Case.objects.visible_to(user).open().filter(community=case.community, about__isnull=True)
    found = list(rows.exclude(pk=case.pk).for_page().order_by("-created_at")[: most * 4])
    return sorted(found, key=lambda other: other.category_id != case.category_id)[:most]
