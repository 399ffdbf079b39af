"""One visit, written down and read again."""

import uuid

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from files.photos import PhotoRefused
from files.services import photo_response
from grids.decorators import require
from grids.permissions import Ability
from households.models import Household
from visits import services as visits
from visits.following import next_door
from visits.forms import MAX_PHOTOS, VisitForm
from visits.labels import door_label
from visits.models import Visit, VisitPhoto
from visits.reading import Reading
from visits.services.uploading import keep_photo, kept_photos
from visits.states import Outcome
from visits.visit_page import VisitPage


def household_or_404(request: HttpRequest, pk: int) -> Household:
    """The household that lives there, where the signed-in person may see it."""
    rows = Household.objects.visible_to(request.user).living().select_related("compound", "area", "door")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def visit_or_404(request: HttpRequest, uuid: uuid.UUID) -> Visit:
    """The visit, where the signed-in person may read it."""
    rows = Visit.objects.visible_to(request.user).select_related("household__compound", "visitor", "purpose")
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


@require(Ability.VISIT)
@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a visit; POST writes it down and goes on to the next door, or shows what was kept."""
    household = household_or_404(request, pk)
    later = "later" in request.GET
    if request.method != "POST":
        return _page(request, VisitPage(household, request.user, typed=_carried(request.GET), later=later))
    typed, faults = _typed(request)
    form = VisitForm(typed, household=household, user=request.user)
    if form.is_valid() and not faults:
        try:
            written = visits.write_down(form.said(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _told(written, household))
            return _onward(request, written, household, later)
    return _page(request, VisitPage(household, request.user, form=form, typed=typed, later=later, faults=faults))


def _page(request: HttpRequest, page: VisitPage) -> HttpResponse:
    return render(request, "field/visit_new.html", {"page": page})


def _carried(query: QueryDict) -> QueryDict:
    """What the door before passes on: the day of an evening's writing. Nothing else is chosen by an address."""
    carried = QueryDict(mutable=True)
    carried.update({name: query.get(name, "") for name in ("day", "part")})
    return carried


def _typed(request: HttpRequest) -> tuple[QueryDict, list[str]]:
    """What was typed, the chosen photos replaced by the ids they are kept under, and one text per refused photo."""
    typed = request.POST.copy()
    if Outcome.ABSENT in typed.getlist("outcome"):
        # Its button saves at once, whatever was chosen before.
        typed["outcome"] = Outcome.ABSENT
    faults: list[str] = []
    named = {name for name in typed if name.split("-")[0] == "photos"}
    for name in named | {name.replace("file", "photos", 1) for name in request.FILES}:
        kept = kept_photos(typed.getlist(name), by=request.user)
        uploads = request.FILES.getlist(name.replace("photos", "file", 1))
        for upload in uploads[: MAX_PHOTOS - len(kept)]:
            kept += _take_in(request, upload, faults)
        if len(uploads) + len(typed.getlist(name)) > MAX_PHOTOS:
            faults.append(f"一件事最多{MAX_PHOTOS}张照片，多出的没有留。")
        typed.setlist(name, kept)
    return typed, faults


def _take_in(request: HttpRequest, upload: UploadedFile, faults: list[str]) -> list[str]:
    try:
        return [str(keep_photo(upload, by=request.user).uuid)]
    except PhotoRefused as refusal:
        faults += [f"{words}。" for words in refusal.errors]
        return []


def _told(visit: Visit, household: Household) -> SafeString:
    """What the page after it says: kept, what it opened, and the way to put it right."""
    cases = visit.findings.filter(case__isnull=False).count()
    wishes = visit.findings.filter(wish__isnull=False).count()
    opened = "、".join([*([f"{cases}件事项"] if cases else []), *([f"{wishes}个微心愿"] if wishes else [])])
    return format_html(
        '已保存：{} {}{}　<a href="{}">更正</a>',
        door_label(household),
        visit.get_outcome_display(),
        f"，立了{opened}" if opened else "",
        reverse("field:visit-correct", args=[visit.uuid]),
    )


def _onward(request: HttpRequest, visit: Visit, household: Household, later: bool) -> HttpResponse:
    if request.POST.get("then") == "stay":
        return redirect(visit)
    following = next_door(household, request.user, timezone.localdate())
    if following is None:
        return redirect("field:today")
    carried = {name: request.POST.get(name, "") for name in ("day", "part")}
    query = f"?{urlencode({'later': 1, **carried})}" if later else ""
    return redirect(reverse("field:visit-new", args=[following.pk]) + query)


@require(Ability.VISIT)
@never_cache
@require_safe
def visit(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """What was written down, what it opened, and what it said before."""
    return render(request, "field/visit.html", {"page": Reading(visit_or_404(request, uuid), request.user)})


@require(Ability.VISIT)
@never_cache
@require_safe
def photo(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A photo of a visit one may read, or one's own that is not joined to a visit yet."""
    found = VisitPhoto.objects.filter(uuid=uuid, photo__isnull=False).select_related("photo").first()
    if found is None:
        raise Http404
    own = found.visit_id is None and found.user_id == request.user.pk
    if not own and not Visit.objects.visible_to(request.user).filter(pk=found.visit_id).exists():
        raise Http404
    return photo_response(found.photo, size="thumb" if request.GET.get("size") == "thumb" else "full")
