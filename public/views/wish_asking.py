"""From 提微心愿 to its receipt."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from grids.levels import Level, level_of
from public import catalog, throttles, visitor, wish_story
from public.views.where import placed, where_page
from public.wall import ICONS
from public.wish_forms import WishForm
from wishes import services as wishes
from wishes.models import Pace, Wish
from wishes.states import Kind


# No `never_cache` here: 返回 in the browser must bring back what was typed.
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def wish_form(request: HttpRequest) -> HttpResponse:
    """提微心愿: the form, its errors, and the way to the receipt. htmx asks for the guardian's question alone."""
    if request.method == "GET":
        asks_guardian = bool(request.htmx and request.htmx.target == "guardian")
        return _form_page(request, WishForm(initial=_linked(request)), fragment=asks_guardian)
    form = WishForm(request.POST)
    if throttles.is_busy(request, "try"):
        return _form_page(request, form, busy=True)
    if "find" in request.POST or "choose" in request.POST:
        return _form_page(request, placed(form, request.POST.get("choose", "")))
    if not form.is_valid():
        return _form_page(request, form)
    if throttles.is_busy(request, "submit"):
        return _form_page(request, form, busy=True)
    try:
        wish = wishes.submit(form.asking(), by=None)
    except DomainError as refusal:
        return _form_page(request, form, refusal=refusal.message)
    return visitor.keep_receipt(request, redirect("public:wish-receipt", wish.uuid), wish.uuid)


def _linked(request: HttpRequest) -> dict[str, str]:
    """What a link to the form, or a choice on it, says already."""
    grid = catalog.place(request.GET.get("grid", ""))
    known = {name: request.GET[name] for name in ("for_whom", "community") if name in request.GET}
    if grid and level_of(grid.code) == Level.GRID:
        known |= {"community": grid.code[:12], "grid": grid.code}
    return known


def _form_page(request: HttpRequest, form: WishForm, *, fragment: bool = False, **more) -> HttpResponse:
    """The form with everything typed so far."""
    page = {
        "form": form,
        **where_page(form),
        "door": True,
        "icons": [(kind.value, kind.label, ICONS[kind]) for kind in Kind],
        "pace": catalog.remembered("wish-pace", Pace.current),
        "notice": catalog.notice(),
        **more,
    }
    template = "public/wish_form.html#guardian" if fragment else "public/wish_form.html"
    response = render(request, template, page, status=429 if more.get("busy") else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def receipt(request: HttpRequest, submission: UUID) -> HttpResponse:
    """The number, to the browser that sent the wish only; anybody else is asked for number and digits."""
    wish = Wish.objects.filter(uuid=submission).first()
    if wish is None or not visitor.has_receipt(request, submission):
        messages.warning(request, "为保护您的信息，请填写受理编号和手机号后四位查询。")
        return redirect("public:track")
    address = request.build_absolute_uri(f"{reverse('public:track')}?receipt={wish.number}")
    page = {
        "wish": wish,
        "holder": wish_story.holder(wish),
        "pace": catalog.remembered("wish-pace", Pace.current),
        "code": segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=2),
    }
    return visitor.unlisted(render(request, "public/wish_receipt.html", page))
