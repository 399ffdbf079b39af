"""What every page needs. All of it lazy: a public page costs no query."""

from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.preferences import ELDER, chosen_size
from cases.models import Assignment
from dashboards.access import READS_BOARDS, readable
from desk import orders_work, visit_work, work
from desk.sheet_page import kinds_for
from desk.visit_ground import READS_FIGURES
from desk.work import whistles_to_answer
from grids.levels import Level, level_of
from grids.permissions import Ability, abilities_of
from grids.scope import postings_of, scope_of
from notifications.models import Notification
from visits.models import Submission
from weidu_portal.start import only_claims
from wishes.models import Volunteer, Wish
from workdays.services import coverage_warning

SITE_NAME = "魏都区网格服务大厅"
DESK_NAME = "魏都网格治理"
DISTRICT = "许昌市魏都区"


class DeskFrame:
    """The menu and the top bar of the desk for one user. Each property asks the database at most once."""

    def __init__(self, user):
        self.user = user

    @cached_property
    def abilities(self) -> frozenset[str]:
        """What the user's postings allow."""
        return abilities_of(self.user)

    @cached_property
    def frame(self) -> str:
        """The template around one's own account: the desk's, or that of claims for volunteers without a post."""
        return "claims/base.html" if only_claims(self.user) else "desk/base.html"

    @cached_property
    def _counted(self) -> dict[str, int]:
        """What the menu counts, each up to 101, in one query."""
        user, seats = self.user, scope_of(self.user).seats
        selections: dict[str, QuerySet] = {"claims": Volunteer.objects.filter(user=user)}
        if seats:
            selections["unread"] = Notification.objects.for_seats(seats, user).unread(user)
        if Ability.HANDLE in self.abilities:
            selections["assignments"] = Assignment.objects.owed_by(user).open()
            selections["callbacks"] = work.to_call(user)
            selections["wishes"] = Wish.objects.visible_to(user).held_by(user).to_answer()
        if self.whistles_matter:
            selections["whistles"] = whistles_to_answer(self.user)
        if Ability.PLAN_VISITS in self.abilities:
            selections["review_items"] = Submission.objects.reviewable_by(user).to_review()
            selections |= visit_work.selections(user)
        selections |= orders_work.selections(user)
        return work.counts(user, selections)

    @property
    def orders(self) -> int:
        """Orders proposed by the portal and answers to orders that wait for 区委办."""
        return orders_work.waiting(self._counted)

    @property
    def unread(self) -> int:
        """Notices not read yet."""
        return self._counted.get("unread", 0)

    @property
    def wishes(self) -> int:
        """Micro-wishes to review or to confirm at the user's seats."""
        return self._counted.get("wishes", 0)

    @cached_property
    def whistles_matter(self) -> bool:
        """Whether 吹哨 is offered: to streets, which whistle, and to units, which come."""
        posted = [p for p in postings_of(self.user) if Ability.HANDLE in p.post.grants]
        return any(p.unit_id or (p.area_id and level_of(p.area_id) == Level.STREET) for p in posted)

    @property
    def whistles(self) -> int:
        """Whistles the user's units are called by and have not come to yet."""
        return self._counted.get("whistles", 0)

    @property
    def may_owe(self) -> bool:
        """Whether 任务 is offered: units, streets and communities are given some, grids are not."""
        scope = scope_of(self.user)
        areas = scope.at(Level.COMMUNITY) or scope.at(Level.STREET)
        return Ability.HANDLE in self.abilities and bool(scope.units or areas)

    @property
    def assignments(self) -> int:
        """What the user's units and areas still owe on cases."""
        return self._counted.get("assignments", 0)

    @property
    def callbacks(self) -> int:
        """Reporters the user's seats are to call back."""
        return self._counted.get("callbacks", 0)

    @property
    def review_items(self) -> int:
        """Records from phones that wait for the user to look at them."""
        return self._counted.get("review_items", 0)

    @property
    def claims(self) -> bool:
        """Whether 我的认领 is offered: to staff who are volunteers too."""
        return bool(self._counted.get("claims"))

    @property
    def visits(self) -> dict[str, int]:
        """What was heard on visits and waits for the user's community, and doors nobody opened."""
        return visit_work.counts(self._counted) if Ability.PLAN_VISITS in self.abilities else {}

    @property
    def reads_visits(self) -> bool:
        """Whether the pages about visits are offered."""
        return bool(self.abilities & set(READS_FIGURES))

    @cached_property
    def reads_boards(self) -> bool:
        """Whether 运行情况 is offered."""
        return bool(self.abilities & set(READS_BOARDS)) and bool(readable(self.user))

    @cached_property
    def calendar_warning(self) -> str | None:
        """A sentence where the working-day calendar ends soon or has ended."""
        return coverage_warning()

    @property
    def may_register(self) -> bool:
        """Whether 登记事项 is offered."""
        return Ability.REGISTER in self.abilities

    @property
    def may_import(self) -> bool:
        """Whether 导入导出 is offered."""
        return Ability.IMPORT in self.abilities or bool(kinds_for(self.user))

    @property
    def may_review(self) -> bool:
        """Whether 区级研判 is offered."""
        return bool(self.abilities & {Ability.COLLECT, Ability.HAND_OUT})


def site(request: HttpRequest) -> dict:
    """Names, the size of type, whether this is a demonstration, and `desk` for the frame of staff pages."""
    size = chosen_size(request)
    return {
        "site_name": SITE_NAME,
        "desk_name": DESK_NAME,
        "district": DISTRICT,
        "demo": settings.DEMO,
        "size": size,
        "elder": size == ELDER,
        "desk": DeskFrame(getattr(request, "user", None)),
    }
