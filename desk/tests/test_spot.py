"""Pages of whistles, visits and meetings, with the named cast."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.assignments import State
from cases.models import Assignment, Case, Coordination, Event, Whistle
from cases.services import assigning, coordinating, whistling
from cases.services.coordinating import Noted
from cases.states import Action
from conftest import XINCUN, posted
from grids.models import Organization

pytestmark = pytest.mark.django_db
STREET = XINCUN[:9]


def unit(code: str) -> Organization:
    return Organization.objects.get(code=code)


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def street_case(make_case, wang, chen):
    """A case at the street: street_case()."""

    def make() -> Case:
        case = make_case(at=timezone.now())
        for by in (wang, chen):
            cases.escalate(case, "办不了", by=by)
        return case

    return make


@pytest.fixture
def whistled(street_case, zhao):
    """A whistle for 区住建局 and 供水公司: whistled(hours=3)."""

    def make(hours=3, case=None) -> Whistle:
        return whistling.whistle(
            case or street_case(),
            [unit("zhujian"), unit("gongshui")],
            place="3号楼前",
            arrive_by=timezone.now() + timedelta(hours=hours),
            purpose="查看渗水",
            by=zhao,
        )

    return make


def whistle_form(**changed) -> dict:
    arrive = local(timezone.now() + timedelta(hours=3))
    return {
        "units": [unit("zhujian").pk, unit("gongshui").pk],
        "place": "3号楼前",
        "arrive_by": arrive,
        "purpose": "查看渗水",
    } | changed


def visit_form(rows=2, **changed) -> dict:
    base = {
        "kind": "site",
        "held_at": local(timezone.now() - timedelta(minutes=5)),
        "place": "3号楼前",
        "units": [unit("zhujian").pk],
        "findings": "支管漏水",
        "steps-TOTAL_FORMS": rows,
        "steps-INITIAL_FORMS": 0,
    }
    return base | changed


def step(number: int, **changed) -> dict:
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    row = {"who": f"unit:{unit('gongshui').pk}", "what": "挖开检修", "owner": "郭科长", "due_date": day} | changed
    return {f"steps-{number}-{name}": value for name, value in row.items()}


def test_a_street_whistles_from_the_case(client, street_case, zhao):
    case = street_case()
    client.force_login(zhao)
    url = reverse("desk:whistle-new", args=[case.number])
    assert url in client.get(case.get_absolute_url()).content.decode()
    response = client.post(url, whistle_form(), follow=True)
    page = response.content.decode()
    whistle = Whistle.objects.get()
    assert response.redirect_chain == [(reverse("desk:whistle", args=[whistle.pk]), 302)]
    assert "已通知2个单位" in page and "2个单位，到场0个" in page and page.count("还没确认") == 2
    shown = client.get(case.get_absolute_url()).content.decode()
    assert url not in shown and "进行中" in shown and "还没确认" in shown


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"units": []}, "请至少选一个单位。"),
        ({"place": ""}, "请填写集合地点。"),
        ({"arrive_by": "2020-01-01T09:00"}, "到场时间要晚于现在。"),
        ({"arrive_by": "明天"}, "请填写日期和时间。"),
        ({"purpose": ""}, "请填写请单位来做什么。"),
    ],
)
def test_a_whistle_that_lacks_something_keeps_what_was_typed(client, street_case, zhao, changed, why):
    client.force_login(zhao)
    answer = client.post(
        reverse("desk:whistle-new", args=[street_case().number]),
        whistle_form(**{"purpose": "查看3号楼渗水"} | changed),
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and why in page
    assert "查看3号楼渗水" in page or "purpose" in changed
    assert not Whistle.objects.exists()


def test_a_second_whistle_is_refused_in_words(client, street_case, whistled, zhao):
    case = street_case()
    whistled(case=case)
    client.force_login(zhao)
    page = client.post(reverse("desk:whistle-new", args=[case.number]), whistle_form()).content.decode()
    assert "已经在吹哨" in page and "查看渗水" in page


def test_a_case_that_left_meanwhile_keeps_what_was_typed(client, street_case, zhao, wang):
    case = street_case()
    seen = case.event_count
    cases.escalate(case, "要区里定", by=zhao)
    client.force_login(zhao)
    for name, typed in (("whistle-new", whistle_form()), ("coordinate", visit_form(findings="查看渗水"))):
        url = reverse(f"desk:{name}", args=[case.number])
        answer = client.post(url, typed | {"seen": seen})
        page = answer.content.decode()
        assert answer.status_code == 409 and "查看渗水" in page and "您打开本页以后" in page
        assert client.post(url, typed | {"seen": case.event_count}).status_code == 403
        assert client.get(url).status_code == 403
    assert not Whistle.objects.exists() and not Coordination.objects.exists()


def test_a_unit_confirms_and_the_street_notes_who_is_there(client, whistled, zhao, li):
    whistle = whistled()
    own, other = whistle.assignments.order_by("pk")
    client.force_login(li)
    assert "1" in client.get(reverse("desk:whistles")).content.decode()
    url = reverse("desk:whistle-act", args=[whistle.pk, own.pk, "assign_sign"])
    page = client.post(url, follow=True).content.decode()
    assert "已确认到场" in page and "已确认" in page
    assert client.post(reverse("desk:whistle-act", args=[whistle.pk, other.pk, "assign_arrive"])).status_code == 403
    client.force_login(zhao)
    arrived = reverse("desk:whistle-act", args=[whistle.pk, own.pk, "assign_arrive"])
    page = client.post(arrived, follow=True).content.decode()
    assert "已记下到场" in page and "到场1个" in page
    page = client.post(arrived, follow=True).content.decode()
    assert "区住建局已到场。" in page
    assert client.post(reverse("desk:whistle-act", args=[whistle.pk, own.pk, "assign_end"])).status_code == 404
    assert client.post(reverse("desk:whistle-act", args=[whistle.pk, 0, "assign_sign"])).status_code == 404


def test_not_coming_is_visible_everywhere(client, whistled, zhao):
    whistle = whistled()
    row = whistle.assignments.order_by("pk").first()
    assigning.arrive(row, by=zhao)
    Assignment.objects.filter(whistle=whistle).update(due_at=timezone.now() - timedelta(minutes=5))
    client.force_login(zhao)
    for url in (reverse("desk:whistles"), reverse("desk:whistle", args=[whistle.pk]), whistle.case.get_absolute_url()):
        page = client.get(url).content.decode()
        assert page.count("没有按时到场") == 1, url


def test_ending_a_whistle(client, whistled, zhao, chen):
    whistle = whistled()
    url = reverse("desk:whistle-end", args=[whistle.pk])
    client.force_login(chen)
    assert client.post(url, {"outcome": "结束"}).status_code == 403
    client.force_login(zhao)
    assert "请填写现场结果。" in client.post(url, {"outcome": " "}).content.decode()
    page = client.post(url, {"outcome": "约定明天挖开"}, follow=True).content.decode()
    assert "约定明天挖开" in page and page.count("没有到场") >= 2
    assert set(whistle.assignments.values_list("state", flat=True)) == {State.ENDED}
    assert "这次吹哨已经结束" in client.post(url, {"outcome": "又一次"}, follow=True).content.decode()
    over = client.get(reverse("desk:whistles"), {"view": "over"}).content.decode()
    assert "约定明天挖开" in over
    assert "没有进行中的吹哨" in client.get(reverse("desk:whistles")).content.decode()


def test_the_menu_offers_whistles_to_streets_and_units(client, wang, he, zhao, li):
    for person, offered in ((wang, False), (he, False), (zhao, True), (li, True)):
        client.force_login(person)
        page = client.get(reverse("desk:home")).content.decode()
        assert (f'href="{reverse("desk:whistles")}"' in page) is offered


def test_the_outsider_finds_nothing(client, whistled, outsider):
    whistle = whistled()
    client.force_login(outsider)
    assert client.get(reverse("desk:whistle", args=[whistle.pk])).status_code == 404
    assert whistle.place not in client.get(reverse("desk:whistles")).content.decode()


def test_a_meeting_with_two_next_steps(client, street_case, zhao, li):
    case = street_case()
    client.force_login(zhao)
    url = reverse("desk:coordinate", args=[case.number])
    typed = visit_form(kind="meeting", public_text="三天内修好", others="居民代表3人")
    typed |= step(0) | step(1, who=f"area:{XINCUN}", what="联系住户", owner="")
    page = client.post(url, typed, follow=True).content.decode()
    assert "已记下协调会" in page and "会商1次" in page and "挖开检修" in page and "联系住户" in page
    row = Coordination.objects.get()
    assert row.assignments.count() == 2 and row.noted_by == zhao
    due = timezone.localtime(row.assignments.first().due_at)
    assert (due.hour, due.date()) == (18, timezone.localdate() + timedelta(days=3))
    assert Event.objects.get(case=case, action=Action.COORDINATE).public_text == "三天内修好"


def test_empty_rows_are_no_steps_and_half_a_row_is_said(client, street_case, zhao):
    case = street_case()
    client.force_login(zhao)
    url = reverse("desk:coordinate", args=[case.number])
    page = client.post(url, visit_form() | step(1, what="", due_date="2020-01-01")).content.decode()
    assert "请填写办什么。" in page and "日期要晚于现在。" in page and "支管漏水" in page and "郭科长" in page
    assert not Coordination.objects.exists()
    client.post(url, visit_form())
    assert Coordination.objects.get().assignments.count() == 0


def test_a_row_is_added_without_losing_or_judging_anything(client, street_case, zhao):
    case = street_case()
    client.force_login(zhao)
    url = reverse("desk:coordinate", args=[case.number])
    page = client.post(url, visit_form(findings="写到一半", place="") | step(1, what="挖到一半") | {"more": 1})
    text = page.content.decode()
    assert page.status_code == 200 and "写到一半" in text and "挖到一半" in text
    assert 'name="steps-2-what"' in text and "invalid-feedback" not in text
    assert f'value="{unit("zhujian").pk}" ' in text and not Coordination.objects.exists()
    most = client.post(url, visit_form(rows=40) | {"more": 1}).content.decode()
    assert 'name="steps-11-what"' in most and 'name="steps-12-what"' not in most
    assert client.post(url, visit_form(rows="x") | {"more": 1}).status_code == 200
    assert client.post(url, visit_form(rows="x")).status_code == 200


def test_a_visit_during_a_whistle_belongs_to_it(client, whistled, zhao):
    whistle = whistled()
    assigning.arrive(whistle.assignments.get(unit=unit("gongshui")), by=zhao)
    client.force_login(zhao)
    url = reverse("desk:coordinate", args=[whistle.case.number])
    form = client.get(url).context["form"]
    assert "吹哨的现场" in form.fields["of_whistle"].label
    near, others = form.unit_chips
    assert [chip.choice_label for chip in near if chip.data["selected"]] == ["供水公司"]
    assert {chip.choice_label for chip in near} >= {"供水公司", "区住建局"} and len(others) > 5
    client.post(url, visit_form(of_whistle="on"))
    assert Coordination.objects.get().whistle == whistle
    assert "支管漏水" in client.get(reverse("desk:whistle", args=[whistle.pk])).content.decode()


def test_the_office_and_the_level_above_write_too(client, street_case, qian, sun, wang):
    case = street_case()
    url = reverse("desk:coordinate", args=[case.number])
    for person, status in ((qian, 302), (sun, 302), (wang, 403)):
        client.force_login(person)
        assert client.post(url, visit_form()).status_code == status
    assert Coordination.objects.count() == 2


def test_as_many_queries_for_twenty_as_for_two(
    client, street_case, whistled, zhao, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(zhao)
    for _ in range(2):
        whistled()
    url = reverse("desk:whistles")
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    for _ in range(15):
        whistled()
    with django_assert_num_queries(len(few)):
        assert client.get(url).content.decode().count("街道</td>") == 17


def test_a_long_story_costs_the_case_page_no_more(client, whistled, zhao, django_assert_max_num_queries):
    whistle = whistled()
    case = whistle.case
    client.force_login(zhao)

    def hold() -> None:
        steps = [
            coordinating.NextStep("检修", timezone.now() + timedelta(days=2), unit=unit(code))
            for code in ("zhujian", "gongshui")
        ]
        noted = Noted("site", timezone.now(), "现场", "看过", units=[unit("zhujian")], steps=steps)
        coordinating.note_coordination(case, noted, by=zhao)

    hold()
    client.get(case.get_absolute_url())
    with django_assert_max_num_queries(80) as few:
        client.get(case.get_absolute_url())
    for _ in range(4):
        hold()
    with django_assert_max_num_queries(len(few)):
        client.get(case.get_absolute_url())


def test_a_street_worker_ends_and_notes_like_the_director(client, whistled):
    whistle = whistled()
    worker = posted("feng", "冯岩", "冯干事", "street_worker", area=STREET)
    client.force_login(worker)
    row = whistle.assignments.first()
    client.post(reverse("desk:whistle-act", args=[whistle.pk, row.pk, "assign_arrive"]))
    client.post(reverse("desk:whistle-end", args=[whistle.pk]), {"outcome": "看过"})
    row.refresh_from_db()
    whistle.refresh_from_db()
    assert row.state == State.ARRIVED and whistle.ended_by == worker
