"""The sheet of disputes: what a community has in its paper register and has not settled yet. All of it or nothing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from cases.services import knows
from cases.states import Channel
from grids.finding import Placeless
from grids.models import Area
from grids.permissions import Ability
from grids.sheets import PLACE, PlacedSheet
from jobs.cells import Cell, Day, Fault, Mobile, OneOf, RegisterNumber, Whole, Words, YesNo
from jobs.imports import SPOKEN, Column, Line
from mediation import codes
from mediation.services import Asked, Person, possible_mediators, register
from mediation.services.acting import on
from mediation.states import Origin, Side

SOURCE = "dispute-sheet"
_CHANNELS = {c.value: c.label for c in (Channel.COUNTER, Channel.PHONE, Channel.VISIT, Channel.GROUP)}


class Coded(Cell):
    """A code of a list of GB/T 31000-2015: the number, the words, or group and words (邻里纠纷，相邻污染损害防止)."""

    def __init__(self, listed: Mapping[str, str], **options: Any):
        super().__init__(**options)
        self.listed = dict(listed)
        self.groups = codes.grouped(self.listed)
        finest = [code for _, rows in self.groups for code, _ in rows]
        words = [self.listed[code] for code in finest]
        self.labels = [codes.said(self.listed, code) for code in finest]
        self.meant = {code: code for code in finest}
        # 其他 ends nearly every group: by itself it says nothing, unless it is a group.
        self.meant |= {self.listed[code]: code for code in finest if words.count(self.listed[code]) == 1}
        self.meant |= {codes.said(self.listed, code): code for code in finest}

    def read(self, text: str) -> str:
        typed = text.replace("/", "，").replace(",", "，").replace("：", "，").replace(" ", "")
        # A spreadsheet takes 0203 for a number and keeps 203.
        typed = typed.zfill(len(typed) + len(typed) % 2) if typed.isdigit() and typed.isascii() else typed
        if found := self.meant.get(typed):
            return found
        for group, rows in self.groups:
            if typed in (group, next(code for code, words in self.listed.items() if words == group)):
                raise Fault("要写到细类", f"填其中一个：{'、'.join(f'{group}，{words}' for _, words in rows)}")
        raise Fault("没有这个类别", f"先写大类再写细类，大类有：{'、'.join(group for group, _ in self.groups)}")


def _side(side: str, called: str, name: str, phone: str) -> tuple[Column, ...]:
    return (
        Column(f"{side}_name", called, Words(30), "", name, (f"{called}姓名",), "name"),
        Column(f"{side}_phone", f"{called}手机号", Mobile(required=False), "", phone, (f"{called}电话",), "phone"),
        Column(f"{side}_address", f"{called}住址", Words(120, required=False), "", "", (), "address"),
    )


class DisputeSheet(PlacedSheet):
    """A row a dispute; it is then waiting to be accepted, like one registered on the page."""

    code = "disputes"
    title = "矛盾纠纷登记"
    counted = "件"
    ability = Ability.REGISTER
    subject, key_column = "disputes", "number"
    key = "按社区和登记号认"
    notes = (
        "一件纠纷一行，写入后进入待受理。只登记还没有结果的；已有结果的留在纸质登记簿，不补成系统里办过的样子。",
        "登记号是社区登记簿上的编号，一个社区里不能重复；没有编号的自己编，如20261103-1。",
        "化解时限从受理起算，来登记的日子照登记簿写，会留在事项里。",
        "当事人和经过只有调解员和社区负责人能看，登记前要口头告知双方，“已告知双方”一列填“是”。",
    )
    columns = (
        Column("number", "登记号", RegisterNumber(40), "登记簿上的编号", "2026-017", ("编号", "登记编号")),
        Column("came", "登记日期", Day(), "来社区的那天", "2026-11-03", ("受理日期", "来访日期")),
        Column("happened", "发生日期", Day(required=False), "空着按登记日期", ""),
        *PLACE,
        Column("place", "具体地点", Words(120, required=False), "", "", ("发生地点",), "address"),
        Column(
            "category", "纠纷类别", Coded(codes.categories()), "大类，细类；或者国标编码", "邻里纠纷，相邻污染损害防止"
        ),
        Column("scale", "规模", OneOf(codes.scales(), required=False), "空着按个体性事件", "个体性事件"),
        Column("people", "涉及人数", Whole(2, 9999, units=("人",), required=False), "空着按2人", "2"),
        Column("unit", "涉及单位", Words(60, required=False), "", ""),
        Column("subject", "事由", Words(60, required=False), "一句话", "楼上晾衣滴水", ("主题",), SPOKEN),
        Column(
            "facts", "经过", Words(2000), "只有调解员和社区负责人能看", "双方各说了什么", ("纠纷经过", "简述"), SPOKEN
        ),
        *_side(Side.APPLICANT, "申请人", "刘阿姨", "13800000000"),
        *_side(Side.RESPONDENT, "被申请人", "张先生", ""),
        Column("told", "已告知双方", YesNo(), "口头告知收集什么、给谁用", "是"),
        Column("origin", "怎么来的", OneOf(dict(Origin.choices), required=False), "空着按当事人申请", "当事人申请"),
        Column("channel", "从哪里得知", OneOf(_CHANNELS, required=False), f"空着按{Channel.COUNTER.label}", ""),
        Column("way", "化解方式", Coded(codes.ways(), required=False), "空着按人民调解", "人民调解"),
        Column("mediator", "调解员", Words(150, required=False), "姓名或账号，空着按导入人", "何晓燕"),
        Column("settled", "已有结果", YesNo(required=False), "填“是”的不登记", "否", ("是否化解", "是否办结")),
    )

    def __init__(self, by, complain):
        super().__init__(by, complain)
        self._near: dict[str, list[User]] = {}

    def identity(self, line: Line) -> tuple[Any, ...]:
        """The community's own number."""
        return tuple(line.values[name] for name in ("street", "community", "number"))

    def said(self, line: Line) -> str:
        """Place, number and kind; nobody's name."""
        values = line.values
        return f"{values['community']}{values['number']}　{codes.said(codes.categories(), values['category'])}"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        """Take the dispute in; one that came before is left as it is."""
        values = line.values
        community, area, compound = self.where(line)
        source_id = f"{community.code}:{values['number']}"
        if knows(SOURCE, source_id):
            return "unchanged", []
        self._refuse(values)
        asked = Asked(
            area=area,
            compound=compound,
            category=values["category"],
            account="\n".join(filter(None, (values["subject"], values["facts"]))),
            happened_date=values["happened"] or values["came"],
            parties=[
                Person(side, values[f"{side}_name"], values[f"{side}_phone"], values[f"{side}_address"])
                for side in (Side.APPLICANT, Side.RESPONDENT)
            ],
            mediators=[self._mediator(community, values["mediator"])],
            origin=values["origin"] or Origin.APPLIED,
            channel=values["channel"] or Channel.COUNTER,
            scale=values["scale"] or codes.INDIVIDUAL,
            people=values["people"] or 2,
            place=values["place"],
            involved_unit=values["unit"],
            way=values["way"] or codes.PEOPLES_MEDIATION,
            on_paper=f"社区登记簿{values['number'].removesuffix('号')}号，{on(values['came'])}登记。",
            said_at=_begin_of(values["came"]),
            source=SOURCE,
            source_id=source_id,
        )
        register(asked, by=self.by)
        return "new", []

    def _refuse(self, values: dict[str, Any]) -> None:
        """What the page would not take either, and what has an end already: no verb records that it was so before."""
        if values["settled"]:
            raise Placeless("settled", "已有结果的不从表里登记", "留在纸质登记簿，从表中删去")
        if not values["told"]:
            raise Placeless("told", "没有告知双方", "先口头告知，再填“是”")
        if values["came"] > timezone.localdate():
            raise Placeless("came", "日期还没有到", "请核对")
        if values["happened"] and values["happened"] > values["came"]:
            raise Placeless("happened", "晚于登记日期", "请核对两个日期")

    def _mediator(self, community: Area, typed: str) -> User:
        if community.code not in self._near:
            self._near[community.code] = possible_mediators(community.code)
        near = self._near[community.code]
        if not typed:
            if self.by not in near:
                raise Placeless("mediator", "没有填写", "你不在这个社区或街道任职，请填调解员")
            return self.by
        found = [user for user in near if typed in (user.full_name, user.called, user.username)]
        if len(found) != 1:
            problem = "有同名的人" if found else "这个社区和街道没有这位能登记事项的工作人员"
            raise Placeless("mediator", problem, "请填账号" if found else "请核对姓名，或者先登记任职")
        return found[0]


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
