"""工作台: what waits for me, by deadline. At most seven rows a list, then a link to the list behind it."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.due import DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from cases.models import Case
from cases.services.acting import OFFICE_UNIT
from cases.states import Status
from cases.wording import CALLED
from consultations.models import Line
from desk import assignment_list, meetings_work, orders_work, wish_list, work
from grids.levels import Level
from grids.models import Handover
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from notifications.models import Notification

ROWS = 7
NOTICES = 5
# The lists of the page's two columns: where all of one are empty, the page says so.
MAIN = ("turn", "orders", "unsigned", "reviews", "accepting", "wishes", "owed")
BESIDE = ("approvals", "drafts", "signatures", "returns", "invitations", "notices")
# What brought a case here, by the action of its timeline; {level} is the level it came from.
ARRIVALS = {
    "register": "新登记",
    "climb": "按时限转来继续办理",
    "escalate": "{level}上报",
    "route": "{level}分派",
    "return": "退回，请重新分派或办理",
    "collect": "区委组织部研判通过",
    "hand_out": "区委办交办",
    "send_down": "区委组织部退回街道办理",
    "review": "居民反映没有解决，重新办理",
    "reopen": "重新办理",
    "resume": "恢复办理",
    "mediate": "转为调解",
}


@dataclass(frozen=True)
class Until:
    """A time other than the handling deadline, as `{% due_badge %}` shows it."""

    due_state: tuple[str, str]


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the person. Whoever has no post yet is led to the hand-over that waits, if any."""
    if abilities_of(request.user) & {Ability.HANDLE, Ability.REGISTER}:
        return _work_list(request)
    waiting = Handover.objects.filter(successor=request.user, confirmed_at=None, cancelled_at=None).order_by("pk")
    if first := waiting.first():
        return redirect("desk:handover", first.pk)
    raise PermissionDenied


def _work_list(request: HttpRequest) -> HttpResponse:
    """The lists; those with nothing in them are left out."""
    user, at = request.user, timezone.now()
    turn, owed = work.Turn(user, at), assignment_list.Turn(user)
    selections = {
        "review": turn.review,
        "accept": work.to_accept(user),
        "follow": work.to_call(user),
        "approvals": work.to_decide(user),
        "drafts": work.to_release(user),
        "signatures": Line.objects.to_sign(user),
        "wishes": wish_list.Turn(user).urgent,
        **orders_work.selections(user),
        "owed": owed.owed.open(),
        "returns": owed.to_decide,
        "invitations": meetings_work.coming(user, at),
    }
    counts = turn.counts() | work.counts(user, selections)
    context = {
        "counts": counts,
        **_turn(turn.mine, counts),
        "unsigned": _unsigned(turn.unsigned, at) if counts["unsigned"] else [],
        "reviews": _until(selections["review"], "review_by", at) if counts["review"] else [],
        "accepting": _first(selections["accept"]) if counts["accept"] else [],
        "wishes": _wishes(user) if counts["wishes"] else [],
        "owed": list(selections["owed"].for_list().most_pressing(at)[:ROWS]) if counts["owed"] else [],
        "returns": _returns(selections["returns"]) if counts["returns"] else [],
        "approvals": _approvals(selections["approvals"]) if counts["approvals"] else [],
        "drafts": _drafts(selections["drafts"]) if counts["drafts"] else [],
        "signatures": _signatures(selections["signatures"]) if counts["signatures"] else [],
        "to_approve": counts["approvals"] + counts["drafts"],
        "invitations": meetings_work.nearest(user, at) if counts["invitations"] else [],
        "notices": _notices(user),
        "orders": orders_work.rows(selections, counts),
        "now": at,
    }
    main = any(context[name] for name in MAIN)
    beside = any(context[name] for name in BESIDE)
    return render(request, "desk/home.html", {**context, "main": main, "beside": beside})


def _turn(mine, counts: dict[str, int]) -> dict:
    """The seven most pressing cases, what to do with each, and when the rest begins to fall due."""
    if not counts["mine"]:
        return {"turn": [], "rest": None}
    rows = list(work.called(mine).order_by("queue_rank", "due_at", "id")[: ROWS + 1])
    return {"turn": [(case, to_do(case)) for case in rows[:ROWS]], "rest": rows[ROWS] if len(rows) > ROWS else None}


def to_do(case: Case) -> str:
    """What the holder of an open case does next, in two to ten characters."""
    if case.level == Level.DISTRICT and not case.handling_unit_id:
        return "研判后转区委办"
    if case.handling_unit_id and case.handling_unit.code == OFFICE_UNIT:
        return "交办给承办单位"
    if case.status == Status.RECEIVED:
        return "签收"
    if case.proposed_at:
        return "办结，或上报"
    return "办理并答复居民"


def _unsigned(rows, at) -> list[tuple]:
    found = _until(work.with_arrival(rows), "sign_by", at)
    return [(case, badge, arrival(case)) for case, badge in found]


def arrival(case: Case) -> str:
    """Why an unsigned case is here; `case` comes from `work.with_arrival`."""
    words = ARRIVALS.get(case.came_by, "转来办理")
    return words.format(level=CALLED[Level(case.sent_from)] if case.sent_from else "下级")


def _until(rows, column: str, at) -> list[tuple]:
    """Rows by another deadline than the handling one, with its badge."""
    found = work.called(rows).order_by(column, "id")[:ROWS]
    return [(case, _badge(getattr(case, column) or case.due_at, at)) for case in found]


def _badge(moment, at) -> Until:
    if moment <= at:
        return Until((DUE_OVER, f"超期{elapsed(at - moment)}"))
    words = remaining(moment, at)
    return Until((DUE_SOON if words.startswith("今天") else DUE_OK, words))


def _wishes(user) -> list[tuple]:
    """The most pressing wishes with what to do about each."""
    return [(row, wish_list.to_do(row.wish)) for row in wish_list.most_pressing(user, ROWS)]


def _first(rows) -> list[Case]:
    return list(work.called(rows).order_by("resolved_at", "id")[:ROWS])


def _approvals(rows) -> list:
    return list(rows.select_related("case__category", "asked_by").order_by("asked_at", "id")[:ROWS])


def _drafts(rows) -> list:
    related = ("case__category", "assignment", "drafted_by")
    return list(rows.select_related(*related).order_by("drafted_at", "pk")[:ROWS])


def _signatures(rows) -> list[Line]:
    return list(rows.select_related("book__consultation", "first_by").order_by("first_at", "pk")[:ROWS])


def _returns(rows) -> list:
    return list(rows.select_related("case__category", "unit", "area").order_by("due_at", "id")[:ROWS])


def _notices(user) -> list[Notification]:
    seats = scope_of(user).seats
    if not seats:
        return []
    return list(Notification.objects.for_seats(seats, user).unread(user).recent()[:NOTICES])
