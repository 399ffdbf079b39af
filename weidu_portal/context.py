"""What every page needs. All of it lazy: a public page costs no query."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from accounts.preferences import ELDER, chosen_size
from common.pages import bounded_count
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from notifications.models import Notification
from visits.models import Submission
from weidu_portal.start import only_claims
from wishes.models import Wish
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
    def unread(self) -> int:
        """Notices not read yet, counted up to 100."""
        seats = scope_of(self.user).seats
        return bounded_count(Notification.objects.for_seats(seats, self.user).unread(self.user)) if seats else 0

    @cached_property
    def wishes(self) -> int:
        """Micro-wishes to review or to confirm at the user's seats, counted up to 100."""
        if Ability.HANDLE not in self.abilities:
            return 0
        return bounded_count(Wish.objects.visible_to(self.user).held_by(self.user).to_answer())

    @cached_property
    def review_items(self) -> int:
        """Records from phones that wait for the user to look at them, counted up to 100."""
        if Ability.PLAN_VISITS not in self.abilities:
            return 0
        return bounded_count(Submission.objects.reviewable_by(self.user).to_review())

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
        return bool(self.abilities & {Ability.IMPORT, Ability.KEEP_HOUSEHOLDS, Ability.KEEP_GROUND, Ability.POSTS})

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
