"""The sheet of errands: what people asked for on the phone or at the counter and somebody wrote down. All of it or nothing."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from agency.models import AgencyItem
from agency.services import Asked, ask
from agency.states import Way
from cases.services import knows
from cases.states import Channel
from common.crypto import blind_index
from grids.finding import Placeless
from grids.permissions import Ability
from grids.sheets import PLACE, PlacedSheet
from jobs.cells import Mobile, Moment, OneOf, RegisterNumber, Words, YesNo
from jobs.imports import SPOKEN, Column, Line

SOURCE = "errand-sheet"
_CHANNELS = {c.value: c.label for c in (Channel.PHONE, Channel.COUNTER, Channel.VISIT, Channel.GROUP)}
_WAYS = {Way.HOME.value: "上门取", Way.CENTRE.value: "到社区"}
# Without a number of its own a row is what it says.
_SAYS = ("item", "when", "name", "phone", "door", "words")


class ErrandSheet(PlacedSheet):
    """A row an errand; it then waits to be accepted, like one registered on the page."""

    code = "errands"
    title = "代办登记"
    counted = "件"
    ability = Ability.REGISTER
    subject, key_column = "errands", "item"
    key = "填了登记号按社区和登记号认，否则按整行内容认"
    notes = (
        "一件代办一行，写入后进入待受理；办好的不用补登记。",
        "答应办好的时间从写入起算；提出时间照实写，当天办好按提出那天算。",
        "留了称呼、门牌或手机号的，要口头告知，“已告知”一列填“是”。不记银行卡号和密码。",
    )
    columns = (
        Column(
            "number", "登记号", RegisterNumber(40, required=False), "登记簿上的编号，可以不填", "2026-031", ("编号",)
        ),
        Column("item", "代办事项", Words(20), "用系统里的名称", "缴暖气费", ("事项",)),
        *PLACE,
        Column("door", "门牌", Words(120, required=False), "楼号单元房号", "", ("住址",), "address"),
        Column("name", "称呼", Words(30, required=False), "", "马奶奶", ("姓名",), "name"),
        Column("phone", "手机号", Mobile(required=False), "用来告知进展", "13800000000", ("联系电话",), "phone"),
        Column("words", "说明", Words(500, required=False), "要办什么，有的事项必填", "", ("备注", "内容"), SPOKEN),
        Column("way", "怎么交接", OneOf(_WAYS), "", "上门取"),
        Column("when", "提出时间", Moment(required=False), "空着按现在", "2026-11-20 09:30", ("登记时间",)),
        Column("channel", "怎么提出的", OneOf(_CHANNELS, required=False), "空着按电话", "电话", ("来源",)),
        Column("told", "已告知", YesNo(required=False), "留了个人信息的必填", "是"),
    )

    def __init__(self, by, complain):
        super().__init__(by, complain)
        self.items = {item.name: item for item in AgencyItem.objects.active()}

    @classmethod
    def layout(cls) -> tuple[Column, ...]:
        """The columns, with the items that are done for people now to choose from."""
        offered = {item.name: item.name for item in AgencyItem.objects.active()}
        # A row that came in before is known also where its item is no longer offered.
        item = OneOf(offered, also={name: name for name in AgencyItem.objects.values_list("name", flat=True)})
        return tuple(replace(column, cell=item) if column.name == "item" else column for column in cls.columns)

    def identity(self, line: Line) -> tuple[Any, ...]:
        """The register's own number, else all the row says."""
        values = line.values
        where = (values["street"], values["community"])
        return (*where, values["number"]) if values["number"] else (*where, *(values[name] for name in _SAYS))

    def said(self, line: Line) -> str:
        """Place and what is to be done; nobody's name."""
        return f"{line.values['community']}　{line.values['item']}"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        """Take the errand in; one that came before is left as it is."""
        values = line.values
        community, area, compound = self.where(line)
        source_id = _source_id(community.code, values)
        if knows(SOURCE, source_id):
            return "unchanged", []
        item = self._item(values)
        asked = Asked(
            item=item,
            area=area,
            compound=compound,
            way=values["way"],
            words=values["words"],
            channel=values["channel"] or Channel.PHONE,
            door=values["door"],
            name=values["name"],
            phone=values["phone"],
            said_at=values["when"],
            source=SOURCE,
            source_id=source_id,
        )
        ask(asked, by=self.by)
        return "new", []

    def _item(self, values: dict[str, Any]) -> AgencyItem:
        """The item by its name; and what the page would not take either."""
        item = self.items.get(values["item"])
        if item is None:
            raise Placeless("item", "这一项现在不代办", "请重新选择")
        if item.needs_words and not values["words"]:
            raise Placeless("words", "没有填写", f"写一写{item.ask}")
        if values["when"] and values["when"] > timezone.now():
            raise Placeless("when", "时间还没有到", "请核对")
        if any(values[name] for name in ("name", "phone", "door")) and not values["told"]:
            raise Placeless("told", "留了个人信息，没有告知", "先口头告知，再填“是”")
        return item


def _source_id(community: str, values: dict[str, Any]) -> str:
    """The same row again has the same id; nothing can be read back out of it, not even by guessing."""
    if values["number"]:
        return f"{community}:{values['number']}"
    said = "\n".join(str(values[name] or "") for name in _SAYS)
    return f"{community}:{blind_index(said, purpose=SOURCE).hex()}"
