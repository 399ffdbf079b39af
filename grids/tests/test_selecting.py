"""Choosing post holders from the list to the posting."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from common.errors import DomainError
from conftest import XINCUN, posted
from grids.models import Area, Building, Entrance, Nominee, Post, Posting, Selection
from grids.services import postings, selecting
from grids.services.postings import Place

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
_S = Selection.Step


def ago(days: int):
    """A moment some days back."""
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def area(ground) -> Area:
    return Area.objects.get(pk=XINCUN)


@pytest.fixture
def selection(courtyard, area, chen) -> Selection:
    """Unit leaders of 新村: two entrances."""
    return selecting.open_selection(area, Post.objects.get(code="entrance_leader"), by=chen)


def places() -> list[Place]:
    return [Place.of(row) for row in Entrance.objects.select_related("building__compound").order_by("number")]


def nominate(selection, place, by, **more) -> Nominee:
    person = {"name": "冯大伟", "phone": "13900005678", "occupation": "退休职工", **more}
    return selecting.nominate(selection, place, **person, by=by)


def published(selection, by, *, over: bool = True) -> Selection:
    """Published; `over`: the notice stood its time."""
    selecting.publish(selection, published_from=TODAY(), published_to=TODAY(), contact_phone="0374-2988123", by=by)
    if over:
        Selection.objects.filter(pk=selection.pk).update(
            published_from=TODAY() - timedelta(days=7), published_to=TODAY() - timedelta(days=1)
        )
        selection.refresh_from_db()
    return selection


def filed(selection, by) -> Selection:
    selecting.file(published(selection, by), filed_date=TODAY(), filed_number="魏组〔2026〕5号", by=by)
    return selection


def refused(verb, *args, **more) -> str:
    with pytest.raises(DomainError) as refusal:
        verb(*args, **more)
    return refusal.value.message


def test_from_the_list_to_the_posting(selection, chen):
    first, second = places()
    nominate(selection, first, chen)
    nominate(selection, second, chen, name="欧阳静", phone="13900009012", way=Nominee.Way.SELF)
    filed(selection, chen)
    made = selecting.appoint_chosen(selection, by=chen)
    assert [row.entrance.number for row in made] == [1, 2]
    assert (selection.step, selection.filed_number) == (_S.APPOINTED, "魏组〔2026〕5号")
    user = made[0].user
    assert (user.full_name, user.called) == ("冯大伟", "冯单元长")
    assert made[1].user.called == "欧阳单元长"
    assert not user.has_usable_password() and user.must_change_password
    assert User.objects.typed("13900005678") == user
    nominee = selection.nominees.first()
    assert (nominee.result, nominee.phone, nominee.posting) == ("chosen", None, made[0])
    assert not any("冯" in str(entry.details) for entry in Entry.objects.all())


def test_one_open_selection_per_post_and_community(selection, area, chen):
    assert "正在进行" in refused(selecting.open_selection, area, selection.post, by=chen)
    selecting.stop(selection, "楼栋拆迁", by=chen)
    assert selecting.open_selection(area, selection.post, by=chen)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("grid_worker", "不用选任"),
        ("group_leader", "没有空缺"),
        ("estate_leader", "没有空缺"),
        ("rural_team_leader", "没有空缺"),
    ],
)
def test_what_is_not_selected_or_has_no_place_is_refused(code, says, courtyard, area, chen):
    assert says in refused(selecting.open_selection, area, Post.objects.get(code=code), by=chen)


def test_a_selection_belongs_to_a_community(courtyard, chen):
    street = Area.objects.get(pk=XINCUN[:9])
    assert "社区为单位" in refused(selecting.open_selection, street, Post.objects.get(code="entrance_leader"), by=chen)


def test_a_nomination_needs_a_place_of_the_selection(selection, chen):
    building = Building.objects.get(number=3)
    assert "设在单元" in refused(nominate, selection, Place.of(building), chen)
    Area.objects.filter(pk=XINCUN).update(kind="")
    other = Entrance.objects.select_related("building__compound").first()
    other.building.compound.area_id = other.building.area_id = "411002008001001"
    assert "不在" in refused(nominate, selection, Place.of(other), chen)


def test_a_served_place_is_not_open(selection, chen, he):
    place = places()[0]
    postings.appoint(he, selection.post, place, by=chen)
    assert "何专干在任" in refused(nominate, selection, place, chen)


def test_who_is_nominated_is_named_once_and_reachable(selection, chen, he):
    place = places()[0]
    assert "填写姓名" in refused(nominate, selection, place, chen, name=" ")
    assert "11位手机号" in refused(nominate, selection, place, chen, phone="139")
    nominate(selection, place, chen)
    assert "已经推荐" in refused(nominate, selection, place, chen)
    he.take_phone("13700001111")
    he.save()
    assert "姓名和填写的不一样" in refused(nominate, selection, place, chen, phone="13700001111")
    linked = nominate(selection, place, chen, name=he.full_name, phone="13700001111")
    assert (linked.user, linked.phone) == (he, None)
    assert "已经推荐" in refused(nominate, selection, place, chen, user=he)
    gone = posted("gone", "赵飞", "赵先生", "")
    gone.is_active = False
    assert "停用" in refused(nominate, selection, place, chen, user=gone)


def test_the_same_submission_twice_is_one_nominee(selection, chen):
    key = uuid.uuid4()
    first = nominate(selection, places()[0], chen, submission=key)
    assert nominate(selection, places()[0], chen, submission=key) == first
    assert selection.nominees.count() == 1


def test_the_notice_needs_people_dates_and_an_office_number(selection, chen):
    dates = {"published_from": TODAY(), "published_to": TODAY()}
    assert "还没有推荐人选" in refused(selecting.publish, selection, **dates, contact_phone="2988123", by=chen)
    nominate(selection, places()[0], chen)
    assert "联系电话" in refused(selecting.publish, selection, **dates, contact_phone="", by=chen)
    assert "个人手机号" in refused(selecting.publish, selection, **dates, contact_phone="13800001234", by=chen)
    wrong = {"published_from": TODAY(), "published_to": TODAY() - timedelta(days=1)}
    assert "不能早于开始" in refused(selecting.publish, selection, **wrong, contact_phone="2988123", by=chen)
    past = dict.fromkeys(dates, TODAY() - timedelta(days=1))
    assert "已经过去" in refused(selecting.publish, selection, **past, contact_phone="2988123", by=chen)
    published(selection, chen)
    assert "已经公示" in refused(selecting.publish, selection, **dates, contact_phone="2988123", by=chen)
    assert "不能再加人选" in refused(nominate, selection, places()[1], chen)


def test_five_working_days_are_counted_from_the_first_day(ground):
    assert selecting.usual_end(date(2026, 11, 23)) == date(2026, 11, 27)
    assert selecting.usual_end(date(2026, 11, 25)) == date(2026, 12, 1)
    assert selecting.usual_end(date(2026, 11, 28)) == date(2026, 12, 4)


def test_filing_waits_for_the_notice(selection, chen):
    assert "公示以后才能备案" in refused(selecting.file, selection, filed_date=TODAY(), by=chen)
    nominate(selection, places()[0], chen)
    published(selection, chen, over=False)
    assert "期满后再备案" in refused(selecting.file, selection, filed_date=TODAY(), by=chen)
    Selection.objects.update(published_from=TODAY() - timedelta(days=9), published_to=TODAY() - timedelta(days=2))
    for wrong in (TODAY() - timedelta(days=3), TODAY() + timedelta(days=1)):
        assert "备案日期" in refused(selecting.file, selection, filed_date=wrong, by=chen)
    selecting.file(selection, filed_date=TODAY(), by=chen)
    assert (selection.step, selection.filed_number) == (_S.FILED, "")


def test_objections_are_kept_and_those_objected_to_are_not_appointed(selection, chen):
    first, second = places()
    held, other = nominate(selection, first, chen), nominate(selection, second, chen, name="周丽", phone="13900001111")
    assert "公示以后" in refused(selecting.mark, held, "objected", "住址不实", by=chen)
    published(selection, chen)
    assert "写明情况" in refused(selecting.mark, held, "objected", " ", by=chen)
    selecting.mark(held, "objected", "住址不实", by=chen)
    selecting.file(selection, filed_date=TODAY(), by=chen)
    made = selecting.appoint_chosen(selection, by=chen)
    assert [row.entrance for row in made] == [second.entrance]
    assert not User.objects.filter(full_name="冯大伟").exists()
    assert "已经结束" in refused(selecting.mark, other, "withdrawn", "搬走", by=chen)


def test_nobody_left_means_no_filing(selection, chen):
    held = nominate(selection, places()[0], chen)
    published(selection, chen)
    selecting.mark(held, "withdrawn", "搬走", by=chen)
    assert "没有待任用的人选" in refused(selecting.file, selection, filed_date=TODAY(), by=chen)
    selecting.mark(held, "open", "又愿意", by=chen)
    selecting.file(selection, filed_date=TODAY(), by=chen)


def test_of_several_for_one_place_one_is_chosen(selection, chen):
    first = places()[0]
    one, two = nominate(selection, first, chen), nominate(selection, first, chen, name="周丽", phone="13900001111")
    filed(selection, chen)
    assert "3号楼1单元有2名人选" in refused(selecting.appoint_chosen, selection, by=chen)
    assert "请选定一人" in refused(selecting.appoint_chosen, selection, chosen=[one.pk, two.pk], by=chen)
    (made,) = selecting.appoint_chosen(selection, chosen=[two.pk], by=chen)
    assert made.user.full_name == "周丽"
    one.refresh_from_db()
    assert (one.result, one.phone, one.result_reason) == ("open", None, "同一岗位另有任用")


def test_a_place_filled_meanwhile_stops_the_whole_appointment(selection, chen, he):
    first, second = places()
    nominate(selection, first, chen)
    nominate(selection, second, chen, name="周丽", phone="13900001111")
    filed(selection, chen)
    postings.appoint(he, selection.post, second, by=chen)
    assert "请办交接" in refused(selecting.appoint_chosen, selection, by=chen)
    selection.refresh_from_db()
    assert selection.step == _S.FILED
    assert Posting.objects.filter(post=selection.post).count() == 1


def test_an_appointment_waits_for_the_filing_and_happens_once(selection, chen):
    nominate(selection, places()[0], chen)
    assert "备案以后" in refused(selecting.appoint_chosen, selection, by=chen)
    filed(selection, chen)
    selecting.appoint_chosen(selection, by=chen)
    assert "任用完毕" in refused(selecting.appoint_chosen, selection, by=chen)


def test_stopping_needs_a_reason_and_forgets_phones(selection, chen):
    nominate(selection, places()[0], chen)
    assert "为什么终止" in refused(selecting.stop, selection, " ", by=chen)
    selecting.stop(selection, "楼栋拆迁", by=chen)
    assert (selection.step, selection.nominees.get().phone) == (_S.STOPPED, None)
    assert "已经结束" in refused(selecting.stop, selection, "再停", by=chen)
    assert "已经终止" in refused(nominate, selection, places()[0], chen)


def test_an_area_post_is_selected_too(area, chen):
    selection = selecting.open_selection(area, Post.objects.get(code="team_leader"), by=chen)
    nominate(selection, Place(area=area), chen)
    filed(selection, chen)
    (made,) = selecting.appoint_chosen(selection, by=chen)
    assert (made.area, made.compound) == (area, None)


def test_fifty_two_unit_leaders_are_appointed_at_once(courtyard, area, chen):
    building = Building.objects.get(number=1)
    Entrance.objects.bulk_create(Entrance(building=building, number=n) for n in range(1, 51))
    selection = selecting.open_selection(area, Post.objects.get(code="entrance_leader"), by=chen)
    for number, row in enumerate(Entrance.objects.select_related("building__compound").order_by("pk")):
        nominate(
            selection, Place.of(row), chen, name=f"冯{'一二三四五六七八九十'[number % 10]}", phone=f"139{number:08}"
        )
    filed(selection, chen)
    assert len(selecting.appoint_chosen(selection, by=chen)) == 52
    assert all(not choice.seat.vacant for choice in selecting.choices(selection))


def test_full_names_leave_a_trace(selection, chen):
    nominee = nominate(selection, places()[0], chen)
    assert str(nominee.name) == "冯*"
    assert selecting.full_names(selection, by=chen) == {nominee.pk: "冯大伟"}
    assert Entry.objects.filter(verb="selection.names", actor_id=chen.pk).exists()
