"""The same figures as a workbook: one sheet of figures, one a breakdown; A4 landscape, ready to print."""

import io

import xlsxwriter

from common.ledgers import make_room
from dashboards.reporting.story import Rate, Story, Table

WIDE, NARROW, MEANING = 24, 12, 60


def workbook(story: Story) -> bytes:
    """The .xlsx; every cell is a text or a number we made, and nothing is read as a formula."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = _formats(book)
    _figures(book, story, formats)
    for table in story.tables.values():
        if table.lines:
            _breakdown(book, story, table, formats)
    book.close()
    return target.getvalue()


def _formats(book) -> dict:
    cell = {"font_name": "宋体", "font_size": 10, "border": 1, "text_wrap": True, "valign": "vcenter"}
    return {
        "title": book.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"}),
        "note": book.add_format({"font_name": "宋体", "font_size": 10}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#EFEFEC", "align": "center"}),
        "cell": book.add_format(cell),
    }


def _sheet(book, name: str, story: Story, heads: list[str], formats: dict):
    sheet = book.add_worksheet(name[:31])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, WIDE)
    sheet.set_column(1, len(heads), NARROW)
    sheet.set_row(0, 30)
    sheet.set_row(1, 18)
    sheet.merge_range(0, 0, 0, max(len(heads) - 1, 1), f"{story.title}　{name}", formats["title"])
    sheet.write_string(1, 0, f"{story.area}　{story.period}　制表：{story.by}　{story.made}", formats["note"])
    for column, head in enumerate(heads):
        sheet.write_string(2, column, head, formats["head"])
    sheet.freeze_panes(3, 1)
    sheet.repeat_rows(2)
    return sheet


def _figures(book, story: Story, formats: dict) -> None:
    sheet = _sheet(book, "指标", story, ["指标", "数值", "分子", "分母", "怎么算"], formats)
    sheet.set_column(4, 4, MEANING)
    widths = [WIDE, NARROW, NARROW, NARROW, MEANING]
    for row, rate in enumerate([*story.rates, *story.times, *story.counts], start=3):
        _write(sheet, row, _cells(rate), formats["cell"], widths)


def _cells(rate: Rate) -> list[str]:
    return [rate.name, rate.value, rate.numerator, rate.denominator, rate.definition]


def _breakdown(book, story: Story, table: Table, formats: dict) -> None:
    sheet = _sheet(book, table.title, story, table.heads, formats)
    for row, line in enumerate(table.lines, start=3):
        _write(sheet, row, [line.name, *line.cells], formats["cell"], [WIDE, *[NARROW] * len(line.cells)])
    if table.note:
        sheet.write_string(3 + len(table.lines), 0, table.note, formats["note"])


def _write(sheet, row: int, cells: list[str], style, widths: list[float]) -> None:
    """Whole numbers as numbers, so that people can add them up; everything else as text."""
    make_room(sheet, row, cells, widths)
    for column, cell in enumerate(cells):
        plain = cell.replace("\u202f", "").replace(" ", "")
        if column and plain.isdecimal():
            sheet.write_number(row, column, int(plain), style)
        else:
            sheet.write_string(row, column, cell, style)
