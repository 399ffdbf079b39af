"""One's own wish: how far it is, and what one says about it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from public import throttles, visitor, wish_story
from public.views.own import own
from public.wish_forms import REAL, MoreForm, RealForm, ThanksForm
from wishes import services as wishes
from wishes.models import Wish

_own = own(visitor.opened_wish)
_BUSY = "提交次数较多，请过一会儿再提交。您填写的内容还在。"


@require_safe
@_own
def progress(request: HttpRequest, wish: Wish) -> HttpResponse:
    """The steps, whose turn it is, until when, and the public history. Of a wish that became a case, the way there."""
    response = _page(request, wish)
    report = visitor.report_of(wish)
    return visitor.open_report(request, response, report) if report else response


def _page(request: HttpRequest, wish: Wish, **forms) -> HttpResponse:
    """The page with forms as they were sent, where one was refused."""
    told = {"thanks": wish.thanks, "thanks_public": wish.thanks_public}
    page = {"story": wish_story.tell(wish), "real": RealForm(), "more": MoreForm(), "thanks": ThanksForm(initial=told)}
    return render(request, "public/wish_progress.html", page | forms)


def _say(request: HttpRequest, wish: Wish, name: str, form, act: Callable[[dict], str]) -> HttpResponse:
    """Judge the form, do the act with what it holds, and say the act's words; what was typed stays where it is refused."""
    if throttles.is_busy(request, "try"):
        form.add_error(None, _BUSY)
    if form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data))
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("public:wish-progress")
    return _page(request, wish, **{name: form})


@require_http_methods(["GET", "POST"])
@_own
def answer(request: HttpRequest, wish: Wish) -> HttpResponse:
    """实现了, with thanks, or 还没实现."""
    if request.method == "GET":
        return redirect("public:wish-progress")

    def act(data: dict) -> str:
        if data["outcome"] == REAL:
            wishes.confirm(wish, thanks=data["words"], thanks_public=data["thanks_public"], by=None)
            return "已确认实现，谢谢您告诉我们。"
        wishes.not_yet(wish, text=data["words"], by=None)
        return "已告诉认领人还没实现，请他继续办。"

    return _say(request, wish, "real", RealForm(request.POST), act)


@require_http_methods(["GET", "POST"])
@_own
def complete(request: HttpRequest, wish: Wish) -> HttpResponse:
    """补充: what the community asked for."""
    if request.method == "GET":
        return redirect("public:wish-progress")

    def act(data: dict) -> str:
        wishes.complete(wish, text=data["text"], by=None)
        return "已补充，社区会再看一遍。"

    return _say(request, wish, "more", MoreForm(request.POST), act)


@require_http_methods(["GET", "POST"])
@_own
def thank(request: HttpRequest, wish: Wish) -> HttpResponse:
    """感谢, also later, and whether others may read it."""
    if request.method == "GET":
        return redirect("public:wish-progress")

    def act(data: dict) -> str:
        wishes.thank(wish, thanks=data["thanks"], thanks_public=data["thanks_public"], by=None)
        return "感谢的话已转给认领人。"

    return _say(request, wish, "thanks", ThanksForm(request.POST), act)


@require_http_methods(["GET", "POST"])
@_own
def cancel(request: HttpRequest, wish: Wish) -> HttpResponse:
    """取消: asks on a page of its own, since it cannot be undone."""
    refusal = ""
    if request.method == "POST":
        try:
            wishes.cancel(wish, by=None)
        except DomainError as error:
            refusal = error.message
        else:
            messages.success(request, "已取消。")
            return redirect("public:wish-progress")
    return render(request, "public/wish_cancel.html", {"story": wish_story.tell(wish), "refusal": refusal})
