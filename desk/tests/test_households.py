"""The household pages: who sees what, lists, acts, reveals."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from conftest import GRID, XINCUN, posted
from grids.models import Compound, Door
from households.models import CareTag, Household, HouseholdEvent, Pairing, TagKind
from households.services import caring, keeping, pairing
from households.services.writing import stamp

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def signed_in(user) -> Client:
    """A browser of somebody."""
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(household) -> str:
    """The address of the household page."""
    return reverse("desk:household", args=[household.pk])


def act_url(household, action: str, *item) -> str:
    """The address of an act."""
    return reverse("desk:household-act", args=[household.pk, action, *item])


@pytest.fixture
def household(make_household) -> Household:
    """刘秀兰 and her grandson behind 3-2-501."""
    people = [
        keeping.Person("刘秀兰", "head", "刘阿姨", 2, 1947, PHONE),
        keeping.Person("周小明", "grandchild", "小周"),
    ]
    return make_household(people=people, moved_in_date=timezone.localdate() - timedelta(days=400))


@pytest.fixture
def alone(household, wang) -> CareTag:
    """The tag 独居老人."""
    return caring.set_tag(household, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)


@pytest.fixture
def form() -> dict:
    """A complete registration."""
    return {
        "building_no": "3",
        "unit_no": "1",
        "room": "302",
        "kind": "resident",
        "size": "2",
        "moved_in_date": "2020-05-01",
        "name": "周建国",
        "called": "周师傅",
        "sex": "1",
        "birth_year": "1950",
        "phone": "139 0000 0021",
    }


def test_the_page_shows_people_masked(household, wang):
    page = signed_in(wang).get(page_of(household))
    text = page.content.decode()
    assert "刘阿姨" in text
    assert "刘*" in text
    assert "138****1234" in text
    assert "no-store" in page["Cache-Control"]
    assert PHONE not in text
    assert "刘秀兰" not in text


def test_the_page_is_for_who_may_see_the_household(household, wang, he, zhao, qian, li, outsider, clerk):
    found = {user.username: signed_in(user).get(page_of(household)).status_code for user in (wang, he, zhao, qian, li)}
    assert found == {"wang": 200, "he": 200, "zhao": 200, "qian": 403, "li": 403}
    assert signed_in(outsider).get(page_of(household)).status_code == 404
    assert signed_in(clerk).get(page_of(household)).status_code == 403


def test_the_worker_of_another_grid_sees_neither_page_nor_row(household, ground):
    other = posted("other", "郑丽", "郑网格员", "grid_worker", area=f"{XINCUN}004")
    browser = signed_in(other)
    assert browser.get(page_of(household)).status_code == 404
    assert "3号楼2单元501" not in browser.get(reverse("desk:households")).content.decode()


def test_without_the_ability_nothing_tells_of_care_tags(household, alone, wang, zhao):
    seen = signed_in(wang).get(page_of(household)).content.decode()
    assert "独居老人" in seen
    browser = signed_in(zhao)
    pages = [page_of(household), reverse("desk:households"), reverse("desk:household-history", args=[household.pk])]
    pages.append(reverse("desk:household-sheet", args=[household.pk]))
    for address in pages:
        text = browser.get(address).content.decode()
        assert "独居" not in text
        assert "关爱" not in text
        assert "标签" not in text
    assert browser.get(act_url(household, "tag")).status_code == 403
    listed = browser.get(reverse("desk:households"), {"view": "care", "tag": "alone"}).content.decode()
    assert "独居" not in listed


def test_the_list_is_in_door_order_with_masked_heads(household, make_household, wang):
    for door in ("3-2-1101", "3-1-101", "1-301"):
        make_household(door, people=[("孙立", "head")])
    page = signed_in(wang).get(reverse("desk:households"))
    doors = [row.door_name for row in page.context["list"].page.rows]
    assert doors == ["1号楼301", "3号楼1单元101", "3号楼2单元501", "3号楼2单元1101"]
    text = page.content.decode()
    assert "孙*" in text
    assert "孙立" not in text


def test_the_list_is_narrowed_by_kind_tag_compound_and_view(household, alone, make_household, wang, chen):
    make_household("3-1-101", kind="rented", people=())
    browser = signed_in(wang)

    def doors(**query) -> list[str]:
        return [row.door_name for row in browser.get(reverse("desk:households"), query).context["list"].page.rows]

    assert doors(kind="rented") == ["3号楼1单元101"]
    assert doors(tag="alone") == doors(view="care") == ["3号楼2单元501"]
    assert doors(view="review") == []
    assert len(doors(compound=household.compound_id)) == 2
    assert len(doors(kind="nonsense")) == 2
    keeping.move_out(household, by=wang)
    assert doors(view="moved") == ["3号楼2单元501"]
    browser = signed_in(chen)
    assert doors(area=GRID) == ["3号楼1单元101"]
    assert doors(area=f"{XINCUN}004") == []


def test_the_list_asks_as_often_for_twenty_rows_as_for_two(make_household, wang):
    browser, kind = signed_in(wang), TagKind.objects.get(code="alone")
    rows = [make_household(f"5-1-{100 + n}", people=[("孙立", "head")]) for n in range(2)]
    caring.set_tag(rows[0], kind, reason="一人住", by=wang)
    with CaptureQueriesContext(connection) as few:
        browser.get(reverse("desk:households"))
    for n in range(2, 20):
        caring.set_tag(make_household(f"5-1-{100 + n}", people=[("孙立", "head")]), kind, reason="一人住", by=wang)
    with CaptureQueriesContext(connection) as many:
        browser.get(reverse("desk:households"))
    assert len(many) == len(few)


def test_the_page_asks_as_often_for_twenty_people_as_for_two(make_household, wang):
    def asked(door: str, size: int) -> int:
        people = [("孙立", "head", "13800000001"), *(("孙小", "other", f"138000010{n:02}") for n in range(size - 1))]
        address = page_of(make_household(door, people=people))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    browser = signed_in(wang)
    assert asked("5-1-101", 2) == asked("5-1-102", 20)


def test_registering_leads_to_the_page(courtyard, wang, form):
    browser = signed_in(wang)
    answer = browser.post(reverse("desk:household-new"), {**form, "compound": courtyard.pk})
    registered = Household.objects.get()
    assert answer.url == page_of(registered)
    assert (registered.area_id, registered.size, registered.head_name.plain) == (GRID, 2, "周建国")
    assert registered.residents.get().phone.plain == "13900000021"


def test_a_refused_registration_keeps_what_was_typed(courtyard, wang, form, household):
    browser = signed_in(wang)
    page = browser.post(
        reverse("desk:household-new"), {**form, "compound": courtyard.pk, "phone": "1380000"}
    ).content.decode()
    assert "11位手机号" in page
    assert "周师傅" in page
    taken = {**form, "compound": courtyard.pk, "unit_no": "2", "room": "501"}
    page = browser.post(reverse("desk:household-new"), taken).content.decode()
    assert "已经登记了住户" in page
    assert "周师傅" in page
    assert Household.objects.count() == 1


def test_nobody_registers_in_another_grid(courtyard, form, wang):
    other = posted("other", "郑丽", "郑网格员", "grid_worker", area=f"{XINCUN}004")
    page = signed_in(other).post(reverse("desk:household-new"), {**form, "compound": courtyard.pk})
    assert page.status_code == 200
    shared = Compound.objects.create(area_id=XINCUN, name="共管小区", kind="estate")
    door = Door.objects.create(compound=shared, room="8号", area_id=f"{XINCUN}004")
    typed = {**form, "compound": shared.pk, "area": GRID, "building_no": "", "unit_no": "", "room": door.room}
    assert "别的网格" in signed_in(wang).post(reverse("desk:household-new"), typed).content.decode()
    assert not Household.objects.exists()


def test_a_change_through_the_page_leaves_masked_values_alone(household, wang):
    keeping.change(household, {"contact_name": "王晓燕", "contact_phone": "13700005608"}, by=wang)
    household.refresh_from_db()
    browser = signed_in(wang)
    page = browser.get(act_url(household, "change")).content.decode()
    assert "137****5608" in page
    assert "13700005608" not in page
    typed = {
        "seen": stamp(household),
        "kind": "rented",
        "size": "3",
        "moved_in_date": str(household.moved_in_date),
        "contact_name": "王*",
        "contact_phone": "137****5608",
        "contact_note": "急事找女儿",
    }
    assert browser.post(act_url(household, "change"), typed).status_code == 302
    household.refresh_from_db()
    assert (household.kind, household.size, household.contact_note) == ("rented", 3, "急事找女儿")
    assert (household.contact_name.plain, household.contact_phone.plain) == ("王晓燕", "13700005608")


def test_two_who_change_at_once_are_told(household, wang, chen):
    seen = stamp(household)
    keeping.mark_not_now(household, True, by=chen)
    person = household.residents.get(relation="grandchild")
    typed = {"seen": seen, "name": "周大明", "relation": "grandchild", "sex": "1", "note": "周末在"}
    page = signed_in(wang).post(act_url(household, "person-change", person.pk), typed)
    assert page.status_code == 409
    text = page.content.decode()
    assert "刚由陈书记改过" in text
    assert "周末在" in text
    person.refresh_from_db()
    assert person.note == ""


def test_people_tags_and_pairing_through_their_pages(household, wang, li):
    browser = signed_in(wang)

    def post(action: str, *item, **typed) -> int:
        household.refresh_from_db()
        return browser.post(act_url(household, action, *item), {"seen": stamp(household), **typed}).status_code

    head, grandson = household.residents.order_by("pk")
    today = str(timezone.localdate())
    assert post("person-new", name="刘强", relation="son", sex="1") == 302
    assert post("person-leave", head.pk, reason="died", on=today) == 200
    assert post("person-leave", head.pk, reason="died", on=today, new_head=grandson.pk) == 302
    assert post("tag", kind=TagKind.objects.get(code="child").pk, resident=grandson.pk, reason="父母在外") == 302
    tag = CareTag.objects.get()
    assert post("tag-review", tag.pk, reason="还在外") == 302
    assert post("tag-off", tag.pk, reason="父母回来了") == 302
    assert post("pair", cadre="没有这个人", since=today) == 200
    assert post("pair", cadre="li", since=today) == 302
    paired = Pairing.objects.get()
    assert signed_in(li).get(page_of(household)).status_code == 200
    assert post("unpair", paired.pk) == 302
    assert post("not-now") == 302
    assert post("again") == 302
    assert post("move-out", on=today) == 302
    assert post("come-back", on=today) == 302
    assert household.residents.filter(left_date__isnull=True).count() == 2


def test_an_act_that_no_longer_fits_leads_back_with_a_word(household, wang):
    tag = caring.set_tag(household, TagKind.objects.get(code="alone"), reason="一人住", by=wang)
    caring.take_off(tag, reason="同住了", by=wang)
    browser = signed_in(wang)
    answer = browser.get(act_url(household, "tag-off", tag.pk), follow=True)
    assert "情况已经变了" in answer.content.decode()
    for address in (act_url(household, "nonsense"), act_url(household, "tag-off"), act_url(household, "change", 1)):
        assert browser.get(address).status_code == 404


def test_who_may_not_keep_the_record_changes_nothing(household, zhao, outsider):
    for action in ("change", "person-new", "move-out", "pair", "tag"):
        assert signed_in(zhao).post(act_url(household, action)).status_code == 403
        assert signed_in(outsider).post(act_url(household, action)).status_code == 404


def test_a_value_is_shown_once_with_a_reason_and_who_looked_stands_on_the_page(household, wang):
    head = household.residents.get(relation="head")
    address = reverse("desk:household-reveal", args=[household.pk, head.pk, "phone"])
    browser = signed_in(wang)
    asked = browser.get(address)
    assert PHONE not in asked.content.decode()
    assert PHONE not in browser.post(address, {"reason": ""}).content.decode()
    assert not Entry.objects.filter(verb="household.reveal").exists()
    shown = browser.post(address, {"reason": "ask"})
    text = shown.content.decode()
    assert text.count(PHONE) == 1
    assert f">{PHONE}<" in text
    assert "no-store" in shown["Cache-Control"]
    assert Entry.objects.get(verb="household.reveal").actor_id == wang.pk
    page = browser.get(page_of(household)).content.decode()
    assert "谁看过" in page
    assert "刘阿姨　手机号　联系住户了解情况" in page
    assert PHONE not in page


def test_a_value_is_refused_to_who_may_not_look(household, ground, outsider):
    first = posted("first", "冯涛", "冯书记", "grid_first_secretary", area=GRID)
    head = household.residents.get(relation="head")
    address = reverse("desk:household-reveal", args=[household.pk, head.pk, "phone"])
    assert signed_in(first).post(address, {"reason": "ask"}).status_code == 403
    assert "/reveal/" not in signed_in(first).get(page_of(household)).content.decode()
    assert signed_in(outsider).post(address, {"reason": "ask"}).status_code == 404
    for field in ("search", "uuid", "id_number"):
        odd = reverse("desk:household-reveal", args=[household.pk, head.pk, field])
        assert signed_in(first).get(odd).status_code == 404


def test_the_paired_cadre_looks_and_notes_what_was_done(household, wang, li):
    paired = pairing.pair(household, li, by=wang)
    browser = signed_in(li)
    assert "3号楼2单元501" in browser.get(reverse("desk:pairings")).content.decode()
    head = household.residents.get(relation="head")
    address = reverse("desk:household-reveal", args=[household.pk, head.pk, "phone"])
    assert PHONE in browser.post(address, {"reason": "visit"}).content.decode()
    own = reverse("desk:pairing", args=[paired.pk])
    assert "请填写做了什么" in browser.post(own, {"happened_date": str(timezone.localdate())}).content.decode()
    browser.post(own, {"happened_date": str(timezone.localdate()), "text": "送去老花镜"})
    assert "送去老花镜" in signed_in(wang).get(own).content.decode()
    assert signed_in(wang).post(own, {"text": "代登记"}).status_code == 403
    pairing.unpair(paired, by=wang)
    assert browser.get(page_of(household)).status_code == 403
    assert browser.get(own).status_code == 404


def test_an_account_without_posting_or_pairing_has_no_pairings_page(clerk, household, wang):
    assert signed_in(clerk).get(reverse("desk:pairings")).status_code == 403
    pairing.pair(household, clerk, by=wang)
    assert signed_in(clerk).get(reverse("desk:pairings")).status_code == 200


def test_cases_of_the_household_are_those_the_person_may_know_the_reporter_of(household, make_case, wang, ground):
    make_case(title="3号楼地下室渗水", phone=PHONE)
    make_case(title="不愿具名的事", phone=PHONE, withheld=True)
    make_case(title="别人家的事", phone="13900009999")
    text = signed_in(wang).get(page_of(household)).content.decode()
    assert "3号楼地下室渗水" in text
    assert "不愿具名的事" not in text
    assert "别人家的事" not in text
    first = posted("first", "冯涛", "冯书记", "grid_first_secretary", area=GRID)
    assert "3号楼地下室渗水" not in signed_in(first).get(page_of(household)).content.decode()


def test_the_sheet_is_masked(household, alone, wang):
    text = signed_in(wang).get(reverse("desk:household-sheet", args=[household.pk])).content.decode()
    assert "138****1234" in text
    assert "独居老人" in text
    assert PHONE not in text
    assert "刘秀兰" not in text


def test_identity_numbers_are_asked_for_only_where_the_portal_holds_them(household, wang, settings):
    browser = signed_in(wang)
    person = household.residents.get(relation="head")
    assert "身份证号" not in browser.get(act_url(household, "person-change", person.pk)).content.decode()
    settings.HOLD_ID_NUMBERS = True
    typed = {"seen": stamp(household), "name": "刘*", "called": "刘阿姨", "relation": "head", "sex": "0"}
    wrong = browser.post(
        act_url(household, "person-change", person.pk), {**typed, "id_number": "110105194912310021"}
    ).content.decode()
    assert "最后一位" in wrong
    browser.post(act_url(household, "person-change", person.pk), {**typed, "id_number": "11010519491231002X"})
    person.refresh_from_db()
    assert (person.id_number.plain, person.birth_year, person.sex) == ("11010519491231002X", 1949, 2)
    text = browser.get(page_of(household)).content.decode()
    assert "110105********002X" in text
    assert "11010519491231002X" not in text


def test_the_history_names_verbs_and_fields(household, wang):
    keeping.change(household, {"kind": "rented", "size": 4}, by=wang)
    text = signed_in(wang).get(reverse("desk:household-history", args=[household.pk])).content.decode()
    assert "改了户类型、人数" in text
    assert HouseholdEvent.objects.filter(household=household).count() == 2
