"""Whose board somebody reads: the areas of posts that handle, collect or hand out, and everything beneath.

Who works in a grid reads the community's board, without the table of its grids: a grid is one named person, and figures
of persons are for those who lead them, inside the own community (docs/decisions/0027-boards.md).
"""

from grids.levels import CODE_LENGTH, Level, level_of
from grids.models import Area
from grids.permissions import Ability
from grids.scope import scope_of

READS_BOARDS = (Ability.HANDLE, Ability.COLLECT, Ability.HAND_OUT)


def readable(user) -> list[str]:
    """Codes of the highest areas whose boards the user reads, in code order; none for posts of units alone."""
    held = {code for ability in READS_BOARDS for code in scope_of(user, granting=ability).areas}
    codes = {code[: CODE_LENGTH[Level.COMMUNITY]] for code in held}
    return sorted(code for code in codes if not any(code != other and code.startswith(other) for other in codes))


def board_area(user, code: str) -> Area | None:
    """The area of the address where the user may read its board; the first of the user's own where it names none."""
    roots = readable(user)
    if not code:
        return Area.objects.filter(code__in=roots[:1]).first()
    if not any(code.startswith(root) for root in roots):
        return None
    return Area.objects.in_service().filter(code=code, level__gte=Level.COMMUNITY).first()


def sees_grids(user, code: str) -> bool:
    """True on the board of a community the user works in as its community, not as one of its grids."""
    own = {one for ability in READS_BOARDS for one in scope_of(user, granting=ability).areas}
    return level_of(code) == Level.COMMUNITY and code in own


def choices(user, area: Area) -> list[Area]:
    """Areas the board offers: the user's own, one level beneath them, and beside and beneath the one shown."""
    roots = readable(user)
    wanted = Area.objects.none()
    for code in {*roots, area.code, *([area.parent_code] if area.level == Level.COMMUNITY else [])}:
        level = level_of(code)
        if any(code.startswith(root) for root in roots):
            wanted |= Area.objects.filter(code=code)
            if level > Level.COMMUNITY:
                wanted |= Area.objects.in_service().on(level - 1).filter(code__startswith=code)
    return list(wanted.order_by("code"))
