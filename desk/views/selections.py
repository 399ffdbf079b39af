"""选任: opening one, its list of places and people, the notice, and the steps to the posting."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from desk.arranging import arranges, find_people
from desk.forms_posts import ChosenForm, FileForm, NominateForm, PublishForm, ReasonForm
from desk.posts_page import SIZE, ladder
from desk.views.posts import area_or_404
from grids.decorators import require
from grids.levels import Level
from grids.models import Nominee, Post, Selection
from grids.permissions import Ability
from grids.services import selecting
from grids.services.postings import Place
from grids.vacancies import seats

_S, _R = Selection.Step, Nominee.Result


@dataclass(frozen=True)
class Step:
    """One thing that is done to a whole selection."""

    label: str
    explains: str
    form: Callable
    run: Callable
    at: tuple[str, ...]
    done: str


def _appoint(selection: Selection, form: ChosenForm, by) -> None:
    selecting.appoint_chosen(selection, **form.terms(), by=by)


STEPS = {
    "publish": Step(
        "开始公示",
        "公示的人选不能再加；有异议的随时登记。",
        PublishForm,
        lambda selection, form, by: selecting.publish(selection, **form.cleaned_data, by=by),
        (_S.NOMINATING,),
        "已开始公示，请打印公示张贴",
    ),
    "file": Step(
        "登记备案",
        "公示期满后报上级备案，文号照文件填写，系统不编文号。",
        FileForm,
        lambda selection, form, by: selecting.file(selection, **form.cleaned_data, by=by),
        (_S.PUBLISHED,),
        "已登记备案",
    ),
    "appoint": Step(
        "任用",
        "任用后立即成为在任人员；没有账号的自动开账号，凭手机号登录，首次登录前由管理员发一次性密码。",
        ChosenForm,
        _appoint,
        (_S.FILED,),
        "已任用",
    ),
    "stop": Step(
        "终止选任",
        "已经推荐的人选不任用，手机号随之删除。",
        ReasonForm,
        lambda selection, form, by: selecting.stop(selection, form.cleaned_data["reason"], by=by),
        (_S.NOMINATING, _S.PUBLISHED, _S.FILED),
        "选任已终止",
    ),
}
MARKS = {
    "withdraw": (_R.WITHDRAWN, "登记本人退出"),
    "object": (_R.OBJECTED, "登记异议"),
    "stand": (_R.OPEN, "恢复人选"),
}


def _selection_or_404(request: HttpRequest, pk: int) -> Selection:
    """A selection in the communities whose posts the signed-in person arranges."""
    row = Selection.objects.select_related("area", "post", "opened_by").filter(pk=pk).first()
    if row is None or not arranges(request.user, row.area_id):
        raise Http404
    return row


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """开始选任 in a community, for a post with vacant places; those that were held before stand below."""
    area = area_or_404(request, code)
    if area.level != Level.COMMUNITY:
        raise Http404
    if not arranges(request.user, code):
        raise PermissionDenied
    refusal = ""
    if request.method == "POST":
        try:
            return redirect("desk:selection", selecting.open_selection(area, _post(request), by=request.user).pk)
        except DomainError as error:
            refusal = error.message
    posts = Post.objects.filter(is_selected=True).order_by("family", "order")
    held = Selection.objects.filter(area=area).select_related("post").order_by("-opened_at", "-pk")
    found = seats(area.code, posts)
    offered = [(p, sum(s.vacant for s in found if s.post == p)) for p in posts if any(s.post == p for s in found)]
    context = {"area": area, "offered": offered, "held": held[:50], "refusal": refusal}
    return render(request, "desk/selection_new.html", context)


def _post(request: HttpRequest) -> Post:
    post = Post.objects.filter(code=request.POST.get("post", ""), is_selected=True).first()
    if post is None:
        raise DomainError("请选择要选任的岗位。")
    return post


@require(Ability.POSTS)
@never_cache
@require_safe
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of places with the people put forward, and the steps."""
    row = _selection_or_404(request, pk)
    found = selecting.choices(row)
    only = request.GET.get("view", "")
    shown = [c for c in found if c.nominees] if only == "named" else found
    shown = [c for c in found if c.seat.vacant and not c.nominees] if only == "missing" else shown
    number = _number(request.GET.get("page", ""), len(shown))
    context = {
        "selection": row,
        "rungs": ladder(row),
        "choices": shown[(number - 1) * SIZE : number * SIZE],
        "number": number,
        "pages": max(1, -(-len(shown) // SIZE)),
        "view": only if only in ("named", "missing") else "",
        "tabs": [
            ("", "全部岗位", len(found)),
            ("named", "有人选", sum(bool(c.nominees) for c in found)),
            ("missing", "还没有人选", sum(c.seat.vacant and not c.nominees for c in found)),
        ],
        "serving": sum(not c.seat.vacant for c in found),
        "all": len(found),
        "steps": [(slug, step) for slug, step in STEPS.items() if row.step in step.at],
        "open": row.step in selecting.OPEN,
        "nominating": row.step == _S.NOMINATING,
        "published": row.step in (_S.PUBLISHED, _S.FILED),
    }
    return render(request, "desk/selection.html", context)


def _number(typed: str, rows: int) -> int:
    pages = max(1, -(-rows // SIZE))
    return min(max(int(typed), 1), pages) if typed.isdecimal() and len(typed) < 5 else 1


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """推荐人选 for one place."""
    row = _selection_or_404(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    found = seats(row.area_id, [row.post])
    seat = next((seat for seat in found if seat.place == asked.get("place")), None)
    if seat is None:
        raise Http404
    people = find_people(asked.get("q", ""))
    form = NominateForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid():
        place = Place.of(seat.entrance or seat.building or seat.compound or seat.area)
        try:
            selecting.nominate(row, place, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已推荐到{place.name}")
            return redirect("desk:selection", row.pk)
    context = {"selection": row, "seat": seat, "form": form, "people": people, "q": asked.get("q", "").strip()[:30]}
    return render(request, "desk/selection_nominate.html", context)


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """公示, 备案, 任用 or 终止: what it asks for, then done."""
    row = _selection_or_404(request, pk)
    step = STEPS.get(action)
    if step is None:
        raise Http404
    form = step.form(
        request.POST if request.method == "POST" else None, selection=row, **_contested(row, action, request)
    )
    if form.is_bound and form.is_valid():
        try:
            step.run(row, form, request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, step.done)
            return redirect("desk:selection", row.pk)
    return _form_page(request, row, form, step.label, step.explains)


def _contested(row: Selection, action: str, request: HttpRequest) -> dict:
    """For the appointment: places with several people standing, and their names."""
    if action != "appoint":
        return {}
    contested = [choice for choice in selecting.choices(row) if len(choice.standing) > 1]
    return {"contested": contested, "names": selecting.full_names(row, by=request.user) if contested else {}}


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def nominee(request: HttpRequest, pk: int, nominee_pk: int, action: str) -> HttpResponse:
    """One person put forward: withdraws, is objected to, stands again."""
    row = _selection_or_404(request, pk)
    person = get_object_or_404(row.nominees.select_related("selection"), pk=nominee_pk)
    if action not in MARKS:
        raise Http404
    result, label = MARKS[action]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            selecting.mark(person, result, form.cleaned_data["reason"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记")
            return redirect("desk:selection", row.pk)
    return _form_page(request, row, form, label, f"人选：{person.user.called if person.user else person.name}")


def _form_page(request: HttpRequest, row: Selection, form, title: str, explains: str) -> HttpResponse:
    context = {
        "title": title,
        "explains": explains,
        "form": form,
        "back": reverse("desk:selection", args=[row.pk]),
        "crumb": f"{row.post.name}选任",
        "area_code": row.area_id,
    }
    return render(request, "desk/post_act.html", context)


@require(Ability.POSTS)
@never_cache
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """公示 for the notice board: one A4 page after another, names in full, no phone but the office's."""
    row = _selection_or_404(request, pk)
    if row.step == _S.NOMINATING:
        messages.info(request, "还没有开始公示，请先填写公示的日期和联系电话。")
        return redirect("desk:selection-act", row.pk, "publish")
    names = selecting.full_names(row, by=request.user)
    listed = [
        (f"{choice.seat.compound or ''}{choice.seat.where}", names[person.pk], person)
        for choice in selecting.choices(row)
        for person in choice.nominees
        if person.result in (_R.OPEN, _R.CHOSEN)
    ]
    context = {"selection": row, "listed": listed, "printed_at": timezone.now()}
    return render(request, "desk/selection_notice.html", context)
