"""Sheets of the ground: compounds with their buildings, organizations, and who holds which post.

A few thousand rows at most: each is tried by the very service a page calls, in a transaction that the check rolls back.
So the check says exactly what writing would say.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction

from audit.services import record
from common.errors import DomainError
from grids.arranging import may_arrange
from grids.finding import Placeless, Places
from grids.models import Area, Compound, Organization, Post
from grids.permissions import Ability
from grids.scope import scope_of
from grids.services import loading
from grids.services.organizations import WHOLE_DISTRICT
from grids.services.postings import Place
from grids.telling import tell_owner
from jobs.cells import Day, Mobile, Moment, OfficePhone, OneOf, Whole, Words, YesNo, Yuan
from jobs.imports import OUTCOMES, Column, Line, Record, Sheet

_EVERY = 20
# Rows of a sheet each of which is a piece of work with a clock, events and notices: some 20 ms to try, all in one transaction.
WORKED = 1000
_OUTSIDE = ("不在你负责的范围", "只能导入自己负责的区域，请从表中删去")
_STREET = Column("street", "街道", Words(40, required=False), "同名的社区很多，最好填", "北大街道", ("所属街道",))
_GRID = Column("grid", "网格", Words(20, required=False), "几个网格共管的不填", "第三网格", ("所属网格",))


class TriedSheet(Sheet):
    """A sheet whose rows are tried one by one: `apply(line)` does what the row says and returns (outcome, fields)."""

    tell = staticmethod(tell_owner)
    subject: ClassVar[str]

    def __init__(self, by, complain: Callable[[Line, str, str, str], None]):
        super().__init__(by, complain)
        self.places, self.scope = Places(), scope_of(by, granting=self.ability)
        self.trying = False
        self.first_rows: dict[tuple[Any, ...], int] = {}

    def apply(self, line: Line) -> tuple[str, list[str]]:
        """Do what a row says, by services. Placeless or DomainError where it cannot be."""
        raise NotImplementedError

    def identity(self, line: Line) -> tuple[Any, ...]:
        """The natural key as it was typed."""
        raise NotImplementedError

    def said(self, line: Line) -> str:
        """The row in words, without personal values."""
        raise NotImplementedError

    def records(self, lines: Iterable[Line]) -> Iterator[Record]:
        """Tries every row, then takes everything back."""
        self.trying = True
        lines = list(lines)
        with transaction.atomic():
            records = [found for line in lines if (found := self._try(line)) is not None]
            transaction.set_rollback(True)
        yield from records

    def write(self, kept: Iterator[Any], *, progress: Callable[[int], None], source: str) -> dict[str, int]:
        """Does every row; a refusal now ends it with nothing written."""
        counts = dict.fromkeys(OUTCOMES, 0)
        for done, (number, values) in enumerate(kept, start=1):
            line = Line(number, {}, _revived(values, self.columns))
            try:
                outcome, _ = self.apply(line)
            except Placeless as placeless:
                raise DomainError(f"第{number}行：{placeless.message}。一行也没有写，请重新上传检查。") from placeless
            counts[outcome] += 1
            if done % _EVERY == 0:
                progress(done)
        record(f"{self.subject}.import", subject=(self.subject, source), by=self.by, **counts)
        return counts

    def _try(self, line: Line) -> Record | None:
        key = self.identity(line)
        before = self.first_rows.setdefault(key, line.number)
        if before != line.number:
            self.complain(
                line, self.columns[-1].name if not key else self.key_column, f"与第{before}行重复", "只留一行"
            )
        if line.wrong:
            return None
        try:
            with transaction.atomic():
                outcome, fields = self.apply(line)
        except Placeless as placeless:
            self.complain(line, placeless.column, placeless.message, placeless.remedy)
            return None
        except DomainError as refusal:
            self.complain(line, self.key_column, refusal.message.rstrip("。"), "请核对这一行")
            return None
        return Record([line.number, _plain(line.values)], outcome, line.number, self.said(line), fields)

    key_column: ClassVar[str]

    def own(self, area: Area | None, column: str) -> Area | None:
        """`area` where the importer keeps it, else Placeless at `column`. Bodies of the whole district need the district."""
        code = area.code if area else "411002"
        if not self.scope.covers(code):
            raise Placeless(column, *_OUTSIDE)
        return area


class PlacedSheet(TriedSheet):
    """A sheet whose rows happen somewhere on the importer's ground: columns PLACE, judged as on the registering pages."""

    most = WORKED

    def where(self, line: Line) -> tuple[Area, Area, Compound | None]:
        """Community, the smallest area that is known, and the compound. Placeless where they do not fit, or lie elsewhere."""
        values = line.values
        community = self.places.community(values["street"], values["community"])
        grid = self.places.grid(community, values["grid"]) if values["grid"] else None
        compound = self.places.compound(community, values["compound"]) if values["compound"] else None
        if grid and compound and not grid.code.startswith(compound.area_id):
            raise Placeless("grid", "与小区登记的网格不同", f"{compound.name}属于{compound.area.name}")
        area = grid or (compound.area if compound else community)
        if compound and area == community and not self.scope.covers(area.code):
            raise Placeless("grid", "没有填写", "这个小区由几个网格共管，请填自己负责的网格")
        self.own(area, "grid" if grid else "compound" if compound else "community")
        return community, area, compound


PLACE = (
    _STREET,
    Column("community", "社区", Words(40), "", "新村社区", ("所属社区",)),
    Column("grid", "网格", Words(20, required=False), "填了小区可以不填", "第三网格", ("所属网格",)),
    Column("compound", "小区", Words(40, required=False), "登记的名称", "", ("小区名称",)),
)
# Cells whose values JSON does not know; their text reads back as the same value.
_AS_TEXT = (Day, Moment, Yuan)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    # Local, without the offset: as somebody would type it.
    return value.isoformat()[:16] if hasattr(value, "isoformat") else value


def _revived(values: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    cells = {column.name: column.cell for column in columns if isinstance(column.cell, _AS_TEXT)}
    return {name: cells[name].clean(value) if name in cells and value else value for name, value in values.items()}


class CompoundSheet(TriedSheet):
    """Compounds and buildings: a row a building, the columns of the compound said again; or one row without a building."""

    code = "compounds"
    title = "小区和楼栋"
    counted = "行"
    ability = Ability.KEEP_GROUND
    subject, key_column = "compounds", "name"
    key = "小区按社区和名称认，楼栋按小区和楼号认"
    notes = (
        "一栋楼一行，同一小区的各行把小区的内容重复填上；没有楼栋的庭院填一行，不填楼号。",
        "空着的格不改动已登记的内容；表里没有的楼栋会保留。",
        "网格填了，小区就在这个网格；几个网格共管的小区，网格填在“楼栋网格”里。",
    )
    columns = (
        _STREET,
        Column("community", "社区", Words(40), "", "新村社区", ("所属社区",)),
        _GRID,
        Column("name", "小区", Words(40), "登记的名称", "第一食品厂家属院", ("小区名称", "名称")),
        Column("kind", "类型", OneOf(dict(Compound.Kind.choices)), "", "家属院"),
        Column("setting", "城市或涉农", OneOf(dict(Compound.Setting.choices), required=False), "空着按城市", "城市"),
        Column("address", "地址", Words(100, required=False), "道路和门牌", "健康路18号"),
        Column("aliases", "别名", Words(100, required=False), "居民的叫法，用空格分开"),
        Column("year_built", "建成年份", Whole(1900, 2100, units=("年",), required=False), "", "1986"),
        Column("is_old", "老旧小区", YesNo(required=False), "", "是"),
        Column("management", "管理方式", OneOf(dict(Compound.Management.choices), required=False), "", "居民自管"),
        Column("company", "物业公司", Words(60, required=False), "管理方式是物业公司时填，名称要先登记"),
        Column("number", "楼号", Whole(1, 9999, units=("号楼", "栋", "幢", "#"), required=False), "填数字", "3"),
        Column("building_grid", "楼栋网格", Words(20, required=False), "共管的小区必填"),
        Column("building_name", "楼栋别名", Words(20, required=False), "没有编号时的叫法"),
        Column("floors", "层数", Whole(1, 120, units=("层",), required=False), "", "6"),
        Column("has_lift", "有电梯", YesNo(required=False), "", "否"),
        Column("entrances", "单元数", Whole(0, 30, units=("个",), required=False), "", "3"),
    )

    def identity(self, line: Line) -> tuple[Any, ...]:
        values = line.values
        return tuple(values[name] for name in ("street", "community", "name", "number"))

    def said(self, line: Line) -> str:
        number = line.values["number"]
        return f"{line.values['name']}{f'{number}号楼' if number else ''}"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        values = line.values
        community = self.places.community(values["street"], values["community"])
        area = self.places.grid(community, values["grid"]) if values["grid"] else None
        self.own(area or community, "grid" if area else "community")
        compound, outcome, fields = loading.load_compound(community, area, values, by=self.by)
        if values["number"] is not None:
            grid = self.places.grid(community, values["building_grid"]) if values["building_grid"] else None
            built, more = loading.load_building(compound, grid, values, by=self.by)
            outcome = _worst(outcome, built)
            fields += more
        return outcome, fields


class OrganizationSheet(TriedSheet):
    """Organizations, party organizations and companies."""

    code = "organizations"
    title = "组织和单位"
    counted = "个"
    ability = Ability.KEEP_GROUND
    subject, key_column = "organizations", "name"
    key = "填了代号按代号认，否则按名称、类别和所在区域认"
    notes = (
        "代号可以不填，系统会给一个；已登记单位的代号和类别不能改。",
        "街道、社区、网格填到组织所在的那一级；全区的单位都不填。",
        "只登记组织，不登记党员名册；电话填办公电话。",
    )
    columns = (
        Column("code", "代号", Words(40, required=False), "已登记的填原来的", ""),
        Column("name", "名称", Words(60), "", "新村社区党委"),
        Column("kind", "类别", OneOf(dict(Organization.Kind.choices)), "", "社区党委"),
        _STREET,
        Column("community", "社区", Words(40, required=False), "", "新村社区", ("所属社区",)),
        Column("grid", "网格", Words(20, required=False), "网格党支部必填", ""),
        Column("secretary", "书记或负责人", Words(30, required=False), "", "陈立民", ("负责人", "书记")),
        Column("phone", "办公电话", OfficePhone(20, required=False), "不填个人手机号", "0374-2988123", ("电话",)),
        Column("address", "地址", Words(100, required=False), "", "健康路12号"),
        Column("takes_cases", "承办交办事项", YesNo(required=False), "区直部门和公用企业才填", ""),
    )

    def identity(self, line: Line) -> tuple[Any, ...]:
        values = line.values
        if values["code"]:
            return (values["code"],)
        return tuple(values[name] for name in ("name", "kind", "street", "community", "grid"))

    def said(self, line: Line) -> str:
        return line.values["name"]

    def apply(self, line: Line) -> tuple[str, list[str]]:
        values = line.values
        area = self.places.area(values["street"], values["community"], values["grid"])
        if (values["kind"] in WHOLE_DISTRICT or values["takes_cases"]) and not self.scope.covers("411002"):
            raise Placeless("kind", "这类单位由区里登记", "请从表中删去")
        self.own(area, "community" if values["community"] else "street")
        return loading.load_organization(area, values, self.scope, by=self.by)


class PostingSheet(TriedSheet):
    """Who holds which post where, from which day. Accounts that are missing are opened."""

    code = "postings"
    title = "任职"
    counted = "人次"
    ability = Ability.POSTS
    subject, key_column = "postings", "name"
    key = "人按手机号或账号认，任职按人、岗位、地方和任职日期认"
    notes = (
        "手机号和账号至少填一样。没有账号的人会开一个，首次登录前请管理员发一次性密码。",
        "楼栋长、单元长填到楼号、单元；单位岗位填“单位”。",
        "这里只加任职；卸任和交接请在队伍和岗位里办理。",
    )
    columns = (
        Column("name", "姓名", Words(30), "", "王建新", (), "name"),
        Column("phone", "手机号", Mobile(required=False), "只用来认人和登录", "13800000000", (), "phone"),
        Column("username", "账号", Words(150, required=False), "已有账号的可以只填账号", ""),
        Column("title", "称呼", Words(30, required=False), "姓加职务", "王网格员"),
        Column("post", "岗位", Words(30), "岗位的名称", "网格员"),
        _STREET,
        Column("community", "社区", Words(40, required=False), "", "新村社区", ("所属社区",)),
        Column("grid", "网格", Words(20, required=False), "", "第三网格", ("所属网格",)),
        Column("compound", "小区", Words(40, required=False), "小区一级的岗位填", "", ("小区名称",)),
        Column("building", "楼号", Whole(1, 9999, units=("号楼", "栋", "幢", "#"), required=False), "填数字"),
        Column("unit", "单元", Whole(1, 99, units=("单元",), required=False), "填数字"),
        Column("organization", "单位", Words(60, required=False), "单位岗位填，用登记的名称", "", ("单位名称",)),
        Column("valid_from", "任职日期", Day(required=False), "空着按今天", "2026-01-01"),
        Column("office_phone", "办公电话", OfficePhone(20, required=False), "会印在服务牌上", "0374-2988123"),
        Column("hours", "在岗时间", Words(60, required=False), "", "每周三下午在社区"),
    )

    def identity(self, line: Line) -> tuple[Any, ...]:
        names = ("post", "street", "community", "grid", "compound", "building", "unit", "organization", "valid_from")
        who = line.values["phone"] or line.values["username"]
        return (who, *(line.values[name] for name in names))

    def said(self, line: Line) -> str:
        values = line.values
        where = (
            values["compound"] or values["organization"] or values["grid"] or values["community"] or values["street"]
        )
        return f"{where}{values['post']}"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        values = line.values
        area = self.places.area(values["street"], values["community"], values["grid"])
        compound = None
        if values["compound"]:
            if not values["community"]:
                raise Placeless("community", "没有填写", "填了小区就要填社区")
            compound = self.places.compound(
                self.places.community(values["street"], values["community"]), values["compound"]
            )
        place = loading.seat_of(values, area, compound)
        self.own(compound.area if compound else area, "community" if values["community"] else "street")
        return loading.load_posting(place, values, allows=self._allows, trying=self.trying, by=self.by)

    def _allows(self, post: Post, place: Place) -> bool:
        """What the page would let the importer do."""
        return may_arrange(self.by, post, place)


def _worst(first: str, second: str) -> str:
    """What a row with two parts did: new if either is new, unchanged only if both are."""
    return next(outcome for outcome in OUTCOMES if outcome in (first, second))
