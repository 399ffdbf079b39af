"""选任 over its pages: from the list to the posting, the notice, and who may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from conftest import XINCUN
from desk.posts_page import ladder
from grids.models import Area, Entrance, Post, Posting, Selection
from grids.services import selecting

pytestmark = pytest.mark.django_db
ACTIONS = ("publish", "file", "appoint", "stop")


def at(name: str, *args) -> str:
    return reverse(f"desk:{name}", args=args)


@pytest.fixture
def selection(courtyard, chen) -> Selection:
    """Unit leaders of 新村: two entrances."""
    return selecting.open_selection(Area.objects.get(pk=XINCUN), Post.objects.get(code="entrance_leader"), by=chen)


def place(number: int) -> str:
    return f"entrance-{Entrance.objects.get(number=number).pk}"


def nominate(client, selection, number: int = 1, **more):
    typed = {
        "place": place(number),
        "submission": f"8a3b5a52-5c8b-4d57-9f0e-6f6f2b1f0a0{len(more) + number}",
        "name": "欧阳静",
        "phone": "13900005678",
        "occupation": "退休教师",
        "way": "neighbours",
        **more,
    }
    return client.post(at("selection-nominate", selection.pk), typed, follow=True)


def over(selection) -> None:
    """The notice has stood its time."""
    today = timezone.localdate()
    Selection.objects.update(published_from=today - timedelta(days=7), published_to=today - timedelta(days=1))


def test_from_the_list_to_the_posting(client, he, courtyard):
    client.force_login(he)
    page = client.get(at("selection-new", XINCUN)).content.decode()
    assert "单元长　空缺2" in page and "小区长" not in page
    answer = client.post(at("selection-new", XINCUN), {"post": "entrance_leader"})
    selection = Selection.objects.get()
    assert answer.url == at("selection", selection.pk)
    page = client.get(answer.url).content.decode()
    assert "应有2岗，已定0" in page and page.count("还没有人选</span>") == 2
    page = nominate(client, selection).content.decode()
    assert (
        "已推荐到第一食品厂家属院3号楼1单元" in page and "欧阳*" in page and "欧阳静" not in page and "139" not in page
    )
    today = str(timezone.localdate())
    typed = {"published_from": today, "published_to": today, "contact_phone": "0374-2988123"}
    assert (
        "已开始公示" in client.post(at("selection-act", selection.pk, "publish"), typed, follow=True).content.decode()
    )
    early = client.post(at("selection-act", selection.pk, "file"), {"filed_date": today}).content.decode()
    assert "期满后再备案" in early
    over(selection)
    typed = {"filed_date": today, "filed_number": "魏组〔2026〕5号"}
    assert "已登记备案" in client.post(at("selection-act", selection.pk, "file"), typed, follow=True).content.decode()
    done = client.post(
        at("selection-act", selection.pk, "appoint"), {"valid_from": today}, follow=True
    ).content.decode()
    assert "已任用" in done and "欧阳单元长" in done
    assert Posting.objects.get(post__code="entrance_leader").user.full_name == "欧阳静"


def test_the_notice_has_names_in_full_and_only_the_office_number(client, chen, selection):
    client.force_login(chen)
    nominate(client, selection)
    asked = client.get(at("selection-notice", selection.pk))
    assert asked.url == at("selection-act", selection.pk, "publish")
    today = timezone.localdate()
    selecting.publish(selection, published_from=today, published_to=today, contact_phone="0374-2988123", by=chen)
    answer = client.get(at("selection-notice", selection.pk))
    page = answer.content.decode()
    for words in ("北大街道新村社区单元长人选公示", "欧阳静", "家属院3号楼1单元", "退休教师", "0374-2988123"):
        assert words in page
    assert "北大街道新村社区居民委员会（盖章）" in page
    assert "5678" not in page and "no-store" in answer["Cache-Control"]
    assert Entry.objects.filter(verb="selection.names", actor_id=chen.pk).exists()


def test_the_dates_offered_for_a_notice_are_five_working_days(client, chen, selection):
    client.force_login(chen)
    page = client.get(at("selection-act", selection.pk, "publish")).content.decode()
    assert str(selecting.usual_end(timezone.localdate())) in page


def test_what_was_typed_stays_beside_the_error(client, chen, selection):
    client.force_login(chen)
    page = nominate(client, selection, phone="139").content.decode()
    assert "11位手机号" in page and "欧阳静" in page and "退休教师" in page
    page = nominate(client, selection, name="", phone="").content.decode()
    assert "请填写姓名" in page and "请填写手机号" in page


def test_several_for_one_place_are_chosen_from_by_name(client, chen, selection):
    client.force_login(chen)
    nominate(client, selection)
    nominate(client, selection, name="许静", phone="13900001111", extra="")
    selecting.publish(
        selection,
        published_from=timezone.localdate(),
        published_to=timezone.localdate(),
        contact_phone="2988123",
        by=chen,
    )
    over(selection)
    selecting.file(Selection.objects.get(), filed_date=timezone.localdate(), by=chen)
    path = at("selection-act", selection.pk, "appoint")
    page = client.get(path).content.decode()
    assert "许静" in page and "欧阳静" in page
    assert "请选定一人" in client.post(path, {"valid_from": str(timezone.localdate())}).content.decode()
    client.post(path, {"valid_from": str(timezone.localdate()), "place_0": selection.nominees.last().pk})
    assert Posting.objects.get(post__code="entrance_leader").user.full_name == "许静"


def test_objections_withdrawals_and_standing_again(client, chen, selection):
    client.force_login(chen)
    nominate(client, selection)
    person = selection.nominees.get()
    path = at("selection-nominee", selection.pk, person.pk, "withdraw")
    assert "欧阳*" in client.get(path).content.decode()
    assert "请填写说明" in client.post(path, {"reason": ""}).content.decode()
    assert "本人退出" in client.post(path, {"reason": "要搬走"}, follow=True).content.decode()
    again = at("selection-nominee", selection.pk, person.pk, "stand")
    client.post(again, {"reason": "不搬了"})
    person.refresh_from_db()
    assert person.result == "open"
    object_now = client.post(at("selection-nominee", selection.pk, person.pk, "object"), {"reason": "住址不实"})
    assert "公示以后才登记异议" in object_now.content.decode()


def test_stopping_says_why(client, chen, selection):
    client.force_login(chen)
    page = client.post(
        at("selection-act", selection.pk, "stop"), {"reason": "楼栋要拆迁"}, follow=True
    ).content.decode()
    assert "已终止：楼栋要拆迁" in page


def test_the_card_shows_while_it_is_open(client, chen, selection):
    client.force_login(chen)
    assert "单元长选任" in client.get(at("posts")).content.decode()
    assert "推荐人选" in client.get(at("posts")).content.decode()
    selecting.stop(selection, "改期", by=chen)
    assert "单元长选任" not in client.get(at("posts")).content.decode()
    assert [rung.state for rung in ladder(selection)] == ["passed", "", "", ""], "a stopped one did not arrive"


def test_refusals_of_opening_are_told(client, chen, selection):
    client.force_login(chen)
    page = client.post(at("selection-new", XINCUN), {"post": "entrance_leader"}).content.decode()
    assert "正在进行" in page
    for chosen in ({"post": "grid_worker"}, {}):
        assert "请选择要选任的岗位。" in client.post(at("selection-new", XINCUN), chosen).content.decode()


def test_who_may(client, selection, outsider, wang, sun, clerk, he):
    paths = [at("selection", selection.pk), at("selection-notice", selection.pk), at("selection-new", XINCUN)]
    paths += [at("selection-act", selection.pk, action) for action in ACTIONS]
    paths += [at("selection-nominate", selection.pk)]
    client.force_login(outsider)
    assert {client.get(path).status_code for path in paths} == {404}
    for person in (wang, sun, clerk):
        client.force_login(person)
        assert {client.get(path).status_code for path in paths} == {403}
    client.force_login(he)
    assert client.get(at("selection-act", selection.pk, "nonsense")).status_code == 404
    assert client.get(at("selection-nominate", selection.pk), {"place": "entrance-999999"}).status_code == 404
    assert client.get(at("selection-nominee", selection.pk, 999999, "stand")).status_code == 404


def test_fifty_two_places_take_as_many_queries_as_two(client, chen, selection, django_assert_max_num_queries):
    building = Entrance.objects.first().building
    Entrance.objects.bulk_create(Entrance(building=building, number=n) for n in range(3, 53))
    client.force_login(chen)
    with django_assert_max_num_queries(20):
        page = client.get(at("selection", selection.pk), {"page": "3"}).content.decode()
    assert "应有52岗" in page and "第3页，共3页" in page
