"""Choosing post holders: 推荐 → 公示 → 备案 → 任用, for one post in one community (新村: 52 unit leaders)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User, index_of_phone
from audit.services import record
from common.errors import DomainError
from common.normalise import clean_phone, clean_text
from grids.levels import Level
from grids.models import Area, Nominee, Post, Posting, Selection
from grids.services.postings import Place, appoint, clean_office_phone, fits
from grids.vacancies import Seat, seats
from workdays import calendar

# No source gives a length; ours, and whoever publishes may change it.
USUAL_WORKDAYS = 5
STEPS = (Selection.Step.NOMINATING, Selection.Step.PUBLISHED, Selection.Step.FILED, Selection.Step.APPOINTED)
OPEN = STEPS[:3]
_R = Nominee.Result


@dataclass
class Choice:
    """One place of a selection: who serves it now, and who was put forward."""

    seat: Seat
    nominees: list[Nominee] = field(default_factory=list)

    @property
    def standing(self) -> list[Nominee]:
        """Those still to be chosen from."""
        return [nominee for nominee in self.nominees if nominee.result == _R.OPEN]


@transaction.atomic
def open_selection(area: Area, post: Post, *, at: datetime | None = None, by: User) -> Selection:
    """开始选任. Refused where the post is not one that is selected, the community has no place for it, or one is open."""
    if area.level != Level.COMMUNITY:
        raise DomainError("选任以社区为单位，请选一个社区。")
    if not post.is_selected:
        raise DomainError(f"{post.name}不用选任，请直接安排岗位。")
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    if Selection.objects.filter(area=area, post=post, step__in=OPEN).exists():
        raise DomainError(f"{area.full_name}的{post.name}选任正在进行，不用再开。")
    if not any(seat.vacant for seat in seats(area.code, [post], at=at)):
        raise DomainError(f"{area.full_name}没有空缺的{post.name}岗位。楼院还没登记的，请先登记楼院。")
    selection = Selection.objects.create(area=area, post=post, opened_at=at or timezone.now(), opened_by=by)
    record("selection.open", subject=("selection", selection.pk), by=by, area=area.code, post=post.code)
    return selection


def choices(selection: Selection, *, at: datetime | None = None) -> list[Choice]:
    """Every place of the selection in walking order, with its nominees."""
    found = [Choice(seat) for seat in seats(selection.area_id, [selection.post], at=at)]
    by_place = {choice.seat.key[2:]: choice for choice in found}
    rows = selection.nominees.select_related("user", "compound", "building", "entrance", "posting").order_by("pk")
    for nominee in rows:
        choice = by_place.get((nominee.compound_id, nominee.building_id, nominee.entrance_id))
        if choice:
            choice.nominees.append(nominee)
    return found


@transaction.atomic
def nominate(
    selection: Selection,
    place: Place,
    *,
    user: User | None = None,
    name: str = "",
    phone: str = "",
    occupation: str = "",
    way: str = Nominee.Way.NEIGHBOURS,
    submission: UUID | None = None,
    at: datetime | None = None,
    by: User,
) -> Nominee:
    """推荐: put somebody forward for a place, by account or by name and phone. The same submission twice is one row."""
    row = _locked(selection)
    if submission and (existing := row.nominees.filter(uuid=submission).first()):
        return existing
    _at_step(row, Selection.Step.NOMINATING, "已经过了推荐的阶段，不能再加人选。")
    _refuse_place(row, place, at)
    user, name, phone = _person(user, clean_text(name), phone)
    where = {name: part for name, part in place.columns().items() if name in ("compound", "building", "entrance")}
    for other in row.nominees.filter(**where, result=_R.OPEN).select_related("user"):
        if (user and other.user_id == user.pk) or (not user and other.phone and other.phone.plain == phone):
            raise DomainError("这个人已经推荐到这个岗位，不用再填。")
    nominee = Nominee(
        selection=row, user=user, name=name, occupation=clean_text(occupation), way=Nominee.Way(way), **where
    )
    nominee.uuid = submission or nominee.uuid
    nominee.phone = phone or None
    nominee.save()
    record("selection.nominate", subject=("selection", row.pk), by=by, nominee=nominee.pk)
    return nominee


def _refuse_place(row: Selection, place: Place, at: datetime | None) -> None:
    if why := fits(row.post, place):
        raise DomainError(why)
    if not place.code.startswith(row.area_id):
        raise DomainError(f"{place.name}不在{row.area.full_name}，请另选。")
    here = Posting.objects.current(at).filter(place.here(), post=row.post)
    if row.post.establishment and here.count() >= row.post.establishment:
        raise DomainError(f"{place.name}的{row.post.name}现在由{here[0].user.called}在任，请先卸任或办交接。")


def _person(user: User | None, name: str, phone: str) -> tuple[User | None, str, str]:
    """Account, name and phone of a nominee; a phone that has an account leads to it, where the name is the same."""
    if user:
        if not user.is_active:
            raise DomainError(f"{user.called}的账号已经停用，请另选一位。")
        return user, user.full_name, ""
    if not name:
        raise DomainError("请填写姓名，公示要用。")
    try:
        phone = clean_phone(phone)
    except ValueError as refusal:
        raise DomainError(f"{refusal}，任用后凭手机号登录。") from None
    account = User.objects.filter(phone_index=index_of_phone(phone)).first()
    if account and account.full_name != name:
        raise DomainError("这个手机号已经有账号，姓名和填写的不一样，请核对。")
    return account, name, "" if account else phone


@transaction.atomic
def full_names(selection: Selection, *, by: User) -> dict[int, str]:
    """Nominee id → name in full, for the notice board and for choosing; that it was read is kept."""
    names = {nominee.pk: nominee.name.plain for nominee in selection.nominees.all()}
    record("selection.names", subject=("selection", selection.pk), by=by, names=len(names))
    return names


@transaction.atomic
def mark(nominee: Nominee, result: str, reason: str = "", *, by: User) -> None:
    """本人退出, 有异议, or standing again (待定), with a reason; until the appointment."""
    row = _locked(nominee.selection)
    if row.step not in OPEN:
        raise DomainError("选任已经结束，不能再改。")
    if result == _R.OBJECTED and row.step == Selection.Step.NOMINATING:
        raise DomainError("公示以后才登记异议；现在不合适的，请登记本人退出。")
    if result != _R.OPEN and not reason.strip():
        raise DomainError("请写明情况，备查。")
    held = Nominee.objects.select_for_update().get(pk=nominee.pk)
    held.result, held.result_reason = _R(result), clean_text(reason)[:100]
    held.save(update_fields=["result", "result_reason"])
    record("selection.mark", subject=("selection", row.pk), by=by, nominee=held.pk, result=str(result))
    nominee.refresh_from_db()


def usual_end(first: date) -> date:
    """The last day of a notice that stands five working days, counted from its first day; ours, may be changed."""
    current, day, left = calendar.current(), first, USUAL_WORKDAYS
    while True:
        left -= current.is_workday(day)
        if left <= 0:
            return day
        day += timedelta(days=1)


@transaction.atomic
def publish(
    selection: Selection,
    *,
    published_from: date,
    published_to: date,
    contact_phone: str,
    at: datetime | None = None,
    by: User,
) -> None:
    """公示: names stand on the notice board from a day to a day, with an office number for objections."""
    row = _locked(selection)
    _at_step(row, Selection.Step.NOMINATING, "已经公示过了。")
    if not row.nominees.filter(result=_R.OPEN).exists():
        raise DomainError("还没有推荐人选，不能公示。")
    if published_to < published_from:
        raise DomainError("公示结束的日子不能早于开始的日子。")
    if published_to < timezone.localdate(at or timezone.now()):
        raise DomainError("公示的日子已经过去，请核对日期。")
    phone = clean_office_phone(contact_phone)
    if not phone:
        raise DomainError("请填写公示的联系电话，群众有意见好反映。")
    row.step, row.contact_phone = Selection.Step.PUBLISHED, phone
    row.published_from, row.published_to = published_from, published_to
    _keep(row, selection, "publish", by, since=published_from, until=published_to)


@transaction.atomic
def file(
    selection: Selection, *, filed_date: date, filed_number: str = "", at: datetime | None = None, by: User
) -> None:
    """备案: after the notice has stood its time; the number is what somebody typed, the portal makes none."""
    row, today = _locked(selection), timezone.localdate(at or timezone.now())
    _at_step(row, Selection.Step.PUBLISHED, "公示以后才能备案。")
    if row.published_to >= today:
        until = f"{row.published_to.month}月{row.published_to.day}日"
        raise DomainError(f"公示到{until}，期满后再备案。")
    if not row.published_to <= filed_date <= today:
        raise DomainError("备案日期要在公示期满以后，不晚于今天。")
    if not row.nominees.filter(result=_R.OPEN).exists():
        raise DomainError("没有待任用的人选，请终止这次选任，重新推荐。")
    row.step, row.filed_date, row.filed_number = Selection.Step.FILED, filed_date, clean_text(filed_number)[:40]
    _keep(row, selection, "file", by, on=filed_date)


@transaction.atomic
def appoint_chosen(
    selection: Selection,
    *,
    chosen: Iterable[int] = (),
    valid_from: date | None = None,
    at: datetime | None = None,
    by: User,
) -> list[Posting]:
    """任用: a posting for everybody standing; where several stand for one place, the one whose id is in `chosen`.

    People without an account get one without a password; their phone moves into it, and out of the nomination.
    """
    row, chosen = _locked(selection), set(chosen)
    _at_step(row, Selection.Step.FILED, "备案以后才能任用。")
    made = []
    for choice in choices(row, at=at):
        nominee = _one_of(choice, chosen)
        if nominee is None:
            continue
        nominee.user = nominee.user or _account_for(nominee, row.post, by)
        place = Place(row.area if row.post.seat == Post.Seat.AREA else None, None, *_where(nominee))
        nominee.posting = appoint(nominee.user, row.post, place, valid_from=valid_from, at=at, by=by)
        nominee.result, nominee.phone = _R.CHOSEN, None
        nominee.save()
        made.append(nominee.posting)
    row.nominees.filter(result=_R.OPEN).update(result_reason="同一岗位另有任用", phone=None)
    row.step, row.appointed_at = Selection.Step.APPOINTED, at or timezone.now()
    _keep(row, selection, "appoint", by, postings=len(made))
    return made


def _one_of(choice: Choice, chosen: set[int]) -> Nominee | None:
    """Who is taken for a place: the only one standing, or the one that was ticked."""
    standing = choice.standing
    if len(standing) < 2:
        return standing[0] if standing else None
    ticked = [nominee for nominee in standing if nominee.pk in chosen]
    if len(ticked) != 1:
        where = f"{choice.seat.compound or ''}{choice.seat.where}"
        raise DomainError(f"{where}有{len(standing)}名人选，请选定一人。")
    return ticked[0]


def _where(nominee: Nominee) -> tuple:
    return nominee.compound, nominee.building, nominee.entrance


def _account_for(nominee: Nominee, post: Post, by: User) -> User:
    """An account for somebody chosen: no password yet, called by surname and post."""
    phone = nominee.phone.plain
    if existing := User.objects.filter(phone_index=index_of_phone(phone)).first():
        if existing.full_name != nominee.name.plain:
            raise DomainError(f"{post.name}人选中有一个手机号已经有别人的账号，请核对后再任用。")
        return existing
    # The mask of a name is its surname and a star.
    user = User(
        username=f"post-{nominee.uuid.hex[:12]}",
        full_name=nominee.name.plain,
        title=f"{str(nominee.name).removesuffix('*')}{post.name}"[:30],
    )
    user.take_phone(phone)
    user.set_unusable_password()
    user.save()
    record("account.opened", subject=("accounts.user", user.pk), by=by)
    return user


@transaction.atomic
def stop(selection: Selection, reason: str, *, by: User) -> None:
    """终止, with a reason; phones of people who were only put forward are forgotten."""
    row = _locked(selection)
    if row.step not in OPEN:
        raise DomainError("选任已经结束。")
    if not reason.strip():
        raise DomainError("请写明为什么终止。")
    row.nominees.update(phone=None)
    row.step, row.stop_reason = Selection.Step.STOPPED, clean_text(reason)[:100]
    _keep(row, selection, "stop", by)


def _locked(selection: Selection) -> Selection:
    return Selection.objects.select_for_update(of=("self",)).select_related("area", "post").get(pk=selection.pk)


def _at_step(row: Selection, step: str, otherwise: str) -> None:
    if row.step != step:
        ended: dict[str, str] = {
            Selection.Step.APPOINTED: "选任已经任用完毕。",
            Selection.Step.STOPPED: "选任已经终止。",
        }
        raise DomainError(ended.get(row.step, otherwise))


def _keep(row: Selection, seen: Selection, verb: str, by: User, **details) -> None:
    row.save()
    record(f"selection.{verb}", subject=("selection", row.pk), by=by, **details)
    seen.refresh_from_db()
