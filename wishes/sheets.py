"""The sheet of micro-wishes: what a community collected on paper, by phone or in a box. All of it or nothing."""

import hashlib
from typing import Any

from cases.states import Channel
from grids.permissions import Ability
from grids.sheets import TriedSheet
from jobs.cells import Mobile, OneOf, Words, YesNo
from jobs.imports import Column, Line
from wishes.services.intake import NEEDS_GUARDIAN, Asked, find_wish, submit
from wishes.states import ForWhom, Kind

SOURCE = "sheet"
_CHANNELS = {c.value: c.label for c in (Channel.VISIT, Channel.PHONE, Channel.COUNTER, Channel.GROUP)}


class WishSheet(TriedSheet):
    """A row a wish; it then waits for review like any other."""

    code = "wishes"
    title = "微心愿"
    counted = "个"
    ability = Ability.WISHES
    subject, key_column = "wishes", "text"
    key = "填了原编号按原编号认，否则按社区、手机号和心愿认"
    notes = (
        "一个心愿一行，写入后进入待审核，公开的话在审核时再写。",
        "孩子的心愿须由监护人同意，监护人同意一列填“是”，不写孩子姓名和学校。",
        "不收现金、不转账；手机号用来告知进展，认领人认领后才看得到。",
    )
    columns = (
        Column("original", "原编号", Words(40, required=False), "登记簿上的编号，可以不填", "2026-017"),
        Column("kind", "类型", OneOf(dict(Kind.choices)), "", "实物"),
        Column("for_whom", "替谁提", OneOf(dict(ForWhom.choices), required=False), "空着按自己", "自己"),
        Column("consents", "监护人同意", YesNo(required=False), "孩子的心愿必填", ""),
        Column("street", "街道", Words(40, required=False), "同名的社区很多，最好填", "北大街道", ("所属街道",)),
        Column("community", "社区", Words(40), "", "新村社区", ("所属社区",)),
        Column("grid", "网格", Words(20, required=False), "不清楚的不填", "第三网格", ("所属网格",)),
        Column("place", "住址", Words(120, required=False), "小区和门牌", "", (), "address"),
        Column("name", "称呼", Words(30, required=False), "", "刘阿姨", ("姓名", "心愿人"), "name"),
        Column("phone", "手机号", Mobile(), "", "13800000000", ("联系电话",), "phone"),
        Column("channel", "来源", OneOf(_CHANNELS, required=False), "空着按入户走访", "入户走访"),
        Column("text", "心愿", Words(1000), "原话", "想要一副老花镜", ("心愿内容", "内容")),
    )

    def identity(self, line: Line) -> tuple[Any, ...]:
        """The register's own number, else who wishes what where."""
        values = line.values
        if values["original"]:
            return (values["street"], values["community"], values["original"])
        return tuple(values[name] for name in ("street", "community", "phone", "text"))

    def said(self, line: Line) -> str:
        """Kind and place; nobody's name."""
        return f"{line.values['community']}{Kind(line.values['kind']).label}心愿"

    def apply(self, line: Line) -> tuple[str, list[str]]:
        """Take the wish in; one that came before is left as it is."""
        values = line.values
        community = self.places.community(values["street"], values["community"])
        area = self.places.grid(community, values["grid"]) if values["grid"] else community
        self.own(area, "grid" if values["grid"] else "community")
        if values["for_whom"] == ForWhom.CHILD and not values["consents"]:
            self.complain(line, "consents", NEEDS_GUARDIAN.rstrip("。"), "监护人同意后填“是”，否则请删去")
            return "unchanged", []
        asked = Asked(
            kind=values["kind"],
            area=area,
            text=values["text"],
            channel=values["channel"] or Channel.VISIT,
            for_whom=values["for_whom"] or ForWhom.SELF,
            guardian_consents=bool(values["consents"]),
            place=values["place"],
            name=values["name"],
            phone=values["phone"],
            source=SOURCE,
            source_id=_source_id(community.code, values),
        )
        if find_wish(asked):
            return "unchanged", []
        submit(asked, by=self.by)
        return "new", []


def _source_id(community: str, values: dict[str, Any]) -> str:
    """The same row again has the same id; nothing can be read back out of it."""
    if values["original"]:
        return f"{community}:{values['original']}"
    digest = hashlib.sha256("\n".join((values["phone"], values["text"])).encode()).hexdigest()
    return f"{community}:{digest[:40]}"
