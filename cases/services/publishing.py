"""办理公示: what staff release about a case in words of their own, and how it is taken back."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import User
from cases.models import Case, CasePhoto, Publication, Report
from cases.models.publication import listed_under
from cases.services.acting import Turn, acting
from cases.states import Action, Status
from common import public_words
from common.errors import DomainError
from common.normalise import clean_text
from grids.models import Compound
from households.models import Household

# With fewer households than this, saying the compound and what was wrong says whose trouble it was: everybody who
# lives there knows the other doors. Those we know nothing of count as small.
SMALL_COMPOUND = 10
# Shorter sentences turn up by chance: 路灯不亮 is everybody's.
OWN_WORDS_FROM = 15
_SAID_AS_IT_WAS = "这是反映人的原话，请改用自己的话写"


@dataclass(frozen=True)
class Words:
    """What residents are to read."""

    title: str
    text: str
    reply: str = ""
    place: str = ""

    def cleaned(self) -> "Words":
        """The same without control characters and stray spaces."""
        return Words(*(clean_text(part) for part in (self.title, self.text, self.reply, self.place)))


@dataclass(frozen=True)
class Secrets:
    """What must not stand in words about one case: of its reporters, of its doors, of compounds that are too small."""

    names: tuple[str, ...]
    phones: tuple[str, ...]
    rooms: tuple[str, ...]
    small: tuple[str, ...]
    said: tuple[str, ...]

    def fault(self, words: str) -> str:
        """What is wrong with words that everybody may read; empty where nothing is."""
        checks = (
            (
                public_words.says_number(words) or any(public_words.holds_digits(words, p) for p in self.phones),
                public_words.SAYS_NUMBER,
            ),
            (public_words.named_in(words, self.names), "里面有反映人的姓名或称呼，请去掉"),
            (public_words.says_room(words) or public_words.says_one_of(words, self.rooms), public_words.SAYS_DOOR),
            (public_words.named_in(words, self.small), "里面的小区住户太少，会认出是谁家，请只写到社区"),
            (any(said in words for said in self.said), _SAID_AS_IT_WAS),
        )
        return next((what for wrong, what in checks if wrong), "")


def obstacle(case: Case) -> str:
    """Why nothing of this case may stand in the public ledger; empty where it may."""
    if case.about_id:
        return "反映工作人员的事项不公示。"
    if not case.category.publishable:
        return f"“{case.category.name}”类事项不公示。"
    if case.status in (Status.MERGED, Status.REFUSED, Status.WITHDRAWN):
        return f"这件事项{case.get_status_display()}，不能公示。"
    if Publication.objects.filter(case=case, taken_back_why=Publication.Why.RESIDENT).exists():
        return "反映人不想公示，已经撤下，不能再公示。"
    return ""


def secrets_of(case: Case) -> Secrets:
    """What words about this case may not say. Three queries."""
    reports = list(Report.objects.filter(Q(case=case) | Q(case__merged_into=case)).select_related("case"))
    said = {case.text, case.subject, *(report.text for report in reports), *(report.case.text for report in reports)}
    lines = {line.strip(" ，。！？；") for text in said for line in text.splitlines()}
    return Secrets(
        names=tuple({report.name.plain for report in reports if report.name}),
        phones=tuple({report.phone.plain for report in reports if report.phone}),
        rooms=tuple(public_words.rooms_in(case.place)),
        small=tuple(_small_compounds(case.community)),
        said=tuple(line for line in lines if len(line) >= OWN_WORDS_FROM),
    )


def _small_compounds(community: str) -> list[str]:
    """Names people use for the compounds of a community in which too few households live."""
    living = Household.objects.living().filter(community=community).order_by()
    sizes = dict(living.values_list("compound").annotate(Count("pk")))
    rows = Compound.objects.in_use().filter(community=community).values_list("pk", "name", "aliases", "address")
    small = [names for pk, *names in rows if sizes.get(pk, 0) < SMALL_COMPOUND]
    return [called for name, aliases, address in small for called in (name, *aliases.split(), address) if called]


def faults(secrets: Secrets, words: Words) -> dict[str, str]:
    """What is wrong with a wording: field → what to change. Empty where it may be shown."""
    found: dict[str, str] = {}
    for field in ("title", "text", "reply", "place"):
        typed = getattr(words, field)
        if field in ("title", "text") and not typed:
            found[field] = "请填写居民看到的文字"
        elif wrong := secrets.fault(typed):
            found[field] = wrong
    return found


def fit_place(secrets: Secrets, place: str) -> str:
    """The place as it may be shown: empty, hence the community alone, where it names a compound that is too small."""
    return "" if public_words.named_in(place, secrets.small) else place


def usual_place(case: Case, secrets: Secrets) -> str:
    """The compound's name where enough households live there."""
    return fit_place(secrets, case.compound.name) if case.compound else ""


def photos_for(case: Case):
    """Photos that may stand in the ledger: those staff took of this case. What a reporter sent shows the home, or a face."""
    return CasePhoto.objects.filter(case=case, report__isnull=True).select_related("photo", "event").order_by("pk")


def publish(
    case: Case,
    *,
    title: str,
    text: str,
    reply: str = "",
    place: str = "",
    before: CasePhoto | None = None,
    after: CasePhoto | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Publication:
    """公示, or a change of what stands there. DomainError where the case or the words may not be shown.

    A place that is too small is shown as its community. State, level, unit and deadline follow the case by themselves.
    """
    with acting(case, Action.PUBLISH, by=by, seen=seen, at=at) as turn:
        if why_not := obstacle(turn.case):
            raise DomainError(why_not)
        secrets = secrets_of(turn.case)
        words = Words(title, text, reply, place).cleaned()
        words = Words(words.title, words.text, words.reply, fit_place(secrets, words.place))
        if wrong := faults(secrets, words):
            raise DomainError("；".join(dict.fromkeys(wrong.values())) + "。")
        _refuse_photos(turn.case, before, after)
        published = _write(turn, words, before, after)
        turn.note = words.title
    return published


def _refuse_photos(case: Case, *photos: CasePhoto | None) -> None:
    for photo in photos:
        if photo is not None and (photo.case_id != case.pk or photo.report_id):
            raise DomainError("只能用工作人员为这件事项拍的照片。")


def _write(turn: Turn, words: Words, before: CasePhoto | None, after: CasePhoto | None) -> Publication:
    """A standing line keeps its day; one that comes back gets a new one."""
    columns = vars(words) | {"before": before, "after": after, "released_by": turn.by} | listed_under(turn.case)
    standing = Publication.objects.of_case(turn.case).first()
    if standing is None:
        columns |= {"released_at": turn.at, "taken_back_at": None, "taken_back_why": ""}
    return Publication.objects.update_or_create(case=turn.case, defaults=columns)[0]


def take_back(
    case: Case, why: str, *, report: Report | None = None, at: datetime | None = None, by: User | None = None
) -> None:
    """撤下公示: at once, and handling goes on. A reporter need not say why, and it is not released again."""
    with acting(case.live, Action.TAKE_BACK, by=by, at=at, report=report) as turn:
        standing = Publication.objects.of_case(turn.case)
        if not standing.update(taken_back_at=turn.at, taken_back_why=Publication.Why(why)):
            raise DomainError("这件事项现在没有公示。")
        turn.note = Publication.Why(why).label
