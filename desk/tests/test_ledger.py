"""区级研判: reviewed by 区委组织部, handed out by 区委办, the exhausted first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services.acting import OFFICE_UNIT, unit_of
from conftest import XINCUN
from grids.models import Organization

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
    assert [step["state"] for step in page.context["steps"]] == ["", "", "passed", "now"]


def test_passing_goes_on_to_the_next_case(client, climbed, qian):
    first, second = climbed("第一件"), climbed("第二件")
    client.force_login(qian)
    fields = {"case": first.number, "action": "collect", "seen": first.event_count, "collect-note": "同意"}
    response = client.post(URL, fields)
    first.refresh_from_db()
    assert first.handling_unit.code == OFFICE_UNIT
    assert f"case={second.number}" in response["Location"]
    assert numbers(client.get(response["Location"])) == [second.number]


def test_the_office_hands_out_to_one_unit(client, climbed, qian, sun):
    case = climbed()
    cases.collect(case, by=qian)
    unit = Organization.objects.get(code="zhujian")
    client.force_login(sun)
    page = client.get(URL, {"case": case.number})
    assert numbers(page) == [case.number]
    fields = {"case": case.number, "action": "hand_out", "seen": case.event_count, "hand_out-unit": unit.pk}
    wrong = client.post(URL, fields)
    assert wrong.status_code == 200 and "请填写交办要求" in wrong.content.decode()
    client.post(URL, {**fields, "hand_out-instruction": "汛期前改造管网"})
    case.refresh_from_db()
    assert case.handling_unit == unit
    assert numbers(client.get(URL, {"view": "units"})) == [case.number]


def test_a_stale_page_keeps_what_was_typed_and_says_what_happened(client, climbed, qian):
    case = climbed()
    client.force_login(qian)
    cases.note(case, "先记一笔", by=qian)
    fields = {"case": case.number, "action": "collect", "seen": case.event_count - 1, "collect-note": "写了很久的意见"}
    text = client.post(URL, fields).content.decode()
    assert "写了很久的意见" in text and "备注" in text
    case.refresh_from_db()
    assert case.handling_unit is None


def test_who_may_not_take_the_action_is_refused(client, climbed, sun, qian):
    case = climbed()
    client.force_login(sun)
    fields = {"case": case.number, "action": "collect", "seen": case.event_count}
    assert client.post(URL, fields).status_code == 403
    assert client.post(URL, {"case": case.number, "action": "resolve"}).status_code == 403
    assert client.get(URL, {"case": "WD0000000000000"}).status_code == 404
    assert unit_of(OFFICE_UNIT).pk != Case.objects.get(pk=case.pk).handling_unit_id


def test_a_complaint_about_the_reviewer_is_hidden_from_the_reviewer(client, climbed, qian):
    case = climbed()
    Case.objects.filter(pk=case.pk).update(about=qian)
    client.force_login(qian)
    assert numbers(client.get(URL)) == []
    assert client.get(URL, {"case": case.number}).status_code == 404
