"""Third-party front-end files are what their checksums say, and complete."""

import re
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
OWN = {"CHECKSUMS", "README.md"}
FONTS = ROOT / "desk" / "data" / "fonts"
SPRITE = VENDOR / "tabler-icons-3.51.0" / "sprite.svg"


def listed() -> dict[str, str]:
    """Path → SHA-256, as CHECKSUMS has them."""
    lines = (VENDOR / "CHECKSUMS").read_text().splitlines()
    return {path: checksum for checksum, path in (line.split("  ", 1) for line in lines)}


def present() -> set[str]:
    """Every file under static/vendor but our own two."""
    files = (path for path in VENDOR.rglob("*") if path.is_file())
    return {path.relative_to(VENDOR).as_posix() for path in files} - OWN


def test_every_vendored_file_matches_its_checksum():
    assert {path: sha256((VENDOR / path).read_bytes()).hexdigest() for path in listed()} == listed()


def test_no_vendored_file_is_unlisted():
    assert present() == set(listed())


def test_every_vendored_folder_carries_its_licence():
    folders = {path.split("/")[0] for path in present()}
    assert {folder for folder in folders if not (VENDOR / folder / "LICENSE").exists()} == set()


def test_every_font_of_the_cards_matches_its_checksum_and_carries_its_licence():
    lines = (FONTS / "CHECKSUMS").read_text().splitlines()
    fonts = {path: checksum for checksum, path in (line.split("  ", 1) for line in lines)}
    files = {path.relative_to(FONTS).as_posix() for path in FONTS.rglob("*") if path.is_file()} - OWN
    assert {path: sha256((FONTS / path).read_bytes()).hexdigest() for path in files} == fonts
    assert {folder for path in files if not (FONTS / (folder := path.split("/")[0]) / "LICENSE").exists()} == set()


def test_every_source_map_that_is_named_exists():
    named = re.compile(rb"sourceMappingURL=([^\s*]+)")
    missing = [
        path
        for path in present()
        for target in named.findall((VENDOR / path).read_bytes())
        if not path.endswith(".map") and not (VENDOR / path).parent.joinpath(target.decode()).exists()
    ]
    assert missing == []


def test_every_icon_a_template_or_module_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))
    named = set()
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'{% icon "([^"]+)"', text)) | set(re.findall(r'{% menu_link "[^"]+" "([^"]+)"', text))
    assert named <= drawn
    assert {"clock", "hourglass-high", "alert-triangle", "check", "player-pause"} <= drawn


def test_no_template_breaks_the_content_security_policy():
    forbidden = re.compile(r'<style|\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)|https?://(?!www\.w3\.org)')
    found = {
        template.relative_to(ROOT).as_posix(): forbidden.findall(template.read_text())
        for template in (ROOT / "templates").rglob("*.html")
        if forbidden.search(template.read_text())
    }
    assert found == {}
