"""The one font of the cards: Noto Sans SC, vendored, embedded as a subset. A character it lacks is named, never printed as a box."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME = "NotoSansSC"
FOLDER = Path(__file__).resolve().parent.parent / "data" / "fonts"
FILE = FOLDER / "noto-sans-sc-0.4.3" / "NotoSansSC_400Regular.ttf"


@cache
def load() -> TTFont:
    """The font, read once in a process (0.1 s) and known to reportlab by `NAME`."""
    font = TTFont(NAME, str(FILE))
    pdfmetrics.registerFont(font)
    return font


def missing_in(text: str) -> list[str]:
    """The characters of `text` the font has no glyph for, each once, in order."""
    glyphs = load().face.charToGlyph
    return [c for c in dict.fromkeys(text) if ord(c) not in glyphs]


def width(text: str, size: float) -> float:
    """Width of `text` in points at `size` points."""
    load()
    return pdfmetrics.stringWidth(text, NAME, size)


def fitted(text: str, room: float, size: float, least: float) -> float:
    """The largest size from `size` down to `least` at which `text` fits into `room` points."""
    natural = width(text, 1)
    return max(min(size, room / natural), least) if natural else size
