"""在什么地方: compounds and roads found by name, with and without a script, and what follows from the choice."""

import pytest

from cases import services as cases
from cases.models import Case
from conftest import GRID, XINCUN
from grids.levels import Level
from grids.models import Area, Compound
from public import catalog, places
from public.tests.conftest import picture

pytestmark = pytest.mark.django_db
FORM, WHERE = "/request/", "/request/where/"
OTHER = "411002008001"  # 丁庄街道


def html_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def estate(courtyard) -> Compound:
    """A compound two grids of the same community share, known by another name too."""
    return Compound.objects.create(
        area_id=XINCUN, name="新村花园", aliases="老机床厂 机床家属院", kind="estate", address="六一路西段18号"
    )


def names(typed: str, **more) -> list[str]:
    catalog.forget()
    return [found.name for found in places.find(typed, **more)]


class TestFinding:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("食品", "第一食品厂家属院"),
            ("第一食品厂家属院", "第一食品厂家属院"),
            ("第一食品厂家属院3号楼2单元", "第一食品厂家属院"),
            ("健康路", "第一食品厂家属院"),
            ("健康路20号", "第一食品厂家属院"),
            (" 新村 花园 ", "新村花园"),
            ("机床", "新村花园"),
            ("老机床厂5号楼", "新村花园"),
            ("六一路西段", "新村花园"),
            ("六一路１８号", "新村花园"),
        ],
    )
    def test_names_aliases_and_roads_are_found_by_a_part(self, estate, typed, found):
        assert names(typed) == [found]

    @pytest.mark.parametrize("typed", ["", "食", " 食 ", "%%", "__", "没有这个地方", "食" * 200])
    def test_one_character_and_nonsense_find_nothing(self, estate, typed):
        assert names(typed) == []

    def test_the_better_fit_comes_first(self, estate):
        for name in ("新村花园二期", "大新村花园"):
            Compound.objects.create(area_id=GRID, name=name, kind="estate")
        assert names("新村花园") == ["新村花园", "新村花园二期", "大新村花园"]

    def test_the_search_stays_within_an_area(self, estate):
        Compound.objects.create(area_id=OTHER, name="食品小区", kind="estate")
        assert names("食品") == ["食品小区", "第一食品厂家属院"]
        assert names("食品", within=XINCUN) == ["第一食品厂家属院"]

    def test_a_grid_is_found_by_the_road_in_its_description(self, ground):
        Area.objects.filter(code=GRID).update(about="第二食品厂家属院、光明路东段沿街楼院，共286户。")
        catalog.forget()
        found = places.find("光明路")
        assert [(one.name, one.area, one.pk) for one in found] == [("第三网格", GRID, None)]
        assert names("第二食品厂") == ["第三网格"]

    def test_what_was_given_up_or_lies_outside_is_not_found(self, estate):
        Compound.objects.filter(pk=estate.pk).update(valid_to="2026-01-01")
        Area.objects.filter(code=GRID).update(in_service=False)
        assert names("花园") == [] and names("食品") == []

    def test_a_search_asks_no_database_once_the_process_is_warm(self, estate, django_assert_num_queries):
        names("食品")
        with django_assert_num_queries(0):
            assert places.find("机床")


class TestChoosing:
    def test_without_a_script_the_same_form_searches_and_keeps_every_word(self, visitor, typed, courtyard):
        response = visitor.post(FORM, typed(where="食品", find="1", community="", grid="", place=""))
        html = html_of(response)
        assert "第一食品厂家属院" in html and f'name="choose" value="c{courtyard.pk}"' in html
        assert "楼前的路灯三天没亮了" in html and "13800001234" in html and "还没有提交" not in html
        assert not Case.objects.exists()

    def test_the_choice_answers_the_question(self, visitor, typed, courtyard):
        chosen = typed(where="食品", choose=f"c{courtyard.pk}", community="", grid="", place="")
        html = html_of(visitor.post(FORM, chosen))
        assert f'<option value="{XINCUN}" selected>' in html and f'<option value="{GRID}" selected>' in html
        assert 'value="第一食品厂家属院"' in html and f'name="compound" value="{courtyard.pk}"' in html
        assert "楼前的路灯三天没亮了" in html and not Case.objects.exists()

    def test_what_was_searched_with_its_building_becomes_the_place(self, visitor, typed, courtyard):
        chosen = typed(where="第一食品厂家属院3号楼", choose=f"c{courtyard.pk}", place="")
        assert 'value="第一食品厂家属院3号楼"' in html_of(visitor.post(FORM, chosen))

    def test_a_place_in_own_words_stays_and_that_of_another_choice_goes(self, visitor, typed, courtyard, estate):
        kept = visitor.post(FORM, typed(choose=f"c{courtyard.pk}", place="东门的岗亭"))
        assert 'value="东门的岗亭"' in html_of(kept)
        again = typed(choose=f"c{estate.pk}", compound=courtyard.pk, place="第一食品厂家属院3号楼")
        assert 'id="place" name="place" value="新村花园"' in html_of(visitor.post(FORM, again))

    def test_a_case_knows_its_compound(self, visitor, typed, courtyard):
        assert visitor.post(FORM, typed(compound=courtyard.pk)).status_code == 302
        case = Case.objects.get()
        assert (case.compound, case.area_id, case.level) == (courtyard, GRID, Level.GRID)

    def test_a_shared_compound_is_the_communitys_unless_the_grid_is_known(self, visitor, typed, estate):
        html = html_of(visitor.post(FORM, typed(choose=f"c{estate.pk}", place="", grid="")))
        assert '<option value="">不确定</option>' in html
        visitor.post(FORM, typed(compound=estate.pk, grid="", text="第一件"))
        visitor.post(FORM, typed(compound=estate.pk, text="第二件"))
        levels = dict(Case.objects.values_list("text", "level"))
        assert levels == {"第一件": Level.COMMUNITY, "第二件": Level.GRID}
        assert set(Case.objects.values_list("compound", flat=True)) == {estate.pk}

    @pytest.mark.parametrize("compound", ["999999", "abc", "-1", "１２", "c1", "0" * 50])
    def test_an_invented_compound_is_none(self, visitor, typed, courtyard, compound):
        assert visitor.post(FORM, typed(compound=compound)).status_code == 302
        assert Case.objects.get().compound is None

    def test_a_compound_elsewhere_than_the_chosen_grid_is_forgotten(self, visitor, typed, courtyard):
        visitor.post(FORM, typed(compound=courtyard.pk, community=OTHER, grid=""))
        assert Case.objects.get().compound is None

    def test_words_searched_but_not_chosen_are_answered_with_what_was_found(self, visitor, typed, courtyard):
        html = html_of(visitor.post(FORM, typed(where="食品", community="", grid="")))
        assert "请选择所在的街道和社区" in html and "选这里" in html

    def test_a_link_of_a_grid_chooses_it(self, visitor):
        html = html_of(visitor.get(FORM, {"grid": GRID}))
        assert f'<option value="{XINCUN}" selected>' in html and f'<option value="{GRID}" selected>' in html
        assert visitor.get(FORM, {"grid": "nonsense"}).status_code == 200

    def test_photos_stay_through_the_search(self, visitor, typed, courtyard):
        response = visitor.post(FORM, typed(find="1", where="食品", photos=[picture()]))
        assert "已留下1张照片" in html_of(response)
        visitor.post(FORM, typed(kept=response.context["draft"].token))
        assert Case.objects.get().photos.count() == 1


class TestFragment:
    def test_suggestions_come_as_one_types(self, visitor, courtyard):
        html = html_of(visitor.post(WHERE, {"where": "食品"}))
        assert "选这里" in html and "北大街道新村社区第三网格" in html and "<html" not in html
        assert "没有找到" in html_of(visitor.post(WHERE, {"where": "<b>无"}))
        assert "至少写2个字" in html_of(visitor.post(WHERE, {"where": "食"}))
        assert html_of(visitor.post(WHERE, {})).strip() == ""

    def test_no_address_is_asked_for_in_an_address(self, visitor):
        assert visitor.get(WHERE, {"where": "食品"}).status_code == 405

    def test_a_choice_brings_the_whole_question_and_tells_the_page(self, visitor, courtyard):
        response = visitor.post(WHERE, {"choose": f"c{courtyard.pk}", "where": "食品", "place": ""})
        html = html_of(response)
        assert response["HX-Trigger-After-Swap"] == "placed" and "autofocus" in html
        assert f'<option value="{GRID}" selected>' in html and 'value="第一食品厂家属院"' in html

    def test_who_looks_too_often_uses_the_lists(self, visitor, settings):
        settings.PUBLIC_LIMITS = {"look-network": "1/hour"}
        visitor.post(WHERE, {"where": "食品"})
        assert "查找次数较多" in html_of(visitor.post(WHERE, {"where": "食品"}))

    def test_many_finds_are_cut_and_counted(self, visitor, ground):
        Compound.objects.bulk_create(
            Compound(area_id=GRID, name=f"幸福{number}号院", kind="courtyard") for number in range(10)
        )
        html = html_of(visitor.post(WHERE, {"where": "幸福"}))
        assert html.count("选这里</button>") == places.SHOWN and "还有2处没有列出" in html


class TestSimilar:
    @pytest.fixture
    def known(self, make_case, chen, courtyard, estate) -> dict[str, Case]:
        """An open case in each of two compounds, and one whose compound nobody named."""
        made = {}
        for title, compound in (("花园路灯", estate), ("家属院路灯", courtyard), ("街上路灯", None)):
            made[title] = make_case(compound=compound)
            cases.set_title(made[title], title, by=chen)
        return made

    def test_the_same_compound_comes_first_and_another_stays_out(self, visitor, typed, known, courtyard):
        offered = visitor.post(FORM, typed(compound=courtyard.pk)).context["offered"]
        assert [one.title for one in offered] == ["家属院路灯", "街上路灯"]

    def test_without_a_compound_all_of_the_community_are_offered(self, visitor, typed, known):
        assert len(visitor.post(FORM, typed()).context["offered"]) == 3

    def test_the_fragment_knows_the_compound_too(self, visitor, known, courtyard):
        asked = {"category": "light", "community": XINCUN, "compound": courtyard.pk}
        html = html_of(visitor.get("/request/similar/", asked))
        assert "家属院路灯" in html and "花园路灯" not in html
        elsewhere = html_of(visitor.get("/request/similar/", asked | {"community": OTHER}))
        assert "路灯" not in elsewhere
