"""督办 on the desk: the board, its list, the form of an order, the page of one, its paper, and where else it is met."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Coordination
from conftest import XINCUN
from desk import case_orders
from supervision.models import Order
from supervision.rules import Kind, State
from supervision.services import ordering
from supervision.services.sweeping import sweep
from supervision.tests.scene import DEMAND, WHY, answer, handed_out, order_on

pytestmark = pytest.mark.django_db
BOARD, LIST = "/desk/supervision/", "/desk/supervision/list/"
PHONE, WORDS = "13800001234", "楼前的路灯三天没亮了"


@pytest.fixture
def hand_out(make_case, zhao, qian, sun):
    """hand_out(days_ago=…, due_in=…): a case of a unit, with its public title."""

    def make(days_ago: int = 1, due_in: int | None = 5, code: str = "zhujian", **more) -> Case:
        at = timezone.now() - timedelta(days=days_ago)
        due = None if due_in is None else at + timedelta(days=due_in)
        case = make_case(at=at, **more)
        Case.objects.filter(pk=case.pk).update(title="3号楼前路灯不亮")
        case.refresh_from_db()
        return handed_out(case, at, zhao=zhao, qian=qian, sun=sun, due_at=due, code=code)

    return make


@pytest.fixture
def look(client):
    """look(user, address, **query): the page as this person gets it."""

    def get(user, address, **query):
        client.force_login(user)
        return client.get(address, query)

    return get


@pytest.fixture
def send(client):
    """send(user, address, **values): the answer to what this person typed."""

    def post(user, address, **values):
        client.force_login(user)
        return client.post(address, values)

    return post


def lanes(response) -> dict[str, set[str]]:
    return {lane.slug: {card.case.number for card in lane.cards} for lane in response.context["board"].lanes}


def typed(**more) -> dict:
    due = timezone.localtime() + timedelta(days=4)
    return {"kind": "first", "why": WHY, "demand": DEMAND, "answer_by": f"{due:%Y-%m-%dT%H:%M}", **more}


def test_each_case_stands_in_the_lane_of_how_far_it_is(look, hand_out, sun, li, zhao, make_case):
    unsigned, working, urged, ordered, answered = (hand_out() for _ in range(5))
    for case in (working, urged, ordered, answered):
        cases.sign(case, by=li)
    ordering.urge(Case.objects.get(pk=urged.pk), f"late:{urged.step}", "超过办理期限1天", at=timezone.now())
    order_on(ordered, timezone.now(), by=sun)
    cases.resolve(answered, 4, "已修好", by=li)
    of_street = make_case(at=timezone.now(), area=XINCUN[:9])
    order_on(of_street, timezone.now(), by=sun)
    found = lanes(look(sun, BOARD))
    assert found == {
        "unsigned": {unsigned.number},
        "working": {working.number},
        "urged": {urged.number},
        "ordered": {ordered.number, of_street.number},
        "confirming": {answered.number},
    }
    text = look(sun, BOARD).content.decode()
    assert "督办单第1号，限" in text and "催办" in text and "等社区验收、居民确认" in text and "北大街道" in text
    assert PHONE not in text and "刘女士" not in text


def test_a_card_counts_site_visits_and_meetings(look, hand_out, sun):
    case = hand_out()
    for kind in ("site", "site", "meeting"):
        Coordination.objects.create(
            case=case, kind=kind, held_at=timezone.now(), place="现场", findings="看过", noted_by=sun
        )
    assert "现场查看2次，会商1次" in look(sun, BOARD).content.decode()


def test_the_board_is_narrowed_by_unit_street_and_category(look, hand_out, sun):
    house, city = hand_out(), hand_out(code="chengguan")
    unit = city.handling_unit_id
    every = {house.number, city.number}
    for query, expected in (
        ({"unit": unit}, {city.number}),
        ({"area": XINCUN[:9]}, every),
        ({"area": "411002008"}, set()),
        ({"category": house.category.parent.code}, every),
    ):
        assert lanes(look(sun, BOARD, **query))["unsigned"] == expected, query
    wrong = look(sun, BOARD, unit="x")
    assert "无法识别" in wrong.content.decode() and lanes(wrong)["unsigned"] == every


def test_units_stand_by_name_with_what_is_late_and_what_was_ended(look, hand_out, sun, li, chen):
    hand_out(code="ranqi")
    hand_out(days_ago=9, due_in=3)
    done = hand_out()
    cases.sign(done, by=li)
    cases.resolve(done, 4, "已修好", by=li)
    cases.accept(done, by=chen)
    cases.confirm(done, "solved", "satisfied", report=done.reports.get())
    rows = {row.name: row for row in look(sun, BOARD).context["board"].units}
    assert list(rows) == ["区住建局", "天然气公司"]
    row = rows["区住建局"]
    assert (row.in_hand, row.over, row.done, row.solved) == (1, 1, 1, 1)
    assert row.bars == [("bar-over", "0.0%", "100.0%")]


def test_twenty_cards_cost_as_many_queries_as_two(client, hand_out, sun):
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def fill(count: int) -> None:
        for _ in range(count):
            case = hand_out()
            ordering.propose(case, "reports:3", "已有3人反映同一问题", at=timezone.now())
            order_on(hand_out(), timezone.now(), by=sun)

    client.force_login(sun)
    fill(2)
    queries(BOARD)
    addresses = (BOARD, f"{LIST}?lane=ordered", "/desk/")
    two = {address: queries(address) for address in addresses}
    fill(6)
    assert {address: queries(address) for address in addresses} == two
    assert max(two.values()) < 36, two


def test_a_lane_is_a_list_with_pages(look, hand_out, sun):
    for _ in range(22):
        hand_out()
    board = look(sun, BOARD)
    assert len(lanes(board)["unsigned"]) == 20 and "全部待签收" in board.content.decode()
    first = look(sun, LIST, lane="unsigned").context["list"]
    rest = look(sun, LIST, lane="unsigned", page=first.page.next_cursor).context["list"]
    assert (len(first.cards), len(rest.cards)) == (20, 2)
    assert look(sun, LIST, lane="nonsense").context["list"].lane == "unsigned"


def test_htmx_gets_lanes_and_table_alone(client, hand_out, sun):
    hand_out()
    client.force_login(sun)
    fragment = client.get(BOARD, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode() and "HX-Request" in fragment["Vary"]


def test_an_order_is_sent_from_its_case(look, send, hand_out, sun, qian, li):
    case = hand_out()
    address = reverse("desk:order-new", args=[case.number])
    assert "发督办单" in look(sun, address).content.decode()
    part = case_orders.gather(case, sun)
    assert (part.next_label, part.next_url) == ("发督办单", address)
    assert send(sun, address, **typed(document_number="魏办督〔2026〕5号")).status_code == 302
    order = Order.objects.get()
    assert (order.called, order.demand, order.document_number) == ("督办单第1号", DEMAND, "魏办督〔2026〕5号")
    assert case_orders.gather(case, li).orders == [order] and not case_orders.gather(case, li).next_url
    for user in (qian, li):
        assert look(user, address).status_code == 403


def test_what_was_typed_stays_where_something_is_missing_or_over(send, hand_out, sun):
    address = reverse("desk:order-new", args=[hand_out().number])
    page = send(sun, address, **typed(demand="", answer_by="2020-01-01T10:00"))
    text = page.content.decode()
    assert page.status_code == 200 and "请填写要求" in text and "答复期限要晚于现在" in text and WHY in text
    assert not Order.objects.exists()


def test_a_form_that_another_order_overtook_keeps_what_was_typed(look, send, hand_out, sun):
    case = hand_out()
    address = reverse("desk:order-new", args=[case.number])
    order_on(case, timezone.now(), by=sun)
    assert "还没有到答复期限" in look(sun, address).content.decode()
    page = send(sun, address, **typed())
    assert page.status_code == 409 and DEMAND in page.content.decode() and Order.objects.count() == 1


def test_a_proposal_is_sent_or_dismissed(look, send, hand_out, sun):
    first, second = hand_out(), hand_out()
    made = [ordering.propose(case, "reports:3", "已有3人反映同一问题", at=timezone.now()) for case in (first, second)]
    page = look(sun, BOARD)
    assert [order.pk for order in page.context["board"].proposed] == [order.pk for order in made]
    issue, dismiss = (reverse("desk:order-act", args=[made[n].pk, act]) for n, act in enumerate(("issue", "dismiss")))
    assert "已有3人反映同一问题" in look(sun, issue).content.decode()
    assert send(sun, issue, **typed()).status_code == 302
    refused = send(sun, dismiss, reason="")
    assert "请填写理由" in refused.content.decode()
    assert send(sun, dismiss, reason="已安排现场会").status_code == 302
    assert list(Order.objects.order_by("pk").values_list("state", flat=True)) == [State.ISSUED, State.DISMISSED]
    again = send(sun, dismiss, reason="另一个理由")
    assert again.status_code == 409 and "另一个理由" in again.content.decode()


def test_an_answer_is_accepted_or_sent_back_on_the_orders_page(look, send, hand_out, sun, li):
    order = order_on(hand_out(), timezone.now(), by=sun)
    assert "去签收和答复" in look(li, order.get_absolute_url()).content.decode()
    answer(order, timezone.now(), by=li)
    page = look(sun, order.get_absolute_url()).content.decode()
    assert "认可答复" in page and "已派工" in page
    refuse, accept = (reverse("desk:order-act", args=[order.pk, act]) for act in ("refuse", "accept"))
    kept = send(sun, refuse, reason="没有写整改时间", answer_by="")
    assert "没有写整改时间" in kept.content.decode() and "请填写重新答复期限" in kept.content.decode()
    due = timezone.localtime() + timedelta(days=9)
    assert send(sun, refuse, reason="没有写整改时间", answer_by=f"{due:%Y-%m-%dT%H:%M}").status_code == 302
    assert "没有认可，等待重新答复" in look(sun, order.get_absolute_url()).content.decode()
    answer(order, timezone.now(), by=li, text="12月5日完工")
    assert send(sun, accept, note="").status_code == 302
    order.refresh_from_db()
    assert order.state == State.ACCEPTED and "没有要做的事" in look(sun, order.get_absolute_url()).content.decode()


def test_others_do_not_see_an_order(look, hand_out, sun, wang, chen, outsider, clerk):
    order = order_on(hand_out(), timezone.now(), by=sun)
    address, paper = order.get_absolute_url(), reverse("desk:order-sheet", args=[order.pk])
    for user in (wang, chen, outsider):
        assert look(user, address).status_code == look(user, paper).status_code == 404
    assert look(clerk, address).status_code == look(chen, BOARD).status_code == 403


def test_the_paper_says_what_is_demanded_and_nothing_about_residents(look, hand_out, sun):
    case = hand_out()
    Case.objects.filter(pk=case.pk).update(title="")
    order = order_on(case, timezone.now(), by=sun)
    text = look(sun, reverse("desk:order-sheet", args=[order.pk])).content.decode()
    assert DEMAND in text and "督办单第1号" in text and "区住建局" in text and "盖章" in text and "签收人" in text
    assert "北大街道新村社区" in text
    for secret in (PHONE, "刘女士", WORDS, case.place, "第三网格"):
        assert secret not in text


def test_an_urge_has_a_page_and_no_paper(look, hand_out, sun, li):
    case = hand_out(days_ago=9, due_in=2)
    sweep()
    order = Order.objects.get(kind=Kind.URGE)
    text = look(li, order.get_absolute_url()).content.decode()
    assert "催办不用单独答复" in text and case.number in text.replace("-", "")
    assert look(sun, reverse("desk:order-sheet", args=[order.pk])).status_code == 404


def test_the_work_list_and_the_menu_of_the_office_say_what_waits(look, hand_out, sun, li, qian):
    ordering.propose(hand_out(), "reports:3", "已有3人反映同一问题", at=timezone.now())
    order = order_on(hand_out(), timezone.now(), by=sun)
    answer(order, timezone.now(), by=li)
    page = look(sun, "/desk/").content.decode()
    assert "建议督办" in page and "已答复，待认可" in page and '<span class="n">2</span>' in page
    for user in (qian, li):
        other = look(user, "/desk/")
        assert not other.context["orders"]
