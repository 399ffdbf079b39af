"""Codes for doors as stickers on A4: the door, the code and for whom it is; no names, nothing about who lives there."""

import tempfile
from typing import IO

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from audit.services import record
from common.errors import DomainError
from desk.cards import font
from desk.cards.layout import GREY, INK, LINE, draw_code, draw_words
from grids.models import Building, Compound, Door

WIDTH, HEIGHT, CODE, MARGIN = 60, 30, 27, 1.5
COLUMNS, ROWS = 3, 9
# A4, the block of stickers in the middle of the sheet.
PAPER = (210, 297)
LEFT, BOTTOM = (PAPER[0] - COLUMNS * WIDTH) / 2, (PAPER[1] - ROWS * HEIGHT) / 2
FOR_STAFF = "工作人员走访用"
HINT = "按实际大小打印，不要缩放，沿细线裁切。"


def address_of(door: Door) -> str:
    """What the code of a door says."""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('public:door', args=[door.token])}"


def print_stickers(compound: Compound, building: Building | None, doors: list[Door], *, by) -> tuple[IO[bytes], str]:
    """The PDF as an open file, and its name. DomainError where there are no doors or a label cannot be printed."""
    if not doors:
        raise DomainError("这里还没有登记门户，没有可以打印的门牌码。")
    place = f"{compound.name}{building or ''}"
    lacking = {character for text in [place, *map(str, doors)] for character in font.missing_in(text)}
    if lacking:
        raise DomainError(
            f"字库里没有“{'”“'.join(sorted(lacking))}”，印出来会缺字，请先把名称或房号改成字库里有的写法。"
        )
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- handed to the response, which closes it
    with transaction.atomic():
        record("door.print_codes", subject=("compound", compound.pk), by=by, doors=len(doors))
        _write(target, place, doors)
    target.seek(0)
    return target, f"{place}_门牌码_{timezone.localdate():%Y%m%d}.pdf"


def _write(target: IO[bytes], place: str, doors: list[Door]) -> None:
    font.load()
    canvas = Canvas(target, pagesize=(PAPER[0] * mm, PAPER[1] * mm), pageCompression=1, initialFontName=font.NAME)
    canvas.setTitle("门牌码")
    canvas.setAuthor("魏都区网格服务大厅")
    per_sheet = COLUMNS * ROWS
    for first in range(0, len(doors), per_sheet):
        for position, door in enumerate(doors[first : first + per_sheet]):
            row, column = divmod(position, COLUMNS)
            _draw(canvas, door, LEFT + column * WIDTH, BOTTOM + (ROWS - 1 - row) * HEIGHT)
        draw_words(canvas, LEFT, 6, f"{place}　门牌码　{HINT}", 7, GREY)
        canvas.showPage()
    canvas.save()


def _draw(canvas: Canvas, door: Door, x: float, y: float) -> None:
    """One sticker: the code at the left, the door and for whom it is at the right."""
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.25)
    canvas.rect(x * mm, y * mm, WIDTH * mm, HEIGHT * mm, stroke=1, fill=0)
    draw_code(canvas, address_of(door), x + MARGIN, y + MARGIN, CODE)
    left, room = x + MARGIN + CODE + 1, (WIDTH - CODE - 2 * MARGIN - 2) * mm
    label = str(door)
    draw_words(canvas, left, y + 16, label, font.fitted(label, room, 12, 5), INK, strong=True)
    draw_words(canvas, left, y + 9.5, FOR_STAFF, font.fitted(FOR_STAFF, room, 9, 5), GREY)
