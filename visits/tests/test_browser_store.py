"""What the phone itself does to records: drafts, a full store, a browser that is killed: rows 14 and 16."""

import pytest
from playwright.sync_api import Error

from ops.pytest_browser import FLAGS, PHONE, TIMEOUT_MS
from visits.models import Visit
from visits.tests.conftest import FieldPhone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]


@pytest.fixture(autouse=True)
def failures_expected(watch):
    watch.expected.append("Failed to load resource")


def type_half(worker, household, words: str) -> None:
    worker.door(household)
    worker.choose("met", "leak")
    worker.page.fill("#detail-leak", words)
    worker.until("(await field.store.drafts(me.id)).some((one) => one.fields['detail-leak'][0] === given)", words)


def fill_up(worker) -> None:
    """Takes what is left of the space this site may use, down to less than a record."""
    worker.ask(
        "await (async () => { for (const size of [20000, 2000, 200]) { try { for (;;) {"
        " await field.store.put('photos', { id: field.uuid(), submission: 'filler', taken_at: Date.now(),"
        " bytes: crypto.getRandomValues(new Uint8Array(size)).buffer }); } } catch (fault) {"
        " if (!field.isFull(fault)) { throw fault; } } } })()"
    )


def test_what_is_typed_comes_back_after_the_page_was_left(worker, doors):
    type_half(worker, doors[0], "屋顶漏水")
    draft = worker.page.input_value("[name=submission]")
    worker.open("/field/")
    worker.door(doors[0])
    worker.page.wait_for_selector("text=的草稿")
    assert worker.page.input_value("#detail-leak") == "屋顶漏水" and worker.page.is_checked("[value=met]")
    assert worker.page.input_value("[name=submission]") == draft
    worker.page.click("button:has-text('放弃')")
    worker.until("(await field.store.drafts(me.id)).length === 0")
    assert worker.page.input_value("#detail-leak") == "" and worker.page.input_value("[name=submission]") != draft
    worker.door(doors[0])
    assert worker.page.locator("text=的草稿").count() == 0


def test_what_was_typed_last_is_kept_when_the_page_is_left_at_once(worker, doors):
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.page.fill("#detail-leak", "还没停手")
    worker.open("/field/")
    worker.door(doors[0])
    worker.page.wait_for_selector("text=的草稿")
    assert worker.page.input_value("#detail-leak") == "还没停手"


def test_a_visit_without_a_result_is_not_kept_and_says_why(worker, doors):
    worker.door(doors[0])
    worker.page.click("label[for=topic-leak]")
    worker.page.click(".save-bar [value=next]")
    worker.page.wait_for_selector("[role=alert]:has-text('请选走访结果')")
    assert worker.page.is_checked("#topic-leak") and worker.kept() == []


def test_row_14_a_full_phone_loses_nothing_that_was_typed(worker, doors):
    # Before the site keeps anything: the browser looks up once how much it may.
    worker.page.goto("/")
    session = worker.page.context.new_cdp_session(worker.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": worker.address, "quotaSize": 500_000})
    worker.door(doors[0])
    fill_up(worker)
    worker.choose("met", "leak")
    worker.page.fill("#detail-leak", "很长的话" * 100)
    worker.page.click(".save-bar [value=next]")
    worker.page.wait_for_selector("[role=alert]:has-text('手机存储满了')")
    assert worker.page.input_value("#detail-leak") == "很长的话" * 100 and worker.kept() == []
    worker.ask("await field.store.clear('photos')")
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.get().lines.get().detail == "很长的话" * 100


def test_row_14_short_of_space_photos_wait_and_words_are_kept(worker, doors):
    # Chromium says 10 GB to every site, whatever is left; other browsers and older ones say what is.
    worker.page.add_init_script("navigator.storage.estimate = async () => ({ quota: 50e6, usage: 10e6 })")
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.page.set_input_files("[name=file-leak]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 99})
    worker.page.wait_for_selector("text=照片先不存，文字照常能存")
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 1


def test_row_16_no_record_without_the_draft_gone_and_no_draft_gone_without_a_record(worker, doors):
    type_half(worker, doors[0], "写到一半")
    broken = worker.ask(
        "await field.store.save({ id: field.uuid(), user: me.id, payload: () => 1 }, field.draft.key).catch((fault) => fault.name)"
    )
    assert broken == "DataCloneError"
    assert len(worker.rows("drafts")) == 1 and worker.kept() == []
    worker.cut()
    worker.save("stay")
    assert worker.rows("drafts") == [] and len(worker.kept()) == 1
    assert worker.ask("(await field.store.get('outbox', given)).seq", worker.kept()[0]) == 1


def test_row_16_no_phantom_of_a_draft_after_saving(worker, doors):
    type_half(worker, doors[0], "屋顶漏水")
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    worker.door(doors[0])
    assert worker.page.locator("text=的草稿").count() == 0 and worker.rows("drafts") == []
    worker.open("/field/")
    assert worker.rows("drafts") == []


def test_a_pause_that_ends_while_the_record_is_written_brings_no_draft_back(worker, doors):
    type_half(worker, doors[0], "屋顶漏水")
    worker.cut()
    worker.ask(
        "await (async () => { const save = field.store.save; field.store.save = (...given) => {"
        " const done = save(...given); field.draft.keep(); return done; }; })()"
    )
    worker.save("stay")
    assert worker.rows("drafts") == [] and len(worker.kept()) == 1


def test_a_draft_is_not_written_over_its_own_record(worker, doors):
    type_half(worker, doors[0], "屋顶漏水")
    worker.cut()
    left = worker.ask(
        "await (async () => { const fields = field.draft.fields(document.querySelector('form#visit'));"
        " const id = fields.submission[0]; await field.store.save({ id, user: me.id, household: given, label: '', state: 'waiting',"
        " saved_at: Date.now(), payload: { id, fields } }, field.draft.key);"
        " await field.draft.keep(); return (await field.store.drafts(me.id)).length; })()",
        doors[0].pk,
    )
    assert left == 0


def test_a_draft_that_is_a_record_already_does_not_come_back(worker, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    worker.ask(
        "await (async () => { const row = await field.store.get('outbox', given); await field.store.put('drafts', {"
        " key: field.draftKey(me.id, row.household), user: me.id, household: row.household, label: row.label,"
        " submission: row.id, fields: row.payload.fields, saved_at: Date.now() }); })()",
        sent,
    )
    worker.door(doors[0])
    assert worker.page.locator("text=的草稿").count() == 0 and worker.rows("drafts") == []
    assert worker.page.input_value("[name=submission]") != sent and not worker.page.is_checked("[value=met]")


def test_other_words_under_a_known_id_are_a_record_of_their_own_and_the_same_words_are_not(worker, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    again = worker.ask(
        "await (async () => { const row = await field.store.get('outbox', given); const photo = (id) =>"
        " field.store.put('photos', { id, submission: given, user: me.id, name: 'photos', bytes: new ArrayBuffer(8), taken_at: 1 });"
        " row.payload.fields.photos = ['first-photo']; await field.store.put('outbox', row);"
        " await photo('first-photo'); await photo('second-photo');"
        " const same = await field.store.save(JSON.parse(JSON.stringify(row)));"
        " const changed = JSON.parse(JSON.stringify(row)); changed.payload.fields.photos.push('second-photo');"
        " const other = await field.store.save(changed); const of = async (id) => (await field.store.photosOf(id)).map((one) => one.id);"
        " return { same: same.id, other: other.id, names: other.payload.fields, payload: other.payload.id, seq: other.seq,"
        " first: await of(given), second: await of(other.id) }; })()",
        sent,
    )
    assert again["same"] == sent and again["other"] not in (sent, None) and again["seq"] == 2
    assert again["payload"] == again["other"] and again["names"]["submission"] == [again["other"]]
    assert again["first"] == ["first-photo"]
    assert sorted(again["second"]) == sorted(again["names"]["photos"]) and "second-photo" in again["second"]
    assert set(worker.kept()) == {sent, again["other"]}


def test_a_record_that_could_not_be_kept_goes_on_as_a_draft(worker, doors):
    worker.door(doors[0])
    worker.choose("met", "leak")
    worker.ask("void (field.store.save = () => Promise.reject(new DOMException('', 'QuotaExceededError')))")
    worker.page.fill("#detail-leak", "没有存下")
    worker.page.click(".save-bar [value=next]")
    worker.page.wait_for_selector("[role=alert]:has-text('手机存储满了')")
    worker.until("(await field.store.drafts(me.id)).some((one) => one.fields['detail-leak'][0] === given)", "没有存下")


def test_a_browser_without_locks_and_new_ids_is_no_worse(worker, doors):
    """Safari 14 and Chromium 92 over a connection without TLS know neither."""
    worker.page.context.add_init_script(
        "Object.defineProperty(navigator, 'locks', { value: undefined }); crypto.randomUUID = undefined;"
    )
    type_half(worker, doors[0], "第一页")
    second = worker.page.context.new_page()
    worker.door(doors[0], second)
    second.wait_for_selector("text=正在另一个页面里填写")
    assert worker.ask("await field.locked('outbox', () => 'mine')") == "mine"
    second.close()
    worker.save("stay")
    worker.upload()
    worker.pill("已上传")
    assert Visit.objects.count() == 1


def test_a_browser_killed_after_saving_still_has_the_record(browser, chromium, live_server, wang, doors, tmp_path):
    kind = browser.browser_type
    phone = start_phone(kind, chromium, live_server, tmp_path, wang)
    phone.cut()
    sent = phone.write(doors[0], "fine")
    with pytest.raises(Error):
        phone.page.context.browser.new_browser_cdp_session().send("Browser.crash")
    again = start_phone(kind, chromium, live_server, tmp_path, wang)
    try:
        again.cut()
        again.open("/field/")
        assert again.kept() == [sent]
        again.mend()
        again.upload()
        again.pill("已上传")
    finally:
        again.page.context.close()
    assert str(Visit.objects.get().uuid) == sent


def start_phone(chromium_type, program, live_server, folder, user) -> FieldPhone:
    """A browser with its profile in `folder`."""
    context = chromium_type.launch_persistent_context(
        folder, executable_path=program, args=list(FLAGS), base_url=live_server.url, locale="zh-CN", **PHONE
    )
    context.set_default_timeout(TIMEOUT_MS)
    phone = FieldPhone(context.pages[0] if context.pages else context.new_page(), live_server.url)
    phone.sign_in(user)
    return phone


def leave_meanwhile(worker, after: str) -> list[bool]:
    """Whether there are a pack and a key once its answer came, with `after` done in between."""
    worker.upload()
    worker.until("Boolean(await field.store.get('pack', me.id))")
    return worker.ask(
        "await (async () => { const ask = field.outbox.ask; field.outbox.ask = async (...given) => {"
        " const answer = await ask(...given); const store = field.store; await store.clear('pack');"
        f" await store.remove('meta', 'key'); await store.remove('meta', 'key:mark'); {after}; return answer; }};"
        " await field.store.clear('pack'); await field.pack.refresh(field.outbox.hello, me); field.outbox.ask = ask;"
        " return [Boolean(await field.store.get('pack', me.id)), Boolean(await field.store.meta('key'))]; })()"
    )


@pytest.mark.parametrize("after", ["await store.remove('meta', 'who')", "await store.note('who', { id: me.id + 1 })"])
def test_a_pack_that_arrives_after_signing_out_is_not_kept_nor_a_key_made(worker, doors, after):
    assert leave_meanwhile(worker, after) == [False, False]


def test_a_pack_sealed_before_signing_out_is_not_kept_afterwards(worker, doors):
    worker.upload()
    worker.until("Boolean(await field.store.get('pack', me.id))")
    found = worker.ask(
        "await (async () => { const store = field.store; const encrypt = crypto.subtle.encrypt; await store.clear('pack');"
        " crypto.subtle.encrypt = async function (...given) { const bytes = await encrypt.apply(this, given);"
        " await store.note('key:mark', 'of the next time'); return bytes; };"
        " await field.pack.refresh(field.outbox.hello, me); crypto.subtle.encrypt = encrypt;"
        " const first = Boolean(await store.get('pack', me.id)); await field.pack.refresh(field.outbox.hello, me);"
        " return [first, Boolean(await field.pack.read(me))]; })()"
    )
    assert found == [False, True]


def refused(device: str) -> str:
    """A script that makes the record with the given id one the server refused, written on `device`."""
    return (
        "await (async () => { const row = await field.store.get('outbox', given); row.state = 'refused';"
        f" row.fault = '读不懂'; row.payload.device = {device}; await field.store.put('outbox', row); }})()"
    )


def test_a_number_of_another_phone_is_not_given_out_here(worker, doors):
    worker.cut()
    own, other = worker.write(doors[0], "fine"), worker.write(doors[1], "fine")
    worker.ask(refused("row.payload.device"), own)
    worker.ask(refused("'another'"), other)
    for one in (other, own):
        worker.ask("await field.store.reopen(given)", one)
    assert worker.ask("await field.store.meta('seq:' + me.id)") == {"last": 2, "free": [1]}


def test_a_record_of_another_phone_is_reopened_where_none_was_numbered(worker, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    worker.ask(refused("'another'"), sent)
    worker.ask("await field.store.remove('meta', 'seq:' + me.id)")
    worker.upload()
    worker.page.click("button:has-text('改后再存')")
    worker.page.wait_for_selector("text=已恢复")
    assert worker.kept() == [] and len(worker.rows("drafts")) == 1


def test_reopening_and_taking_back_leave_another_draft_alone(worker, doors):
    worker.cut()
    sent = worker.write(doors[0], "fine")
    type_half(worker, doors[0], "新写的")
    assert worker.ask("await field.store.undo(given)", sent) == "taken"
    worker.ask(refused("row.payload.device"), sent)
    worker.upload()
    worker.page.click("button:has-text('改后再存')")
    worker.page.wait_for_selector("text=另有一份没写完的草稿")
    assert [row["id"] for row in worker.rows("stuck")] == [sent]
    assert [row["fields"]["detail-leak"] for row in worker.rows("drafts")] == [["新写的"]]
