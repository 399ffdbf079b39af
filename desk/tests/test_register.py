"""Staff register for somebody."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Category, Report
from cases.states import Channel
from conftest import GRID, XINCUN, posted
from grids.levels import Level
from grids.models import Compound, Post, Posting

pytestmark = pytest.mark.django_db
URL = "/desk/cases/register/"


@pytest.fixture
def typed(ground):
    """A complete form."""

    def fill(**more) -> dict:
        return {
            "submission": str(uuid.uuid4()),
            "channel": "visit",
            "category": Category.objects.get(code="light-street").pk,
            "area": GRID,
            "place": "市政家属院3号楼",
            "text": "楼前路灯三天不亮",
            "name": "刘女士",
            "phone": "１３８ 0000-1234",
            "told": "on",
        } | more

    return fill


def test_a_grid_worker_registers_a_visit(client, wang, typed):
    client.force_login(wang)
    response = client.post(URL, typed(urgent="on", title="3号楼路灯不亮"))
    case = Case.objects.get()
    assert response.status_code == 302 and response["Location"] == case.get_absolute_url()
    assert (case.channel, case.created_by, case.area_id, case.urgent) == (Channel.VISIT, wang, GRID, True)
    report = case.reports.get()
    assert report.phone.plain == "13800001234" and report.name.plain == "刘女士"


def test_the_form_opens_with_the_own_grid_chosen(client, wang):
    client.force_login(wang)
    response = client.get(URL)
    shown = response.content.decode()
    assert f'<option value="{GRID}" selected>' in shown and f'value="{XINCUN}"' not in shown
    assert "no-store" in response["Cache-Control"] and "已口头告知" in shown


def test_places_and_people_are_those_of_the_own_scope(client, chen, wang, zhao, outsider, typed):
    client.force_login(chen)
    shown = client.get(URL).content.decode()
    assert f'value="{XINCUN}"' in shown and "王网格员" in shown
    assert "赵主任</option>" not in shown and "周主任" not in shown
    assert client.post(URL, typed(area="411002008001")).status_code == 200
    assert client.post(URL, typed(about=outsider.pk)).status_code == 200
    assert not Case.objects.exists()


def test_who_may_not_register_gets_403(client, qian, clerk, typed):
    for user in (qian, clerk):
        client.force_login(user)
        assert client.get(URL).status_code == 403
        assert client.post(URL, typed()).status_code == 403


def test_one_signs_in_first(client, ground):
    assert client.get(URL).status_code == 302


def test_the_same_form_twice_gives_the_same_case(client, wang, typed):
    client.force_login(wang)
    once = typed()
    first, second = client.post(URL, once), client.post(URL, once)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == Report.objects.count() == 1


def test_a_hotline_order_keeps_its_number_and_deadline(client, chen, typed):
    client.force_login(chen)
    assert "请填写工单编号" in client.post(URL, typed(channel="hotline")).content.decode()
    client.post(URL, typed(channel="hotline", external_number="GD-77", external_due_at="2026-12-01T18:00"))
    case = Case.objects.get()
    assert case.external_number == "GD-77"
    assert timezone.localtime(case.external_due_at).strftime("%Y-%m-%d %H:%M") == "2026-12-01 18:00"
    again = client.post(URL, typed(channel="hotline", external_number="GD-77", join=""))
    assert "已经登记过" in again.content.decode() and "楼前路灯三天不亮" in again.content.decode()


def test_a_name_wants_the_spoken_notice(client, wang, typed):
    client.force_login(wang)
    shown = client.post(URL, typed(told="")).content.decode()
    assert "请先口头告知" in shown and "楼前路灯三天不亮" in shown
    assert client.post(URL, typed(told="", name="", phone="", channel="group")).status_code == 302


def test_wrong_input_is_told_beside_the_field_and_everything_stays(client, wang, typed):
    client.force_login(wang)
    shown = client.post(URL, typed(phone="1380000", category="", text="路灯" * 2001)).content.decode()
    assert "请填写11位手机号" in shown and "请选择类别" in shown and "最多4000个字，现在有4002个字" in shown
    assert "市政家属院3号楼" in shown and 'aria-invalid="true"' in shown
    assert not Case.objects.exists()


def test_a_similar_open_case_is_shown_first_and_may_be_joined(client, wang, make_case, typed):
    case = make_case(title="3号楼前路灯不亮")
    client.force_login(wang)
    once = typed()
    shown = client.post(URL, once).content.decode()
    assert "还没有登记" in shown and case.number in shown and "楼前路灯三天不亮" in shown
    assert Case.objects.count() == 1
    assert client.post(URL, once | {"join": case.number})["Location"] == case.get_absolute_url()
    assert case.reports.count() == 2 and Case.objects.count() == 1
    assert client.post(URL, typed(join="")).status_code == 302
    assert Case.objects.count() == 2


def test_similar_cases_come_while_one_fills_in(client, wang, make_case, typed):
    case = make_case(title="3号楼前路灯不亮")
    client.force_login(wang)
    asked = {"area": GRID, "category": case.category_id}
    assert case.number in client.get(URL, asked, HTTP_HX_REQUEST="true").content.decode()


def test_a_complaint_goes_above_and_is_hidden_from_whom_it_is_about(client, chen, he, wang, typed):
    client.force_login(chen)
    client.post(URL, typed(about=wang.pk))
    case = Case.objects.get()
    assert (case.about, case.level) == (wang, Level.COMMUNITY)
    client.force_login(wang)
    assert client.get(case.get_absolute_url()).status_code == 404
    assert reverse("desk:case", args=[case.number]) == case.get_absolute_url()


class TestCompound:
    def test_the_compound_says_the_grid(self, client, chen, courtyard, typed):
        client.force_login(chen)
        assert "第一食品厂家属院" in client.get(URL).content.decode()
        assert client.post(URL, typed(area="", compound=courtyard.pk)).status_code == 302
        case = Case.objects.get()
        assert (case.area_id, case.compound) == (GRID, courtyard)

    def test_neither_place_nor_compound_is_refused(self, client, chen, courtyard, typed):
        client.force_login(chen)
        assert "请选择发生地" in client.post(URL, typed(area="")).content.decode()

    def test_a_compound_elsewhere_is_refused(self, client, chen, courtyard, typed):
        client.force_login(chen)
        shown = client.post(URL, typed(area=f"{XINCUN}001", compound=courtyard.pk)).content.decode()
        assert "这个小区不在所选的发生地" in shown
        foreign = Compound.objects.create(area_id="411002008001", name="外面的", kind="estate")
        assert client.post(URL, typed(compound=foreign.pk)).status_code == 200
        assert not Case.objects.exists()

    def test_a_compound_shared_by_grids_goes_with_the_own_one(self, client, wang, courtyard, typed):
        shared = Compound.objects.create(area_id=XINCUN, name="新村花园", kind="estate")
        client.force_login(wang)
        assert "请选择发生地" in client.post(URL, typed(area="", compound=shared.pk)).content.decode()
        assert client.post(URL, typed(compound=shared.pk)).status_code == 302
        assert Case.objects.get().compound == shared

    def test_a_courtyard_leader_reports_the_own_compound_only(self, client, courtyard, typed):
        leader = posted("leader", "马小云", "马庭院长", "")
        Posting.objects.create(
            user=leader,
            post=Post.objects.get(code="courtyard_leader"),
            compound=courtyard,
            valid_from=timezone.localdate(),
        )
        client.force_login(leader)
        shown = client.get(URL).content.decode()
        assert f'<option value="{courtyard.pk}" selected>' in shown and f'<option value="{GRID}" selected>' in shown
        assert "请选择您负责的小区" in client.post(URL, typed(compound="")).content.decode()
        response = client.post(URL, typed(compound=courtyard.pk), follow=True)
        case = Case.objects.get()
        assert response.status_code == 200 and "已登记，受理编号" in response.content.decode()
        assert case.compound == courtyard and Case.objects.visible_to(leader).get() == case

    def test_similar_cases_of_the_same_compound_come_first(self, client, wang, courtyard, make_case, typed):
        other = Compound.objects.create(area_id=GRID, name="别的院", kind="courtyard")
        here, elsewhere, nowhere = (make_case(compound=one) for one in (courtyard, other, None))
        client.force_login(wang)
        asked = {"area": GRID, "category": here.category_id, "compound": courtyard.pk}
        similar = client.get(URL, asked, HTTP_HX_REQUEST="true").context["similar"]
        assert similar == [here, nowhere] and elsewhere not in similar
