"""Sheets of requests: the day's 12345 orders, and collections of messages. Rows become `Request`s for the one intake."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import IO

from django import forms
from django.utils import timezone

from cases.keywords import OTHER, guess
from cases.models import Case, Category, Report
from cases.services import Request
from cases.states import Channel
from common.errors import DomainError
from common.normalise import clean_phone, clean_text
from common.sensitive import mask
from common.spreadsheets import Row, read_rows
from grids.levels import Level
from grids.models import Area
from grids.scope import scope_of
from jobs.models import RowProblem

MAX_TEXT = 4000
HOTLINE_SOURCE = "12345"
NO_HEADER = "没有找到表头"
# Our template's headers, and how other cities' exports call the same column.
COLUMNS = {
    "number": ("工单编号", "外部编号", "受理编号", "工单号"),
    "category": ("问题分类", "类别", "事项类别", "分类", "一级分类"),
    "street": ("街道", "被反映街乡镇", "街乡镇", "所属街道"),
    "community": ("社区", "村/社区", "所属社区"),
    "grid": ("网格", "所属网格"),
    "place": ("地点", "小区点位", "地址", "详细地址"),
    "subject": ("标题", "工单标题"),
    "text": ("内容", "主要内容", "问题描述", "诉求内容"),
    "name": ("联系人", "来电人", "反映人"),
    "phone": ("联系电话", "来电人电话/账号", "来电人电话", "电话"),
    "due": ("办结时限", "办理时限", "截止时间"),
    "urgent": ("紧急", "紧急程度"),
}
TEMPLATE = tuple(names[0] for names in COLUMNS.values())
# A header row is known by half of one of these layouts: ours, and a city hotline's export.
_LAYOUTS = (
    TEMPLATE,
    ("工单编号", "问题分类", "标题", "主要内容", "来电人", "来电人电话/账号", "被反映街乡镇", "村/社区", "小区点位"),
)
_FIELD_OF = {header: name for name, headers in COLUMNS.items() for header in headers}
_URGENT = {"是": True, "紧急": True, "特急": True, "加急": True, "否": False, "一般": False, "普通": False, "": False}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:：时](\d{1,2})?)?")
_OFFICE_CLOSES = time(18)


class Wrong(forms.ValidationError):
    """What is wrong with a cell, and how to put it right."""

    def __init__(self, problem: str, remedy: str):
        super().__init__(problem)
        self.remedy = remedy


def _required(problem: str) -> dict[str, str]:
    return {"required": problem}


class HotlineForm(forms.Form):
    """One row of the day's sheet, checked as a page would check it."""

    number = forms.CharField(max_length=40, error_messages=_required("没有填写"))
    category = forms.CharField(max_length=100, error_messages=_required("没有填写"))
    street = forms.CharField(required=False, max_length=40)
    community = forms.CharField(max_length=40, error_messages=_required("没有填写"))
    grid = forms.CharField(required=False, max_length=20)
    place = forms.CharField(required=False, max_length=120)
    subject = forms.CharField(required=False, max_length=120)
    text = forms.CharField(max_length=MAX_TEXT, error_messages=_required("没有填写"))
    name = forms.CharField(required=False, max_length=30)
    phone = forms.CharField(required=False, max_length=40)
    due = forms.CharField(required=False, max_length=40)
    urgent = forms.CharField(required=False, max_length=10)

    def clean_text(self) -> str:
        """The words without control characters."""
        text = clean_text(self.cleaned_data["text"])
        if not text:
            raise Wrong("没有看得见的文字", "填写反映的内容")
        return text

    def clean_phone(self) -> str:
        """An 11-digit mobile number, or nothing."""
        typed = self.cleaned_data["phone"]
        try:
            return clean_phone(typed) if typed else ""
        except ValueError:
            raise Wrong("不是手机号", "应为11位手机号；固定电话写在内容里") from None

    def clean_due(self) -> datetime | None:
        """The hotline's own deadline; a day without a time means the end of that day's office hours."""
        typed = self.cleaned_data["due"]
        if not typed:
            return None
        found = _DATE.match(typed)
        try:
            return _moment(found)
        except (ValueError, TypeError):
            raise Wrong("看不出日期", "写成2026-12-04或2026-12-04 18:00") from None

    def clean_urgent(self) -> bool:
        """是 or 否, also in the words of other systems."""
        typed = self.cleaned_data["urgent"]
        if typed not in _URGENT:
            raise Wrong("看不出是不是紧急", "填“是”或“否”")
        return _URGENT[typed]


def _moment(found: re.Match | None) -> datetime:
    if found is None:
        raise ValueError
    year, month, day, hour, minute = (int(part) if part else 0 for part in found.groups())
    at = time(hour, minute) if found[4] else _OFFICE_CLOSES
    return timezone.make_aware(datetime.combine(datetime(year, month, day).date(), at))


class Places:
    """Areas in service by the names people write, loaded once a sheet."""

    def __init__(self) -> None:
        self.areas = {area.code: area for area in Area.objects.in_service()}
        self.by_name: dict[tuple[str, str], list[str]] = {}
        for area in self.areas.values():
            for name in {area.name, _short(area.name)}:
                self.by_name.setdefault((area.parent_code, name), []).append(area.code)
        self.communities: dict[str, list[str]] = {}
        for area in self.areas.values():
            if area.level == Level.COMMUNITY:
                self.communities.setdefault(_short(area.name), []).append(area.code)

    def find(self, street: str, community: str, grid: str) -> Area:
        """The area of these names; Wrong names the column by its message's `code`."""
        code = self._community(street.strip(), community.strip())
        if not grid.strip():
            return self.areas[code]
        below = sorted(c for c in self.areas if c.startswith(code) and c != code)
        match = self.by_name.get((code, _grid_name(grid)), [])
        if not match:
            raise Placeless("grid", "没有这个网格", f"这个社区有第1至第{len(below)}网格，不确定可以不填")
        return self.areas[match[0]]

    def _community(self, street: str, community: str) -> str:
        if not street:
            found = self.communities.get(_short(community), [])
            if len(found) > 1:
                raise Placeless("street", "有同名的社区", "请填写街道")
        else:
            streets = [
                a.code for a in self.areas.values() if a.level == Level.STREET and _short(a.name) == _short(street)
            ]
            if not streets:
                raise Placeless("street", "没有这个街道", "请用全称，如北大街道")
            found = self.by_name.get((streets[0], _short(community)), [])
        if not found:
            raise Placeless("community", "没有这个社区", "请核对街道和社区的名称")
        return found[0]


class Placeless(Wrong):
    """A place that cannot be found; `column` is the cell to put right."""

    def __init__(self, column: str, problem: str, remedy: str):
        super().__init__(problem, remedy)
        self.column = column


def _short(name: str) -> str:
    for ending in ("街道办事处", "街道", "社区居委会", "社区", "居委会"):
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _grid_name(typed: str) -> str:
    """第三网格 for 3, 003, 三 or 第3网格."""
    core = typed.strip().removeprefix("第").removesuffix("网格")
    if core.isdecimal() and 0 < int(core) <= 10:
        core = "一二三四五六七八九十"[int(core) - 1]
    return f"第{core}网格"


@dataclass
class Checked:
    """What a sheet holds: rows ready for the intake, rows registered before, and everything wrong."""

    ready: list[tuple[int, Request]] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    total: int = 0


def read_hotline(upload: IO[bytes]) -> list[Row]:
    """The rows of the day's sheet with our names for the columns. DomainError where the file is unfit."""
    for layout in _LAYOUTS:
        upload.seek(0)
        try:
            rows = read_rows(upload, expects=layout)
        except DomainError as refusal:
            if not refusal.message.startswith(NO_HEADER):
                raise
            continue
        return [Row(row.number, _renamed(row.cells)) for row in rows]
    raise DomainError(
        f"{NO_HEADER}。如果用Excel打不开这个文件，请另存为.xlsx再上传；能打开，请用模板填写，表头为：{'、'.join(TEMPLATE)}。"
    )


def _renamed(cells: dict[str, str]) -> dict[str, str]:
    return {_FIELD_OF[header]: value for header, value in cells.items() if header in _FIELD_OF}


def check_hotline(rows: list[Row], *, by, progress=None) -> Checked:
    """Check every row, report all problems at once; `progress(done)` is called now and then."""
    checker = _Hotline(rows, by)
    for position, row in enumerate(rows, start=1):
        checker.check(row)
        if progress and position % 200 == 0:
            progress(position)
    return checker.checked


class _Hotline:
    """One pass over the day's sheet."""

    def __init__(self, rows: list[Row], by):
        self.by, self.scope, self.places = by, scope_of(by), Places()
        self.categories = {category.name: category for category in Category.objects.active()}
        self.by_code = {category.code: category for category in self.categories.values()}
        self.checked, self.first_row = Checked(total=len(rows)), {}
        numbers = [row.get("number") for row in rows]
        known = Case.objects.filter(channel=Channel.HOTLINE, external_number__in=numbers)
        joined = Report.objects.filter(source=HOTLINE_SOURCE, source_id__in=numbers)
        self.registered = {
            *known.values_list("external_number", flat=True),
            *joined.values_list("source_id", flat=True),
        }

    def check(self, row: Row) -> None:
        """Sort one row: known, ready, or wrong."""
        number = row.get("number")
        if number and number in self.registered:
            self.checked.known.append(row.number)
            return
        before = self.first_row.setdefault(number, row.number)
        form = HotlineForm(row.cells)
        area, category = self._place(form, row), self._category(form)
        if number and before != row.number:
            form.add_error("number", Wrong(f"与第{before}行重复", "同一工单只留一行"))
        if form.errors:
            self._complain(form, row)
        elif area and category:
            self.checked.ready.append((row.number, self._request(form.cleaned_data, area, category)))

    def _place(self, form: HotlineForm, row: Row) -> Area | None:
        if not row.get("community"):
            return None
        try:
            area = self.places.find(row.get("street"), row.get("community"), row.get("grid"))
        except Placeless as wrong:
            form.add_error(wrong.column, wrong)
            return None
        if not self.scope.covers(area.code):
            form.add_error("community", Wrong("不在您的辖区", "只能导入本辖区的事项，请从表中删去"))
        return area

    def _category(self, form: HotlineForm) -> Category | None:
        """The last part of 一级->二级->三级 that is one of ours, else what its words suggest."""
        typed = form["category"].value() or ""
        if not typed:
            return None
        for part in reversed(re.split(r"\s*(?:->|→|＞|>|/|／|—)\s*", typed)):
            if part in self.categories:
                return self.categories[part]
        suggested = guess(typed)
        if suggested == OTHER:
            names = "、".join(c.name for c in self.by_code.values() if c.parent_id is None)
            form.add_error("category", Wrong("没有这个类别", f"填其中一个：{names}"))
        return self.by_code.get(suggested)

    def _request(self, cells: dict, area: Area, category: Category) -> Request:
        return Request(
            category=category,
            area=area,
            channel=Channel.HOTLINE,
            text=cells["text"],
            subject=clean_text(cells["subject"]),
            place=clean_text(cells["place"]),
            name=clean_text(cells["name"]),
            phone=cells["phone"],
            urgent=cells["urgent"],
            source=HOTLINE_SOURCE,
            source_id=cells["number"],
            external_number=cells["number"],
            external_due_at=cells["due"],
        )

    def _complain(self, form: HotlineForm, row: Row) -> None:
        for name, errors in form.errors.as_data().items():
            for error in errors:
                problem: RowProblem = {
                    "row": row.number,
                    "column": COLUMNS[name][0],
                    "value": _shown(name, row.get(name)),
                    "problem": _words(error),
                    "remedy": getattr(error, "remedy", "") or _remedy(error),
                }
                self.checked.problems.append(problem)


def _shown(name: str, value: str) -> str:
    """What was typed, short, and masked where it says who somebody is."""
    kinds = {"phone": "phone", "name": "name", "place": "address"}
    if name in kinds:
        return mask(value, kinds[name])
    return f"{len(value)}个字" if name in ("text", "subject") and value else value[:40]


def _words(error: forms.ValidationError) -> str:
    if error.code == "max_length":
        return f"超过{error.params['limit_value']}个字"
    return str(error.message)


def _remedy(error: forms.ValidationError) -> str:
    return "请删减" if error.code == "max_length" else "请填写"


@dataclass(frozen=True)
class MessageRules:
    """How rows of a collection of messages become requests."""

    channel: str
    source: str
    areas: list[Area]
    categories: dict[str, Category]
    category: Category | None = None

    def area_of(self, number: str) -> Area:
        """The default area, or one of several by a stable hash of the row's id."""
        digest = hashlib.sha256(number.encode()).digest()
        return self.areas[int.from_bytes(digest[:4], "big") % len(self.areas)]


def message_request(row: dict[str, str], rules: MessageRules) -> Request:
    """A row (id, subject, sent_at, body) as a request. DomainError with the reason where the intake would not take it."""
    number = (row.get("id") or "").strip()
    text = clean_text(row.get("body") or "")
    subject = " ".join(clean_text(row.get("subject") or "").split())
    if not number or len(number) > 80:
        raise DomainError("没有编号" if not number else "编号超过80个字")
    if not text:
        raise DomainError("没有内容")
    if len(text) > MAX_TEXT:
        raise DomainError(f"内容{len(text)}个字，超过{MAX_TEXT}个字")
    return Request(
        category=rules.category or rules.categories[guess(subject, text)],
        area=rules.area_of(number),
        channel=rules.channel,
        text=text,
        subject=subject[:120],
        source=rules.source,
        source_id=number,
        said_at=_said_at(row.get("sent_at") or ""),
    )


def _said_at(typed: str) -> datetime | None:
    if not typed.strip():
        return None
    try:
        moment = datetime.fromisoformat(typed.strip().replace("/", "-"))
    except ValueError:
        raise DomainError("反映时间看不出是什么时候") from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
