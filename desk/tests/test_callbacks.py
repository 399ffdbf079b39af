"""回访 at the desk: the list, the script with its form, results, and who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import CallBack, Case
from cases.services import calling
from conftest import GRID, XINCUN

pytestmark = pytest.mark.django_db
SAID = {"way": "phone", "reached": "1", "outcome": "solved", "satisfaction": "satisfied"}


@pytest.fixture
def listed(make_case, wang):
    """listed(seat): a call-back of an answered case."""

    def make(seat: str = f"area:{GRID}", **more) -> CallBack:
        case = make_case(at=timezone.now(), **more)
        cases.resolve(case, 1, "已换好灯泡", by=wang)
        return calling.ask(case, seat=seat, by=wang)

    return make


@pytest.fixture
def at(client):
    """at(user, name, *args): GET as this person; with typed: POST."""

    def go(user, name, *args, **typed):
        client.force_login(user)
        path = reverse(f"desk:{name}", args=args)
        return client.post(path, typed, follow=True) if typed else client.get(path)

    return go


def test_home_and_menu_lead_to_the_list(at, listed, wang):
    call = listed()
    home = at(wang, "home").content.decode()
    assert f'href="{reverse("desk:callbacks")}"' in home and "待回访" in home
    rows = at(wang, "callbacks").context["rows"]
    assert [row.call for row in rows] == [call]


def test_the_script_is_there_and_the_contact_masked(at, listed, wang):
    html = at(wang, "callback", listed().pk).content.decode()
    for words in ("我是北大街道新村社区第三网格", "已换好灯泡", "一、问题解决了吗", "138****1234", "查看反映人手机号"):
        assert words in html, words
    assert "13800001234" not in html


def test_the_answer_is_the_reporters(at, listed, wang):
    call = listed()
    done = at(wang, "callback", call.pk, **SAID | {"way": "visit", "note": "当面看过"})
    assert "回访已记下" in done.content.decode()
    call.refresh_from_db()
    case = Case.objects.get(pk=call.case_id)
    assert (call.way, call.done_by, case.status, case.satisfaction) == ("visit", wang, "closed", "satisfied")
    assert "入户" in at(wang, "case", case.number).content.decode()


def test_not_reached_it_stays_on_the_list_for_the_next_working_day(at, listed, wang):
    call = listed()
    page = at(wang, "callback", call.pk, way="phone", reached="0")
    assert "再问一次" in page.content.decode() and "1次没有联系上" in page.content.decode()
    for _ in range(2):
        page = at(wang, "callback", call.pk, way="phone", reached="0")
    assert "不计入满意率" in page.content.decode() and not CallBack.objects.waiting().exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "unsolved"}, "unsolved_reason"),
        ({"reached": ""}, "reached"),
        ({"way": "web"}, "way"),
        ({"note": "长" * 501}, "note"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(at, listed, wang, sent, field):
    call = listed()
    page = at(wang, "callback", call.pk, **SAID | {"note": "他说过几天再看"} | sent)
    form = page.context["form"]
    assert field in form.errors and form["note"].value() == (SAID | {"note": "他说过几天再看"} | sent)["note"]
    assert CallBack.objects.waiting().exists()


def test_answered_meanwhile_it_leads_to_the_case(at, listed, wang):
    call = listed()
    calling.answer(call, way="web", reached=True, outcome="solved")
    assert "已经结束" in at(wang, "callback", call.pk, **SAID).content.decode()
    assert CallBack.objects.get().way == "web"


def test_only_the_seat_that_calls_may_and_others_ground_is_not_there(at, listed, wang, chen, zhao, outsider, clerk):
    call = listed()
    for person, status in ((wang, 200), (chen, 403), (zhao, 403), (outsider, 404), (clerk, 403)):
        assert at(person, "callback", call.pk).status_code == status, person
        if person != wang:
            assert at(person, "callback", call.pk, **SAID).status_code == status, person
    assert CallBack.objects.waiting().exists()


def test_the_street_that_was_drawn_sees_the_contact_of_what_the_grid_closed(at, listed, zhao):
    call = listed(seat=f"area:{XINCUN[:9]}")
    report = call.case.reports.get()
    path = [call.case.number, report.pk]
    assert "查看反映人手机号" in at(zhao, "callback", call.pk).content.decode()
    assert "13800001234" in at(zhao, "contact", *path, reason="follow_up").content.decode()
    calling.answer(call, way="phone", reached=True, outcome="solved", by=zhao)
    assert at(zhao, "contact", *path, reason="follow_up").status_code == 403, "for the call, and no longer"


def test_listed_by_hand_for_ones_own_seat(at, make_case, wang, chen, zhao, outsider):
    case = make_case(at=timezone.now())
    cases.resolve(case, 1, "已换好灯泡", by=wang)
    assert at(zhao, "callback-new", case.number, x="1").status_code == 403
    assert at(outsider, "callback-new", case.number, x="1").status_code == 404
    assert "列入回访" in at(chen, "case", case.number).content.decode()
    at(chen, "callback-new", case.number, x="1")
    assert CallBack.objects.get().seat == f"area:{XINCUN}"
    assert "已经在待回访里" in at(wang, "callback-new", case.number, x="1").content.decode()


def test_results_are_sums_with_n_and_leave_out_who_was_not_reached(at, listed, wang, chen, outsider):
    for outcome in ("solved", "solved", "partly", "unsolved", "solved"):
        reason = "not_done" if outcome == "unsolved" else ""
        calling.answer(
            listed(), way="phone", reached=True, outcome=outcome, satisfaction="fairly", unsolved_reason=reason, by=wang
        )
    lost = listed()
    for _ in range(3):
        calling.answer(lost, way="phone", reached=False, by=wang)
    page = at(chen, "callback-results")
    sums, html = page.context["sums"], page.content.decode()
    assert (sums.asked, sums.unreached, sums.solved.part, sums.solved.n) == (6, 1, 3.5, 5)
    assert "70.0%" in html and "没有人来办1件" in html and "无法联系" in html
    assert "样本不足" in at(outsider, "callback-results").content.decode()


def test_as_many_queries_for_twenty_rows_as_for_two(at, listed, wang):
    def asked(name) -> int:
        with CaptureQueriesContext(connection) as captured:
            at(wang, name)
        return len(captured)

    listed(), listed()
    asked("callbacks")
    few = asked("callbacks")
    for _ in range(18):
        listed()
    assert asked("callbacks") == few
