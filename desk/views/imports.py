"""导入12345事项: upload, check of all rows, writing all or nothing."""

import io

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from cases.job_kinds import CHECK, WRITE, discard
from cases.sheets import TEMPLATE
from common.spreadsheets import write_xlsx
from desk.forms_import import SheetForm
from grids.decorators import require
from grids.permissions import Ability
from jobs import services as jobs
from jobs.models import Job
from jobs.tasks import work

RECENT = 10
# One row that shows how to fill it in; invented.
_EXAMPLE = (
    "12345-示例-0001", "路灯不亮", "北大街道", "新村社区", "第三网格", "市政家属院3号楼前", "路灯不亮",
    "楼前路灯三天没亮，老人晚上出行不便。", "刘女士", "13800000000", "2026-12-04 18:00", "否",
)  # fmt: skip


@require(Ability.IMPORT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a sheet; `?template=1` hands out the empty one."""
    if request.GET.get("template"):
        return _template()
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = jobs.start(
            CHECK, payload={}, by=request.user, title="导入12345事项", input_file=form.cleaned_data["sheet"]
        )
        _forget_older(request.user, job)
        _nudge()
        return redirect("desk:import-job", pk=job.pk)
    own = Job.objects.visible_to(request.user).filter(kind__in=[CHECK, WRITE]).order_by("-created_at")[:RECENT]
    return render(request, "desk/import.html", {"form": form, "recent": own, "columns": TEMPLATE})


def _nudge() -> None:
    """Have the worker look at once; beat finds the job in any case, broker or not."""
    transaction.on_commit(work.delay, robust=True)


def _forget_older(user, job: Job) -> None:
    """A sheet that was checked and not written is kept until its owner uploads the next one."""
    for older in Job.objects.visible_to(user).filter(kind=CHECK).exclude(pk=job.pk).exclude(result_file=""):
        discard(older)


def _template() -> HttpResponse:
    target = io.BytesIO()
    write_xlsx(target, TEMPLATE, [_EXAMPLE])
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="12345事项导入模板.xlsx")


@require(Ability.IMPORT)
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest, pk) -> HttpResponse:
    """How far the work is; a POST begins the writing of a sheet that was found in order."""
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind__in=[CHECK, WRITE]), pk=pk)
    if request.method == "POST":
        writing = jobs.start(WRITE, payload={"checked": str(job.pk)}, by=request.user, title="写入12345事项")
        _nudge()
        return redirect("desk:import-job", pk=writing.pk)
    rows = sorted({problem["row"] for problem in job.errors})
    context = {"job": job, "writes": job.kind == WRITE, "wrong_rows": len(rows), "step": _step(job)}
    response = render(request, "desk/import_job.html#job" if request.htmx else "desk/import_job.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _step(job: Job) -> int:
    """Where the ladder 上传、检查、写入、完成 stands."""
    if job.kind == CHECK:
        return 2 if not job.is_ended or not job.result_file else 3
    return 4 if job.state == Job.State.DONE else 3
