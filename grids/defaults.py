"""What every district starts with besides its places: the standards for service centres.

What the seven and the five centres are is not published, so the items are numbered placeholders that say so; the
district writes the real words in the administration. Only their number is known, and checked.
"""

from grids.levels import Level
from grids.models import Area, Compound, Standard, StandardItem

STANDARDS = (
    ("urban", "一有七中心", Compound.Setting.URBAN, 1, 7),
    ("rural", "三有五中心", Compound.Setting.RURAL, 3, 5),
)


def load() -> None:
    """Insert the standards that are missing, and call communities urban until somebody says otherwise. Idempotent."""
    known = set(Standard.objects.values_list("code", flat=True))
    for code, name, setting, havings, centres in STANDARDS:
        if code not in known:
            standard = Standard.objects.create(code=code, name=name, setting=setting, havings=havings, centres=centres)
            StandardItem.objects.bulk_create(_items(standard))
    Area.objects.filter(level=Level.COMMUNITY, in_service=True, kind="").update(kind=Compound.Setting.URBAN)


def _items(standard: Standard) -> list[StandardItem]:
    counted = [(StandardItem.Kind.HAVING, standard.havings), (StandardItem.Kind.CENTRE, standard.centres)]
    return [
        StandardItem(
            standard=standard, kind=kind, order=number, name=f"{kind.label}{number}（待核定）", is_placeholder=True
        )
        for kind, count in counted
        for number in range(1, count + 1)
    ]
