"""Words that go on paper or are kept for good: without the people who reported, their numbers and their doors."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from cases.models import Case, Report
from common.sensitive import mask_numbers

_N = "[0-9０-９一二三四五六七八九十]"
# A building is where the trouble is; an entrance or a room is somebody's door.
_DOOR = re.compile(
    rf"(?:{_N}+(?:号楼|栋|幢))?{_N}+单元(?:{_N}+(?:室|号|户)?)?|{_N}{{2,4}}(?:室|户)|[0-9]{{1,3}}-[0-9]{{1,2}}-[0-9]{{2,4}}"
)
_HIDDEN = "**"


def without_people(words: str, names: Iterable[str] = ()) -> str:
    """`words` with every one of `names` called 反映人, numbers masked, entrances and rooms left out."""
    words = mask_numbers(words)
    for name in sorted(names, key=len, reverse=True):
        words = words.replace(name, "反映人") if len(name) > 1 else words
    return _DOOR.sub(_HIDDEN, words)


def names_by_case(cases: Iterable[Case]) -> dict[int, set[str]]:
    """What the reporters of each case, and of those merged into it, are called. One query; for hiding it only."""
    found: dict[int, set[str]] = {case.pk: set() for case in cases}
    rows = Report.objects.filter(Q(case__in=found) | Q(case__merged_into__in=found))
    for report in rows.select_related("case").only("name", "case__merged_into"):
        for pk in {report.case_id, report.case.merged_into_id} & set(found):
            if report.name:
                found[pk].add(report.name.plain)
    return found


def long_date(moment: datetime | None) -> str:
    """2026年12月7日, as papers write it; empty for None."""
    if moment is None:
        return ""
    day = timezone.localdate(moment)
    return f"{day.year}年{day.month}月{day.day}日"
