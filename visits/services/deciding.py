"""社情民意: what was left to the community becomes a case, a wish, a consultation or nothing, once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.models import Category
from common.errors import DomainError
from common.sensitive import mask_numbers
from grids.permissions import Ability
from grids.scope import scope_of
from notifications.services import notify
from visits.models import Line
from visits.services import opening
from visits.states import OpinionState

# What may be made of many lines at once; a case or a wish is opened one by one.
FOR_MANY = (OpinionState.CONSULTATION, OpinionState.NOTHING)
MAX_NOTE = 200


def may_decide(line: Line, user: User) -> bool:
    """Whether the line was left to a community of the user's: the street looks on."""
    return line.visit.community in scope_of(user, granting=Ability.PLAN_VISITS).areas


def decide(
    line: Line,
    *,
    to: str,
    note: str = "",
    category: Category | None = None,
    at: datetime | None = None,
    by: User,
) -> Line:
    """What the community makes of something said on a visit; the visitor is told. Returns the line as it is now.

    `category` is what a case is filed under, else the topic's. DomainError where it was decided meanwhile, taken back by
    a correction, or where reason, category or kind of wish is missing.
    """
    at, note = at or timezone.now(), note.strip()[:MAX_NOTE]
    with transaction.atomic():
        held = _waiting(line)
        _check(held, to, note, category)
        held.opinion_state = to
        held.decided_at, held.decided_by, held.decision_note = at, by, note
        held.save(update_fields=["opinion_state", "decided_at", "decided_by", "decision_note"])
        if to == OpinionState.CASE:
            opening.open_case(held, category=category or held.topic.category, at=at, by=by)
        elif to == OpinionState.WISH:
            opening.open_wish(held, at=at, by=by)
        record("opinion.decide", subject=("line", held.pk), by=by, to=str(to))
        _tell_visitor(held, at, by)
    return held


def decide_many(lines: Iterable[Line], *, to: str, note: str = "", at: datetime | None = None, by: User) -> int:
    """The same decision about several lines; returns about how many. Those decided meanwhile are passed over.

    DomainError for what is decided one by one, or where all of them would be refused for the same lack.
    """
    if to not in FOR_MANY:
        raise DomainError("立为事项和列为微心愿要一条一条定。")
    _check_note(to, note)
    done = 0
    for line in sorted(lines, key=lambda one: one.pk):
        try:
            decide(line, to=to, note=note, at=at, by=by)
        except DomainError:
            continue
        done += 1
    return done


def _waiting(line: Line) -> Line:
    held = locked(line)
    if held.decided_at:
        raise DomainError(f"{held.decided_by.called}已经定了：{held.get_opinion_state_display()}。没有再改。")
    if held.opinion_state != OpinionState.WAITING:
        raise DomainError("这一条没有交社区定，不用处理。")
    return held


def locked(line: Line) -> Line:
    """The line under its lock, with what deciding reads. DomainError where a correction took it away."""
    # Locked by itself first: who waited for the lock would get the row as it is now, but what is joined as it was.
    Line.objects.select_for_update().only("pk").get(pk=line.pk)
    rows = Line.objects.select_related(
        "topic__category", "decided_by", "visit__visitor", "visit__area", "visit__household__compound"
    )
    held = rows.get(pk=line.pk)
    if held.dropped_at:
        raise DomainError("走访人更正时去掉了这一条，不用再定。")
    return held


def _check(line: Line, to: str, note: str, category: Category | None) -> None:
    if to not in (OpinionState.CASE, OpinionState.WISH, *FOR_MANY):
        raise DomainError("请选择怎么办：立为事项、列为微心愿、拟协商，或者不办理。")
    if to == OpinionState.CASE and category is None and line.topic.category_id is None:
        raise DomainError("请选择事项的类别。")
    if to == OpinionState.WISH and not line.topic.wish_kind:
        raise DomainError(f"“{line.topic.name}”不能列为微心愿，请选别的办法。")
    _check_note(to, note)


def _check_note(to: str, note: str) -> None:
    if to == OpinionState.NOTHING and not note.strip():
        raise DomainError("不办理要写明理由，走访人好向居民解释。")


def _tell_visitor(line: Line, at: datetime, by: User) -> None:
    if line.visit.visitor_id == by.pk:
        return
    notify(
        f"user:{line.visit.visitor_id}",
        cause=f"line:{line.pk}:decided",
        title=f"您走访听到的“{line.topic.name}”，社区定为：{line.get_opinion_state_display()}",
        body=mask_numbers(line.decision_note),
        target=line.visit.get_absolute_url(),
        at=at,
    )
