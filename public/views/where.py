"""The question 在什么地方: found by the name of a compound or a road, or chosen from the lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from common.normalise import clean_text
from public import catalog, places, throttles
from public.forms import RequestForm, WhereForm

_TEMPLATE = "public/parts/where.html"


@sensitive_post_parameters()
@require_POST
def where(request: HttpRequest) -> HttpResponse:
    """As one types: the places found; with `choose`: the whole question, answered.

    Asked by POST: what people write about where they live stays out of addresses and logs.
    """
    if throttles.is_busy(request, "look"):
        return render(request, f"{_TEMPLATE}#found", {"looked_often": True})
    form, key = RequestForm(request.POST), request.POST.get("choose", "")
    if places.by_key(key) is None:
        return render(request, f"{_TEMPLATE}#found", found_page(_value(form, "where")))
    page = {**where_page(placed(form, key)), "just_chosen": True, "door": request.POST.get("door", "")}
    response = render(request, _TEMPLATE, page)
    response["HX-Trigger-After-Swap"] = "placed"
    return response


def placed(form: WhereForm, key: str) -> WhereForm:
    """An unjudged form with everything typed so far, and with the place of `key` where that is one of those found."""
    found = places.by_key(key)
    return form.carried_over(**(_chosen(form, found) if found else {}))


def _chosen(form: WhereForm, found: places.Found) -> dict[str, str]:
    """The answers that follow from a choice. What was written about the place stays, unless it named the one before."""
    written, before = _value(form, "place").strip(), places.compound(_value(form, "compound"))
    searched = _value(form, "where").strip()
    if found.pk and (not written or (before and written.startswith(before.name))):
        written = searched if searched.startswith(found.name) else found.name
    answers = {"community": found.community, "grid": found.grid, "place": written, "where": ""}
    return answers | {"compound": str(found.pk or "")}


def where_page(form: WhereForm) -> dict:
    """What the question shows: the lists, what was found for the words searched, and the compound that was chosen."""
    community = _value(form, "community")
    compound = places.compound(_value(form, "compound"))
    return {
        "form": form,
        "streets": catalog.streets(),
        "grids": grids_of(catalog.place(community)),
        "chosen": compound if places.lies_in(compound, _value(form, "grid") or community) else None,
        **found_page(_value(form, "where")),
    }


def found_page(searched: str) -> dict:
    """What was found for these words."""
    words = " ".join(clean_text(searched).split())
    found = places.find(words)
    return {"searched": words, "found": found[: places.SHOWN], "more": max(len(found) - places.SHOWN, 0)}


def grids_of(community: catalog.Place | None) -> tuple[catalog.Place, ...]:
    """The grids of a community; none where only the street is known."""
    return community.parts if community and len(community.code) == 12 else ()


def _value(form: WhereForm, name: str) -> str:
    return form[name].value() or ""
