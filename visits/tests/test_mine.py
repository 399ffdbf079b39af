"""我的: what I wrote, what I raised and where it stands, and 意见建议 with their answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases import services as cases
from cases.models import Case
from common.errors import DomainError
from conftest import moment
from notifications.models import Notification
from visits import services as visits
from visits.models import Suggestion, Visit
from visits.services import own, suggesting
from wishes import services as wishes
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def page(client, name: str, **query) -> str:
    answer = client.get(reverse(f"field:{name}"), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestMine:
    def test_todays_count_is_ones_own_by_doors(self, client, make_household, make_visit, wang, he):
        first, second, third = (make_household(f"3-1-{room}") for room in (101, 102, 103))
        make_visit(first, by=wang)
        make_visit(first, by=wang)
        make_visit(second, "absent", by=wang)
        make_visit(third, by=he)
        make_visit(third, by=wang, at=timezone.now() - timedelta(days=1))
        assert own.today_of(wang, timezone.localdate()) == own.Today(doors=2, reached=1, absent=1)
        client.force_login(wang)
        assert "走访了2户，联系上1户，1户家中无人" in page(client, "mine")

    def test_claims_are_offered_to_volunteers_only(self, client, wang, make_volunteer):
        client.force_login(wang)
        assert "我的认领" not in page(client, "mine")
        helper = make_volunteer()
        helper.volunteer.user = wang
        helper.volunteer.save()
        assert reverse("public:claims") in page(client, "mine")

    def test_signing_out_and_the_size_of_type_are_buttons(self, client, wang):
        client.force_login(wang)
        shown = page(client, "mine")
        assert f'action="{reverse("accounts:sign-out")}"' in shown and "换成长辈版" in shown


class TestVisits:
    def test_only_ones_own_and_no_names(self, client, make_household, make_visit, wang, he):
        make_visit(make_household("3-1-101"), by=wang)
        make_visit(make_household("3-1-102"), by=he)
        client.force_login(wang)
        shown = page(client, "visits")
        assert "3号楼1单元101" in shown and "3号楼1单元102" not in shown and "刘" not in shown

    def test_corrections_are_offered_until_the_end_of_the_next_day(self, client, make_household, make_visit, wang):
        home = make_household()
        today = make_visit(home, by=wang)
        yesterday = make_visit(home, by=wang, at=timezone.now() - timedelta(days=1))
        before = make_visit(home, by=wang, at=timezone.now() - timedelta(days=2))
        client.force_login(wang)
        shown = page(client, "visits")
        offered = {v: reverse("field:visit-correct", args=[v.uuid]) in shown for v in (today, yesterday, before)}
        assert offered == {today: True, yesterday: True, before: False}

    def test_the_days_are_those_of_the_district(self, wang):
        visit = Visit(received_at=moment("2026-11-23 00:10"), visitor=wang)
        assert visits.may_correct(visit, wang, at=moment("2026-11-24 23:59"))
        assert not visits.may_correct(visit, wang, at=moment("2026-11-25 00:00"))

    def test_twenty_on_a_page_and_as_many_queries_for_all(self, client, make_household, make_visit, wang):
        home = make_household()
        client.force_login(wang)

        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                page(client, "visits")
            return len(asked)

        for minutes in range(2):
            make_visit(home, by=wang, at=timezone.now() - timedelta(minutes=minutes))
        few = cost()
        for minutes in range(2, 23):
            make_visit(home, by=wang, at=timezone.now() - timedelta(minutes=minutes))
        assert cost() == few
        answer = client.get(reverse("field:visits"))
        assert len(answer.context["visits"]) == 20
        following = client.get(reverse("field:visits"), {"page": answer.context["page"].next_cursor})
        assert len(following.context["visits"]) == 3


class TestRaised:
    @pytest.fixture
    def raised(self, make_household, make_visit, wang, he):
        near, far = make_household("3-1-101"), make_household("3-2-501")
        make_visit(far, by=wang, topics={"leak": "case", "needs": "wish"}, at=timezone.now() - timedelta(days=1))
        make_visit(near, by=wang, topics={"parking": "case", "light": "record"})
        make_visit(near, by=he, topics={"light": "case"})
        return near, far

    def test_by_door_as_one_walks_with_where_it_stands(self, client, raised, wang):
        client.force_login(wang)
        answer = client.get(reverse("field:raised"))
        doors = [(home.door_name, [t.title for t in things]) for home, things in answer.context["households"]]
        assert [door for door, _ in doors] == ["3号楼1单元101", "3号楼2单元501"]
        assert [len(things) for _, things in doors] == [1, 2]
        shown = answer.content.decode()
        assert "待受理" in shown and "待审核" in shown and Wish.objects.get().number[:8] in shown
        assert "刘" not in shown and "1380" not in shown

    def test_what_ended_stands_apart(self, client, raised, wang, chen):
        case = Case.objects.filter(created_by=wang).first() or Case.objects.first()
        wish = Wish.objects.get()
        wishes.refuse(wish, reason="不属于微心愿", by=chen)
        client.force_login(wang)
        assert wish.number[:8] not in page(client, "raised")
        shown = page(client, "raised", state="ended")
        assert "不予采纳" in shown and wish.number[:8] in shown and case.number[:8] not in shown

    def test_a_merged_case_is_answered_with_the_one_that_carries_on(self, client, raised, make_case, wang, chen):
        case = Case.objects.get(subject__contains="停车")
        other = make_case(category=case.category.code, at=timezone.now())
        cases.merge(case, other, by=chen)
        client.force_login(wang)
        assert other.number[-7:] in page(client, "raised")

    def test_many_cost_no_more_queries_than_few(self, client, raised, make_household, make_visit, wang):
        client.force_login(wang)

        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                page(client, "raised")
            return len(asked)

        few = cost()
        for room in range(201, 206):
            make_visit(make_household(f"3-1-{room}"), by=wang, topics={"leak": "case", "needs": "wish"})
        assert cost() == few

    def test_what_lies_outside_ones_reach_is_told_but_not_linked(self, client, raised, wang, chen):
        moved = wang.postings.get()
        moved.area_id = f"{moved.area_id[:12]}001"
        moved.save()
        client.force_login(User.objects.get(pk=wang.pk))
        shown = page(client, "raised")
        assert "待受理" in shown and "/desk/cases/" not in shown


class TestSuggestions:
    def test_said_answered_and_told(self, client, wang, django_user_model):
        admin = django_user_model.objects.create_superuser("root", full_name="管理员", must_change_password=False)
        client.force_login(wang)
        answer = client.post(reverse("field:suggestions"), {"text": "  表格太多，少填几张  "}, follow=True)
        assert "已经收到" in answer.content.decode() and "等待答复" in answer.content.decode()
        made = Suggestion.objects.get()
        assert (made.text, made.by) == ("表格太多，少填几张", wang)
        client.force_login(admin)
        url = reverse("admin:visits_suggestion_change", args=[made.pk])
        assert "请写下答复" in client.post(url, {"answer": "  "}).content.decode() or not _answered(made)
        assert client.post(url, {"answer": "下月起合并成一张。"}).status_code == 302
        assert _answered(made)
        notice = Notification.objects.get(seat=f"user:{wang.pk}")
        assert notice.target == reverse("field:suggestions")
        assert {"suggestion.make", "suggestion.answer"} <= set(Entry.objects.values_list("verb", flat=True))
        client.force_login(wang)
        assert "下月起合并成一张。" in page(client, "suggestions")

    def test_an_answer_is_given_once(self, wang, chen):
        made = suggesting.suggest("太慢", by=wang)
        suggesting.answer(made, "已修好", by=chen)
        with pytest.raises(DomainError, match="已经有答复"):
            suggesting.answer(Suggestion.objects.get(), "又答", by=chen)
        assert Suggestion.objects.get().answer == "已修好"
        with pytest.raises(DomainError, match="请写下答复"):
            suggesting.answer(made, " ", by=chen)

    def test_a_second_tap_says_nothing_twice(self, wang):
        assert suggesting.suggest("太慢", by=wang) == suggesting.suggest("太慢", by=wang)

    @pytest.mark.parametrize(("text", "said"), [("", "请填写"), ("长" * 501, "最多500个字")])
    def test_what_was_typed_stays_where_it_is_refused(self, client, wang, text, said):
        client.force_login(wang)
        shown = client.post(reverse("field:suggestions"), {"text": text}).content.decode()
        assert said in shown and text in shown and not Suggestion.objects.exists()

    def test_nobody_reads_those_of_others(self, client, wang, he):
        suggesting.suggest("太慢", by=wang)
        client.force_login(he)
        assert "太慢" not in page(client, "suggestions")


def _answered(made: Suggestion) -> bool:
    return Suggestion.objects.get(pk=made.pk).answered_at is not None


@pytest.mark.parametrize("name", ["topic", "purpose", "pace", "campaign", "suggestion"])
def test_lists_are_kept_in_the_administration(client, ground, django_user_model, name):
    admin = django_user_model.objects.create_superuser("root", full_name="管理员", must_change_password=False)
    client.force_login(admin)
    assert client.get(reverse(f"admin:visits_{name}_changelist")).status_code == 200
    added = client.get(reverse(f"admin:visits_{name}_add")).status_code
    assert added == (200 if name in ("topic", "purpose") else 403)
