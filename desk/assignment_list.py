"""The list of what the user's units and areas owe on cases, and of what they have to decide."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from cases.models import Assignment
from common.pages import Page, keyset
from desk import work

SIZE = 20
BY_DEADLINE = ("due_at", "id")


class Turn:
    """The lists of one person."""

    def __init__(self, user):
        self.owed, self.given = Assignment.objects.owed_by(user), Assignment.objects.handed_out_by(user)

    @property
    def to_decide(self) -> QuerySet:
        """Units that ask to be released by one of the person's seats."""
        return self.given.to_decide()


@dataclass(frozen=True)
class View:
    """A view of the list: its name in the address, its label, what it selects and in which order."""

    slug: str
    label: str
    select: Callable[[Turn], QuerySet]
    order: tuple[str, ...]
    why_empty: str
    sorted_by: str


VIEWS = (
    View("unsigned", "待签收", lambda turn: turn.owed.unsigned(), ("sign_by", "id"), "没有等待签收的任务。", "按签收期限"),
    View("signed", "办理中", lambda turn: turn.owed.signed(), BY_DEADLINE, "没有正在办的任务。", "按期限"),
    View("late", "超期", lambda turn: turn.owed.late(), BY_DEADLINE, "没有超期的任务。", "超期久的在前"),
    View("reported", "已反馈", lambda turn: turn.owed.reported(), ("-reported_at", "-id"), "还没有反馈过任务。", "新反馈的在前"),
    View("decide", "退回待决定", lambda turn: turn.to_decide, BY_DEADLINE, "没有等您决定的退回申请。", "按期限"),
    View("all", "全部", lambda turn: turn.owed, ("-given_at", "-id"), "还没有交给本单位的任务。", "新交的在前"),
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """One page of one view, with how many rows every view has."""

    view: View
    tabs: list[tuple[View, int]]
    page: Page

    @property
    def found(self) -> int:
        """Rows of this view, counted up to 101."""
        return next(count for view, count in self.tabs if view is self.view)


def listing(user, query) -> Listing:
    """What the address asks for; without a view the first one that has something in it. Two queries."""
    turn = Turn(user)
    selections = {view.slug: view.select(turn) for view in VIEWS}
    counts = work.counts(user, selections)
    asked = next((view for view in VIEWS if view.slug == query.get("view")), None)
    view = asked or next((view for view in VIEWS if counts[view.slug]), VIEWS[0])
    # Who never gives anything to others is not offered what only givers decide.
    tabs = [(v, counts[v.slug]) for v in VIEWS if v.slug != "decide" or counts["decide"] or v is view]
    rows = selections[view.slug].for_list()
    page = keyset(rows, order=view.order, cursor=query.get("page"), size=SIZE, never_null=True)
    return Listing(view, tabs, page)
