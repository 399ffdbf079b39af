"""How alike texts are, and which cases are suggested as the same trouble."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import likeness as rules
from cases import services as cases
from cases.models import Case, GramCount, Likeness
from cases.services import likeness, similar
from cases.services.similar import Asked
from conftest import GRID, XINCUN

LAMP = "建安大道与文峰路交叉口的路灯一到晚上就闪，走路看不清。"
AGAIN = "文峰路和建安大道口那盏路灯晚上老闪，看不清路。"
LEAK = "地下室返潮，墙皮大片脱落。"


def told(text: str, weights: rules.Weights | None = None) -> rules.Signature:
    return rules.signature(rules.counted(text), weights or rules.Weights())


class TestTexts:
    def test_the_same_trouble_in_other_words_is_alike_and_another_is_not(self):
        assert rules.likeness(told(LAMP), told(AGAIN)) > rules.ALIKE > rules.likeness(told(LAMP), told(LEAK))

    def test_stock_phrases_do_not_count(self):
        polite = "尊敬的领导您好，我是小区居民，希望有关部门尽快解决，谢谢。"
        assert told(polite) == {} or rules.likeness(told(polite + LAMP), told(polite + LEAK)) < rules.ALIKE

    def test_what_everybody_writes_weighs_less_than_the_name_of_a_place(self):
        weights = rules.weigh(
            rules.counted(f"路灯不亮，{name}门口") for name in ("翠竹苑", "金鼎村", "老粮库", "健康巷")
        )
        assert weights.of("路灯") < weights.of("翠竹")

    def test_numbers_of_people_are_never_kept(self):
        assert "13800001234" not in rules.grams("请打13800001234，a7路口") and "a7" in rules.grams("a7路口")

    def test_nothing_to_compare_is_like_nothing(self):
        assert told("") == {} and rules.telling({}) == [] and rules.likeness({}, told(LAMP)) == 0

    words = st.text(alphabet="路灯水管漏电亮坏楼道门口树巷", min_size=0, max_size=12)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(words, max_size=8))
    def test_leaving_out_light_grams_finds_the_same_pairs(self, texts):
        signatures = [told(text) for text in texts]
        everything = {
            (one, other)
            for other in range(len(texts))
            for one in range(other)
            if rules.likeness(signatures[other], signatures[one]) >= rules.ALIKE
        }
        assert {(one, other) for one, other, _ in rules.alike_pairs(signatures)} == everything

    def test_groups_are_what_hangs_together_largest_first(self):
        assert rules.groups(6, [(0, 1, 1), (3, 4, 1), (4, 5, 1)]) == [[3, 4, 5], [0, 1]]


@pytest.mark.django_db
class TestCases:
    @pytest.fixture
    def lamp(self, make_case):
        return make_case(text=LAMP, place="", at=timezone.now())

    def suggested(self, **asked) -> list[Case]:
        return similar.suggested(Case.objects.open(), Asked(**{"area": XINCUN, **asked}))

    def test_an_alike_text_is_found_in_another_category(self, lamp, make_case):
        make_case(text=LEAK, category="leak-basement", at=timezone.now())
        assert self.suggested(words=likeness.told(AGAIN)) == [lamp]
        assert self.suggested(words=likeness.told(LAMP))[0].likeness_score > 0.9

    def test_place_and_category_find_what_the_words_do_not(self, lamp):
        assert self.suggested(categories=[lamp.category_id]) == [lamp]
        assert self.suggested(area="411002005004", categories=[lamp.category_id]) == []
        assert self.suggested(area="411002005", categories=[lamp.category_id]) == []

    def test_another_compound_is_another_trouble(self, courtyard, lamp, make_case):
        own = make_case(text=LEAK, compound=courtyard, at=timezone.now())
        asked = {"categories": [own.category_id], "compound": courtyard.pk}
        assert self.suggested(**asked) == [own, lamp]
        assert self.suggested(**asked | {"compound": courtyard.pk + 1}) == [lamp]

    def test_after_sixty_days_it_is_another_trouble(self, make_case):
        old = make_case(text=LAMP, at=timezone.now() - timedelta(days=61))
        assert self.suggested(categories=[old.category_id], words=likeness.told(LAMP)) == []

    def test_complaints_are_never_compared(self, make_case, wang):
        case = make_case(text=LAMP, about=wang, at=timezone.now())
        assert not Likeness.objects.exists()
        assert self.suggested(categories=[case.category_id], words=likeness.told(LAMP)) == []

    def test_a_case_costs_two_queries_more(self, lamp, make_case, django_assert_num_queries):
        Likeness.objects.all().delete()
        case = Case.objects.select_related("compound").get()
        with django_assert_num_queries(2):
            likeness.remember(case)

    def test_suggestions_cost_as_many_queries_for_many_as_for_one(self, make_case, django_assert_num_queries):
        for number in range(8):
            make_case(text=f"{LAMP}{number}", at=timezone.now())
        first = Case.objects.first()
        words = likeness.of(first)
        with django_assert_num_queries(3):
            assert len(self.suggested(categories=[first.category_id], words=words)) == 5

    def test_the_night_counts_drops_and_weighs_anew(self, make_case, lamp, wang):
        ended = make_case(text=AGAIN, at=timezone.now())
        other = make_case(text=AGAIN, at=timezone.now())
        Likeness.objects.filter(case=other).delete()
        cases.merge(ended, lamp, by=wang)
        assert likeness.refresh() == 2
        assert set(Likeness.objects.values_list("case", flat=True)) == {lamp.pk, other.pk}
        assert GramCount.objects.get(gram="").texts == 3 and GramCount.objects.get(gram="路灯").texts == 3
        assert not GramCount.objects.filter(texts__lt=rules.RARE).exists()
        assert likeness.weights_of(["路灯"]).of("路灯") < likeness.weights_of(["墙皮"]).of("墙皮")

    def test_alike_cases_fall_into_one_circle_and_a_bridge_joins_two(self, make_case, lamp):
        leak, again = make_case(text=LEAK, at=timezone.now()), make_case(text=AGAIN, at=timezone.now())
        assert likeness.place() == 3 and likeness.place() == 0
        circles = dict(Likeness.objects.values_list("case", "circle"))
        assert circles == {lamp.pk: lamp.pk, leak.pk: leak.pk, again.pk: lamp.pk}
        bridge = make_case(text=LAMP + LEAK, at=timezone.now())
        likeness.place()
        assert set(Likeness.objects.values_list("circle", flat=True)) == {lamp.pk}
        assert bridge in likeness.of_circle(Case.objects.all(), lamp.pk)


@pytest.mark.django_db
class TestReport:
    def run(self, *arguments) -> str:
        shown = StringIO()
        call_command("find_similar", "--report", *arguments, stdout=shown)
        return shown.getvalue()

    def test_a_file_is_compared_in_memory(self, tmp_path):
        sheet = tmp_path / "messages.csv"
        sheet.write_text(f"id,subject,body\n7,路灯闪,{LAMP}\n8,漏水,{LEAK}\n9,路灯,{AGAIN}\n", encoding="utf-8-sig")
        shown = self.run("--csv", str(sheet))
        assert "第1组，2件" in shown and "7\t路灯闪" in shown and "8\t" not in shown
        assert not Case.objects.exists() and not GramCount.objects.exists()

    def test_cases_are_named_by_staff_words_only(self, make_case):
        one, _ = (make_case(text=text, area=GRID, at=timezone.now()) for text in (LAMP, AGAIN))
        shown = self.run()
        assert f"{one.number}\t{one.category.name}" in shown and "文峰路" not in shown

    def test_a_file_without_the_columns_is_refused(self, tmp_path):
        sheet = tmp_path / "other.csv"
        sheet.write_text("a,b\n1,2\n")
        for wrong in (sheet, tmp_path / "missing.csv"):
            with pytest.raises(CommandError):
                self.run("--csv", str(wrong))
