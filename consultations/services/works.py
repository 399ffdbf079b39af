"""What is done about the decision, the residents' judgement, and the end."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from consultations.models import Consultation, Line, Review, WorkPhoto, WorkStep
from consultations.services.acting import acting
from consultations.services.money import settled
from consultations.states import Action, Moment, Status
from consultations.wording import fit
from files.models import Photo


def plan_step(
    consultation: Consultation, what: str, who: str, until: date, *, at: datetime | None = None, by: User
) -> WorkStep:
    """加执行步骤: what, who (a unit in words), until when. Residents read it."""
    with acting(consultation, Action.PLAN, by=by, at=at) as turn:
        held = turn.consultation
        what, who = fit("做什么", what), fit("谁来做", who)
        last = held.steps.order_by("-number").values_list("number", flat=True).first() or 0
        step = WorkStep.objects.create(consultation=held, number=last + 1, what=what, who=who, until_date=until)
        turn.public_text = f"{what}，{who}，{until.month}月{until.day}日前"
    return step


def start(consultation: Consultation, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """开始执行: the time for objections is over, and every objection was answered."""
    with acting(consultation, Action.START, by=by, seen=seen, at=at) as turn:
        held, today = turn.consultation, timezone.localdate(turn.at)
        if today <= held.objections_until:
            until = held.objections_until
            raise DomainError(f"公示到{until.month}月{until.day}日，过了这天再开始执行。")
        if held.objections.filter(answered_at__isnull=True).exists():
            raise DomainError("还有异议没有答复，请先答复。")
        if not held.steps.exists():
            raise DomainError("请先写明执行步骤：做什么、谁来做、哪天前。")
        held.works_at = turn.at


def progress(
    step: WorkStep,
    told: str,
    *,
    done: bool = False,
    moment: str = Moment.DURING,
    photos: Iterable[Photo] = (),
    at: datetime | None = None,
    by: User,
) -> None:
    """登记进展 of a step, with photos; residents read it."""
    with acting(step.consultation, Action.PROGRESS, by=by, at=at) as turn:
        held = WorkStep.objects.get(pk=step.pk)
        if held.done_at:
            raise DomainError("这一步已经完成了。")
        held.told = fit("做了什么", told)
        held.done_at = turn.at if done else None
        held.save(update_fields=["told", "done_at"])
        _keep(turn.consultation, held, moment, photos, turn.at)
        turn.public_text = f"{held.what}：{held.told}"
    step.refresh_from_db()


def keep_photos(
    consultation: Consultation, moment: str, photos: Iterable[Photo], *, at: datetime | None = None
) -> list[WorkPhoto]:
    """Photos of the place itself, as one goes with the topic before anything is planned."""
    return _keep(consultation, None, moment, photos, at or timezone.now())


def _keep(held: Consultation, step: WorkStep | None, moment: str, photos, at: datetime) -> list[WorkPhoto]:
    day = timezone.localdate(at)
    rows = [
        WorkPhoto(consultation=held, step=step, moment=Moment(moment), photo=photo, taken_date=day) for photo in photos
    ]
    return WorkPhoto.objects.bulk_create(rows)


def open_review(consultation: Consultation, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """开始居民评议 once every step is done; from now on the link works."""
    with acting(consultation, Action.REVIEW, by=by, seen=seen, at=at) as turn:
        held = turn.consultation
        left = held.steps.filter(done_at__isnull=True).count()
        if left:
            raise DomainError(f"还有{left}步没有完成，不能开始评议。")
        held.review_at, held.review_key = turn.at, uuid4()


def opine(
    consultation: Consultation,
    satisfied: bool,
    words: str = "",
    *,
    browser: str = "",
    at: datetime | None = None,
    by: User | None,
) -> Review:
    """What one resident says: by the link (`by` None, `browser` a digest of its cookie), or told to staff."""
    try:
        with transaction.atomic(), acting(consultation, Action.OPINE, by=by, at=at) as turn:
            row = Review.objects.create(
                consultation=turn.consultation, satisfied=satisfied, words=words.strip(), said_at=turn.at, said_by=by,
                browser=browser,
            )  # fmt: skip
    except IntegrityError as error:
        if "review_once_a_browser" not in str(error):
            raise
        raise DomainError("您已经评议过了，谢谢您。") from None
    return row


def end(
    consultation: Consultation, outcome: str, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """办结: residents read the outcome; no line of the book may wait for a signature."""
    with acting(consultation, Action.END, by=by, seen=seen, at=at) as turn:
        held = turn.consultation
        if Line.objects.pending().filter(book__consultation=held).exists():
            raise DomainError("账本里还有等第二人签字的，请先签完。")
        if not held.reviews.exists():
            raise DomainError("还没有居民评议，请先请居民评议。")
        held.outcome = turn.public_text = fit("结果", outcome)


def drop(
    consultation: Consultation, why: str, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """终止, as long as the book holds no money that would be left over."""
    with acting(consultation, Action.DROP, by=by, seen=seen, at=at) as turn:
        held = turn.consultation
        if not why.strip():
            raise DomainError("请填写终止的原因。")
        if not settled(held):
            raise DomainError("账本里还有结余或等签字的，请先退清，再终止。")
        held.outcome = turn.note = why.strip()
        if held.status == Status.WORKS and held.steps.filter(done_at__isnull=False).exists():
            turn.note = f"{turn.note}（已完成的步骤保留）"
