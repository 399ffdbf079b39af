"""The ledger of cases: the list as the inbox filters it."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from cases.models import Case
from common.ledgers import Column
from desk import work
from desk.filters import chosen
from desk.ledgers.kinds import Ledger
from grids.permissions import Ability


def _cases(user, query: QueryDict) -> QuerySet:
    return work.called(chosen(user, query))


def _line(case: Case) -> list:
    late = case.is_open and case.due_at < timezone.now()
    return [
        case.number,
        case.get_channel_display(),
        case.category.name,
        case.called,
        case.place,
        case.area.full_name,
        case.get_level_display(),
        case.get_status_display(),
        case.handling_unit.name if case.handling_unit else "",
        case.assignee.called if case.assignee else "",
        case.created_at,
        case.due_at,
        "超期" if late else "",
        case.resolved_at,
        case.closed_at,
        case.get_closed_level_display() if case.closed_level is not None else "",
        case.get_outcome_display(),
        case.get_satisfaction_display(),
    ]


LEDGERS = (
    Ledger(
        "cases",
        "事项",
        "件",
        (
            Column("受理编号", 17, "center"), Column("来源", 8, "center"), Column("类别", 14), Column("事项", 30),
            Column("地点", 22), Column("所属区域", 24), Column("层级", 6, "center"), Column("状态", 9, "center"),
            Column("承办单位", 14), Column("经办", 10), Column("登记时间", 16, "center"),
            Column("办理期限", 16, "center"), Column("超期", 6, "center"), Column("答复时间", 16, "center"),
            Column("办结时间", 16, "center"), Column("办结层级", 9, "center"), Column("是否解决", 9, "center"),
            Column("是否满意", 9, "center"),
        ),
        _cases,
        _line,
        needs=Ability.HANDLE,
    ),
)  # fmt: skip
