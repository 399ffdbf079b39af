"""Only pixels survive, and anything that is not a photo is refused in words."""

import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from files.photos import MAX_BYTES, PhotoRefused, clean
from files.tests.conftest import encoded, exif, picture

WORDS = (b"Exif", b"GPS", b"SecretPhone", b"ICC_PROFILE", b"http://ns.adobe.com", b"Secret comment", b"2026:11:20")


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content), formats=["JPEG"])
    image.load()
    return image


def refusal(content: bytes) -> str:
    with pytest.raises(PhotoRefused) as refused:
        clean(content, name="第2张照片")
    (line,) = refused.value.errors
    assert line.startswith("第2张照片")
    assert not line.endswith("！")
    return line


def markers(jpeg: bytes) -> set[int]:
    """Marker codes before the scan data."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return found


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PHONES = {
    "JPEG": {"exif": exif(), "comment": b"Secret comment", "icc_profile": PROFILE, "xmp": b"<http://ns.adobe.com>"},
    "PNG": {"exif": exif(), "icc_profile": PROFILE},
    "WEBP": {"exif": exif(), "icc_profile": PROFILE},
    "HEIF": {"exif": exif().tobytes(), "quality": 60},
}


@pytest.mark.parametrize("kind", PHONES)
def test_nothing_of_where_and_with_what_it_was_taken_is_kept(kind):
    original = encoded(picture(), kind, **PHONES[kind])
    assert b"SecretPhone" in original
    cleaned = clean(original)
    for content in (cleaned.full, cleaned.thumb):
        assert [word for word in WORDS if word in content] == []
        image = opened(content)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert markers(content) <= {0xE0, 0xDB, 0xC0, 0xC4}


@pytest.mark.parametrize("kind", PHONES)
def test_every_accepted_kind_is_shrunk_to_1600_and_320_pixels(kind):
    cleaned = clean(encoded(picture(), kind))
    assert (cleaned.width, cleaned.height) == (1600, 1200) == opened(cleaned.full).size
    assert opened(cleaned.thumb).size == (320, 240)


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (1600, 1600)])
def test_a_small_photo_keeps_its_size(size):
    assert opened(clean(encoded(picture(size))).full).size == size


def test_a_very_narrow_picture_keeps_at_least_one_pixel():
    cleaned = clean(encoded(Image.new("RGB", (9000, 2)), "PNG"))
    assert (cleaned.width, cleaned.height) == (1600, 1)


# Where the red quarter of the stored picture stands once a viewer follows the tag.
@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (400, 200), (20, 20)),
        (2, (400, 200), (380, 20)),
        (3, (400, 200), (380, 180)),
        (4, (400, 200), (20, 180)),
        (5, (200, 400), (20, 20)),
        (6, (200, 400), (180, 20)),
        (7, (200, 400), (180, 380)),
        (8, (200, 400), (20, 380)),
    ],
)
def test_a_photo_taken_sideways_stands_upright(orientation, size, red):
    image = opened(clean(encoded(picture((400, 200)), exif=exif(orientation))).full)
    assert image.size == size
    r, _, b = image.getpixel(red)
    assert r > 200 > 60 > b


def test_a_heic_taken_sideways_is_turned_once():
    image = opened(clean(encoded(picture((400, 200)), "HEIF", exif=exif(6).tobytes(), quality=90)).full)
    assert image.size == (200, 400)
    assert image.getpixel((180, 20))[0] > 200


def test_transparent_parts_become_white():
    for image in (Image.new("RGBA", (50, 50), (0, 0, 0, 0)), Image.new("LA", (50, 50), (0, 0))):
        assert opened(clean(encoded(image, "PNG")).full).getpixel((25, 25)) == (255, 255, 255)
    palette = Image.new("P", (50, 50))
    assert opened(clean(encoded(palette, "PNG", transparency=0)).full).getpixel((25, 25)) == (255, 255, 255)


def test_sixteen_bit_greys_keep_their_shades():
    image = Image.new("I;16", (64, 64), 0x8000)
    r, g, b = opened(clean(encoded(image, "PNG")).full).getpixel((30, 30))
    assert r == g == b
    assert 126 <= r <= 130


def test_print_colours_one_bit_and_progressive_files_are_taken():
    for image, kind, options in (
        (picture(mode="CMYK"), "JPEG", {}),
        (picture(mode="1"), "PNG", {}),
        (picture(mode="L"), "JPEG", {"progressive": True}),
        (picture(mode="P"), "PNG", {}),
    ):
        assert opened(clean(encoded(image, kind, **options)).full).mode == "RGB"


def test_print_colours_stay_what_they_were():
    r, g, b = opened(clean(encoded(picture((200, 200), "CMYK"), quality=95)).full).getpixel((20, 20))
    assert r > 200 > 60 > max(g, b)


def test_a_colour_profile_that_is_none_does_not_refuse_the_photo():
    assert opened(clean(encoded(picture((80, 60)), icc_profile=b"not a profile")).full).size == (80, 60)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_is_kept(kind):
    first, second = Image.new("RGB", (60, 60), "red"), Image.new("RGB", (60, 60), "blue")
    moving = encoded(first, kind, save_all=True, append_images=[second], duration=100)
    r, _, b = opened(clean(moving).full).getpixel((30, 30))
    assert r > 200 > 60 > b


def test_an_archive_or_page_hidden_behind_a_photo_is_dropped():
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("secret.php", "<?php system($_GET[0]); ?>")
    for tail in (archive.getvalue(), b"<html><script>alert(1)</script>", b"<?php system($_GET[0]); ?>"):
        cleaned = clean(encoded(picture((80, 60))) + tail)
        assert cleaned.full.endswith(b"\xff\xd9")
        assert not any(word in cleaned.full for word in (b"PK\x03\x04", b"<script", b"<?php", b"secret.php"))


def test_what_is_no_photo_is_refused_whatever_it_is_called():
    zipped = BytesIO()
    zipfile.ZipFile(zipped, "w").close()
    strangers = [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<html><body>hello</body></html>",
        b"%PDF-1.7\n",
        zipped.getvalue(),
        b"MZ\x90\x00",
        b"\x00" * 100,
        "文字".encode(),
        encoded(picture((20, 20)), "TIFF"),
        encoded(picture((20, 20)), "BMP"),
        encoded(picture((20, 20)), "ICO"),
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1",
    ]
    for content in strangers:
        assert "不是能识别的照片，请换成手机照片（JPG" in refusal(content)


def test_a_gif_is_refused_as_what_it_is():
    assert "动图" in refusal(encoded(picture((20, 20)), "GIF"))


def test_an_empty_file_is_refused():
    assert "空文件" in refusal(b"")


@pytest.mark.parametrize("kind", PHONES)
def test_a_photo_that_did_not_arrive_completely_is_refused(kind):
    whole = encoded(picture((800, 600)).effect_spread(40), kind)
    for part in (len(whole) // 2, len(whole) // 10, 30, 12):
        assert "打不开，文件可能没有传完整" in refusal(whole[:part])


@pytest.mark.parametrize("kind", PHONES)
def test_damage_anywhere_is_refused_or_decoded_but_never_breaks(kind):
    whole = bytearray(encoded(picture((120, 90)), kind, **PHONES[kind]))
    for at in range(4, min(len(whole), 1200), 7):
        damaged = whole.copy()
        damaged[at] ^= 0xFF
        with suppress(PhotoRefused):
            assert opened(clean(bytes(damaged)).full).mode == "RGB"


def test_more_than_ten_megabytes_are_refused():
    assert "超过10兆" in refusal(encoded(picture((20, 20))) + b"\x00" * MAX_BYTES)


def bomb(width: int, height: int) -> bytes:
    """A small PNG that claims and holds width × height pixels, one bit each."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\x00" * (width // 8 + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


@pytest.mark.parametrize("edge", [7200, 10000, 30000])
def test_a_decompression_bomb_is_refused_before_it_unfolds(edge):
    content = bomb(edge, edge)
    assert len(content) < 500_000
    assert "5000万像素" in refusal(content)


def test_a_text_bomb_inside_a_picture_is_refused_or_ignored():
    plain = bomb(8, 8)
    text = b"Comment\x00\x00" + zlib.compress(b"a" * 80_000_000, 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    assert "打不开" in refusal(plain[:33] + chunk + plain[33:])
