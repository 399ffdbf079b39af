"""Workbooks for tests of sheets, checked and written by the jobs themselves."""

import io
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook

from jobs import imports
from jobs import services as jobs
from jobs.models import Job


def book_of(sheet, *rows: dict[str, Any], headers: list[str] | None = None) -> ContentFile:
    """An .xlsx with the headers of a kind, and a row for each dict by header."""
    headers = headers or [column.header for column in sheet.layout()]
    book = Workbook()
    for cells in (headers, *([row.get(header) for header in headers] for row in rows)):
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return ContentFile(out.getvalue())


def checked(sheet, user, *rows: dict[str, Any]) -> Job:
    """The job that checked a workbook with these rows, after a worker took it up."""
    job = imports.begin(sheet, book_of(sheet, *rows), by=user)
    jobs.work()
    job.refresh_from_db()
    return job


def written(user, check: Job) -> Job:
    """The job that wrote what was checked."""
    job = imports.confirm(check, by=user)
    jobs.work()
    job.refresh_from_db()
    return job


def faults(job: Job) -> set[tuple[int, str, str]]:
    """(row, column, problem) of everything that is wrong."""
    assert job.state == Job.State.DONE, job.problem
    return {(fault["row"], fault["column"], fault["problem"]) for fault in job.errors}
