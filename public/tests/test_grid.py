"""The public page of a grid, the finder, and the points: what is shown, and what never is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services import publishing
from conftest import GRID, XINCUN, moment, posted
from grids import shown
from grids.models import Area, Compound, Posting, ServiceCentre, ServicePoint
from public import catalog

pytestmark = pytest.mark.django_db
PAGE = f"/grid/{GRID}/"


def html_of(address: str, **more) -> str:
    catalog.forget()
    response = Client().get(address, **more)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def told(ground):
    """A grid that says who it is and has a number to call."""
    rows = Area.objects.filter(code=GRID)
    rows.update(about="第一食品厂家属院、六一路西段沿街楼院。", phone="0374-2331203", hours="每天8:00–20:00")
    return rows.get()


class TestRange:
    def test_what_the_grid_says_goes_before_the_names_of_its_compounds(self, told, courtyard):
        assert "六一路西段沿街楼院。" in html_of(PAGE)
        Area.objects.filter(code=GRID).update(about="")
        assert f'<p class="muted">{courtyard.name}</p>' in html_of(PAGE)

    def test_many_compounds_are_counted(self, told):
        Area.objects.filter(code=GRID).update(about="")
        for number in range(1, 9):
            Compound.objects.create(area_id=GRID, name=f"{number}号院", kind="courtyard")
        assert "1号院、2号院、3号院、4号院、5号院、6号院等8个小区和楼院" in html_of(PAGE)

    def test_invented_ground_says_so(self, told):
        Area.objects.filter(code=GRID).update(demonstration=False)
        assert "示范数据" not in html_of(PAGE)
        Area.objects.filter(code=GRID).update(demonstration=True)
        assert "示范数据" in html_of(PAGE)
        ServiceCentre.objects.create(area_id=XINCUN, name="新村社区党群服务中心", demonstration=True)
        assert html_of(f"/grid/{XINCUN}/").count("示范数据") == 2


class TestTeam:
    def test_surname_post_office_number_and_hours(self, told, wang, chen):
        Posting.objects.filter(user=wang).update(office_phone="0374-2331207", hours="每周三下午在社区")
        html = html_of(PAGE)
        assert "王网格员" in html and "陈书记" in html and "每周三下午在社区" in html
        assert 'href="tel:03742331207"' in html and "王建新" not in html and "陈立民" not in html

    def test_legal_posts_and_the_first_secretary_are_there_and_workers_of_the_community_are_not(self, told, he):
        posted("police", "周强", "周警官", "police", area=XINCUN)
        posted("lawyer", "何平", "", "lawyer", area=XINCUN)
        posted("first", "赵卫东", "", "grid_first_secretary", area=GRID)
        posted("leader", "马小云", "", "team_leader", area=XINCUN)
        html = html_of(PAGE)
        assert "周警官" in html and "何法律顾问" in html and "赵网格第一书记" in html
        assert "何专干" not in html and "马" not in html

    def test_order_is_community_then_grid_then_legal(self, told, wang, chen):
        posted("police", "周强", "周警官", "police", area=XINCUN)
        assert [one.called for one in shown.team_of(GRID)] == ["陈书记", "王网格员", "周警官"]

    def test_a_private_number_is_never_shown(self, told, wang):
        for written in ("13800001234", "138 0000 1234", "+86-138-0000-1234", "233转13800001234"):
            Posting.objects.filter(user=wang).update(office_phone=written)
            Area.objects.filter(code=GRID).update(phone=written)
            html = html_of(PAGE)
            assert "1380000" not in html and "138 " not in html and "138-" not in html

    def test_a_stand_in_takes_the_place_of_who_is_on_leave(self, told, wang, he):
        today = timezone.localdate()
        leave = {"leave_from": today, "leave_to": today + timedelta(days=3)}
        Posting.objects.filter(user=wang).update(stand_in=he, **leave)
        html = html_of(PAGE)
        assert "何专干" in html and "（替岗）" in html and "王网格员" not in html
        Posting.objects.filter(user=wang).update(stand_in=None)
        assert "王网格员" in html_of(PAGE)

    def test_who_left_or_has_no_account_any_more_is_not_shown(self, told, wang, chen):
        Posting.objects.filter(user=wang).update(valid_to=timezone.localdate() - timedelta(days=1))
        chen.is_active = False
        chen.save()
        html = html_of(PAGE)
        assert "王网格员" not in html and "陈书记" not in html and "团队名单还没有公布" in html

    @pytest.mark.parametrize(
        ("name", "title", "called"),
        [
            ("王建新", "王网格员", "王网格员"),
            ("王建新", "", "王网格长"),
            ("王建新", "王建新", "王网格长"),
            ("王建新", "王建新同志", "王网格长"),
            ("王建新", "建新", "王网格长"),
            ("欧阳修", "", "欧阳网格长"),
        ],
    )
    def test_nobody_is_called_by_the_whole_name(self, ground, name, title, called):
        person = posted("x", name, title, "")
        assert shown.called_in_public(person, "网格长") == called


class TestPage:
    def test_everything_of_the_prototype_is_there(self, told, wang):
        ServiceCentre.objects.create(area_id=XINCUN, name="新村社区党群服务中心", hours="每天8:30–20:00", offers="代缴")
        ServicePoint.objects.create(area_id=XINCUN, kind="employment", name="假发加工点", offers="手工", openings=6)
        html = html_of(PAGE)
        assert "<h1" in html and "第三网格" in html and "六一路西段" in html
        assert 'href="tel:03742331203"' in html and "每天8:00–20:00有人接听" in html
        assert f"/request/?grid={GRID}" in html and "新村社区党群服务中心" in html
        assert "假发加工点" in html and "招6人" in html and "开放" in html

    def test_without_a_number_of_its_own_the_communitys_then_12345(self, ground):
        assert 'href="tel:12345"' in html_of(PAGE) and "还没有公布值班电话" in html_of(PAGE)
        Area.objects.filter(code=XINCUN).update(phone="0374-1111111", hours="工作日")
        html = html_of(PAGE)
        assert 'href="tel:03741111111"' in html and "工作日有人接听" in html

    def test_a_merged_grid_leads_to_the_one_it_became(self, told):
        first, second = f"{XINCUN}001", f"{XINCUN}002"
        Area.objects.filter(code=first).update(merged_into=second, valid_to="2026-01-01")
        Area.objects.filter(code=second).update(merged_into=GRID, valid_to="2026-02-01")
        assert Client().get(f"/grid/{first}/").url == PAGE

    @pytest.mark.parametrize("code", ["411002005", "411002", "1", "abc", f"{XINCUN}999", "411002005003003x", "９" * 15])
    def test_what_is_no_grid_is_not_found(self, ground, code):
        assert Client().get(f"/grid/{code}/").status_code == 404

    def test_a_grid_out_of_service_is_not_found(self, told):
        Area.objects.filter(code=GRID).update(in_service=False)
        assert Client().get(PAGE).status_code == 404

    def test_a_circle_of_merged_grids_ends(self, told):
        Area.objects.filter(code=GRID).update(merged_into=f"{XINCUN}001")
        Area.objects.filter(code=f"{XINCUN}001").update(merged_into=GRID)
        assert Client().get(PAGE).status_code == 404

    def test_a_community_lists_its_grids(self, told):
        html = html_of(f"/grid/{XINCUN}/")
        assert "北大街道新村社区" in html and PAGE in html and "六一路西段" in html

    def test_a_warm_page_asks_only_which_grid_it_is(self, told, wang, django_assert_num_queries):
        html_of(PAGE)
        with django_assert_num_queries(1):
            Client().get(PAGE)


class TestFigures:
    def closed(self, make_case, chen, title="修好路灯", level=1, **more) -> Case:
        case = make_case(at=timezone.now() - timedelta(days=5), name="张三", text="张三家门口", **more)
        cases.set_title(case, title, by=chen)
        Case.objects.filter(pk=case.pk).update(status="closed", closed_at=timezone.now(), closed_level=level)
        case.refresh_from_db()
        if not publishing.obstacle(case):
            publishing.publish(case, title=title, text="楼前的路灯坏了。", by=chen)
        return case

    def test_few_are_not_counted_in_public(self, told, make_case):
        for _ in range(4):
            make_case(at=timezone.now() - timedelta(days=2))
        assert "不足5件" in html_of(PAGE)

    def test_received_closed_and_within_the_grid(self, told, make_case, chen, wang):
        for level in (0, 1, 2):
            self.closed(make_case, chen, level=level)
        for _ in range(4):
            make_case(at=timezone.now() - timedelta(days=2))
        make_case(at=timezone.now() - timedelta(days=40))
        make_case(at=timezone.now(), about=wang)
        make_case(at=timezone.now(), area=f"{XINCUN}001")
        html = html_of(PAGE)
        assert [html.count(f">{number}</div>") for number in (7, 3, 2)] == [1, 1, 1] and "不足5件" not in html

    def test_what_was_done_tells_nothing_of_residents(self, told, make_case, chen, wang):
        case = self.closed(make_case, chen)
        self.closed(make_case, chen, "两家吵架", category="neighbour-noise")
        self.closed(make_case, chen, "态度不好", about=wang)
        self.closed(make_case, chen, "别的网格", area=f"{XINCUN}001")
        html = html_of(PAGE)
        assert "修好路灯" in html and "网格办结" in html
        assert not any(words in html for words in ("两家吵架", "态度不好", "别的网格", "张三", "1380", case.number))


class TestFinder:
    def test_compounds_roads_and_communities_are_found(self, told, courtyard):
        assert PAGE in html_of("/grid/?q=食品") and PAGE in html_of("/grid/?q=健康路")
        assert f"/grid/{XINCUN}/" in html_of("/grid/?q=新村")
        assert "没有找到“&lt;b&gt;x”" in html_of("/grid/?q=<b>x")

    def test_without_words_streets_and_communities_are_listed(self, ground):
        html = html_of("/grid/")
        assert "北大街道" in html and f"/grid/{XINCUN}/" in html

    def test_a_shared_compound_leads_to_its_community(self, ground):
        Compound.objects.create(area_id=XINCUN, name="新村花园", kind="estate")
        assert f'href="/grid/{XINCUN}/"><span>新村花园' in html_of("/grid/?q=花园")

    def test_the_hall_leads_there(self, ground):
        html = html_of("/")
        assert 'href="/grid/"' in html and 'href="/points/"' in html


class TestPoints:
    @pytest.fixture
    def points(self, ground) -> None:
        make = ServicePoint.objects.create
        make(area_id=XINCUN, kind="service", name="代缴点", offers="代缴水电费", phone="0374-2331288", contact="李大姐")
        make(area_id=GRID, kind="employment", name="假发加工点", offers="手工", openings=6, state="full")
        make(area_id="411002008001", kind="service", name="理发点", offers="理发", state="closed")
        make(area_id=XINCUN, kind="service", name="撤掉的", offers="x", removed_date=moment("2026-01-01 00:00").date())

    def test_all_of_them_with_their_state_in_words(self, points):
        html = html_of("/points/")
        assert all(words in html for words in ("代缴点", "假发加工点", "理发点", "开放", "已满", "暂停", "李大姐"))
        assert "撤掉的" not in html and 'href="tel:03742331288"' in html

    def test_by_place_and_kind(self, points):
        html = html_of("/points/", data={"place": XINCUN})
        assert "代缴点" in html and "假发加工点" in html and "理发点" not in html
        html = html_of("/points/", data={"place": XINCUN[:9], "kind": "employment"})
        assert "假发加工点" in html and "代缴点" not in html
        assert "代缴点" in html_of("/points/", data={"place": GRID})
        assert "还没有登记的服务点" in html_of("/points/", data={"place": "411002008002"})

    @pytest.mark.parametrize("asked", [{"place": "x"}, {"kind": "x"}, {"page": "x"}, {"page": "999"}, {"place": "%"}])
    def test_nonsense_shows_everything(self, points, asked):
        assert "代缴点" in html_of("/points/", data=asked)

    def test_pages_follow_each_other(self, points):
        ServicePoint.objects.bulk_create(
            ServicePoint(area_id=XINCUN, kind="service", name=f"点{number:02}", offers="x") for number in range(30)
        )
        assert "第1页，共2页" in html_of("/points/") and "page=2" in html_of("/points/")
