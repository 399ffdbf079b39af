"""工作台: what waits, what to do with it, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services.acting import OFFICE_UNIT, unit_of
from conftest import XINCUN
from consultations import services as consultations
from consultations.models import Attendee, Line
from consultations.roles import may_sign
from consultations.tests.conftest import make_consultation  # noqa: F401
from grids.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client):
    """home(user): the page as this person gets it."""

    def look(user):
        client.force_login(user)
        return client.get(reverse("desk:home"))

    return look


def test_somebody_without_a_posting_is_told_so(home, clerk, make_case):
    make_case(at=timezone.now())
    text = home(clerk).content.decode()
    assert "还没有岗位" in text and "轮到我</h2>" not in text


def test_the_outsider_has_nothing_of_this_street(home, outsider, make_case):
    make_case(subject="别的街道的事", at=timezone.now())
    text = home(outsider).content.decode()
    assert "现在没有等您处理的事" in text and "别的街道的事" not in text


def test_seven_most_pressing_cases_and_a_link_to_the_rest(home, chen, make_case):
    for number in range(9):
        make_case(subject=f"第{number}件", area=XINCUN, at=timezone.now())
    page = home(chen)
    assert len(page.context["turn"]) == len(page.context["unsigned"]) == 7
    assert "全部9件" in page.content.decode() and page.context["rest"] is not None


def test_it_says_what_to_do_next(home, chen, qian, sun, make_case):
    first = make_case(area=XINCUN, at=timezone.now())
    second = make_case(area=XINCUN, at=timezone.now())
    cases.sign(second, by=chen)
    assert {doing for _, doing in home(chen).context["turn"]} == {"签收", "办理并答复居民"}
    Case.objects.filter(pk=first.pk).update(level=4)
    assert [doing for _, doing in home(qian).context["turn"]] == ["研判后转区委办"]
    Case.objects.filter(pk=first.pk).update(handling_unit=unit_of(OFFICE_UNIT))
    assert [doing for _, doing in home(sun).context["turn"]] == ["交办给承办单位"]


def test_unsigned_cases_say_why_they_are_here_and_are_signed_at_once(home, client, wang, chen, make_case):
    case = make_case(at=timezone.now())
    cases.escalate(case, "要用社区的车", by=wang)
    page = home(chen)
    assert [why for _, _, why in page.context["unsigned"]] == ["网格上报"]
    client.post(reverse("desk:bulk"), {"pick": [case.number], "do": "sign", "next": "/desk/"})
    case.refresh_from_db()
    assert case.signed_at
    assert home(chen).context["unsigned"] == []


def test_a_request_waits_for_the_head_and_not_for_who_asked(home, he, chen, make_case):
    case = make_case(area=XINCUN, at=timezone.now())
    cases.sign(case, by=he)
    cases.ask_extension(case, 1, "等材料", by=he)
    assert [a.reason for a in home(chen).context["approvals"]] == ["等材料"]
    assert home(he).context["approvals"] == []


def test_a_dispute_waits_for_the_level_above(home, wang, chen, zhao, make_case):
    case = make_case(at=timezone.now())
    cases.resolve(case, 1, "已修好", by=wang)
    cases.dispute(case, "又坏了")
    assert [found.pk for found, _ in home(chen).context["reviews"]] == [case.pk]
    assert home(wang).context["reviews"] == [] == home(zhao).context["reviews"]


def test_what_a_unit_answered_waits_for_the_community(home, li, chen, make_case):
    case = make_case(at=timezone.now())
    unit = Organization.objects.get(code="zhujian")
    Case.objects.filter(pk=case.pk).update(level=4, handling_unit=unit, status="handling")
    case.refresh_from_db()
    cases.resolve(case, 4, "已修好", by=li)
    assert [found.pk for found in home(chen).context["accepting"]] == [case.pk]


@pytest.fixture
def spent(make_consultation, wang):  # noqa: F811
    """spent(amount): a spending of a consultation at work, first signed by wang."""
    held = make_consultation("works", at=timezone.now() - timedelta(days=60))
    money = consultations.Received(Decimal("5000"), "residents", "居民出资", households=26)
    consultations.receive(held, money, by=wang)
    return lambda amount="20.00": consultations.spend(held, Decimal(amount), what="买沙子", payee="施工单位", by=wang)


def test_a_spending_waits_for_the_second_person_and_leads_to_its_book(home, spent, wang, chen, zhao, outsider):
    line = spent("1234.50")
    page = home(chen)
    text = page.content.decode()
    assert [row.pk for row in page.context["signatures"]] == [line.pk] and "待签字1笔" in text
    held = line.book.consultation
    assert f"{held.get_absolute_url()}#book" in text
    assert reverse("desk:consultation-line", args=[held.number, line.pk, "sign"]) in text
    # Who signed first, who only looks on and who stands elsewhere: nothing waits for them.
    assert [home(user).context["signatures"] for user in (wang, zhao, outsider)] == [[], [], []]
    consultations.sign(line, by=chen)
    assert home(chen).context["signatures"] == []


def test_who_was_asked_to_watch_the_money_signs_too(home, spent, zhao):
    line = spent()
    Attendee.objects.create(consultation=line.book.consultation, user=zhao, role="街道监督", signs=True)
    assert [row.pk for row in home(zhao).context["signatures"]] == [line.pk]


def test_the_list_and_the_page_agree_on_who_signs(spent, wang, he, chen, zhao, qian, li, outsider, clerk):
    line = spent()
    for user in (wang, he, chen, zhao, qian, li, outsider, clerk):
        listed = Line.objects.to_sign(user).filter(pk=line.pk).exists()
        assert listed == may_sign(line.book.consultation, line, user), user


def test_signatures_cost_as_many_queries_for_seven_rows_as_for_two(home, spent, chen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            home(chen)
        return len([query for query in captured if "django_session" not in query["sql"]])

    for _ in range(2):
        spent()
    home(chen)
    two = queries()
    for _ in range(7):
        spent()
    assert queries() == two and "等签字的协商" in home(chen).content.decode()


def test_notices_unread_are_shown(home, wang, make_case):
    make_case(at=timezone.now())
    assert "新事项待签收" in home(wang).content.decode()


def test_the_page_costs_as_many_queries_for_seven_rows_as_for_two(home, chen, make_case):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            home(chen)
        # The session comes from the cache, unless somebody emptied it meanwhile.
        return len([query for query in captured if "django_session" not in query["sql"]])

    for _ in range(2):
        make_case(area=XINCUN, at=timezone.now() - timedelta(minutes=5))
    home(chen)
    two = queries()
    for _ in range(5):
        make_case(area=XINCUN, at=timezone.now())
    assert queries() == two


def test_without_signing_in_one_is_sent_to_the_door(client, db):
    assert client.get(reverse("desk:home")).status_code == 302
