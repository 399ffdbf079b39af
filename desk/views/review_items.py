"""待核对: records from phones that did not fit, and how they are written down."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.due import DUE_DONE, DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from common.errors import DomainError, StalePage
from common.pages import Page, bounded_count, keyset
from desk.forms_review import SettleForm
from desk.ground_page import address
from grids.decorators import require
from grids.permissions import Ability
from visits import records
from visits import services as visits
from visits.models import Submission
from visits.record_words import compared, label_of, words_of
from visits.records import happened

# (name in the address, label, order, what an empty list says)
VIEWS = (
    ("waiting", "待核对", ("review_by", "id"), "没有等待核对的记录。"),
    ("settled", "已核对", ("-settled_at", "-id"), "还没有核对过的记录。"),
)


@dataclass(frozen=True)
class Row:
    """A record as the list shows it."""

    submission: Submission
    label: str
    happened_at: object
    due_state: tuple[str, str]


class Listing:
    """One state of the list: its view, its page, the bounded counts of both views."""

    def __init__(self, user, query):
        seen = Submission.objects.reviewable_by(user)
        rows = {"waiting": seen.to_review(), "settled": seen.settled()}
        self.view = next((view for view in VIEWS if view[0] == query.get("view")), VIEWS[0])
        self.tabs = [(*view[:2], bounded_count(rows[view[0]])) for view in VIEWS]
        self.found = dict((name, count) for name, _, count in self.tabs)[self.view[0]]
        chosen: QuerySet = rows[self.view[0]].select_related("user", "settled_by")
        self.page: Page = keyset(chosen, order=self.view[2], cursor=query.get("page"), never_null=True)
        self.rows = [_row(one) for one in self.page.rows]


def _row(one: Submission) -> Row:
    return Row(one, label_of(one), happened(one) or one.received_at, _due(one))


def _due(one: Submission) -> tuple[str, str]:
    now = timezone.now()
    if one.settled_at:
        return DUE_DONE, one.decision
    if one.review_by <= now:
        return DUE_OVER, f"超期{elapsed(now - one.review_by)}"
    words = remaining(one.review_by, now)
    return (DUE_SOON if words.startswith("今天") else DUE_OK), words


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def review_items(request: HttpRequest) -> HttpResponse:
    """The list alone."""
    return _page(request)


@require(Ability.PLAN_VISITS)
@never_cache
@require_http_methods(["GET", "POST"])
def review_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: one record beside the list, in words. POST: how it is written down; the next one follows."""
    rows = Submission.objects.reviewable_by(request.user).select_related("user", "visit", "settled_by", "area")
    row = rows.filter(pk=pk, review_by__isnull=False).first()
    if row is None:
        raise Http404
    form = SettleForm(request.POST if request.method == "POST" else None, row=row, user=request.user)
    if not form.is_bound or not form.is_valid():
        return _page(request, row, form)
    chosen = form.cleaned_data
    try:
        visits.settle_submission(
            row,
            chosen["how"],
            household=chosen["household"],
            reason=chosen["reason"],
            read=records.read_as_sent,
            by=request.user,
        )
    except StalePage as stale:
        row.refresh_from_db()
        return _page(request, row, form, stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, row, form)
    messages.success(request, "已核对，记录人会收到结果。")
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    waiting = Submission.objects.reviewable_by(request.user).to_review().order_by("review_by", "id").first()
    return reverse("desk:review-item", args=[waiting.pk]) if waiting else reverse("desk:review-items")


def _page(
    request: HttpRequest, row: Submission | None = None, form: SettleForm | None = None, *, stale: str = ""
) -> HttpResponse:
    context = {
        "list": Listing(request.user, request.GET),
        "here": address(request.GET, "page"),
        "form": form,
        "stale": stale,
    }
    if row is not None:
        first = words_of(row)
        context |= {"item": row, "words": first, "open": row.settled_at is None, "seconds": _seconds(row, first)}
    return render(request, "desk/review_items.html", context, status=409 if stale else 200)


def _seconds(row: Submission, first) -> list:
    """Every other record under the same id, each beside the first."""
    others = row.conflicts.select_related("user").order_by("received_at", "pk")
    return [(one, compared(first, words_of(one))) for one in others]
