"""Long work: one worker at a time, visible progress, and an end that is told in words."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from common.errors import DomainError
from jobs import registry
from jobs import services as jobs
from jobs.models import MAX_ATTEMPTS, SILENCE, Job

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SHEET = "姓名,电话\n刘某,13800138000\n"
RAN: list[str] = []


@registry.job_kind("test-count")
def count(job):
    """Counts to its payload, and says so."""
    RAN.append(str(job.pk))
    for number in range(job.payload["to"]):
        jobs.advance(job, done=number + 1, total=job.payload["to"])
    jobs.finish(job, result={"counted": job.payload["to"]})


@registry.job_kind("test-refuse")
def refuse(job):
    """Refuses as a service would."""
    raise DomainError("表头缺少“电话”一列，请用模板重新填写")


@registry.job_kind("test-break")
def break_down(job):
    """Breaks with a personal value in the text of the error, as drivers do."""
    raise KeyError(job.payload["phone"])


@registry.job_kind("test-read")
def read(job):
    """Reads its upload and reports one row."""
    assert job.input_file.read().decode() == SHEET
    problem = {"row": 2, "column": "电话", "value": "138****8000", "problem": "少一位", "remedy": "请核对"}
    jobs.finish(job, errors=[problem] * 1200, result_file=ContentFile(b"rows"))


@registry.job_kind("test-lose")
def lose(job):
    """Is so slow that another worker takes over meanwhile."""
    Job.objects.filter(pk=job.pk).update(started_at=NOON + timedelta(hours=1))
    jobs.advance(job, done=1)


@registry.job_kind("test-silent")
def silent(job):
    """Returns without ending the job."""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    RAN.clear()
    return settings.MEDIA_ROOT


@pytest.fixture
def chen():
    return User.objects.create_user("chen-jobs", full_name="陈建国")


@pytest.mark.django_db
def test_a_job_waits_runs_and_ends_with_its_result(chen):
    job = jobs.start("test-count", payload={"to": 3}, by=chen, title="导入 12345 工单", at=NOON)
    assert (job.state, job.percent, job.is_ended) == ("waiting", None, False)
    assert jobs.work(at=NOON) == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent, job.result) == ("done", 3, 3, 100, {"counted": 3})
    assert job.started_at == NOON
    assert job.finished_at is not None
    assert jobs.work(at=NOON) == 0


@pytest.mark.django_db
def test_all_waiting_jobs_are_run_oldest_first(chen):
    later = jobs.start("test-count", payload={"to": 1}, by=chen, at=NOON)
    first = jobs.start("test-count", payload={"to": 1}, by=chen, at=NOON - timedelta(minutes=1))
    assert jobs.work(at=NOON) == 2
    assert [str(first.pk), str(later.pk)] == RAN


@pytest.mark.django_db
def test_a_job_that_forgets_to_end_is_ended():
    job = jobs.start("test-silent", payload={}, by=None)
    jobs.work()
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db
def test_an_unknown_kind_cannot_be_started_and_an_old_one_ends_in_words():
    with pytest.raises(ValueError, match="no such kind"):
        jobs.start("test-nothing", payload={}, by=None)
    job = Job.objects.create(kind="test-gone")
    jobs.work()
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "系统不认识这种任务，请联系管理员")


@pytest.mark.django_db
def test_a_kind_has_one_function():
    with pytest.raises(ValueError, match="twice"):
        registry.job_kind("test-count")(silent)


@pytest.mark.django_db
def test_everybody_sees_only_own_jobs(chen):
    other = User.objects.create_user("zhao-jobs", full_name="赵丽")
    job = jobs.start("test-count", payload={"to": 1}, by=chen)
    jobs.start("test-count", payload={"to": 1}, by=None)
    assert list(Job.objects.visible_to(chen)) == [job]
    assert not Job.objects.visible_to(other).exists()
    assert not Job.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.django_db
def test_a_refusal_ends_the_job_with_its_own_text():
    job = jobs.start("test-refuse", payload={}, by=None)
    assert jobs.work() == 1
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "表头缺少“电话”一列，请用模板重新填写")


@pytest.mark.django_db
def test_a_breakdown_is_told_plainly_logged_without_values_and_raised_again(caplog):
    job = jobs.start("test-break", payload={"phone": "13800138000"}, by=None)
    with pytest.raises(jobs.JobFailed) as failed:
        jobs.work()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem.startswith("处理时出现故障")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "KeyError" in record.getMessage()
    assert "break_down" in record.getMessage()
    assert failed.value.__suppress_context__
    for said in (caplog.text, str(failed.value), job.problem):
        assert "13800138000" not in said
    assert jobs.work() == 0


@pytest.mark.django_db
def test_the_upload_is_gone_once_it_was_read(media, django_capture_on_commit_callbacks):
    job = jobs.start("test-read", payload={}, by=None, input_file=ContentFile(SHEET.encode(), "刘某的名单.csv"))
    assert job.input_file.name == f"jobs/{job.pk}/input"
    with django_capture_on_commit_callbacks(execute=True):
        jobs.work()
    job.refresh_from_db()
    assert (job.state, job.input_file.name, len(job.errors)) == ("done", "", jobs.MAX_ERRORS)
    with default_storage.open(job.result_file.name) as result:
        assert result.read() == b"rows"
    assert [path.name for path in media.rglob("*") if path.is_file()] == ["result"]


@pytest.mark.django_db
def test_the_upload_of_a_job_that_failed_is_gone_too(media, django_capture_on_commit_callbacks):
    jobs.start("test-refuse", payload={}, by=None, input_file=ContentFile(SHEET.encode()))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.work()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_job_whose_worker_died_runs_again_after_two_silent_minutes():
    job = jobs.start("test-count", payload={"to": 2}, by=None, at=NOON)
    Job.objects.filter(pk=job.pk).update(state="running", started_at=NOON, heartbeat_at=NOON, attempts=1, done=1)
    assert jobs.work(at=NOON + SILENCE) == 0
    assert jobs.work(at=NOON + SILENCE + timedelta(seconds=1)) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == ("done", 2, 2)


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_again_and_again_is_ended():
    job = jobs.start("test-count", payload={"to": 2}, by=None, at=NOON)
    Job.objects.filter(pk=job.pk).update(state="running", started_at=NOON, heartbeat_at=NOON, attempts=MAX_ATTEMPTS)
    jobs.work(at=NOON + timedelta(hours=1))
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem.startswith("处理多次中断")
    assert not RAN


@pytest.mark.django_db
def test_a_worker_that_was_given_up_cannot_write_over_its_successor(caplog):
    job = jobs.start("test-lose", payload={}, by=None, at=NOON)
    assert jobs.work(at=NOON) == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.started_at) == ("running", 0, NOON + timedelta(hours=1))
    assert "taken over" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"done": 5, "total": 4}, {"state": "done"}, {"state": "running"}, {"finished_at": NOON}]
)
def test_the_database_refuses_a_job_that_contradicts_itself(wrong):
    job = jobs.start("test-count", payload={"to": 1}, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_run_each_job_once():
    for _ in range(8):
        jobs.start("test-count", payload={"to": 2}, by=None)
    together = threading.Barrier(2)

    def work():
        together.wait()
        jobs.work()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(RAN) == len(set(RAN)) == 8
    assert Job.objects.filter(state="done").count() == 8
