"""How alike two short Chinese texts are. Pure: pairs of neighbouring characters, weighed by how rare they are.

A text becomes its KEPT heaviest pairs; two texts are as alike as the cosine of those. Words everybody writes to an office
are cut out first (cases/data/stock_phrases.json); what is left of them weighs little because it is frequent. Names of
places are rare, so they weigh much without anybody listing them.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

# Chosen on 2,630 real messages, see docs/decisions: more pairs find no more, fewer join what is not the same.
KEPT = 40
ALIKE = 0.28
# A pair of characters fewer texts have is not worth remembering: it is rare.
RARE = 3
# Words of the subject count twice: there people say what it is about.
SUBJECT = 2
# What only the field of the place says helps, but does not decide.
PLACE = 0.5
LONGEST = 6  # a longer run of letters or digits is a number of somebody's, never a place
SCALE = 1000
# The grams searched for stand in this share of the texts, all together; in a small portal in so many texts.
SEARCHED, FEWEST = 0.1, 500
# From so many grams on, none of them heavier than HEAVY, alike texts share several.
MANY, HEAVY = 9, 0.5
_DATA = Path(__file__).parent / "data" / "stock_phrases.json"
_RUNS = re.compile("[\u4e00-\u9fff]+|[a-z0-9]+")

Signature = dict[str, float]


@dataclass(frozen=True)
class Weights:
    """In how many of `texts` texts a gram stands; a gram that is not in `seen` is rare. Without texts all weigh the same."""

    texts: int = 0
    seen: Mapping[str, int] = field(default_factory=dict)

    def of(self, gram: str) -> float:
        """The weight of one gram: the rarer, the heavier; never below zero."""
        return max(math.log((self.texts + 50) / (self.seen.get(gram, 0) + 1)), 0.0)


@lru_cache(maxsize=1)
def _stock() -> re.Pattern:
    listed = json.loads(_DATA.read_text(encoding="utf-8"))
    phrases = sorted(listed["phrases"], key=len, reverse=True)
    return re.compile(f"{'|'.join(map(re.escape, phrases))}|[{listed['cuts']}]")


@dataclass(frozen=True)
class Told:
    """A text as it is compared: its signature, and the grams by which others like it are found."""

    words: Signature = field(default_factory=dict)
    searched: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self.searched)

    @property
    def thirds(self) -> tuple[tuple[str, ...], ...]:
        """The searched grams in three parts, where an alike text has grams of two of them; () where one gram may be enough.

        Alike texts share many grams, so they practically never fall into one part; most others share a single one.
        """
        if len(self.searched) < MANY or max(self.words.values()) >= HEAVY:
            return ()
        return tuple(self.searched[part::3] for part in range(3))


def grams(text: str) -> list[str]:
    """Pairs of neighbouring characters, and short runs of letters and digits whole, without stock phrases."""
    found: list[str] = []
    for run in _RUNS.findall(_stock().sub(" ", text.lower())):
        if run[0] >= "\u4e00":
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        elif 1 < len(run) <= LONGEST:
            found.append(run)
    return found


def counted(text: str, *, subject: str = "", place: str = "") -> dict[str, float]:
    """How much each gram of what somebody wrote matters: more where it comes again, less where only `place` has it.

    `place` is where it is, the compound's name included: two troubles of one courtyard are not one.
    """
    counts = Counter(grams(text))
    for gram in grams(subject):
        counts[gram] += SUBJECT
    return {gram: PLACE for gram in grams(place)} | {gram: 1 + math.log(count) for gram, count in counts.items()}


def signature(matters: Mapping[str, float], weights: Weights) -> Signature:
    """The KEPT heaviest grams with weights whose squares sum up to one; empty where nothing is left to compare."""
    heavy = {gram: much * weights.of(gram) for gram, much in matters.items()}
    kept = sorted(heavy.items(), key=lambda pair: (-pair[1], pair[0]))[:KEPT]
    length = math.sqrt(sum(weight * weight for _, weight in kept))
    return {gram: weight / length for gram, weight in kept} if length else {}


def likeness(one: Signature, other: Signature) -> float:
    """From 0, nothing in common, to 1."""
    return sum(weight * other[gram] for gram, weight in one.items() if gram in other)


def telling(one: Signature, least: float = ALIKE) -> list[str]:
    """The grams of which an alike text has at least one: who shares only the others reaches less than `least`.

    The lightest are left out as long as their own length stays below `least` (Cauchy-Schwarz), and those are the ones
    that many texts have.
    """
    room = least * least
    for position, (_, weight) in enumerate(reversed(one.items())):
        room -= weight * weight
        if room <= 0:
            return list(one)[: len(one) - position]
    return list(one)


def told(matters: Mapping[str, float], weights: Weights) -> Told:
    """What a text is told by, with the grams to look for."""
    words = signature(matters, weights)
    return Told(words, searched(words, weights))


def searched(words: Signature, weights: Weights) -> tuple[str, ...]:
    """Of `telling`, as many as together stand in few texts, the heaviest first: never so many that looking takes long.

    None of the alike pairs of the real messages shares only grams that are left out here.
    """
    room, chosen = max(SEARCHED * weights.texts, FEWEST), []
    for gram in telling(words):
        held = weights.seen.get(gram, 1)
        if held <= room:
            room -= held
            chosen.append(gram)
    return tuple(chosen)


def weigh(texts: Iterable[Mapping[str, float]]) -> Weights:
    """Weights from the texts themselves."""
    seen: Counter[str] = Counter()
    total = 0
    for matters in texts:
        seen.update(matters.keys())
        total += 1
    return Weights(total, {gram: count for gram, count in seen.items() if count >= RARE})


def alike_pairs(signatures: list[Signature], least: float = ALIKE) -> Iterator[tuple[int, int, float]]:
    """(earlier, later, likeness) of all pairs that are alike."""
    holders: dict[str, list[int]] = defaultdict(list)
    for later, one in enumerate(signatures):
        for earlier in sorted({index for gram in telling(one, least) for index in holders[gram]}):
            if (score := likeness(one, signatures[earlier])) >= least:
                yield earlier, later, score
        for gram in one:
            holders[gram].append(later)


def groups(size: int, pairs: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    """Those of 0…`size`-1 that hang together by pairs, two or more a group, largest first."""
    parent = list(range(size))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = index = parent[parent[index]]
        return index

    for one, other, _ in pairs:
        parent[root(one)] = root(other)
    found: dict[int, list[int]] = defaultdict(list)
    for index in range(size):
        found[root(index)].append(index)
    return sorted((group for group in found.values() if len(group) > 1), key=lambda group: (-len(group), group))
