"""From the bytes somebody sent to a clean JPEG, or a refusal a person understands. No queries, no storage.

Nothing of the upload survives but its pixels: no EXIF, GPS, comment, colour profile or appended archive.
"""

import logging
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import Image, ImageCms

from common.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000  # the largest sensors of common phones; anything above is a panorama or a trap
FULL_EDGE = 1600  # pixels, longest edge of what is kept
THUMB_EDGE = 320
_QUALITY = 85
_KINDS = "手机照片（JPG、PNG、WebP或HEIC）"
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# EXIF orientation → what turns the picture upright (EXIF 2.32, tag 0x0112).
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")
logger = logging.getLogger(__name__)
pillow_heif.register_heif_opener()


class PhotoRefused(DomainError):
    """One or more uploads cannot be taken. `errors` has one line of Chinese text per refused file."""

    def __init__(self, errors: list[str]):
        super().__init__("；".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class CleanPhoto:
    """JPEG bytes of the photo (longest edge ≤ 1600 px) and its thumbnail (≤ 320 px); size of the former in pixels."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def clean(content: bytes, *, name: str = "这张照片") -> CleanPhoto:
    """The photo in `content`, decoded in full and encoded anew. Raises PhotoRefused; `name` says which file it was.

    The file name and the type the browser claimed are not looked at: only the bytes count.
    """
    if not content:
        raise PhotoRefused([f"{name}是空文件，请重新选择"])
    if len(content) > MAX_BYTES:
        raise PhotoRefused([f"{name}超过10兆，请换一张小一些的，或截屏后再传"])
    image = _decode(content, _kind(content, name), name)
    full = _encode(image)
    image.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return CleanPhoto(full=full[0], thumb=_encode(image)[0], width=full[1][0], height=full[1][1])


def _kind(content: bytes, name: str) -> str:
    """Pillow's name of the format the first bytes announce; everything but the four kinds is refused."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "HEIF"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        raise PhotoRefused([f"{name}是动图，不能上传，请换成{_KINDS}"])
    raise PhotoRefused([f"{name}不是能识别的照片，请换成{_KINDS}"])


def _decode(content: bytes, kind: str, name: str) -> Image.Image:
    """An upright sRGB picture of at most FULL_EDGE. The only place where bytes of strangers meet a decoder."""
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoRefused([_too_large(name)])
            # A JPEG is scaled while it is decoded: a twentieth of the memory for a large one.
            image.draft(None, (FULL_EDGE, FULL_EDGE))
            image.load()
            return _upright(image, _in_srgb(_plain_mode(image), image.info.get("icc_profile")))
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoRefused([_too_large(name)]) from None
    except Exception as error:
        # Decoders answer a damaged file with any error there is, from struct.error to ZeroDivisionError.
        logger.info("photo refused: %s while decoding %s", type(error).__name__, kind)
        raise PhotoRefused([f"{name}打不开，文件可能没有传完整，请重新拍照或重新选择"]) from error


def _too_large(name: str) -> str:
    return f"{name}的尺寸超过5000万像素，请换一张小一些的，或截屏后再传"


def _plain_mode(image: Image.Image) -> Image.Image:
    """RGB, L or CMYK at its final size. Transparent parts become white, 16-bit greys keep their upper byte."""
    if image.mode.startswith("I") or image.mode == "F":
        # Only 16-bit PNG arrives here; a plain convert() would clip everything above 255 to white.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image.thumbnail((FULL_EDGE, FULL_EDGE), Image.Resampling.LANCZOS)
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    elif image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    image.thumbnail((FULL_EDGE, FULL_EDGE), Image.Resampling.LANCZOS)
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB: phones write wide-gamut colours that look dull once their profile is dropped."""
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB")  # a profile that fits another kind of picture: colours as they stand
        if converted is not None:
            return converted
    return image.convert("RGB")


def _upright(source: Image.Image, image: Image.Image) -> Image.Image:
    """The picture as it was seen; HEIC is turned by its decoder, which resets the tag."""
    turn = _UPRIGHT.get(source.getexif().get(0x0112, 1))
    return image.transpose(turn) if turn is not None else image


def _encode(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """JPEG bytes and size. Pasted onto a fresh picture first: Pillow would carry a comment over from the old one."""
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    out = BytesIO()
    fresh.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue(), fresh.size
