"""办理公示: what may be released, what must not, and how it goes away again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from audit.models import Entry
from cases import services as cases
from cases.models import CasePhoto, Event, Publication, Report
from cases.services import publishing
from cases.states import Action
from common.errors import DomainError, StalePage
from conftest import XINCUN, moment
from files.services import ingest_photo
from grids.models import Area

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-23 11:00")
GOOD = {"title": "路灯维修", "text": "楼前的路灯坏了。", "reply": "换了灯泡。", "place": "健康路"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(by=None):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return ingest_photo(SimpleUploadedFile("p.png", out.getvalue()), by=by)


def publish(case, by, **more) -> Publication:
    return publishing.publish(case, **(GOOD | more), at=NOON, by=by)


def test_released_it_is_found_by_what_the_case_says_and_leaves_event_and_entry(make_case, wang):
    case = make_case()
    line = publish(case, wang)
    line.refresh_from_db()
    assert (line.area_id, line.category.code, line.state) == (case.area_id, "light", "working")
    event = Event.objects.filter(case=case).latest("number")
    assert (event.action, event.note, event.by) == (Action.PUBLISH, "路灯维修", wang)
    assert Entry.objects.about("case", case.pk).filter(verb="case.publish").count() == 1


def test_changed_it_keeps_its_day_and_its_row(make_case, wang):
    case = make_case()
    first = publish(case, wang)
    publishing.publish(case, **GOOD | {"title": "换路灯"}, by=wang)
    line = Publication.objects.get()
    assert (line.pk, line.title, line.released_at) == (first.pk, "换路灯", NOON)


def test_it_follows_the_case(make_case, wang, chen, qian):
    case = make_case()
    line = publish(case, wang)
    cases.resolve(case, 1, "换好了", by=wang)
    cases.confirm(case, "solved", report=case.reports.get())
    line.refresh_from_db()
    assert line.state == "closed"
    cases.dispute(case, "又不亮了", report=None, by=None)
    line.refresh_from_db()
    assert line.state == "working"
    other = make_case(area=XINCUN)
    routed = publish(other, chen)
    cases.route(other, Area.objects.get(code=f"{XINCUN}001"), by=chen)
    routed.refresh_from_db()
    assert routed.area_id == f"{XINCUN}001"


@pytest.mark.parametrize(
    ("field", "words", "why"),
    [
        ("text", "请打13800001234联系", "电话"),
        ("text", "请打１３８ ００００-１２３４联系", "电话"),
        ("reply", "身份证41100219900101001X已核对", "证件"),
        ("title", "刘女士家门口的灯", "姓名"),
        ("text", "3号楼2单元门口的灯坏了", "门牌"),
        ("reply", "502室门口换了灯", "门牌"),
        ("place", "3-2-501门口", "门牌"),
        ("text", "走到楼前面一片漆黑，老人晚上下楼摔过两回了", "原话"),
        ("title", "", "请填写"),
    ],
)
def test_words_that_say_who_it_was_are_refused(make_case, wang, field, words, why):
    case = make_case(text="走到楼前面一片漆黑，老人晚上下楼摔过两回了。\n灯坏了", place="市政家属院3号楼2单元")
    with pytest.raises(DomainError, match=why):
        publish(case, wang, **{field: words})
    assert not Publication.objects.exists()


def test_the_door_of_the_place_is_refused_as_a_bare_number_and_a_building_is_not(make_case, wang):
    case = make_case(place="市政家属院3号楼1502")
    with pytest.raises(DomainError, match="门牌"):
        publish(case, wang, text="1502门口的灯坏了")
    assert publish(case, wang, title="3号楼地下室渗水").pk


def test_everybody_who_reported_is_kept_out_of_the_words(make_case, chen):
    case = make_case(area=XINCUN, name="欧阳静怡", phone="13911112222")
    later = make_case(area=XINCUN, name="陈小明", phone="13733334444")
    cases.merge(later, case, by=chen)
    for words in ("陈小明反映灯坏了", "137 3333 4444", "欧阳静怡家"):
        with pytest.raises(DomainError):
            publish(case, chen, text=words)


def test_complaints_private_categories_and_dead_cases_are_refused(make_case, wang, chen, he):
    about, quarrel = make_case(area=XINCUN, about=wang), make_case(category="neighbour-noise")
    dead, into = make_case(area=XINCUN), make_case(area=XINCUN)
    cases.merge(dead, into, by=chen)
    for case, why in ((about, "不公示"), (quarrel, "不公示"), (dead, "已并案")):
        with pytest.raises(DomainError, match=why):
            publish(case, chen)


def test_a_small_compound_is_shown_as_its_community(make_case, make_household, courtyard, wang):
    for number in range(publishing.SMALL_COMPOUND - 1):
        make_household(f"3-1-{101 + number}", people=[(f"张{number}", "head")])
    case = make_case(compound=courtyard)
    assert publish(case, wang, place=courtyard.name).place == ""
    with pytest.raises(DomainError, match="住户太少"):
        publish(case, wang, text=f"{courtyard.name}的灯坏了")
    with pytest.raises(DomainError, match="住户太少"):
        publish(case, wang, reply=f"到{courtyard.address}看过")
    make_household("3-1-201", people=[("张九", "head")])
    assert publish(case, wang, place=courtyard.name).place == courtyard.name


def test_a_reporters_photo_is_never_used(make_case, wang):
    case = make_case(photos=[picture()])
    cases.note(case, "看过", photos=[picture(wang)], by=wang)
    theirs, ours = CasePhoto.objects.get(report__isnull=False), CasePhoto.objects.get(report__isnull=True)
    other = make_case()
    for wrong, of in ((theirs, case), (ours, other)):
        with pytest.raises(DomainError, match="工作人员"):
            publish(of, wang, before=wrong)
    assert list(publishing.photos_for(case)) == [ours]
    assert publish(case, wang, before=ours).before == ours


def test_a_stale_page_changes_nothing(make_case, wang):
    case = make_case()
    seen = case.event_count
    cases.sign(case, by=wang)
    with pytest.raises(StalePage):
        publishing.publish(case, **GOOD, seen=seen, by=wang)


def test_what_its_reporter_took_back_stays_back(make_case, wang):
    case = make_case()
    publish(case, wang)
    publishing.take_back(case, "resident", report=case.reports.get())
    event = Event.objects.filter(case=case).latest("number")
    assert (event.action, event.by, event.report_id) == (Action.TAKE_BACK, None, case.reports.get().pk)
    assert not Publication.objects.standing().exists() and case.is_open
    with pytest.raises(DomainError, match="反映人不想公示"):
        publish(case, wang)
    with pytest.raises(DomainError, match="现在没有公示"):
        publishing.take_back(case, "staff", by=wang)


def test_what_staff_took_back_may_come_back_with_a_new_day(make_case, wang):
    case = make_case()
    publish(case, wang)
    publishing.take_back(case, "staff", at=NOON, by=wang)
    publishing.publish(case, **GOOD, at=moment("2026-11-24 09:00"), by=wang)
    assert Publication.objects.standing().get().released_at == moment("2026-11-24 09:00")


def test_withdrawn_or_merged_it_goes_by_itself(make_case, wang, chen):
    withdrawn, merged, into = make_case(), make_case(area=XINCUN), make_case(area=XINCUN)
    publish(withdrawn, wang)
    publish(merged, chen)
    cases.withdraw(Report.objects.get(case=withdrawn))
    cases.merge(merged, into, by=chen)
    assert set(Publication.objects.values_list("taken_back_why", flat=True)) == {"ended"}


def test_it_is_found_by_any_two_characters(make_case, wang):
    publish(make_case(), wang)
    for words, found in (("路灯", 1), ("灯泡 健康", 1), ("水", 0), ("灯健", 0)):
        assert Publication.objects.standing().matching(words).count() == found, words
