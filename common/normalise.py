"""What people type, in one form."""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\u0085]")
_ZERO_WIDTH_JOINER = "\u200d"  # holds families and flags together
_TAGS = range(0xE0020, 0xE0080)  # spell out the flags of regions
_SEPARATORS = re.compile(r"[\s\-‐-―−－_.·()（）]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def clean_text(text: str) -> str:
    """`text` in NFC without control, bidi and invisible characters; line breaks and emoji stay, ends are stripped.

    Text without anything visible becomes "".
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    kept = "".join(c for c in lines if _is_kept(c))
    composed = unicodedata.normalize("NFC", kept).strip()
    return composed if any(unicodedata.category(c)[0] in "LNPS" for c in composed) else ""


def _is_kept(c: str) -> bool:
    category = unicodedata.category(c)
    if category == "Cf":
        return c == _ZERO_WIDTH_JOINER or ord(c) in _TAGS
    return category not in ("Cc", "Cs", "Cn") or c == "\n"


def clean_digits(text: str) -> str:
    """What was typed into a number field: full-width forms as ASCII, without spaces, hyphens, dots and brackets."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", clean_text(text)))


def clean_phone(text: str) -> str:
    """An 11-digit mainland mobile number, without +86. ValueError with Chinese text for anything else."""
    digits = re.sub(r"^(?:\+|00)?86(?=1)", "", clean_digits(text))
    if not _MOBILE.fullmatch(digits):
        raise ValueError("请填写11位手机号")
    return digits
