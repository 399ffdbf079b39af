"""The inbox: exactly one's own cases, by deadline, in few queries; many at once; the ledger."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Approval, Case
from cases.roles import may_decide, roles_of
from cases.services.acting import OFFICE_UNIT, unit_of
from cases.states import Status, Who
from conftest import GRID, XINCUN
from desk import work
from grids.models import Organization

pytestmark = pytest.mark.django_db
STREET = XINCUN[:9]


@pytest.fixture
def sees(client):
    """sees(user, **query): the inbox as this person gets it."""

    def look(user, **query):
        client.force_login(user)
        return client.get(reverse("desk:cases"), query)

    return look


def titles(response) -> list[str]:
    return [case.called for case in response.context["list"].page]


def test_each_sees_what_waits_at_the_own_seat_only(make_case, sees, wang, chen, zhao, outsider):
    make_case(subject="网格的", at=timezone.now())
    make_case(subject="社区的", area=XINCUN, at=timezone.now())
    assert titles(sees(wang)) == ["网格的"]
    assert titles(sees(chen)) == ["社区的"]
    assert titles(sees(zhao)) == []
    assert sorted(titles(sees(zhao, view="all"))) == ["社区的", "网格的"]
    assert titles(sees(outsider, view="all")) == []


def test_a_complaint_about_a_person_is_not_in_that_persons_list(make_case, sees, wang, chen):
    make_case(subject="反映网格员", area=GRID, about=wang, at=timezone.now())
    assert titles(sees(wang, view="all")) == []
    assert titles(sees(chen, view="all")) == ["反映网格员"]


def test_the_earliest_deadline_stands_first_and_what_is_exhausted_before_it(make_case, sees, wang):
    now = timezone.now()
    later = make_case(subject="晚到期", at=now)
    sooner = make_case(subject="早到期", at=now)
    marked = make_case(subject="到顶", at=now)
    Case.objects.filter(pk=sooner.pk).update(due_at=later.due_at - timedelta(hours=1))
    Case.objects.filter(pk=marked.pk).update(due_at=later.due_at + timedelta(days=9), exhausted_at=now)
    assert titles(sees(wang)) == ["到顶", "早到期", "晚到期"]


def test_views_split_the_list_and_count_it(make_case, sees, chen):
    now = timezone.now()
    over = make_case(subject="超期", area=XINCUN, at=now)
    signed = make_case(subject="签过", area=XINCUN, at=now)
    cases.sign(signed, by=chen)
    Case.objects.filter(pk=over.pk).update(due_at=now - timedelta(days=1))
    assert titles(sees(chen, view="over")) == ["超期"]
    assert titles(sees(chen, view="unsigned")) == ["超期"]
    counts = {view.slug: count for view, _, count in sees(chen).context["list"].tabs}
    assert (counts["mine"], counts["over"], counts["unsigned"], counts["all"]) == (2, 1, 1, 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "handling"}, {"甲"}),
        ({"category": "light"}, {"甲", "乙"}),
        ({"category": "leak"}, {"丙"}),
        ({"channel": "phone"}, {"乙"}),
        ({"area": GRID}, {"甲"}),
        ({"area": XINCUN}, {"甲", "乙", "丙"}),
        ({"due": "over"}, {"丙"}),
        ({"q": "三号院"}, {"乙"}),
        ({"level": "1"}, {"甲"}),
        ({"level": "9", "channel": "phone"}, {"乙"}),
    ],
)
def test_filters_narrow_and_nonsense_is_left_out(make_case, sees, wang, zhao, query, expected):
    now = timezone.now()
    first = make_case(subject="甲", at=now)
    make_case(subject="乙", area=XINCUN, channel="phone", place="三号院", at=now)
    third = make_case(subject="丙", area=XINCUN, category="leak-roof", at=now)
    cases.sign(first, by=wang)
    Case.objects.filter(pk=third.pk).update(due_at=now - timedelta(hours=2))
    assert set(titles(sees(zhao, view="all", **query))) == expected


def test_another_streets_area_in_the_address_shows_nothing(make_case, sees, outsider):
    make_case(at=timezone.now())
    assert titles(sees(outsider, view="all", area=XINCUN)) == []


def test_pages_follow_each_other_without_gap_or_repeat(make_case, sees, chen):
    for number in range(45):
        make_case(subject=f"第{number}件", area=XINCUN, at=timezone.now())
    seen, cursor = [], ""
    for _ in range(3):
        response = sees(chen, page=cursor)
        seen += titles(response)
        cursor = response.context["list"].page.next_cursor or ""
    assert len(seen) == len(set(seen)) == 45
    assert not cursor
    assert "共45件" in response.content.decode()
    assert len(titles(sees(chen, per="50"))) == 45


def test_twenty_rows_cost_as_many_queries_as_two(make_case, client, chen):
    client.force_login(chen)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("desk:cases"), {"per": "50"})
        # The session comes from the cache, unless somebody emptied it meanwhile.
        return len([query for query in captured if "django_session" not in query["sql"]])

    for _ in range(2):
        make_case(area=XINCUN, at=timezone.now())
    queries()
    two = queries()
    for _ in range(18):
        make_case(area=XINCUN, at=timezone.now())
    assert queries() == two < 12


def test_htmx_gets_the_list_alone(make_case, client, chen):
    make_case(subject="片段", area=XINCUN, at=timezone.now())
    client.force_login(chen)
    text = client.get(reverse("desk:cases"), headers={"HX-Request": "true"}).content.decode()
    assert "片段" in text and "<html" not in text


def test_an_empty_result_offers_to_clear_the_filter(make_case, sees, chen):
    assert "清除筛选" in sees(chen, q="没有这样的").content.decode()
    assert "都办完了" in sees(chen).content.decode()


def test_bulk_signing_does_what_it_can_and_says_why_not(make_case, client, chen, wang):
    mine, other = make_case(area=XINCUN, at=timezone.now()), make_case(at=timezone.now())
    signed = make_case(area=XINCUN, at=timezone.now())
    cases.sign(signed, by=chen)
    client.force_login(chen)
    numbers = [mine.number, other.number, signed.number, "WD0000000000000"]
    response = client.post(reverse("desk:bulk"), {"pick": numbers, "do": "sign", "next": "/desk/cases/"}, follow=True)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == (Status.HANDLING, Status.RECEIVED)
    text = response.content.decode()
    assert "已签收1件" in text and "3件没有办成" in text and "没有找到这件事项" in text
    assert response.context["picked"] == numbers[1:]


def test_handing_over_goes_to_a_colleague_of_the_seat_and_keeps_what_was_typed(make_case, client, chen, he, outsider):
    case = make_case(area=XINCUN, at=timezone.now())
    client.force_login(chen)
    fields = {"pick": [case.number], "do": "hand_over", "note": "请今天去看", "next": "/desk/cases/"}
    refused = client.post(reverse("desk:bulk"), {**fields, "to": outsider.pk}, follow=True)
    assert refused.context["kept_note"] == "请今天去看"
    assert [person.pk for person in refused.context["colleagues"]] == [he.pk]
    client.post(reverse("desk:bulk"), {**fields, "to": he.pk})
    case.refresh_from_db()
    assert case.assignee == he


def test_bulk_cannot_reach_another_streets_case_and_wants_a_post(make_case, client, outsider):
    case = make_case(at=timezone.now())
    client.force_login(outsider)
    client.post(reverse("desk:bulk"), {"pick": [case.number], "do": "sign", "next": "https://elsewhere.example/"})
    case.refresh_from_db()
    assert case.status == Status.RECEIVED
    assert client.get(reverse("desk:bulk")).status_code == 405
    outside = client.post(reverse("desk:bulk"), {"pick": [case.number], "do": "sign", "next": "//elsewhere.example/"})
    assert outside["Location"] == reverse("desk:cases")


def test_selections_agree_with_the_roles_of_one_case(make_case, wang, chen, he, zhao, qian, sun, li, outsider):
    found = _cases_at_every_stage(make_case, wang, chen, zhao, qian, sun, li)
    for user in (wang, chen, he, zhao, qian, sun, li, outsider):
        disputed = set(work.to_review(user).values_list("pk", flat=True))
        approvable = set(work.to_decide(user).values_list("pk", flat=True))
        for case in found:
            above = Who.ABOVE in roles_of(case, user)
            assert (case.pk in disputed) == (above and bool(case.review_by)), (user, case.level, case.handling_unit)
        for approval in Approval.objects.filter(case__status__in=["received", "handling"]).select_related("case"):
            assert (approval.pk in approvable) == may_decide(approval, user), (user, approval)


def _cases_at_every_stage(make_case, wang, chen, zhao, qian, sun, li) -> list[Case]:
    """A disputed case and one with a request at every seat of the ladder, urgent ones among them."""
    found = []
    units = [None, unit_of(OFFICE_UNIT), Organization.objects.get(code="zhujian")]
    seats = [(1, None), (2, None), (3, None), *((4, unit) for unit in units)]
    askers = {1: wang, 2: chen, 3: zhao, 4: qian}
    for level, unit in seats:
        for urgent in (False, True):
            now = timezone.now()
            disputed, asked = make_case(at=now), make_case(at=now)
            fields = {"level": level, "handling_unit": unit, "urgent": urgent}
            Case.objects.filter(pk=disputed.pk).update(**fields, status="confirming", review_by=now)
            Case.objects.filter(pk=asked.pk).update(**fields, status="handling")
            by = {OFFICE_UNIT: sun, "zhujian": li}.get(unit.code if unit else "", askers[level])
            Approval.objects.create(
                case=asked, kind="extend", step=asked.step, level=level, days=1, reason="等材料", asked_by=by
            )
            found += [disputed, asked]
    return list(Case.objects.filter(pk__in=[c.pk for c in found]).select_related("handling_unit"))
