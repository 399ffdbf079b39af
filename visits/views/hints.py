"""The visitor's answer to a hint."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from common.errors import DomainError
from grids.decorators import require
from grids.permissions import Ability
from visits.models import Hint
from visits.services import hinting


@require(Ability.VISIT)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """没有问题, or an explanation; then back to 我的."""
    hint = get_object_or_404(Hint.objects.of(request.user), pk=pk)
    try:
        hinting.answer(hint, request.POST.get("answer", ""), words=request.POST.get("words", ""), by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已记下，谢谢")
    return redirect("field:mine")
