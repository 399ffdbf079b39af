"""The district a rehearsal plays in: all grids, and one worker on every seat, made once."""

from datetime import date

from accounts.models import User
from cases.models import Case, Category
from cases.services import seat_of
from cases.services.acting import COLLECTING_UNIT, OFFICE_UNIT
from cases.services.residents import seat_above
from grids.levels import Level, code_at
from grids.models import Area, Organization, Post, Posting
from households.services import current_notice
from weidu_portal.demo.people import Staff

PREFIX = "yanlian-"
_POST = {Level.GRID: "grid_worker", Level.COMMUNITY: "community_secretary", Level.STREET: "street_director"}
_BODIES = {COLLECTING_UNIT: ("collector_head", "collector"), OFFICE_UNIT: ("supervisor_head", "supervisor")}
_IN_OFFICE_SINCE = date(2020, 1, 1)


class District:
    """Grids, units, categories and people, looked up once and kept."""

    def __init__(self) -> None:
        self.grids = list(Area.objects.in_service().on(Level.GRID).order_by("code"))
        self.areas = {area.code: area for area in Area.objects.in_service()}
        self.units = {unit.code: unit for unit in Organization.objects.active()}
        self.taking = sorted((u for u in self.units.values() if u.takes_cases), key=lambda u: u.code)
        self.categories = _choices()
        self.notice = current_notice()
        self.staff = _staff(self.areas, self.units, self.taking)

    @property
    def everybody(self) -> dict[str, list[User]]:
        """People by seat."""
        return self.staff.by_seat

    def worker(self, case: Case) -> User:
        """Who does the work at the seat that holds the case."""
        return self.staff.worker(seat_of(case))

    def approver(self, case: Case) -> User:
        """Who decides what the holder asks: its head, or the level above where one person does both."""
        head = self.staff.head(seat_of(case))
        return head if head != self.worker(case) else self.above(case)

    def above(self, case: Case) -> User:
        """Who answers for the seat above the holder."""
        return self.staff.head(seat_above(case))

    def at(self, case: Case, level: Level) -> User:
        """Who works at a level of the case's path."""
        return self.staff.worker(f"area:{code_at(case.area_id, level)}")

    def office(self) -> User:
        """Who works at 区委办."""
        return self.staff.worker(f"unit:{self.units[OFFICE_UNIT].pk}")

    def unit_for(self, case: Case) -> Organization:
        """The unit such a case usually goes to."""
        usual = case.category.usual_unit
        return usual if usual and usual.takes_cases else self.units["chengguan"]


def _choices() -> dict[str, list[Category]]:
    """Categories a request may have, by the code of their top one."""
    rows = list(Category.objects.active().select_related("parent", "usual_unit").order_by("code"))
    parents = {row.parent_id for row in rows}
    found: dict[str, list[Category]] = {}
    for row in rows:
        if row.pk not in parents:
            found.setdefault(row.parent.code if row.parent else row.code, []).append(row)
    return found


def _staff(areas: dict[str, Area], units: dict[str, Organization], taking: list[Organization]) -> Staff:
    """One account a post, opened on the first rehearsal of a database; nobody of them can sign in."""
    places: list[tuple[str, Area | None, Organization | None]] = [
        (_POST[Level(area.level)], area, None) for area in areas.values() if area.level in _POST
    ]
    district = next(area for area in areas.values() if area.level == Level.DISTRICT)
    places += [(post, district, units[code]) for code, posts in _BODIES.items() for post in posts]
    places += [(post, None, unit) for unit in taking for post in ("unit_head", "unit_worker")]
    if not User.objects.filter(username__startswith=PREFIX).exists():
        _open(places)
    by_seat: dict[str, list[User]] = {}
    rows = Posting.objects.filter(user__username__startswith=PREFIX).select_related("user", "post")
    for row in sorted(rows, key=lambda row: ("approve" not in row.post.grants, row.pk)):
        seat = f"unit:{row.unit_id}" if row.unit_id else f"area:{row.area_id}"
        by_seat.setdefault(seat, []).append(row.user)
    return Staff(by_seat)


def _open(places: list[tuple[str, Area | None, Organization | None]]) -> None:
    users = [
        User(username=f"{PREFIX}{number}", full_name=f"演练{number}", title="演练人员", must_change_password=False)
        for number in range(1, len(places) + 1)
    ]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    posts = {post.code: post for post in Post.objects.all()}
    Posting.objects.bulk_create(
        Posting(user=user, post=posts[post], area=area, unit=unit, valid_from=_IN_OFFICE_SINCE)
        for user, (post, area, unit) in zip(users, places, strict=True)
    )
