"""Filling a Word template. Templates are uploaded by people, so they run in a sandbox and are tried before they are kept."""

import io
import zipfile
from typing import IO

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docxtpl import DocxTemplate
from jinja2 import TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from common.errors import DomainError
from dashboards.reporting.story import SAMPLE, Story

# A template of words and a table or two is some tens of kilobytes; what unpacks to more than this is none.
MOST_BYTES, MOST_UNPACKED = 2_000_000, 40_000_000
SONG, HEI = "宋体", "黑体"
# Centimetres between the margins: what names get, and each of the three cells that repeat the columns beside them.
_NAMES, _REPEATING = 5.3, 3.5
_BLOCKS = (("levels", "各层级解决占比"), ("areas", "各地情况"), ("waiting", "在哪里等"), ("growing", "增长的问题"),
           ("categories", "按类别"), ("units", "按承办单位"), ("orders", "督办"))  # fmt: skip


class _Missing(Undefined):
    """A name that does not exist is an error that says its name, not an empty place in the report."""

    def __str__(self) -> str:
        self._fail_with_undefined_error()
        return ""


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=_Missing, autoescape=True)


def fill(template: IO[bytes], story: Story) -> bytes:
    """The report as .docx. DomainError where the template is no Word file or asks for what does not exist."""
    content = template.read(MOST_BYTES + 1)
    _refuse_odd_file(content)
    try:
        document = DocxTemplate(io.BytesIO(content))
        document.render(story.context(), _environment())
        target = io.BytesIO()
        document.save(target)
    except TemplateError as fault:
        raise DomainError(
            f"模板里有一处填不出来：{fault}。请对照默认模板修改后重新上传，原来的模板继续使用。"
        ) from fault
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as fault:
        raise DomainError("这个文件不能当作模板，请用Word另存为.docx后重新上传，原来的模板继续使用。") from fault
    return target.getvalue()


def _refuse_odd_file(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise DomainError("模板超过2MB，请去掉图片后重新上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            unpacked = sum(entry.file_size for entry in package.infolist())
    except zipfile.BadZipFile as fault:
        raise DomainError("模板要是Word的.docx文件，请另存后重新上传。") from fault
    if "word/document.xml" not in names or unpacked > MOST_UNPACKED:
        raise DomainError("模板要是Word的.docx文件，请另存后重新上传。")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise DomainError("模板里有宏，不能使用。请另存为不含宏的.docx后重新上传。")


def check(template: IO[bytes]) -> None:
    """Try a template with a sample; DomainError says what is wrong with it."""
    fill(template, SAMPLE)


def default_template() -> bytes:
    """The template the portal brings along, to be downloaded, edited in Word and uploaded again."""
    document = Document()
    _page(document)
    _heading(document, "{{ title }}", 18)
    _text(document, "{{ area }}　{{ period }}　制表时间：{{ made }}", center=True)
    _text(
        document,
        "本期在办{{ open_items }}件，其中超期{{ overdue_items }}件。"
        "{% for one in counts %}{{ one.name }}{{ one.value }}{% if not loop.last %}，{% endif %}{% endfor %}。",
    )
    _rates(document, "rates", "主要指标", {"指标": (2.9, "name"), "数值": (1.8, "value"), "分子": (1.5, "numerator"),
                                       "分母": (1.5, "denominator"), "怎么算": (8.1, "definition")})  # fmt: skip
    _rates(document, "times", "用时", {"指标": (7.8, "name"), "数值": (4, "value"), "件数": (4, "denominator")})
    _text(
        document,
        "期间办结的事项，等反映人答复的时间不算：中位是一半事项、九成是十分之九的事项在这么多个工作日以内办结。",
    )
    for code, title in _BLOCKS:
        _block(document, code, title)
    _text(document, "数据由系统按办理记录生成，口径见各项说明；按行政区划代码或名称排列，不排名次。")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.8)
    _font(document.styles["Normal"], SONG, 11)


def _font(styled, name: str, size: float) -> None:
    styled.font.name, styled.font.size = name, Pt(size)
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _run(paragraph, words: str, *, name: str = SONG, size: float = 11, bold: bool = False) -> None:
    run = paragraph.add_run(words)
    run.font.name, run.font.size, run.font.bold = name, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _heading(document, words: str, size: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, words, name=HEI, size=size)


def _text(document, words: str, *, center: bool = False) -> None:
    paragraph = document.add_paragraph()
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.space_before = 1.5, Pt(4)
    _run(paragraph, words)


def _table(document, heads: list[str]):
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _said(cell, head, name=HEI)
    _repeat_on_every_page(table.rows[0])
    return table


def _repeat_on_every_page(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _row(table, words: list[str]) -> None:
    for cell, text in zip(table.add_row().cells, words, strict=True):
        _said(cell, text)


def _said(cell, words: str, *, name: str = SONG) -> None:
    """Small type with some air above and below."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    _run(paragraph, words, name=name, size=9)


def _set_widths(table, widths: list[int]) -> None:
    """Columns of fixed widths (EMU): in the grid, which some programs follow, and in the cells, which others do."""
    table.autofit = False
    grid = table._tbl.tblGrid
    for column in list(grid.gridCol_lst):
        grid.remove(column)
    for width in widths:
        grid.add_gridCol().w = Emu(width)
    for row in table.rows:
        for cell, width in zip(row._tr.tc_lst, widths, strict=False):
            cell.width = Emu(width)


def _rates(document, code: str, title: str, columns: dict[str, tuple[float, str]]) -> None:
    """A table of figures: one row a figure, repeated by the template language; columns with their centimetres."""
    _title(document, title)
    table = _table(document, list(columns))
    rest = [""] * (len(columns) - 1)
    _row(table, [f"{{%tr for one in {code} %}}", *rest])
    _row(table, [f"{{{{ one.{name} }}}}" for _, name in columns.values()])
    _row(table, ["{%tr endfor %}", *rest])
    _set_widths(table, [Cm(wide) for wide, _ in columns.values()])


def _title(document, words: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(12), Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, words, name=HEI, size=13)


def _block(document, code: str, title: str) -> None:
    """A breakdown whose columns are the table's own; left out where it is empty."""
    _text(document, f"{{%p if tables.{code} and tables.{code}.lines %}}")
    _title(document, title)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _row(table, [f"{{{{ tables.{code}.heads[0] }}}}",
                 f"{{%tc for head in tables.{code}.heads[1:] %}}"])  # fmt: skip
    _widen(table, ["{{ head }}", "{%tc endfor %}"])
    _repeat_on_every_page(table.rows[0])
    _row_of(table, [f"{{%tr for line in tables.{code}.lines %}}"])
    _row_of(table, ["{{ line.name }}", "{%tc for cell in line.cells %}", "{{ cell }}", "{%tc endfor %}"])
    _row_of(table, ["{%tr endfor %}"])
    _set_widths(table, [Cm(_NAMES), *[Cm(_REPEATING)] * 3])
    _text(document, f"{{% if tables.{code}.note %}}{{{{ tables.{code}.note }}}}{{% endif %}}")
    _text(document, "{%p endif %}")


def _widen(table, more: list[str]) -> None:
    """Add cells to the first row: the columns between `tc for` and `tc endfor` repeat."""
    for words in more:
        column = table.add_column(Cm(2))
        _said(column.cells[0], words, name=HEI)


def _row_of(table, words: list[str]) -> None:
    cells = table.add_row().cells
    for cell, text in zip(cells, [*words, *[""] * (len(cells) - len(words))], strict=True):
        _said(cell, text)
