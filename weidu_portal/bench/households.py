"""How fast a household is found among a million, by each kind of query, district-wide and within a community or grid."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from grids.levels import Level
from grids.models import Area, Post
from grids.permissions import Ability
from households.models import Household
from households.pinyin import initials
from households.search import find
from households.terms import phone_index
from weidu_portal.bench import crowd

PER_COMPOUND, COMPOUNDS_PER_GRID, HOUSEHOLDS = 464, 4, 1_000_000
PER_KIND, SEED = 60, 411002
TABLES = (
    "grids_compound", "grids_building", "grids_entrance", "grids_door", "households_household", "households_resident"
)  # fmt: skip
# Roughly as common as in Henan: the first letters of the list fill most places.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文解查单仇翟"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚",
    "桂英秀英建国建军秀兰玉兰玉梅桂兰秀珍凤英志强志刚国强国庆海涛海燕晓东晓燕小红小明红梅春梅春花爱华爱国卫东卫国文博文静"
    "子轩子涵浩然雨涵梓涵欣怡诗涵玉芳玉华玉珍淑珍淑英淑兰金花金凤银花彩霞彩云云飞云霞德明德福长江长河永强永军新民新华立民"
    "立新保国保华振华振兴家豪家伟俊杰俊峰宏伟宏亮宇航宇轩佳怡佳琪思雨思远天佑天宇明月明辉雪梅雪莲素珍素云",
)
_ROADS = (
    "健康路", "文峰路", "七一路", "八一路", "建设路", "劳动路", "南关大街", "北大街", "西大街", "许由路", "颍昌路", "前进路",
    "新兴路", "延安路", "光明路", "解放路",
)  # fmt: skip
_OWNERS = (
    "第一食品厂", "第二机床厂", "市政", "粮食局", "烟草公司", "纺织厂", "发制品厂", "供销社", "汽修厂", "电力公司", "铁路",
    "邮电局", "师专", "中医院", "继电器厂", "翠章", "春秋", "莲城", "曹魏", "天宝", "瑞贝卡", "阳光", "金色", "福苑", "锦绣",
    "和谐", "东方", "亚龙", "九龙", "华佗", "灞陵",
)  # fmt: skip
_KINDS = ("家属院", "小区", "花园", "庭院")

_COMPOUNDS = """
INSERT INTO grids_compound (id, area_id, name, aliases, kind, setting, address, is_old, management, demonstration, valid_from)
SELECT 5000000 + n, code, roads[1 + n %% 16] || owners[1 + n / 16 %% 31] || kinds[1 + n / 7 %% 4] || n / 496 + 1 || '区',
       '', 'estate', 'urban', '', false, 'none', true, current_date
FROM (SELECT (row_number() OVER (ORDER BY code, place) - 1)::int AS n, code
      FROM grids_area CROSS JOIN generate_series(1, %(each)s) AS place WHERE level = 1) AS spread,
     (SELECT %(roads)s::text[] AS roads, %(owners)s::text[] AS owners, %(kinds)s::text[] AS kinds) AS words
"""
# Every fifth compound is high, every ninth a courtyard of doors with a number alone; the others have six floors.
_DOORS = """
CREATE TEMP TABLE bench_door AS
SELECT n, compound_id, area_id, building_no, unit_no, room, nullif(regexp_replace(room, '[^0-9]', '', 'g'), '')::int AS place
FROM (
    SELECT n, compound.id AS compound_id, compound.area_id,
           CASE WHEN sort = 'yard' THEN NULL WHEN sort = 'high' THEN k / 96 + 1 ELSE k / 48 + 1 END AS building_no,
           CASE WHEN sort = 'yard' THEN NULL WHEN sort = 'high' THEN k %% 96 / 48 + 1 ELSE k %% 48 / 12 + 1 END AS unit_no,
           CASE WHEN sort = 'yard' THEN (k + 1) || '号'
                WHEN sort = 'high' THEN (k %% 48 / 2 + 1) * 100 + k %% 2 + 1 || ''
                ELSE (k %% 12 / 2 + 1) * 100 + k %% 2 + 1 || '' END AS room
    FROM (SELECT n, n / %(per)s AS c, n %% %(per)s AS k FROM generate_series(0, %(last)s) AS n) AS numbered
    JOIN grids_compound AS compound ON compound.id = 5000000 + c,
         LATERAL (SELECT CASE WHEN c %% 9 = 8 THEN 'yard' WHEN c %% 5 = 4 THEN 'high' ELSE 'low' END AS sort) AS sorts
) AS laid;
INSERT INTO grids_building (id, compound_id, area_id, number, name, has_lift)
SELECT 5000000 + row_number() OVER (), compound_id, area_id, building_no, '', false
FROM (SELECT DISTINCT compound_id, area_id, building_no FROM bench_door WHERE building_no IS NOT NULL) AS one;
INSERT INTO grids_entrance (id, building_id, number)
SELECT 5000000 + row_number() OVER (), building.id, unit_no
FROM (SELECT DISTINCT compound_id, building_no, unit_no FROM bench_door WHERE unit_no IS NOT NULL) AS one
JOIN grids_building AS building ON building.compound_id = one.compound_id AND building.number = one.building_no;
INSERT INTO grids_door (id, compound_id, building_id, entrance_id, room, area_id, token, token_at)
SELECT 5000000 + n, door.compound_id, building.id, entrance.id, room, door.area_id, 'bench' || n, now()
FROM bench_door AS door
LEFT JOIN grids_building AS building ON building.compound_id = door.compound_id AND building.number = door.building_no
LEFT JOIN grids_entrance AS entrance ON entrance.building_id = building.id AND entrance.number = door.unit_no;
"""
# Two to four people behind a door, most of one surname; one in twenty households has moved out.
_HOUSEHOLDS = """
CREATE TEMP TABLE bench_people AS
SELECT n, (random() ^ 2.2 * %(surnames)s)::int %% %(surnames)s AS s, (random() ^ 2.2 * %(surnames)s)::int %% %(surnames)s AS t,
       (random() ^ 1.5 * %(given)s)::int %% %(given)s AS g, (random() ^ 1.5 * %(given)s)::int %% %(given)s AS h,
       (random() ^ 1.5 * %(given)s)::int %% %(given)s AS i, random() < 0.05 AS moved
FROM generate_series(0, %(last)s) AS n;
INSERT INTO households_household (
    id, uuid, door_id, area_id, compound_id, building_no, unit_no, room, room_order, address, kind, state, size, head_name,
    contact_name, contact_note, search, demonstration, moved_in_date, moved_out_date, created_at, updated_at)
SELECT 5000000 + n, gen_random_uuid(), 5000000 + n, door.area_id, door.compound_id, building_no, unit_no, room, place,
       compound.name || coalesce(building_no || '号楼', '') || coalesce(unit_no || '单元', '') || room,
       'resident', CASE WHEN moved THEN 'moved' ELSE 'living' END, 3, a.name, '', '',
       concat_ws(' ', a.name, b.name, c.name, compound.name, a.letters, b.letters, c.letters),
       true, '2020-01-01', CASE WHEN moved THEN current_date END, now(), now()
FROM bench_door AS door
JOIN bench_people AS people USING (n)
JOIN grids_compound AS compound ON compound.id = door.compound_id
JOIN bench_name AS a ON a.s = people.s AND a.g = people.g
JOIN bench_name AS b ON b.s = people.t AND b.g = people.h
JOIN bench_name AS c ON c.s = people.s AND c.g = people.i
ORDER BY n;
INSERT INTO households_resident (
    uuid, household_id, name, called, sex, relation, note, phone, phone_index, joined_date, left_reason)
SELECT gen_random_uuid(), id, head_name, '', 0, 'head', '', decode(repeat('00', 42), 'hex'), decode(md5(id::text), 'hex'),
       current_date, ''
FROM households_household WHERE id >= 5000000;
"""


@contextmanager
def a_million() -> Iterator[None]:
    """A million households over all grids, made by the database, with their doors; gone afterwards."""
    try:
        with _without_indexes():
            _fill()
        yield
    finally:
        crowd.run(f"TRUNCATE {', '.join(TABLES)} CASCADE")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Checks of references and indexes that no constraint needs are put aside while the tables are filled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname"
            " WHERE tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)",
            [list(TABLES)],
        )
        found = cursor.fetchall()
    for name, _ in found:
        crowd.run(f"DROP INDEX {name}")
    crowd.run("SET session_replication_role = replica")
    try:
        yield
    finally:
        crowd.run("RESET session_replication_role")
        crowd.run("SET maintenance_work_mem = '512MB'")
        for _, definition in found:
            crowd.run(definition)
        crowd.run("ALTER INDEX household_by_grams ALTER COLUMN 1 SET STATISTICS 300")
        for table in TABLES:
            crowd.run(f"VACUUM ANALYZE {table}")


def _given() -> list[str]:
    """Given names of two characters and of one, the common ones first."""
    ones, twos = _GIVEN
    return [twos[place : place + 2] for place in range(0, len(twos), 2)] + list(ones)


def _fill() -> None:
    crowd.run("SELECT setseed(0.411002)")
    crowd.run("CREATE TEMP TABLE bench_name (s int, g int, name text, letters text, PRIMARY KEY (s, g))")
    names = [(s, g, a + b) for s, a in enumerate(_SURNAMES) for g, b in enumerate(_given())]
    rows = [(s, g, name, " ".join(initials(name))) for s, g, name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_name SELECT * FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
    words = {"roads": list(_ROADS), "owners": list(_OWNERS), "kinds": list(_KINDS)}
    crowd.run(_COMPOUNDS, {"each": COMPOUNDS_PER_GRID} | words)
    sizes = {"per": PER_COMPOUND, "last": HOUSEHOLDS - 1, "surnames": len(_SURNAMES), "given": len(_given())}
    crowd.run(_DOORS, sizes)
    crowd.run(_HOUSEHOLDS, sizes)
    crowd.run("DROP TABLE bench_name, bench_door, bench_people")


def queries(within: str = "") -> dict[str, list[str]]:
    """What staff type, by kind: taken from households in the area, and common words that fit thousands."""
    chance = random.Random(SEED)
    rows = Household.objects.filter(area__code__startswith=within).select_related("compound").order_by("pk")
    first, last = rows.values_list("pk", flat=True)[0], rows.values_list("pk", flat=True).reverse()[0]
    picked = list(rows.filter(pk__in=[chance.randint(first, last) for _ in range(PER_KIND)]))
    found: dict[str, list[str]] = {
        kind: [] for kind in ("name", "two characters", "address", "door", "compound and door", "initials", "phone")
    }
    for number, row in enumerate(picked):
        name, compound = row.head_name.plain, row.compound.name
        door = "-".join(str(part) for part in (row.building_no, row.unit_no, row.room) if part is not None)
        found["name"].append(name)
        found["two characters"].append(name[-2:])
        found["address"].append(compound[number % 4 : number % 4 + 2 + number % 3])
        found["door"].append((door, row.door_name, door.replace("-", ""), door.replace("-", " "))[number % 4])
        found["compound and door"].append(f"{compound[3:7]}{' ' if number % 2 else ''}{row.door_name}")
        found["initials"].append(initials(name)[0])
        found["phone"].append(_give_phone(row, number))
    found["common"] = [
        "王",
        "李",
        "建国",
        "秀英",
        "3-2-501",
        "501",
        "lyf",
        "w",
        "王 建国",
        "家属院",
        "1号楼",
        "健康路 王",
        "99号楼",
    ]
    return found


def _give_phone(row: Household, number: int) -> str:
    """A number by which this household is found from now on."""
    phone = f"1380000{number:04d}"
    row.residents.update(phone_index=phone_index(phone))
    return phone


def _times(user, typed: dict[str, list[str]]) -> dict[str, list[float]]:
    """Milliseconds of each search, by kind, after each was made once; RuntimeError where something real is not found."""
    times: dict[str, list[float]] = {kind: [] for kind in typed}
    for measured in (False, True):
        for kind, texts in typed.items():
            for text in texts:
                started = time.perf_counter()
                rows = find(Household.objects.visible_to(user), text)
                taken = (time.perf_counter() - started) * 1000
                if kind != "common" and not rows:
                    raise RuntimeError(f"a {kind} that exists was not found")
                if measured:
                    times[kind].append(taken)
    return times


def _p95(times: dict[str, list[float]]) -> float:
    return round(statistics.quantiles([one for kind in times.values() for one in kind], n=20)[-1], 1)


def searching() -> dict[str, float]:
    """`household_search_p95_ms`, `household_search_scoped_p95_ms` (the slower of a community and a grid), and by kind.

    The time is that of `households.search.find`, scope included and rows fetched, without drawing the page.
    """
    grid = Area.objects.filter(level=1).order_by("code").values_list("code", flat=True)[100]
    Post.objects.create(code="bench-finder", name="区级", level=Level.DISTRICT, grants=[Ability.HOUSEHOLDS])
    people = {
        "": crowd.member("bench-finder", "bench-finder", area=grid[:6]),
        grid[:9]: crowd.member("bench-finder-street", "street_director", area=grid[:9]),
        grid[:12]: crowd.member("bench-finder-community", "community_secretary", area=grid[:12]),
        grid: crowd.member("bench-finder-grid", "grid_worker", area=grid),
    }
    with a_million():
        times = {area: _times(user, queries(area)) for area, user in people.items()}
    wide = {
        f"household_search_{kind.replace(' ', '_')}_p95_ms": _p95({kind: taken}) for kind, taken in times[""].items()
    }
    return {
        "household_search_p95_ms": _p95(times[""]),
        "household_search_scoped_p95_ms": max(_p95(times[grid[:12]]), _p95(times[grid])),
        "household_search_street_p95_ms": _p95(times[grid[:9]]),
        "household_search_searches": sum(len(taken) for kinds in times.values() for taken in kinds.values()),
        **wide,
    }
