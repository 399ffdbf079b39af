"""The list and the page of micro-wishes, and where else staff meet them."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from audit.models import Entry
from cases.models import Category
from common.templatetags.weidu import receipt
from conftest import GRID, XINCUN, posted
from desk.wish_list import VIEWS
from files.services import ingest_photo
from grids.models import Post, Posting
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import Status

pytestmark = pytest.mark.django_db
LIST = "/desk/wishes/"
REGISTER = "/desk/wishes/register/"
LEDGER = "/desk/ledgers/wishes/"
WORDS = wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力，300度左右。", price=50)
PHONE, DOOR = "13800001234", "2单元501"


@pytest.fixture
def look(client):
    """look(user, address, **query): the page as this person gets it."""

    def get(user, address, **query):
        client.force_login(user)
        return client.get(address, query)

    return get


def page_of(wish: Wish) -> str:
    return reverse("desk:wish", args=[wish.number])


def numbers(response) -> set[str]:
    return {row.wish.number for row in response.context["list"].rows}


@pytest.fixture
def in_hand(make_wish, make_volunteer, chen):
    """A wish that 何平 has claimed, and the claim."""
    wish = make_wish(at=timezone.now() - timedelta(days=1))
    wishes.publish(wish, WORDS, by=chen)
    return wish, wishes.claim(wish, plan_date=timezone.localdate(), by=make_volunteer())


def test_every_view_has_what_it_says(look, make_wish, in_hand, chen, wang):
    pending = make_wish()
    waiting = make_wish()
    wishes.publish(waiting, WORDS, by=chen)
    claimed, claim = in_hand
    found = {view.slug: numbers(look(chen, LIST, view=view.slug)) for view in VIEWS}
    assert found["mine"] == {pending.number, waiting.number}
    assert found["pending"] == {pending.number} and found["waiting"] == {waiting.number}
    assert found["in-hand"] == {claimed.number} and found["confirming"] == set()
    wishes.deliver(claim, by=claim.claimer)
    assert claimed.number in numbers(look(wang, LIST)) and pending.number not in numbers(look(wang, LIST))
    assert numbers(look(chen, LIST, view="confirming")) == {claimed.number}
    wishes.confirm(claimed, by=wang)
    assert numbers(look(chen, LIST, view="realised")) == {claimed.number}
    assert len(numbers(look(chen, LIST, view="all"))) == 3


def test_the_list_is_narrowed_by_kind_place_channel_state_and_words(look, make_wish, zhao):
    glasses = make_wish()
    chair = make_wish(kind="service", area=f"{XINCUN}001", channel="phone", text="轮椅刹车坏了")
    for query in ({"kind": "service"}, {"area": f"{XINCUN}001"}, {"channel": "phone"}, {"q": "轮椅"}):
        assert numbers(look(zhao, LIST, view="all", **query)) == {chair.number}, query
    assert numbers(look(zhao, LIST, view="all", q=glasses.number)) == {glasses.number}
    assert numbers(look(zhao, LIST, view="all", status="waiting")) == set()
    assert "无法识别" in look(zhao, LIST, view="all", kind="money").content.decode()


def test_others_see_neither_list_rows_nor_page(look, make_wish, outsider, clerk, li):
    wish = make_wish()
    for user, status in ((outsider, 404), (li, 404), (clerk, 403)):
        assert look(user, page_of(wish)).status_code == status
    assert numbers(look(outsider, LIST, view="all")) == set()
    assert look(clerk, LIST).status_code == 403


def test_twenty_rows_cost_as_many_queries_as_two(client, make_wish, make_volunteer, chen):
    def queries(slug: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST, {"view": slug}).status_code == 200
        return len(captured)

    def fill(count: int) -> None:
        for _ in range(count):
            wish = make_wish()
            wishes.publish(wish, WORDS, by=chen)
            wishes.claim(wish, by=make_volunteer(f"v{Wish.objects.count()}"))
            make_wish()

    client.force_login(chen)
    fill(2)
    queries("all")
    two = {slug: queries(slug) for slug in ("all", "in-hand", "mine")}
    fill(18)
    assert {slug: queries(slug) for slug in two} == two
    assert max(two.values()) < 16


def test_a_page_costs_the_same_however_long_the_story(client, in_hand, make_volunteer, chen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(wish)).status_code == 200
        return len(captured)

    wish, claim = in_hand
    client.force_login(chen)
    queries()
    first = queries()
    for number in range(6):
        wishes.give_up(claim, reason="临时出差", by=claim.claimer)
        claim = wishes.claim(wish, by=make_volunteer(f"again{number}"))
        wishes.progress(claim, text="约好了", by=claim.claimer)
    assert queries() == first < 20


def test_pages_follow_one_another(look, make_wish, chen):
    for _ in range(21):
        make_wish()
    first = look(chen, LIST, view="all")
    rest = look(chen, LIST, view="all", page=first.context["list"].page.next_cursor)
    assert len(numbers(first)) == 20 and len(numbers(rest)) == 1 and not numbers(first) & numbers(rest)


def test_what_must_be_answered_comes_before_what_waits_on_the_wall(look, make_wish, make_volunteer, chen):
    now = timezone.now()
    walled = [make_wish(at=now - timedelta(days=30 - day)) for day in range(15)]
    for wish in walled:
        wishes.publish(wish, WORDS, at=now - timedelta(days=20), by=chen)
    told, helper = walled.pop(), make_volunteer()
    wishes.deliver(wishes.claim(told, by=helper), by=helper)
    asked = [make_wish(at=now - timedelta(hours=9 - hour)) for hour in range(8)]
    for wish in (told, *asked):
        wish.refresh_from_db()
    answered = sorted([told, *asked], key=lambda wish: (wish.confirm_by or wish.review_by, wish.pk))
    first = look(chen, LIST).context["list"]
    rest = look(chen, LIST, page=first.page.next_cursor).context["list"]
    assert [row.wish.number for row in (*first.rows, *rest.rows)] == [wish.number for wish in (*answered, *walled)]
    assert numbers(look(chen, LIST, page=rest.page.prev_cursor)) == {row.wish.number for row in first.rows}


def test_the_export_is_what_the_page_shows(look, make_wish, chen):
    make_wish()
    assert '/desk/ledgers/wishes/?view=mine"' in look(chen, LIST).content.decode()
    assert (
        "/desk/ledgers/wishes/?kind=goods&amp;view=all" in look(chen, LIST, kind="goods", view="all").content.decode()
    )


def test_htmx_gets_the_list_alone(client, make_wish, chen):
    make_wish()
    client.force_login(chen)
    fragment = client.get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode() and "HX-Request" in fragment["Vary"]


def test_the_page_tells_everything_and_no_number(look, in_hand, chen):
    wish, claim = in_hand
    wishes.progress(claim, text="约好周六上午送去", by=claim.claimer)
    text = look(chen, page_of(wish)).content.decode()
    for words in (
        WORDS.title,
        WORDS.public_text,
        "看药盒上的字吃力，想要一副老花镜",
        "约50元",
        "何同志",
        "打算哪天",
        "约好周六上午送去",
    ):
        assert words in text, words
    assert "138****1234" in text and "3号楼****" in text
    assert PHONE not in text and DOOR not in text and "刘秀英" not in text


def test_what_came_before_and_what_followed(look, in_hand, make_volunteer, chen, make_wish):
    wish, claim = in_hand
    wishes.give_up(claim, reason="临时出差", by=claim.claimer)
    text = look(chen, page_of(wish)).content.decode()
    assert "以前的认领" in text and "临时出差" in text and "已放弃" in text
    trouble = make_wish(text="楼道灯坏了")
    case = wishes.become_case(trouble, category=Category.objects.get(code="light-street"), by=chen)
    text = look(chen, page_of(trouble)).content.decode()
    assert case.get_absolute_url() in text and "现在待受理" in text


def test_contact_is_shown_for_a_reason_and_recorded(client, make_wish, wang):
    wish = make_wish()
    address = reverse("desk:wish-contact", args=[wish.number])
    client.force_login(wang)
    asked = client.get(address)
    assert PHONE not in asked.content.decode() and "no-store" in asked["Cache-Control"]
    assert "请选择查看原因" in client.post(address, {"reason": "curious"}).content.decode()
    assert not Entry.objects.filter(verb="wish.reveal").exists()
    shown = client.post(address, {"reason": "ask"}).content.decode()
    assert PHONE in shown and "刘秀英" in shown and DOOR in shown and 'http-equiv="refresh"' in shown
    entry = Entry.objects.get(verb="wish.reveal")
    assert (entry.actor_id, entry.details["reason"]) == (wang.pk, "ask")


def test_of_a_child_only_how_to_reach_the_guardian(client, make_wish, wang, look):
    wish = make_wish(for_whom="child", guardian_consents=True, name="吴小雨")
    assert "吴*" not in look(wang, page_of(wish)).content.decode()
    shown = client.post(reverse("desk:wish-contact", args=[wish.number]), {"reason": "ask"}).content.decode()
    assert PHONE in shown and "吴小雨" not in shown


def test_who_may_not_look_at_contacts(client, make_wish, qian, outsider, clerk):
    address = reverse("desk:wish-contact", args=[make_wish().number])
    for user, status in ((qian, 403), (outsider, 404), (clerk, 403)):
        client.force_login(user)
        assert client.post(address, {"reason": "ask"}).status_code == status


def test_the_photo_is_for_who_may_see_the_wish(look, in_hand, chen, outsider, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    wish, claim = in_hand
    address = reverse("desk:wish-photo", args=[wish.number])
    assert look(chen, address).status_code == 404
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    photo = ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))
    wishes.deliver(claim, proof="戴着正好", photo=photo, by=claim.claimer)
    answer = look(chen, address)
    assert answer["Content-Type"] == "image/jpeg" and b"".join(answer.streaming_content)
    assert look(outsider, address).status_code == 404
    text = look(chen, page_of(wish)).content.decode()
    assert address in text and "戴着正好" in text


def test_the_first_page_and_the_menu_say_what_waits(look, make_wish, in_hand, chen, wang):
    make_wish(at=timezone.now())
    page = look(chen, reverse("desk:home"))
    assert [doing for _, doing in page.context["wishes"]] == ["审核"]
    assert 'href="/desk/wishes/"' in page.content.decode()
    assert "微心愿</h2>" not in look(wang, reverse("desk:home")).content.decode()
    _, claim = in_hand
    wishes.deliver(claim, by=claim.claimer)
    assert [doing for _, doing in look(wang, reverse("desk:home")).context["wishes"]] == ["联系心愿人确认"]


def test_seven_wishes_on_the_first_page_cost_as_many_queries_as_two(client, make_wish, chen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("desk:home"))
        return len(captured)

    client.force_login(chen)
    for _ in range(2):
        make_wish()
    queries()
    two = queries()
    for _ in range(8):
        make_wish()
    assert queries() == two
    assert len(client.get(reverse("desk:home")).context["wishes"]) == 7


def test_the_search_box_finds_wishes_of_the_own_ground(look, make_wish, chen, outsider):
    wish = make_wish()
    wishes.publish(wish, WORDS, by=chen)
    for words in (wish.number, receipt(wish.number), "老花镜"):
        assert WORDS.title in look(chen, reverse("desk:search"), q=words).content.decode(), words
    assert WORDS.title not in look(outsider, reverse("desk:search"), q="老花镜").content.decode()


def test_a_household_shows_its_wishes_and_takes_another(client, make_household, wang, chen, he):
    household = make_household(by=wang)
    client.force_login(wang)
    address = f"{REGISTER}?household={household.pk}"
    assert address in client.get(household.get_absolute_url()).content.decode()
    form = client.get(address)
    assert 'value="第一食品厂家属院3号楼2单元501"' in form.content.decode()
    typed = {
        "submission": form.context["form"]["submission"].value(), "household": household.pk, "channel": "visit",
        "kind": "goods", "for_whom": "elder", "text": "想要一副老花镜", "place": "第一食品厂家属院3号楼2单元501",
    }  # fmt: skip
    answer = client.post(REGISTER, typed)
    wish = Wish.objects.get()
    assert answer["Location"] == wish.get_absolute_url()
    assert (wish.household, wish.area_id, wish.compound, wish.created_by) == (
        household, household.area_id, household.compound, wang,
    )  # fmt: skip
    assert client.post(REGISTER, typed).status_code == 302 and Wish.objects.count() == 1
    text = client.get(household.get_absolute_url()).content.decode()
    assert wish.get_absolute_url() in text and "待审核" in text


def test_a_household_elsewhere_cannot_be_named(client, make_household, outsider):
    client.force_login(outsider)
    for typed in (make_household().pk, "x"):
        assert client.get(REGISTER, {"household": typed}).status_code == 404


@pytest.fixture
def typed() -> dict:
    """A complete form of registering."""
    return {
        "submission": "7d1f9c1e-6a1c-4b58-9f2e-0d8f0a5b7f10", "channel": "phone", "kind": "service", "for_whom": "self",
        "text": "请人修一修轮椅刹车", "area": GRID, "place": "市政家属院3号楼", "name": "刘女士",
        "phone": "１３８ 0000-1234", "told": "on",
    }  # fmt: skip


def test_staff_take_a_wish_down(client, wang, typed):
    client.force_login(wang)
    client.post(REGISTER, typed)
    wish = Wish.objects.get()
    assert (wish.channel, wish.status, wish.area_id) == ("phone", Status.PENDING, GRID)
    assert wish.phone.plain == PHONE and wish.created_by == wang


def test_a_child_needs_the_guardian_and_a_number_the_notice(client, wang, typed):
    client.force_login(wang)
    refused = client.post(REGISTER, typed | {"for_whom": "child", "told": ""}).content.decode()
    assert "监护人同意后提出" in refused and "请先口头告知" in refused and "请人修一修轮椅刹车" in refused
    assert not Wish.objects.exists()
    client.post(REGISTER, typed | {"for_whom": "child", "guardian_consents": "on"})
    assert Wish.objects.get().guardian_consents


def test_a_courtyard_leader_takes_a_wish_down_and_reads_none(client, courtyard, typed):
    leader = posted("leader", "马小云", "马庭院长", "")
    post = Post.objects.get(code="courtyard_leader")
    Posting.objects.create(user=leader, post=post, compound=courtyard, valid_from=timezone.localdate())
    client.force_login(leader)
    assert 'href="/desk/wishes/register/"' in client.get(reverse("desk:home")).content.decode()
    assert 'href="/desk/wishes/"' not in client.get(REGISTER).content.decode()
    page = client.post(REGISTER, typed | {"area": "", "compound": courtyard.pk}, follow=True).content.decode()
    wish = Wish.objects.get()
    assert "已登记心愿，受理编号" in page and wish.compound == courtyard
    assert client.get(page_of(wish)).status_code == client.get(LIST).status_code == 403


def test_who_may_not_register_gets_403_and_places_are_the_own(client, qian, clerk, outsider, typed):
    for user in (qian, clerk):
        client.force_login(user)
        assert client.get(REGISTER).status_code == 403
    client.force_login(outsider)
    assert client.post(REGISTER, typed).status_code == 200 and not Wish.objects.exists()


def test_the_ledger_is_the_filtered_list_masked(look, make_wish, in_hand, he, qian):
    make_wish(kind="service", name="王秀芝")
    make_wish(for_whom="child", guardian_consents=True, name="吴小雨")
    found = ledger(look(he, LEDGER))
    assert found[0][0] == "魏都区北大街道新村社区微心愿台账" and "共3个" in found[1][0]
    lines = {line[3]: line for line in found[3:6]}
    glasses = lines[WORDS.title]
    assert glasses[5:8] == ("刘*", "138****1234", "第一食品厂家属院3号楼****") and glasses[13] == "何同志"
    assert "吴" not in str(found) and PHONE not in str(found) and DOOR not in str(found)
    assert "共1个" in ledger(look(he, LEDGER, kind="service", view="all"))[1][0]
    assert "共2个" in ledger(look(he, LEDGER, view="pending"))[1][0]
    assert len(ledger(look(qian, LEDGER))) == 8


def ledger(response) -> list[tuple]:
    """The rows of an exported workbook."""
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def test_a_ledger_costs_the_same_however_many_wishes(client, make_wish, he):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            b"".join(client.get(LEDGER).streaming_content)
        return len(captured)

    client.force_login(he)
    make_wish()
    queries()
    one = queries()
    for _ in range(5):
        make_wish()
    assert queries() == one


def test_the_head_of_the_list_has_the_years_figures(look, in_hand, chen):
    wish, claim = in_hand
    wishes.deliver(claim, by=claim.claimer)
    wishes.confirm(wish, by=None)
    text = look(chen, LIST).content.decode()
    assert "今年收到1个，认领1个，实现1个" in text and "样本不足（n＝1）" in text
