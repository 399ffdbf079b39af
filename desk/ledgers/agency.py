"""The ledger of errands: the list as its page filters it."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone

from agency.models import AgencyRequest
from agency.states import SignedAs, Way
from cases.models import Report
from common.ledgers import Column
from desk.errand_list import chosen
from desk.ledgers.kinds import Ledger
from grids.permissions import Ability


def _errands(user, query: QueryDict) -> QuerySet:
    first = Report.objects.filter(case=OuterRef("case"), is_first=True)
    # One row after another is read from the database, so who asked comes along as a column.
    return chosen(user, query).annotate(asker=Subquery(first.values("name")[:1]))


def _line(errand: AgencyRequest) -> list:
    case, done = errand.case, errand.done_at
    same_day = done and timezone.localdate(done) == timezone.localdate(errand.asked_at)
    return [
        case.number,
        errand.item.name,
        errand.asker or "",
        errand.door,
        case.area.full_name,
        case.channel_label,
        Way(errand.way).label,
        errand.step_label,
        errand.missing,
        errand.times,
        errand.asked_at,
        errand.promised_by,
        done,
        ("是" if same_day else "否") if done else "",
        errand.handed_back,
        errand.received,
        errand.returned,
        errand.signed_at,
        SignedAs(errand.signed_as).label if errand.signed_as else "",
        case.assignee.called if case.assignee else "",
        case.status_label,
    ]


LEDGERS = (
    Ledger(
        "agency",
        "代办",
        "件",
        (
            Column("受理编号", 17, "center"), Column("代办事项", 10), Column("称呼", 10), Column("门牌", 24),
            Column("所属区域", 24), Column("来源", 8, "center"), Column("交接", 9, "center"), Column("步骤", 6, "center"),
            Column("还缺什么", 16), Column("第几次办", 8, "center"), Column("提出时间", 16, "center"),
            Column("答应办好", 16, "center"), Column("办好时间", 16, "center"), Column("当天办好", 8, "center"),
            Column("交回了什么", 18), Column("收到（元）", 10), Column("退回（元）", 10), Column("签收时间", 16, "center"),
            Column("谁签收", 8, "center"), Column("经办", 10), Column("事项状态", 9, "center"),
        ),
        _errands,
        _line,
        area="case__area",
        needs=Ability.HANDLE,
        personal=True,
    ),
)  # fmt: skip
