"""How doors and past visits are put in a few words on a phone. Pure."""

from datetime import date

from households.models import Household
from visits.models import Visit
from visits.states import Outcome

_SHORT = 14


def door_label(household: Household) -> str:
    """3-2-501; a door without building or entrance gives what it has."""
    parts = (household.building_no, household.unit_no, household.room)
    return "-".join(str(part) for part in parts if part not in (None, ""))


def ago(day: date, today: date) -> str:
    """今天, 昨天, 31天前."""
    days = (today - day).days
    return {0: "今天", 1: "昨天"}.get(days, f"{days}天前") if days >= 0 else "今天"


def short(text: str) -> str:
    """The beginning of what was said, for a line on a phone."""
    text = " ".join(text.split())
    return f"{text[:_SHORT]}…" if len(text) > _SHORT else text


def last_words(visit: Visit | None, said: list[str], today: date) -> str:
    """31天前走访，说过地下室渗水. `said` is what was talked about, as one wants it read."""
    if visit is None:
        return "还没有走访过"
    words = ago(visit.happened_date, today)
    if visit.outcome == Outcome.MET:
        words += "走访"
    elif visit.outcome == Outcome.PHONED:
        words += "电话联系"
    else:
        words += f"去过，{visit.get_outcome_display()}"
    return f"{words}，说过{'、'.join(list(dict.fromkeys(short(one) for one in said))[:2])}" if said else words
