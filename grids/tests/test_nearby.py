"""Owners' bodies step by step, chat groups, centres against their standard, points."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from common.errors import DomainError
from conftest import GRID, XINCUN
from grids.models import Amendment, Area, Compound, InspectionMark, OwnersBody, Post, ServiceCentre, Standard
from grids.services import centres, nearby, places

pytestmark = pytest.mark.django_db
Step = OwnersBody.Step


@pytest.fixture
def place(ground):
    """place(code): the area of a code."""
    return lambda code: Area.objects.get(code=code)


@pytest.fixture
def estate(place, chen):
    """A compound."""
    return places.open_compound(place(GRID), name="新村小区", kind="estate", by=chen)


@pytest.fixture
def filed(estate, chen):
    """An owners' committee with three years to go."""
    body = nearby.start_body(estate, kind="owners", on=date(2026, 1, 5), by=chen)
    nearby.step_body(body, Step.PUBLISHED, on=date(2026, 2, 1), by=chen)
    nearby.step_body(body, Step.ELECTED, on=date(2026, 3, 1), members=7, by=chen)
    nearby.step_body(
        body, Step.FILED, on=date(2026, 3, 20), term_from=date(2026, 3, 1), term_to=date(2029, 2, 28), by=chen
    )
    body.refresh_from_db()
    return body


@pytest.fixture
def centre(place, chen):
    """The centre of 新村社区."""
    return centres.open_centre(place(XINCUN), name="新村社区党群服务中心", by=chen)


def marks(standard: Standard, *, but: int = 0) -> dict:
    """Every line met, except for the first `but`."""
    return {item.pk: (number >= but, "") for number, item in enumerate(centres.items_of(standard))}


def test_an_owners_body_goes_up_step_by_step(filed):
    assert filed.stands and (filed.step, filed.members) == (Step.FILED, 7)
    assert [step.step for step in filed.steps.order_by("pk")] == ["preparing", "published", "elected", "filed"]
    assert Amendment.objects.filter(subject_kind="ownersbody", field="step").count() == 3


def test_steps_are_taken_in_order_with_their_dates(estate, chen):
    body = nearby.start_body(estate, kind="property", on=date(2026, 1, 5), by=chen)
    for step, facts, said in (
        (Step.ELECTED, {"on": date(2026, 2, 1)}, "下一步是公示"),
        (Step.PREPARING, {"on": date(2026, 2, 1)}, "下一步是公示"),
        (Step.PUBLISHED, {"on": date(2026, 1, 4)}, "不能早于上一步"),
        (Step.PUBLISHED, {"on": timezone.localdate() + timedelta(days=1)}, "不能晚于今天"),
    ):
        with pytest.raises(DomainError, match=said):
            nearby.step_body(body, step, by=chen, **facts)
    nearby.step_body(body, Step.PUBLISHED, on=date(2026, 1, 5), by=chen)
    with pytest.raises(DomainError, match="委员人数"):
        nearby.step_body(body, Step.ELECTED, on=date(2026, 2, 1), by=chen)
    nearby.step_body(body, Step.ELECTED, on=date(2026, 2, 1), members=5, by=chen)
    with pytest.raises(DomainError, match="任期的开始和结束"):
        nearby.step_body(body, Step.FILED, on=date(2026, 2, 2), by=chen)
    day = date(2026, 2, 2)
    with pytest.raises(DomainError, match="任期结束要晚于"):
        nearby.step_body(body, Step.FILED, on=day, term_from=day, term_to=day, by=chen)
    assert not OwnersBody.objects.get().stands


def test_one_body_a_compound(filed, estate, chen):
    with pytest.raises(DomainError, match="换届"):
        nearby.start_body(estate, kind="owners", on=date(2026, 4, 1), by=chen)


def test_a_new_term_is_a_new_row_and_the_old_one_stands_until_then(filed, chen):
    term = {"members": 9, "term_from": date(2026, 6, 1), "term_to": date(2029, 5, 31)}
    days = {"elected_on": date(2026, 5, 20), "filed_on": date(2026, 6, 1)}
    with pytest.raises(DomainError, match="先登记换届"):
        nearby.new_term(filed, by=chen, **days, **term)
    nearby.step_body(filed, Step.RENEWING, on=date(2026, 5, 1), by=chen)
    filed.refresh_from_db()
    assert filed.stands
    with pytest.raises(DomainError, match="下一步是登记新一届"):
        nearby.step_body(filed, Step.FILED, on=date(2026, 6, 1), by=chen)
    with pytest.raises(DomainError, match="备案日期不能早于"):
        nearby.new_term(filed, by=chen, elected_on=date(2026, 6, 1), filed_on=date(2026, 5, 31), **term)
    following = nearby.new_term(filed, by=chen, **days, **term)
    filed.refresh_from_db()
    assert following.stands and (filed.stands, filed.ended_date) == (False, date(2026, 6, 1))
    assert OwnersBody.objects.filter(ended_date__isnull=True).get() == following


def test_a_body_that_ended_takes_no_more_steps(filed, estate, chen):
    nearby.end_body(filed, on=timezone.localdate(), by=chen)
    for again in (
        lambda: nearby.end_body(filed, on=timezone.localdate(), by=chen),
        lambda: nearby.step_body(filed, Step.RENEWING, on=timezone.localdate(), by=chen),
    ):
        with pytest.raises(DomainError, match="已经终止"):
            again()
    assert nearby.start_body(estate, kind="owners", on=timezone.localdate(), by=chen)


def test_nothing_begins_in_a_compound_given_up(estate, chen):
    Compound.objects.filter(pk=estate.pk).update(valid_to=timezone.localdate())
    estate.refresh_from_db()
    with pytest.raises(DomainError, match="已经停用"):
        nearby.start_body(estate, kind="owners", on=timezone.localdate(), by=chen)


def test_groups_belong_to_grids_and_have_one_name(place, chen):
    post = Post.objects.get(code="grid_worker")
    group = nearby.open_group(place(GRID), name="第三网格居民群", owner_post=post, households=180, by=chen)
    with pytest.raises(DomainError, match="已经有叫"):
        nearby.open_group(place(GRID), name="第三网格居民群", owner_post=post, households=1, by=chen)
    with pytest.raises(DomainError, match="登记到网格"):
        nearby.open_group(place(XINCUN), name="社区群", owner_post=post, households=1, by=chen)
    other = nearby.open_group(place(GRID), name="二群", owner_post=post, households=1, on=date(2026, 1, 1), by=chen)
    with pytest.raises(DomainError, match="已经有叫"):
        nearby.change_group(other, {"name": "第三网格居民群"}, by=chen)
    assert nearby.change_group(group, {"households": 190}, by=chen) == ["households"]
    nearby.close_group(group, by=chen)
    with pytest.raises(DomainError, match="已经解散"):
        nearby.close_group(group, by=chen)
    with pytest.raises(DomainError, match="已经解散"):
        nearby.change_group(group, {"households": 1}, by=chen)


def test_a_centre_gets_the_standard_of_its_community(centre, place, chen):
    assert centre.standard.name == "一有七中心"
    places.set_area_facts(place("411002005001"), {"kind": "rural"}, by=chen)
    rural = centres.open_centre(place("411002005001002"), name="网格党群服务站", by=chen)
    assert rural.standard.name == "三有五中心"
    for area, name, said in ((XINCUN, "新村社区党群服务中心", "已经有"), (XINCUN[:9], "街道中心", "社区或网格")):
        with pytest.raises(DomainError, match=said):
            centres.open_centre(place(area), name=name, by=chen)
    with pytest.raises(DomainError, match="办公电话"):
        centres.change_centre(centre, {"phone": "13800001234"}, by=chen)


def test_a_centre_passes_when_every_line_is_met(centre, chen):
    inspection = centres.inspect(centre, marks(centre.standard), on=date(2026, 10, 1), by=chen)
    assert inspection.passed and InspectionMark.objects.filter(inspection=inspection).count() == 8
    assert not centres.inspect(centre, marks(centre.standard, but=1), on=date(2026, 10, 2), by=chen).passed


def test_a_checklist_with_too_few_centres_never_passes(centre, chen):
    last = centres.items_of(centre.standard)[-1]
    last.retired_date = date(2026, 1, 1)
    last.save()
    assert not centres.inspect(centre, marks(centre.standard), on=date(2026, 10, 1), by=chen).passed


def test_every_line_is_marked_or_nothing_is_kept(centre, chen):
    whole = marks(centre.standard)
    whole.popitem()
    for found, on, said in (
        (whole, date(2026, 10, 1), "每一条都要勾"),
        (marks(centre.standard), timezone.localdate() + timedelta(days=1), "不能晚于今天"),
    ):
        with pytest.raises(DomainError, match=said):
            centres.inspect(centre, found, on=on, by=chen)
    bare = ServiceCentre.objects.create(area=centre.area, name="没有标准")
    with pytest.raises(DomainError, match="先给中心选一个标准"):
        centres.inspect(bare, {}, on=date(2026, 10, 1), by=chen)
    assert not InspectionMark.objects.exists()


def test_the_newest_inspection_counts_by_its_day(centre, chen):
    centres.inspect(centre, marks(centre.standard), on=date(2026, 10, 5), by=chen)
    centres.inspect(centre, marks(centre.standard, but=2), on=date(2026, 9, 1), by=chen)
    row = centres.with_result(ServiceCentre.objects.all()).get()
    assert (row.passed, row.inspected) == (True, date(2026, 10, 5))
    centres.close_centre(centre, by=chen)
    for again in (
        lambda: centres.close_centre(centre, by=chen),
        lambda: centres.change_centre(centre, {"hours": "全天"}, by=chen),
        lambda: centres.inspect(centre, {}, on=date(2026, 10, 5), by=chen),
    ):
        with pytest.raises(DomainError, match="已经停用"):
            again()


def test_points_are_open_full_closed_and_gone(place, chen):
    add = nearby.add_point
    point = add(place(XINCUN), kind="employment", name="假发工坊", offers="手工钩织，可带回家做", openings=6, by=chen)
    before = point.updated_at
    assert nearby.change_point(point, {"state": "full"}, by=chen) == ["state"]
    assert point.updated_at > before
    for area, facts, said in (
        (XINCUN, {"kind": "service", "openings": 3}, "只有就业点"),
        (XINCUN, {"kind": "service", "phone": "13800001234"}, "办公电话"),
        (XINCUN[:9], {"kind": "service"}, "社区或网格"),
    ):
        with pytest.raises(DomainError, match=said):
            add(place(area), name="代缴点", offers="代缴水电费", by=chen, **facts)
    nearby.remove_point(point, by=chen)
    for again in (lambda: nearby.remove_point(point, by=chen), lambda: nearby.change_point(point, {}, by=chen)):
        with pytest.raises(DomainError, match="已经撤销"):
            again()
