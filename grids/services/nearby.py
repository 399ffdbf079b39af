"""Verbs of what stands in a neighbourhood: owners' bodies, chat groups, service and employment points.

Service centres and their inspections: `grids.services.centres`.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.levels import Level
from grids.models import Area, ChatGroup, Compound, OwnersBody, OwnersBodyStep, Post, ServicePoint
from grids.services.amending import amend
from grids.services.places import check_office_phone

Step = OwnersBody.Step
LADDER = tuple(Step)
MAX_MEMBERS = 99


def step_after(step: str) -> OwnersBody.Step | None:
    """The step that follows; None after the last one, which only a new term leaves."""
    place = LADDER.index(Step(step)) + 1
    return LADDER[place] if place < len(LADDER) else None


@transaction.atomic
def start_body(compound: Compound, *, kind: str, on: date, note: str = "", by: User) -> OwnersBody:
    """Preparations for an owners' body begin: 筹备. One current body a compound."""
    if compound.valid_to:
        raise DomainError(f"{compound}已经停用。")
    if OwnersBody.objects.filter(compound=compound, ended_date__isnull=True).exists():
        raise DomainError(f"{compound}已经有业委会或物管会，换届请在原来那一届上办。")
    _check_day(on)
    body = OwnersBody.objects.create(compound=compound, kind=kind, step=Step.PREPARING)
    _step(body, Step.PREPARING, on, note, by)
    record("owners_body.start", subject=("ownersbody", body.pk), by=by, compound=compound.pk, kind=kind)
    return body


@transaction.atomic
def step_body(
    body: OwnersBody,
    step: str,
    *,
    on: date,
    note: str = "",
    members: int | None = None,
    term_from: date | None = None,
    term_to: date | None = None,
    by: User,
) -> None:
    """The next step, in order and not before the last one. 选举 wants the number of members, 备案 the term."""
    body = OwnersBody.objects.select_for_update().get(pk=body.pk)
    _check_standing(body)
    following = step_after(body.step)
    if following is None or step != following:
        wanted = f"下一步是{following.label}" if following else "下一步是登记新一届"
        raise DomainError(f"现在是{body.get_step_display()}，{wanted}。")
    _check_order(body, on)
    changes: dict[str, Any] = {"step": Step(step)}
    if step == Step.ELECTED:
        changes["members"] = _members(members)
    if step == Step.FILED:
        changes |= _term(term_from, term_to)
    amend(body, changes, by=by)
    _step(body, Step(step), on, note, by)


@transaction.atomic
def new_term(
    body: OwnersBody,
    *,
    kind: str = "",
    elected_on: date,
    filed_on: date,
    members: int | None,
    term_from: date | None,
    term_to: date | None,
    note: str = "",
    by: User,
) -> OwnersBody:
    """The body that follows one in 换届: elected and filed, it takes over on the day of its filing."""
    body = OwnersBody.objects.select_for_update().get(pk=body.pk)
    _check_standing(body)
    if body.step != Step.RENEWING:
        raise DomainError(f"现在是{body.get_step_display()}，先登记换届，再登记新一届。")
    _check_order(body, elected_on)
    if filed_on < elected_on:
        raise DomainError("备案日期不能早于选举日期。")
    _check_day(filed_on)
    facts = {"members": _members(members)} | _term(term_from, term_to)
    amend(body, {"ended_date": filed_on}, by=by)
    following = OwnersBody.objects.create(
        compound_id=body.compound_id, kind=kind or body.kind, step=Step.FILED, **facts
    )
    _step(following, Step.ELECTED, elected_on, note, by)
    _step(following, Step.FILED, filed_on, "", by)
    record("owners_body.new_term", subject=("ownersbody", following.pk), by=by, previous=body.pk)
    return following


@transaction.atomic
def end_body(body: OwnersBody, *, on: date, by: User) -> None:
    """The body is dissolved, or its preparation given up."""
    _check_standing(body)
    _check_order(body, on)
    amend(body, {"ended_date": on}, by=by)


@transaction.atomic
def open_group(
    area: Area, *, name: str, owner_post: Post, households: int, on: date | None = None, by: User
) -> ChatGroup:
    """A residents' group of a grid: its name, the post that owns it, how many households it reaches."""
    if area.level != Level.GRID:
        raise DomainError("居民群登记到网格。")
    _check_group_name(area, name)
    group = ChatGroup.objects.create(
        area=area, name=name, owner_post=owner_post, households=households, counted_date=_past(on)
    )
    record("chat_group.open", subject=("chatgroup", group.pk), by=by, area=area.code)
    return group


@transaction.atomic
def change_group(group: ChatGroup, changes: dict[str, Any], *, by: User) -> list[str]:
    """Change name, owner's post, households and the day they were counted."""
    if group.closed_date:
        raise DomainError(f"{group}已经解散。")
    if changes.get("name", group.name) != ChatGroup.objects.get(pk=group.pk).name:
        _check_group_name(group.area, changes["name"])
    if "counted_date" in changes:
        _check_day(changes["counted_date"])
    return amend(group, changes, by=by)


@transaction.atomic
def close_group(group: ChatGroup, *, by: User) -> None:
    """The group was dissolved."""
    if group.closed_date:
        raise DomainError(f"{group}已经解散。")
    amend(group, {"closed_date": timezone.localdate()}, by=by)


@transaction.atomic
def add_point(area: Area, *, kind: str, name: str, offers: str, by: User | None, **facts: Any) -> ServicePoint:
    """A service or employment point of a community or grid. `facts`: further columns."""
    point = ServicePoint(area=area, kind=kind, name=name, offers=offers, **facts)
    _check_point(point)
    point.save()
    record("point.add", subject=("servicepoint", point.pk), by=by, area=area.code, kind=kind)
    return point


@transaction.atomic
def change_point(point: ServicePoint, changes: dict[str, Any], *, by: User | None) -> list[str]:
    """Change what is offered, the contact, how many are wanted, open / full / closed. Residents see when it was looked at."""
    if point.removed_date:
        raise DomainError(f"{point}已经撤销。")
    wanted = ServicePoint.objects.get(pk=point.pk)
    for name, value in changes.items():
        setattr(wanted, name, value)
    _check_point(wanted)
    changed = amend(point, changes, by=by)
    point.updated_at = timezone.now()
    point.save(update_fields=["updated_at"])
    return changed


@transaction.atomic
def remove_point(point: ServicePoint, *, by: User | None) -> None:
    """The point is no more; residents no longer find it."""
    if point.removed_date:
        raise DomainError(f"{point}已经撤销。")
    amend(point, {"removed_date": timezone.localdate()}, by=by)


def _step(body: OwnersBody, step: OwnersBody.Step, on: date, note: str, by: User) -> None:
    OwnersBodyStep.objects.create(body=body, step=step, happened_date=on, note=note, noted_by=by)


def _check_standing(body: OwnersBody) -> None:
    if body.ended_date:
        raise DomainError("这一届已经终止。")


def _check_order(body: OwnersBody, on: date) -> None:
    _check_day(on)
    last = body.steps.order_by("-happened_date").first()
    if last and on < last.happened_date:
        raise DomainError(f"日期不能早于上一步（{last.get_step_display()}，{last.happened_date:%Y-%m-%d}）。")


def _members(members: int | None) -> int:
    if not members or members > MAX_MEMBERS:
        raise DomainError("请填写选出的委员人数。")
    return members


def _term(term_from: date | None, term_to: date | None) -> dict[str, date]:
    if not term_from or not term_to:
        raise DomainError("备案时请填写任期的开始和结束日期。")
    if term_to <= term_from:
        raise DomainError("任期结束要晚于任期开始。")
    return {"term_from": term_from, "term_to": term_to}


def _check_group_name(area: Area, name: str) -> None:
    if ChatGroup.objects.filter(area=area, name=name, closed_date__isnull=True).exists():
        raise DomainError(f"{area}已经有叫“{name}”的群。")


def _check_point(point: ServicePoint) -> None:
    if point.area.level not in (Level.COMMUNITY, Level.GRID):
        raise DomainError("服务点和就业点登记到社区或网格。")
    if point.openings is not None and point.kind != ServicePoint.Kind.EMPLOYMENT:
        raise DomainError("只有就业点填招几人。")
    check_office_phone(point.phone)


def _past(on: date | None) -> date:
    if on is not None:
        _check_day(on)
    return on or timezone.localdate()


def _check_day(on: date) -> None:
    if on > timezone.localdate():
        raise DomainError("日期不能晚于今天。")
