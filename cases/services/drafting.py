"""经办人 and 审批人: what a unit's worker writes goes out once somebody of the unit with the right to approve lets it out."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import wording
from cases.assignments import State
from cases.assignments import rule_of as rule_of_assignment
from cases.models import Assignment, Case, CasePhoto, Draft, Event
from cases.services import assigning, handling
from cases.services.acting import Turn, acting
from cases.states import OPEN, Action
from common.errors import DomainError, StalePage
from files.models import Photo
from grids.models import Organization, Posting
from grids.permissions import Ability
from grids.scope import postings_of
from notifications.services import notify_many

ALONE = "（本单位现在没有审批人，由经办人直接发出。）"


def approves_at(unit_id: int | None, user: User, at: datetime | None = None) -> bool:
    """True where one of the user's postings at this unit grants handling and approval."""
    needed = {Ability.HANDLE, Ability.APPROVE}
    return any(p.unit_id == unit_id and needed <= set(p.post.grants) for p in postings_of(user, at))


def must_be_approved(
    unit: Organization | None, user: User, *, about_id: int | None = None, at: datetime | None = None
) -> bool:
    """The rule, in one place: in a unit that takes cases, whoever may not approve drafts, where anybody there may approve.

    Whom a complaint is about approves nothing on it.
    """
    if unit is None or not unit.takes_cases or approves_at(unit.pk, user, at):
        return False
    return _somebody_approves(unit, user, about_id, at)


def _alone(unit: Organization | None, user: User, about_id: int | None, at: datetime | None) -> bool:
    """A worker of a unit nobody can approve at: answers directly, and the event says so."""
    if unit is None or not unit.takes_cases or approves_at(unit.pk, user, at):
        return False
    works_there = any(p.unit_id == unit.pk for p in postings_of(user, at))
    return works_there and not _somebody_approves(unit, user, about_id, at)


def _somebody_approves(unit: Organization, user: User, about_id: int | None, at: datetime | None) -> bool:
    """Somebody else at the unit, in person or standing in, holds the right to approve today."""
    at = at or timezone.now()
    posted = Posting.objects.current(at).filter(unit=unit).select_related("post", "user", "stand_in")
    heads = [p for p in posted if {Ability.HANDLE, Ability.APPROVE} <= set(p.post.grants)]
    people = {p.deputy(at) for p in heads}
    return any(person.is_active and person.pk not in (user.pk, about_id) for person in people)


def answer(
    case: Case,
    closed_level: int,
    public_text: str,
    *,
    note: str = "",
    unfinished: str = "",
    photos: list[Photo] | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Draft | None:
    """办结, or 拟稿报审 where the unit's head has to let the answer out first; returns the draft then.

    A draft counts as signing and stops no clock. Who wrote it may replace it; nobody else writes a second one meanwhile.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        unit = locked.handling_unit
        if locked.status in OPEN and must_be_approved(unit, by, about_id=locked.about_id, at=at):
            handling.refuse_unfinished(locked, unfinished)
            fields = {
                "closed_level": closed_level, "public_text": public_text, "note": note, "unfinished": unfinished,
            }  # fmt: skip
            return _draft_answer(case, fields, photos or [], seen=seen, at=at, by=by)
        alone = _alone(unit, by, locked.about_id, at)
        handling.resolve(
            case,
            closed_level,
            public_text,
            note="\n".join(filter(None, [note, ALONE])) if alone else note,
            unfinished=unfinished,
            photos=photos,
            seen=seen,
            at=at,
            by=by,
        )
        _overtake(Draft.objects.filter(case=case, kind=Draft.Kind.RESOLVE), at)
    return None


def _draft_answer(
    case: Case, fields: dict, photos: list[Photo], *, seen: int | None, at: datetime | None, by: User
) -> Draft:
    if not fields["public_text"].strip():
        raise DomainError("请写明做了什么，居民会看到。")
    with acting(case, Action.DRAFT, by=by, seen=seen, at=at) as turn:
        handling.sign_on_the_way(turn, by)
        turn.case.assignee = turn.case.assignee or by
        own = {"case": turn.case, "kind": Draft.Kind.RESOLVE, "step": turn.case.step}
        draft = _write(turn, own, fields, f"unit:{turn.case.handling_unit_id}")
    _keep_photos(draft, photos)
    return draft


def report(
    assignment: Assignment, text: str, *, photos: list[Photo] | None = None, at: datetime | None = None, by: User
) -> Draft | None:
    """反馈 on an assignment, or its draft where the unit's head has to let it out first; returns the draft then."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=assignment.case_id)
        row = Assignment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=assignment.pk)
        if must_be_approved(row.unit, by, about_id=case.about_id, at=at):
            draft = _draft_report(case, row, text, photos or [], at=at, by=by)
            assignment.refresh_from_db()
            return draft
        if _alone(row.unit, by, case.about_id, at) and text.strip():
            text = f"{text}\n{ALONE}"
        assigning.report(assignment, text, photos=photos, at=at, by=by)
        _overtake(Draft.objects.filter(assignment=assignment), at)
    return None


def _draft_report(
    case: Case, row: Assignment, text: str, photos: list[Photo], *, at: datetime | None, by: User
) -> Draft:
    if not text.strip():
        raise DomainError("请写明办了什么。")
    if rule_of_assignment(row.kind, row.state, Action.ASSIGN_REPORT) is None:
        raise DomainError(f"这项任务现在是“{row.get_state_display()}”，不能反馈。")
    if row.state == State.GIVEN:
        assigning.sign(row, at=at, by=by)
    with acting(case, Action.DRAFT, by=by, at=at) as turn:
        turn.assignment = row
        own = {"case": turn.case, "kind": Draft.Kind.REPORT, "assignment": row}
        draft = _write(turn, own, {"note": text, "step": turn.case.step}, row.seat)
    _keep_photos(draft, photos)
    return draft


def _write(turn: Turn, own: dict, fields: dict, seat: str) -> Draft:
    """A new draft, or the writer's waiting one with new words. The case is locked: nobody writes beside us."""
    draft = Draft.objects.filter(**own, decided_at__isnull=True).select_related("drafted_by").first()
    if draft and draft.drafted_by_id != turn.by.pk:
        raise DomainError(f"{draft.drafted_by.called}的拟稿正在等审批，请等审批以后再写。")
    draft = draft or Draft(**own, drafted_by=turn.by)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.drafted_at = turn.at
    draft.save()
    turn.tell(seat, f"{turn.by.called}拟稿报审，请审批")
    return draft


def _keep_photos(draft: Draft, photos: list[Photo]) -> None:
    """New photos take the place of those of the words before; without any, the earlier ones stay."""
    if not photos:
        return
    draft.photos.update(draft=None)
    event = _event_of(draft, Action.DRAFT)
    CasePhoto.objects.bulk_create(
        CasePhoto(case=draft.case, photo=photo, event=event, draft=draft, public=False) for photo in photos
    )


def _event_of(draft: Draft, action: Action) -> Event:
    return Event.objects.filter(case=draft.case_id, action=action).order_by("-number")[0]


def release(draft: Draft, *, at: datetime | None = None, by: User) -> None:
    """同意发出: what the resident or the giver reads is exactly what `draft` says; its writer stays the person in charge.

    StalePage where the words were replaced since `draft` was read; DomainError where it was decided or has lapsed.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=draft.case_id)
        at = at or timezone.now()
        _claim(draft, case, agreed=True, reason="", at=at, by=by)
        both = f"{draft.drafted_by.called}拟稿，{by.called}审批同意。"
        if draft.assignment:
            _release_report(draft, both, at, by)
        else:
            _release_answer(draft, case, both, at, by)
        notify_many(
            [f"user:{draft.drafted_by_id}"],
            cause=f"draft:{draft.pk}:released",
            title=f"您的拟稿已同意发出：{wording.label(case)}",
            target=case.get_absolute_url(),
            at=at,
        )
    draft.refresh_from_db()


def _release_answer(draft: Draft, case: Case, both: str, at: datetime, by: User) -> None:
    handling.resolve(
        case,
        draft.closed_level,
        draft.public_text,
        note="\n".join(filter(None, [both, draft.note])),
        unfinished=draft.unfinished,
        drafted_by=draft.drafted_by,
        at=at,
        by=by,
    )
    draft.photos.update(event=_event_of(draft, Action.RESOLVE), public=True)


def _release_report(draft: Draft, both: str, at: datetime, by: User) -> None:
    assigning.report(draft.assignment, f"{draft.note}\n（{both}）", at=at, by=by)
    draft.photos.update(event=_event_of(draft, Action.ASSIGN_REPORT))


def hand_back(draft: Draft, reason: str, *, at: datetime | None = None, by: User) -> None:
    """退回修改 with a reason; the writer is told, and finds the words again in the form."""
    if not reason.strip():
        raise DomainError("请写明要改什么，拟稿人会看到。")
    with transaction.atomic(), acting(draft.case, Action.DRAFT_BACK, by=by, at=at) as turn:
        _claim(draft, turn.case, agreed=False, reason=reason, at=turn.at, by=by)
        turn.assignment, turn.note = draft.assignment, reason
        turn.tell(f"user:{draft.drafted_by_id}", "您的拟稿退回修改")
    draft.refresh_from_db()


def withdraw(draft: Draft, *, at: datetime | None = None, by: User) -> None:
    """撤回 of one's own draft that nobody has decided yet."""
    if draft.drafted_by_id != by.pk:
        raise DomainError("只有拟稿人可以撤回。")
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",)).get(pk=draft.case_id)
        waiting = Draft.objects.filter(pk=draft.pk, decided_at__isnull=True)
        if not waiting.update(decided_at=at or timezone.now(), agreed=False):
            raise DomainError("这份拟稿刚刚已由别人审批。")
        handling.note(draft.case, "拟稿人撤回了报审的拟稿。", at=at, by=by)
    draft.refresh_from_db()


def _claim(draft: Draft, case: Case, *, agreed: bool, reason: str, at: datetime, by: User) -> None:
    """Decide it for everybody else too; the case is locked, so what is true now stays true until we are done."""
    if draft.drafted_by_id == by.pk:
        raise DomainError("自己的拟稿要由审批人发出。")
    now = Draft.objects.select_related("case", "assignment", "decided_by").get(pk=draft.pk)
    if now.decided_at:
        who = f"由{now.decided_by.called}{'同意' if now.agreed else '退回'}" if now.decided_by else "撤回"
        raise DomainError(f"这份拟稿刚刚已{who}。")
    if not now.is_waiting:
        raise DomainError("事项已经往下办了，这份拟稿随之失效。")
    if now.drafted_at != draft.drafted_at:
        raise StalePage("拟稿人刚刚改过这份拟稿，请看过新的再定。")
    claimed = Draft.objects.filter(pk=draft.pk, decided_at__isnull=True)
    if not claimed.update(decided_at=at, decided_by=by, agreed=agreed, decision_note=reason):
        raise DomainError("这份拟稿刚刚已由别人审批。")


def _overtake(drafts, at: datetime | None) -> None:
    """Somebody answered directly: what waited beside it is over, decided by nobody."""
    drafts.filter(decided_at__isnull=True).update(decided_at=at or timezone.now(), agreed=False)


def newest_own(case: Case, user: User, assignment: Assignment | None = None) -> Draft | None:
    """The user's latest words on this case that did not go out: waiting, handed back, withdrawn or lapsed."""
    drafts = Draft.objects.filter(case=case, assignment=assignment, drafted_by=user).exclude(agreed=True)
    return drafts.order_by("-drafted_at", "-pk").first()
