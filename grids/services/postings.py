"""People on posts: appointed to a place, on leave with or without a stand-in, ended. Rows are ended, never deleted."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from common.normalise import clean_digits, clean_text
from grids.levels import Level
from grids.models import Area, Building, Compound, Entrance, Organization, Post, Posting
from notifications.services import notify

_OFFICE_PHONE = re.compile(r"[0-9０-９ \-－—()（）转]{3,20}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Ours: who stands in for longer holds the post, and is appointed to it.
LONGEST_LEAVE = timedelta(days=366)


@dataclass(frozen=True)
class Place:
    """What a posting sits on: an area, a unit, or a compound with the building and entrance in it."""

    area: Area | None = None
    unit: Organization | None = None
    compound: Compound | None = None
    building: Building | None = None
    entrance: Entrance | None = None

    @classmethod
    def of(cls, row: models.Model) -> "Place":
        """The place an area, unit, compound, building or entrance is."""
        if isinstance(row, Entrance):
            return cls(compound=row.building.compound, building=row.building, entrance=row)
        if isinstance(row, Building):
            return cls(compound=row.compound, building=row)
        if isinstance(row, Compound):
            return cls(compound=row)
        return cls(unit=row) if isinstance(row, Organization) else cls(area=cast(Area, row))

    @classmethod
    def under(cls, posting: Posting) -> "Place":
        """The place a posting sits on."""
        return cls(posting.area, posting.unit, posting.compound, posting.building, posting.entrance)

    @property
    def seat(self) -> str:
        """Which of `Post.Seat` the place is."""
        if self.compound:
            return "entrance" if self.entrance else "building" if self.building else "compound"
        return "area" if self.area else "unit"

    @property
    def row(self) -> models.Model:
        """The row that says most exactly where it is."""
        return self.entrance or self.building or self.compound or self.area or self.unit

    @property
    def code(self) -> str:
        """Code of the area it lies in; empty for a unit."""
        if self.building:
            return self.building.area_id
        return self.compound.area_id if self.compound else self.area.code if self.area else ""

    @property
    def name(self) -> str:
        """As people say it: 第一食品厂家属院3号楼2单元."""
        if self.compound:
            return f"{self.compound}{self.building or ''}{self.entrance or ''}"
        return str(self.area or self.unit)

    def columns(self) -> dict[str, models.Model | None]:
        """The columns of a posting or a nominee."""
        return {
            "area": self.area,
            "unit": self.unit,
            "compound": self.compound,
            "building": self.building,
            "entrance": self.entrance,
        }

    def here(self) -> Q:
        """Postings on exactly this place. A unit named beside an area does not part two postings."""
        if self.compound:
            return Q(compound=self.compound, building=self.building, entrance=self.entrance)
        return Q(area=self.area, compound=None) if self.area else Q(unit=self.unit, area=None, compound=None)


def fits(post: Post, place: Place) -> str:
    """Why the post does not sit on this place, in words; empty where it does."""
    if post.seat != place.seat:
        return f"{post.name}设在{post.get_seat_display()}上，请另选地方。"
    if place.area and post.level and place.area.level != post.level:
        return f"{post.name}是{Level(post.level).label}的岗位，不能设在{place.area.full_name}。"
    if _given_up(place):
        return f"{place.name}已经停用，请另选地方。"
    setting = place.compound.setting if place.compound else (place.area.kind if place.area else "") or "urban"
    if post.setting and post.setting != setting:
        return f"{post.name}只在{post.get_setting_display()}社区设，{place.name}不是。"
    if post.compound_kinds and place.compound.kind not in post.compound_kinds:
        kinds = "、".join(Compound.Kind(kind).label for kind in post.compound_kinds)
        return f"{post.name}设在{kinds}，{place.name}是{place.compound.get_kind_display()}。"
    return ""


def _given_up(place: Place) -> bool:
    """True where the place, or what it is part of, is out of use."""
    if place.unit and not place.area:
        return not place.unit.active
    if place.area:
        return bool(place.area.valid_to) or not place.area.in_service
    return any(row and row.valid_to for row in (place.compound, place.building, place.entrance))


def clean_office_phone(text: str) -> str:
    """An office number as it will be printed, or "". Refused for a private mobile and for what is no number."""
    typed = clean_text(text)
    if not typed:
        return ""
    if _MOBILE.search(clean_digits(typed)):
        raise DomainError("这是个人手机号，会印在服务牌上；请填办公电话，没有就留空。")
    if not _OFFICE_PHONE.fullmatch(typed):
        raise DomainError("办公电话只写数字、短横和“转”，如：0374-2988123转8。")
    return typed


def serving(post: Post, place: Place, *, since: date, until: date | None = None):
    """Postings to the post on this place that touch the days from `since` to `until` (None: open end)."""
    rows = Posting.objects.filter(place.here(), post=post).filter(Q(valid_to=None) | Q(valid_to__gte=since))
    return (rows.filter(valid_from__lte=until) if until else rows).select_related("user")


@transaction.atomic
def appoint(
    user: User,
    post: Post,
    place: Place,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    office_phone: str = "",
    hours: str = "",
    at: datetime | None = None,
    by: User | None,
) -> Posting:
    """任用: put a person on a post. One person may hold many posts; a place of one is never taken by two.

    Refused in words where the place does not fit, the person is there already, or somebody serves a place of one: that
    is passed by a hand-over. A place of several may get more than its number; the caller says so (`crowded`).
    """
    valid_from = valid_from or timezone.localdate(at or timezone.now())
    _refuse(user, post, place, valid_from, valid_to)
    # One appointment a place at a time: the row that says where it is stands for all of them.
    type(place.row)._base_manager.select_for_update(no_key=True).get(pk=place.row.pk)
    there = list(serving(post, place, since=valid_from, until=valid_to))
    if any(row.user_id == user.pk for row in there):
        raise DomainError(f"{user.called}已经是{place.name}的{post.name}。")
    if post.establishment == 1 and there:
        raise DomainError(f"{place.name}的{post.name}现在由{there[0].user.called}在任，请办交接。")
    posting = write(user, post, place, valid_from=valid_from, valid_to=valid_to, at=at, by=by)
    posting.office_phone, posting.hours = clean_office_phone(office_phone), clean_text(hours)[:60]
    posting.save(update_fields=["office_phone", "hours"])
    return posting


def write(
    user: User, post: Post, place: Place, *, valid_from: date, valid_to: date | None = None, at=None, by: User | None
) -> Posting:
    """Write a posting whose fitness was checked, its audit entry, and the notice to the person. Within a transaction."""
    posting = Posting.objects.create(user=user, post=post, valid_from=valid_from, valid_to=valid_to, **place.columns())
    record("posting.appoint", subject=("posting", posting.pk), by=by, user=user.pk, post=post.code, since=valid_from)
    notify(
        f"user:{user.pk}",
        cause=f"posting:{posting.pk}",
        title=f"您已任{place.name}{post.name}，从{valid_from.month}月{valid_from.day}日起"[:200],
        at=at,
    )
    return posting


def crowded(post: Post, place: Place, *, on: date) -> bool:
    """True where more people serve the place than it ought to have."""
    if post.establishment == 0:
        return False
    return serving(post, place, since=on, until=on).values("user").distinct().count() > post.establishment


def _refuse(user: User, post: Post, place: Place, valid_from: date, valid_to: date | None) -> None:
    if not user.is_active:
        raise DomainError(f"{user.called}的账号已经停用，请另选一位。")
    if why := fits(post, place):
        raise DomainError(why)
    if valid_to and valid_to < valid_from:
        raise DomainError("卸任日期不能早于任职日期。")


@transaction.atomic
def end_posting(posting: Posting, *, last_date: date, at: datetime | None = None, by: User | None) -> None:
    """卸任: the posting ends with `last_date`, or earlier than was written down. The row stays.

    Refused while a hand-over is under way.
    """
    row = _locked(posting)
    over = row.valid_to and row.valid_to < timezone.localdate(at or timezone.now())
    if over or (row.valid_to and row.valid_to <= last_date):
        raise DomainError("这个岗位已经写明卸任日期。")
    if last_date < row.valid_from:
        raise DomainError("卸任日期不能早于任职日期。")
    if open_handover(row):
        raise DomainError("这个岗位正在办交接，请先确认或者撤销交接。")
    close(row, last_date, by=by)
    posting.refresh_from_db()


def close(posting: Posting, last_date: date, *, by: User | None) -> None:
    """End a locked posting with `last_date`, its leave with it."""
    posting.valid_to = max(last_date, posting.valid_from)
    posting.save(update_fields=["valid_to"])
    record("posting.end", subject=("posting", posting.pk), by=by, last=posting.valid_to)


def open_handover(posting: Posting):
    """The hand-over under way, or None."""
    return posting.handovers.filter(confirmed_at=None, cancelled_at=None).first()


@transaction.atomic
def grant_leave(
    posting: Posting,
    *,
    leave_from: date,
    leave_to: date,
    stand_in: User | None = None,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """请假: from a day to a day, with a stand-in (AB角) or without; then the page says that nobody stands in."""
    today = timezone.localdate(at or timezone.now())
    row = _locked(posting)
    _refuse_leave(row, leave_from, leave_to, today)
    if stand_in:
        _refuse_stand_in(row, stand_in, leave_from, leave_to, at)
    row.leave_from, row.leave_to, row.stand_in = leave_from, leave_to, stand_in
    row.save(update_fields=["leave_from", "leave_to", "stand_in"])
    record(
        "posting.leave",
        subject=("posting", row.pk),
        by=by,
        since=leave_from,
        until=leave_to,
        stand_in=stand_in.pk if stand_in else None,
    )
    if stand_in:
        days = f"{leave_from.month}月{leave_from.day}日到{leave_to.month}月{leave_to.day}日"
        notify(
            f"user:{stand_in.pk}",
            cause=f"leave:{row.pk}:{leave_from}:{stand_in.pk}",
            title=f"{days}请您替{row.user.called}的岗：{row.place_name}{row.post}"[:200],
            at=at,
        )
    posting.refresh_from_db()


def _refuse_leave(row: Posting, leave_from: date, leave_to: date, today: date) -> None:
    if row.valid_to and row.valid_to < today:
        raise DomainError("这个岗位已经卸任，不用登记请假。")
    if leave_to < leave_from:
        raise DomainError("请假的最后一天不能早于第一天。")
    if leave_to < today:
        raise DomainError("请假的日子已经过去，请核对日期。")
    if leave_to - leave_from >= LONGEST_LEAVE:
        raise DomainError("一次请假最长一年，更长的请办交接。")
    if row.leave_to and row.leave_to >= today:
        raise DomainError("已经登记了一次请假，请先销假，再登记新的。")


def _refuse_stand_in(row: Posting, stand_in: User, leave_from: date, leave_to: date, at: datetime | None) -> None:
    if stand_in.pk == row.user_id:
        raise DomainError("替岗人不能是请假的本人。")
    if not stand_in.is_active:
        raise DomainError(f"{stand_in.called}的账号已经停用，请另选一位替岗。")
    away = stand_in.postings.filter(leave_from__lte=leave_to, leave_to__gte=leave_from)
    if away.current(at).exists():
        raise DomainError(f"{stand_in.called}这几天也请假，请另选一位替岗。")


@transaction.atomic
def end_leave(posting: Posting, *, at: datetime | None = None, by: User | None) -> None:
    """提前销假: back at work today. A leave that has not begun, or begins today, is taken back whole."""
    today = timezone.localdate(at or timezone.now())
    row = _locked(posting)
    if not row.leave_to or row.leave_to < today:
        raise DomainError("现在没有请假，不用销假。")
    if row.leave_from >= today:
        row.leave_from = row.leave_to = row.stand_in = None
    else:
        row.leave_to = today - timedelta(days=1)
    row.save(update_fields=["leave_from", "leave_to", "stand_in"])
    record("posting.return", subject=("posting", row.pk), by=by, since=today)
    posting.refresh_from_db()


def _locked(posting: Posting) -> Posting:
    return (
        Posting.objects.select_for_update(of=("self",))
        .select_related("user", "post", "area", "unit", "compound", "building", "entrance")
        .get(pk=posting.pk)
    )
