"""Reports: the template is tried before it is kept, runs in a sandbox, and says what the figures say."""

import io
import zipfile

import pytest
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from openpyxl import load_workbook

from common.errors import DomainError
from dashboards.reporting import sheet, word
from dashboards.reporting.story import SAMPLE, Line, Rate, Story, Table
from dashboards.services import reports
from jobs import services as jobs


def told(**more) -> Story:
    return Story("魏都区基层治理运行周报", "全区", "11月16日至22日", "11月23日", "钱科长", **more)


def template(*paragraphs: str) -> io.BytesIO:
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    target = io.BytesIO()
    document.save(target)
    target.seek(0)
    return target


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_default_template_says_every_figure_with_what_it_is_made_of():
    story = told(
        rates=[Rate("解决率", "92.9%", "52", "56", "回访确认已解决 ÷ 有效回访")],
        tables={"areas": Table("各地情况", ["街道", "收到"], [Line("北大街道", ["142"]), Line("南关街道", ["98"])])},
    )
    said = words_of(word.fill(io.BytesIO(word.default_template()), story))
    for expected in ("魏都区基层治理运行周报", "解决率", "92.9%", "52", "56", "回访确认已解决", "北大街道", "98"):
        assert expected in said
    assert "{" not in said
    assert "按类别" not in said, "a breakdown without rows is left out"


def test_its_tables_stay_between_the_margins_however_many_columns_repeat_and_their_heads_stand_on_every_page():
    heads = ["街道", "收到", "办结", "按期办结率", "解决率", "满意率", "在办", "超期"]
    story = told(
        rates=[Rate("解决率", "92.9%", "52", "56", "回访确认已解决 ÷ 有效回访")],
        tables={"areas": Table("各地情况", heads, [Line("北大街道", ["1"] * 7)])},
    )
    document = Document(io.BytesIO(word.fill(io.BytesIO(word.default_template()), story)))
    page = document.sections[0]
    between = page.page_width - page.left_margin - page.right_margin
    for table in document.tables:
        widths = [column.width for column in table.columns]
        assert sum(widths) <= between and min(widths) > Cm(1)
        assert len(widths) == len(table.rows[0].cells) and table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert widths[0] > widths[1], "names get more room than numbers"


def test_the_default_template_passes_the_check_every_upload_passes():
    word.check(io.BytesIO(word.default_template()))


def test_an_edited_template_is_used_as_it_is():
    assert words_of(word.fill(template("{{ area }}本周情况：在办{{ open_items }}件"), told(open_items="7"))) == (
        "全区本周情况：在办7件"
    )


def test_words_that_look_like_markup_stay_words():
    story = told(rates=[Rate("A & B <b>", "1", "", "", "")])
    assert "A & B <b>" in words_of(word.fill(template("{{ rates[0].name }}"), story))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("{{ secret }}", "secret"),
        ("{{ rates[0].colour }}", "colour"),
        ("{% for x in rates %}{{ x.name }}", "endfor"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ rates.append(1) }}", "unsafe"),
    ],
)
def test_a_template_that_asks_for_what_does_not_exist_is_refused_by_name(words, named):
    with pytest.raises(DomainError) as refusal:
        word.check(template(words))
    assert "原来的模板继续使用" in refusal.value.message
    assert named in refusal.value.message


@pytest.mark.parametrize("content", [b"", b"no word file", b"PK\x03\x04broken"])
def test_what_is_no_word_file_is_refused(content):
    with pytest.raises(DomainError, match="docx"):
        word.check(io.BytesIO(content))


def test_a_package_without_a_document_a_macro_and_a_huge_one_are_refused():
    for names, said in [(["a.txt"], "docx"), (["word/document.xml", "word/vbaProject.bin"], "宏")]:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for name in names:
                package.writestr(name, "x")
        target.seek(0)
        with pytest.raises(DomainError, match=said):
            word.check(target)
    with pytest.raises(DomainError, match="2MB"):
        word.check(io.BytesIO(b"x" * (word.MOST_BYTES + 1)))


def test_a_package_that_unpacks_to_very_much_is_refused_unread():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * (word.MOST_UNPACKED + 1))
    target.seek(0)
    with pytest.raises(DomainError, match="docx"):
        word.check(target)


def test_the_workbook_holds_numbers_as_numbers_and_no_formula():
    story = told(
        rates=[Rate("收到", "1\u202f204", "", "", "=1+1")],
        tables={"areas": Table("各地情况", ["街道", "收到"], [Line("=cmd", ["142"])], note="按代码排列")},
    )
    book = load_workbook(io.BytesIO(sheet.workbook(story)))
    assert book.sheetnames == ["指标", "各地情况"]
    assert book["指标"]["B4"].value == 1204
    assert book["指标"]["E4"].value == "=1+1"
    assert book["指标"]["E4"].data_type == "s"
    assert [cell.value for cell in book["各地情况"][4]] == ["=cmd", 142]


def test_the_sample_fills_every_breakdown():
    assert set(SAMPLE.tables) >= {"levels", "areas", "categories", "channels", "units", "waiting", "growing", "orders"}


def read(job) -> bytes:
    with job.result_file.open() as kept:
        return kept.read()


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["411002", "411002005", "411002005003"])
def test_a_report_is_written_by_a_job_and_says_what_the_board_says(make_case, chen, qian, area, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    case, today = make_case(at=timezone.now()), timezone.localdate()
    by = chen if len(area) == 12 else qian
    made = {form: reports.ask("weekly", form, area, today, today, by=by) for form in reports.ENDINGS}
    jobs.work()
    for form, job in made.items():
        job.refresh_from_db()
        assert (job.state, job.result["name"].rpartition(".")[2]) == ("done", reports.ENDINGS[form]), job.problem
    said = words_of(read(made[reports.WORD]))
    assert "收到1件" in said and case.category.name in said
    figures = load_workbook(io.BytesIO(read(made[reports.SHEET])))["指标"]
    assert "收到" in [cell.value for cell in figures["A"]]


@pytest.mark.django_db
def test_a_report_about_another_area_is_refused(chen):
    today = timezone.localdate()
    with pytest.raises(DomainError, match="本辖区"):
        reports.ask("weekly", reports.WORD, "411002008", today, today, by=chen)
    with pytest.raises(DomainError, match="之后"):
        reports.ask("weekly", reports.WORD, "411002005003", today, today.replace(year=today.year - 1), by=chen)
