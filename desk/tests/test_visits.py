"""The supervisors' pages about visits: figures by place, opinions, campaigns, doors nobody opened, the ledger."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import Case
from conftest import GRID, XINCUN
from grids.models import Compound
from households.models import Household
from visits import services as visits
from visits.models import Campaign, Line, Standing

pytestmark = pytest.mark.django_db
COVERAGE, LIST = "/desk/coverage/", "/desk/coverage/households/"
OPINIONS, NOT_MET, CAMPAIGNS = "/desk/opinions/", "/desk/not-met/", "/desk/campaigns/"
NAME, WORDS = "欧阳静怡", "雨棚漏水滴到被子上"


@pytest.fixture
def look(client):
    """look(user, address, **query): the page as this person gets it."""

    def get(user, address, **query):
        client.force_login(user)
        return client.get(address, query)

    return get


@pytest.fixture
def send(client):
    """send(user, address, **posted): the answer to a form."""

    def post(user, address, **posted):
        client.force_login(user)
        return client.post(address, posted)

    return post


@pytest.fixture
def home(make_household) -> Household:
    return make_household(people=[(NAME, "head", "13800001234")])


@pytest.fixture
def opinion(home, make_visit, wang) -> Line:
    return make_visit(home, by=wang, topics={"parking": "refer"}, detail=WORDS).lines.get()


@pytest.fixture
def unopened(make_household, make_visit, wang) -> Household:
    found = make_household("3-2-502", people=[(NAME, "head")])
    for hours in (50, 25, 1):
        make_visit(found, "absent", by=wang, at=timezone.now() - timedelta(hours=hours))
    return found


def opinion_page(line: Line) -> str:
    return reverse("desk:opinion", args=[line.uuid])


def listed(response) -> list:
    return list(response.context["page"].rows)


# --- coverage


def test_each_level_reads_the_one_below_it(look, home, opinion, chen, zhao, qian, outsider):
    by = {user.username: [key for key, _, _ in look(user, COVERAGE).context["lines"]] for user in (chen, zhao, qian)}
    assert by == {"chen": [str(home.compound_id)], "zhao": [XINCUN], "qian": [XINCUN[:9]]}
    assert look(outsider, COVERAGE).context["lines"] == []
    down = look(qian, COVERAGE, area=XINCUN)
    assert [row.met for _, _, row in down.context["lines"]] == [1]
    assert look(outsider, COVERAGE, area=XINCUN).status_code == 404
    assert look(chen, COVERAGE, area=XINCUN[:9]).status_code == 404


def test_grids_are_told_apart_inside_the_own_community_only(look, home, chen, zhao, qian):
    assert [key for key, _, _ in look(chen, COVERAGE).context["grids"]] == [GRID]
    for user in (zhao, qian):
        assert look(user, COVERAGE, area=XINCUN).context["grids"] == []


def test_the_district_reads_figures_and_no_household(look, home, opinion, qian, sun):
    for user in (qian, sun):
        for address in (COVERAGE, f"{COVERAGE}?area={XINCUN}", OPINIONS, f"{OPINIONS}?area={XINCUN}"):
            page = look(user, address)
            text = page.content.decode()
            assert page.status_code == 200 and "家属院3号楼" not in text and WORDS not in text and "欧阳" not in text
            assert LIST not in text
        assert look(user, LIST).status_code == 403


def test_a_figure_leads_to_as_many_households(look, home, unopened, make_household, opinion, chen, zhao, outsider):
    due = make_household("3-2-503", people=[("孙某", "head")])
    page = look(chen, COVERAGE)
    row = page.context["lines"][0][2]
    assert (row.n, row.met, row.due, row.handed) == (3, 1, 1, 1)
    assert f"{LIST}?compound={home.compound_id}&amp;which=due" in page.content.decode()
    assert listed(look(chen, LIST, compound=home.compound_id, which="due")) == [due]
    assert listed(look(zhao, LIST, area=XINCUN, which="handed")) == [unopened]
    assert set(listed(look(chen, LIST, which="unmet"))) == {due, unopened}
    assert look(outsider, LIST, area=XINCUN).status_code == 404
    assert look(outsider, LIST, compound=home.compound_id).status_code == 404
    assert listed(look(outsider, LIST)) == []
    assert look(chen, LIST, which="nonsense").status_code == 404
    assert look(zhao, LIST, which="tagged_due").status_code == 404


def test_the_page_costs_the_same_for_many_places(look, home, make_household, chen):
    def asked() -> int:
        look(chen, COVERAGE)
        with CaptureQueriesContext(connection) as caught:
            look(chen, COVERAGE)
        return len(caught)

    few = asked()
    for n in range(12):
        yard = Compound.objects.create(area_id=GRID, name=f"{n}号院", kind="courtyard")
        make_household("12号", compound=yard, people=[(f"户{n}", "head")])
    assert asked() == few


def test_nobody_is_named_or_ranked_on_the_page(look, opinion, chen, wang):
    text = look(chen, COVERAGE).content.decode()
    assert wang.called not in text and wang.full_name not in text
    assert "定义" in text and "n＝1" in text


# --- opinions


def test_opinions_are_counted_by_theme_and_place_and_wait_first(look, opinion, home, make_visit, wang, chen, zhao):
    make_visit(home, by=wang, topics={"light": "record", "leak": "case"})
    page = look(chen, OPINIONS)
    assert [(t.name, t.n) for t in page.context["figures"].themes] == [("漏水渗水", 1), ("照明", 1), ("停车充电", 1)]
    assert list(page.context["list"].page.rows) == [opinion]
    assert len(look(chen, OPINIONS, view="all").context["list"].page.rows) == 3
    assert [row.topic.code for row in look(chen, OPINIONS, view="all", topic="leak").context["list"].page.rows] == [
        "leak"
    ]
    places = look(zhao, OPINIONS).context["figures"].places
    assert [(key, n) for key, _, n, _ in places] == [(XINCUN, 3)]


def test_what_waits_is_shown_whenever_it_was_said(look, opinion, chen):
    type(opinion.visit).objects.update(happened_at=timezone.now() - timedelta(days=400))
    page = look(chen, OPINIONS)
    assert page.context["figures"].n == 0 and list(page.context["list"].page.rows) == [opinion]


def test_the_community_decides_and_a_refusal_keeps_what_was_typed(look, send, opinion, chen):
    refused = send(chen, opinion_page(opinion), to="nothing", note="")
    assert "不办理要写明理由" in refused.content.decode()
    kept = send(chen, opinion_page(opinion), to="", note="先看看再说")
    assert "先看看再说" in kept.content.decode()
    assert send(chen, opinion_page(opinion), to="case", note="马上看").status_code == 302
    case = Case.objects.get()
    assert case.text == WORDS
    page = look(chen, opinion_page(opinion)).content.decode()
    assert "已立为事项" in page and reverse("desk:case", args=[case.number]) in page
    late = send(chen, opinion_page(opinion), to="nothing", note="重复")
    assert "已经定了：已立为事项" in late.content.decode()


def test_the_street_looks_on_and_others_see_nothing(look, send, opinion, zhao, outsider, qian, wang):
    page = look(zhao, opinion_page(opinion))
    assert page.status_code == 200 and "定下来" not in page.content.decode()
    assert send(zhao, opinion_page(opinion), to="consultation").status_code == 403
    assert look(outsider, opinion_page(opinion)).status_code == 404
    assert send(outsider, opinion_page(opinion), to="consultation").status_code == 404
    for user in (qian, wang):
        assert look(user, opinion_page(opinion)).status_code == 403
    assert list(look(outsider, OPINIONS).context["list"].page.rows) == []
    assert look(outsider, OPINIONS).context["figures"].n == 0


def test_several_are_decided_at_once(send, look, opinion, home, make_visit, wang, chen, outsider):
    other = make_visit(home, by=wang, topics={"light": "refer"}).lines.get()
    picked = [str(opinion.uuid), str(other.uuid), "nonsense"]
    bulk = reverse("desk:opinions-bulk")
    send(outsider, bulk, pick=picked, to="consultation")
    assert Line.objects.waiting().count() == 2
    send(chen, bulk, pick=picked, to="nothing", note="")
    send(chen, bulk, pick=picked, to="case")
    send(chen, bulk, to="consultation")
    assert Line.objects.waiting().count() == 2
    answer = send(chen, bulk, pick=picked, to="consultation", next="https://elsewhere.example/")
    assert answer.url == OPINIONS
    assert set(Line.objects.values_list("opinion_state", flat=True)) == {"consultation"}


def test_the_list_of_opinions_costs_the_same_for_many(look, home, make_visit, wang, chen):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            look(chen, OPINIONS)
        return len(caught)

    make_visit(home, by=wang, topics={"parking": "refer"})
    look(chen, OPINIONS)
    few = asked()
    for _ in range(10):
        make_visit(home, by=wang, topics={"parking": "refer", "light": "refer"})
    assert asked() == few


# --- campaigns


def test_a_campaign_is_planned_on_the_own_ground(look, send, home, make_visit, wang, chen, outsider):
    today = timezone.localdate()
    typed = {
        "name": "进百家门", "starts_date": today.isoformat(), "ends_date": (today + timedelta(days=30)).isoformat(),
        "target_percent": 90, "areas": [XINCUN],
    }  # fmt: skip
    new = reverse("desk:campaign-new")
    assert "活动范围" in send(chen, new, **{**typed, "areas": []}).content.decode()
    assert not Campaign.objects.exists()
    assert "请选择活动范围" not in send(outsider, new, **typed).content.decode() and not Campaign.objects.exists()
    assert send(chen, new, **typed).status_code == 302
    campaign = Campaign.objects.get()
    page = reverse("desk:campaign", args=[campaign.pk])
    assert listed(look(chen, page)) == [home]
    make_visit(home, by=wang)
    shown = look(chen, page)
    assert listed(shown) == [] and shown.context["total"].met == 1
    assert wang.called not in shown.content.decode()
    assert look(outsider, page).status_code == 404
    assert listed(look(outsider, CAMPAIGNS)) == []


def test_a_campaign_is_ended_by_who_has_its_ground(send, home, chen, zhao, outsider):
    plan = visits.Plan(
        "暖百家心", timezone.localdate(), timezone.localdate(), areas=[home.area.__class__.objects.get(pk=XINCUN[:9])]
    )
    campaign = visits.plan(plan, by=zhao)
    end = reverse("desk:campaign-end", args=[campaign.pk])
    assert send(chen, end).status_code == 403 and send(outsider, end).status_code == 404
    send(zhao, end)
    campaign.refresh_from_db()
    assert campaign.ended_at


# --- doors nobody opened


def test_the_community_settles_a_door_nobody_opened(look, send, unopened, chen, zhao, outsider):
    assert [row.household for row in listed(look(chen, NOT_MET))] == [unopened]
    assert listed(look(outsider, NOT_MET)) == []
    settle = reverse("desk:not-met-settle", args=[unopened.pk])
    assert send(zhao, settle, note="去过了").status_code == 403
    assert send(outsider, settle, note="去过了").status_code == 404
    assert "请填写" in send(chen, settle, note="").content.decode()
    assert send(chen, settle, note="电话联系到女儿").status_code == 302
    assert listed(look(chen, NOT_MET)) == []
    assert "已经处理过" in send(chen, settle, note="再来一次").content.decode()


def test_a_door_at_odds_with_the_register_is_checked_off_until_the_next_visit(look, send, home, make_visit, wang, chen):
    visit = make_visit(home, "vacant", by=wang, note="邻居说去年就空了")
    page = look(chen, NOT_MET, view="at-odds")
    assert [row.household for row in listed(page)] == [home] and "邻居说去年就空了" in page.content.decode()
    check = reverse("desk:not-met-check", args=[home.pk])
    assert "后来又有人走访" in send(chen, check, visit=visit.pk - 1, note="看过").content.decode()
    assert send(chen, check, visit=visit.pk, note="").status_code == 302
    assert listed(look(chen, NOT_MET, view="at-odds")) == []
    assert Standing.objects.get(household=home).checked_by == chen
    make_visit(home, "moved", by=wang)
    assert len(listed(look(chen, NOT_MET, view="at-odds"))) == 1


def test_what_the_register_says_by_now_is_left_out(look, home, make_visit, wang, chen):
    make_visit(home, "vacant", by=wang)
    Household.objects.filter(pk=home.pk).update(kind="vacant")
    assert listed(look(chen, NOT_MET, view="at-odds")) == []


# --- menu, home and ledger


def test_menu_and_home_show_what_waits(look, opinion, unopened, chen, wang, li):
    text = look(chen, "/desk/").content.decode()
    assert "走访听到的，等社区定怎么办" in text and "多次没人开门" in text
    for user in (wang, li):
        page = look(user, "/desk/").content.decode()
        assert OPINIONS not in page and COVERAGE not in page


def test_the_ledger_of_visits_is_masked_and_of_the_own_ground(look, opinion, chen, outsider, qian):
    ledger = reverse("desk:export-ledger", args=["visits"])
    book = load_workbook(io.BytesIO(b"".join(look(chen, ledger, masked=1, period="year").streaming_content)))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "停车充电" in cells and "待社区定" in cells and "欧阳*" in cells
    assert not any(NAME in cell or "2单元501" in cell or WORDS in cell for cell in cells)
    other = load_workbook(io.BytesIO(b"".join(look(outsider, ledger, masked=1).streaming_content)))
    assert not any("停车充电" in str(cell) for row in other.active.iter_rows(values_only=True) for cell in row)
    assert look(qian, ledger).status_code == 403
