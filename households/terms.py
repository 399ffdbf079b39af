"""What a household is found by, in one form for those who write rows and for the search box. Pure: no queries."""

import re
import unicodedata
from collections.abc import Iterable

from common.crypto import blind_index
from common.normalise import clean_digits, clean_phone, clean_text
from households.pinyin import initials

# Purposes of the blind indexes: `Resident.phone_index` and `Household.contact_phone_index` share one.
PHONE_PURPOSE = "phone"
ID_NUMBER_PURPOSE = "id_number"
MOST_SEARCH_TEXT = 400
_DOTS = re.compile(r"[·•・‧]")
# 3号楼2单元501 at the end of an address: searched by its columns, so left out of the text.
_DOOR = re.compile(r"(?:\d{1,5}号楼)?(?:\d{1,5}单元)?\d{1,6}[a-z]?(?:号|室)?$")


def door_name(building_no: int | None, unit_no: int | None, room: str) -> str:
    """A door as it stands on the page: 3号楼2单元501, 3号楼501, 12号."""
    building = f"{building_no}号楼" if building_no is not None else ""
    unit = f"{unit_no}单元" if unit_no is not None else ""
    return f"{building}{unit}{room}"


def door_address(compound_name: str, building_no: int | None, unit_no: int | None, room: str) -> str:
    """The address of a door as `Household.address` keeps it: 第一食品厂家属院3号楼2单元501."""
    return f"{compound_name}{door_name(building_no, unit_no, room)}"


def room_order(room: str) -> int:
    """The first number in a room, to sort by: 501 for 501A, 12 for 12号; 0 where there is none."""
    found = re.search(r"\d{1,9}", unicodedata.normalize("NFKC", room))
    return int(found.group()) if found else 0


def fold(text: str) -> str:
    """One form for what is stored and what is typed: NFKC, lower case, no invisible characters, no dots between names."""
    return _DOTS.sub("", unicodedata.normalize("NFKC", clean_text(text)).lower())


def search_text(names: Iterable[str], address: str) -> str:
    """What the search box looks in: names, compound and pinyin initials, apart by spaces, at most 400 characters.

    The door itself (3号楼2单元501) is left out: it is found by its columns. What does not fit any more is left out
    whole, initials first.
    """
    called = [name for name in names if name.strip()]
    parts = [_close(name) for name in called]
    parts.append(_DOOR.sub("", _close(address)))
    parts.extend(reading for name in called for reading in initials(name))
    kept, length = [], -1
    for part in dict.fromkeys(parts):
        if part and length + 1 + len(part) <= MOST_SEARCH_TEXT:
            kept.append(part)
            length += 1 + len(part)
    return " ".join(kept)


def _close(text: str) -> str:
    return "".join(fold(text).split())


def phone_index(phone: str) -> bytes:
    """The blind index of a mobile number, however it is written. ValueError with Chinese text for anything else."""
    return blind_index(clean_phone(phone), purpose=PHONE_PURPOSE)


def id_number_index(id_number: str) -> bytes:
    """The blind index of an identity number, spaces left out, x written X. It is not checked here."""
    return blind_index(clean_digits(id_number).upper(), purpose=ID_NUMBER_PURPOSE)
