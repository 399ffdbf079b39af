"""How a dispute comes in: a case of its category, the detail row, the parties and who mediates."""

import uuid
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Case, Category
from cases.states import Channel
from common.errors import DomainError
from grids.levels import Level, code_at
from grids.models import Area, Compound, Posting
from grids.permissions import Ability
from mediation import codes
from mediation.models import Dispute, Mediator, Party
from mediation.services.acting import Turn, acting, append, tell, words
from mediation.states import Action, Origin, Side

CATEGORY = "dispute"
MAX_PARTIES = 20


@dataclass(frozen=True)
class Person:
    """A party as somebody wrote it down."""

    side: str
    name: str
    phone: str = ""
    address: str = ""


@dataclass
class Asked:
    """What is known about a dispute at the counter, already cleaned by a form. `submission` makes a second sending harmless."""

    area: Area
    category: str
    account: str
    happened_date: date
    parties: Sequence[Person]
    mediators: Sequence[User]
    origin: str = Origin.APPLIED
    channel: str = Channel.COUNTER
    scale: str = codes.INDIVIDUAL
    people: int = 2
    place: str = ""
    compound: Compound | None = None
    involved_unit: str = ""
    way: str = codes.PEOPLES_MEDIATION
    organisation: str = ""
    resolver_contact: str = ""
    limit_date: date | None = None
    # Where and when it was written down before, in words that name nobody.
    on_paper: str = ""
    said_at: datetime | None = None
    source: str = ""
    source_id: str = ""
    submission: uuid.UUID = field(default_factory=uuid.uuid4)


def month_after(day: date) -> date:
    """The same day of the next month, or its last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def possible_mediators(community: str, at: datetime | None = None) -> list[User]:
    """People who may mediate in a community: with a current posting in it, or at its street, that lets them register."""
    rows = Posting.objects.current(at or timezone.now()).filter(
        post__grants__contains=[Ability.REGISTER], area__isnull=False
    )
    near = rows.filter(area__code__startswith=community) | rows.filter(area=community[:9])
    people = {row.user_id: row.user for row in near.select_related("user").order_by("pk")}
    return sorted(people.values(), key=lambda user: user.pk)


def register(asked: Asked, *, at: datetime | None = None, by: User) -> Dispute:
    """Open the case of a dispute and write down between whom it is; the same submission a second time is the first one.

    The case lies with the community, whoever registers. It says that there is a dispute of a kind, and nobody's name.
    """
    if existing := Dispute.objects.filter(case__uuid=asked.submission).first():
        return existing
    at = at or timezone.now()
    _refuse(asked, at)
    with transaction.atomic():
        report = cases.register(_request(asked), at=at, by=by)
        # Locked, so that a second sending that comes at the same time waits and then finds the first.
        case = Case.objects.select_for_update(of=("self",)).get(pk=report.case_id)
        if existing := Dispute.objects.filter(case=case).first():
            return existing
        dispute = Dispute.objects.create(case=case, **_details(asked, at), created_at=at, created_by=by, event_count=1)
        turn = Turn(dispute, Action.REGISTER, by, at, None)
        for person in asked.parties:
            _add(dispute, person, at)
        appoint(turn, asked.mediators)
        append(turn, "")
    return dispute


def _refuse(asked: Asked, at: datetime) -> None:
    words(asked.account, "请写明纠纷的经过。")
    if not {Side.APPLICANT, Side.RESPONDENT} <= {person.side for person in asked.parties}:
        raise DomainError("请登记双方当事人，申请人和被申请人至少各一位。")
    if len(asked.parties) > MAX_PARTIES:
        raise DomainError(f"当事人最多登记{MAX_PARTIES}位，其余的写在经过里。")
    if asked.people < len(asked.parties):
        raise DomainError(f"登记了{len(asked.parties)}位当事人，涉及人数不能比这少。")
    refuse_kind(asked.category, asked.happened_date, at)


def refuse_kind(category: str, happened_date: date, at: datetime) -> None:
    """DomainError where a dispute cannot be of this kind, or of this day."""
    if happened_date > timezone.localdate(at):
        raise DomainError("发生日期不能晚于今天。")
    if category not in codes.finest(codes.categories()):
        raise DomainError("请选择纠纷类别。")


def _request(asked: Asked) -> cases.Request:
    """The case: neutral words, the compound but no door."""
    said = codes.said(codes.categories(), asked.category)
    group = codes.categories()[asked.category[:2]]
    community = Area.objects.get(code=code_at(asked.area.code, Level.COMMUNITY))
    return cases.Request(
        category=Category.objects.get(code=CATEGORY),
        area=community,
        text=f"矛盾纠纷：{said}，涉及{asked.people}人。{asked.on_paper}当事人和经过只有调解员和社区负责人能看。",
        title=f"{group}调解",
        channel=asked.channel,
        submission=asked.submission,
        compound=asked.compound,
        said_at=asked.said_at,
        source=asked.source,
        source_id=asked.source_id,
    )


def _details(asked: Asked, at: datetime) -> dict:
    kept = (
        *("origin", "happened_date", "place", "scale", "category", "people", "involved_unit", "account", "way"),
        "resolver_contact",
    )
    community = Area.objects.get(code=code_at(asked.area.code, Level.COMMUNITY))
    return {name: getattr(asked, name) for name in kept} | {
        "organisation": asked.organisation or f"{community.name}人民调解委员会",
        "limit_date": asked.limit_date or month_after(timezone.localdate(at)),
    }


def _add(dispute: Dispute, person: Person, at: datetime) -> Party:
    name = words(person.name, "请填写当事人的姓名。")
    return Party.objects.create(
        dispute=dispute, side=Side(person.side), name=name, phone=person.phone or None, address=person.address,
        added_at=at,
    )  # fmt: skip


def able(community: str, people: Sequence[User], at: datetime) -> list[User]:
    """These people, each once. DomainError where there is none, or one who cannot mediate in the community."""
    allowed = {user.pk for user in possible_mediators(community, at)}
    chosen = list({user.pk: user for user in people}.values())
    if not chosen:
        raise DomainError("请至少指定一位调解员。")
    if strangers := [user.called for user in chosen if user.pk not in allowed]:
        raise DomainError(f"{'、'.join(strangers)}现在不在本社区或本街道任职，请另选。")
    return chosen


def appoint(turn: Turn, people: Sequence[User]) -> None:
    """Who mediates from now on; the first leads. Who is no longer named reads no more."""
    held = turn.dispute
    chosen = able(held.case.community, people, turn.at)
    rows = Mediator.objects.filter(dispute=held, ended_at__isnull=True)
    before = set(rows.values_list("user_id", flat=True))
    rows.exclude(user__in=chosen).update(ended_at=turn.at, is_lead=False)
    rows.update(is_lead=False)
    new = [user for user in chosen if user.pk not in before]
    Mediator.objects.bulk_create(
        Mediator(dispute=held, user=user, assigned_at=turn.at, assigned_by=turn.by) for user in new
    )
    rows.filter(user=chosen[0]).update(is_lead=True)
    turn.note = f"调解员{'、'.join(user.called for user in chosen)}"
    if told := [f"user:{user.pk}" for user in new if user.pk != turn.by.pk]:
        tell(turn, told, "请您调解一件矛盾纠纷")


def assign(
    dispute: Dispute, people: Sequence[User], *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """指定调解员: these and nobody else, the first as the responsible one."""
    with acting(dispute, Action.ASSIGN, by=by, seen=seen, at=at) as turn:
        appoint(turn, people)


def add_party(
    dispute: Dispute, person: Person, *, seen: int | None = None, at: datetime | None = None, by: User
) -> Party:
    """补充当事人: somebody else is part of it too."""
    with acting(dispute, Action.PARTY, by=by, seen=seen, at=at) as turn:
        if turn.dispute.parties.count() >= MAX_PARTIES:
            raise DomainError(f"当事人最多登记{MAX_PARTIES}位，其余的写在经过里。")
        party = _add(turn.dispute, person, turn.at)
        turn.dispute.people = max(turn.dispute.people, turn.dispute.parties.count())
        turn.note = Side(person.side).label
    return party


def correct(dispute: Dispute, changes: dict, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """补正登记: category, scale, people, place, unit, account, way and organisation, as far as they are named."""
    allowed = {
        *("category", "scale", "people", "place", "involved_unit", "account", "way", "organisation"),
        "resolver_contact",
    }
    if strange := set(changes) - allowed:
        raise TypeError(f"not to be corrected: {strange}")
    with acting(dispute, Action.CORRECT, by=by, seen=seen, at=at) as turn:
        held = turn.dispute
        changed = [name for name, value in changes.items() if str(_plain(held, name)) != str(value)]
        if not changed:
            raise DomainError("没有改动。")
        for name in changed:
            setattr(held, name, changes[name])
        words(held.account, "请写明纠纷的经过。")
        if held.people < max(2, held.parties.count()):
            raise DomainError("涉及人数不能比登记的当事人少。")
        called = {field.name: str(field.verbose_name) for field in Dispute._meta.concrete_fields}
        turn.note = "、".join(called[name] for name in changed)


def _plain(dispute: Dispute, name: str):
    value = getattr(dispute, name)
    return value.plain if name == "place" and value else value
