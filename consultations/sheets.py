"""The sheet of contributions: money that came in. Money that goes out has two signatures, on the page, and no sheet."""

import re
from typing import Any

from django.utils import timezone

from common.receipts import clean_receipt
from consultations.models import Consultation
from consultations.models import Line as BookLine
from consultations.roles import runs
from consultations.services import PREFIX, Received, receive
from consultations.states import Action, Side, Source, rule_of
from grids.finding import Placeless
from grids.levels import Level
from grids.permissions import Ability
from grids.sheets import WORKED, TriedSheet
from jobs.cells import Cell, Day, Fault, OneOf, Whole, Words, YesNo, Yuan
from jobs.imports import Column, Line, Record

_NUMBER = re.compile(r"(?:S[-—－]?)?0*([1-9]\d{0,5})号?", re.ASCII | re.IGNORECASE)
_SAME = "收据号已经记了别的一笔"


class ReceiptNumber(Cell):
    """A number of the series of receipts of a book: S-03, 03 or 3."""

    empty = None

    def read(self, text: str) -> int:
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise Fault("不是收据号", "写成S-03或3")
        return int(found[1])


class ContributionSheet(TriedSheet):
    """A row a contribution, under the receipt number it has in the book of its consultation. Counts at once."""

    code = "contributions"
    title = "筹集资金"
    counted = "笔"
    ability = Ability.HANDLE
    highest = Level.COMMUNITY  # streets and the district look on
    most = WORKED
    subject, key_column = "contributions", "receipt"
    key = "按协商编号和收据号认"
    notes = (
        "一笔收入一行，写入就入账，记错只能在账本里冲回。支出要两个人签字，不能导入。",
        "收据号接着账本往下编，一次协商从S-01起，从小到大，中间不空号。账本里已有的收据号，内容一样的跳过，不一样的不写。",
        "个人出资的填出资人；本人同意公示姓名的填“是”，没有同意的姓名不公示。单位出资的填出资单位。",
        "摘要公示可见，不写姓名和电话。",
    )
    columns = (
        Column("consultation", "协商编号", Words(30), "协商页面上的编号", "XS2611210001239"),
        Column("receipt", "收据号", ReceiptNumber(), "接着账本往下编", "S-01", ("票据号",)),
        Column("day", "日期", Day(), "哪天收到", "2026-11-20", ("收款日期",)),
        Column("source", "来源", OneOf(dict(Source.choices)), "", "居民", ("资金来源",)),
        Column("unit", "出资单位", Words(60, required=False), "单位、物业、经费填，公示可见", ""),
        Column("name", "出资人", Words(40, required=False), "个人的填", "刘阿姨", ("出资人姓名", "姓名"), "name"),
        Column("consents", "同意公示姓名", YesNo(required=False), "填了出资人的必填", "否", ("同意公示",)),
        Column("households", "户数", Whole(1, 9999, units=("户",), required=False), "居民出资的填", "1"),
        Column("amount", "金额", Yuan(), "元，最多写到分", "200.00", ("金额（元）",)),
        Column("what", "摘要", Words(60, required=False), "公示可见，空着按来源写", "居民出资", ("备注",)),
    )

    def __init__(self, by, complain):
        super().__init__(by, complain)
        self._held: dict[str, Consultation] = {}
        # How many receipts each book had before this sheet, and the numbers the sheet has named so far.
        self._before: dict[int, int] = {}
        self._named: dict[str, set[int]] = {}

    def identity(self, line: Line) -> tuple[Any, ...]:
        """Consultation and receipt."""
        return (_number_of(line), line.values["receipt"])

    def said(self, line: Line) -> str:
        """Receipt, source and amount; nobody's name."""
        values = line.values
        return f"{_code(values['receipt'])}　{Source(values['source']).label}　{values['amount']}元"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        """Receive the money; what stands in the book already is left as it is."""
        values, held = line.values, self._consultation(line)
        if held.pk not in self._before:
            self._before[held.pk] = held.book.receipts
        number, before = values["receipt"], self._before[held.pk]
        if number <= before:
            self._compare(held, values)
            return "unchanged", []
        self._refuse(held, line, before)
        written = receive(
            held,
            Received(
                amount=values["amount"],
                source=values["source"],
                what=values["what"] or f"{Source(values['source']).label}筹资",
                on_date=values["day"],
                households=values["households"],
                unit=values["unit"],
                name=values["name"],
                consents=bool(values["consents"]),
            ),
            by=self.by,
        )
        if not self.trying and written.number != number:
            # Somebody wrote a line on the page in between.
            raise Placeless("receipt", _SAME, "请照账本重新编号")
        return "new", []

    def _try(self, line: Line) -> Record | None:
        # A row that is refused for something else leaves no gap behind it.
        self._named.setdefault(_number_of(line), set()).add(line.values["receipt"])
        return super()._try(line)

    def _consultation(self, line: Line) -> Consultation:
        """The consultation of a row, where the importer may take money in for it."""
        number = _number_of(line)
        if number not in self._held:
            rows = Consultation.objects.visible_to(self.by).select_related("book").filter(number=number)
            found = rows.first()
            if found is None:
                raise Placeless("consultation", "没有找到这次协商", "请核对编号，只能填自己看得到的协商")
            self._held[number] = found
        held = self._held[number]
        if not runs(held, self.by):
            raise Placeless("consultation", "不在你负责的范围", "由召开协商的网格和社区收款，请从表中删去")
        if rule_of(held.status, Action.RECEIVE) is None:
            raise Placeless("consultation", f"现在是“{held.get_status_display()}”，不能收款", "议定以后、办结以前收款")
        return held

    def _refuse(self, held: Consultation, line: Line, before: int) -> None:
        values = line.values
        if self.trying and set(range(before + 1, values["receipt"])) - self._named[_number_of(line)]:
            raise Placeless("receipt", "收据号中间空了", f"账本的下一个收据号是{_code(before + 1)}，从小到大填")
        if values["day"] > timezone.localdate():
            raise Placeless("day", "日期还没有到", "请核对")
        if values["name"] and values["consents"] is None:
            raise Placeless("consents", "没有填写", "本人同意公示姓名填“是”，否则填“否”")
        if values["consents"] and not values["name"]:
            raise Placeless("name", "没有填写", "同意公示姓名的，请填写姓名")
        if values["name"] and values["unit"]:
            raise Placeless("unit", "个人和单位只填一样", "个人出资的把这一格空着")

    def _compare(self, held: Consultation, values: dict[str, Any]) -> None:
        """Nothing where the book says the same under this number; else a refusal. The book is never edited."""
        row = BookLine.objects.get(book=held.book, side=Side.IN, number=values["receipt"])
        known = (row.amount, row.source, row.on_date)
        same = row.reverses_id is None and known == (values["amount"], values["source"], values["day"])
        # A name that is forgotten by now is no difference.
        name = row.name.plain if row.name else values["name"]
        if not (same and values["unit"] in ("", row.unit) and values["name"] in ("", name)):
            raise Placeless("receipt", _SAME, "账本不能改，请核对收据号；记错的在账本里冲回")


def _number_of(line: Line) -> str:
    return clean_receipt(line.values["consultation"], prefix=PREFIX)


def _code(number: int) -> str:
    return f"{Side.IN.value}-{number:02d}"
