"""协商公开: what residents agreed on, what came of it, the money; and their judgement by a link."""

from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms import Words
from common.errors import DomainError
from common.pages import keyset
from common.templatetags.weidu import cn_date
from consultations import services as verbs
from consultations import shown
from consultations.models import Consultation, MoneySheet, WorkPhoto
from consultations.states import Moment, Status
from files.services import photo_response
from public import catalog, throttles, visitor

A_PAGE = 15
NEWEST = ("-published_at", "-id")
_COOKIE, _A_YEAR = "weidu_reviewed", 365 * 24 * 3600


class ReviewForm(forms.Form):
    """Satisfied or not, and what is to be said."""

    satisfied = forms.ChoiceField(
        label="这件事办得您满意吗",
        choices=[("yes", "满意"), ("no", "不满意")],
        error_messages={"required": "请选择满意还是不满意。"},
    )
    words = Words("还想说的话", rows=3, required=False, limit=300)


@require_safe
def consultations(request: HttpRequest) -> HttpResponse:
    """What was published, newest first, of one place where the address names it."""
    code = request.GET.get("area", "")
    place = catalog.place(code) if code else None
    rows = Consultation.objects.published().select_related("area", "compound")
    if place is not None:
        rows = rows.filter(area__code__startswith=code)
    page = keyset(rows, order=NEWEST, cursor=request.GET.get("page"), size=A_PAGE)
    where = catalog.called(code) if place is not None else ""
    here = f"area={code}&" if place is not None else ""
    return render(request, "public/consultations.html", {"page": page, "where": where, "here": here})


def _published(number: str) -> Consultation:
    rows = Consultation.objects.published().select_related("area", "compound", "book")
    return get_object_or_404(rows, number=number)


@never_cache
@require_safe
def consultation(request: HttpRequest, number: str) -> HttpResponse:
    """One consultation: the decision, the works with photos, the judgement in two counts, the way to the money."""
    held = _published(number)
    reviews = held.reviews.values_list("satisfied", flat=True) if held.status == Status.ENDED else []
    context = {
        "held": held,
        "options": held.options.order_by("position"),
        "steps": held.steps.order_by("number"),
        "pictures": _pictures(held),
        "sheet": _sheet(held),
        "content": sum(reviews),
        "reviewed": len(reviews),
    }
    return render(request, "public/consultation.html", context)


def _pictures(held: Consultation) -> list[dict]:
    """The newest photo of each moment, with its caption."""
    newest = {one.moment: one for one in held.photos.order_by("pk")}
    return [
        {
            "url": reverse("public:consultation-photo", args=[held.number, newest[moment].photo_id, "full"]),
            "moment": moment.label,
            "taken": cn_date(newest[moment].taken_date),
        }
        for moment in Moment
        if moment in newest
    ]


def _sheet(held: Consultation) -> MoneySheet | None:
    return MoneySheet.objects.filter(book=held.book).order_by("-number").first()


@never_cache
@require_safe
def money(request: HttpRequest, number: str) -> HttpResponse:
    """收支公示, the newest that was published."""
    held = _published(number)
    published = _sheet(held)
    if published is None:
        raise Http404
    context = {
        "held": held,
        "sheet": shown.sheet(held.book, published),
        "body": f"{shown.community_of(held)}居民委员会",
        "now": timezone.now(),
    }
    return render(request, "public/consultation_money.html", context)


@require_safe
def photo(request: HttpRequest, number: str, pk: UUID, size: str) -> HttpResponse:
    """A photo of the works; gone with the consultation's publication."""
    held = _published(number)
    kept = get_object_or_404(WorkPhoto.objects.select_related("photo"), consultation=held, photo=pk)
    if size not in ("full", "thumb"):
        raise Http404
    return photo_response(kept.photo, size=size)


@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, key: UUID) -> HttpResponse:
    """居民评议 by the link or its code: one answer a browser; the words are for the community."""
    if throttles.is_busy(request, "call", receipt=""):
        return _gone(request, "打开次数较多，请过一会儿再试。", 429)
    held = Consultation.objects.select_related("area", "compound").filter(review_key=key).first()
    if held is None:
        return _gone(request, "这个链接打不开。", 404)
    if held.status != Status.REVIEW:
        return _gone(request, "评议已经结束，谢谢您。", 410)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    browser = request.get_signed_cookie(_COOKIE, default="") or uuid4().hex
    if form.is_bound and form.is_valid():
        digest = salted_hmac("public.review", browser, algorithm="sha256").hexdigest()[:32]
        given = form.cleaned_data
        try:
            verbs.opine(held, given["satisfied"] == "yes", given["words"], browser=digest, by=None)
        except DomainError as refusal:
            return _gone(request, refusal.message, 409)
        answer = render(request, "public/consultation_review.html", {"thanks": held})
        answer.set_signed_cookie(
            _COOKIE, browser, max_age=_A_YEAR, httponly=True, secure=request.is_secure(), samesite="Lax"
        )
        return visitor.unlisted(answer)
    return visitor.unlisted(render(request, "public/consultation_review.html", {"held": held, "form": form}))


def _gone(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return visitor.unlisted(render(request, "public/consultation_review.html", {"gone": why}, status=status))
