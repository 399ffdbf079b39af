"""Single lines of a money book: signed, refused, reversed, whose they are; and answers to objections."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.forms import StyledForm, Words
from common.errors import DomainError
from consultations import services as verbs
from consultations import shown
from consultations.models import Consultation, Line
from consultations.roles import may, may_sign, runs, watches
from consultations.services.names import REASONS
from consultations.states import Action
from desk.views.consultations import READS, held_or_404
from grids.decorators import require
from grids.permissions import Ability, abilities_of


class NothingForm(StyledForm):
    """Asks nothing."""


class WhyForm(StyledForm):
    """A reason; of a reversal residents read it."""

    why = Words("原因", rows=2, limit=40, help_text="公示可见，不写姓名和电话。")


class ReasonForm(StyledForm):
    """Why a name is opened."""

    reason = forms.ChoiceField(label="为什么查看", choices=list(REASONS.items()))


class AnswerForm(StyledForm):
    """What the community answers."""

    text = Words("答复", rows=3, limit=500)


# action → what the page is called, its form, what the button says.
OF_LINES = {
    "sign": ("签字", NothingForm, "签字入账"),
    "refuse": ("不签", WhyForm, "不签"),
    "reverse": ("冲回一笔", WhyForm, "冲回，等第二人签字"),
    "consent": ("撤回姓名公示", NothingForm, "不再公示姓名"),
    "name": ("查看姓名", ReasonForm, "查看"),
}


def _may(held: Consultation, line: Line, action: str, user) -> bool:
    if action == "sign":
        return may_sign(held, line, user)
    if action == "refuse":
        return line.is_pending and (runs(held, user) or watches(held, user))
    if action == "name":
        return runs(held, user) and Ability.REVEAL in abilities_of(user)
    return may(held, Action.REVERSE, user) if action == "reverse" else runs(held, user)


@require(*READS)
@never_cache
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, number: str, pk: int, action: str) -> HttpResponse:
    """One thing done about one line; whoever may not gets 403."""
    held = held_or_404(request, number)
    one = get_object_or_404(Line.objects.select_related("book__consultation", "first_by"), pk=pk, book=held.book)
    if action not in OF_LINES:
        raise Http404
    if not _may(held, one, action, request.user):
        raise PermissionDenied
    title, kind, go = OF_LINES[action]
    form = kind(request.POST if request.method == "POST" else None)
    context = {"held": held, "row": shown.row_of(one), "line": one, "form": form, "title": title, "go": go}
    if request.method == "POST" and form.is_valid():
        try:
            plain = _carry_out(one, action, form, request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            if action == "name":
                return render(request, "desk/consultation_line.html", {**context, "plain": plain})
            messages.success(request, f"{one.code}：{_TOLD[action]}")
            return redirect(held)
    return render(request, "desk/consultation_line.html", context)


_TOLD = {
    "sign": "已签字入账",
    "refuse": "没有签，不作数",
    "reverse": "已记冲回，等第二人签字",
    "consent": "不再公示姓名",
}


def _carry_out(one: Line, action: str, form, user) -> str:
    if action == "sign":
        verbs.sign(one, by=user)
    elif action == "refuse":
        verbs.refuse(one, form.cleaned_data["why"], by=user)
    elif action == "reverse":
        verbs.reverse(one, form.cleaned_data["why"], by=user)
    elif action == "consent":
        verbs.withdraw_consent(one, by=user)
    else:
        return verbs.name_for_staff(one, form.cleaned_data["reason"], by=user)
    return ""


@require(*READS)
@never_cache
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """答复异议."""
    held = held_or_404(request, number)
    row = get_object_or_404(held.objections.select_related("consultation"), pk=pk)
    if not may(held, Action.ANSWER, request.user):
        raise PermissionDenied
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            verbs.answer(row, form.cleaned_data["text"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已答复")
            return redirect(held)
    context = {"held": held, "objection": row, "form": form, "title": "答复异议", "go": "答复"}
    return render(request, "desk/consultation_line.html", context)
