"""Nothing is lost between a phone and the portal: rows 1 to 11 of the ways others lost records, in a real browser."""

import pytest
from django.contrib.sessions.models import Session

from visits.models import Submission, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]


@pytest.fixture(autouse=True)
def failures_expected(watch):
    """The browser logs every request that failed; here they are meant to."""
    watch.expected.append("Failed to load resource")


class Counted:
    """Answers for /sync/submit: the first `times` go to `how`, the others through."""

    def __init__(self, page, how, times: int = 1, address: str = "**/sync/submit"):
        self.seen, self.how, self.times = [], how, times
        page.route(address, self)

    def __call__(self, route):
        self.seen.append(route.request.post_data)
        if len(self.seen) <= self.times:
            self.how(route)
        else:
            route.continue_()


def after_the_server_got_it(route):
    route.fetch()
    route.abort()


def test_row_01_removed_only_on_ack(worker, doors):
    [sent] = worker.write_all(doors[:1], "fine")
    requests = Counted(worker.page, after_the_server_got_it)
    worker.upload()
    assert Visit.objects.count() == 1 and worker.kept() == [sent]
    worker.pill("已存本机1")
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=已上传 1 / 1")
    assert worker.kept() == [] and Visit.objects.get().uuid.hex == sent.replace("-", "")
    assert len(requests.seen) == 2 and requests.seen[0] == requests.seen[1]
    worker.pill("已上传")


def test_row_02_a_double_tap_is_one_visit(worker, doors):
    worker.door(doors[0])
    worker.choose("met", "fine")
    with worker.page.expect_navigation():
        worker.page.evaluate(
            "() => { const b = document.querySelector('.save-bar [value=next]'); b.click(); b.click(); }"
        )
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 1 and Submission.objects.count() == 1


def test_row_03_two_tabs_with_one_door_are_two_records_and_one_draft(worker, doors):
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.page.fill("#detail-leak", "第一页写的")
    worker.until("(await field.store.drafts(me.id)).length === 1")
    second = worker.page.context.new_page()
    worker.door(doors[0], second)
    second.wait_for_selector("text=正在另一个页面里填写")
    assert second.input_value("#detail-leak") == ""
    worker.choose("met", "fine", page=second)
    worker.save("stay", second)
    assert len(worker.rows("drafts")) == 1 and worker.page.input_value("#detail-leak") == "第一页写的"
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 2 and worker.rows("drafts") == []


def test_row_03_two_tabs_send_every_record_once(worker, doors):
    posted = []
    worker.page.context.on("request", lambda one: posted.append(one.url) if one.url.endswith("/submit") else None)
    worker.write_all(doors, "fine")
    tabs = [worker.page, worker.page.context.new_page()]
    for tab in tabs:  # both stand still before anything goes out: leaving a page would cut off what it sends
        worker.cut(tab)
        worker.open("/field/upload/", tab)
        tab.wait_for_selector("[data-upload][aria-busy=false]")
    posted.clear()
    for tab in tabs:
        worker.mend(tab)
    for tab in tabs:
        tab.click("[data-upload-now]")
    for tab in tabs:
        tab.wait_for_selector("[data-sync]:text-is('已上传')")
    assert len(posted) == Visit.objects.count() == 3


def test_row_04_what_was_acknowledged_is_frozen(worker, doors):
    sent = worker.write(doors[0], "fine")
    worker.upload()
    worker.pill("已上传")
    assert worker.ask("await field.store.undo(given)", sent) is False
    worker.door(doors[0])
    worker.choose("moved")
    worker.page.evaluate("id => { document.querySelector('[name=submission]').value = id; }", sent)
    worker.save("stay")
    assert sent not in worker.kept() and len(worker.kept()) == 1
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.get(uuid=sent).outcome == "met" and Visit.objects.exclude(uuid=sent).get().outcome == "moved"
    assert worker.ask("(await field.store.get('sent', given)).payload.fields.outcome", sent) == ["met"]


def test_row_07_one_poison_record_does_not_hold_up_the_others(worker, doors):
    worker.cut()
    poison = worker.write(doors[0], "fine")
    worker.ask("await (async () => { const row = await field.store.get('outbox', given);"
               " row.payload.schema_version = 'x'; await field.store.put('outbox', row); })()", poison)  # fmt: skip
    good = worker.write(doors[1], "fine")
    worker.mend()
    worker.upload()
    worker.page.wait_for_selector("text=已上传 1 / 2")
    worker.pill("需处理1")
    assert str(Visit.objects.get().uuid) == good
    assert [row["id"] for row in worker.rows("stuck")] == [poison]
    worker.page.click("button:has-text('改后再存')")
    worker.page.wait_for_selector("text=已恢复")
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 2


def test_row_08_a_session_that_ran_out_keeps_records_until_one_signs_in_again(worker, wang, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    worker.upload()
    Session.objects.all().delete()
    worker.mend()
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=要重新登录才能上传")
    worker.pill("已存本机1")
    assert worker.kept() == [sent]
    worker.sign_in(wang)
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.get().visitor == wang


def test_row_09_another_user_of_the_phone_neither_sees_nor_sends_them(worker, wang, he, doors):
    [sent] = worker.write_all(doors[:1], "fine")
    worker.page.context.clear_cookies()
    worker.sign_in(he)
    worker.upload()
    worker.pill("已上传")
    assert "3-2-501" not in worker.page.inner_text("main")
    assert worker.kept() == [] and Submission.objects.count() == 0
    worker.sign_in(wang)
    worker.upload()
    worker.pill("已上传")
    assert str(Submission.objects.get().pk) == sent and Submission.objects.get().user == wang


def test_row_09_signing_out_asks_and_keeps_them(worker, wang, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    worker.page.goto("/account/")
    worker.page.click("main button:has-text('退出登录')")
    worker.page.wait_for_selector("dialog:has-text('还有1条走访没有上传')")
    worker.page.click("dialog button:has-text('先不退出')")
    assert worker.page.url.endswith("/account/")
    worker.page.click("main button:has-text('退出登录')")
    worker.page.click("dialog button:has-text('仍要退出')")
    worker.page.wait_for_url("**/sign-in/**")
    worker.sign_in(wang)
    worker.open("/field/mine/")
    assert worker.kept() == [sent]
    worker.mend()
    worker.upload()
    worker.pill("已上传")


def test_row_10_a_token_that_rotated_is_fetched_again(worker, doors):
    worker.write_all(doors[:1], "fine")
    context, address = worker.page.context, worker.address
    told = []

    def rotate(route):
        answer = route.fetch()
        told.append(answer.json()["csrf"])
        if len(told) == 1:
            context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": address}])
        route.fulfill(response=answer, headers={"content-type": "application/json"})

    worker.page.route("**/sync/hello", rotate)
    refused = []
    worker.page.on("response", lambda one: refused.append(one.json()) if one.status == 403 else None)
    worker.upload()
    worker.pill("已上传")
    assert [one["error"] for one in refused] == ["csrf"] and len(told) == 2
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("**/sync/submit", {"status": 200, "content_type": "text/html", "body": "<h1>欢迎使用免费WiFi</h1>"}),
        ("**/sync/submit", {"status": 200, "content_type": "application/json", "body": "{}"}),
        ("**/sync/submit", {"status": 500, "content_type": "text/html", "body": "<h1>500</h1>"}),
        ("**/sync/submit", {"status": 403, "content_type": "text/html", "body": "<h1>403</h1>"}),
        ("**/sync/hello", {"status": 200, "content_type": "text/html", "body": "<h1>欢迎使用免费WiFi</h1>"}),
        ("**/sync/hello", {"status": 302, "headers": {"location": "/account/sign-in/"}}),
    ],
    ids=["portal", "no-ack", "500", "403", "portal-before", "redirect"],
)
def test_row_11_an_answer_that_confirms_nothing_removes_nothing(worker, doors, address, answer):
    [sent] = worker.write_all(doors[:1], "fine")
    worker.page.route(address, lambda route: route.fulfill(**answer))
    worker.upload()
    worker.page.wait_for_selector("text=已上传 0 / 1")
    assert worker.kept() == [sent] and worker.rows("stuck") == []
    worker.page.unroute(address)
    worker.page.click("[data-upload-now]")
    worker.page.wait_for_selector("text=已上传 1 / 1")
    assert Visit.objects.count() == 1
