"""How long it takes to find what a new text is alike among 100,000 cases, and what keeping that costs a new case."""

import random
import time
from functools import partial
from itertools import accumulate

from django.core.cache import cache
from django.utils import timezone

from cases import likeness as rules
from cases.keywords import words_of
from cases.models import Case, Category, GramCount, Likeness
from cases.services import likeness, similar
from cases.services.similar import Asked
from dashboards.services import growth
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import XINCUN, p95

CASES, WITHIN, ASKED, WRITTEN = 120_000, 106_000, 200, 1000
# Nobody wrote these messages: words of two characters out of the portal's own keywords, a few of them frequent and most
# rare, as in any language, about places that exist nowhere.
WORDS, SHORTEST, LONGEST = 20_000, 12, 60
_FIRST, _SECOND = "翠金松云北清河柳石星丰永安泰和华福嘉锦兰", "竹鼎涛岭苑泉湾堤桥洲源祥宁庆兴阳寿园绣亭"
_KINDS = ("苑", "家园", "花园", "里", "新村")
_PLEAS = ("请领导尽快解决", "希望有关部门处理", "反映多次没有结果", "麻烦社区看看")


class Writer:
    """Writes messages, always the same ones."""

    def __init__(self) -> None:
        """Choose the words of the language, and how frequent each is."""
        self.dice = random.Random(7)
        letters = sorted(set("".join(words_of()) + _FIRST + _SECOND))
        self.words = ["".join(self.dice.choices(letters, k=2)) for _ in range(WORDS)]
        self.frequent = list(accumulate(1 / (rank + 20) for rank in range(WORDS)))

    def text(self) -> str:
        """Some words about a thing at a place."""
        dice = self.dice
        place = dice.choice(_FIRST) + dice.choice(_SECOND) + dice.choice(_KINDS)
        said = dice.choices(self.words, cum_weights=self.frequent, k=dice.randint(SHORTEST, LONGEST))
        return f"{place}{dice.randint(1, 60)}号楼，{dice.choice(words_of())}，{''.join(said)}，{dice.choice(_PLEAS)}。"


def measure() -> dict[str, float]:
    """`similar_cases_p95_ms` of the whole question as the forms ask it, and what a case's likeness costs to write."""
    crowd.empty()
    writer = Writer()
    crowd.grow(1, CASES)
    weighing = _say(writer)
    recent = similar.recent(Case.objects.filter(likeness__isnull=False)).count()
    if recent < WITHIN:
        raise RuntimeError(f"{recent} cases of the last 60 days")
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
        name: [_milliseconds(partial(_ask, rows, writer, categories)) for _ in range(ASKED)]
        for name, rows in scopes.items()
    }
    figures = {f"similar_{name}_p95_ms": round(p95(taken), 1) for name, taken in times.items()}
    return {
        "similar_cases_p95_ms": max(figures.values()),
        **figures,
        "similar_grams_kept": GramCount.objects.count(),
        "similar_weighing_seconds": round(weighing, 1),
        **_board(),
        "similar_row_ms": round(_written(), 2),
    }


def _say(writer: Writer) -> float:
    """Every case of the crowd says something of its own; how long it took to weigh all of it."""
    began = time.perf_counter()
    likeness.count(rules.counted(writer.text()) for _ in range(likeness.COUNTED))
    weights = likeness.known()
    for first in range(1, CASES + 1, 2000):
        told = {pk: rules.counted(writer.text()) for pk in range(first, first + 2000)}
        rows = [likeness.row_of(pk, rules.signature(matters, weights)) for pk, matters in told.items()]
        Likeness.objects.bulk_create(rows)
    taken = time.perf_counter() - began
    for table in ("cases_likeness", "cases_gramcount"):
        crowd.run(f"VACUUM ANALYZE {table}")
    return taken


def _ask(rows, writer: Writer, categories: list[int]) -> None:
    words = likeness.told(writer.text())
    similar.suggested(rows.select_related("area"), Asked(XINCUN, [writer.dice.choice(categories)], None, words))


def _milliseconds(act) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _board() -> dict[str, float]:
    """Milliseconds the topics of the district's board take, ten alike cases in every circle: looked up anew, and from there on."""
    crowd.run("UPDATE cases_likeness SET circle = case_id - case_id %% 10", {})
    crowd.run("VACUUM ANALYZE cases_likeness")
    look = partial(growth.again, XINCUN[:6], timezone.now())
    anew = []
    for _ in range(5):
        cache.clear()
        anew.append(_milliseconds(look))
    return {
        "similar_board_first_ms": round(min(anew), 1),
        "similar_board_ms": round(min(_milliseconds(look) for _ in range(5)), 1),
    }


def _written() -> float:
    """Milliseconds a case's likeness takes to weigh and to write, the index at its full size."""
    some = list(Case.objects.order_by("-pk").select_related("compound")[:WRITTEN])
    Likeness.objects.filter(case__in=some).delete()
    return _milliseconds(lambda: [likeness.remember(case) for case in some]) / len(some)
