"""With number and four digits to one's own case or wish; what happens with a case, and what one says about it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import services as cases
from cases.models import Publication, Report
from cases.services import publishing
from cases.services.tracking import NOT_FOUND
from cases.states import Outcome
from common.errors import DomainError
from common.receipts import clean_receipt
from consultations.models import Consultation
from files.services import photo_response
from public import catalog, drafts, errand, sending, story, throttles, visitor
from public.forms import CONSULTED, AddForm, AnswerForm, TrackForm
from public.views.own import own
from wishes import services as wishes

_own = own(visitor.opened_report)
_BUSY = "查询次数较多，请过一会儿再试。着急可以拨打12345，或到社区查询。"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """查进度: the number of a case or a wish with the last four digits of the phone, or the number of a consultation."""
    if request.method == "GET":
        number = clean_receipt(request.GET.get("receipt", ""))[:15]
        return _track_page(request, TrackForm(initial={"receipt": number}))
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _track_page(request, form)
    if throttles.is_busy(request, "track", receipt=form.cleaned_data["receipt"]):
        form.add_error(None, _BUSY)
        return _track_page(request, form, status=429)
    try:
        return _opened(request, form.cleaned_data["receipt"], form.cleaned_data["tail"])
    except DomainError as refusal:
        form.add_error("tail", refusal.message)
        return _track_page(request, form)


def _opened(request: HttpRequest, number: str, tail: str) -> HttpResponse:
    """To the case of this number, or else to the wish; digits without a prefix may be either's. DomainError for neither.

    A consultation is there once it is published: of one that is not, nothing says that it exists.
    """
    if number.startswith(CONSULTED):
        if not Consultation.objects.published().filter(number=number).exists():
            raise DomainError(NOT_FOUND)
        return redirect("public:consultation", number)
    if not number.startswith(wishes.PREFIX):
        try:
            report = cases.open_with_tail(number, tail)
        except DomainError:
            if wishes.find_by_number(number) is None:
                raise
        else:
            return visitor.open_report(request, redirect("public:progress"), report)
    wish = wishes.open_wish_with_tail(number, tail)
    return visitor.open_wish(request, redirect("public:wish-progress"), wish)


def _track_page(request: HttpRequest, form: TrackForm, status: int = 200) -> HttpResponse:
    return visitor.unlisted(render(request, "public/track.html", {"form": form}, status=status))


@require_safe
@_own
def progress(request: HttpRequest, report: Report) -> HttpResponse:
    """The ladder, whose turn it is, until when, and the public history."""
    return _progress_page(request, report)


def _progress_page(request: HttpRequest, report: Report, **forms) -> HttpResponse:
    """The page with forms as they were sent, where one was refused."""
    page = {"story": story.tell(report), "answered": story.answered(report), "answer": AnswerForm(), "add": AddForm()}
    page["published"] = Publication.objects.of_case(page["story"].case).first()
    page["draft"] = drafts.Draft(page["add"].submission)
    page["errand"] = errand.tell(report, page["story"].case)
    return render(request, "public/progress.html", page | forms)


@require_http_methods(["GET", "POST"])
@_own
def answer(request: HttpRequest, report: Report) -> HttpResponse:
    """已解决, 部分解决 or 未解决."""
    if request.method == "GET":
        return redirect("public:progress")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _progress_page(request, report, answer=form)
    data = form.cleaned_data
    try:
        cases.confirm(report.case, data["outcome"], data["satisfaction"], comment=data["comment"], report=report)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _progress_page(request, report, answer=form)
    disputed = data["outcome"] == Outcome.UNSOLVED
    messages.success(request, "已转上一级复核，1个工作日内告诉您结果。" if disputed else "已收到您的评价，谢谢您。")
    return redirect("public:progress")


@require_http_methods(["GET", "POST"])
@_own
def withdraw(request: HttpRequest, report: Report) -> HttpResponse:
    """撤回: asks on a page of its own, since it cannot be undone."""
    refusal = ""
    if request.method == "POST":
        try:
            cases.withdraw(report)
        except DomainError as error:
            refusal = error.message
        else:
            messages.success(request, "已撤回。")
            return redirect("public:progress")
    told = story.tell(report)
    return render(request, "public/withdraw.html", {"story": told, "refusal": refusal})


@require_http_methods(["GET", "POST"])
@_own
def take_back(request: HttpRequest, report: Report) -> HttpResponse:
    """撤下公示: no reason asked, handling goes on. Gone from the ledger, its table and its photos at once."""
    if request.method == "POST":
        try:
            publishing.take_back(report.case, Publication.Why.RESIDENT, report=report)
        except DomainError as error:
            messages.warning(request, error.message)
        else:
            catalog.forget()
            messages.success(request, "已撤下，公示里不再显示。办理照常进行。")
    return redirect("public:progress")


@require_http_methods(["GET", "POST"])
@_own
def add(request: HttpRequest, report: Report) -> HttpResponse:
    """补充情况: more words or photos."""
    if request.method == "GET":
        return redirect("public:progress")
    form = AddForm(request.POST)
    if throttles.is_busy(request, "try"):
        form.add_error(None, "补充次数较多，请过一会儿再提交。您填写的内容还在。")
        return _progress_page(request, report, add=form)
    draft = drafts.collect(request, form.submission)
    if form.is_valid() and not draft.errors:
        if refusal := _add(report, form, draft):
            form.add_error(None, refusal)
        else:
            messages.success(request, "已补充，经办人员能看到。")
            return redirect("public:progress")
    return _progress_page(request, report, add=form, draft=draft)


def _add(report: Report, form: AddForm, draft: drafts.Draft) -> str:
    """Why it was refused; empty where it was added, now or by an earlier sending of the same page."""
    text = form.cleaned_data["text"]
    if not text and not draft.photos:
        return "请写一写要补充的情况，或者选择照片。"
    try:
        sending.add_once(report, text, draft.photos)
    except DomainError as refusal:
        return refusal.message
    return ""


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """退出查询, for phones and counters that several people use."""
    messages.success(request, "已退出查询。")
    return visitor.close(redirect("public:track"))


@require_safe
@_own
def photo(request: HttpRequest, report: Report, pk: UUID, size: str) -> HttpResponse:
    """A photo of one's own, or one that staff published with a reply."""
    if size not in ("full", "thumb"):
        raise Http404
    rows = story.photos_for(report, report.case.live).select_related("photo")
    found = rows.filter(photo_id=pk).first()
    if found is None:
        raise Http404
    return photo_response(found.photo, size=size)
