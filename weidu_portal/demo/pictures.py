"""Simple drawn scenes as photos, with the GPS position a phone would write, so that its removal can be seen."""

from io import BytesIO
from random import Random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from files.models import Photo
from files.services import ingest_photo

SIZE = (960, 720)
_GPS_IFD = 0x8825
# Category → what is drawn. Anything else gets the wall.
_SCENES = {"road": "water", "leak": "wall", "light": "lamp", "sanitation": "heap", "power": "wire", "parking": "bikes"}


def drawn(kind: str, rng: Random, *, by=None) -> Photo:
    """A stored photo of an invented scene that fits the category `kind` ("road", "leak", …)."""
    image = Image.new("RGB", SIZE, (214, 220, 226))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 470, 960, 720), fill=(150, 146, 140))
    pen.rectangle((90, 90, 870, 470), fill=(198, 176, 150), outline=(120, 104, 90), width=4)
    _DRAW[_SCENES.get(kind, "wall")](pen, rng)
    out = BytesIO()
    image = image.resize((640, 480))
    image.save(out, "JPEG", quality=80, exif=_exif())
    return ingest_photo(ContentFile(out.getvalue(), name="demo.jpg"), by=by)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Demonstration"
    exif[_GPS_IFD] = {1: "N", 2: (34.0, 1.0, 30.0), 3: "E", 4: (113.0, 49.0, 0.0)}
    return exif


def _windows(pen: ImageDraw.ImageDraw) -> None:
    for x in range(140, 820, 140):
        for y in (130, 300):
            pen.rectangle((x, y, x + 80, y + 100), fill=(108, 128, 146), outline=(240, 240, 236), width=5)


def _water(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    _windows(pen)
    for _ in range(4):
        x, y = rng.randrange(40, 600), rng.randrange(510, 640)
        pen.ellipse((x, y, x + rng.randrange(180, 330), y + 60), fill=(96, 120, 140))


def _wall(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    _windows(pen)
    for _ in range(7):
        x, y = rng.randrange(110, 780), rng.randrange(100, 380)
        pen.ellipse((x, y, x + rng.randrange(40, 120), y + rng.randrange(40, 90)), fill=(128, 112, 98))


def _lamp(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    x = rng.randrange(200, 700)
    pen.rectangle((0, 0, 960, 470), fill=(44, 52, 66))
    pen.line((x, 640, x, 140), fill=(20, 22, 26), width=14)
    pen.line((x, 140, x + 120, 120), fill=(20, 22, 26), width=10)
    pen.ellipse((x + 100, 108, x + 160, 140), fill=(80, 80, 84))


def _heap(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    for _ in range(24):
        x, y = rng.randrange(240, 660), rng.randrange(470, 640)
        shade = rng.randrange(70, 190)
        pen.rectangle(
            (x, y, x + rng.randrange(30, 90), y + rng.randrange(24, 70)), fill=(shade, shade - 20, shade - 40)
        )


def _wire(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    _windows(pen)
    for _ in range(6):
        y = rng.randrange(80, 200)
        pen.arc((rng.randrange(-200, 0), y - 160, 960, y + 260), 10, 170, fill=(28, 28, 30), width=4)


def _bikes(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    for x in range(80, 840, 130):
        y = 560 + rng.randrange(-20, 20)
        for wheel in (x, x + 70):
            pen.ellipse((wheel, y, wheel + 56, y + 56), outline=(30, 30, 34), width=6)
        pen.line((x + 28, y + 28, x + 60, y - 20, x + 98, y + 28), fill=(150, 40, 36), width=7)


_DRAW = {"water": _water, "wall": _wall, "lamp": _lamp, "heap": _heap, "wire": _wire, "bikes": _bikes}
