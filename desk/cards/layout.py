"""How a card and a key-ring are drawn. Lengths in millimetres until they reach the canvas.

A side is drawn around (0, 0) at its lower left corner; the sheets place it.
"""

from dataclasses import dataclass
from enum import StrEnum

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from desk.cards import font
from desk.cards.content import HALL, Content, listed

BRAND, INK, GREY, LINE = HexColor("#b4141c"), HexColor("#1f2023"), HexColor("#54585f"), HexColor("#d3d3cf")
WHITE = HexColor("#ffffff")
# The paler tiles of the mark, 55 % white on the brand colour: mixed here, as drawings that are repeated keep no alpha.
PALE = HexColor("#dd9599")
EMERGENCY = "报警110　火警119　急救120"


class Kind(StrEnum):
    """What is printed."""

    CARD = "card"
    KEYRING = "keyring"

    @property
    def label(self) -> str:
        """As people call it."""
        return {"card": "服务牌", "keyring": "三双服务钥匙扣"}[self.value]


@dataclass(frozen=True)
class Format:
    """Size of a kind, where the picture ends, and the sizes of type (points) and of the code."""

    width: float
    height: float
    picture: float
    margin: float
    name: float
    line: float
    hotline: float
    code: float
    hole: float
    members: int


FORMATS = {
    Kind.CARD: Format(54, 86, 54, 4, 15, 7.2, 14, 26, 0, 8),
    Kind.KEYRING: Format(40, 60, 34, 3, 11, 5.8, 10.5, 18.5, 4, 4),
}


def draw_front(canvas: Canvas, kind: Kind, content: Content) -> None:
    """The picture or our mark, and the name."""
    form = FORMATS[kind]
    room = (form.width - 2 * form.margin) * mm
    _draw_picture(canvas, form, content)
    top = form.height - form.picture
    y = top - form.name * 0.42 - 3.5
    if content.place:
        size = font.fitted(content.place, room, form.name * 0.62, 5)
        y = top - size * 0.353 - 2.6
        draw_words(canvas, form.margin, y, content.place, size, GREY)
        y -= form.name * 0.353 + 2
    draw_words(canvas, form.margin, y, content.name, font.fitted(content.name, room, form.name, 6), INK, strong=True)
    _mark(canvas, form.margin, form.margin, form.line * 0.55)
    draw_words(canvas, form.margin + form.line * 0.55 + 1.2, form.margin + form.line * 0.1, HALL, form.line, BRAND)
    _edge(canvas, form)


def draw_back(canvas: Canvas, kind: Kind, content: Content) -> None:
    """The number to call, the team's office numbers, the code to the grid's page, and the numbers for emergencies."""
    form = FORMATS[kind]
    y = form.height - form.margin - (form.hole + 1 if form.hole else 0)
    y = _draw_hotline(canvas, form, content, y)
    y -= 1.6
    for member in listed(content.team, form.members, place=content.place + content.name):
        y -= form.line * 0.353 + 1.25
        _draw_member(canvas, form, member, y)
    _draw_foot(canvas, form, content)
    _edge(canvas, form)


def _draw_picture(canvas: Canvas, form: Format, content: Content) -> None:
    left, bottom = 0, (form.height - form.picture) * mm
    width, height = form.width * mm, form.picture * mm
    stored = content.open_picture()
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(left, bottom, width, height)
    canvas.clipPath(frame, stroke=0, fill=0)
    if stored is None:
        canvas.setFillColor(BRAND)
        canvas.rect(left, bottom, width, height, stroke=0, fill=1)
        side = form.picture * 0.42
        _tiles(canvas, (form.width - side) / 2, form.height - form.picture / 2 - side / 2, side)
    else:
        with stored:
            image = ImageReader(stored)
            across, up = image.getSize()
            scale = max(width / across, height / up)
            x, y = (width - across * scale) / 2, bottom + (height - up * scale) / 2
            canvas.drawImage(image, x, y, across * scale, up * scale)
    canvas.restoreState()


def _draw_hotline(canvas: Canvas, form: Format, content: Content, y: float) -> float:
    """The number in large type, from `y` down; returns where it ends."""
    room = (form.width - 2 * form.margin) * mm
    y -= form.line * 0.353
    draw_words(canvas, form.margin, y, "有事找网格，值班电话" if content.hotline else "有事找网格", form.line, GREY)
    number = content.hotline or "12345"
    size = font.fitted(number, room, form.hotline, 6)
    y -= size * 0.353 + 1.1
    draw_words(canvas, form.margin, y, number, size, BRAND, strong=True)
    if content.hours:
        size = font.fitted(content.hours, room, form.line * 0.9, 4.5)
        y -= size * 0.353 + 1.3
        draw_words(canvas, form.margin, y, content.hours, size, GREY)
    return y


def _draw_member(canvas: Canvas, form: Format, member, y: float) -> None:
    right = form.width - form.margin
    taken = font.width(member.phone, form.line) / mm if member.phone else 0
    words = member.called if member.post in member.called else f"{member.called}　{member.post}"
    room = (right - form.margin - taken - (1.5 if taken else 0)) * mm
    if font.width(words, form.line * 0.8) > room:
        words = member.called
    draw_words(canvas, form.margin, y, words, font.fitted(words, room, form.line, 4), INK)
    if member.phone:
        draw_words(canvas, right - taken, y, member.phone, form.line, INK)


def _draw_foot(canvas: Canvas, form: Format, content: Content) -> None:
    """The code at the left, what it leads to and 12345 beside it, emergencies below."""
    room = (form.width - 2 * form.margin) * mm
    draw_words(canvas, form.margin, form.margin, EMERGENCY, font.fitted(EMERGENCY, room, form.line, 4.5), INK)
    left, bottom = code_corner(form)
    draw_code(canvas, content.address, left, bottom, form.code)
    x = form.margin + form.code
    beside = (form.width - form.margin - x) * mm
    lines = [("扫码看团队", INK), ("反映问题", INK), ("政务热线", GREY), ("12345", BRAND)]
    step = form.code / (len(lines) + 1)
    for position, (words, colour) in enumerate(lines, start=1):
        y = bottom + form.code - position * step - form.line * 0.1
        draw_words(canvas, x, y, words, font.fitted(words, beside, form.line * 1.05, 4), colour)


def code_corner(form: Format) -> tuple[float, float]:
    """Where the code's square begins: its quiet zone may reach a little into the margin."""
    return form.margin - 1, form.margin + form.line * 0.353 + 1.2


def draw_code(canvas: Canvas, address: str, x: float, y: float, side: float) -> None:
    """A QR code (error correction Q) with its quiet zone of four modules inside a square of `side` mm."""
    rows = list(segno.make(address, error="q", micro=False).matrix_iter(border=4))
    module = side * mm / len(rows)
    canvas.setFillColor(WHITE)
    canvas.rect(x * mm, y * mm, side * mm, side * mm, stroke=0, fill=1)
    path = canvas.beginPath()
    for row, modules in enumerate(rows):
        start = None
        for column, dark in enumerate([*modules, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                bottom = y * mm + (len(rows) - 1 - row) * module
                path.rect(x * mm + start * module, bottom, (column - start) * module, module)
                start = None
    canvas.setFillColor(HexColor("#000000"))
    canvas.drawPath(path, stroke=0, fill=1)


def _mark(canvas: Canvas, x: float, y: float, side: float) -> None:
    """Our mark: the rounded ground with its two by two tiles."""
    canvas.setFillColor(BRAND)
    canvas.roundRect(x * mm, y * mm, side * mm, side * mm, side * mm * 7 / 30, stroke=0, fill=1)
    _tiles(canvas, x + side * 6.5 / 30, y + side * 6.5 / 30, side * 17 / 30)


def _tiles(canvas: Canvas, x: float, y: float, side: float) -> None:
    tile, step = side * 7.5 / 17 * mm, side * 9.5 / 17 * mm
    for column, row, colour in ((0, 1, WHITE), (1, 1, PALE), (0, 0, PALE), (1, 0, WHITE)):
        canvas.setFillColor(colour)
        canvas.roundRect(x * mm + column * step, y * mm + row * step, tile, tile, tile / 5, stroke=0, fill=1)


def _edge(canvas: Canvas, form: Format) -> None:
    """The hole of a key-ring; cards have none."""
    if form.hole:
        canvas.setFillColor(WHITE)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.circle(
            form.width / 2 * mm, (form.height - 1.2 - form.hole / 2) * mm, form.hole / 2 * mm, stroke=1, fill=1
        )


def draw_words(canvas: Canvas, x: float, y: float, words: str, size: float, colour, *, strong: bool = False) -> None:
    """One line of type from the left; `strong` thickens the strokes, as the font has one weight."""
    line = canvas.beginText(x * mm, y * mm)
    line.setFont(font.NAME, size)
    line.setFillColor(colour)
    if strong:
        line.setStrokeColor(colour)
        canvas.setLineWidth(size * 0.035)
        line.setTextRenderMode(2)
    line.textOut(words)
    if strong:
        line.setTextRenderMode(0)
    canvas.drawText(line)
