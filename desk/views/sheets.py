"""导入导出: upload a sheet of a kind, see what it would change, and write all of it or nothing."""

import io
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from cases import job_kinds as hotline
from desk.forms_import import LongSheetForm
from desk.sheet_page import is_for, kinds_for, list_of, named_fields
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from jobs import imports
from jobs.faults import write_template
from jobs.models import Job
from jobs.staging import kept_file
from jobs.tasks import work

RECENT = 10
# Who stands at a place where one of these counts is told by `kinds_for`.
MAY = (
    *(Ability.IMPORT, Ability.KEEP_HOUSEHOLDS, Ability.KEEP_GROUND, Ability.POSTS),
    *(Ability.WISHES, Ability.REGISTER, Ability.HANDLE),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require(*MAY)
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """The kinds of sheets the user may import, and the user's latest jobs."""
    kinds, hotline_too = _kinds_or_403(request), Ability.IMPORT in abilities_of(request.user)
    ours = [imports.CHECK, imports.WRITE, hotline.CHECK, hotline.WRITE]
    recent = Job.objects.visible_to(request.user).filter(kind__in=ours).order_by("-created_at")[:RECENT]
    shown = {"kinds": kinds, "hotline": hotline_too, "recent": recent}
    return render(request, "desk/sheets.html", shown)


@require(*MAY)
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a file of this kind; `?template=1` hands out the empty one."""
    kind = _kind_or_404(request, code)
    if request.GET.get("template"):
        return _template(kind)
    form = LongSheetForm(request.POST or None, request.FILES or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        job = imports.begin(kind, form.cleaned_data["sheet"], by=request.user)
        _nudge()
        return redirect("desk:sheet-job", pk=job.pk)
    return render(request, "desk/sheet.html", {"kind": kind, "columns": kind.layout(), "form": form})


@require(*MAY)
@never_cache
@require_http_methods(["GET", "POST"])
def job(request: HttpRequest, pk) -> HttpResponse:
    """How far the work is and what it would change; a POST writes it, or with `give_up` clears what was kept."""
    found = _job_or_404(request, pk)
    kind = _kind_or_404(request, found.payload["sheet"])
    if request.method == "POST":
        return _decide(request, found, kind)
    context = {
        "job": found,
        "kind": kind,
        "writes": found.kind == imports.WRITE,
        "ready": found.kind == imports.CHECK and imports.is_ready(found),
        "wrong_rows": found.result.get("refused", 0),
        "cut": len(found.errors) >= imports.jobs.MAX_ERRORS,
        "sample": named_fields(found.result.get("sample", [])),
        "step": _step(found),
        "listed": list_of(kind),
    }
    template = "desk/sheet_job.html#job" if request.htmx else "desk/sheet_job.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(*MAY)
@never_cache
@require_safe
def faults(request: HttpRequest, pk) -> HttpResponse:
    """The uploaded rows with a column 错误原因, for who uploaded them; every download is in the audit."""
    found = _job_or_404(request, pk)
    kind = _kind_or_404(request, found.payload["sheet"])
    if not (found.result_file and found.result.get("refused")):
        raise Http404
    record("sheet.faults", subject=("job", str(found.pk)), by=request.user, sheet=kind.code)
    answer = StreamingHttpResponse(_unsealed(found), content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{kind.title}_错误原因.xlsx")
    return answer


def _unsealed(checked: Job) -> Iterator[bytes]:
    with checked.result_file.open() as kept:
        yield from kept_file(kept, owner=str(checked.pk))


def _decide(request: HttpRequest, checked: Job, kind: type[imports.Sheet]) -> HttpResponse:
    if checked.kind != imports.CHECK:
        raise Http404
    if request.POST.get("give_up"):
        imports.discard(checked)
        return redirect("desk:sheet", code=kind.code)
    if not imports.is_ready(checked):
        return redirect("desk:sheet-job", pk=checked.pk)
    writing = imports.confirm(checked, by=request.user)
    _nudge()
    return redirect("desk:sheet-job", pk=writing.pk)


def _kinds_or_403(request: HttpRequest) -> list[type[imports.Sheet]]:
    """What the user may import; 403 for who may import nothing, the hotline's orders included."""
    kinds = kinds_for(request.user)
    if not kinds and Ability.IMPORT not in abilities_of(request.user):
        raise PermissionDenied
    return kinds


def _job_or_404(request: HttpRequest, pk) -> Job:
    _kinds_or_403(request)
    ours = Job.objects.visible_to(request.user).filter(kind__in=[imports.CHECK, imports.WRITE])
    return get_object_or_404(ours, pk=pk)


def _kind_or_404(request: HttpRequest, code: str) -> type[imports.Sheet]:
    kind = imports.find(code)
    if kind is None:
        raise Http404
    if not is_for(kind, request.user):
        raise PermissionDenied
    return kind


def _template(kind: type[imports.Sheet]) -> HttpResponse:
    target = io.BytesIO()
    write_template(target, title=kind.title, columns=kind.layout(), number=imports.NUMBER, marks=imports.NOT_DATA)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{kind.title}导入模板.xlsx")


def _nudge() -> None:
    """Have the worker look at once; beat finds the job in any case, broker or not."""
    transaction.on_commit(work.delay, robust=True)


def _step(found: Job) -> int:
    """Where the ladder 上传、检查、写入、完成 stands."""
    if found.kind == imports.CHECK:
        return 3 if found.is_ended and imports.is_ready(found) else 2
    return 4 if found.state == Job.State.DONE else 3
