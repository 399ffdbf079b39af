"""The wall, the form and the receipt of micro-wishes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.pages import keyset
from conftest import GRID, XINCUN
from grids.levels import Level
from public import catalog, throttles
from public.wish_keys import key_of
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import Status

pytestmark = pytest.mark.django_db
WALL, FORM, DONE = "/wishes/", "/wishes/new/", "/wishes/done/"
SECRETS = ("刘秀英", "2单元501", "0001234", "看药盒上的字吃力，想要")


def page_of(response) -> str:
    return response.content.decode()


def read(address: str = WALL, client: Client | None = None, **headers) -> str:
    catalog.forget()
    return page_of((client or Client()).get(address, headers=headers or None))


@pytest.fixture
def on_the_wall(make_wish, chen):
    """Makes a published wish: on_the_wall("想要一副老花镜", days=3, label="独居老人", kind=…)."""

    def make(
        title: str = "想要一副老花镜", *, days: int = 0, label: str = "", joint=False, effort="", price=50, **more
    ):
        wish = make_wish(**more)
        words = wishes.PublicWords(title, "看药盒用，300度。", price, effort, label, joint)
        wishes.publish(wish, words, at=timezone.now() - timedelta(days=days), by=chen)
        return wish

    return make


@pytest.fixture
def realised(on_the_wall, make_volunteer):
    """Makes a wish that came true: realised("防滑垫装好了", thanks=…, public=…)."""

    def make(title: str = "防滑垫装好了", *, thanks: str = "", public: bool = False, **more) -> Wish:
        wish = on_the_wall(title, **more)
        made = wishes.claim(wish, by=make_volunteer(f"v{wish.pk}", "何平"))
        wishes.deliver(made, by=made.claimer)
        wishes.confirm(wish, thanks=thanks, thanks_public=public, by=None)
        return wish

    return make


@pytest.fixture
def wished():
    """What a resident fills in: wished(text=…)."""

    def fill(**other) -> dict:
        return {
            "submission": "22222222-2222-4222-8222-222222222222",
            "for_whom": "elder",
            "kind": "goods",
            "text": "看药盒上的字吃力，想要一副老花镜",
            "community": XINCUN,
            "grid": GRID,
            "place": "第一食品厂家属院3号楼2单元501",
            "name": "刘女士",
            "phone": "13800001234",
            "wants_sms": "on",
            "notice": "2026-1",
            **other,
        }

    return fill


class TestWall:
    def test_a_card_shows_public_words_days_and_sums_and_nothing_of_the_wisher(self, on_the_wall):
        wish = on_the_wall(days=6, effort="约1小时")
        html = read()
        for words in ("想要一副老花镜", "看药盒用，300度。", "等了6天", "约50元　约1小时", "北大街道新村社区", "实物"):
            assert words in html
        assert reverse("public:wish-claim", args=[key_of(wish)]) in html and wish.number not in html
        assert not any(secret in html for secret in SECRETS)

    def test_only_what_waits_is_on_the_wall(self, make_wish, on_the_wall, make_volunteer, chen):
        make_wish(text="还没有审核")
        wishes.claim(on_the_wall("已经认领的"), by=make_volunteer())
        wishes.take_down(on_the_wall("下架的"), reason="重复", by=chen)
        html = read()
        assert not any(words in html for words in ("还没有审核", "已经认领的", "下架的"))
        assert "现在没有等人认领的心愿" in html

    def test_who_waited_longest_comes_first(self, on_the_wall):
        for title, days in (("第二", 4), ("第三", 0), ("第一", 9)):
            on_the_wall(title, days=days)
        assert re.findall('<h3 class="mb-1">(.*?)</h3>', read()) == ["第一", "第二", "第三"]
        assert "今天上墙" in read()

    def test_a_care_tag_shows_the_street_only(self, on_the_wall):
        on_the_wall(label="独居老人")
        card = read().split("<article")[1].split("</article")[0]
        assert "北大街道　" in card and "独居老人" in card and "新村社区" not in card

    def test_a_childs_wish_says_only_that(self, on_the_wall):
        on_the_wall("一盏护眼台灯", for_whom="child", guardian_consents=True)
        card = read().split("<article")[1].split("</article")[0]
        assert "北大街道　" in card and "孩子的心愿，监护人已同意" in card and "新村社区" not in card

    def test_the_list_of_a_community_does_not_give_away_what_the_cards_hide(self, on_the_wall):
        on_the_wall("有标签的", label="独居老人")
        on_the_wall("孩子的", for_whom="child", guardian_consents=True)
        on_the_wall("别的")
        html = read(f"{WALL}?community={XINCUN}")
        assert "有标签的</h3>" not in html and "孩子的</h3>" not in html and "别的</h3>" in html and "全部1" in html
        assert "全部3" in read(f"{WALL}?street={XINCUN[:9]}")

    def test_several_may_claim_together(self, on_the_wall):
        on_the_wall(joint=True)
        assert "几个人一起认领" in read()

    def test_filters_and_counts(self, on_the_wall):
        on_the_wall("老花镜")
        on_the_wall("修轮椅", kind="service")
        on_the_wall("下象棋", kind="company", area="411002008001001")
        html = read()
        assert all(chip in html for chip in ("全部3", "实物1", "服务1", "陪伴1"))
        html = read(f"{WALL}?kind=service&street={XINCUN[:9]}")
        assert "修轮椅</h3>" in html and "老花镜</h3>" not in html and "全部2" in html and "陪伴0" in html
        assert "下象棋</h3>" in read(f"{WALL}?street=411002008")
        assert "这里没有等人认领的心愿" in read(f"{WALL}?kind=company&street={XINCUN[:9]}")

    @pytest.mark.parametrize(
        "query", ["kind=x", "street=x", "community='", f"street=411002008&community={XINCUN}", "page=x", "kind=&page="]
    )
    def test_nonsense_in_the_address_shows_the_wall(self, on_the_wall, query):
        on_the_wall(area="411002008001001")
        assert "想要一副老花镜</h3>" in read(f"{WALL}?{query}")

    def test_htmx_gets_the_list_alone(self, on_the_wall):
        on_the_wall()
        html = read(**{"HX-Request": "true"})
        assert "想要一副老花镜" in html and "<html" not in html
        assert "HX-Request" in Client().get(WALL)["Vary"]

    def test_pages_follow_each_other_there_and_back(self, on_the_wall):
        for number in range(14):
            on_the_wall(f"心愿{number:02}", days=20 - number)
        first = read(f"{WALL}?kind=goods")
        address = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        assert "kind=goods" in address and "心愿12" not in first
        second = read(address)
        assert "心愿12</h3>" in second and "心愿13</h3>" in second and "心愿11</h3>" not in second
        assert "心愿00</h3>" in read(re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&"))

    def test_a_deep_page_is_a_range_of_the_index(self, on_the_wall):
        for number in range(3):
            on_the_wall(f"心愿{number}", days=9 - number)
        rows = Wish.objects.waiting()
        order = ("published_at", "id")
        page = keyset(rows, order=order, size=1, never_null=True)
        seen = []
        while page.next_cursor:
            page = keyset(rows, order=order, size=1, cursor=page.next_cursor, never_null=True)
            seen += [wish.title for wish in page]
        assert seen == ["心愿1", "心愿2"]

    @pytest.mark.parametrize("cards", [2, 20])
    def test_the_wall_costs_one_query_once_the_process_is_warm(self, on_the_wall, cards, django_assert_num_queries):
        for number in range(cards):
            on_the_wall(f"心愿{number}")
        client = Client()
        read(client=client)
        with django_assert_num_queries(1):
            client.get(WALL)
        client.get("/")
        with django_assert_num_queries(0):
            client.get("/")

    def test_the_hall_shows_those_that_waited_longest(self, on_the_wall):
        on_the_wall(days=5, label="独居老人")
        html = read("/")
        assert "想要一副老花镜" in html and "等了5天" in html and FORM in html and not any(s in html for s in SECRETS)


class TestRealised:
    def test_thanks_are_public_only_where_the_wisher_agrees(self, realised):
        realised("防滑垫装好了", thanks="洗澡再不怕滑了，谢谢", public=True)
        realised("全家福拍好了", thanks="悄悄话")
        for address in (WALL, DONE):
            html = read(address)
            assert "“洗澡再不怕滑了，谢谢”" in html and "全家福拍好了" in html and "悄悄话" not in html
            assert "何平" not in html and "刘秀英" not in html and "新村社区" in html

    @pytest.mark.parametrize("words", ["谢谢何平，我的电话13800001234", "刘秀英谢谢大家", "住3号楼的谢谢你"])
    def test_public_thanks_name_nobody(self, realised, words):
        from common.errors import DomainError

        wish = realised()
        with pytest.raises(DomainError, match="不勾选公开"):
            wishes.thank(wish, thanks=words, thanks_public=True, by=None)
        wishes.thank(wish, thanks=words, by=None)

    def test_few_give_no_median(self, realised):
        for number in range(4):
            realised(f"心愿{number}")
        assert "样本不足（n＝4）" in read()
        realised("第五个")
        assert "（n＝5）" in read() and "样本不足" not in read()

    def test_the_newest_come_first_page_by_page_in_one_query(self, realised, django_assert_num_queries):
        for number in range(14):
            realised(f"心愿{number:02}")
        html = read(DONE)
        assert "心愿13" in html and "心愿01" not in html
        client = Client()
        client.get(DONE)
        with django_assert_num_queries(1):
            client.get(DONE)
        assert "心愿01" in read(DONE + re.search(r'rel="next" href="([^"]+)"', html)[1])

    def test_nothing_came_true_yet(self, ground):
        assert "还没有实现的心愿" in read(DONE) and "还没有实现的心愿" in read()


class TestForm:
    def test_a_wish_leads_to_a_receipt_with_number_and_deadline(self, visitor, wished):
        response = visitor.post(FORM, wished(), follow=True)
        wish, html = Wish.objects.get(), page_of(response)
        assert f"{wish.number[:8]}-{wish.number[8:]}" in html and wish.number.startswith("WX")
        assert "data:image/svg+xml" in html and "看完并答复" in html and "北大街道新村社区" in html
        assert "no-store" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
        assert (wish.area_id, wish.level, wish.for_whom, wish.kind) == (GRID, Level.COMMUNITY, "elder", "goods")
        assert wish.phone.plain == "13800001234" and wish.place.plain.endswith("501") and wish.wants_sms
        assert wish.notice.version == "2026-1" and wish.status == Status.PENDING

    def test_the_receipt_of_somebody_else_is_not_shown(self, visitor, wished):
        visitor.post(FORM, wished())
        wish = Wish.objects.get()
        response = Client().get(f"/wishes/receipt/{wish.uuid}/", follow=True)
        assert response.redirect_chain[0][0] == "/track/" and wish.number not in page_of(response)

    def test_the_same_page_sent_twice_shows_the_same_receipt(self, visitor, wished):
        assert visitor.post(FORM, wished())["Location"] == visitor.post(FORM, wished())["Location"]
        assert Wish.objects.count() == 1
        visitor.post(FORM, wished(text="还想要一个放大镜"))
        assert Wish.objects.count() == 2

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"for_whom": ""}, "请选择替谁提"),
            ({"for_whom": "x"}, "请重新选择替谁提"),
            ({"kind": ""}, "请选择是哪一种心愿"),
            ({"kind": "cash"}, "请重新选择是哪一种心愿"),
            ({"text": " \u200b "}, "请写一写想要什么"),
            ({"text": "字" * 1001}, "最多1000个字，现在有1001个字，请删去1个字"),
            ({"community": ""}, "请选择所在的街道和社区"),
            ({"community": "DROP TABLE", "grid": ""}, "不在本区办理范围"),
            ({"grid": "411002005001001"}, "这个网格不在所选的社区"),
            ({"place": "楼" * 61}, "最多60个字"),
            ({"name": ""}, "请填写怎样称呼您"),
            ({"phone": ""}, "社区和认领人用来联系您"),
            ({"phone": "1380000123"}, "手机号少1位，请核对"),
            ({"for_whom": "child"}, "孩子的心愿由监护人提出"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field_and_the_words_stay(self, visitor, wished, change, error):
        html = page_of(visitor.post(FORM, wished(**change)))
        assert error in html and "还没有提交" in html
        assert change.get("text") or "看药盒上的字吃力" in html
        assert change.get("place") or "2单元501" in html
        assert not Wish.objects.exists()

    def test_the_guardian_is_asked_when_it_is_for_a_child(self, visitor, wished):
        assert "我是孩子的监护人" not in page_of(visitor.get(FORM))
        asked = visitor.get(f"{FORM}?for_whom=child", headers={"HX-Request": "true", "HX-Target": "guardian"})
        assert "我是孩子的监护人" in page_of(asked) and "<html" not in page_of(asked)
        assert "我是孩子的监护人" in page_of(visitor.post(FORM, wished(for_whom="child")))
        visitor.post(FORM, wished(for_whom="child", guardian_consents="on"))
        assert Wish.objects.get().guardian_consents

    def test_a_consent_left_ticked_for_another_person_is_not_kept(self, visitor, wished):
        visitor.post(FORM, wished(guardian_consents="on"))
        assert not Wish.objects.get().guardian_consents

    def test_who_knows_the_street_only_reaches_the_street(self, visitor, wished, zhao, chen):
        visitor.post(FORM, wished(community=XINCUN[:9], grid=""))
        wish = Wish.objects.get()
        assert wish.level == Level.STREET and list(Wish.objects.held_by(zhao)) == [wish]
        assert not Wish.objects.held_by(chen).exists()

    def test_without_a_script_the_place_is_searched_and_chosen_on_the_page(self, visitor, wished, courtyard):
        html = page_of(visitor.post(FORM, wished(where="食品", find="1", community="", grid="", place="")))
        assert f'name="choose" value="c{courtyard.pk}"' in html and "看药盒上的字吃力" in html
        html = page_of(visitor.post(FORM, wished(where="食品", choose=f"c{courtyard.pk}", community="", place="")))
        assert f'<option value="{GRID}" selected>' in html and f'name="compound" value="{courtyard.pk}"' in html
        assert "还没有提交" not in html and not Wish.objects.exists()
        visitor.post(FORM, wished(compound=courtyard.pk))
        assert Wish.objects.get().compound == courtyard

    def test_the_question_of_the_place_asks_for_the_door_with_a_script_too(self, visitor, courtyard):
        chosen = {"choose": f"c{courtyard.pk}", "where": "食品", "door": "1"}
        assert "门牌只给社区和认领人看" in page_of(visitor.post("/request/where/", chosen))
        del chosen["door"]
        assert "写到楼号即可" in page_of(visitor.post("/request/where/", chosen))

    def test_the_price_guide_and_the_wording_of_the_wall_are_told(self, visitor):
        html = page_of(visitor.get(FORM))
        assert "实物一般在200元以内，不收现金、不转账" in html and "公开的话由社区改写，您的原话不公开" in html
        assert "请勿填报国家秘密、工作秘密" in html and "no-store" not in visitor.get(FORM).get("Cache-Control", "")

    def test_too_many_are_told_to_wait_and_keep_their_words(self, visitor, wished, monkeypatch):
        monkeypatch.setitem(throttles.LIMITS, ("submit", "network"), "1/hour")
        visitor.post(FORM, wished())
        response = visitor.post(FORM, wished(text="第二个心愿"))
        assert response.status_code == 429 and "第二个心愿" in page_of(response) and Wish.objects.count() == 1

    def test_the_form_costs_no_query_once_the_process_is_warm(self, visitor, django_assert_num_queries):
        visitor.get(FORM)
        with django_assert_num_queries(0):
            visitor.get(FORM)


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_at_the_same_moment_is_one_wish(visitor, wished):
    def send(_) -> str:
        try:
            return Client().post(FORM, wished())["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(send, range(4)))
    assert len(places) == 1 and Wish.objects.count() == 1
