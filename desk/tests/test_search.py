"""The search page: who finds what, and that nothing typed stands readable in an address or a log."""

from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from conftest import XINCUN
from households.services import keeping

pytestmark = pytest.mark.django_db
SEARCH = reverse("desk:search")
PHONE = "13800001234"


@pytest.fixture
def ask(client):
    """ask(user, typed): the page somebody gets who types this into the box and presses Enter."""

    def post(user, typed: str):
        client.force_login(user)
        return client.post(SEARCH, {"q": typed}, follow=True)

    return post


@pytest.fixture
def family(make_household):
    return make_household("3-2-501", people=[("刘玉芳", "head", PHONE), ("陈建国", "spouse")])


def test_each_way_leads_to_the_household_masked(ask, wang, family):
    for typed in ("刘玉芳", "玉芳", "lyf", "食品厂", "3-2-501", "3号楼2单元501", "32501", PHONE):
        page = ask(wang, typed)
        html = page.content.decode()
        assert page.context["results"].households.rows == [family]
        assert reverse("desk:household", args=[family.pk]) in html
        assert "3号楼2单元501" in html and "刘*" in html
        assert PHONE not in html and "陈建国" not in html
        assert "no-store" in page["Cache-Control"]


def test_what_was_typed_does_not_stand_in_the_address(ask, wang, family, caplog):
    for typed in ("刘玉芳", PHONE, "食品厂 3-2-501", "110105194912310021"):
        (address, status), *others = ask(wang, typed).redirect_chain
        assert (status, others) == (302, [])
        assert typed not in unquote(address) and typed not in caplog.text
        assert address.startswith(f"{SEARCH}?t=")


def test_the_address_of_a_result_can_be_opened_again_but_by_nobody_else(ask, client, wang, chen, family):
    address = ask(wang, "刘玉芳").redirect_chain[0][0]
    assert client.get(address).context["results"].households.rows == [family]
    client.force_login(chen)
    refused = client.get(address, follow=True)
    assert refused.redirect_chain[0][0] == SEARCH
    assert "失效" in refused.content.decode()


def test_a_damaged_address_is_explained(client, wang):
    client.force_login(wang)
    for token in ("", "x", "A" * 400, "%00", "刘", "ä===", "AQE"):
        page = client.get(SEARCH, {"t": token}, follow=True)
        assert page.redirect_chain and "失效" in page.content.decode()


def test_words_may_come_by_address_numbers_may_not(client, wang, family):
    client.force_login(wang)
    assert client.get(SEARCH, {"q": "食品厂"}).context["results"].households.rows == [family]
    for number in (PHONE, "138 0000 1234", "1380000", "11010519491231002X"):
        page = client.get(SEARCH, {"q": number}, follow=True)
        assert page.redirect_chain == [(SEARCH, 302)]
        assert "不能放在网址里" in page.content.decode() and number not in page.content.decode()


def test_a_search_by_number_is_recorded_without_the_number(ask, wang, family):
    ask(wang, "刘玉芳")
    assert not Entry.objects.filter(verb="household.search_phone").exists()
    ask(wang, PHONE)
    entry = Entry.objects.get(verb="household.search_phone")
    assert (entry.actor_id, entry.subject_id, entry.details) == (wang.pk, str(family.pk), {"found": [family.pk]})
    ask(wang, "13900009999")
    assert Entry.objects.filter(verb="household.search_phone", subject_id="0").count() == 1


def test_a_number_is_shown_masked_and_not_in_the_box(ask, wang, family):
    html = ask(wang, PHONE).content.decode()
    assert "138****1234" in html and PHONE not in html


def test_words_stay_in_the_box(ask, wang, family):
    assert 'value="食品厂 3-2-501"' in ask(wang, " 食品厂  3-2-501 ").content.decode()


def test_nobody_finds_what_lies_outside_the_own_area(ask, family, outsider, wang):
    page = ask(outsider, "刘玉芳")
    assert not page.context["results"].households
    assert "没有找到，或者不在可以查看的范围内" in page.content.decode()
    assert ask(wang, "刘玉芳").context["results"].households.rows == [family]


def test_a_unit_searches_cases_only(ask, client, li, family):
    page = ask(li, "刘玉芳")
    assert page.context["results"].households is None
    html = page.content.decode()
    assert "住户可以这样找" not in html and "事项编号" in html


def test_who_may_do_neither_is_turned_away(client, clerk):
    client.force_login(clerk)
    assert client.get(SEARCH).status_code == 403


def test_cases_of_the_own_area_stand_below(ask, make_case, wang, outsider):
    case = make_case(subject="楼道灯不亮", at=timezone.now())
    for typed in ("楼道灯", case.number):
        assert ask(wang, typed).context["results"].cases == [case]
        assert ask(outsider, typed).context["results"].cases == []


def test_seven_cases_and_the_way_to_the_rest(ask, make_case, chen):
    for _ in range(8):
        make_case(subject="楼道灯不亮", area=XINCUN, at=timezone.now())
    page = ask(chen, "楼道灯")
    assert len(page.context["results"].cases) == 7
    assert "还有更多" in page.content.decode()


def test_more_households_than_are_shown(ask, make_household, wang):
    for number in range(21):
        make_household(f"3-1-{101 + number}", people=[(f"刘{chr(0x4E00 + number)}", "head")])
    page = ask(wang, "刘")
    assert len(page.context["results"].households) == 20
    assert "还有更多，请再加一个条件" in page.content.decode()


def test_a_household_that_moved_out_is_marked(ask, wang, family):
    keeping.move_out(family, on=timezone.localdate(), by=None)
    assert '<span class="tag">搬离</span>' in ask(wang, "食品厂").content.decode()


def test_a_page_costs_the_same_however_many_are_found(client, ask, make_household, wang, django_assert_max_num_queries):
    for number in range(15):
        make_household(f"3-1-{101 + number}", people=[("刘玉芳", "head")])
    address = ask(wang, "刘").redirect_chain[0][0]
    with django_assert_max_num_queries(12):
        client.get(address)


def test_nothing_typed_leads_to_what_can_be_typed(ask, wang):
    for typed in ("", "  ", "\x00", "\u200b"):
        page = ask(wang, typed)
        assert page.redirect_chain == [(SEARCH, 302)]
        assert "拼音首字母" in page.content.decode()


def test_odd_input_is_answered(ask, wang, family):
    for typed in ("%", "_", "\\", "<script>", "王" * 5000, "😀", "'"):
        page = ask(wang, typed)
        assert page.status_code == 200
        assert "<script>" not in page.content.decode().partition("<main")[2]


def test_part_of_a_phone_is_told_to_be_completed(ask, wang, family):
    assert "要输完整" in ask(wang, "1380000").content.decode()
