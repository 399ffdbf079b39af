"""People on posts: what fits, what is refused and how it is said, leave, hand-over."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError
from conftest import GRID, XINCUN, posted
from grids.models import Area, Building, Compound, Entrance, Organization, Post, Posting
from grids.services import handovers, postings
from grids.services.postings import Place, clean_office_phone
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def day(offset: int = 0):
    """A date near today."""
    return timezone.localdate() + timedelta(days=offset)


def post(code: str) -> Post:
    return Post.objects.get(code=code)


@pytest.fixture
def feng(ground):
    """Somebody without a posting."""
    return posted("feng", "冯大伟", "冯先生", "")


@pytest.fixture
def yard(ground):
    """A work-unit courtyard with one building and two entrances, and a rural group beside it."""
    compound = Compound.objects.create(area_id=GRID, name="纺织厂家属院", kind="work_unit")
    building = Building.objects.create(compound=compound, area_id=GRID, number=3)
    first = Entrance.objects.create(building=building, number=1)
    Entrance.objects.create(building=building, number=2)
    Compound.objects.create(area_id=GRID, name="二组", kind="group", setting="rural")
    return first


def appoint(user, code: str, row, **more) -> Posting:
    return postings.appoint(user, post(code), Place.of(row), **more)


def refused(verb, *args, **more) -> str:
    with pytest.raises(DomainError) as refusal:
        verb(*args, **more)
    return refusal.value.message


# --- appointing


def test_a_unit_leader_is_appointed_to_an_entrance(yard, feng, chen):
    row = appoint(feng, "entrance_leader", yard, office_phone="0374-2988123", by=chen)
    assert (row.area, row.compound, row.building, row.entrance) == (None, yard.building.compound, yard.building, yard)
    assert row.place_name == "纺织厂家属院3号楼1单元"
    assert row.valid_from == day()
    assert Entry.objects.filter(verb="posting.appoint", subject_id=str(row.pk), actor_id=chen.pk).exists()
    assert Notification.objects.filter(seat=f"user:{feng.pk}", title__contains="单元长").exists()


def test_one_person_may_hold_many_posts_but_the_same_one_only_once(yard, feng, chen):
    appoint(feng, "entrance_leader", yard, by=chen)
    appoint(feng, "building_leader", yard.building, by=chen)
    appoint(feng, "courtyard_leader", yard.building.compound, by=chen)
    assert feng.postings.count() == 3
    assert "已经是" in refused(appoint, feng, "entrance_leader", yard, by=chen)


@pytest.mark.parametrize(
    ("code", "where", "says"),
    [
        ("entrance_leader", "building", "设在单元"),
        ("building_leader", "entrance", "设在楼栋"),
        ("estate_leader", "compound", "设在小区，"),
        ("group_leader", "compound", "只在涉农社区设"),
        ("courtyard_leader", "group", "只在城市社区设"),
        ("grid_worker", "community", "网格的岗位"),
        ("grid_worker", "compound", "设在区域"),
        ("unit_head", "community", "设在单位"),
        ("rural_team_leader", "community", "只在涉农社区设"),
    ],
)
def test_the_post_must_fit_the_place(code, where, says, yard, feng, chen):
    rows = {
        "entrance": yard,
        "building": yard.building,
        "compound": yard.building.compound,
        "group": Compound.objects.get(name="二组"),
        "community": Area.objects.get(pk=XINCUN),
    }
    assert says in refused(appoint, feng, code, rows[where], by=chen)


def test_a_rural_community_has_the_rural_team_leader(ground, feng, chen):
    area = Area.objects.get(pk=XINCUN)
    area.kind = "rural"
    area.save()
    appoint(feng, "rural_team_leader", area, by=chen)
    assert "只在城市社区设" in refused(appoint, chen, "team_leader", area, by=chen)


def test_a_place_given_up_takes_nobody(yard, feng, chen):
    compound = yard.building.compound
    compound.valid_to = day(-1)
    compound.save()
    assert "停用" in refused(appoint, feng, "entrance_leader", yard, by=chen)
    unit = Organization.objects.get(code="zhujian")
    unit.active = False
    unit.save()
    assert "停用" in refused(appoint, feng, "unit_head", unit, by=chen)
    Area.objects.filter(pk=GRID).update(valid_to=day(-1))
    assert "停用" in refused(appoint, feng, "grid_worker", Area.objects.get(pk=GRID), by=chen)


def test_a_place_of_one_is_passed_by_a_handover_not_taken_twice(wang, feng, chen):
    grid = Area.objects.get(pk=GRID)
    assert "王网格员在任，请办交接" in refused(appoint, feng, "grid_worker", grid, by=chen)
    Posting.objects.filter(user=wang).update(valid_to=day(4))
    assert appoint(feng, "grid_worker", grid, valid_from=day(5), by=chen)


def test_a_place_of_several_may_get_more_and_the_caller_can_say_so(wang, feng, chen):
    kind = post("grid_worker")
    kind.establishment = 2
    kind.save()
    grid = Area.objects.get(pk=GRID)
    appoint(feng, "grid_worker", grid, by=chen)
    assert not postings.crowded(kind, Place(area=grid), on=day())
    appoint(chen, "grid_worker", grid, by=wang)
    assert postings.crowded(kind, Place(area=grid), on=day())
    assert not postings.crowded(post("volunteer"), Place(area=grid), on=day())


def test_dates_and_accounts_are_looked_at(yard, feng, chen):
    assert "不能早于" in refused(appoint, feng, "entrance_leader", yard, valid_from=day(), valid_to=day(-1), by=chen)
    feng.is_active = False
    feng.save()
    assert "停用" in refused(appoint, feng, "entrance_leader", yard, by=chen)


@pytest.mark.parametrize("typed", ["13800001234", "138 0000 1234", "+86-138-0000-1234", "０３７４ 13800001234"])
def test_private_mobiles_are_no_office_phones(typed):
    assert "个人手机号" in refused(clean_office_phone, typed)


def test_office_phones():
    assert clean_office_phone(" 0374-2988123转8 ") == "0374-2988123转8"
    assert clean_office_phone("12345") == "12345"
    assert clean_office_phone("") == ""
    assert "只写数字" in refused(clean_office_phone, "找老王")


# --- ending and leave


def test_a_posting_ends_and_stays(wang, chen):
    row = wang.postings.get()
    assert "不能早于" in refused(postings.end_posting, row, last_date=day(-9000), by=chen)
    postings.end_posting(row, last_date=day(), by=chen)
    assert row.valid_to == day()
    assert "已经写明" in refused(postings.end_posting, row, last_date=day(), by=chen)


def test_a_last_day_far_ahead_may_be_brought_nearer_but_not_rewritten(wang, chen):
    row = wang.postings.get()
    postings.end_posting(row, last_date=day(900), by=chen)
    postings.end_posting(row, last_date=day(), by=chen)
    assert row.valid_to == day()
    Posting.objects.filter(pk=row.pk).update(valid_to=day(-5))
    assert "已经写明" in refused(postings.end_posting, row, last_date=day(-9), by=chen)


def test_leave_with_a_stand_in_and_back_early(wang, he, chen):
    row = wang.postings.get()
    postings.grant_leave(row, leave_from=day(-2), leave_to=day(5), stand_in=he, by=chen)
    assert row.deputy() == he
    assert Notification.objects.filter(seat=f"user:{he.pk}", title__contains="替王网格员的岗").exists()
    assert "先销假" in refused(postings.grant_leave, row, leave_from=day(8), leave_to=day(9), by=chen)
    postings.end_leave(row, by=chen)
    assert (row.leave_to, row.deputy()) == (day(-1), wang)
    assert "没有请假" in refused(postings.end_leave, row, by=chen)


def test_leave_without_a_stand_in_and_leave_that_never_begins(wang, chen):
    row = wang.postings.get()
    postings.grant_leave(row, leave_from=day(3), leave_to=day(5), by=chen)
    assert row.stand_in is None
    postings.end_leave(row, by=chen)
    assert (row.leave_from, row.leave_to) == (None, None)


def test_leave_is_refused_in_words(wang, he, chen):
    row = wang.postings.get()
    assert "不能早于第一天" in refused(postings.grant_leave, row, leave_from=day(2), leave_to=day(1), by=chen)
    assert "已经过去" in refused(postings.grant_leave, row, leave_from=day(-3), leave_to=day(-1), by=chen)
    assert "不能是请假的本人" in refused(
        postings.grant_leave, row, leave_from=day(), leave_to=day(1), stand_in=wang, by=chen
    )
    postings.grant_leave(he.postings.get(), leave_from=day(), leave_to=day(1), by=chen)
    away = refused(postings.grant_leave, row, leave_from=day(), leave_to=day(1), stand_in=he, by=chen)
    assert "何专干这几天也请假" in away
    he.is_active = False
    he.save()
    assert "停用" in refused(postings.grant_leave, row, leave_from=day(), leave_to=day(1), stand_in=he, by=chen)
    Posting.objects.filter(pk=row.pk).update(valid_to=day(-1))
    assert "已经卸任" in refused(postings.grant_leave, row, leave_from=day(), leave_to=day(1), by=chen)


# --- hand-over of the post itself


def order(wang, to, chen, **more):
    return handovers.order_handover(wang.postings.get(), to, last_date=more.pop("last_date", day(2)), by=chen, **more)


def test_a_handover_is_ordered_told_and_confirmed_by_the_successor_alone(wang, feng, chen, he):
    handover = order(wang, feng, chen, reason="借调到街道")
    assert Notification.objects.get(seat=f"user:{feng.pk}").target == f"/desk/handovers/{handover.pk}/"
    assert "正在办交接" in refused(postings.end_posting, handover.posting, last_date=day(), by=chen)
    for other in (wang, chen, he):
        assert "本人" in refused(handovers.confirm_handover, handover, by=other)
    done = handovers.confirm_handover(handover, by=feng)
    old, new = done.posting, done.new_posting
    assert (old.valid_to, new.valid_from, new.user, new.area_id) == (day(2), day(), feng, GRID)
    assert "已经确认" in refused(handovers.confirm_handover, handover, by=feng)
    assert "已经确认" in refused(handovers.cancel_handover, handover, by=chen)


def test_a_handover_is_taken_back(wang, feng, chen):
    handover = order(wang, feng, chen)
    handovers.cancel_handover(handover, by=chen)
    assert handover.cancelled_by == chen
    assert "已经撤销" in refused(handovers.confirm_handover, handover, by=feng)
    assert order(wang, feng, chen)


def test_a_handover_is_refused_in_words(wang, feng, chen):
    assert "由同事或者上级" in refused(order, wang, feng, wang)
    assert "不能是现在在任的本人" in refused(order, wang, wang, chen)
    assert "不能早于今天" in refused(order, wang, feng, chen, last_date=day(-1))
    feng.is_active = False
    feng.save()
    assert "停用" in refused(order, wang, feng, chen)
    feng.is_active = True
    feng.save()
    order(wang, feng, chen)
    assert "已经在办交接" in refused(order, wang, feng, chen)


def test_a_handover_to_somebody_already_there_or_from_somebody_gone_is_refused(wang, feng, chen):
    Posting.objects.create(user=feng, post=post("grid_worker"), area_id=GRID)
    assert "已经在这个岗位上" in refused(order, wang, feng, chen)
    Posting.objects.filter(user=wang).update(valid_to=day(-1))
    assert "已经卸任" in refused(order, wang, feng, chen)


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_make_one_posting(wang, feng, chen):
    handover = order(wang, feng, chen)
    together, refusals = threading.Barrier(2), []

    def confirm():
        together.wait()
        try:
            handovers.confirm_handover(handover, by=feng)
        except DomainError as refusal:
            refusals.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == ["交接已经确认过了。"]
    assert Posting.objects.filter(user=feng).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_appointments_at_once_fill_a_place_of_one_once(yard, feng, he, chen):
    together, refusals = threading.Barrier(2), []

    def fill(user):
        together.wait()
        try:
            appoint(user, "entrance_leader", yard, by=chen)
        except DomainError as refusal:
            refusals.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=fill, args=[user]) for user in (feng, he)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1 and "请办交接" in refusals[0]
    assert Posting.objects.filter(entrance=yard).count() == 1


def test_nobody_hands_a_post_to_oneself(wang, chen):
    assert "不能把岗位交接给自己" in refused(order, wang, chen, chen)


def test_a_late_confirmation_does_not_crowd_a_place_that_was_given_to_somebody_else(wang, feng, chen, he):
    handover = order(wang, feng, chen)
    type(handover).objects.filter(pk=handover.pk).update(last_date=day(-1))
    handover.refresh_from_db()
    interim = handovers.fall(handovers.locked(handover), at=timezone.now())
    Posting.objects.filter(pk=interim.pk).update(valid_from=day(-1), valid_to=day(-1))
    appoint(he, "grid_worker", Area.objects.get(pk=GRID), by=chen)
    assert "现在由何专干在任" in refused(handovers.confirm_handover, handover, by=feng)


def test_a_stand_in_whose_account_was_closed_is_none(wang, he, chen):
    row = wang.postings.get()
    postings.grant_leave(row, leave_from=day(), leave_to=day(1), stand_in=he, by=chen)
    he.is_active = False
    he.save()
    assert Posting.objects.get(pk=row.pk).deputy() == wang


def test_nobody_is_on_leave_for_ever(wang, he, chen):
    assert "最长一年" in refused(
        postings.grant_leave, wang.postings.get(), leave_from=day(), leave_to=day(400), stand_in=he, by=chen
    )
