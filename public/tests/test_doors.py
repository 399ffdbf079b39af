"""The code on a door: where it leads whom, and that it tells nobody anything."""

import pytest
from django.urls import reverse

from conftest import GRID, XINCUN, posted
from grids.models import Compound, Door
from grids.services.doors import renew_codes
from public import throttles

pytestmark = pytest.mark.django_db


def scan(client, door: Door):
    return client.get(reverse("public:door", args=[door.token]))


@pytest.fixture
def home(make_household):
    return make_household()


def test_who_walks_there_is_led_to_the_visit(client, home, wang, he):
    for user in (wang, he):
        client.force_login(user)
        assert scan(client, home.door).url == reverse("field:visit-new", args=[home.pk])


def test_a_resident_is_led_to_the_page_of_the_grid_with_a_quiet_way_for_staff(client, home):
    answer = scan(client, home.door)
    assert answer.url == f"{reverse('public:grid', args=[GRID])}?door={home.door.token}"
    assert answer["Cache-Control"].startswith("max-age=0")
    page = client.get(answer.url).content.decode()
    back = reverse("public:door", args=[home.door.token])
    assert "工作人员登录后扫码直接走访" in page and f'{reverse("accounts:sign-in")}?next={back}"' in page


def test_after_signing_in_the_code_leads_on_to_the_visit(client, home, wang):
    wang.set_password("Liu-shu-2026-hao")
    wang.save()
    back = reverse("public:door", args=[home.door.token])
    sent = {"username": "wang", "password": "Liu-shu-2026-hao", "next": back}
    page = client.post(reverse("accounts:sign-in"), sent, follow=True)
    assert (reverse("field:visit-new", args=[home.pk]), 302) in page.redirect_chain


def test_staff_who_do_not_walk_there_see_what_residents_see(client, home, outsider, zhao, li, clerk):
    other = posted("ma", "马丽", "马网格员", "grid_worker", area=f"{XINCUN}001")
    for user in (outsider, zhao, li, clerk, other):
        client.force_login(user)
        answer = scan(client, home.door)
        assert answer.url == reverse("public:grid", args=[GRID])
        assert "工作人员登录后扫码" not in client.get(answer.url).content.decode()


@pytest.mark.parametrize("code", ["a'b", "x", "<script>alert(1)</script>", "../desk/", "a" * 40, ""])
def test_the_page_of_a_grid_repeats_nothing_but_a_code(client, ground, code):
    page = client.get(reverse("public:grid", args=[GRID]), {"door": code}).content.decode()
    assert "工作人员登录后扫码" not in page


def test_an_empty_door_leads_to_the_board_around_it(client, home, wang, courtyard):
    client.force_login(wang)
    empty = Door.objects.create(compound=courtyard, building=home.door.building, area_id=GRID, room="底商")
    assert scan(client, empty).url == reverse("field:building", args=[home.door.building_id])
    yard = Compound.objects.create(area_id=GRID, name="南巷", kind=Compound.Kind.COURTYARD)
    outside = Door.objects.create(compound=yard, area_id=GRID, room="2号")
    assert scan(client, outside).url == f"{reverse('field:buildings')}?compound={yard.pk}"


def test_a_renewed_code_leads_nowhere_and_the_new_one_does(client, home, wang, chen):
    client.force_login(wang)
    old = Door.objects.get(pk=home.door.pk)
    renew_codes(home.compound, [old.pk], by=chen)
    page = scan(client, old)
    assert page.status_code == 404 and "这个码已经不用了" in page.content.decode()
    old.refresh_from_db()
    assert scan(client, old).status_code == 302


def test_a_made_up_code_is_answered_as_a_renewed_one(client, home):
    answers = [client.get(reverse("public:door", args=[code])) for code in ("nonsense", "A" * 16, "0" * 300)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1 or all(b"facts" in answer.content for answer in answers)
    assert b"noindex" in answers[0].content


def test_guessing_is_slowed_down(client, home, monkeypatch):
    monkeypatch.setitem(throttles.LIMITS, ("look", "network"), "2/hour")
    assert [client.get(reverse("public:door", args=["nonsense"])).status_code for _ in range(3)] == [404, 404, 429]
    page = scan(client, home.door)
    assert page.status_code == 429 and "请过一小时再扫" in page.content.decode()


def test_neither_answer_says_who_lives_there(client, home):
    answer = scan(client, home.door)
    page = client.get(answer.url).content.decode()
    assert "501" not in page and "刘" not in page and str(home.pk) not in answer.url
