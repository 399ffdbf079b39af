"""Demonstration accounts: invented people on every seat that demonstration cases pass. One shared password."""

from dataclasses import dataclass
from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import User
from audit.services import record
from grids.levels import Level
from grids.models import Area, Organization, Post, Posting
from weidu_portal.demo.places import STAFFED_STREETS

PASSWORD = "weidu-demo-2026"
# Every demonstration account is in this group, so that they are found, and found missing, at a glance.
GROUP = "示范账号"
IN_OFFICE_SINCE = date(2025, 1, 1)
DISTRICT, BEIDA, XINCUN = "411002", "411002005", "411002005003"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "建国丽娟志强秀英海燕文涛春梅永强晓东慧敏红霞振华雪梅俊峰玉兰立新"  # two characters each


@dataclass(frozen=True)
class Account:
    """One account to show: who it is and what to look at with it."""

    username: str
    full_name: str
    title: str
    post: str
    area: str = ""
    unit: str = ""
    shows: str = ""


CAST = (
    Account("wang", "王建新", "王网格员", "grid_worker", f"{XINCUN}003", shows="新村社区第三网格"),
    Account("chen", "陈立民", "陈书记", "community_secretary", XINCUN, shows="新村社区，审批"),
    Account("he", "何晓燕", "何专干", "community_worker", XINCUN, shows="新村社区，登记、分派"),
    Account("zhao", "赵国强", "赵主任", "street_director", BEIDA, shows="北大街道，审批"),
    Account("ma", "马丽娜", "马干事", "street_worker", BEIDA, shows="北大街道，导入12345"),
    Account("qian", "钱敏", "钱科长", "collector_head", DISTRICT, "zuzhibu", "区委组织部，研判"),
    Account("feng", "冯晓峰", "冯干事", "collector", DISTRICT, "zuzhibu", "区委组织部，经办"),
    Account("sun", "孙志远", "孙主任", "supervisor_head", DISTRICT, "quweiban", "区委办，交办和督办"),
    Account("tang", "唐颖", "唐干事", "supervisor", DISTRICT, "quweiban", "区委办，经办"),
    Account("li", "李文博", "李科长", "unit_head", unit="zhujian", shows="区住建局，承办交办事项"),
    Account("zhou", "周海涛", "周主任", "street_director", "411002008", shows="丁庄街道，看不到北大街道的事项"),
    Account("heping", "何平", "何师傅", "", shows="志愿者，认领微心愿"),
    Account("liuyang", "刘洋", "刘同志", "", shows="志愿者，和别人一起认领"),
    Account("xiaolan", "肖兰", "肖老师", "", shows="志愿者"),
    Account("guoliang", "郭亮", "郭同志", "", shows="刚报名的志愿者，等社区核对"),
    Account("clerk", "吴静", "吴干事", "", shows="没有岗位，什么都看不到"),
)
ADMINISTRATOR = Account("admin", "系统管理员", "管理员", "", shows="后台：账号、岗位、时限、放假安排，看不到居民信息")
AUDITOR = Account("auditor", "安全审计员", "审计员", "", shows="后台：只能看审计记录")


class Staff:
    """Who sits where: people by seat ("area:…", "unit:…"), the responsible head first."""

    def __init__(self, by_seat: dict[str, list[User]]):
        self.by_seat = by_seat

    @classmethod
    def load(cls) -> "Staff":
        """The demonstration accounts as they are posted."""
        rows = Posting.objects.filter(user__groups__name=GROUP).select_related("user", "post")
        by_seat: dict[str, list[User]] = {}
        for row in sorted(rows, key=lambda row: ("approve" not in row.post.grants, row.pk)):
            seat = f"unit:{row.unit_id}" if row.unit_id else f"area:{row.area_id}"
            by_seat.setdefault(seat, []).append(row.user)
        return cls(by_seat)

    def head(self, seat: str) -> User:
        """The person who answers for a seat."""
        return self.by_seat[seat][0]

    def worker(self, seat: str) -> User:
        """The person who does the work of a seat."""
        return self.by_seat[seat][-1]


@transaction.atomic
def open_accounts(rng: Random) -> int:
    """Create the accounts that are missing; returns how many. Existing ones are left as they are."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    wanted = {account.username: account for account in (*CAST, ADMINISTRATOR, AUDITOR, *_everyone_else(rng))}
    for taken in User.objects.filter(username__in=wanted).values_list("username", flat=True):
        del wanted[taken]
    # One hash for all: it is one password, and a hundred slow hashes would take half a minute.
    hashed = make_password(PASSWORD) if wanted else ""
    users = [_user(account, hashed) for account in wanted.values()]
    User.objects.bulk_create(users)
    group.user_set.add(*users)
    Posting.objects.bulk_create(_postings(users, wanted))
    for user in users:
        if user.username == AUDITOR.username:
            user.user_permissions.add(Permission.objects.get(codename="view_entry", content_type__app_label="audit"))
        record("account.opened", subject=("accounts.user", user.pk), by=None)
    return len(users)


def _user(account: Account, hashed: str) -> User:
    return User(
        username=account.username,
        full_name=account.full_name,
        title=account.title,
        unit_name=f"{account.shows.split('，')[0]}（示范）"[:60],
        password=hashed,
        must_change_password=False,
        is_staff=account in (ADMINISTRATOR, AUDITOR),
        is_superuser=account is ADMINISTRATOR,
    )


def _postings(users: list[User], accounts: dict[str, Account]) -> list[Posting]:
    posts = {post.code: post for post in Post.objects.all()}
    units = {unit.code: unit for unit in Organization.objects.all()}
    rows = []
    for user in users:
        account = accounts[user.username]
        if account.post:
            rows.append(
                Posting(
                    user=user,
                    post=posts[account.post],
                    area_id=account.area or None,
                    unit=units.get(account.unit),
                    valid_from=IN_OFFICE_SINCE,
                )
            )
    return rows


def _everyone_else(rng: Random) -> list[Account]:
    """A director for every street, a secretary for every community, grid workers, and a worker for every unit."""
    posted = {account.area for account in CAST}
    found = [
        _invented(rng, f"{_PREFIX[area.level]}{area.code[6:]}", _POST[area.level], area.full_name, area=area.code)
        for area in Area.objects.in_service().exclude(level=Level.DISTRICT).order_by("code")
        if area.code not in posted and _is_staffed(area)
    ]
    for unit in Organization.objects.filter(takes_cases=True).order_by("order"):
        found.append(_invented(rng, unit.code, ("unit_worker", "经理"), unit.name, unit=unit.code))
    return found


_PREFIX = {Level.GRID: "wg", Level.COMMUNITY: "sq", Level.STREET: "jd"}
_POST = {
    Level.GRID: ("grid_worker", "网格员"),
    Level.COMMUNITY: ("community_secretary", "书记"),
    Level.STREET: ("street_director", "主任"),
}


def _is_staffed(area: Area) -> bool:
    return area.level != Level.GRID or area.code.startswith(STAFFED_STREETS) or area.code.endswith("001")


def _invented(
    rng: Random, username: str, post: tuple[str, str], shows: str, *, area: str = "", unit: str = ""
) -> Account:
    surname, given = rng.choice(SURNAMES), 2 * rng.randrange(len(_GIVEN) // 2)
    code, called = post
    if code == "unit_worker" and not shows.endswith("公司"):
        called = "科员"
    return Account(username, surname + _GIVEN[given : given + 2], f"{surname}{called}", code, area, unit, shows)
