"""组织和单位: the whole district's bodies and those of the own ground; kept by whoever keeps the place."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from conftest import XINCUN
from grids.models import Area, Organization
from grids.services import organizations

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(client):
    """at(user, page, *args, **query): a page as this person gets it."""

    def look(user, page, /, *args, **query):
        client.force_login(user)
        return client.get(reverse(f"desk:{page}", args=args), query)

    return look


@pytest.fixture
def send(client):
    """send(user, page, *args, **typed): a form sent by this person."""

    def post(user, page, /, *args, **typed):
        client.force_login(user)
        return client.post(reverse(f"desk:{page}", args=args), typed)

    return post


@pytest.fixture
def school(ground, chen):
    """A school of 新村社区."""
    area = Area.objects.get(code=XINCUN)
    return organizations.add_organization(name="新村小学", kind="school", area=area, by=chen)


def text(response) -> str:
    return response.content.decode()


def names(response) -> set[str]:
    return {row.name for row in response.context["page"]}


def test_the_list_shows_the_district_and_the_own_ground(at, chen, outsider, school):
    assert "新村小学" in names(at(chen, "organizations", kind="school"))
    assert names(at(outsider, "organizations", kind="school")) == set()
    assert "区住建局" in names(at(outsider, "organizations", q="住建"))
    assert names(at(chen, "organizations", kind="party_committee")) == {"北大街道新村社区党委"}


def test_the_list_is_narrowed_by_kind_street_and_state(at, qian, school):
    assert at(qian, "organizations", kind="party_work").context["found"] == 13
    assert at(qian, "organizations", kind="party_work", street=XINCUN[:9]).context["found"] == 1
    assert at(qian, "organizations", kind="nonsense").context["found"] > 600
    assert at(qian, "organizations", out="1").context["found"] == 0
    assert "没有符合条件的组织" in text(at(qian, "organizations", out="1"))


def test_pages_follow_each_other(at, qian):
    first = at(qian, "organizations", kind="department")
    second = at(qian, "organizations", kind="department", page=first.context["page"].next_cursor)
    assert len(names(first)) == 20 and not names(first) & names(second)
    assert "kind=department" in text(first).split('rel="next"')[1][:90]


def test_who_only_handles_cases_reads_no_ground(at, li, clerk):
    for user in (li, clerk):
        for name in ("organizations", "organization-new"):
            assert at(user, name).status_code == 403


def test_a_community_registers_its_own_and_not_the_districts(at, send, chen, qian):
    shown = text(at(chen, "organization-new"))
    assert "物业公司" in shown and "区直部门</option>" not in shown
    answer = send(chen, "organization-new", kind="property", name="安居物业", area=XINCUN, phone="0374-2222222")
    made = Organization.objects.get(name="安居物业")
    assert answer["Location"] == reverse("desk:organization", args=[made.pk])
    assert send(qian, "organization-new", kind="department", name="区粮食局", takes_cases="on").status_code == 302
    assert Organization.objects.get(name="区粮食局").takes_cases


def test_an_area_is_asked_of_everybody_but_the_district(send, chen):
    assert send(chen, "organization-new", kind="property", name="安居物业").status_code == 200
    assert not Organization.objects.filter(name="安居物业").exists()


def test_a_body_is_changed_by_whoever_keeps_its_place(at, send, chen, outsider, wang, school, qian):
    department = Organization.objects.get(code="jiaoti")
    assert send(chen, "organization-edit", school.pk, name="新村小学", secretary="韩校长").status_code == 302
    assert "韩校长" in text(at(chen, "organization", school.pk))
    assert at(outsider, "organization-edit", school.pk).status_code == 404
    assert at(outsider, "organization", school.pk).status_code == 404
    assert at(wang, "organization-edit", school.pk).status_code == 403
    assert at(chen, "organization", department.pk).status_code == 200
    assert at(chen, "organization-edit", department.pk).status_code == 404
    assert at(qian, "organization-edit", department.pk).status_code == 200
    assert at(chen, "organization-retire", school.pk).status_code == 405
    assert send(outsider, "organization-retire", school.pk).status_code == 404


def test_a_party_organization_shows_the_one_above_and_those_beneath(at, chen, zhao, send):
    committee = Organization.objects.get(code=f"party-{XINCUN}")
    shown = text(at(chen, "organization", committee.pk))
    assert "北大街道党工委" in shown and "第三网格党支部" in shown
    answer = send(zhao, "organization-edit", committee.pk, name="北大街道新村社区党总支", parent=committee.parent_id)
    assert answer.status_code == 302
    committee.refresh_from_db()
    assert committee.name.endswith("党总支")


def test_a_unit_with_cases_in_hand_stays_in_use(at, send, qian, make_case):
    unit = Organization.objects.get(code="zhujian")
    case = make_case()
    Case.objects.filter(pk=case.pk).update(level=4, handling_unit=unit)
    send(qian, "organization-retire", unit.pk)
    assert "还有1件在办事项" in text(at(qian, "organization", unit.pk))
    Case.objects.filter(pk=case.pk).update(level=1, handling_unit=None)
    send(qian, "organization-retire", unit.pk)
    assert "已停用" in text(at(qian, "organization", unit.pk))


def test_only_partnerships_of_the_own_ground_are_listed(at, chen, outsider, qian):
    unit = Organization.objects.get(code="jiaoti")
    for code in (XINCUN, "411002008001"):
        organizations.begin_partnership(unit, Area.objects.get(code=code), kind="paired", by=qian)
    assert "北大街道新村社区" in text(at(chen, "organization", unit.pk))
    assert "丁庄街道丁庄社区" not in text(at(chen, "organization", unit.pk))
    assert at(qian, "organization", unit.pk).context["partnerships"].count() == 2


def test_twenty_rows_cost_as_many_queries_as_two(client, chen, qian):
    client.force_login(qian)

    def queries(**query) -> int:
        client.get(reverse("desk:organizations"), query)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("desk:organizations"), query)
        return len([query for query in captured if "django_session" not in query["sql"]])

    assert queries(kind="district_office") == queries(kind="party_branch") < 15
