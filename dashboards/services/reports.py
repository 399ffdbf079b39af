"""Making reports: which template, the job that fills it, and keeping a new template."""

import io
from datetime import date
from typing import IO

from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from dashboards.models.report import ReportTemplate
from dashboards.reporting import sheet, word
from dashboards.reporting.story import Story
from dashboards.reporting.telling import story_of
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from jobs import services as jobs
from jobs.models import Job

REPORT = "report"
WORD, SHEET = "word", "sheet"
ENDINGS = {WORD: "docx", SHEET: "xlsx"}


def template_of(pace: str) -> bytes:
    """The template in force: the newest upload of this pace, else the one the portal brings along."""
    newest = ReportTemplate.objects.filter(pace=pace).order_by("-uploaded_at", "-pk").first()
    if newest is None:
        return word.default_template()
    with newest.file.open() as kept:
        return kept.read()


def keep_template(pace: str, upload: IO[bytes], *, by: User) -> ReportTemplate:
    """Keep an uploaded template, once it has been tried with a sample. DomainError says what is wrong with it."""
    content = upload.read(word.MOST_BYTES + 1)
    word.check(io.BytesIO(content))
    with transaction.atomic():
        kept = ReportTemplate(pace=ReportTemplate.Pace(pace), uploaded_by=by)
        kept.file.save("template.docx", ContentFile(content), save=False)
        kept.save()
        record("report.template", subject=("reporttemplate", kept.pk), by=by, pace=pace)
    return kept


def ask(pace: str, form: str, area: str, first: date, last: date, *, by: User) -> Job:
    """The job that writes a report about `area` from `first` to `last` (local days, both included)."""
    if form not in ENDINGS:
        raise DomainError("请选择报告的格式。")
    if last < first:
        raise DomainError("结束日期要在开始日期之后。")
    _refuse_foreign(area, by)
    payload = {"pace": pace, "form": form, "area": area, "first": first.isoformat(), "last": last.isoformat()}
    return jobs.start(REPORT, payload=payload, title=f"运行{ReportTemplate.Pace(pace).label}", by=by)


def _refuse_foreign(area: str, by: User) -> None:
    own = scope_of(by).areas
    district = abilities_of(by) & {Ability.COLLECT, Ability.HAND_OUT}
    if not district and not any(area.startswith(code) for code in own):
        raise DomainError("只能生成本辖区的报告。")


def _written(form: str, pace: str, story: Story) -> bytes:
    return word.fill(io.BytesIO(template_of(pace)), story) if form == WORD else sheet.workbook(story)


def carry_out(job: Job) -> None:
    """Write the report of a job. Judged again: the owner's postings may have ended since."""
    asked, by = job.payload, job.created_by
    if by is None:
        raise DomainError("这份报告没有申请人，请重新生成。")
    _refuse_foreign(asked["area"], by)
    jobs.advance(job, done=0, total=2)
    first, last = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    story = story_of(asked["area"], first, last, pace=asked["pace"], by=by)
    jobs.advance(job, done=1)
    content = _written(asked["form"], asked["pace"], story)
    name = f"{story.title}_{asked['first']}_{asked['last']}.{ENDINGS[asked['form']]}"
    record("report.made", subject=("job", str(job.pk)), by=by, area=asked["area"], form=asked["form"])
    jobs.finish(job, result={"name": name}, result_file=File(io.BytesIO(content)))
