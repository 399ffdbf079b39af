"""Cards on paper: one card on a page of its own size, or as many as fit on A4 with cut marks, backs mirrored.

Printed on both sides and turned over the long edge, every back lies behind its front.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import IO

from django.db import transaction
from django.utils import timezone
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from audit.services import record
from common.errors import DomainError
from desk.cards import content as contents
from desk.cards import font
from desk.cards.content import Content
from desk.cards.layout import FORMATS, GREY, Kind, draw_back, draw_front
from grids.levels import Level
from grids.models import Area

PAPER = (210, 297)
GUTTER = 4
MOST_SHEETS = 300
HINT = "双面打印，沿长边翻转，按实际大小打印，不要缩放。沿短线裁切。"


@dataclass(frozen=True)
class Grid:
    """How many cards fit on A4 across and down, and where the block of them begins (mm)."""

    columns: int
    rows: int
    left: float
    bottom: float

    @property
    def cards(self) -> int:
        """Cards a sheet."""
        return self.columns * self.rows


def grid_of(kind: Kind) -> Grid:
    """The block of cards in the middle of the sheet; 9 cards, or 16 key-rings."""
    form = FORMATS[kind]
    columns = int((PAPER[0] - 16 + GUTTER) // (form.width + GUTTER))
    rows = int((PAPER[1] - 22 + GUTTER) // (form.height + GUTTER))
    across = columns * form.width + (columns - 1) * GUTTER
    up = rows * form.height + (rows - 1) * GUTTER
    return Grid(columns, rows, (PAPER[0] - across) / 2, (PAPER[1] - up) / 2)


def print_cards(area: Area, *, kind: Kind, copies: int, by) -> tuple[IO[bytes], str]:
    """The PDF as an open file, and its name. One copy: a page of the card's size; more: A4 sheets of every grid of `area`.

    DomainError where a character cannot be printed or too many sheets are asked for.
    """
    chosen = [contents.of(one) for one in _areas(area)]
    contents.check(chosen)
    sheets = len(chosen) * (1 if copies == 1 else ceil(copies / grid_of(kind).cards))
    if sheets > MOST_SHEETS:
        raise DomainError(f"一次最多印{MOST_SHEETS}张纸，现在是{sheets}张。请减少份数，或者分网格打印。")
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- handed to the response, which closes it
    with transaction.atomic():
        record("cards.print", subject=("area", area.code), by=by, kind=str(kind), copies=copies, grids=len(chosen))
        _write(target, chosen, kind, copies)
    target.seek(0)
    name = contents.of(area).filename if area.level != Level.GRID else chosen[0].filename
    return target, f"{name}_{kind.label}_{timezone.localdate():%Y%m%d}.pdf"


def _areas(area: Area) -> list[Area]:
    """The grid itself, or every grid of a community."""
    if area.level == Level.GRID:
        return [area]
    grids = list(Area.objects.in_service().on(Level.GRID).beneath(area.code).order_by("code"))
    if not grids:
        raise DomainError("这个社区还没有登记网格，没有可以打印的服务牌。")
    return grids


def _write(target: IO[bytes], chosen: list[Content], kind: Kind, copies: int) -> None:
    font.load()
    canvas = Canvas(target, pageCompression=1, initialFontName=font.NAME)
    canvas.setTitle(f"{kind.label}")
    canvas.setAuthor("魏都区网格服务大厅")
    for content in chosen:
        _define(canvas, kind, content)
        if copies == 1:
            _single(canvas, kind, content)
        else:
            _sheets(canvas, kind, content, copies)
    canvas.save()


def _define(canvas: Canvas, kind: Kind, content: Content) -> None:
    """Both sides once; the pages repeat them by name, so that a thousand copies weigh as one."""
    form = FORMATS[kind]
    for side, draw in (("front", draw_front), ("back", draw_back)):
        canvas.beginForm(_named(side, content), 0, 0, form.width * mm, form.height * mm)
        draw(canvas, kind, content)
        canvas.endForm()


def _named(side: str, content: Content) -> str:
    return f"{side}{content.code}"


def _single(canvas: Canvas, kind: Kind, content: Content) -> None:
    form = FORMATS[kind]
    for side in ("front", "back"):
        canvas.setPageSize((form.width * mm, form.height * mm))
        canvas.doForm(_named(side, content))
        canvas.showPage()


def _sheets(canvas: Canvas, kind: Kind, content: Content, copies: int) -> None:
    per_sheet = grid_of(kind).cards
    for first in range(0, copies, per_sheet):
        count = min(per_sheet, copies - first)
        for side in ("front", "back"):
            canvas.setPageSize((PAPER[0] * mm, PAPER[1] * mm))
            for x, y in places(kind, count, mirrored=side == "back"):
                canvas.saveState()
                canvas.translate(x * mm, y * mm)
                canvas.doForm(_named(side, content))
                canvas.restoreState()
                _cut_marks(canvas, kind, x, y)
            _margin_note(canvas, content, kind)
            canvas.showPage()


def places(kind: Kind, count: int, *, mirrored: bool) -> Iterator[tuple[float, float]]:
    """Lower left corners (mm) of the first `count` cards of a sheet, row by row from the top; mirrored for the backs."""
    form, grid = FORMATS[kind], grid_of(kind)
    for position in range(count):
        row, column = divmod(position, grid.columns)
        column = grid.columns - 1 - column if mirrored else column
        y = grid.bottom + (grid.rows - 1 - row) * (form.height + GUTTER)
        yield grid.left + column * (form.width + GUTTER), y


def _cut_marks(canvas: Canvas, kind: Kind, x: float, y: float) -> None:
    """Short lines outside the corners of a card, half a gutter long at most."""
    form = FORMATS[kind]
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.25)
    long, gap = GUTTER / 2 - 0.2, 0.4
    for corner_x, outward_x in ((x, -1), (x + form.width, 1)):
        for corner_y, outward_y in ((y, -1), (y + form.height, 1)):
            near_x, far_x = corner_x + outward_x * gap, corner_x + outward_x * long
            near_y, far_y = corner_y + outward_y * gap, corner_y + outward_y * long
            canvas.line(near_x * mm, corner_y * mm, far_x * mm, corner_y * mm)
            canvas.line(corner_x * mm, near_y * mm, corner_x * mm, far_y * mm)


def _margin_note(canvas: Canvas, content: Content, kind: Kind) -> None:
    canvas.setFont(font.NAME, 7)
    canvas.setFillColor(GREY)
    canvas.drawString(12 * mm, 5 * mm, f"{content.place}{content.name}　{kind.label}　{HINT}")
