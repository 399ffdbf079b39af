"""A quarrel that came in as an ordinary case becomes a dispute: the same case, from now on mediated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Case, Category
from cases.roles import ENDED_ELSEWHERE
from common.errors import DomainError
from grids.levels import Level, code_at
from grids.models import Area
from mediation import codes
from mediation.models import Dispute
from mediation.services.acting import Turn, append, words
from mediation.services.intake import CATEGORY, able, appoint, month_after, refuse_kind
from mediation.states import Action, Origin


@dataclass(frozen=True)
class Quarrel:
    """What the community knows of it. Between whom it is, and what happened, the mediator writes down before 受理."""

    category: str
    happened_date: date
    mediators: Sequence[User]
    origin: str = Origin.OFFERED
    reason: str = ""


def convert(case: Case, quarrel: Quarrel, *, seen: int | None = None, at: datetime | None = None, by: User) -> Dispute:
    """转为调解: the case goes on as a dispute of the community, with its number, history and reporters.

    `seen` is the case's event count on the page the person saw. The reporter's words stay where they are, with the
    case; nothing of them is copied into the dispute.
    """
    at = at or timezone.now()
    reason = words(quarrel.reason, "请写明为什么转为调解。")
    refuse_kind(quarrel.category, quarrel.happened_date, at)
    mediators = able(case.community, quarrel.mediators, at)
    with transaction.atomic():
        if Case.objects.select_for_update(of=("self",)).get(pk=case.pk).category.code in ENDED_ELSEWHERE:
            raise DomainError("这件事项已经是矛盾纠纷或者代办，不用再转。")
        category = Category.objects.get(code=CATEGORY)
        title = f"{codes.categories()[quarrel.category[:2]]}调解"
        cases.hand_to_mediation(case, category, title, note=reason, seen=seen, at=at, by=by)
        community = Area.objects.get(code=code_at(case.area_id, Level.COMMUNITY))
        dispute = Dispute.objects.create(
            case=case,
            origin=Origin(quarrel.origin),
            happened_date=quarrel.happened_date,
            scale=codes.INDIVIDUAL,
            category=quarrel.category,
            people=2,
            way=codes.PEOPLES_MEDIATION,
            organisation=f"{community.name}人民调解委员会",
            limit_date=month_after(timezone.localdate(at)),
            created_at=at,
            created_by=by,
            event_count=1,
        )
        turn = Turn(dispute, Action.REGISTER, by, at, None)
        appoint(turn, mediators)
        append(turn, "")
    return dispute
