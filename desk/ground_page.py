"""What the pages of the ground share: whose ground it is, and a page that is one form."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from common.errors import DomainError
from grids.levels import Level
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of, within

Crumbs = list[tuple[str, str]]


def seen(rows: QuerySet, user) -> QuerySet:
    """Those of `rows` whose `area` lies in the user's areas."""
    return _within(rows, scope_of(user))


def kept(rows: QuerySet, user) -> QuerySet:
    """Those of `rows` whose `area` the user may keep."""
    return _within(rows, scope_of(user, granting=Ability.KEEP_GROUND))


def _within(rows: QuerySet, scope) -> QuerySet:
    rows = rows.annotate(in_street=Left("area_id", 9), in_community=Left("area_id", 12))
    return rows.filter(within(scope, street="in_street", community="in_community"))


def keeps(user, code: str | None) -> bool:
    """Whether the user keeps the ground of `code`; None is the whole district."""
    scope = scope_of(user, granting=Ability.KEEP_GROUND)
    return scope.covers(code) if code else bool(scope.at(Level.DISTRICT))


def area_or_404(user, code: str, *, granting: str = "") -> Area:
    """An area in service within the user's areas (those of postings that grant `granting`)."""
    if not scope_of(user, granting=granting).covers(code):
        raise Http404
    area = Area.objects.in_service().filter(code=code).first()
    if area is None:
        raise Http404
    return area


def kept_compound_or_404(user, pk: int) -> Compound:
    """A compound the user may change."""
    rows = Compound.objects.visible_to(user).select_related("area", "property_company")
    compound = rows.filter(pk=pk).first()
    if compound is None or not keeps(user, compound.area_id):
        raise Http404
    return compound


def found_or_404(rows: QuerySet, **which: Any) -> Any:
    """One row of what the user may reach."""
    row = rows.filter(**which).first()
    if row is None:
        raise Http404
    return row


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, or nothing while it is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict], Any],
    *,
    title: str,
    button: str,
    done: str,
    back: str,
    crumbs: Crumbs = (),
    template: str = "desk/ground_form.html",
    **more: Any,
) -> HttpResponse:
    """One form: shown, or acted on; a refusal comes back with everything that was typed.

    `act` gets the cleaned values and returns the row whose page follows (anything else: `back` follows); `done` is
    the sentence shown there.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = act(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(made if isinstance(made, str) else back)
    context = {"form": form, "title": title, "button": button, "back": back, "crumbs": crumbs, **more}
    return render(request, template, context)


def told(request: HttpRequest, act: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """A button's deed: `done` or the refusal in words, then `back`."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(back)


def address(query: QueryDict, *without: str) -> str:
    """The query string without some of its parts, ready to have one appended."""
    kept_parts = query.copy()
    for name in without:
        kept_parts.pop(name, None)
    text = kept_parts.urlencode()
    return f"{text}&" if text else ""


def one_of(query: QueryDict, name: str, allowed) -> str:
    """A filter of the address if it makes sense, else nothing."""
    value = query.get(name, "")
    return value if value in allowed else ""


def bodies_for(user) -> Q:
    """Organizations a reader sees: those of the whole district, and those on the own ground."""
    scope = scope_of(user)
    ground = Q(area=None) | Q(area__level=Level.DISTRICT)
    for code in scope.areas:
        ground |= Q(area__code__startswith=code)
    return ground
