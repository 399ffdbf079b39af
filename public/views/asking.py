"""From the form to the receipt."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cases import services as cases
from cases.models import Case, Report
from common.errors import DomainError
from grids.levels import Level, level_of
from public import catalog, drafts, errand, openness, sending, story, throttles, visitor
from public import places as ground
from public.forms import MAX_TEXT, JoinForm, RequestForm, family
from public.views.where import grids_of, placed, where_page

_NOT_JOINABLE = "这件事项已经办结或者不再接受加入，请把您的情况作为新的事项提交。"


# No `never_cache` here: 返回 in the browser must bring back what was typed.
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def request_form(request: HttpRequest) -> HttpResponse:
    """反映问题: the form, its errors, the step that offers similar cases, and the way to the receipt."""
    if request.method == "GET":
        return _form_page(request, RequestForm(initial=_linked(request)))
    form = RequestForm(request.POST)
    if throttles.is_busy(request, "try"):
        return _form_page(request, form, busy=True)
    draft = drafts.collect(request, form.submission)
    if "find" in request.POST or "choose" in request.POST:
        return _form_page(request, placed(form, request.POST.get("choose", "")), draft)
    if not form.is_valid() or draft.errors:
        return _form_page(request, form, draft)
    rows = form.family()
    if not rows:
        form.add_error("category", "这个类别现在不能选，请重新选择。")
        return _form_page(request, form, draft)
    offered = [] if request.POST.get("anyway") else _offered(form, rows)
    if openness.not_yet_offered(offered, request.POST.get("seen", "")):
        return render(request, "public/confirm.html", {"form": form, "draft": draft, "offered": offered})
    return _send(request, form, draft, rows)


def _linked(request: HttpRequest) -> dict[str, str]:
    """What a link to the form has chosen already."""
    grid = catalog.place(request.GET.get("grid", ""))
    community = grid.code[:12] if grid else request.GET.get("community", "")
    return {
        "category": request.GET.get("category", ""),
        "community": community,
        "grid": grid.code if grid and level_of(grid.code) == Level.GRID else "",
    }


def _offered(form: RequestForm, rows: list) -> list[openness.Similar]:
    compound = form.cleaned_data["compound"]
    return openness.similar_to(
        form.cleaned_data["community"],
        rows,
        compound=compound.pk if compound else None,
        words=form.cleaned_data["text"],
    )


def _send(request: HttpRequest, form: RequestForm, draft: drafts.Draft, rows: list) -> HttpResponse:
    if throttles.is_busy(request, "submit"):
        return _form_page(request, form, draft, busy=True)
    try:
        report = cases.register(form.asking(rows[0], draft.photos), by=None)
    except DomainError as refusal:
        return _form_page(request, form, draft, refusal=refusal.message)
    return _to_receipt(request, report)


def _form_page(request: HttpRequest, form: RequestForm, draft: drafts.Draft | None = None, **more) -> HttpResponse:
    """The form with everything typed so far."""
    category = _value(form, "category")
    community = catalog.place(_value(form, "community"))
    rows = family(category) if form.is_bound and category and community else []
    compound = ground.compound(_value(form, "compound"))
    page = {
        "form": form,
        "draft": draft or drafts.Draft(form.submission),
        "kinds": catalog.kinds(),
        "kind": catalog.kind(category),
        "offered": _similar(category, community, compound, _value(form, "text")) if rows else [],
        **where_page(form),
        "notice": catalog.notice(),
        **more,
    }
    page["seen"] = openness.seen_token(page["offered"])
    return render(request, "public/request.html", page, status=429 if more.get("busy") else 200)


def _value(form: RequestForm, name: str) -> str:
    return form[name].value() or ""


def _similar(
    category: str, community: catalog.Place | None, compound: ground.Found | None, words: str
) -> list[openness.Similar]:
    if not category or not community:
        return []
    here = compound.pk if compound and ground.lies_in(compound, community.code) else None
    return openness.similar_to(community.code, family(category), compound=here, words=words[:MAX_TEXT])


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """The second level of the chosen category."""
    page = {"kind": catalog.kind(request.GET.get("category", ""))}
    return render(request, "public/request.html#kinds", page)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The grids of the chosen community."""
    page = {"grids": grids_of(catalog.place(request.GET.get("community", "")))}
    return render(request, "public/parts/where.html#grids", page)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def similar(request: HttpRequest) -> HttpResponse:
    """Open cases one may join. What is typed is posted: nobody's words belong in an address."""
    typed = request.POST if request.method == "POST" else request.GET
    category, community = typed.get("category", ""), catalog.place(typed.get("community", ""))
    words = "" if throttles.is_busy(request, "look") else request.POST.get("text", "")
    offered = _similar(category, community, ground.compound(typed.get("compound", "")), words)
    page = {"offered": offered, "seen": openness.seen_token(offered)}
    return render(request, "public/request.html#similar", page)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, key: str) -> HttpResponse:
    """是同一件: asks only for contact and, if one likes, own words. `open` brings over what the form already holds."""
    case = openness.joinable(key)
    if case is None:
        messages.warning(request, _NOT_JOINABLE)
        return redirect("public:request")
    if request.method == "GET":
        return _join_page(request, case, JoinForm())
    form = JoinForm(request.POST)
    if throttles.is_busy(request, "try"):
        return _join_page(request, case, form, busy=True)
    draft = drafts.collect(request, form.submission)
    if request.POST.get("open"):
        return _join_page(request, case, form.carried_over(), draft)
    if not form.is_valid() or draft.errors:
        return _join_page(request, case, form, draft)
    if throttles.is_busy(request, "submit"):
        return _join_page(request, case, form, draft, busy=True)
    return _join(request, case, form, draft)


def _join(request: HttpRequest, case: Case, form: JoinForm, draft: drafts.Draft) -> HttpResponse:
    try:
        report = sending.join_once(case, form.asking(case, draft.photos))
    except DomainError as refusal:
        return _join_page(request, case, form, draft, refusal=refusal.message)
    return _to_receipt(request, report)


def _join_page(
    request: HttpRequest, case: Case, form: JoinForm, draft: drafts.Draft | None = None, **more
) -> HttpResponse:
    draft = draft or drafts.Draft(form.submission)
    page = {"form": form, "case": case, "place": catalog.community_called(case.area_id), "draft": draft}
    page |= {"notice": catalog.notice(), **more}
    return render(request, "public/join.html", page, status=429 if more.get("busy") else 200)


def _to_receipt(request: HttpRequest, report: Report) -> HttpResponse:
    return visitor.keep_receipt(request, redirect("public:receipt", report.uuid), report.uuid)


@never_cache
@require_safe
def receipt(request: HttpRequest, submission: UUID) -> HttpResponse:
    """The number, to the browser that sent the request only; anybody else is asked for number and digits."""
    report = Report.objects.select_related("case__category", "case__handling_unit").filter(uuid=submission).first()
    if report is None or not visitor.has_receipt(request, submission):
        messages.warning(request, "为保护您的信息，请填写受理编号和手机号后四位查询。")
        return redirect("public:track")
    address = request.build_absolute_uri(f"{reverse('public:track')}?receipt={report.receipt}")
    page = {
        "report": report,
        "case": report.case.live,
        "errand": errand.asked_with(report),
        "holder": story.holder(report.case.live),
        "place": catalog.community_called(report.case.area_id),
        "code": segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=2),
    }
    return visitor.unlisted(render(request, "public/receipt.html", page))
