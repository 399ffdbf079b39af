"""队伍和岗位: what the pages show, who sees them, and what is done from them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from conftest import GRID, XINCUN, posted
from desk.arranging import colleagues, find_people, may_arrange
from grids.models import Area, Building, Entrance, Organization, Partnership, Post, Posting
from grids.services import handovers, postings
from grids.services.postings import Place

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"desk:{name}", args=args)


def day(offset: int = 0):
    """A date near today."""
    return timezone.localdate() + timedelta(days=offset)


def post(code: str) -> Post:
    return Post.objects.get(code=code)


def read(client, user, path: str, query=None) -> str:
    client.force_login(user)
    answer = client.get(path, query or {})
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def feng(ground):
    return posted("feng", "冯大伟", "冯先生", "")


@pytest.fixture
def served(courtyard, feng, chen) -> Posting:
    """feng leads building 3 and its first entrance."""
    building = Building.objects.get(number=3)
    postings.appoint(feng, post("entrance_leader"), Place.of(building.entrances.get(number=1)), by=chen)
    return postings.appoint(feng, post("building_leader"), Place.of(building), by=chen)


# --- the list


def test_the_community_reads_figures_and_people(client, chen, served):
    page = read(client, chen, at("posts"))
    # one team leader, one courtyard leader, two buildings, two entrances
    assert "应有6岗，在任2，空缺4" in page
    assert "五级岗位" in page and "三级岗位" not in page
    assert "冯先生" in page and "冯大伟" not in page
    assert "兼3号楼1单元单元长" in page and "兼3号楼楼栋长" in page
    assert "办交接" in page


@pytest.mark.parametrize(
    ("query", "there", "away"),
    [
        ({"view": "vacant", "post": "entrance_leader"}, "2单元", "冯先生"),
        ({"view": "standing"}, "没有人替岗", "冯先生"),
        ({"view": "team"}, "陈书记", "冯先生"),
        ({"view": "former"}, "没有曾任的人", "办交接"),
        ({"q": "冯"}, "3号楼1单元", "1号楼"),
        ({"q": "3号楼2"}, "3号楼2单元", "3号楼1单元<"),
        ({"q": "没有"}, "没有符合条件", "办交接"),
        ({"post": "building_leader"}, "3号楼", "3号楼1单元<"),
        ({"compound": "999999"}, "没有符合条件", "办交接"),
        ({"view": "nonsense", "page": "x"}, "冯先生", "没有符合"),
    ],
)
def test_views_and_filters(query, there, away, client, chen, served):
    page = read(client, chen, at("posts"), query)
    rows = page[page.index("filter-bar") :]
    rows = rows[rows.index("</form>") :]
    assert there in rows and away not in rows


def test_how_a_posting_stands_now(client, chen, he, served, wang):
    postings.grant_leave(served, leave_from=day(), leave_to=day(3), stand_in=he, by=chen)
    page = read(client, chen, at("posts"))
    assert "请假，何专干替岗到" in page and "提前销假" in page and "B角何专干" in page
    assert '替岗中<span class="n">1' in page
    handovers.order_handover(wang.postings.get(), he, last_date=day(2), by=chen)
    page = read(client, chen, at("posts"), {"view": "team"})
    assert "交接中，等接任人确认" in page and "看交接" in page


def test_leave_with_nobody_standing_in_is_said(client, chen, served):
    postings.grant_leave(served, leave_from=day(), leave_to=day(3), by=chen)
    page = read(client, chen, at("posts"))
    assert page.count("还没有人替") == 2 and "1人请假没有人替" in page


def test_the_former_and_how_long_a_seat_stands_vacant(client, chen, served):
    Posting.objects.filter(pk=served.pk).update(valid_from=day(-90), valid_to=day(-27))
    page = read(client, chen, at("posts"))
    assert "空缺27天" in page and "前任冯先生" in page
    assert "冯先生" in read(client, chen, at("posts"), {"view": "former"})


def test_a_rural_community_shows_three_levels(client, chen, courtyard):
    Area.objects.filter(pk=XINCUN).update(kind="rural")
    courtyard.kind, courtyard.setting = "group", "rural"
    courtyard.save()
    page = read(client, chen, at("posts"))
    assert "三级岗位" in page and "党员中心户" in page and "五级岗位" not in page


def test_a_long_list_has_pages(client, chen, courtyard):
    building = Building.objects.get(number=1)
    Entrance.objects.bulk_create(Entrance(building=building, number=n) for n in range(1, 51))
    page = read(client, chen, at("posts"), {"post": "entrance_leader", "page": "3"})
    assert "第41–52岗，共52岗" in page and "下一页" in page


def test_street_and_district_drill_down(client, zhao, qian, served):
    page = read(client, zhao, at("posts"))
    assert "北大街道新村社区" in page and at("posts-area", XINCUN) in page and "街道主任" in page
    page = read(client, qian, at("posts"))
    assert at("posts-area", XINCUN[:9]) in page and "区委组织部负责人" in page
    assert "冯先生" in read(client, qian, at("posts-area", XINCUN))


def test_somebody_with_several_communities_chooses_among_them(client, ground):
    many = posted("many", "何局长", "何局长", "community_first_secretary", area=XINCUN)
    Posting.objects.create(user=many, post=post("community_first_secretary"), area_id="411002005001")
    page = read(client, many, at("posts"))
    assert at("posts-area", XINCUN) in page and at("posts-area", "411002005001") in page


def test_the_grid_worker_reads_the_own_grid_and_arranges_nothing(client, wang, served):
    page = read(client, wang, at("posts"))
    assert "第三网格" in page and "冯先生" in page
    assert "安排岗位" not in page and "办交接" not in page
    assert client.get(at("posts-area", XINCUN)).status_code == 404
    assert client.get(at("post-new", GRID)).status_code == 403


def test_queries_do_not_grow_with_the_list(client, chen, qian, served, django_assert_max_num_queries):
    client.force_login(chen)
    with django_assert_max_num_queries(40):
        client.get(at("posts"))
    for number in range(10, 20):
        building = Building.objects.create(compound=served.compound, area_id=GRID, number=number)
        Entrance.objects.bulk_create(Entrance(building=building, number=n) for n in range(1, 5))
    with django_assert_max_num_queries(40):
        client.get(at("posts"))
    client.force_login(qian)
    with django_assert_max_num_queries(25):
        client.get(at("posts"))


# --- who may


def test_who_sees_and_who_does_what(client, served, outsider, sun, li, clerk, wang, he):
    paths = [at("posts-area", XINCUN), at("posting", served.pk), at("team", GRID)]
    client.force_login(outsider)
    assert [client.get(path).status_code for path in paths] == [404] * 3
    for person in (sun, clerk):
        client.force_login(person)
        assert [client.get(path).status_code for path in paths[:2]] == [403] * 2
    client.force_login(wang)
    for name in ("post-leave", "post-end", "handover-new"):
        assert client.get(at(name, served.pk)).status_code == 403
    assert client.post(at("post-return", served.pk)).status_code == 403
    client.force_login(he)
    assert client.get(at("post-return", served.pk)).status_code == 405
    client.logout()
    assert client.get(at("posts")).status_code == 302


def test_rights_are_not_handed_out_upward(chen, he, zhao, qian, li, ground):
    community, grid = Place(area=Area.objects.get(pk=XINCUN)), Place(area=Area.objects.get(pk=GRID))
    assert may_arrange(he, post("grid_chief"), grid)
    assert may_arrange(he, post("police"), community)
    assert not may_arrange(he, post("community_secretary"), community)
    assert may_arrange(zhao, post("community_secretary"), community)
    assert not may_arrange(chen, post("street_worker"), Place(area=Area.objects.get(pk=XINCUN[:9])))
    assert not may_arrange(qian, post("supervisor_head"), Place(area=Area.objects.get(pk="411002")))
    unit = Place(unit=Organization.objects.get(code="zhujian"))
    assert may_arrange(qian, post("unit_head"), unit)
    assert not may_arrange(zhao, post("unit_head"), unit) and not may_arrange(li, post("unit_worker"), unit)


def test_a_community_worker_does_not_touch_the_secretary(client, he, chen):
    client.force_login(he)
    row = chen.postings.get()
    assert client.get(at("posting", row.pk)).status_code == 200
    assert client.get(at("post-end", row.pk)).status_code == 403
    assert client.get(at("handover-new", row.pk)).status_code == 403


# --- arranging


def test_people_are_found_by_name_or_account_and_a_phone_is_never_taken_from_the_address(client, chen, feng, courtyard):
    feng.take_phone("13800005678")
    feng.save()
    assert find_people("冯") == [] and find_people("冯大") == find_people("feng") == [feng]
    assert find_people("138 0000 5678") == [] and find_people("1380000") == []
    feng.is_active = False
    feng.save()
    assert find_people("冯大伟") == []
    feng.is_active = True
    feng.save()
    query = {"post": "building_leader", "place": f"building-{Building.objects.get(number=3).pk}", "q": "冯大伟"}
    page = read(client, chen, at("post-new", XINCUN), query)
    assert "冯先生　冯大伟" in page and "138****" not in page and "13800005678" not in page


def test_somebody_is_put_on_a_post(client, chen, feng, courtyard):
    client.force_login(chen)
    path, place = at("post-new", XINCUN), f"building-{Building.objects.get(number=3).pk}"
    typed = {"post": "building_leader", "place": place, "q": "冯大伟", "user": feng.pk, "valid_from": str(day())}
    answer = client.post(path, typed | {"office_phone": "13800001234", "hours": "周三下午"})
    page = answer.content.decode()
    assert "个人手机号" in page and "周三下午" in page
    answer = client.post(path, typed | {"office_phone": "0374-2988123"}, follow=True)
    assert "已安排冯先生任第一食品厂家属院3号楼楼栋长" in answer.content.decode()
    assert "冯先生已经是" in client.post(path, typed).content.decode()
    assert Posting.objects.filter(user=feng).count() == 1


def test_nobody_puts_oneself_on_a_post(client, chen, courtyard):
    client.force_login(chen)
    place = f"building-{Building.objects.get(number=3).pk}"
    typed = {"post": "building_leader", "place": place, "q": "chen", "user": chen.pk, "valid_from": str(day())}
    assert "不能给自己" in client.post(at("post-new", XINCUN), typed).content.decode()


def test_a_place_with_more_than_its_number_is_warned_about(client, chen, feng, wang):
    Post.objects.filter(code="volunteer").update(establishment=2)
    client.force_login(chen)
    for number in range(3):
        person = posted(f"v{number}", f"许小{'一二三'[number]}", "许先生", "")
        typed = {"post": "volunteer", "place": f"area-{GRID}", "q": person.username, "user": person.pk}
        answer = client.post(at("post-new", XINCUN), typed | {"valid_from": str(day())}, follow=True)
    assert "应有2人，现在多于这个数" in answer.content.decode()


def test_leave_and_back_over_the_pages(client, chen, he, served):
    client.force_login(chen)
    path = at("post-leave", served.pk)
    assert "还没有定" in client.get(path).content.decode()
    bad = client.post(path, {"leave_from": str(day(2)), "leave_to": str(day())})
    assert "不能早于第一天" in bad.content.decode() and str(day(2)) in bad.content.decode()
    done = client.post(path, {"leave_from": str(day()), "leave_to": str(day(2)), "stand_in": he.pk}, follow=True)
    assert "何专干替岗到" in done.content.decode()
    back = client.post(at("post-return", served.pk), follow=True).content.decode()
    assert "冯先生已销假" in back
    assert "没有请假" in client.post(at("post-return", served.pk), follow=True).content.decode()


def test_ending_asks_for_a_handover_where_something_is_held(client, chen, wang, make_case, served):
    cases.sign(make_case(at=timezone.now()), by=wang)
    client.force_login(chen)
    row = wang.postings.get()
    refused = client.post(at("post-end", row.pk), {"last_date": str(day())}).content.decode()
    assert "手里还有在办事项1件" in refused and "请办交接" in refused
    done = client.post(at("post-end", served.pk), {"last_date": str(day())}, follow=True).content.decode()
    assert "已登记冯先生卸任" in done


def test_one_posting_with_its_history(client, chen, served, he):
    page = read(client, chen, at("posting", served.pk))
    assert "历任" in page and "第一食品厂家属院3号楼" in page and "办交接" in page
    Posting.objects.filter(pk=served.pk).update(valid_from=day(-9), valid_to=day(-1))
    page = read(client, chen, at("posting", served.pk))
    assert "已卸任" in page and "办交接" not in page


# --- the team


def test_the_team_of_a_grid_with_office_phones_only(client, wang, chen, served, courtyard):
    wang.take_phone("13900007777")
    wang.save()
    Posting.objects.filter(user=wang).update(office_phone="0374-2988123", hours="每周三下午")
    unit = Organization.objects.get(code="zhujian")
    Partnership.objects.create(unit=unit, area_id=XINCUN, kind="in_charge", contact="李科长", contact_phone="2988456")
    page = read(client, wang, at("team", GRID))
    for words in ("王网格员", "陈书记", "冯先生", "0374-2988123", "每周三下午", "分包", "2988456"):
        assert words in page
    assert "7777" not in page
    assert client.get(at("team", XINCUN)).status_code == 404


def test_nobody_stands_in_for_more_than_one_may_do(zhao, he, chen, wang):
    street = posted("meng", "孟干事", "孟干事", "street_worker", area=XINCUN[:9])
    Posting.objects.create(user=street, post=post("volunteer"), area_id=GRID)
    secretary, worker = chen.postings.get(), wang.postings.get()
    assert he in colleagues(worker, he) and street not in colleagues(secretary, street)
    assert street in colleagues(secretary, zhao)
