"""What a person on a post still holds, line by line, and passing it on. Later apps add a line to `LINES`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import User
from cases.services import taking_over
from common.templatetags.weidu import cn_date
from consultations import services as consultations
from consultations.models import Consultation
from consultations.states import Action
from grids.models import Handover, Posting, Selection
from grids.permissions import Ability
from grids.services import handovers
from households.models import CareTag, Pairing
from households.services import pairing
from mediation.models import Dispute

OPEN_STEPS = (Selection.Step.NOMINATING, Selection.Step.PUBLISHED, Selection.Step.FILED)


@dataclass(frozen=True)
class Move:
    """Everything from one person to another, for one posting: who acts (None: the portal), when, and what is written."""

    giver: User
    to: User
    posting: Posting
    note: str
    at: datetime
    by: User | None
    fell_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One kind of thing a person holds. `says` gives its number and the words beside it; `give` passes it on.

    Without `give` the thing hangs on the post and passes with it.
    """

    label: str
    says: Callable[[User, Posting, datetime], tuple[int, str]]
    give: Callable[[Move], int] | None = None


@dataclass(frozen=True)
class Holding:
    """A line with something in it."""

    label: str
    count: int
    words: str
    blocks: bool


def _cases(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    rows = taking_over.held(user, posting)
    count, first = rows.count(), rows.aggregate(first=Min("due_at"))["first"]
    return count, f"{count}件，最早{cn_date(first, at)}到期" if count else ""


def _give_cases(move: Move) -> int:
    rows = taking_over.held(move.giver, move.posting)
    if move.fell_at:
        rows = taking_over.fallen_to(move.giver, move.posting, since=move.fell_at)
    return taking_over.take_over(rows, move.to, note=move.note, at=move.at, by=move.by)


def _paired(user: User, posting: Posting, at: datetime):
    """Open pairings of the person in the area of the posting; compound-level and unit posts carry none."""
    rows = Pairing.objects.current(at).filter(user=user, valid_to=None)
    return rows.filter(household__area__code__startswith=posting.area_id) if posting.area_id else rows.none()


def _pairings(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    count = _paired(user, posting, at).count()
    return count, f"{count}户"


def _give_pairings(move: Move) -> int:
    rows = list(_paired(move.giver, move.posting, move.at).select_related("household"))
    if move.fell_at:
        day = timezone.localdate(move.fell_at)
        rows = [row for row in rows if row.valid_from == day]
    for row in rows:
        pairing.unpair(row, at=move.at, by=move.by)
        pairing.pair(row.household, move.to, at=move.at, by=move.by)
    return len(rows)


def _tags(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    if Ability.CARE not in posting.post.grants or not posting.area_id:
        return 0, ""
    rows = CareTag.objects.current().filter(household__area__code__startswith=posting.area_id)
    count = rows.count()
    first = rows.aggregate(first=Min("review_date"))["first"]
    return count, f"{count}个，最早{cn_date(first, at)}复核" if count else ""


def _convened(user: User, posting: Posting):
    rows = Consultation.objects.open().filter(convener=user)
    return rows.filter(area__code__startswith=posting.area_id) if posting.area_id else rows.none()


def _consultations(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    count = _convened(user, posting).count()
    return count, f"{count}次没有办完"


def _give_consultations(move: Move) -> int:
    rows = _convened(move.giver, move.posting)
    if move.fell_at:
        rows = rows.filter(events__action=Action.CONVENE, events__at=move.fell_at).distinct()
    rows = list(rows)
    for held in rows:
        consultations.convene(held, move.to, note=move.note, at=move.at, by=move.by)
    return len(rows)


def _selections(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    rows = Selection.objects.filter(opened_by=user, step__in=OPEN_STEPS)
    rows = rows.filter(area__code__startswith=posting.area_id) if posting.area_id else rows.none()
    count = rows.count()
    return count, f"{count}次没有办完，同事可以接着办"


def _mediated(user: User, posting: Posting, at: datetime) -> tuple[int, str]:
    """Between whom a dispute is, is for its mediators: the head says who comes next, nothing passes by itself."""
    rows = Dispute.objects.open().filter(mediators__user=user, mediators__ended_at__isnull=True)
    street = (posting.area_id or "")[:9]
    count = rows.filter(case__street=street).count() if len(street) == 9 else 0
    return count, f"{count}件，请社区负责人另外指定调解员"


LINES = (
    Line("在办事项", _cases, _give_cases),
    Line("结对住户", _pairings, _give_pairings),
    Line("关爱标签", _tags),
    Line("召集的协商", _consultations, _give_consultations),
    Line("选任", _selections),
    Line("调解的纠纷", _mediated),
)


def holdings(user: User, posting: Posting, *, at: datetime | None = None) -> list[Holding]:
    """What the person still holds on this post; lines with nothing in them are left out."""
    at = at or timezone.now()
    said = [(line, *line.says(user, posting, at)) for line in LINES]
    return [Holding(line.label, count, words, line.give is not None) for line, count, words in said if count]


@transaction.atomic
def confirm(handover: Handover, *, at: datetime | None = None, by: User) -> dict[str, int]:
    """接任人确认: the post and everything held pass in one transaction. How many of each passed, by label."""
    at = at or timezone.now()
    row = handovers.confirm_handover(handover, at=at, by=by)
    giver = row.ordered_by if row.fell_at else row.posting.user
    note = f"岗位交接：由{giver.called}转给{row.successor.called}"
    passed = _pass(Move(giver, row.successor, row.posting, note, at, by, fell_at=row.fell_at))
    handover.refresh_from_db()
    return passed


def fall_due(*, at: datetime | None = None) -> int:
    """Every unconfirmed hand-over whose last day is over falls to whoever ordered it, one transaction each; how many.

    Any number of workers may run at once: a locked row is somebody else's, a fallen one is no longer found.
    """
    at, done, last = at or timezone.now(), 0, 0
    while True:
        with transaction.atomic():
            row = handovers.next_fallen(at, beyond=last)
            if row is None:
                return done
            handovers.fall(row, at=at)
            note = f"交接到期没有确认，先由{row.ordered_by.called}代管"
            _pass(Move(row.posting.user, row.ordered_by, row.posting, note, at, None))
        done, last = done + 1, row.pk


def _pass(move: Move) -> dict[str, int]:
    return {line.label: line.give(move) for line in LINES if line.give}
