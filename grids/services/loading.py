"""Rows of sheets as verbs of the ground: each finds what it is about by natural key and adds it, changes it, or leaves it.

Empty values say nothing. Every function returns what it did (new, changed, unchanged) and the columns that changed.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from accounts import services as accounts
from accounts.models import User, index_of_phone
from common.errors import DomainError
from grids.finding import Placeless
from grids.models import Area, Building, Compound, Entrance, Organization, Post, Posting
from grids.reach import Scope
from grids.services import organizations, places, postings
from grids.services.postings import Place

Done = tuple[str, list[str]]
_COMPOUND = ("kind", "setting", "address", "aliases", "year_built", "is_old", "management")
_ORGANIZATION = ("name", "secretary", "phone", "address", "takes_cases")


def load_compound(
    community: Area, area: Area | None, row: dict[str, Any], *, by: User
) -> tuple[Compound, str, list[str]]:
    """The compound of this name in the community, with the columns of `row`; `area` is its grid where one is named."""
    facts = {name: row[name] for name in _COMPOUND if row[name] not in ("", None)}
    if row["company"]:
        facts["property_company"] = _company(row["company"])
    found = Compound.objects.in_use().filter(community=community.code, name=row["name"]).select_related("area").first()
    if found is None:
        place = area or community
        return places.open_compound(place, name=row["name"], kind=facts.pop("kind"), by=by, **facts), "new", []
    if area is not None:
        facts["area"] = area
    changes = {name: value for name, value in facts.items() if getattr(found, name) != value}
    if not changes:
        return found, "unchanged", []
    return found, "changed", places.change_compound(found, changes, by=by)


def _company(name: str) -> Organization:
    found = Organization.objects.active().filter(kind=Organization.Kind.PROPERTY, name=name).first()
    if found is None:
        raise Placeless("company", "没有登记这家物业公司", "先在组织和单位里登记，或者核对名称")
    return found


def load_building(compound: Compound, grid: Area | None, row: dict[str, Any], *, by: User) -> Done:
    """The building of this number in the compound, with name, floors, lift and number of entrances."""
    found = Building.objects.filter(compound=compound, number=row["number"], valid_to__isnull=True).first()
    if found is None:
        (made,) = places.add_buildings(
            compound,
            [row["number"]],
            entrances=row["entrances"] or 0,
            area=grid,
            floors=row["floors"],
            has_lift=bool(row["has_lift"]),
            by=by,
        )
        if row["building_name"]:
            places.change_building(made, {"name": row["building_name"]}, by=by)
        return "new", []
    named = {"name": row["building_name"], "floors": row["floors"], "has_lift": row["has_lift"], "area": grid}
    changes = {
        name: value for name, value in named.items() if value not in ("", None) and getattr(found, name) != value
    }
    standing = Entrance.objects.filter(building=found, valid_to__isnull=True).count()
    entrances = row["entrances"] if row["entrances"] not in (None, standing) else None
    if not changes and entrances is None:
        return "unchanged", []
    places.change_building(found, changes, entrances=entrances, by=by)
    return "changed", [*changes, *(["entrances"] if entrances is not None else [])]


def load_organization(area: Area | None, row: dict[str, Any], scope: Scope, *, by: User) -> Done:
    """The body of this code, else of this name and kind in the area."""
    facts = {name: row[name] for name in _ORGANIZATION if row[name] not in ("", None)}
    found = _organization(area, row)
    if found is None:
        organizations.add_organization(kind=row["kind"], area=area, code=row["code"], by=by, **facts)
        return "new", []
    if not scope.covers(found.area_id or "411002"):
        raise Placeless("code", "不在你负责的范围", "只能导入自己负责的区域，请从表中删去")
    if found.kind != row["kind"]:
        raise Placeless("kind", "与登记的类别不同", f"已登记为{found.get_kind_display()}，类别不能改")
    if area is not None:
        facts["area"] = area
    changes = {name: value for name, value in facts.items() if getattr(found, name) != value}
    return ("changed", organizations.change_organization(found, changes, by=by)) if changes else ("unchanged", [])


def _organization(area: Area | None, row: dict[str, Any]) -> Organization | None:
    if row["code"]:
        return Organization.objects.filter(code=row["code"]).first()
    return Organization.objects.active().filter(name=row["name"], kind=row["kind"], area=area).first()


def seat_of(row: dict[str, Any], area: Area | None, compound: Compound | None) -> Place:
    """The place a row of postings names. Placeless where building, entrance or unit is not there."""
    if compound is not None:
        return _within(compound, row)
    if row["organization"]:
        unit = Organization.objects.active().filter(name=row["organization"]).first()
        if unit is None:
            raise Placeless("organization", "没有登记这个单位", "请用登记的全称")
        return Place(area=area, unit=unit)
    if area is None:
        raise Placeless("street", "没有填写地方", "填街道、社区、网格、小区或者单位")
    return Place(area=area)


def _within(compound: Compound, row: dict[str, Any]) -> Place:
    if row["building"] is None:
        return Place(compound=compound)
    building = Building.objects.filter(compound=compound, number=row["building"], valid_to__isnull=True).first()
    if building is None:
        raise Placeless("building", "没有登记这栋楼", "核对楼号，或者先导入小区和楼栋")
    if row["unit"] is None:
        return Place(compound=compound, building=building)
    entrance = Entrance.objects.filter(building=building, number=row["unit"], valid_to__isnull=True).first()
    if entrance is None:
        raise Placeless("unit", "没有登记这个单元", "核对单元，或者先导入小区和楼栋")
    return Place(compound=compound, building=building, entrance=entrance)


def load_posting(
    place: Place, row: dict[str, Any], *, allows: Callable[[Post, Place], bool], trying: bool, by: User
) -> Done:
    """The posting of this person to this post on this place from this day; opens the account where there is none.

    `allows` says whether the importer may fill this post there; nobody loads a post of one's own. `trying` leaves out
    the one-time password, which takes a third of a second to hash: everything is taken back anyway.
    """
    post = Post.objects.filter(name=row["post"]).order_by("order").first()
    if post is None:
        raise Placeless("post", "没有这个岗位", "请用岗位的名称，如网格员、楼栋长")
    if not allows(post, place):
        raise Placeless("post", "这个岗位要由上级安排", "请从表中删去")
    user = _person(row) or _open_account(row, place, trying=trying, by=by)
    there = Posting.objects.filter(place.here(), user=user, post=post)
    same_day = there.filter(valid_from=row["valid_from"]) if row["valid_from"] else there.current()
    posting = same_day.first()
    if posting is None:
        if user.pk == by.pk:
            raise Placeless("name", "不能给自己安排岗位", "请由上级或同事来办")
        postings.appoint(
            user, post, place, valid_from=row["valid_from"] or timezone.localdate(),
            office_phone=row["office_phone"], hours=row["hours"], by=by,
        )  # fmt: skip
        return "new", []
    changes = {
        name: row[name] for name in ("office_phone", "hours") if row[name] and getattr(posting, name) != row[name]
    }
    if changes:
        Posting.objects.filter(pk=posting.pk).update(**changes)
    return ("changed", list(changes)) if changes else ("unchanged", [])


def _person(row: dict[str, Any]) -> User | None:
    found = None
    if row["username"]:
        found = User.objects.filter(username__iexact=row["username"]).first()
    elif not row["phone"]:
        raise Placeless("phone", "没有填写", "手机号和账号至少填一样")
    if found is None and row["phone"]:
        found = User.objects.filter(phone_index=index_of_phone(row["phone"])).first()
    if found is not None and found.full_name != row["name"]:
        raise Placeless("name", "与账号上的姓名不同", "核对手机号、账号和姓名")
    return found


def _open_account(row: dict[str, Any], place: Place, *, trying: bool, by: User) -> User:
    user = User(
        username=row["username"] or f"r{secrets.token_hex(4)}",
        full_name=row["name"],
        title=row["title"],
        unit_name=str(place.unit or "")[:60],
    )
    if trying:
        if row["phone"]:
            user.take_phone(row["phone"])
        user.set_unusable_password()
        user.save()
        return user
    try:
        accounts.open_account(user, phone=row["phone"], by=by)
    except DomainError as refusal:
        raise Placeless("phone", refusal.message, "核对手机号") from None
    return user
