"""Boards and the lists behind: who reads which, what stands on them, how many queries they cost."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agency.states import Step
from agency.tests.test_running import run
from audit.models import Entry
from conftest import GRID, XINCUN, moment
from dashboards.tests.making import scatter
from mediation.tests.making import agreed, open_dispute

pytestmark = pytest.mark.django_db
BOARD, LIST = "/boards/", "/boards/cases/"
AUTUMN = "period=custom&from=2026-08-01&to=2026-11-20"


def page(client, user, address: str):
    client.force_login(user)
    return client.get(address)


def test_every_level_opens_its_own_board(client, wang, chen, zhao, qian, sun):
    for user, heading in ((wang, "新村社区"), (chen, "新村社区"), (zhao, "北大街道"), (qian, "全区"), (sun, "全区")):
        answer = page(client, user, BOARD)
        assert answer.status_code == 200
        assert heading in answer.content.decode()


def test_the_street_reads_its_communities_and_no_other_street(client, zhao, outsider):
    assert page(client, zhao, f"{BOARD}?area={XINCUN}").status_code == 200
    assert page(client, outsider, f"{BOARD}?area={XINCUN}").status_code == 404
    for code in (XINCUN[:9], "411002", "411002008", GRID, "9", "<script>"):
        wanted = 200 if code == XINCUN[:9] else 404
        assert page(client, zhao, f"{BOARD}?area={code}").status_code == wanted
        assert page(client, zhao, f"{LIST}?of=received&area={code}").status_code == wanted


def test_grids_are_told_apart_by_their_own_community_alone(client, chen, he, wang, zhao, qian, make_case):
    make_case(at=timezone.now())
    for user, sees in ((chen, True), (he, True), (wang, False), (zhao, False), (qian, False)):
        text = page(client, user, f"{BOARD}?area={XINCUN}").content.decode()
        assert ("按网格编号排列" in text) is sees, user.username


def test_rows_stand_in_code_order_and_name_nobody(client, qian, wang, make_case):
    scatter(60)
    make_case(at=timezone.now(), by=wang)
    text = page(client, qian, f"{BOARD}?{AUTUMN}").content.decode()
    table = text[text.index('id="b-places"') :]
    places = [table.index(name) for name in ("西大街道", "东大街道", "西关街道", "北大街道", "丁庄街道")]
    assert places == sorted(places)
    assert "王建新" not in text and "王网格员" not in text


def test_a_board_below_shows_the_line_of_the_district(client, chen, qian):
    assert "全区同期收到" in page(client, chen, BOARD).content.decode()
    assert "全区同期收到" not in page(client, qian, BOARD).content.decode()


def test_htmx_gets_the_board_alone(client, qian):
    client.force_login(qian)
    whole, part = client.get(BOARD), client.get(BOARD, headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode() and "<html" not in part.content.decode()
    assert "各层级解决占比" in part.content.decode()


def test_a_long_breakdown_below_the_district_is_fetched_when_somebody_comes_to_it(client, zhao, qian, make_case):
    case = make_case(at=timezone.now())
    street, named = case.street, case.category.name
    address = f"/boards/?area={street}&period=year"
    text = page(client, zhao, address).content.decode()
    part = text[text.index('id="kinds"') :].partition("</section>")[0]
    assert f"?area={street}&amp;period=year&amp;kinds=1" in part and named not in part
    fetched = client.get(f"{address}&kinds=1", headers={"HX-Request": "true", "HX-Target": "kinds"}).content.decode()
    assert fetched.lstrip().startswith("<section") and fetched.count("<section") == 1
    assert named in fetched and "hx-get" not in fetched
    whole = client.get(f"{address}&kinds=1").content.decode()
    assert "<html" in whole and fetched.strip() in whole, "the way without scripts"
    short = client.get(f"/boards/?area={street}&period=month").content.decode()
    district = page(client, qian, "/boards/?period=year").content.decode()
    assert "kinds=1" not in short + district


def test_a_period_that_cannot_be_read_says_so_and_keeps_what_was_typed(client, qian):
    text = page(client, qian, f"{BOARD}?period=custom&from=2026-13-01&to=2026-11-02").content.decode()
    assert "没有写全" in text and 'value="2026-13-01"' in text


def test_every_number_leads_to_its_list(client, qian):
    scatter(80)
    board = page(client, qian, f"{BOARD}?{AUTUMN}").context["board"]
    for figure in [*board.rates, *board.counts, *board.shares]:
        answer = client.get(figure.url)
        assert answer.status_code == 200
        if figure.numerator is None:
            assert answer.context["found"] == figure.n


def test_disputes_and_errands_lead_to_the_lists_behind_them(client, he, wang, chen, zhao, make_errand):
    agreed(open_dispute(he), he)
    open_dispute(he, at=moment("2026-10-05 10:00"), happened_date=date(2026, 10, 4))
    for _ in range(5):
        run(make_errand(), by=wang, until=Step.DONE)
    make_errand()
    days = "period=custom&from=2026-11-01&to=2026-11-30"
    for user in (wang, chen, zhao):
        beside = {
            f.code: (f, opens)
            for f, opens in page(client, user, f"{BOARD}?{days}&area={XINCUN}").context["board"].beside
        }
        found = {}
        for code in ("disputes", "settled_disputes", "same_day", "first_time"):
            figure, opens = beside[code]
            assert opens
            answer = client.get(figure.page_url)
            assert answer.status_code == 200 and "无法识别" not in answer.content.decode()
            found[code] = len(answer.context["list"].rows)
        # A dispute lies with the community: its grids are counted on the board and see none.
        disputes = 0 if user == wang else 1
        assert found == {"disputes": disputes, "settled_disputes": disputes, "same_day": 5, "first_time": 5}
        assert all(client.get(beside[code][0].page_url).status_code == 200 for code in ("legal", "consultations"))


def test_unknown_lists_are_not_there(client, qian):
    assert page(client, qian, f"{LIST}?of=secrets").status_code == 404
    assert page(client, qian, LIST).status_code == 404


def test_what_the_reader_may_not_see_is_counted_and_not_listed(client, chen, wang, zhao, make_case):
    make_case(at=timezone.now(), title="楼道灯")
    make_case(at=timezone.now(), text="说的就是网格员的态度", about=wang)
    address = f"{LIST}?of=open&area={XINCUN}"
    text = page(client, wang, address).content.decode()
    assert "数字里还有1件" in text and "态度" not in text
    board = page(client, wang, f"{BOARD}?area={XINCUN}").context["board"]
    assert board.figures["open"].value == 2


def test_lists_and_boards_cost_as_many_queries_for_many_as_for_few(client, qian):
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    client.force_login(qian)
    addresses = [f"{BOARD}?{AUTUMN}", f"{BOARD}?{AUTUMN}&area=411002005", f"{LIST}?of=received&{AUTUMN}"]
    scatter(40, seed=1)
    for address in addresses:
        client.get(address)
    few = [queries(address) for address in addresses]
    scatter(300, seed=2)
    assert [queries(address) for address in addresses] == few
    assert few[0] <= 45


def test_who_has_no_board_is_refused(client, li, clerk):
    for user in (li, clerk):
        assert page(client, user, BOARD).status_code == 403
        assert page(client, user, f"{LIST}?of=open").status_code == 403


def test_the_menu_offers_boards_to_who_has_one(client, chen, li):
    assert reverse("boards:board") in page(client, chen, reverse("desk:home")).content.decode()
    assert f'href="{reverse("boards:board")}"' not in page(client, li, reverse("desk:home")).content.decode()


def test_weights_are_edited_with_an_audit_entry(client, admin_user):
    client.force_login(admin_user)
    client.post("/admin/dashboards/dimensionweight/add/", {"measure": "solved", "weight": 70})
    assert Entry.objects.filter(verb="dimensionweight.added").exists()
    assert client.get("/admin/dashboards/rollupfault/").status_code == 200
