"""运行周报和月报: asked for here, written by a worker, fetched by who asked; and the Word template behind them."""

import io
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms import StyledForm
from common.errors import DomainError
from dashboards.models.report import ReportTemplate
from dashboards.services import reports
from grids.decorators import require
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from jobs.models import Job
from jobs.tasks import work

SHOWN = 20
KEPT_DAYS = 90


class ReportForm(StyledForm):
    """Which report, about what, from when to when."""

    pace = forms.ChoiceField(
        label="报告", choices=ReportTemplate.Pace.choices, widget=forms.RadioSelect, initial="weekly"
    )
    form = forms.ChoiceField(
        label="格式",
        choices=[(reports.WORD, "Word报告"), (reports.SHEET, "Excel表格")],
        widget=forms.RadioSelect,
        initial=reports.WORD,
    )
    area = forms.ChoiceField(label="范围")
    first = forms.DateField(label="从", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last = forms.DateField(label="到", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas_of(user)
        today = timezone.localdate()
        last_sunday = today - timedelta(days=today.isoweekday())
        self.fields["first"].initial = last_sunday - timedelta(days=6)
        self.fields["last"].initial = last_sunday

    def clean(self) -> dict:
        """The end lies after the beginning and not in the future."""
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "结束日期要在开始日期之后。")
        if last and last > timezone.localdate():
            self.add_error("last", "结束日期不能晚于今天。")
        return cleaned


class TemplateForm(StyledForm):
    """A template for one of the reports."""

    pace = forms.ChoiceField(
        label="用于", choices=ReportTemplate.Pace.choices, widget=forms.RadioSelect, initial="weekly"
    )
    file = forms.FileField(label="模板文件", widget=forms.ClearableFileInput(attrs={"accept": ".docx"}))


def areas_of(user) -> list[tuple[str, str]]:
    """The areas somebody may ask a report about: own streets and communities and those beneath; the district all."""
    rows = Area.objects.in_service().filter(level__gte=Level.COMMUNITY).order_by("code")
    found = [(area.code, area.full_name) for area in rows]
    if abilities_of(user) & {Ability.COLLECT, Ability.HAND_OUT}:
        return [(code, "全区" if len(code) == 6 else name) for code, name in found]
    own = tuple(code for code in scope_of(user).areas)
    return [(code, name) for code, name in found if code.startswith(own)] if own else []


@require(Ability.EXPORT)
@never_cache
@require_http_methods(["GET", "POST"])
def reports_page(request: HttpRequest) -> HttpResponse:
    """The form, the reports asked for lately, and for the district the templates."""
    form = ReportForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            job = reports.ask(**form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            transaction.on_commit(work.delay, robust=True)
            return redirect("boards:report", pk=job.pk)
    since = timezone.now() - timedelta(days=KEPT_DAYS)
    mine = Job.objects.visible_to(request.user).filter(kind=reports.REPORT, created_at__gte=since)
    context = {
        "form": form,
        "jobs": list(mine.order_by("-created_at")[:SHOWN]),
        "may_edit": may_edit(request.user),
        "template_form": TemplateForm(prefix="template"),
        "templates": list(ReportTemplate.objects.select_related("uploaded_by").order_by("-uploaded_at")[:SHOWN]),
    }
    return render(request, "dashboards/reports.html", context)


def may_edit(user) -> bool:
    """Whether somebody keeps the templates: the two district bodies."""
    return bool(abilities_of(user) & {Ability.COLLECT, Ability.HAND_OUT})


@require(Ability.EXPORT)
@never_cache
@require_safe
def report(request: HttpRequest, pk) -> HttpResponse:
    """How far the writing is; asks again every second until it has ended."""
    job = _own(request, pk)
    response = render(
        request, "dashboards/report_job.html#job" if request.htmx else "dashboards/report_job.html", {"job": job}
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.EXPORT)
@never_cache
@require_safe
def report_file(request: HttpRequest, pk) -> HttpResponse:
    """The finished report, for who asked for it."""
    job = _own(request, pk)
    if not job.result_file:
        messages.error(request, "这份报告还没有生成，或者已经清除，请重新生成。")
        return redirect("boards:report", pk=job.pk)
    return FileResponse(job.result_file.open(), as_attachment=True, filename=job.result["name"])


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_safe
def template(request: HttpRequest, pace: str) -> HttpResponse:
    """The template in force, to be edited in Word."""
    label = dict(ReportTemplate.Pace.choices).get(pace, "周报")
    content = io.BytesIO(reports.template_of(pace))
    return FileResponse(content, as_attachment=True, filename=f"运行{label}模板.docx")


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_http_methods(["POST"])
def upload_template(request: HttpRequest) -> HttpResponse:
    """Keep a new template; one that cannot be filled is refused and the old one stays."""
    form = TemplateForm(request.POST, request.FILES, prefix="template")
    if not form.is_valid():
        messages.error(request, "请选择一个.docx文件。原来的模板继续使用。")
        return redirect("boards:reports")
    try:
        kept = reports.keep_template(form.cleaned_data["pace"], form.cleaned_data["file"], by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{kept.get_pace_display()}模板已更新，从下一份报告起使用")
    return redirect("boards:reports")


def _own(request: HttpRequest, pk) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user).filter(kind=reports.REPORT), pk=pk)
