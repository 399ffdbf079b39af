"""Pages of drafts: written by one, let out or handed back by another of the same unit."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.assignments import Kind
from cases.models import Case, Draft, Event
from cases.services import assigning, drafting
from cases.states import Action, Status
from cases.tests.calling import Caller
from cases.tests.handing import give_back
from conftest import posted
from desk import work
from grids.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def xu(ground):
    """A worker of 区住建局, without the right to approve."""
    return posted("xu", "徐小东", "徐工", "unit_worker", unit="zhujian")


@pytest.fixture
def unit_case(make_case, wang, chen, zhao, qian, sun):
    """A case in the hands of 区住建局: unit_case()."""

    def make() -> Case:
        case = make_case(at=timezone.now())
        for by in (wang, chen, zhao):
            cases.escalate(case, "办不了", by=by)
        cases.collect(case, by=qian)
        cases.hand_out(case, Organization.objects.get(code="zhujian"), "请检修", by=sun)
        return case

    return make


def send(client, case, **typed):
    typed = {"closed_level": 4, "public_text": "已换管道", "note": "花了三天"} | typed
    fields = {f"resolve-{name}": value for name, value in typed.items()}
    return client.post(reverse("desk:act", args=[case.number, "resolve"]), fields | {"seen": case.event_count})


def version(draft: Draft) -> str:
    return timezone.localtime(draft.drafted_at).isoformat()


def test_a_worker_drafts_from_the_page_and_the_head_lets_it_out(client, unit_case, xu, li):
    case = unit_case()
    client.force_login(xu)
    page = client.get(reverse("desk:act", args=[case.number, "resolve"])).content.decode()
    assert "拟稿报审" in page and "办结并通知居民" not in page
    assert send(client, case).status_code == 302
    draft = Draft.objects.get()
    shown = client.get(case.get_absolute_url()).content.decode()
    assert "已报审批" in shown and "待审批：办结答复" in shown and "撤回" in shown and "同意发出" not in shown
    client.force_login(li)
    home = client.get(reverse("desk:home")).content.decode()
    assert reverse("desk:draft", args=[draft.pk]) in home and "待审批1件" in home
    shown = client.get(case.get_absolute_url()).content.decode()
    assert "同意发出" in shown and "已换管道" in shown
    url = reverse("desk:draft", args=[draft.pk])
    assert version(draft).replace("+", "%2B") or client.get(url).status_code == 200
    assert version(draft) in client.get(url).content.decode()
    page = client.post(url, {"decision": "agree", "version": version(draft)}, follow=True).content.decode()
    assert "已同意发出" in page
    case.refresh_from_db()
    assert (case.status, case.assignee) == (Status.CONFIRMING, xu)
    assert "已由李科长同意发出" in client.post(url, {"decision": "agree"}, follow=True).content.decode()
    assert "已由李科长同意发出" in client.get(url).content.decode()


def test_handing_back_needs_words_and_the_writer_finds_the_own_ones(client, unit_case, xu, li):
    case = unit_case()
    client.force_login(xu)
    send(client, case)
    draft = Draft.objects.get()
    url = reverse("desk:draft", args=[draft.pk])
    client.force_login(li)
    assert "退回要写明理由" in client.post(url, {"decision": "return", "version": version(draft)}).content.decode()
    client.post(url, {"decision": "return", "note": "写明日期", "version": version(draft)})
    client.force_login(xu)
    shown = client.get(case.get_absolute_url()).content.decode()
    assert "写明日期" in shown
    assert "已换管道" in client.get(reverse("desk:act", args=[case.number, "resolve"])).content.decode()
    assert "已换管道" in client.get(case.get_absolute_url()).content.decode()


def test_who_read_older_words_reads_the_new_ones_first(client, unit_case, xu, li):
    case = unit_case()
    client.force_login(xu)
    send(client, case)
    old = version(Draft.objects.get())
    case.refresh_from_db()
    send(client, case, public_text="已全部换新")
    client.force_login(li)
    url = reverse("desk:draft", args=[Draft.objects.get().pk])
    answer = client.post(url, {"decision": "return", "note": "再想想", "version": old})
    page = answer.content.decode()
    assert answer.status_code == 409 and "刚刚改过" in page and "已全部换新" in page and "再想想" in page
    assert client.post(url, {"decision": "agree", "version": "x"}).status_code == 409
    assert Draft.objects.get().is_waiting


def test_withdrawing_from_the_page(client, unit_case, xu, li):
    case = unit_case()
    client.force_login(xu)
    send(client, case)
    draft = Draft.objects.get()
    url = reverse("desk:draft-withdraw", args=[draft.pk])
    assert client.post(reverse("desk:draft", args=[draft.pk]), {"decision": "agree"}).status_code == 403
    client.force_login(li)
    assert client.post(url).status_code == 403
    client.force_login(xu)
    assert "已撤回拟稿" in client.post(url, follow=True).content.decode()
    assert "别人审批" in client.post(url, follow=True).content.decode()
    assert "撤回" in client.get(reverse("desk:draft", args=[draft.pk])).content.decode()


def test_other_units_and_levels_do_not_know_of_it(client, unit_case, xu, li, zhao, sun, chen, outsider):
    case = unit_case()
    client.force_login(xu)
    send(client, case)
    draft = Draft.objects.get()
    for person in (zhao, sun, chen, outsider):
        client.force_login(person)
        assert client.get(reverse("desk:draft", args=[draft.pk])).status_code == 404
        assert "已换管道" not in client.get(case.get_absolute_url()).content.decode()


def test_the_api_drafts_too(unit_case, xu, li):
    case, caller = unit_case(), Caller(xu)
    offered = {row["action"]: row["label"] for row in caller.get("case", case.number).json()["actions"]}
    assert offered["resolve"] == "拟稿报审"
    answer = caller.act(case, "resolve", closed_level=4, public_text="已换管道")
    assert answer.status_code == 200 and answer.json()["status"] == "handling"
    assert Draft.objects.get().drafted_by == xu


def test_a_report_waits_on_the_case_page_of_its_unit(client, make_case, wang, xu, li):
    case = make_case(at=timezone.now())
    row = assigning.assign(
        case, "查产权", kind=Kind.STEP, giver="area:x", unit=Organization.objects.get(code="zhujian"), by=wang
    )
    draft = drafting.report(row, "产权属于供水公司", by=xu)
    client.force_login(wang)
    assert "产权属于供水公司" not in client.get(case.get_absolute_url()).content.decode()
    client.force_login(li)
    assert "产权属于供水公司" in client.get(case.get_absolute_url()).content.decode()
    client.post(reverse("desk:draft", args=[draft.pk]), {"decision": "agree", "version": version(draft)})
    assert Event.objects.filter(case=case, action=Action.ASSIGN_REPORT).exists()


def test_the_work_list_holds_what_the_roles_say(unit_case, xu, li, sun):
    mine, lapsed = unit_case(), unit_case()
    for case in (mine, lapsed):
        drafting.answer(case, 4, "已换管道", by=xu)
    give_back(lapsed, "不是本单位职责", by=li, decided_by=sun)
    assert [draft.case for draft in work.to_release(li)] == [mine]
    assert not work.to_release(xu).exists()


def test_twenty_drafts_cost_as_much_as_two(client, unit_case, xu, li, django_assert_max_num_queries):
    client.force_login(li)
    for _ in range(2):
        drafting.answer(unit_case(), 4, "已换管道", by=xu)
    client.get(reverse("desk:home"))
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("desk:home"))
    for _ in range(10):
        drafting.answer(unit_case(), 4, "已换管道", by=xu)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("desk:home"))
