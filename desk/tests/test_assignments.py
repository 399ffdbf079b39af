"""任务 at the desk: the list, one task, what either side does to it, and where else it is met."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases import services as cases
from cases.assignments import Kind, State
from cases.models import Assignment
from cases.services import assigning
from cases.states import Status
from cases.tests.handing import FIRST, LEAD, SECOND, at_unit, unit, worker_of

pytestmark = pytest.mark.django_db
LIST = reverse("desk:assignments")


@pytest.fixture
def look(client):
    """look(user, address, **query): the page as this person gets it."""

    def get(user, address, **query):
        client.force_login(user)
        return client.get(address, query)

    return get


@pytest.fixture
def do(client):
    """do(user, task, action, **typed): fill the form of an action in and send it."""

    def send(user, task, action, **typed):
        client.force_login(user)
        answer = client.post(act_of(task, action), {f"{action}-{name}": value for name, value in typed.items()})
        task.refresh_from_db()
        return answer

    return send


@pytest.fixture
def handed(make_case, qian, sun):
    """A case with a lead and two co-handlers, and the two tasks."""
    case = make_case(at=timezone.now(), title="3号楼前路灯不亮")
    return case, *at_unit(case, FIRST, SECOND, qian=qian, sun=sun)


@pytest.fixture
def guo(ground):
    return worker_of(FIRST)


def act_of(task, action: str) -> str:
    return reverse("desk:assignment-act", args=[task.pk, action])


def page_of(task) -> str:
    return reverse("desk:assignment", args=[task.pk])


def words(response) -> str:
    return response.content.decode()


def shown(response) -> list[int]:
    return [row.pk for row in response.context["list"].page]


def photo() -> SimpleUploadedFile:
    kept = BytesIO()
    Image.new("RGB", (64, 48), "#888").save(kept, "JPEG")
    return SimpleUploadedFile("a.jpg", kept.getvalue(), "image/jpeg")


# the list


def test_each_view_has_what_it_says(look, handed, guo, sun, li):
    _, task, _ = handed
    assert shown(look(guo, LIST)) == shown(look(guo, LIST, view="unsigned")) == [task.pk]
    assigning.sign(task, by=guo)
    assert shown(look(guo, LIST, view="unsigned")) == [] and shown(look(guo, LIST)) == [task.pk]
    Assignment.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(hours=2))
    assert shown(look(guo, LIST, view="late")) == [task.pk]
    assert "超期2小时" in words(look(guo, LIST, view="late"))
    assigning.ask_return(task, "不归本单位", by=guo)
    assert shown(look(sun, LIST)) == [task.pk] and "退回待决定" in words(look(sun, LIST))
    assert "退回待决定" not in words(look(guo, LIST))
    assigning.keep(task, "请办理", by=sun)
    assigning.report(task, "已办", by=guo)
    assert shown(look(guo, LIST, view="reported")) == [task.pk]
    assert "已反馈，迟了" in words(look(guo, LIST, view="reported"))
    assert shown(look(li, LIST, view="all")) == [] and "还没有交给本单位的任务" in words(look(li, LIST, view="all"))


def test_htmx_gets_the_list_alone_and_an_odd_address_the_first_page(look, client, handed, guo):
    client.force_login(guo)
    part = client.get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in words(part) and "请查明原因并修好" in words(part) and "HX-Request" in part["Vary"]
    assert shown(look(guo, LIST, view="no-such", page="tampered")) == [handed[1].pk]


def test_the_list_goes_on_page_by_page_and_costs_the_same_however_long(look, make_case, qian, sun, guo):
    def queries(**query) -> int:
        with CaptureQueriesContext(connection) as captured:
            look(guo, LIST, **query)
        return len([query for query in captured if "django_session" not in query["sql"]])

    case = make_case(at=timezone.now())
    at_unit(case, qian=qian, sun=sun)
    giver = f"unit:{unit('quweiban').pk}"
    for number in range(23):
        assigning.assign(case, f"第{number}步", kind=Kind.STEP, giver=giver, unit=unit(FIRST), by=sun)
        if number == 1:
            look(guo, LIST)
            two = queries()
    assert queries() == two <= 12
    first = look(guo, LIST)
    assert len(shown(first)) == 20 and "共23项" in words(first)
    second = look(guo, LIST, view="unsigned", page=first.context["list"].page.next_cursor)
    assert len(shown(second)) == 3 and not set(shown(first)) & set(shown(second))


def test_who_has_no_post_or_cannot_handle_gets_no_list(look, clerk):
    assert look(clerk, LIST).status_code == 403


# one task


def test_the_page_shows_what_is_asked_and_the_case_but_nobodys_contact(look, handed, guo):
    case, task, _ = handed
    text = words(look(guo, page_of(task)))
    assert "请查明原因并修好" in text and "市政家属院3号楼" in text and "区委办" in text and "区住建局" in text
    assert ">签收</button>" in text and "申请退回" in text
    for address in (page_of(task), case.get_absolute_url()):
        text = words(look(guo, address))
        assert "刘女士" not in text and "138****1234" not in text and "13800001234" not in text


def test_a_helper_sees_no_other_case_of_the_place(look, handed, make_case, guo):
    other = make_case(at=timezone.now(), title="隔壁的路灯")
    assert look(guo, other.get_absolute_url()).status_code == 404
    assert "隔壁的路灯" not in words(look(guo, handed[0].get_absolute_url()))


def test_an_outsiders_unit_gets_404_and_the_other_side_403(look, do, handed, outsider, sun, guo):
    task, stranger = handed[1], worker_of("jiaoti")
    for person in (outsider, stranger):
        assert look(person, page_of(task)).status_code == 404
        assert look(person, act_of(task, "assign_sign")).status_code == 404
        assert do(person, task, "assign_sign").status_code == 404
    assert look(sun, act_of(task, "assign_sign")).status_code == 403
    assert do(guo, task, "assign_end", reason="不办了").status_code == 403
    assert look(guo, act_of(task, "no-such")).status_code == 404
    assert task.state == State.GIVEN


def test_a_unit_signs_and_reports_with_photos(settings, tmp_path, look, do, handed, guo, sun):
    settings.MEDIA_ROOT = tmp_path
    _, task, _ = handed
    assert do(guo, task, "assign_sign").status_code == 302 and task.signed_by == guo
    empty = do(guo, task, "assign_report", text=" ")
    assert empty.status_code == 200 and "请填写办了什么" in words(empty)
    assert do(guo, task, "assign_report", text="已换灯头", photos=[photo()]).status_code == 302
    assert task.state == State.REPORTED
    text = words(look(sun, page_of(task)))
    assert "已换灯头" in text and "区城管局反馈协办情况，第1张" in text and "要求重新反馈" in text
    do(sun, task, "assign_redo", reason="还有两盏不亮")
    assert task.state == State.SIGNED


def test_a_return_is_asked_once_with_reason_and_decided_by_who_gave_it(look, do, handed, guo, sun):
    _, task, _ = handed
    do(guo, task, "assign_return", reason="不归本单位")
    text = words(look(sun, page_of(task)))
    assert "不归本单位" in text and "同意退回" in text and ">不同意退回</button>" in text
    do(sun, task, "assign_keep", reason="路灯归城管")
    assert task.state == State.SIGNED
    again = do(guo, task, "assign_return", reason="真的不归我们")
    assert "已经申请退回过一次" in words(again) and "真的不归我们" in words(again)


def test_agreeing_to_a_return_releases_the_unit(do, handed, guo, sun):
    _, task, _ = handed
    do(guo, task, "assign_return", reason="不归本单位")
    assert "已同意退回" in words(do(sun, task, "assign_end", reason="同意退回")) or task.state == State.RETURNED


def test_a_state_that_changed_meanwhile_is_told_and_what_was_typed_is_kept(look, do, handed, guo, sun):
    _, task, _ = handed
    assigning.end(task, "不用协办了", by=sun)
    answer = do(guo, task, "assign_report", text="跑了三趟")
    text = words(answer)
    assert "现在是“已解除”，不能反馈" in text and "跑了三趟" in text and 'type="submit">反馈' not in text
    client_page = look(guo, act_of(task, "assign_report"))
    assert client_page.status_code == 302 and client_page.url == page_of(task)
    assert "不能反馈" in words(look(guo, page_of(task)))


def test_in_the_dialog_the_form_comes_alone(client, handed, guo):
    client.force_login(guo)
    part = client.get(act_of(handed[1], "assign_return"), headers={"HX-Request": "true"})
    assert "<html" not in words(part) and "assign_return-reason" in words(part)


def test_the_page_costs_the_same_however_much_happened(look, handed, guo, sun):
    _, task, _ = handed

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(guo, page_of(task))
        return len([query for query in captured if "django_session" not in query["sql"]])

    look(guo, page_of(task))
    few = queries()
    assigning.report(task, "已办", by=guo)
    for _ in range(5):
        assigning.redo(task, "再看", by=sun)
        assigning.report(task, "又办了", by=guo)
    assert queries() == few <= 16


# where else


def test_the_case_page_names_lead_and_helpers_with_state_and_lateness(look, handed, guo, li, wang):
    case, task, other = handed
    text = words(look(li, case.get_absolute_url()))
    assert "主办和协办" in text and "区城管局" in text and "未签收" in text and "加派协办" in text
    assert "交给我们的任务" not in text and "交给我们的任务" in words(look(guo, case.get_absolute_url()))
    assigning.report(task, "已换灯头", at=task.due_at + timedelta(hours=1), by=guo)
    Assignment.objects.filter(pk=other.pk).update(due_at=timezone.now() - timedelta(days=1, hours=1))
    text = words(look(wang, case.get_absolute_url()))
    assert "已反馈，迟了" in text and "超期1天" in text and "已换灯头" in text


def test_the_case_page_costs_the_same_with_one_helper_or_six(look, handed, li, sun):
    case = handed[0]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(li, case.get_absolute_url())
        return len([query for query in captured if "django_session" not in query["sql"]])

    look(li, case.get_absolute_url())
    two = queries()
    for code in ("jiaoti", "renshe", "minzheng", "weijian"):
        assigning.assign(case, "请配合", kind=Kind.CO_HANDLE, giver="unit:1", unit=unit(code), by=sun)
    assert queries() == two


def test_the_lead_is_asked_why_it_does_not_wait(client, look, handed, li):
    case = handed[0]
    cases.sign(case, by=li)
    resolve = reverse("desk:act", args=[case.number, "resolve"])
    assert "还有2个协办单位没有反馈，写明为什么先答复" in words(look(li, resolve))
    typed = {"resolve-closed_level": 4, "resolve-public_text": "灯已修好", "seen": case.event_count}
    refused = client.post(resolve, typed)
    assert "还有2个协办单位没有反馈" in words(refused) and "灯已修好" in words(refused)
    client.post(resolve, typed | {"resolve-unfinished": "不影响"})
    case.refresh_from_db()
    assert case.status == Status.CONFIRMING
    assert set(case.assignments.values_list("state", "ended_reason")) == {(State.ENDED, "不影响")}


def test_nobody_asks_why_where_nobody_helps(look, make_case, qian, sun, li):
    case = make_case(at=timezone.now())
    at_unit(case, qian=qian, sun=sun)
    assert "为什么先答复" not in words(look(li, reverse("desk:act", args=[case.number, "resolve"])))


def test_the_office_hands_out_with_co_handlers_and_what_was_typed_is_kept(client, make_case, qian, sun):
    case = make_case(at=timezone.now())
    for _ in range(3):
        cases.escalate(case, "办不了", by=qian)
    cases.collect(case, by=qian)
    client.force_login(sun)
    page = reverse("desk:act", args=[case.number, "hand_out"])
    assert "协办单位" in words(client.get(page))
    typed = {
        "seen": case.event_count, "hand_out-unit": unit(LEAD).pk,
        "hand_out-instruction": "请修好", "hand_out-helpers": [unit(LEAD).pk, unit(FIRST).pk],
    }  # fmt: skip
    wrong = client.post(page, typed)
    assert "是主办单位，不用再选为协办" in words(wrong) and "请修好" in words(wrong)
    client.post(page, typed | {"hand_out-helpers": [unit(FIRST).pk], "hand_out-helpers_do": "请断电"})
    assert [(task.unit.code, task.what) for task in case.assignments.all()] == [(FIRST, "请断电")]


def test_a_lead_adds_a_helper_from_the_case_page(client, handed, li):
    case = handed[0]
    client.force_login(li)
    url = reverse("desk:act", args=[case.number, "assign"])
    form = words(client.get(url))
    assert f'value="{unit(FIRST).pk}"' not in form and f'value="{unit("jiaoti").pk}"' in form
    client.post(url, {"assign-unit": unit("jiaoti").pk, "assign-what": "请断电", "seen": case.event_count})
    task = case.assignments.get(unit__code="jiaoti")
    assert (task.giver, task.what, task.given_by) == (f"unit:{unit(LEAD).pk}", "请断电", li)


def test_home_and_menu_show_what_is_owed_and_what_is_to_be_decided(look, handed, guo, sun, wang):
    _, task, _ = handed
    home = look(guo, reverse("desk:home"))
    assert [row.pk for row in home.context["owed"]] == [task.pk] and "单位任务" in words(home)
    assert f'href="{LIST}"' in words(home) and home.context["desk"].assignments == 1
    assigning.ask_return(task, "不归本单位", by=guo)
    home = look(sun, reverse("desk:home"))
    assert [row.pk for row in home.context["returns"]] == [task.pk] and "退回申请待决定" in words(home)
    assert f'href="{LIST}"' not in words(look(wang, reverse("desk:home")))
