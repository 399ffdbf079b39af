"""The part of the case page that says what of it stands in the public ledger, and call-backs."""

from dataclasses import dataclass

from cases.models import CallBack, Case, Publication
from cases.roles import may_list_call, may_release
from cases.services.publishing import obstacle
from grids.scope import scope_of

_SHOWN = 3


@dataclass(frozen=True)
class Openly:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case
    publication: Publication | None
    obstacle: str
    may_release: bool
    calls: list[CallBack]
    may_list_call: bool
    mine: frozenset[str]

    @property
    def stands(self) -> bool:
        """True while residents can read it."""
        return self.publication is not None and self.publication.taken_back_at is None

    @property
    def waiting(self) -> CallBack | None:
        """The call-back that is still to be made."""
        return next((call for call in self.calls if call.is_waiting), None)

    @property
    def made(self) -> list[CallBack]:
        """The newest ones that were made."""
        return [call for call in self.calls if not call.is_waiting][:_SHOWN]

    @property
    def waits_for_me(self) -> bool:
        """True where the person's own seat is to call."""
        return self.waiting is not None and self.waiting.seat in self.mine


def gather(case: Case, user) -> Openly:
    """Load the part for this person in a fixed number of queries."""
    released = Publication.objects.filter(case=case).select_related("released_by").first()
    calls = CallBack.objects.filter(case=case).select_related("done_by").order_by("-asked_for_at", "-id")
    return Openly(
        case=case,
        publication=released,
        obstacle=_obstacle(case, released),
        may_release=may_release(case, user),
        calls=list(calls[: _SHOWN + 1]),
        may_list_call=may_list_call(case, user),
        mine=frozenset(scope_of(user).seats),
    )


def _obstacle(case: Case, released: Publication | None) -> str:
    """Why it cannot be released; asks nothing more where the case was never released."""
    return obstacle(case) if released is None or released.taken_back_at else ""
