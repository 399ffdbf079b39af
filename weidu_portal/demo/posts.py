"""People on posts, invented: about nine places of ten are filled, so that vacancies can be seen; and posts on their way.

Accounts made here have no password: nobody signs in with them. Office phones are 0374-0000 and three digits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from grids.levels import Level
from grids.models import (
    Area,
    Building,
    Compound,
    Entrance,
    Handover,
    Nominee,
    Organization,
    Post,
    Posting,
    Selection,
)
from grids.vacancies import figures, totals
from weidu_portal.demo import names
from weidu_portal.demo.people import BEIDA, DISTRICT, IN_OFFICE_SINCE, XINCUN

FILLED = 0.9
PREFIX = "sf"  # 示范: user names of the accounts made here
_CHOSEN_LATER = "entrance_leader"
_TITLES = {
    "grid_chief": "网格长", "grid_party_secretary": "书记", "grid_first_secretary": "第一书记", "grid_worker": "网格员",
    "community_first_secretary": "第一书记", "police": "警官", "prosecutor": "检察官", "judge": "法官", "lawyer": "律师",
    "team_leader": "专班长", "rural_team_leader": "专班长", "estate_leader": "小区长", "courtyard_leader": "庭院长",
    "building_leader": "楼长", "entrance_leader": "单元长", "group_leader": "组长", "centre_household": "师傅",
    "volunteer": "同志", "unit_head": "主任",
}  # fmt: skip
# One person serves several communities of a street in these, as the district's account has it.
_SHARED = {"prosecutor", "judge", "lawyer"}


@dataclass
class Crowd:
    """The accounts and postings to be; one hash that fits no password for all."""

    rng: Random
    posts: dict[str, Post]
    unusable: str = field(default_factory=lambda: make_password(None))
    users: list[User] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def person(self, post: str, place: str) -> User:
        """Somebody new, called by the post."""
        name = names.person(self.rng)
        user = User(
            username=f"{PREFIX}{len(self.users) + 1:05d}",
            full_name=name,
            title=f"{name[0]}{_TITLES[post]}",
            unit_name=f"{place}（示范）"[:60],
            password=self.unusable,
            must_change_password=True,
        )
        self.users.append(user)
        return user

    def put(self, user: User, post: str, **place) -> None:
        """On a post, in office since long; public posts have an office phone."""
        phone = f"0374-0000{len(self.postings) % 1000:03d}" if self.posts[post].is_public else ""
        self.postings.append(
            Posting(user=user, post=self.posts[post], valid_from=IN_OFFICE_SINCE, office_phone=phone, **place)
        )

    def fill(self, post: str, places: Iterable, *, at: str) -> None:
        """Nine of ten `places`, each with a person of its own; `at` is the column of the posting they go to."""
        for place in places:
            if self.rng.random() < FILLED:
                self.put(self.person(post, str(place)), post, **{at: place})

    def save(self) -> None:
        """Write everybody at once."""
        User.objects.bulk_create(self.users, batch_size=1000)
        Posting.objects.bulk_create(self.postings, batch_size=1000)


def add(rng: Random, *, thin: int = 1, at: datetime) -> int:
    """Fill the posts (of one grid in `thin`) and set some on their way; returns how many postings there are new."""
    if User.objects.filter(username__startswith=PREFIX).exists():
        return 0
    crowd = Crowd(rng, {post.code: post for post in Post.objects.all()})
    _grids(crowd, thin)
    _communities(crowd, thin)
    _compounds(crowd)
    crowd.save()
    _on_leave(at)
    _handing_over(at)
    _choosing(rng, at)
    return len(crowd.postings)


def share_filled() -> float:
    """Percent of the places with a fixed number of people that somebody holds, district-wide."""
    lines = totals(figures(DISTRICT, by=Level.DISTRICT).values())
    return round(100 * sum(line.serving for line in lines) / max(1, sum(line.ought for line in lines)), 1)


def _grids(crowd: Crowd, thin: int) -> None:
    """A chief, a party secretary (every other time the same person), a cadre as first secretary, a worker."""
    staffed = set(Posting.objects.filter(post__code="grid_worker").values_list("area_id", flat=True))
    grids = list(Area.objects.in_service().on(Level.GRID).order_by("code"))[::thin]
    for grid in grids:
        chief = None
        if crowd.rng.random() < FILLED:
            chief = crowd.person("grid_chief", grid.full_name)
            crowd.put(chief, "grid_chief", area=grid)
        if crowd.rng.random() < FILLED:
            same = chief if crowd.rng.random() < 0.5 else None
            crowd.put(same or crowd.person("grid_party_secretary", grid.full_name), "grid_party_secretary", area=grid)
    crowd.fill("grid_first_secretary", grids, at="area")
    crowd.fill("grid_worker", [grid for grid in grids if grid.pk not in staffed], at="area")
    crowd.fill("volunteer", grids[::3], at="area")


def _communities(crowd: Crowd, thin: int) -> None:
    communities = list(Area.objects.in_service().on(Level.COMMUNITY).order_by("code"))[::thin]
    crowd.fill("police", communities, at="area")
    for post in sorted(_SHARED):
        _shared(crowd, post, communities)
    crowd.fill("team_leader", [area for area in communities if area.kind != "rural"], at="area")
    crowd.fill("rural_team_leader", [area for area in communities if area.kind == "rural"], at="area")
    _unit_heads(crowd, communities)


def _shared(crowd: Crowd, post: str, communities: list[Area]) -> None:
    people: dict[str, User] = {}
    for area in communities:
        if crowd.rng.random() < FILLED:
            street = area.code[:9]
            if street not in people:
                people[street] = crowd.person(post, area.full_name)
            crowd.put(people[street], post, area=area)


def _unit_heads(crowd: Crowd, communities: list[Area]) -> None:
    """The heads of the 48 units as first secretaries of the communities, one or two each."""
    kinds = (Organization.Kind.DISTRICT_OFFICE, Organization.Kind.DEPARTMENT)
    units = list(Organization.objects.active().filter(kind__in=kinds).order_by("order", "code")[:48])
    headed = set(Posting.objects.filter(post__code="unit_head").values_list("unit_id", flat=True))
    heads = [(unit, crowd.person("unit_head", unit.name)) for unit in units]
    for unit, head in heads:
        if unit.pk not in headed and unit.kind == Organization.Kind.DEPARTMENT:
            crowd.put(head, "unit_head", unit=unit)
    for number, area in enumerate(communities):
        if crowd.rng.random() < FILLED:
            crowd.put(heads[number % len(heads)][1], "community_first_secretary", area=area)


def _compounds(crowd: Crowd) -> None:
    """Leaders of compounds, buildings and entrances; those of the entrances of 新村社区 are being chosen."""
    there = list(Compound.objects.in_use().filter(demonstration=True).order_by("pk"))
    by_kind = {"estate": "estate_leader", "work_unit": "courtyard_leader", "courtyard": "courtyard_leader"}
    for compound in there:
        crowd.fill(by_kind.get(compound.kind, "group_leader"), [compound], at="compound")
        if compound.kind == "group":
            crowd.fill("centre_household", [compound], at="compound")
    for building in Building.objects.filter(compound__in=there).select_related("compound").order_by("pk"):
        if crowd.rng.random() < FILLED:
            place = {"compound": building.compound, "building": building}
            crowd.put(crowd.person("building_leader", building.compound.name), "building_leader", **place)
    for entrance in _entrances(there):
        if crowd.rng.random() < FILLED:
            building = entrance.building
            place = {"compound": building.compound, "building": building, "entrance": entrance}
            crowd.put(crowd.person(_CHOSEN_LATER, building.compound.name), _CHOSEN_LATER, **place)


def _entrances(compounds: list[Compound]) -> Iterator[Entrance]:
    rows = Entrance.objects.filter(building__compound__in=compounds).select_related("building__compound")
    yield from rows.exclude(building__compound__community=XINCUN).order_by("pk")


def _on_leave(at: datetime) -> None:
    """Grid workers of 北大街道 away these days: some with a stand-in of the next grid, some without."""
    today = timezone.localdate(at)
    rows = Posting.objects.filter(post__code="grid_worker", area__code__startswith=BEIDA)
    away = {f"{XINCUN}001": f"{XINCUN}002", f"{XINCUN}005": None, f"{BEIDA}002001": f"{BEIDA}002002"}
    for grid, neighbour in away.items():
        stand_in = rows.filter(area=neighbour).values_list("user_id", flat=True).first() if neighbour else None
        rows.filter(area=grid).update(leave_from=today, leave_to=today + timedelta(days=4), stand_in=stand_in)


def _handing_over(at: datetime) -> None:
    """The grid beside wang's passes to wang, who has not confirmed yet."""
    posting = Posting.objects.filter(post__code="grid_worker", area=f"{XINCUN}004").first()
    if posting is None:
        return
    chen, wang = User.objects.get(username="chen"), User.objects.get(username="wang")
    Handover.objects.create(
        posting=posting,
        successor=wang,
        last_date=timezone.localdate(at) + timedelta(days=5),
        reason="调到其他社区工作",
        note="两户独居老人每周三上门，电梯维修的回复还没有告知居民。",
        ordered_at=at - timedelta(days=1),
        ordered_by=chen,
    )


def _choosing(rng: Random, at: datetime) -> None:
    """Unit leaders of 新村社区: a name for every entrance, published."""
    entrances = list(
        Entrance.objects.filter(building__compound__community=XINCUN)
        .select_related("building__compound")
        .order_by("building__compound", "building__number", "number")
    )
    if not entrances:
        return
    today, chen = timezone.localdate(at), User.objects.get(username="chen")
    selection = Selection.objects.create(
        area_id=XINCUN,
        post=Post.objects.get(code=_CHOSEN_LATER),
        step=Selection.Step.PUBLISHED,
        opened_at=at - timedelta(days=12),
        opened_by=chen,
        published_from=today - timedelta(days=2),
        published_to=today + timedelta(days=5),
        contact_phone="0374-0000003",
    )
    Nominee.objects.bulk_create(_nominees(rng, selection, entrances))


def _nominees(rng: Random, selection: Selection, entrances: list[Entrance]) -> list[Nominee]:
    return [
        Nominee(
            selection=selection,
            compound=entrance.building.compound,
            building=entrance.building,
            entrance=entrance,
            name=names.person(rng),
            phone=f"199001{number:05d}",
            occupation=rng.choice(("退休职工", "个体经营", "社区志愿者", "退休教师", "在职职工")),
            way=rng.choice(list(Nominee.Way)),
        )
        for number, entrance in enumerate(entrances, start=1)
    ]
