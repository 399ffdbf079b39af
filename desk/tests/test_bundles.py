"""The pages of 类案, the card of the case page, and the topic on the board."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Bundle, Case, Category, Event
from cases.services import likeness
from cases.states import Action
from conftest import XINCUN

pytestmark = pytest.mark.django_db
OTHER_GRID = f"{XINCUN}004"
LAMP = "文峰路口那盏路灯整夜闪，孩子睡不好。"


@pytest.fixture
def lamps(make_case):
    """Three cases about one lamp, of two grids and two categories."""
    now = timezone.now()
    more = [{}, {"area": OTHER_GRID}, {"area": OTHER_GRID, "category": "light-new"}]
    return [make_case(text=f"{LAMP}{number}", place="", at=now, **one) for number, one in enumerate(more)]


def test_alike_cases_are_ticked_on_the_case_page_and_listed_in_one_place(client, lamps, chen):
    client.force_login(chen)
    shown = client.get(lamps[0].get_absolute_url()).content.decode()
    assert "同类在办" in shown and all(f'value="{case.number}"' in shown for case in lamps[1:])
    picked = {"pick": [case.number for case in lamps[1:]], "title": "文峰路口路灯"}
    page = client.post(reverse("desk:bundle-up", args=[lamps[0].number]), picked, follow=True)
    bundle = Bundle.objects.get()
    assert page.redirect_chain[-1][0] == reverse("desk:bundle", args=[bundle.pk])
    assert "3件事项" in page.content.decode()
    assert "文峰路口路灯" in client.get(lamps[2].get_absolute_url()).content.decode()
    assert "3件，在办3件" in client.get(reverse("desk:bundles")).content.decode()


def test_what_is_not_yours_to_answer_is_listed_and_what_was_typed_stays(client, lamps, chen, wang):
    bundle = cases.bundle_up(lamps[0], lamps[1:], title="文峰路口路灯", by=chen)
    client.force_login(chen)
    page = reverse("desk:bundle", args=[bundle.pk])
    said = {"action": "resolve", "public_text": "镇流器已换，昨晚看过不闪了。"}
    assert "请选择在哪一级解决" in client.post(page, said).content.decode()
    refused = client.post(page, said | {"closed_level": "2"}).content.decode()
    assert "都没有答复" in refused and "镇流器已换" in refused and "现在由网格承办" in refused
    assert not Event.objects.filter(action=Action.RESOLVE).exists()
    cases.escalate(lamps[0], "要换线路", by=wang)
    done = client.post(page, said | {"closed_level": "2"}).content.decode()
    assert "已答复1件，2件没有答复" in done
    assert Case.objects.confirming().get() == lamps[0]


def test_a_case_taken_out_stays_a_case(client, lamps, chen):
    cases.bundle_up(lamps[0], lamps[1:], by=chen)
    client.force_login(chen)
    leave = reverse("desk:bundle-leave", args=[lamps[2].number])
    assert "请写明为什么移出" in client.post(leave, {"reason": ""}, follow=True).content.decode()
    assert "已移出类案" in client.post(leave, {"reason": "是另一条路"}, follow=True).content.decode()
    assert Case.objects.open().count() == 3 and client.post(leave, {"reason": "再来"}).status_code == 404


def test_cases_of_others_are_neither_shown_nor_bundled(client, lamps, wang, outsider):
    bundle = cases.bundle_up(lamps[0], lamps[1:2], by=wang)
    client.force_login(wang)
    shown = client.get(reverse("desk:bundle", args=[bundle.pk])).content.decode()
    assert "1件事项" in shown and lamps[1].number not in shown
    foreign = client.post(reverse("desk:bundle-up", args=[lamps[0].number]), {"pick": [lamps[2].number]}, follow=True)
    assert "请选择还没有归类的其他事项" in foreign.content.decode()
    client.force_login(outsider)
    assert client.get(reverse("desk:bundle", args=[bundle.pk])).status_code == 404


def test_nothing_ticked_is_said_and_nothing_done(client, lamps, chen):
    client.force_login(chen)
    shown = client.post(reverse("desk:bundle-up", args=[lamps[0].number]), {}, follow=True).content.decode()
    assert "请先勾选事项" in shown and not Bundle.objects.exists()


def test_the_page_costs_as_many_queries_for_many_as_for_two(client, make_case, lamps, chen, django_assert_num_queries):
    bundle = cases.bundle_up(lamps[0], lamps[1:2], by=chen)
    client.force_login(chen)
    page = reverse("desk:bundle", args=[bundle.pk])
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    cases.bundle_up(lamps[0], [make_case(text=LAMP, at=timezone.now()) for _ in range(6)], by=chen)
    with django_assert_num_queries(len(few)):
        client.get(page)


def test_a_trouble_told_of_three_times_stands_on_the_board_with_the_list_behind(client, lamps, chen, outsider):
    cases.set_title(lamps[0], "文峰路口路灯闪", by=chen)
    likeness.place()
    client.force_login(chen)
    board = client.get(reverse("boards:board")).content.decode()
    listed = reverse("desk:alike", args=[lamps[0].pk])
    assert "反复反映的问题" in board and "文峰路口路灯闪" in board and listed in board and "孩子睡不好" not in board
    shown = client.get(listed).content.decode()
    assert "反映内容相近的3件" in shown and lamps[2].number in shown
    client.force_login(outsider)
    assert client.get(listed).status_code == 404
    assert "反复反映的问题" not in client.get(reverse("boards:board")).content.decode()


def test_words_are_posted_while_staff_register(client, lamps, wang):
    client.force_login(wang)
    typed = {"area": lamps[0].area_id, "category": Category.objects.get(code="sanitation-pile").pk, "text": LAMP}
    found = client.post(reverse("desk:register-similar"), typed).content.decode()
    assert lamps[0].number in found and lamps[2].number not in found
    assert (
        lamps[0].number
        not in client.post(reverse("desk:register-similar"), typed | {"text": "水管爆了"}).content.decode()
    )
