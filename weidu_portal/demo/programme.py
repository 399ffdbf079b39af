"""Which stories are told, how many, and how long ago each began. Together they fill every list of the portal."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from cases.states import Channel
from grids.levels import Level
from weidu_portal.demo import account, story, texts
from weidu_portal.demo.people import XINCUN
from weidu_portal.demo.places import BEIDA
from weidu_portal.demo.teller import Plan, Story, Teller

# story, how many, began at least and at most so many working days ago, only in 北大街道
COURSES: tuple[tuple[Callable, int, int, int, bool], ...] = (
    (story.in_the_grid, 56, 0, 26, False),
    (story.in_the_grid, 14, 0, 1, True),
    (story.in_the_community, 26, 1, 26, False),
    (story.in_the_community, 10, 0, 3, True),
    (story.by_time, 16, 1, 24, False),
    (story.in_the_street, 14, 3, 26, False),
    (story.in_the_street, 12, 0, 6, True),
    (story.in_the_district, 9, 14, 27, False),
    (story.in_the_district, 11, 2, 11, True),
    (story.left_with_a_unit, 5, 9, 13, True),
    (story.left_alone, 4, 10, 20, False),
    (story.left_alone, 10, 0, 6, True),
    (story.stays_with(Level.STREET), 5, 2, 5, True),
    (story.suspended, 8, 3, 26, False),
    (story.refused, 5, 2, 24, False),
    (story.merged, 6, 0, 22, True),
    (story.shared, 9, 1, 22, False),
    (story.withdrawn, 6, 1, 24, False),
    (story.disputed("reopen"), 5, 1, 20, False),
    (story.disputed("explain"), 4, 2, 20, False),
    (story.disputed("lapse"), 3, 4, 16, False),
    (story.disputed("reopen"), 4, 0, 1, True),
    (story.sent_back, 6, 1, 20, True),
)
_FOR_THE_HARD = (story.in_the_street, story.in_the_district, story.left_with_a_unit, story.left_alone, story.suspended)
# What no street and no department would be asked for.
_SMALL = {
    "light-stair", "sanitation-pile", "sanitation-rubbish", "neighbour-noise", "neighbour-space", "livelihood-elder",
    "property-owners", "other",
}  # fmt: skip
# What the pictures of the design show, in 北大街道: category, community, spot, building, story, working days ago.
SHOWN = (
    ("leak-basement", XINCUN, "第一食品厂家属院", 3, story.stays_with(Level.STREET), 3),
    ("road-flood", f"{BEIDA}004", "六一路涵洞", 0, story.stays_with(Level.STREET), 11),
    ("road-flood", f"{BEIDA}006", "许由路北段", 0, story.stays_with(Level.STREET), 10),
    ("sanitation-smoke", f"{BEIDA}001", "八一路中段", 0, story.by_time, 3),
    ("property-gate", f"{BEIDA}002", "西湖花园", 5, story.stays_with(Level.STREET), 4),
    ("gas-connect", XINCUN, "安装公司家属院", 1, story.in_the_district, 7),
    ("fire-passage", f"{BEIDA}005", "玉皇阁巷12号院", 2, story.in_the_street, 1),
    ("parking-charger", f"{BEIDA}006", "纺织厂家属院", 4, story.stays_with(Level.STREET), 3),
    ("leak-sewer", XINCUN, "市政家属院", 2, story.stays_with(Level.STREET), 4),
    ("space-square", f"{BEIDA}001", "八一游园", 0, story.in_the_community, 4),
    ("neighbour-noise", XINCUN, "市政家属院", 6, story.stays_with(Level.COMMUNITY), 5),
    ("sanitation-plot", XINCUN, "市政家属院", 1, story.stays_with(Level.COMMUNITY), 2),
    ("light-street", XINCUN, "新村南街", 0, story.stays_with(Level.GRID), 0),
)


def add_all(tell: Teller, *, thin: int = 1) -> None:
    """Give the stories of the programme to the teller; of each kind one in `thin`, and at least one."""
    for number, (course, count, newest, oldest, only_beida) in enumerate(COURSES):
        for copy in range(0, count, thin):
            hard = course in _FOR_THE_HARD
            drafted = plan(tell, f"{number}-{copy}", newest, oldest, only_beida=only_beida, hard=hard)
            tell.add(drafted.key, course(tell, drafted))
    for course, told in account.plans(tell):
        tell.add(told.key, course(tell, told))
    for number, row in list(enumerate(SHOWN))[::thin]:
        tell.add(f"shown-{number}", _shown(tell, f"shown-{number}", *row))
    for course, plans in (
        (story.at_its_level, _hotline),
        (story.routed, _without_a_grid),
        (story.at_its_level, _complaints),
    ):
        for drafted in list(plans(tell))[::thin]:
            tell.add(drafted.key, course(tell, drafted))
    # Only while something is told: a second run finds nothing to tell.
    if not tell.is_over:
        _add_the_weeks(tell)


def _add_the_weeks(tell: Teller) -> None:
    """What the district does whatever the cases: ledgers at the end of a week, and the next meeting."""
    for days in (21, 16, 11, 6):
        tell.add(f"week-{days}", story.week_ends(tell, tell.moments.at_office(days)))
    tell.add("meeting-ahead", account.meeting_ahead(tell))


def plan(tell: Teller, key: str, newest: int, oldest: int, *, only_beida: bool = False, hard: bool = False) -> Plan:
    """An invented request that began between `newest` and `oldest` working days ago; `hard` leaves small matters out."""
    rng = tell.rng
    matter = rng.choice([row for row in texts.MATTERS if not (hard and row.category in _SMALL)])
    grid = rng.choice(tell.map.beida) if only_beida else tell.map.pick()
    place = tell.map.spot_in(grid, indoors=matter.indoors)
    drafted = _worded(tell, key, matter, place.spot, rng.randrange(1, 9), area=grid)
    days, by_hand = rng.randrange(newest, oldest + 1), rng.random()
    if by_hand < 0.3:
        channel = rng.choice((Channel.VISIT, Channel.PHONE, Channel.GROUP))
        return replace(
            drafted, channel=channel, by=tell.staff.worker(f"area:{grid.code}"), at=tell.moments.at_office(days)
        )
    return replace(drafted, at=tell.moments.at_home(days))


def _worded(tell: Teller, key: str, matter: texts.Matter, spot: str, building: int, *, area) -> Plan:
    rng = tell.rng
    filled = {"spot": spot, "bld": building, "unit": rng.choice("一二三"), "days": rng.randrange(2, 21)}
    words = rng.choice(texts.OPENINGS) + rng.choice(matter.texts).format(**filled) + rng.choice(texts.CLOSINGS)
    at_building = f"{spot}{building}号楼" if matter.indoors and building else spot
    title = matter.title.format(**filled)
    return Plan(key, tell.now, matter, area, at_building, words, title)


def _shown(tell: Teller, key: str, category: str, community: str, spot: str, building: int, course, days: int) -> Story:
    matter = next(row for row in texts.MATTERS if row.category == category)
    drafted = _worded(tell, key, matter, spot, building, area=tell.map.by_code[f"{community}003"])
    return course(tell, replace(drafted, at=tell.moments.at_office(days)))


def _hotline(tell: Teller) -> Iterator[Plan]:
    """12345 sheets that the street's office registers at the community, with the hotline's own deadline."""
    street = tell.staff.worker(f"area:{BEIDA}")
    for copy in range(18):
        drafted = plan(tell, f"hotline-{copy}", 0, 18, only_beida=True)
        at = tell.moments.at_office(tell.rng.randrange(19))
        yield replace(
            drafted,
            at=at,
            by=street,
            channel=Channel.HOTLINE,
            area=tell.map.by_code[drafted.area.code[:12]],
            external_number=f"12345-{at:%y%m%d}{copy:04d}",
            external_due_at=tell.moments.worked(at, 52, 60),
        )


def _without_a_grid(tell: Teller) -> Iterator[Plan]:
    """Requests whose writer did not know the grid: the community's triage."""
    for copy in range(8):
        drafted = plan(tell, f"triage-{copy}", 0, 16)
        yield replace(drafted, area=tell.map.by_code[drafted.area.code[:12]], by=None, channel=Channel.WEB)


def _complaints(tell: Teller) -> Iterator[Plan]:
    """Complaints about a post holder, received at the street's counter: the level above handles, the person sees nothing."""
    wang = tell.staff.worker(f"area:{XINCUN}003")
    street = tell.staff.worker(f"area:{BEIDA}")
    matter = next(row for row in texts.MATTERS if row.category == "other")
    about = replace(matter, title="反映网格服务态度", reply=_COMPLAINT[1], done=_COMPLAINT[2])
    for copy, days in enumerate((0, 9)):
        drafted = _worded(tell, f"about-{copy}", about, "市政家属院", 2, area=tell.map.by_code[f"{XINCUN}003"])
        at = tell.moments.at_office(days)
        yield replace(drafted, text=_COMPLAINT[0], at=at, by=street, channel=Channel.COUNTER, about=wang)


_COMPLAINT = (
    "打了两次网格员电话没人接，上门反映时说话不耐烦，希望改进。",
    "社区书记已约您当面说明情况，时间由您定。",
    "已当面了解情况并说明，网格服务电话重新张贴，安排了替岗人员。",
)
