"""协商议事 at the desk: a topic from opinions and from a case, the book with two signers, papers, and the public page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.templatetags.weidu import yuan
from consultations import services as consultations
from consultations.models import Book, Consultation, Line
from consultations.tests.conftest import make_consultation  # noqa: F401
from desk.ledgers import LEDGERS
from grids.models import Compound, Post, Posting
from visits import services as visits
from visits.models import Line as Said

pytestmark = pytest.mark.django_db
TOPIC = {"title": "家属院空地怎么用", "topic": "商量空地做什么。", "venue": "会议室", "households": "31"}


@pytest.fixture
def held(make_consultation):  # noqa: F811
    return make_consultation("works", at=timezone.now() - timedelta(days=60))


def act(client, held, action, **typed):
    return client.post(reverse("desk:consultation-act", args=[held.number, action]), typed)


def test_opinions_become_one_topic(client, chen, wang, make_household, make_visit, courtyard):
    for number in range(3):
        make_visit(make_household(f"3-2-{number + 101}"), by=wang, topics={"other": "refer"}, detail="空地想收拾")
    client.force_login(chen)
    page = client.get(reverse("desk:opinions")).content.decode()
    assert "合成议题" in page
    ids = [str(uuid) for uuid in Said.objects.values_list("uuid", flat=True)]
    first = client.post(reverse("desk:opinions-gather"), {"pick": ids[:1]}).content.decode()
    assert first.count("data-pick ") + first.count("data-pick>") == 3 and first.count("data-pick checked") == 1
    refused = client.post(reverse("desk:opinions-gather"), {"pick": ids, "go": "1", "title": "空地"})
    assert "请填写议什么" in refused.content.decode() and 'value="空地"' in refused.content.decode()
    client.post(reverse("desk:opinions-gather"), {"pick": ids[:2], "go": "1", **TOPIC, "compound": courtyard.pk})
    made = Consultation.objects.get()
    assert made.opinions.count() == 2 and made.compound == courtyard
    client.post(reverse("desk:opinions-gather"), {"pick": ids, "go": "1", "into": made.pk})
    assert made.opinions.count() == 3
    shown = client.get(made.get_absolute_url()).content.decode()
    assert "走访听到3条，合成1个议题" in shown
    assert "合成的议题" in client.get(reverse("desk:opinion", args=[ids[0]])).content.decode()


def test_left_for_a_consultation_is_gathered_later(client, chen, wang, make_visit):
    make_visit(by=wang, topics={"other": "refer"})
    visits.decide(Said.objects.get(), to="consultation", by=chen)
    client.force_login(chen)
    page = client.get(reverse("desk:opinions") + "?view=gather").content.decode()
    assert "合成议题" in page and "不办理</button>" not in page


def test_a_case_leads_to_a_consultation(client, chen, make_case, courtyard):
    case = make_case()
    client.force_login(chen)
    page = client.get(case.get_absolute_url()).content.decode()
    url = f"{reverse('desk:consultation-new')}?case={case.number}"
    assert url in page
    client.post(url, {**TOPIC, "case": case.number, "compound": courtyard.pk})
    assert Consultation.objects.get().links.get().case == case
    assert "家属院空地怎么用" in client.get(case.get_absolute_url()).content.decode()


def test_the_whole_course_by_forms(client, chen, make_consultation):  # noqa: F811
    held, now = make_consultation("topic", at=timezone.now() - timedelta(days=30)), timezone.localtime()
    client.force_login(chen)
    stamp = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    act(client, held, "notice", way="home", told_at=stamp, reach="24")
    meeting = {"held_at": stamp, "present": "26", "voting": "household", "majority": "half", "minutes": "记录"}
    refused = act(client, held, "hold", **meeting, text_1="铺装", agree_1="30").content.decode()
    assert "票数比到会26户多" in refused and 'value="30"' in refused
    act(client, held, "hold", **meeting, text_1="铺装", agree_1="23", against_1="1", text_2="停车", agree_2="3")
    act(client, held, "decide", decision="铺装，装座椅。")
    act(client, held, "publish", until=str(timezone.localdate() + timedelta(days=7)))
    held.refresh_from_db()
    assert (held.status, held.options.count()) == ("published", 2)
    page = client.get(held.get_absolute_url()).content.decode()
    assert "通过" in page and "未通过" in page and "没有异议" in page
    late = act(client, held, "decide", decision="再定", seen="1")
    assert late.status_code == 409 and "再定" in late.content.decode()


def test_two_people_sign_a_spending(client, held, chen, wang, courtyard):
    client.force_login(wang)
    act(client, held, "receive", amount="5200", source="residents", what="居民出资", households="26")
    act(client, held, "spend", amount="1400.50", what="铺装首付款", payee="施工单位")
    line = Line.objects.get(side="F")
    address = reverse("desk:consultation-line", args=[held.number, line.pk, "sign"])
    assert client.post(address).status_code == 403
    assert held.title in client.get(reverse("desk:consultations") + "?view=to-sign").content.decode()
    assert "等第二人签字" in client.get(held.get_absolute_url()).content.decode()
    client.force_login(chen)
    client.post(address)
    line.refresh_from_db()
    assert (line.state, Book.objects.get().balance) == ("counted", Decimal("3799.50"))
    page = client.get(held.get_absolute_url()).content.decode()
    assert yuan(Decimal("3799.50")) in page and "王网格员、陈书记" in page
    refused = act(client, held, "spend", amount="9000", what="尾款", payee="施工单位").content.decode()
    assert "结余只有3799.50元" in refused and "9000" in refused


def test_the_head_of_a_courtyard_who_was_asked_to_signs(client, held, chen, clerk, courtyard):
    Posting.objects.create(
        user=clerk, post=Post.objects.get(code="courtyard_leader"), compound=courtyard,
        valid_from=timezone.localdate() - timedelta(days=9),
    )  # fmt: skip
    consultations.receive(held, consultations.Received(Decimal(100), "unit", "支持", unit="教育局"), by=chen)
    line = consultations.spend(held, Decimal(10), what="工具", payee="五金店", by=chen)
    address = reverse("desk:consultation-line", args=[held.number, line.pk, "sign"])
    client.force_login(clerk)
    assert client.post(address).status_code == 403
    held.attendees.create(user=clerk, role="庭院长", signs=True)
    assert client.get(held.get_absolute_url()).status_code == 200
    client.post(address)
    line.refresh_from_db()
    assert line.settled_by == clerk
    assert Compound.objects.get(pk=courtyard.pk) == held.compound


def test_names_stay_inside_unless_they_agreed(client, held, chen, wang):
    give = consultations.Received(Decimal(200), "residents", "居民出资", households=1, name="刘秀兰")
    shown = consultations.Received(Decimal(200), "donation", "捐助", name="张志强", consents=True)
    for money in (give, shown):
        consultations.receive(held, money, by=wang)
    consultations.publish_sheet(held, by=chen)
    late = consultations.Received(Decimal(1), "donation", "零钱")
    consultations.receive(held, late, by=wang)
    sheet = client.get(reverse("public:consultation-money", args=[held.number])).content.decode()
    assert "刘" not in sheet and "张志强" in sheet and "零钱" not in sheet and "400.00" in sheet
    consultations.withdraw_consent(Line.objects.get(consents=True), by=chen)
    assert "张志强" not in client.get(reverse("public:consultation-money", args=[held.number])).content.decode()
    client.force_login(chen)
    page = client.get(held.get_absolute_url()).content.decode()
    assert "刘秀兰" not in page and "刘*" in page
    line = Line.objects.get(what="居民出资")
    opened = client.post(reverse("desk:consultation-line", args=[held.number, line.pk, "name"]), {"reason": "receipt"})
    assert "刘秀兰" in opened.content.decode()
    paper = client.get(reverse("desk:consultation-money", args=[held.number])).content.decode()
    assert "刘秀兰" not in paper and "零钱" in paper


def test_residents_read_and_judge_it(client, held, chen, make_consultation):  # noqa: F811
    secret = make_consultation("decided", title="还没公示的")
    assert client.get(reverse("public:consultation", args=[secret.number])).status_code == 404
    listed = client.get(reverse("public:consultations") + f"?area={held.community}").content.decode()
    assert held.title in listed and secret.title not in listed
    page = client.get(reverse("public:consultation", args=[held.number])).content.decode()
    assert "清理空地，铺装，装座椅。" in page and "大家都说了话" not in page
    assert client.get(reverse("public:consultation-money", args=[held.number])).status_code == 404
    consultations.progress(held.steps.get(), "清完。", done=True, by=chen)
    consultations.open_review(held, by=chen)
    address = reverse("public:consultation-review", args=[held.review_key])
    assert "请选择满意还是不满意" in client.post(address, {"words": "好"}).content.decode()
    assert "谢谢您" in client.post(address, {"satisfied": "no", "words": "座椅少"}).content.decode()
    again = client.post(address, {"satisfied": "yes"})
    assert again.status_code == 409 and held.reviews.count() == 1
    consultations.end(held, "已经开放。", by=chen)
    ended = client.get(reverse("public:consultation", args=[held.number])).content.decode()
    assert "满意0 / 1" in ended and "座椅少" not in ended
    assert client.get(address).status_code == 410


def test_the_list_asks_as_much_for_twenty_as_for_two(client, chen, make_consultation):  # noqa: F811
    client.force_login(chen)
    counts = []
    for more in (2, 10):
        for _ in range(more):
            make_consultation("topic")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse("desk:consultations")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_ledger_holds_what_one_sees(held, chen, outsider):
    ledger = LEDGERS["consultations"]
    (row,) = ledger.select(chen, QueryDict())
    assert len(ledger.line(row)) == len(ledger.columns) and held.title in ledger.line(row)
    assert not ledger.select(outsider, QueryDict()).exists()


def test_the_notice_is_printed_with_time_and_place(client, held, chen):
    client.force_login(chen)
    paper = client.get(reverse("desk:consultation-notice", args=[held.number])).content.decode()
    assert "社区会议室" in paper and "北大街道新村社区居民委员会" in paper


def test_it_is_found_by_its_number_and_its_words(client, held, chen, outsider):
    client.force_login(chen)
    for typed in (held.number, "空地"):
        assert held.title in client.get(reverse("desk:search") + f"?q={typed}").content.decode()
    client.force_login(outsider)
    assert held.title not in client.get(reverse("desk:search") + "?q=空地").content.decode()
