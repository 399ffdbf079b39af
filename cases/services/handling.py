"""What the holder of a case does: sign, note, answer, hand over, resolve, and the labels staff put on a case."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.ladder import FOLLOW_UP_AFTER
from cases.models import Assignment, Case, Category
from cases.services import assigning, counting
from cases.services.acting import acting, seat_of
from cases.states import Action, ClosingLevel, MatterClass, Status
from common.errors import DomainError
from files.models import Photo
from grids.levels import code_at
from grids.scope import people_at
from workdays import calendar


def sign(case: Case, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """签收: the seat takes the case on; signing alarms of this step are off."""
    with acting(case, Action.SIGN, by=by, seen=seen, at=at) as turn:
        counting.signed(turn.case, turn.at)
        turn.case.assignee = turn.case.assignee or by


def note(case: Case, text: str, *, photos: list[Photo] | None = None, at: datetime | None = None, by: User) -> None:
    """备注: words for staff only. Levels that had the case keep this right."""
    with acting(case, Action.NOTE, by=by, at=at) as turn:
        turn.note, turn.photos, turn.photos_public = text, photos or [], False
        if turn.case.assignee_id and turn.case.assignee_id != by.pk:
            turn.tell(f"user:{turn.case.assignee_id}", "有新的备注")


def reply(
    case: Case,
    public_text: str,
    *,
    note: str = "",
    photos: list[Photo] | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """公开答复: what residents read on the progress page. Taking it up counts as signing."""
    with acting(case, Action.REPLY, by=by, seen=seen, at=at) as turn:
        sign_on_the_way(turn, by)
        turn.public_text, turn.note, turn.photos = public_text, note, photos or []
        turn.tell_reporters("您反映的问题有了新答复")


def sign_on_the_way(turn, by: User) -> None:
    """Who acts on an unsigned case has taken it on."""
    if turn.case.status == Status.RECEIVED:
        counting.signed(turn.case, turn.at)
        turn.case.assignee = turn.case.assignee or by
        turn.to = turn.to or Status.HANDLING


def colleagues(case: Case, at: datetime | None = None) -> list[User]:
    """People at the seat that holds the case."""
    return people_at(seat_of(case), at)


def hand_over(
    case: Case, to: User, *, note: str = "", seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """转交: another person of the same seat takes the case; the clock runs on."""
    with acting(case, Action.HAND_OVER, by=by, seen=seen, at=at) as turn:
        if to.pk not in {person.pk for person in colleagues(turn.case, turn.at)}:
            raise DomainError(f"{to.called}现在不在这个岗位上，请另选一位同事。")
        if turn.case.about_id == to.pk:
            raise DomainError("不能转交给被反映的工作人员。")
        turn.case.assignee, turn.note = to, note
        turn.tell(f"user:{to.pk}", f"{by.called}转交给您")


@transaction.atomic
def resolve(
    case: Case,
    closed_level: int,
    public_text: str,
    *,
    note: str = "",
    unfinished: str = "",
    photos: list[Photo] | None = None,
    drafted_by: User | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """办结: says what was done and where it ended (小区, 网格, 社区, 街道, 区); the reporter is asked to confirm.

    A level cannot close above itself: what the street did is the street's to close. While a co-handler has not
    reported, only with `unfinished`, which says why; what the co-handlers owed ends with that reason. `drafted_by` is
    who wrote the answer `by` lets out, and stays in charge while still at the seat.
    """
    if not public_text.strip():
        raise DomainError("请写明做了什么，居民会看到。")
    at = at or timezone.now()
    with acting(case, Action.RESOLVE, by=by, seen=seen, at=at) as turn:
        if closed_level > turn.case.level:
            raise DomainError(
                f"现在由{turn.case.get_level_display()}办理，不能按“{ClosingLevel(closed_level).label}办结”。"
            )
        waiting = refuse_unfinished(turn.case, unfinished)
        counting.signed(turn.case, turn.at)
        if drafted_by and drafted_by in colleagues(turn.case, turn.at):
            turn.case.assignee = drafted_by
        turn.case.assignee = turn.case.assignee or by
        turn.case.closed_level, turn.case.resolved_at = closed_level, turn.at
        counting.answered(turn.case)
        turn.case.follow_up_by = calendar.current().add(turn.at, FOLLOW_UP_AFTER)
        turn.public_text, turn.note, turn.photos = public_text, note, photos or []
        if turn.case.handling_unit_id:
            turn.tell(f"area:{code_at(turn.case.area_id, 2)}", "承办单位已答复，请社区验收")
        turn.tell_reporters("您反映的问题已答复，请确认是否解决")
    for row in waiting:
        assigning.end(row, unfinished, at=at, by=by)
    case.refresh_from_db()


def refuse_unfinished(case: Case, unfinished: str) -> list[Assignment]:
    """The co-handling that is still open. DomainError where there is some and nobody says why not to wait for it."""
    waiting = list(assigning.co_handling(case))
    if waiting and not unfinished.strip():
        raise DomainError(f"还有{len(waiting)}个协办单位没有反馈，写明为什么先答复。")
    return waiting


def set_title(case: Case, title: str, *, at: datetime | None = None, by: User) -> None:
    """公开标题: what residents and lists call the case; without names, phones and door numbers."""
    with acting(case, Action.TITLE, by=by, at=at) as turn:
        turn.case.title = title


def classify(
    case: Case,
    *,
    category: Category | None = None,
    matter_class: str = "",
    urgent: bool | None = None,
    reason: str,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """调整分类: category, 小事/大事/难事 or urgency, with a reason. Deadlines under way stay; the next step uses the new ones."""
    if not reason.strip():
        raise DomainError("请写明调整的理由。")
    with acting(case, Action.CLASSIFY, by=by, seen=seen, at=at) as turn:
        if category:
            turn.case.category = category
        if matter_class:
            turn.case.matter_class = MatterClass(matter_class)
        if urgent is not None:
            turn.case.urgent = urgent
        turn.note = reason
