"""队伍和岗位: posts by area, one posting, appointing, leave, ending, and the team of a grid."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from desk import handing_over
from desk.arranging import arranges, colleagues, find_people, may_arrange, postings_seen, scopes, sees
from desk.forms_posts import AppointForm, EndForm, LeaveForm
from desk.posts_page import AreasPage, SeatsPage, state_of
from desk.team_page import TeamPage
from grids.decorators import require
from grids.levels import Level, level_of
from grids.models import Area, Compound, Post, Posting
from grids.permissions import Ability
from grids.scope import scope_of
from grids.services import postings as services
from grids.services.postings import Place
from grids.vacancies import seats


def area_or_404(request: HttpRequest, code: str) -> Area:
    """The area of this code, where the signed-in person may read its posts."""
    if not sees(request.user, code):
        raise Http404
    return get_object_or_404(Area.objects.in_service(), pk=code)


@require(Ability.POSTS, Ability.HOUSEHOLDS)
@never_cache
@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """One's own ground: the page of the one area, or a table of several."""
    codes = sorted({code for scope in scopes(request.user) for code in scope.areas})
    codes = [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]
    if not codes:
        raise PermissionDenied
    if len(codes) == 1:
        return _page(request, get_object_or_404(Area.objects.in_service(), pk=codes[0]))
    areas = list(Area.objects.in_service().filter(code__in=codes, level=level_of(codes[0])).order_by("code"))
    context = {"page": AreasPage("所在的社区和网格", areas, codes[0][:6])}
    return render(request, "desk/posts_areas.html", context)


@require(Ability.POSTS, Ability.HOUSEHOLDS)
@never_cache
@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The posts of one area, or the table of the areas beneath it."""
    return _page(request, area_or_404(request, code))


def _page(request: HttpRequest, area: Area) -> HttpResponse:
    if area.level <= Level.COMMUNITY:
        context = {"page": SeatsPage(area, request.user, request.GET), "here": _kept(request, "page")}
        return render(request, "desk/posts.html", context)
    below = Area.objects.in_service().on(area.level - 1).beneath(area.code).order_by("code")
    own = seats(area.code, Post.objects.filter(level=area.level, seat=Post.Seat.AREA))
    context = {
        "page": AreasPage(area.full_name, list(below), area.code),
        "own": [seat for seat in own if seat.postings or seat.vacant],
        "may_arrange": arranges(request.user, area.code),
        "area": area,
    }
    return render(request, "desk/posts_areas.html", context)


def _kept(request: HttpRequest, *without: str) -> str:
    """The query string without some parts, ready to have one appended."""
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    return f"{kept.urlencode()}&" if kept else ""


@require(Ability.POSTS, Ability.HOUSEHOLDS)
@never_cache
@require_safe
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """One posting: dates, leave, hand-overs, and who served the place before and after."""
    row = _posting_or_404(request, pk)
    place = Place.under(row)
    handover = services.open_handover(row)
    history = Posting.objects.filter(place.here(), post=row.post).select_related("user").order_by("-valid_from", "-pk")
    state, mark = state_of(row, handover)
    over = bool(row.valid_to and row.valid_to < timezone.localdate())
    context = {
        "posting": row,
        "state": f"已卸任（任到{row.valid_to.year}年{row.valid_to.month}月{row.valid_to.day}日）" if over else state,
        "mark": "" if over else mark,
        "over": over,
        "away": bool(row.leave_to and row.leave_to >= timezone.localdate()),
        "handover": handover,
        "history": history,
        "area_code": place.code[:12] if sees(request.user, place.code[:12]) else "",
        "arranges": may_arrange(request.user, row.post, place),
        "holdings": [] if over else handing_over.holdings(row.user, row),
    }
    return render(request, "desk/post.html", context)


def _posting_or_404(request: HttpRequest, pk: int) -> Posting:
    return get_object_or_404(postings_seen(request.user), pk=pk)


def posting_to_arrange(request: HttpRequest, pk: int) -> Posting:
    """A posting the signed-in person may change: 404 where it is out of sight, 403 where it is above one's rights."""
    row = _posting_or_404(request, pk)
    if not may_arrange(request.user, row.post, Place.under(row)):
        raise PermissionDenied
    return row


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """安排岗位: choose the post, then the place and the person, then from when."""
    area = area_or_404(request, code)
    if not arranges(request.user, code):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    offered = [post for post in _posts_for(area) if may_arrange(request.user, post, _least(area, post))]
    post = next((post for post in offered if post.code == asked.get("post")), None)
    found = seats(code, [post]) if post else []
    # A place somebody took meanwhile is still understood: the service says who.
    seat = next((seat for seat in found if seat.place == asked.get("place")), None)
    places = [row for row in found if _open(row) or row is seat]
    people = find_people(asked.get("q", ""))
    form = AppointForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and post and seat and form.is_valid() and _appointed(request, form, post, seat):
        return redirect("desk:posts-area", code)
    context = {"area": area, "posts": offered, "post": post, "places": places, "seat": seat, "people": people}
    return render(request, "desk/post_new.html", context | {"form": form, "q": asked.get("q", "").strip()[:30]})


def _open(seat) -> bool:
    """Places somebody may be appointed to: not a place of one that is served."""
    return seat.vacant or seat.post.establishment != 1


def _posts_for(area: Area) -> list[Post]:
    """Post kinds the page offers: on a street or the district its own only, the rest stands on the communities' pages."""
    rows = Post.objects.exclude(seat=Post.Seat.UNIT).exclude(level__gt=area.level)
    if area.level > Level.COMMUNITY:
        rows = rows.filter(level=area.level)
    urban = (area.kind or "urban") if area.level == Level.COMMUNITY else ""
    return [
        post
        for post in rows.order_by("family", "order", "pk")
        if not (urban and post.seat == Post.Seat.AREA and post.setting and post.setting != urban)
    ]


def _least(area: Area, post: Post) -> Place:
    """A place of the post's level within the area, to judge the right by: the area itself, or one beneath it."""
    if post.seat == Post.Seat.AREA and post.level < area.level:
        return Place(area=Area(code=area.code + "000", level=post.level))
    return Place(area=area) if post.seat == Post.Seat.AREA else Place(compound=Compound(area=area))


def _appointed(request: HttpRequest, form: AppointForm, post: Post, seat) -> bool:
    place = Place.of(seat.entrance or seat.building or seat.compound or seat.area)
    typed = form.cleaned_data
    if typed["user"].pk == request.user.pk:
        form.add_error("user", "不能给自己安排岗位，请由上级或同事来办。")
        return False
    try:
        row = services.appoint(
            typed["user"],
            post,
            place,
            valid_from=typed["valid_from"],
            office_phone=typed["office_phone"],
            hours=typed["hours"],
            by=request.user,
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, f"已安排{row.user.called}任{place.name}{post.name}")
    if services.crowded(post, place, on=row.valid_from):
        messages.warning(request, f"{place.name}的{post.name}应有{post.establishment}人，现在多于这个数，请核对。")
    return True


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """登记请假, with or without a stand-in."""
    row = posting_to_arrange(request, pk)
    form = LeaveForm(request.POST if request.method == "POST" else None, colleagues=colleagues(row, request.user))
    if form.is_bound and form.is_valid():
        try:
            services.grant_leave(row, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记请假" if row.stand_in_id else "已登记请假，还没有人替")
            return redirect("desk:posting", row.pk)
    return _act(request, row, form, "登记请假", "请假期间由替岗人办理；没有定替岗人的，页面会一直标出来。")


@require(Ability.POSTS)
@require_POST
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    """提前销假."""
    row = posting_to_arrange(request, pk)
    try:
        services.end_leave(row, by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{row.user.called}已销假")
    return redirect("desk:posting", row.pk)


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """卸任 without a successor; refused while the person still holds what somebody must take."""
    row = posting_to_arrange(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            _end(row, form.cleaned_data["last_date"], request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已登记{row.user.called}卸任")
            return redirect("desk:posting", row.pk)
    return _act(request, row, form, "登记卸任", "没有接任人时用。手里还有事项或结对住户的，请办交接。")


def _end(row: Posting, last_date, by) -> None:
    held = [holding for holding in handing_over.holdings(row.user, row) if holding.blocks]
    if held:
        still = "、".join(f"{holding.label}{holding.words}" for holding in held)
        raise DomainError(f"手里还有{still}，请办交接。")
    services.end_posting(row, last_date=last_date, by=by)


def _act(request: HttpRequest, row: Posting, form, title: str, explains: str) -> HttpResponse:
    context = {
        "title": title,
        "explains": explains,
        "form": form,
        "back": reverse("desk:posting", args=[row.pk]),
        "crumb": f"{row.place_name}{row.post}　{row.user.called}",
        "area_code": Place.under(row).code[:12],
    }
    return render(request, "desk/post_act.html", context)


@require(Ability.REGISTER, Ability.HANDLE, Ability.POSTS, Ability.HOUSEHOLDS)
@never_cache
@require_safe
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody who serves a grid: for staff of the grid, its community and above."""
    if len(code) != 15 or not scope_of(request.user).covers(code):
        raise Http404
    grid = get_object_or_404(Area.objects.in_service(), pk=code, level=Level.GRID)
    return render(request, "desk/team.html", {"page": TeamPage(grid, request.user)})
