"""What stands on paper about cases of a ledger or a batch: words only, no personal data."""

from collections.abc import Iterable, Sequence
from typing import Any

from cases.models import Case, Event
from cases.states import Action, Alarm
from grids.levels import Level, code_at
from grids.models import Area
from supervision.models import HandOutItem, LedgerItem
from supervision.wording import long_date, names_by_case, without_people

NO_REASON = "办理时限已到，按时限转区级继续办理。"


def arrivals(cases: Iterable[Case]) -> dict[int, Event]:
    """How each case last came up to the district: by the street's hand, or by time. One query."""
    rows = Event.objects.filter(
        case__in=cases,
        to_level=Level.DISTRICT,
        from_level__lt=Level.DISTRICT,
        action__in=[Action.ESCALATE, Alarm.CLIMB],
    )
    return {event.case_id: event for event in rows.order_by("number")}


def places(cases: Iterable[Case]) -> dict[int, str]:
    """Street and community of each case; the grid is left out. One query."""
    codes = {case.pk: code_at(case.area_id, Level.COMMUNITY) for case in cases}
    names = dict(Area.objects.filter(code__in=set(codes.values())).values_list("code", "full_name"))
    return {pk: names.get(code, "") for pk, code in codes.items()}


def public_name(case: Case, names: Iterable[str] = ()) -> str:
    """What a case is called on paper: the title staff wrote, else its category, never the reporter's own words."""
    return without_people(case.title, names) or case.category.name


def printed_words(items: Sequence[LedgerItem]) -> list[dict[str, Any]]:
    """The words of each item as they are printed, in the order given. A fixed number of queries."""
    cases = [item.case for item in items]
    where, came, names = places(cases), arrivals(cases), names_by_case(cases)
    return [_words(item, where[item.case_id], came.get(item.case_id), names[item.case_id]) for item in items]


def _words(item: LedgerItem, place: str, came: Event | None, names: set[str]) -> dict[str, Any]:
    case = item.case
    return {
        "number": case.number,
        "title": public_name(case, names),
        "place": place,
        "category": case.category.name,
        "reason": without_people(came.note, names) if came and came.note else NO_REASON if came else "",
        "opinion": without_people(item.opinion, names),
        "lead": item.lead.name if item.lead else "",
        "helpers": "、".join(unit.name for unit in item.helpers.all()),
        "climbed_at": long_date(came.at if came else None),
        "due_at": long_date(case.due_at),
        "status": state_of(case),
    }


def state_of(case: Case) -> str:
    """How far a case is, as a ledger says it."""
    unit = case.handling_unit
    if case.is_open and unit is not None:
        return "待交办" if not unit.takes_cases else case.status_label if case.signed_at else "待签收"
    return case.status_label


def batch_words(items: Sequence[HandOutItem]) -> list[dict[str, Any]]:
    """The words of each case of a batch as they are printed. A fixed number of queries."""
    cases = [item.case for item in items]
    where, names = places(cases), names_by_case(cases)
    return [
        {
            "number": item.case.number,
            "title": public_name(item.case, names[item.case_id]),
            "place": where[item.case_id],
            "lead": item.lead.name,
            "helpers": "、".join(unit.name for unit in item.helpers.all()),
            "instruction": without_people(item.instruction, names[item.case_id]),
            "due_at": long_date(item.due_at),
        }
        for item in items
    ]
