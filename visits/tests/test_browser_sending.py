"""What is sent, in what order, and what is said about it: rows 5, 15, 17, 18, 20 and 21, in a real browser."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from visits.models import Submission, Visit, VisitPhoto

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]


@pytest.fixture(autouse=True)
def failures_expected(watch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    watch.expected.append("Failed to load resource")


def picture(colour: str, side: int = 2400) -> dict:
    """A photo as a camera gives it: large."""
    content = BytesIO()
    Image.new("RGB", (side, side // 2), colour).save(content, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def arrived_photos() -> int:
    """Photos whose bytes are there; a record names the others too."""
    return VisitPhoto.objects.filter(photo__isnull=False).count()


def with_photos(worker, household, *colours: str) -> str:
    worker.door(household)
    worker.choose("met", "leak")
    worker.page.set_input_files("[name=file-leak]", [picture(colour) for colour in colours])
    worker.page.wait_for_selector(f".shots > :nth-child({len(colours)})")
    found = worker.page.input_value("[name=submission]")
    worker.save("stay")
    return found


def test_row_05_a_photo_that_fails_is_missed_until_it_is_there(worker, doors):
    worker.cut()
    sent = with_photos(worker, doors[0], "red", "green", "blue")
    worker.mend()
    arrived = []

    def third_fails(route):
        arrived.append(route.request.url)
        if len(arrived) == 3:
            route.abort()
        else:
            route.continue_()

    worker.page.route("**/sync/photo/**", third_fails)
    worker.upload()
    worker.page.wait_for_selector("text=照片2/3")
    worker.pill("已存本机1")
    assert str(Visit.objects.get().uuid) == sent and arrived_photos() == 2
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=照片3/3")
    worker.pill("已上传")
    assert arrived_photos() == 3 and len(arrived) == 4


def test_row_05_a_photo_the_server_stumbles_over_does_not_hold_up_the_others(worker, doors):
    worker.cut()
    with_photos(worker, doors[0], "red", "green")
    worker.mend()
    first = []

    def garbled(route):
        first.append(route.request.url)
        if route.request.url == first[0]:
            route.continue_(headers={**route.request.headers, "x-sha256": "0" * 64})
        else:
            route.continue_()

    worker.page.route("**/sync/photo/**", garbled)
    worker.upload()
    worker.page.wait_for_selector("text=照片1/2")
    assert arrived_photos() == 1
    worker.page.unroute("**/sync/photo/**")
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=照片2/2")
    worker.pill("已上传")


def test_row_05_photos_are_made_small_and_those_ticked_off_stay_behind(worker, doors):
    worker.cut()
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.page.set_input_files("[name=file-leak]", [picture("red"), picture("blue")])
    worker.page.wait_for_selector(".shots > :nth-child(2)")
    sizes = worker.ask(
        "(await field.store.photosOf(document.querySelector('[name=submission]').value)).map((row) => row.bytes.byteLength)"
    )
    assert len(sizes) == 2 and all(0 < size < 100_000 for size in sizes)
    worker.page.uncheck(".shots > :first-child input")
    worker.save("stay")
    worker.mend()
    worker.upload()
    worker.page.wait_for_selector("text=照片1/1")
    assert arrived_photos() == 1


def test_row_15_a_wrong_clock_is_measured_said_and_put_right(worker, doors):
    worker.page.clock.set_fixed_time(timezone.now() - timedelta(hours=2))
    worker.write(doors[0], "fine")
    worker.upload()
    worker.page.wait_for_selector("text=比服务器慢2小时")
    worker.pill("已上传")
    submission, visit = Submission.objects.get(), Visit.objects.get()
    assert 7100 < submission.clock_offset < 7300
    assert timezone.now() - timedelta(minutes=3) < visit.happened_at <= timezone.now()


def test_row_17_success_is_said_only_of_what_was_acknowledged(worker, doors):
    worker.write_all(doors, "fine")
    worker.page.route("**/sync/submit", lambda route: route.abort())
    worker.upload()
    worker.page.wait_for_selector("text=已上传 0 / 3，其余还存在本机")
    worker.page.unroute("**/sync/submit")
    posted = []

    def second_fails(route):
        posted.append(route)
        if len(posted) == 2:
            route.fulfill(status=500, content_type="text/html", body="<h1>500</h1>")
        else:
            route.continue_()

    worker.page.route("**/sync/submit", second_fails)
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=已上传 2 / 3，其余还存在本机")
    worker.pill("已存本机1")
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=已上传 1 / 1")
    assert Visit.objects.count() == 3


def test_row_17_records_go_in_the_order_they_were_written(worker, doors):
    written = worker.write_all(doors, "fine")
    worker.upload()
    worker.pill("已上传")
    rows = Submission.objects.order_by("received_at")
    assert [str(row.pk) for row in rows] == written
    assert [row.device_seq for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("trigger", ["online", "visible", "timer", "enqueue"])
def test_row_18_the_queue_moves_by_itself(worker, doors, trigger):
    if trigger == "timer":
        worker.page.clock.install()
    worker.write_all(doors[:1], "fine")
    worker.cut()
    worker.upload()
    worker.pill("已存本机1")
    worker.mend()
    if trigger == "online":
        worker.page.context.set_offline(True)
        worker.page.wait_for_selector("text=没有网络，可以照常走访")
        worker.page.context.set_offline(False)
    elif trigger == "visible":
        worker.ask("field.outbox.nextAt = 0")
        worker.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    elif trigger == "timer":
        worker.page.clock.fast_forward(61_000)
    else:
        worker.page.evaluate("() => field.outbox.flush('saved')")
    worker.pill("已上传")
    assert Visit.objects.count() == 1


def test_row_18_ten_seconds_after_saving_it_goes_without_another_page(worker, doors):
    worker.page.clock.install()
    worker.write(doors[0], "fine")
    worker.page.wait_for_selector(".toast-line:has-text('3-2-501已存本机')")
    assert Submission.objects.count() == 0
    worker.page.clock.fast_forward(11_000)
    worker.pill("已上传")
    assert Visit.objects.count() == 1


def test_undo_within_ten_seconds_brings_the_form_back(worker, doors):
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.page.fill("#detail-leak", "屋顶漏水")
    worker.save()
    worker.page.click(".toast-line button:has-text('撤销')")
    worker.page.wait_for_selector("text=已恢复")
    assert worker.page.input_value("#detail-leak") == "屋顶漏水" and worker.kept() == []
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Submission.objects.get().device_seq == 1


def test_row_20_a_server_restored_from_a_backup_gets_them_again(worker, doors):
    sent = with_photos(worker, doors[0], "red")
    worker.upload()
    worker.pill("已上传")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE visits_visit, visits_submission, visits_visitphoto CASCADE")
    assert not Visit.objects.exists()
    worker.upload()
    worker.until("(await field.store.overview(me.id)).today.length === 1")
    worker.pill("已上传")
    assert str(Visit.objects.get().uuid) == sent and arrived_photos() == 1


def test_row_21_the_rescue_file_can_be_read_back(worker, field_phone, doors):
    worker.cut()
    sent = with_photos(worker, doors[0], "red")
    worker.upload()
    with worker.page.expect_download() as saved:
        worker.page.click("button:has-text('导出没上传的记录')")
    content = saved.value.path().read_bytes()
    assert [one["payload"]["id"] for one in json.loads(content)["records"]] == [sent]
    other = field_phone()
    other.upload()
    other.page.click("text=换手机时读入记录")
    other.page.set_input_files("#import", {"name": "a.json", "mimeType": "application/json", "buffer": content})
    other.page.wait_for_selector("text=已上传 1 / 1")
    other.pill("已上传")
    assert str(Visit.objects.get().uuid) == sent and arrived_photos() == 1
    # Later the first phone finds the network again: the same record, not a second one.
    worker.mend()
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 1 and arrived_photos() == 1


def test_row_21_nobody_reads_in_what_somebody_else_wrote(worker, field_phone, he, doors):
    worker.cut()
    worker.write(doors[0], "fine")
    worker.upload()
    content = json.dumps(worker.ask("await field.upload.bundle(me)")).encode()
    other = field_phone(he)
    other.upload()
    other.page.click("text=换手机时读入记录")
    other.page.set_input_files("#import", {"name": "a.json", "mimeType": "application/json", "buffer": content})
    other.page.wait_for_selector("text=请由本人登录后读入")
    assert other.kept() == [] and Submission.objects.count() == 0
