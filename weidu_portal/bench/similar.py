"""How long it takes to find what a new text is alike among 100,000 cases, and what keeping that costs a new case."""

import random
import time
from functools import partial

from django.db import connection

from cases.keywords import words_of
from cases.models import Case, Category, GramCount, Likeness
from cases.services import likeness, similar
from cases.services.similar import Asked
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import XINCUN, p95

CASES, ASKED, WRITTEN = 100_000, 200, 1000
# Two thousand places that exist nowhere, out of syllables; what happens there comes from the portal's own keywords.
_FIRST, _SECOND = "翠金松云北清河柳石星丰永安泰和华福嘉锦兰", "竹鼎涛岭苑泉湾堤桥洲源祥宁庆兴阳寿园绣亭"
_KINDS = ("苑", "家园", "花园", "里", "新村")
_WHEN = ("昨晚开始", "下雨以后", "上个月底", "每到半夜", "入冬之后", "放学那会儿", "这几天", "修完路以后")
_HOW = ("冒着火花", "盖子翘起半边", "把楼道占满", "味道很大", "堵得死死", "水漫到台阶", "老人摔过跤", "孩子绕着走", "响到天亮", "墙皮往下掉")
_PLEAS = ("请领导尽快解决", "希望有关部门处理", "反映多次没有结果", "麻烦社区看看")


def text(dice: random.Random) -> str:
    """A message nobody wrote."""
    place = dice.choice(_FIRST) + dice.choice(_SECOND) + dice.choice(_KINDS)
    spot = f"{dice.randint(1, 60)}号楼{dice.choice(('东头', '北门', '后院', '车棚', '二单元'))}"
    things = "，".join(f"{dice.choice(words_of())}{dice.choice(_HOW)}" for _ in range(dice.randint(1, 3)))
    return f"{place}{spot}{dice.choice(_WHEN)}{things}，{dice.choice(_PLEAS)}。"


def measure() -> dict[str, float]:
    """`similar_cases_p95_ms` of the whole question as the form asks it, and how much slower a case is written."""
    crowd.empty()
    dice = random.Random(7)
    crowd.grow(1, CASES)
    _say(dice)
    began = time.perf_counter()
    likeness.refresh()
    refreshed = time.perf_counter() - began
    for table in ("cases_case", "cases_likeness", "cases_gramcount"):
        crowd.run(f"VACUUM ANALYZE {table}")
    categories = list(Category.objects.filter(parent__isnull=False).values_list("pk", flat=True))
    chen = crowd.member("bench-alike", "community_secretary", area=XINCUN)
    zhao = crowd.member("bench-alike-street", "street_director", area=XINCUN[:9])
    scopes = {
        "resident": Case.objects.joinable(XINCUN),
        "community": Case.objects.visible_to(chen).open(),
        "street": Case.objects.visible_to(zhao).open(),
        "district": Case.objects.open(),
    }
    times = {
        name: [_milliseconds(partial(_ask, rows, dice, categories)) for _ in range(ASKED)]
        for name, rows in scopes.items()
    }
    figures = {f"similar_{name}_p95_ms": round(p95(taken), 1) for name, taken in times.items()}
    return {
        "similar_cases_p95_ms": max(figures.values()),
        **figures,
        "similar_grams_kept": GramCount.objects.count(),
        "similar_refresh_seconds": round(refreshed, 1),
        "similar_row_ms": round(_written(dice), 2),
    }


def _say(dice: random.Random) -> None:
    """Every case of the crowd says something of its own, within the last 60 days."""
    with connection.cursor() as cursor:
        for first in range(1, CASES + 1, 5000):
            ids = list(range(first, min(first + 5000, CASES + 1)))
            cursor.execute(
                "UPDATE cases_case SET text = said.text, place = '', created_at = now() - interval '1 minute' * (id %% 80000) "
                "FROM unnest(%s::bigint[], %s::text[]) AS said(pk, text) WHERE id = said.pk",
                [ids, [text(dice) for _ in ids]],
            )
    crowd.settle()


def _ask(rows, dice: random.Random, categories: list[int]) -> None:
    words = likeness.signed(text(dice))
    similar.suggested(rows.for_page(), Asked(XINCUN, [dice.choice(categories)], None, words))


def _milliseconds(act) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _written(dice: random.Random) -> float:
    """Milliseconds a case's likeness takes to weigh and to write, the index at its full size."""
    some = list(Case.objects.order_by("-pk").select_related("compound")[:WRITTEN])
    Likeness.objects.filter(case__in=some).delete()
    return _milliseconds(lambda: [likeness.remember(case) for case in some]) / len(some)
