"""区级研判: reviewed by 区委组织部, handed out by 区委办, the exhausted first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services.acting import OFFICE_UNIT, unit_of
from conftest import XINCUN, posted
from grids.levels import Level
from grids.models import Organization
from supervision.models import HandOutItem, LedgerItem, Review
from supervision.services import reviewing

pytestmark = pytest.mark.django_db
URL = reverse("desk:ledger")


@pytest.fixture
def climbed(make_case, zhao):
    """climbed(subject): a case the street passed up to the district."""

    def make(subject="涵洞积水", **more):
        case = make_case(subject=subject, area=XINCUN[:9], category="road-flood", at=timezone.now(), **more)
        cases.escalate(case, "泵站归市政管理，超出街道职责", by=zhao)
        return case

    return make


def numbers(response) -> list[str]:
    return [case.number for case, _ in response.context["rows"]]


def test_only_the_two_district_bodies_open_it(client, wang, chen, zhao, li, clerk, outsider, qian, sun):
    for user in (wang, chen, zhao, li, clerk, outsider):
        client.force_login(user)
        assert client.get(URL).status_code == 403
    for user in (qian, sun):
        client.force_login(user)
        assert client.get(URL).status_code == 200


def test_what_reached_the_end_of_its_time_stands_first(client, climbed, qian):
    first, second = climbed("先来的"), climbed("到顶的")
    Case.objects.filter(pk=second.pk).update(exhausted_at=timezone.now(), due_at=first.due_at + timedelta(days=3))
    client.force_login(qian)
    assert numbers(client.get(URL)) == [second.number, first.number]


def test_the_review_shows_the_streets_reason_the_ladder_and_the_suggested_unit(client, climbed, qian):
    case = climbed()
    client.force_login(qian)
    page = client.get(URL, {"case": case.number})
    text = page.content.decode()
    assert "泵站归市政管理" in text and case.category.usual_unit.name in text
    assert [step["state"] for step in page.context["drawer"].steps] == ["", "", "passed", "now"]


def review(case, decision="accept", **fields) -> dict:
    """What the review form of a case sends."""
    named = {f"review-{name}": value for name, value in {"decision": decision, "pace": "weekly", **fields}.items()}
    return {"case": case.number, "action": "review", "seen": case.event_count, **named}


def test_passing_lists_the_case_and_goes_on_to_the_next(client, climbed, qian):
    first, second = climbed("第一件"), climbed("第二件")
    client.force_login(qian)
    lead = Organization.objects.get(code="zhujian")
    response = client.post(URL, review(first, lead=lead.pk, opinion="同意"))
    first.refresh_from_db()
    assert first.handling_unit.code == OFFICE_UNIT
    assert LedgerItem.objects.get(case=first).lead == lead
    assert f"case={second.number}" in response["Location"]
    assert numbers(client.get(response["Location"])) == [second.number]


def test_each_decision_leads_to_its_own_list(client, climbed, qian):
    client.force_login(qian)
    met, sent, shelved, joined = (climbed(words) for words in ("提请的", "退回的", "挂账的", "合并的"))
    Case.objects.filter(pk__in=[joined.pk, met.pk]).update(area=XINCUN)
    due = (timezone.localtime() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    day = f"{timezone.localdate() + timedelta(days=60)}"
    for fields in (
        review(joined, "join", into=met.number),
        review(sent, "send_down", instruction="先抽排", due_at=due),
        review(shelved, "suspend", reason_class="plan", review_date=day, reason="待规划调整"),
    ):
        assert client.post(URL, fields).status_code == 302
    met.refresh_from_db()
    assert client.post(URL, review(met, "meeting", question="泵站由谁管")).status_code == 302
    assert numbers(client.get(URL, {"view": "meeting"})) == [met.number]
    assert numbers(client.get(URL, {"view": "street"})) == [sent.number]
    assert numbers(client.get(URL, {"view": "review"})) == [shelved.number], "until the head agrees"
    assert "正在等待审批" in client.get(URL, {"case": shelved.number}).content.decode()
    counts = {slug: count for slug, _, count in client.get(URL).context["tabs"]}
    assert counts == {"review": 1, "hand-out": 0, "units": 0, "meeting": 1, "street": 1, "suspended": 0, "done": 0}
    assert set(Review.objects.values_list("decision", flat=True)) == {"join", "send_down", "suspend", "meeting"}


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ("meeting", "请填写要定什么"),
        ("send_down", "请填写要求街道做什么"),
        ("join", "请选择并入哪一件"),
        ("suspend", "请选择挂账原因"),
    ],
)
def test_what_a_decision_needs_is_asked_for_and_nothing_is_lost(client, climbed, qian, decision, words):
    case = climbed()
    client.force_login(qian)
    text = client.post(URL, review(case, decision, opinion="写了很久的意见")).content.decode()
    assert words in text and "写了很久的意见" in text
    assert not Review.objects.exists()


def test_a_helper_is_not_the_lead_as_well(client, climbed, qian):
    case, unit = climbed(), Organization.objects.get(code="zhujian")
    client.force_login(qian)
    text = client.post(URL, review(case, lead=unit.pk, helpers=[unit.pk])).content.decode()
    assert "区住建局已经是建议主办" in text


def test_what_was_thought_is_kept_and_shown_again(client, climbed, qian):
    case, unit = climbed(), Organization.objects.get(code="shuili")
    client.force_login(qian)
    response = client.post(URL, {**review(case, "meeting", lead=unit.pk, opinion="先问泵站"), "save": "1"})
    assert f"case={case.number}" in response["Location"]
    page = client.get(response["Location"])
    assert "先问泵站" in page.content.decode() and "钱科长暂存" in page.content.decode()
    assert page.context["drawer"].form["lead"].value() == unit.pk
    assert [row.suggested for row, _ in page.context["rows"]] == ["区水利局"]
    assert numbers(client.get(URL, {"unit": "shuili"})) == [case.number]
    assert numbers(client.get(URL, {"unit": "gongdian"})) == []


def test_the_office_hands_one_out_from_the_list(client, climbed, qian, sun):
    case = climbed()
    reviewing.accept(case, reviewing.Opinion(Organization.objects.get(code="zhujian")), by=qian)
    unit = Organization.objects.get(code="shuili")
    client.force_login(sun)
    page = client.get(URL, {"case": case.number})
    assert numbers(page) == [case.number]
    assert page.context["drawer"].row["lead"].value() == Organization.objects.get(code="zhujian").pk
    row = f"row-{case.number}"
    fields = {"case": case.number, "action": "hand_out", f"{row}-seen": case.event_count, f"{row}-lead": unit.pk}
    wrong = client.post(URL, fields)
    assert wrong.status_code == 200 and "请填写交办要求" in wrong.content.decode()
    client.post(URL, {**fields, f"{row}-instruction": "汛期前改造管网"})
    case.refresh_from_db()
    assert case.handling_unit == unit
    assert HandOutItem.objects.get(case=case).lead == unit
    assert numbers(client.get(URL, {"view": "units"})) == [case.number]


def test_a_stale_page_keeps_what_was_typed_and_says_what_happened(client, climbed, qian):
    case = climbed()
    client.force_login(qian)
    cases.note(case, "先记一笔", by=qian)
    text = client.post(URL, {**review(case, opinion="写了很久的意见"), "seen": case.event_count - 1}).content.decode()
    assert "写了很久的意见" in text and "备注" in text
    case.refresh_from_db()
    assert case.handling_unit is None


def test_who_may_not_decide_is_refused(client, climbed, sun, qian):
    case = climbed()
    client.force_login(sun)
    assert client.post(URL, review(case)).status_code == 403
    assert client.post(URL, {"case": case.number, "action": "resolve"}).status_code == 403
    assert client.get(URL, {"case": "WD0000000000000"}).status_code == 404
    assert unit_of(OFFICE_UNIT).pk != Case.objects.get(pk=case.pk).handling_unit_id
    client.force_login(qian)
    cases.collect(case, by=qian)
    assert client.post(URL, review(case)).status_code == 403


def test_a_complaint_about_staff_is_neither_sent_down_nor_joined(client, climbed, qian):
    case = climbed()
    Case.objects.filter(pk=case.pk).update(about=posted("ma", "马强", "马专干", ""))
    client.force_login(qian)
    offered = client.get(URL, {"case": case.number}).context["drawer"].form.options
    assert [value for value, _, _ in offered] == ["accept", "meeting", "suspend"]
    due = (timezone.localtime() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(URL, review(case, "send_down", instruction="办", due_at=due)).status_code == 200
    case.refresh_from_db()
    assert case.level == Level.DISTRICT


def test_twenty_cases_cost_as_many_queries_as_two(client, climbed, qian):
    for number in range(2):
        climbed(f"第{number}件")
    client.force_login(qian)
    client.get(URL)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(URL)
        return len(found)

    few = queries()
    for number in range(2, 12):
        climbed(f"第{number}件")
    assert queries() == few


def test_a_complaint_about_the_reviewer_is_hidden_from_the_reviewer(client, climbed, qian):
    case = climbed()
    Case.objects.filter(pk=case.pk).update(about=qian)
    client.force_login(qian)
    assert numbers(client.get(URL)) == []
    assert client.get(URL, {"case": case.number}).status_code == 404
