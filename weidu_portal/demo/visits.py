"""Visits of the demonstration: invented, of our own wording. 北大街道 is in the middle of a campaign; 新村社区 has been round.

What was said in the last days only opens cases and wishes: older ones would have climbed long before the demonstration.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from grids.models import Area
from households.models import Household
from visits import envelope, records
from visits import services as visits
from visits.models import Campaign, CampaignPlace, Purpose, Topic
from visits.services import syncing
from visits.states import Outcome
from weidu_portal.demo.moments import Moments
from weidu_portal.demo.people import BEIDA, XINCUN, Staff

CAMPAIGN = "进百家门"
SINCE_DAYS, FOR_DAYS = 40, 60
# Visits lie within 25 working days, all of them inside the campaign.
# One household in so many: met in 新村社区, and elsewhere in the street.
_XINCUN_SHARE, _ELSEWHERE_SHARE = 0.8, 0.25
_OUTCOMES = (
    *(Outcome.MET,) * 30,
    *(Outcome.ABSENT,) * 6,
    *(Outcome.PHONED,) * 3,
    Outcome.NOT_NOW,
    Outcome.MOVED,
    Outcome.VACANT,
)
# 37 opinions of 新村社区, as many as the district's account counts there; handling is what the visitor makes of one.
OPINIONS = (
    ("parking", "院里想装两个电动车充电桩，飞线充电不放心", 9),
    ("other", "院里空地杂草多，想收拾出来晒太阳、下棋", 8),
    ("sanitation", "垃圾桶离楼门太近，夏天味大，想挪一挪", 6),
    ("light", "二单元门口黑，晚上老人不敢下楼", 5),
    ("leak", "下大雨地下室返水，储藏间东西都泡了", 4),
    ("property", "没有物业，门岗没人管，想商量着请个看门的", 3),
    ("heat-gas", "楼里一半通了天然气，一半还用气罐，问什么时候能接", 2),
)
_TODAY = (
    ("light", "case", "三楼到四楼的楼道灯不亮，晚上上下楼看不见"),
    ("power", "case", "单元电表箱的门掉了，线露在外面"),
    ("needs", "wish", "想要一副老花镜，看药盒上的字吃力"),
)


@dataclass
class Round:
    """Whoever goes round, when, with what to say."""

    rng: Random
    moments: Moments
    topics: dict[str, Topic]
    purpose: Purpose
    opinions: list[tuple[str, str]]

    def visit(self, home: Household, by: User, days_ago: int) -> None:
        """One door on a day."""
        at = self.moments.at_home(days_ago)
        outcome = self.rng.choice(_OUTCOMES)
        lines = []
        talks = outcome in (Outcome.MET, Outcome.PHONED) and home.area_id.startswith(XINCUN)
        if talks and self.opinions and self.rng.random() < 0.3:
            code, words = self.opinions.pop()
            lines = [visits.Heard(self.topics[code], "refer", words)]
        said = visits.Said(
            home,
            outcome,
            happened_at=at,
            purpose=self.purpose,
            lines=lines,
            knows_chief=self.rng.random() < 0.8 if outcome == Outcome.MET else None,
        )
        visits.write_down(said, at=at, by=by)


def add(rng: Random, staff: Staff, *, thin: int = 1, at: datetime) -> int:
    """The campaign and its visits, unless they are there; returns how many visits there are new."""
    if Campaign.objects.filter(demonstration=True).exists():
        return 0
    _campaign(staff, at)
    topics = {topic.code: topic for topic in Topic.objects.all()}
    said = [(code, words) for code, words, times in OPINIONS for _ in range(times)]
    rng.shuffle(said)
    going = Round(rng, Moments(at, rng), topics, Purpose.objects.get(code="opinions"), said)
    count = 0
    homes = Household.objects.filter(street=BEIDA, demonstration=True).living().select_related("compound")
    for home in homes.order_by("area", "pk")[::thin]:
        by = staff.by_seat.get(f"area:{home.area_id}", [None])[0]
        share = _XINCUN_SHARE if home.area_id.startswith(XINCUN) else _ELSEWHERE_SHARE
        if by is None or rng.random() > share:
            continue
        going.visit(home, by, rng.randrange(2, 26))
        count += 1
    _to_settle(staff, at)
    return count + _todays(going, staff, at) + _nobody_in(going, staff)


def _campaign(staff: Staff, at: datetime) -> None:
    starts = (at - timedelta(days=SINCE_DAYS)).date()
    campaign = Campaign.objects.create(
        name=CAMPAIGN,
        aim="认认门、说说话，问清楚大家最想办的事",
        purpose=Purpose.objects.get(code="opinions"),
        starts_date=starts,
        ends_date=starts + timedelta(days=FOR_DAYS),
        target_percent=90,
        created_by=staff.head(f"area:{BEIDA}"),
        created_at=at - timedelta(days=SINCE_DAYS),
        demonstration=True,
    )
    CampaignPlace.objects.create(campaign=campaign, area=Area.objects.get(pk=BEIDA))


def _todays(going: Round, staff: Staff, at: datetime) -> int:
    """What 王网格员 heard a few hours ago: two cases and a wish, fresh enough to be on time."""
    grid = f"{XINCUN}003"
    homes = Household.objects.filter(area=grid, demonstration=True, kind="resident").living().select_related("compound")
    for hours, (home, (code, handling, words)) in enumerate(zip(homes.order_by("-pk"), _TODAY, strict=False), start=1):
        moment = at - timedelta(hours=hours)
        line = visits.Heard(going.topics[code], handling, words)
        said = visits.Said(home, Outcome.MET, happened_at=moment, lines=[line])
        visits.write_down(said, at=moment, by=staff.head(f"area:{grid}"))
    return len(_TODAY)


def _nobody_in(going: Round, staff: Staff) -> int:
    """One door that nobody opened three times: it waits for the community; one that is tried again tomorrow."""
    grid = f"{XINCUN}003"
    homes = Household.objects.filter(area=grid, demonstration=True, kind="rented").living().select_related("compound")
    count = 0
    for home, days in zip(homes.order_by("pk")[:2], ((9, 6, 3), (1,)), strict=False):
        for ago in days:
            moment = going.moments.at_home(ago)
            said = visits.Said(home, Outcome.ABSENT, happened_at=moment)
            visits.write_down(said, at=moment, by=staff.head(f"area:{grid}"))
            count += 1
    return count


def _to_settle(staff: Staff, at: datetime) -> None:
    """Records of 王网格员's phone that somebody has to look at: a door of another grid, and one handed in twice."""
    worker = staff.head(f"area:{XINCUN}003")
    homes = Household.objects.filter(demonstration=True, kind="resident").living().select_related("compound")
    others = homes.exclude(area=f"{XINCUN}003").order_by("pk")
    foreign = others.filter(community=XINCUN).first() or others.filter(street=BEIDA).first()
    own = homes.filter(area=f"{XINCUN}003").order_by("pk").last()
    if foreign is not None:
        _hand_in(foreign, worker, at - timedelta(hours=5), {"outcome": ["met"], "topics": ["fine"]})
    if own is not None:
        number = _hand_in(own, worker, at - timedelta(hours=4), {"outcome": ["absent"]})
        later = {"outcome": ["met"], "topics": ["light"], "detail-light": ["三楼的楼道灯坏了"]}
        _hand_in(own, worker, at - timedelta(hours=3), later, number=number)


def _hand_in(home: Household, by: User, at: datetime, fields: dict, *, number: str = "") -> str:
    number = number or str(uuid.uuid4())
    body = {"id": number, "kind": "visit", "schema_version": 1, "client_at": at.isoformat(), "household": home.pk}
    body |= {"label": home.door_name, "fields": fields}
    row, conflict = syncing.receive(envelope.sent(body), at=at, by=by)
    if conflict is None:
        syncing.process(row.pk, read=records.read, at=at, by=by)
    return number
