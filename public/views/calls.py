"""回访链接: the three questions of a call-back on a page of their own, for who was sent the link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.models import CallBack, Event
from cases.services import calling
from cases.states import ANSWERED, Action
from common.errors import DomainError
from public import throttles, visitor
from public.forms_calls import CallForm

_BUSY = "打开次数较多，请过一会儿再试。着急可以拨打12345。"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, token: UUID) -> HttpResponse:
    """Is it solved, are you satisfied, what is missing. Ends with the answer, and after two weeks."""
    busy = throttles.is_busy(request, "call", receipt=str(token))
    found = None if busy else _found(token)
    if found is None:
        return _gone(request, _BUSY if busy else "", 429 if busy else 404)
    if why := _over(found):
        return _gone(request, why, 410)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            calling.answer(found, way=CallBack.Way.WEB, reached=True, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return visitor.unlisted(render(request, "public/call.html", {"thanks": found}))
    return visitor.unlisted(
        render(request, "public/call.html", {"form": form, "call": found, "answer": _answer(found)})
    )


def _found(token: UUID) -> CallBack | None:
    return CallBack.objects.select_related("case__category", "report").filter(token=token).first()


def _over(found: CallBack) -> str:
    """Why the questions are not asked any more; empty while they are."""
    if not found.is_waiting:
        return "这次回访已经结束，谢谢您。"
    if timezone.now() >= found.link_ends_at:
        return "这个链接已经过期。"
    withdrawn = found.report is not None and found.report.withdrawn_at
    return "这件事项不用再评价了。" if withdrawn or found.case.status not in ANSWERED else ""


def _answer(found: CallBack) -> str:
    """The newest words to the reporter; the page shows them and the public title, nothing else of the case."""
    told = Event.objects.filter(case=found.case, action__in=[Action.REPLY, Action.RESOLVE, Action.EXPLAIN])
    last = told.exclude(public_text="").order_by("-number").first()
    return last.public_text if last else ""


def _gone(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return visitor.unlisted(render(request, "public/call.html", {"gone": why or "这个链接打不开。"}, status=status))
