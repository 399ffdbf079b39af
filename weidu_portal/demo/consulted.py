"""协商 of the demonstration: how the square at 安装公司家属院 was agreed on, paid for and built. Invented, of our own wording.

The case of the same square is told in `account.py`; here is what the residents did beside it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from accounts.models import User
from cases.models import Case
from consultations import services as consultations
from consultations.models import Consultation
from consultations.states import Moment, Source, Voting, Way
from grids.models import Compound, Posting
from visits import services as visits
from visits.models import Line
from weidu_portal.demo import account_texts as words
from weidu_portal.demo.people import XINCUN, Staff
from weidu_portal.demo.pictures import drawn

SPOT, TITLE = "安装公司家属院", "家属院空地怎么用"
# (days ago, source, yuan, what, households, unit, name, consents)
CAME_IN = (
    (22, Source.GOVERNMENT, 8000, "社区经费", None, "新村社区", "", False),
    (21, Source.DONATION, 2600, "沿街商户捐助", None, "沿街商户2家", "", False),
    (21, Source.DONATION, 200, "爱心捐助", 1, "", "郑全有", True),
    (18, Source.RESIDENTS, 5200, "居民出资，每户200元", 26, "", "", False),
    (17, Source.UNIT, 20000, "结对单位支持", None, "区教体局", "", False),
    (8, Source.RESIDENTS, 200, "居民出资", 1, "", "", False),
)
# (days ago, yuan, what, payee)
WENT_OUT = (
    (20, 1600, "清运垃圾", "清运队"),
    (19, 1900, "移栽、租小型挖机", "绿化队"),
    (14, 14000, "铺装首付款", "施工单位"),
    (5, 9400, "铺装尾款", "施工单位"),
)
STEPS = (
    ("清理菜园、杂物", "社区、居民", 20, "两个周末清完，运走三车。"),
    ("地面铺装460平方米", "施工单位", 8, "铺好验过，不积水。"),
    ("座椅和树池", "园林绿化中心", 3, "座椅8条、树池3个装好。"),
    ("装充电桩10个", "供电公司", -8, ""),
)


@dataclass
class Square:
    """Who does what, and the clock."""

    held: Consultation
    now: datetime
    secretary: User
    worker: User
    watcher: User

    def ago(self, days: float) -> datetime:
        """The moment so many days before the demonstration."""
        return self.now - timedelta(days=days)


def add(rng: Random, staff: Staff, *, at: datetime) -> int:
    """The story, unless it is there or the demonstration has no such compound; how many consultations are new."""
    compound = Compound.objects.filter(name=SPOT, community=XINCUN).first()
    if compound is None or Consultation.objects.filter(demonstration=True).exists():
        return 0
    secretary, worker = staff.head(f"area:{XINCUN}"), staff.head(f"area:{XINCUN}003")
    at = _last_evening(at)
    topic = consultations.Topic(
        TITLE, "院里空地种着菜、堆着旧物，商量收拾出来以后做什么、谁出力、钱从哪里来。", compound.area, compound,
        "院内活动室", at - timedelta(days=32), 31,
    )  # fmt: skip
    held = consultations.open_topic(topic, at=at - timedelta(days=44), by=secretary)
    Consultation.objects.filter(pk=held.pk).update(demonstration=True)
    square = Square(held, at, secretary, worker, _watcher(compound, worker))
    _agreed(square, rng)
    _built(square, rng)
    _paid(square)
    _joined(square)
    return 1


def _last_evening(at: datetime) -> datetime:
    """The last time it was half past six in the evening: residents meet after work."""
    evening = timezone.localtime(at).replace(hour=18, minute=30, second=0, microsecond=0)
    return evening if evening <= at else evening - timedelta(days=1)


def _watcher(compound: Compound, worker: User) -> User:
    """The head of the courtyard; where the demonstration has none, the grid worker signs."""
    found = Posting.objects.filter(compound=compound, post__code="courtyard_leader").select_related("user").first()
    return found.user if found else worker


def _agreed(of: Square, rng: Random) -> None:
    held = of.held
    if of.watcher != of.worker:
        consultations.invite(held, role="庭院长", user=of.watcher, signs=True, at=of.ago(43), by=of.secretary)
    consultations.invite(held, role="网格员", user=of.worker, at=of.ago(43), by=of.secretary)
    consultations.invite(held, role="居民代表9人", at=of.ago(43), by=of.secretary)
    consultations.keep_photos(held, Moment.BEFORE, [drawn("sanitation", rng, by=of.worker)], at=of.ago(44))
    for way, days, reach, note in (
        (Way.HOME, 38, 22, "面交书面通知"),
        (Way.POSTED, 38, None, "院门口公告栏"),
        (Way.GROUP, 37.5, 27, "居民群，与上面有重复"),
        (Way.PHONE, 37, 5, "在外地住的"),
    ):
        told = consultations.Told(way, of.ago(days), reach, note=note)
        consultations.notify_residents(held, told, at=of.ago(days), by=of.worker)
    votes = [consultations.Vote("清理后铺装，建小广场", 23, 1, 2), consultations.Vote("只清理，划成停车位", 4, 19, 3)]
    came = tuple(held.attendees.values_list("pk", flat=True))
    minutes = "种菜的住户担心没地方种，大家同意花池归他们认种。停车位不够的，另外再议。"
    meeting = consultations.Meeting(of.ago(32), 26, Voting.HOUSEHOLD, "half", minutes, votes, came)
    consultations.hold(held, meeting, at=of.ago(31.9), by=of.worker)
    decision = "清理菜园和旧物，铺装空地，装座椅、树池和充电桩；花池由原来种菜的住户认种。每户出200元，其余由社区和结对单位筹。"
    consultations.decide(held, decision, at=of.ago(31.8), by=of.secretary)
    consultations.publish(held, at=of.ago(31), by=of.secretary)
    case = Case.objects.filter(title=words.SQUARE.title, community=XINCUN).order_by("pk").first()
    if case is not None:
        consultations.link(held, case, at=of.ago(30), by=of.secretary)


def _built(of: Square, rng: Random) -> None:
    steps = [
        consultations.plan_step(of.held, what, who, of.ago(days).date(), at=of.ago(30), by=of.worker)
        for what, who, days, _ in STEPS
    ]
    consultations.start(of.held, at=of.ago(23), by=of.secretary)
    for step, (_, _, days, told) in zip(steps, STEPS, strict=True):
        if told:
            moment = Moment.AFTER if days < 5 else Moment.DURING
            photos = [drawn("other" if moment == Moment.AFTER else "road", rng, by=of.worker)]
            consultations.progress(step, told, done=True, moment=moment, photos=photos, at=of.ago(days), by=of.worker)


def _paid(of: Square) -> None:
    """In the order of the days: in, out with two signatures, one doubled contribution reversed, the sheet, one that waits."""
    consultations.need(of.held, Decimal(38000), at=of.ago(23), by=of.secretary)
    deeds = [(days, "in", row) for days, *row in CAME_IN] + [(days, "out", row) for days, *row in WENT_OUT]
    for days, side, row in sorted(deeds, key=lambda deed: -deed[0]):
        day = of.ago(days).date()
        if side == "in":
            source, yuan, what, households, unit, name, consents = row
            money = consultations.Received(Decimal(yuan), source, what, day, households, unit, name, consents)
            consultations.receive(of.held, money, at=of.ago(days), by=of.worker)
            continue
        yuan, what, payee = row
        line = consultations.spend(
            of.held, Decimal(yuan), what=what, payee=payee, on_date=day, at=of.ago(days), by=of.secretary
        )
        consultations.sign(line, at=of.ago(days - 0.2), by=of.watcher)
        if days == WENT_OUT[-2][0]:
            consultations.publish_sheet(of.held, at=of.ago(days - 1), by=of.secretary)
    doubled = of.held.book.lines.filter(side="S").order_by("-number").first()
    undo = consultations.reverse(doubled, "重复记了一笔", at=of.ago(4.8), by=of.worker)
    consultations.sign(undo, at=of.ago(4.6), by=of.secretary)
    consultations.publish_sheet(of.held, at=of.ago(4), by=of.secretary)
    consultations.spend(of.held, Decimal(6000), what="充电桩预付款", payee="供电公司", at=of.ago(1), by=of.secretary)


def _joined(of: Square) -> None:
    """What was heard at the doors of the community about the same."""
    heard = Line.objects.to_gather() | Line.objects.waiting()
    heard = heard.filter(visit__community=XINCUN, topic__code__in=["other", "parking"], dropped_at__isnull=True)
    if lines := list(heard.order_by("pk")):
        visits.gather(lines, of.held, at=of.ago(0.5), by=of.secretary)
