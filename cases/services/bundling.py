"""类案: saying that open cases are one trouble, taking that back. Answering them together is `cases.together`."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.models import Bundle, BundledCase, Case
from cases.services.acting import Turn, acting, seat_of
from cases.states import Action
from common.errors import DomainError

# More cannot be read, or answered, in one go.
MOST = 50


def bundle_of(case: Case) -> Bundle | None:
    """The bundle a case belongs to now."""
    return Bundle.objects.filter(members__in=BundledCase.objects.standing().filter(case=case)).first()


@transaction.atomic
def bundle_up(case: Case, others: Sequence[Case], *, title: str = "", at: datetime | None = None, by: User) -> Bundle:
    """归为类案: `others` go into the bundle of `case`, which is opened as `title` where there is none yet.

    Cases of another bundle stay there: two bundles are joined by people, not by a click. Each case gets an event of its
    own. DomainError where a case cannot be bundled, or nothing would be added.
    """
    at = at or timezone.now()
    # One order for all, so that two people who bundle the same cases wait for each other instead of for ever.
    everyone = sorted({case.pk, *(other.pk for other in others)})
    held = {row.pk: row for row in Case.objects.select_for_update(of=("self",)).filter(pk__in=everyone).order_by("pk")}
    standing = {
        row.case_id: row.bundle for row in BundledCase.objects.standing().filter(case__in=held).select_related("bundle")
    }
    joining = [held[pk] for pk in everyone if pk != case.pk and pk not in standing]
    if not joining:
        raise DomainError("请选择还没有归类的其他事项。")
    bundle = standing.get(case.pk)
    if bundle is None:
        bundle = _opened(held[case.pk], title, at, by)
        joining.insert(0, held[case.pk])
    if bundle.members.standing().count() + len(joining) > MOST:
        raise DomainError(f"一个类案最多{MOST}件。")
    for one in joining:
        _add(bundle, one, at, by)
    return bundle


def _opened(case: Case, title: str, at: datetime, by: User) -> Bundle:
    # Never the residents' own words: a bundle is read beside cases of other people.
    named = title.strip() or case.title or case.category.name
    bundle = Bundle.objects.create(title=named, opened_at=at, opened_by=by)
    record("bundle.open", subject=("bundle", bundle.pk), by=by)
    return bundle


def _add(bundle: Bundle, case: Case, at: datetime, by: User) -> None:
    with acting(case, Action.BUNDLE, by=by, at=at) as turn:
        if turn.case.about_id:
            raise DomainError("反映工作人员的事项不能归为类案。")
        turn.note = f"归入“{bundle.title}”"
        BundledCase.objects.create(bundle=bundle, case=turn.case, added_at=at, added_by=by)
        turn.tell(seat_of(turn.case), f"归为类案“{bundle.title}”")


def take_out(case: Case, reason: str, *, at: datetime | None = None, by: User) -> None:
    """移出类案: the case turned out to be another trouble."""
    if not reason.strip():
        raise DomainError("请写明为什么移出。")
    with acting(case, Action.UNBUNDLE, by=by, at=at) as turn:
        row = BundledCase.objects.standing().filter(case=turn.case).select_related("bundle").first()
        if row is None:
            raise DomainError("这件事项不在类案中。")
        _remove(row, turn, reason)
        turn.tell(seat_of(turn.case), f"移出类案“{row.bundle.title}”")


def leave(case: Case, why: str, *, at: datetime | None = None, by: User | None) -> None:
    """A case that went into another one, or was taken back, is no longer answered with the others of its bundle."""
    row = BundledCase.objects.standing().filter(case=case).select_related("bundle").first()
    if row is None:
        return
    with acting(case, Action.UNBUNDLE, by=by, at=at) as turn:
        _remove(row, turn, why)


def _remove(row: BundledCase, turn: Turn, why: str) -> None:
    turn.note = f"移出“{row.bundle.title}”：{why}"
    row.removed_at, row.removed_by = turn.at, turn.by
    row.save(update_fields=["removed_at", "removed_by"])
