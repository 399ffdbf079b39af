"""The sheet of households with their residents: a row a person, the rows of one door one below the other.

Natural key: community, compound, building, entrance and room; a person by name within the household.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from common.sensitive import mask
from grids.finding import Placeless, Places
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of
from grids.telling import tell_owner
from households.id_numbers import clean_id_number
from households.models import Household, Resident, TagKind
from households.services import bulk
from households.services.matching import Ground, HouseholdRow, Match, PersonRow, match
from jobs.cells import Cell, Fault, Mobile, OneOf, Whole, Words
from jobs.imports import Column, Line, Record, Sheet

Relation, Kind = Resident.Relation, Household.Kind
_ALSO_RELATED = {
    "本人": Relation.HEAD, "妻子": Relation.SPOUSE, "丈夫": Relation.SPOUSE, "妻": Relation.SPOUSE, "夫": Relation.SPOUSE,
    "子": Relation.SON, "长子": Relation.SON, "次子": Relation.SON, "女": Relation.DAUGHTER, "长女": Relation.DAUGHTER,
    "次女": Relation.DAUGHTER, "孙子": Relation.GRANDCHILD, "孙女": Relation.GRANDCHILD, "外孙": Relation.GRANDCHILD,
    "外孙女": Relation.GRANDCHILD, "父亲": Relation.PARENT, "母亲": Relation.PARENT, "租客": Relation.TENANT,
}  # fmt: skip
_ROOM = re.compile(r"[0-9A-Za-z\u4e00-\u9fff-]{1,10}")
_BETWEEN = re.compile(r"[、，,;；\s]+")
_CHUNK = 1000
_ABOUT_PEOPLE = ("called", "relation", "sex", "birth_year", "phone", "id_number", "tags", "note")


class Room(Cell):
    """The number of a door: 501, 1204A, 东户."""

    def read(self, text: str) -> str:
        room = text.removesuffix("室").removesuffix("房") or text
        if not _ROOM.fullmatch(room):
            raise Fault("写法不对", "只填房号，如501")
        return room


class BirthYear(Whole):
    """A year of birth up to this year."""

    def __init__(self, **options: Any):
        super().__init__(1890, 2100, units=("年",), **options)

    def read(self, text: str) -> int:
        year = super().read(text)
        if year > timezone.localdate().year:
            raise Fault("年份在将来", "请核对出生年份")
        return year


class IdNumber(Cell):
    """A citizen's identity number with its check digit."""

    def read(self, text: str) -> str:
        try:
            return clean_id_number(text)
        except ValueError as wrong:
            raise Fault("身份证号不对", str(wrong)) from None


class Tags(Cell):
    """Names of care tags, apart by 、."""

    empty: tuple[str, ...] = ()

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, _BETWEEN.split(text))))


PLACE_COLUMNS = (
    Column("street", "街道", Words(40, required=False), "同名的社区很多，最好填", "北大街道", ("所属街道",)),
    Column("community", "社区", Words(40), "", "新村社区", ("所属社区", "村/社区")),
    Column("grid", "网格", Words(20, required=False), "几个网格共管的小区必填", "第三网格", ("所属网格",)),
    Column("compound", "小区", Words(40), "登记的名称", "第一食品厂家属院", ("小区名称", "小区/家属院", "庭院")),
    Column(
        "building", "楼号", Whole(1, 9999, units=("号楼", "栋", "幢", "#"), required=False), "填数字；平房不填", "3"
    ),
    Column("unit", "单元", Whole(1, 99, units=("单元",), required=False), "填数字；没有单元不填", "2", ("单元号",)),
)
_PEOPLE_COLUMNS = (
    Column("room", "房号", Room(), "如501", "501", ("门牌", "门牌号", "室")),
    Column("kind", "户类型", OneOf(dict(Kind.choices), required=False), "空着按常住；没有人的按空置", "常住"),
    Column("name", "姓名", Words(30, required=False), "一人一行；空置的门户不填", "刘秀兰", secret="name"),
    Column("called", "称呼", Words(20, required=False), "如刘阿姨", "刘阿姨"),
    Column("relation", "与户主关系", OneOf(dict(Relation.choices), also=_ALSO_RELATED, required=False), "每户一个户主", "户主",
           ("关系", "家庭关系")),
    Column("sex", "性别", OneOf({1: "男", 2: "女", 9: "未说明"}, required=False), "", "女"),
    Column("birth_year", "出生年", BirthYear(required=False), "如1951", "1951", ("出生年份",)),
    Column("phone", "手机号", Mobile(required=False), "11位；可以不填", "13800000000", ("联系电话", "电话"), "phone"),
)  # fmt: skip
_ID_NUMBER = Column("id_number", "身份证号", IdNumber(required=False), "18位", "", ("身份证号码",), "id_number")
_LAST_COLUMNS = (
    Column("size", "人数", Whole(0, 99, required=False), "空着按填的人算", "2", ("家庭人数",)),
    Column("tags", "关爱标签", Tags(required=False), "几个之间用、隔开", "独居老人"),
    Column("reason", "标签原因", Words(100, required=False), "填了标签必填", "子女在外地"),
    Column("note", "说明", Words(40, required=False), "如周末在", "", ("备注",)),
)


class HouseholdSheet(Sheet):
    """Households and residents, for those who keep households, in their own areas."""

    code = "households"
    title = "住户"
    counted = "户"
    ability = Ability.KEEP_HOUSEHOLDS
    key = "一户按社区、小区、楼号、单元、房号认，一个人按户内姓名认"
    notes = (
        "一人一行，同一户的行要连在一起；每户正好一个户主。",
        "空置的门户填一行，不填姓名。",
        "空着的格不改动已登记的内容；表里没有写到的人会保留，搬离请在住户页面办理。",
        "只能导入自己负责的区域；小区要先登记。",
    )
    columns = (*PLACE_COLUMNS, *_PEOPLE_COLUMNS, *_LAST_COLUMNS)
    tell = staticmethod(tell_owner)

    def __init__(self, by, complain: Callable[[Line, str, str, str], None]):
        super().__init__(by, complain)
        self.scope = scope_of(by, granting=Ability.KEEP_HOUSEHOLDS)
        self.caring = scope_of(by, granting=Ability.CARE)
        self.places, self.first_rows = Places(), {}
        self.tag_codes = {kind.name: kind.code for kind in TagKind.objects.filter(active=True)}
        self._found: dict[tuple[str, ...], tuple[Compound, str] | Placeless] = {}

    @classmethod
    def layout(cls) -> tuple[Column, ...]:
        """The identity number only where the portal holds it."""
        if not getattr(settings, "HOLD_ID_NUMBERS", False):
            return cls.columns
        return (*PLACE_COLUMNS, *_PEOPLE_COLUMNS, _ID_NUMBER, *_LAST_COLUMNS)

    def records(self, lines: Iterable[Line]) -> Iterator[Record]:
        """A record a household, compared a thousand at a time."""
        ground, waiting = Ground(), []
        for group in _doors(lines):
            row = self._household(group)
            if row is not None:
                waiting.append((group[0].number, row))
            if len(waiting) == _CHUNK:
                yield from self._compared(waiting, ground)
                waiting = []
        yield from self._compared(waiting, ground)

    def write(self, kept: Iterator[Any], *, progress: Callable[[int], None], source: str) -> dict[str, int]:
        """Write what the check kept; the place of each is looked at again."""
        rows = map(_unpacked, kept)
        written = bulk.write(rows, check=self._check_ours, progress=progress, source=source, by=self.by)
        return {"new": written.new, "changed": written.changed, "unchanged": written.unchanged}

    def _check_ours(self, found: Match, number: int = 0) -> bool:
        """Whether the importer keeps the records where the household is and where the row puts it; else a complaint."""
        codes = {found.area, found.household.area_id if found.household else found.area}
        ours = not found.compound.valid_to and found.area in self.places.areas and all(map(self.scope.covers, codes))
        if not ours or (found.tags and not self.caring.covers(found.area)):
            line = Line(number, {}, {})
            self.complain(line, "room", "这个门登记在别的网格", "请由那个网格或社区导入，或者核对门牌")
            return False
        return True

    def _compared(self, waiting: list[tuple[int, HouseholdRow]], ground: Ground) -> Iterator[Record]:
        for (number, row), found in zip(waiting, match([row for _, row in waiting], ground), strict=True):
            if (row.compound_id, row.building_no) in ground.given_up:
                self.complain(Line(number, {}, {}), "building", "这栋楼已经停用", "请核对楼号")
                continue
            if not self._check_ours(found, number):
                continue
            head = next((person.name for person in row.people if person.relation == Relation.HEAD), "")
            building = f"{row.building_no}号楼" if row.building_no is not None else ""
            said = f"{found.compound.name}{building}　{mask(head, 'name')}".strip()
            outcome = found.outcome
            yield Record(_packed(row), outcome, number, said, found.fields() if outcome == "changed" else [])

    def _household(self, group: list[Line]) -> HouseholdRow | None:
        first = group[0]
        place = self._place(first)
        people = [self._person(line) for line in group if line.values["name"]]
        self._check_door(group)
        self._check_people(group)
        if place is None or any(line.wrong for line in group):
            return None
        compound, area = place
        values = first.values
        return HouseholdRow(
            compound.pk,
            values["building"],
            values["unit"],
            values["room"],
            area if values["grid"] else "",
            kind=self._said_once(group, "kind") or ("" if people else Kind.VACANT),
            state="",
            size=self._said_once(group, "size") or 0,
            people=people,
        )

    def _place(self, line: Line) -> tuple[Compound, str] | None:
        """The compound and the code of the grid, or None after a complaint."""
        names = tuple(line.values[name] for name in ("street", "community", "grid", "compound"))
        if not (names[1] and names[3]):
            return None
        if names not in self._found:
            try:
                self._found[names] = self._find(*names)
            except Placeless as placeless:
                self._found[names] = placeless
        found = self._found[names]
        if isinstance(found, Placeless):
            self.complain(line, found.column, found.message, found.remedy)
            return None
        return found

    def _find(self, street: str, community: str, grid: str, name: str) -> tuple[Compound, str]:
        area = self.places.community(street, community)
        named = self.places.grid(area, grid) if grid else None
        reached = named or area
        if not (self.scope.covers(reached.code) or self._reaches_into(area)):
            raise Placeless("community", "不在你负责的范围", "只能导入自己负责的区域，请从表中删去")
        compound = self.places.compound(area, name)
        code = self._grid_of(compound, named)
        if not self.scope.covers(code):
            raise Placeless("grid" if grid else "compound", "不在你负责的范围", "只能导入自己负责的区域，请从表中删去")
        return compound, code

    def _reaches_into(self, community: Area) -> bool:
        return any(code.startswith(community.code) for code in self.scope.areas)

    def _grid_of(self, compound: Compound, named: Area | None) -> str:
        own = compound.area
        if len(own.code) < 15:
            if named is None:
                raise Placeless("grid", "没有填写", "这个小区由几个网格共管，请填网格")
            return named.code
        if named is not None and named.code != own.code:
            raise Placeless("grid", "与小区登记的网格不同", f"这个小区属于{own.name}")
        return own.code

    def _person(self, line: Line) -> PersonRow:
        values = line.values
        return PersonRow(
            values["name"],
            values["called"],
            values["relation"],
            values["sex"] or 0,
            values["birth_year"],
            values["phone"],
            values.get("id_number", ""),
            values["note"],
            tags=self._tags(line),
        )

    def _tags(self, line: Line) -> list[tuple[str, str]]:
        names, reason = line.values["tags"], line.values["reason"]
        if not names:
            return []
        if unknown := [name for name in names if name not in self.tag_codes]:
            self.complain(line, "tags", f"没有“{unknown[0][:20]}”这个标签", f"可以填：{'、'.join(self.tag_codes)}")
        if not reason:
            self.complain(line, "reason", "没有填写", "写明为什么设这个标签")
        found = self._place(line) if not line.wrong else None
        if found and not self.caring.covers(found[1]):
            self.complain(line, "tags", "没有设置关爱标签的权限", "请把这一格空着")
        return [(self.tag_codes[name], reason) for name in names if name in self.tag_codes]

    def _check_door(self, group: list[Line]) -> None:
        first, values = group[0], group[0].values
        if values["unit"] is not None and not first.typed.get("building"):
            self.complain(first, "building", "没有填写", "填了单元就要填楼号")
        key = hash(_door(first))
        before = self.first_rows.setdefault(key, first.number)
        if before != first.number:
            self.complain(first, "room", f"与第{before}行重复", "同一户的行要连在一起，同一门牌只填一户")

    def _check_people(self, group: list[Line]) -> None:
        named = [line for line in group if line.values["name"]]
        nameless = [line for line in group if not line.values["name"]]
        if (nameless and len(group) > 1) or any(line.values[name] for line in nameless for name in _told(line)):
            self.complain(nameless[0], "name", "没有填写", "一人一行填姓名；空置的门户只填一行，不填人")
        if not named:
            if group[0].values["kind"] in (Kind.RESIDENT, Kind.RENTED):
                self.complain(group[0], "name", "没有填写", "填上户主，没有人住的户类型填“空置”")
            return
        self._check_one_head(named)
        seen: dict[str, int] = {}
        for line in named:
            before = seen.setdefault(line.values["name"], line.number)
            if before != line.number:
                self.complain(line, "name", f"与第{before}行重复", "同一户里一人一行；同名的请加以区别")

    def _check_one_head(self, named: list[Line]) -> None:
        heads = [line for line in named if line.values["relation"] == Relation.HEAD]
        if not heads:
            self.complain(named[0], "relation", "这一户没有户主", "正好一个人填“户主”")
        for line in heads[1:]:
            self.complain(line, "relation", f"第{heads[0].number}行已经是户主", "一户只填一个户主")

    def _said_once(self, group: list[Line], name: str) -> Any:
        """What the rows of a door say in a column they share; a complaint where they say different things."""
        said = [line for line in group if line.values[name] not in ("", None)]
        for line in said[1:]:
            if line.values[name] != said[0].values[name]:
                self.complain(line, name, f"与第{said[0].number}行不一致", "同一户只填一种")
        return said[0].values[name] if said else None


def _told(line: Line) -> list[str]:
    return [name for name in _ABOUT_PEOPLE if name in line.values]


def _door(line: Line) -> tuple[Any, ...]:
    values = line.values
    return tuple(values[name] for name in ("street", "community", "compound", "building", "unit", "room"))


def _doors(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines that stand one below the other and name the same door."""
    group: list[Line] = []
    for line in lines:
        if group and _door(line) != _door(group[0]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _packed(row: HouseholdRow) -> list[Any]:
    people = [
        [p.name, p.called, p.relation, p.sex, p.birth_year, p.phone, p.id_number, p.note, p.tags] for p in row.people
    ]
    return [row.compound_id, row.building_no, row.unit_no, row.room, row.area, row.kind, row.size, people]


def _unpacked(kept: list[Any]) -> HouseholdRow:
    compound, building, unit, room, area, kind, size, people = kept
    persons = [PersonRow(*person[:-1], tags=[tuple(tag) for tag in person[-1]]) for person in people]
    return HouseholdRow(compound, building, unit, room, area, kind=kind, state="", size=size, people=persons)
