"""Care tags, pairings and looking at plain values."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import InternalError
from django.utils import timezone

from audit.models import Entry
from common.errors import DomainError
from conftest import posted
from households.access import access_to
from households.models import CareTag, Household, HouseholdEvent, PairingDeed, TagKind
from households.services import caring, keeping, pairing, residents
from households.services.revealing import reveal

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def household(make_household) -> Household:
    """刘秀兰 and her grandson."""
    return make_household(people=[("刘秀兰", "head", PHONE), ("周小明", "grandchild")])


@pytest.fixture
def alone(ground) -> TagKind:
    """独居老人."""
    return TagKind.objects.get(code="alone")


def test_the_portal_starts_with_the_kinds_of_care_of_the_account(ground):
    names = set(TagKind.objects.values_list("name", flat=True))
    assert names == {"独居老人", "空巢老人", "残疾人", "低保", "困境儿童", "退役军人", "高龄", "孕产妇", "重病"}
    assert set(TagKind.objects.values_list("visit_days", flat=True)) == {30}


def test_a_tag_says_why_and_until_when(household, alone, wang):
    tag = caring.set_tag(household, alone, reason="子女在外地", by=wang)
    assert tag.review_date == timezone.localdate() + timedelta(days=alone.review_days)
    assert (tag.set_by, tag.reason) == (wang, "子女在外地")
    assert HouseholdEvent.objects.get(verb="tag").details == {"care_tag": tag.pk}
    assert Entry.objects.get(verb="household.tag").details == {"care_tag": tag.pk}


def test_a_tag_is_set_once_and_with_a_reason(household, alone, wang):
    caring.set_tag(household, alone, reason="一人住", by=wang)
    with pytest.raises(DomainError, match="已经设了"):
        caring.set_tag(household, alone, reason="一人住", by=wang)
    with pytest.raises(DomainError, match="为什么"):
        caring.set_tag(household, TagKind.objects.get(code="aged"), reason=" ", by=wang)
    with pytest.raises(DomainError, match="晚于今天"):
        caring.set_tag(
            household, TagKind.objects.get(code="aged"), reason="高龄", review_date=timezone.localdate(), by=wang
        )


def test_a_review_moves_the_date_and_taking_off_ends_it(household, alone, wang, chen):
    tag = caring.set_tag(household, alone, reason="一人住", by=wang)
    later = timezone.localdate() + timedelta(days=90)
    caring.review(tag, review_date=later, by=chen)
    tag.refresh_from_db()
    assert (tag.review_date, tag.reviewed_by, tag.reason) == (later, chen, "一人住")
    caring.take_off(tag, reason="女儿搬来同住", by=chen)
    with pytest.raises(DomainError, match="已经取消"):
        caring.take_off(tag, reason="再取消一次", by=chen)
    assert not household.care_tags.current().exists()
    caring.set_tag(household, alone, reason="又一人住", by=wang)


def test_a_tag_of_a_person_ends_when_the_person_leaves(household, alone, wang):
    grandson = household.residents.get(relation="grandchild")
    caring.set_tag(household, TagKind.objects.get(code="child"), resident=grandson, reason="父母在外", by=wang)
    residents.leave(grandson, reason="moved", by=wang)
    assert CareTag.objects.get().end_reason == "本人已离开"
    with pytest.raises(DomainError, match="现在住在这一户"):
        caring.set_tag(household, alone, resident=grandson, reason="一人住", by=wang)


def test_tags_are_seen_by_grid_community_and_paired_cadre_only(household, alone, wang, he, zhao, li, outsider):
    caring.set_tag(household, alone, reason="一人住", by=wang)
    pairing.pair(household, li, by=wang)
    seen = {user.username: CareTag.objects.visible_to(user).count() for user in (wang, he, zhao, li, outsider)}
    assert seen == {"wang": 1, "he": 1, "zhao": 0, "li": 1, "outsider": 0}


def test_a_paired_cadre_sees_the_household_until_the_pairing_ends(household, wang, li):
    assert not Household.objects.visible_to(li).exists()
    paired = pairing.pair(household, li, by=wang)
    assert Household.objects.visible_to(li).get() == household
    with pytest.raises(DomainError, match="已经有结对干部"):
        pairing.pair(household, wang, by=wang)
    pairing.unpair(paired, by=wang)
    assert not Household.objects.visible_to(li).exists()
    with pytest.raises(DomainError, match="已经结束"):
        pairing.unpair(paired, by=wang)
    pairing.pair(household, wang, by=wang)


def test_what_was_done_is_noted_by_the_cadre_and_stays(household, wang, li):
    paired = pairing.pair(household, li, by=wang)
    deed = pairing.note_deed(paired, "送去老花镜，看了燃气软管", by=li)
    with pytest.raises(DomainError, match="本人"):
        pairing.note_deed(paired, "代登记", by=wang)
    with pytest.raises(DomainError, match="不能早于"):
        pairing.note_deed(paired, "去年的事", happened_date=timezone.localdate() - timedelta(days=300), by=li)
    with pytest.raises(InternalError, match="appended"), transaction.atomic():
        PairingDeed.objects.filter(pk=deed.pk).update(text="改口")


def test_a_plain_value_is_shown_with_a_reason_and_written_down_first(household, wang):
    head = household.residents.get(relation="head")
    assert reveal(household, "phone", "ask", resident=head, by=wang) == PHONE
    details = {"field": "phone", "reason": "ask", "resident": head.pk}
    assert HouseholdEvent.objects.get(verb="reveal").details == details
    entry = Entry.objects.get(verb="household.reveal")
    assert (entry.actor_id, entry.details) == (wang.pk, details)


def test_looking_does_not_make_an_open_form_stale(household, wang):
    before = household.updated_at
    reveal(household, "address", "check", by=wang)
    household.refresh_from_db()
    assert household.updated_at == before


def test_nothing_is_shown_without_reason_right_or_value(household, wang, outsider):
    head = household.residents.get(relation="head")
    for field, reason, resident, by, why in (
        ("phone", "curious", head, wang, "原因"),
        ("phone", "ask", head, outsider, "不能查看"),
        ("contact_phone", "ask", None, wang, "没有登记"),
    ):
        with pytest.raises(DomainError, match=why):
            reveal(household, field, reason, resident=resident, by=by)
    with pytest.raises(KeyError):
        reveal(household, "search", "ask", by=wang)
    assert not Entry.objects.filter(verb="household.reveal").exists()


def test_rights_come_from_postings_that_cover_the_household(household, wang, he, zhao, li, outsider):
    rights = {user.username: access_to(household, user) for user in (wang, he, zhao, li, outsider)}
    assert [name for name, held in rights.items() if held.keep] == ["wang", "he"]
    assert [name for name, held in rights.items() if held.care] == ["wang", "he"]
    assert [name for name, held in rights.items() if held.reveal] == ["wang", "he", "zhao"]


def test_an_account_that_may_not_sign_in_is_not_paired(household, wang):
    gone = posted("gone", "钱进", "钱科长", "")
    gone.is_active = False
    gone.save()
    with pytest.raises(DomainError, match="停用"):
        pairing.pair(household, gone, by=wang)


def test_a_household_that_moved_out_takes_no_tag(household, alone, wang):
    keeping.move_out(household, by=wang)
    with pytest.raises(DomainError, match="已经搬离"):
        caring.set_tag(household, alone, reason="一人住", by=wang)
