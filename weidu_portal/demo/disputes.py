"""Disputes of the demonstration: quarrels of our own wording between invented people, in 新村社区; service days and legal services."""

from datetime import datetime, timedelta
from random import Random

from cases.states import Channel
from grids.models import Area
from mediation import services as mediation
from mediation.models import Dispute
from mediation.states import Kept, LegalKind, Officer, Origin, Receiver, RecordKind, Side
from weidu_portal.demo.moments import Moments
from weidu_portal.demo.people import XINCUN, Staff

# category, how many people, account, applicant, respondent, where
QUARRELS = (
    ("0203", 2, "楼上阳台晾的拖把滴水，把楼下晒的棉被打湿了两回，两家在楼道里吵了起来。",
     ("罗桂枝", "13900010001", "第一食品厂家属院3号楼"), ("鲁广田", "13900010002", "第一食品厂家属院3号楼")),
    ("0201", 4, "一楼在公共过道搭了鞋柜和花架，二楼推婴儿车过不去，几次商量都没挪。",
     ("乔红梅", "13900010003", "市政家属院2号楼"), ("白长顺", "", "市政家属院2号楼")),
    ("0601", 2, "租户提前两个月退租，房东说合同没到期不退押金，租户说事先打过招呼。",
     ("谷小军", "13900010005", "纺织厂家属院4号楼"), ("路桂芳", "13900010006", "纺织厂家属院1号楼")),
    ("0402", 3, "小区东门夜里关得早，三户上晚班的回不来，和看门师傅吵了起来。",
     ("钟爱民", "13900010007", "市政家属院6号楼"), ("管师傅", "", "")),
)  # fmt: skip


def add(rng: Random, staff: Staff, *, at: datetime) -> int:
    """Four quarrels: kept, under way, handed over, just registered; how many are new."""
    if Dispute.objects.exists():
        return 0
    when, seat = Moments(at, rng), f"area:{XINCUN}"
    he, chen, wang = staff.worker(seat), staff.head(seat), staff.worker(f"{seat}003")
    kept = _register(when, 0, 18, [he, chen], by=he)
    _settle(kept, when, he)
    going = _register(when, 1, 6, [he], by=wang, origin=Origin.OFFERED, channel=Channel.VISIT)
    _accept(going, when, 5, he)
    passed = _register(when, 2, 12, [chen], by=chen)
    _accept(passed, when, 11, chen)
    moment = when.at_office(8)
    what = "房东不愿再谈，随登记表、调解记录移交。"
    mediation.hand_over(passed, Receiver.JUSTICE, "北大司法所", what, moment.date(), at=moment, by=chen)
    _register(when, 3, 1, [chen], by=he)
    _days(when, chen)
    return len(QUARRELS)


def _register(when: Moments, number: int, days: int, mediators, *, by, **more) -> Dispute:
    category, people, account, *sides = QUARRELS[number]
    moment = when.at_office(days)
    asked = mediation.Asked(
        area=Area.objects.get(code=XINCUN),
        category=category,
        account=account,
        happened_date=moment.date() - timedelta(days=1),
        people=people,
        parties=[
            mediation.Person(side, *who) for side, who in zip((Side.APPLICANT, Side.RESPONDENT), sides, strict=True)
        ],
        mediators=mediators,
        **more,
    )
    return mediation.register(asked, at=moment, by=by)


def _accept(dispute: Dispute, when: Moments, days: int, by) -> None:
    moment = when.at_office(days)
    mediation.accept(dispute, at=moment, by=by)
    moment += timedelta(minutes=40)
    said = "到现场看过，双方各说各的理，约好再坐下来谈一次。"
    mediation.write_record(dispute, RecordKind.MEDIATION, said, moment.date(), at=moment, by=by)


def _settle(dispute: Dispute, when: Moments, by) -> None:
    _accept(dispute, when, 17, by)
    moment = when.at_office(14)
    terms = mediation.Terms(
        facts="楼上晾晒滴水，两次打湿楼下晒的棉被。",
        points="楼上拧干再晾，在阳台外沿加一道接水槽；楼下晒被子前在群里说一声；楼上赔一床被套。",
        performance="接水槽一周内装好，被套三天内当面交付，地点在社区议事室。",
        agreed_date=moment.date(),
        perform_until=moment.date() + timedelta(days=7),
    )
    mediation.agree(dispute, terms, at=moment, by=by)
    moment = when.at_office(6)
    said = "接水槽装好了，被套收到了，没有再滴水。"
    mediation.follow_up(dispute, Kept.KEPT, said, moment.date(), at=moment, by=by)


def _days(when: Moments, by) -> None:
    """A held day of the police, a planned one of a lawyer, and two legal services."""
    place, moment = Area.objects.get(code=XINCUN), when.at_office(9)
    held = mediation.plan_day(
        place,
        Officer.POLICE,
        moment.date(),
        unit_name="北大派出所",
        topic="社区议事室，反诈和邻里纠纷",
        at=moment,
        by=by,
    )
    done = mediation.Done(14, 1, 1, "讲了两个冒充客服的骗局，和两家邻居坐下来谈了一次。")
    mediation.hold_day(held, done, at=moment + timedelta(hours=1), by=by)
    coming = when.now.date() + timedelta(days=5)
    mediation.plan_day(place, Officer.LAWYER, coming, topic="租房合同怎么签", at=when.at_office(2), by=by)
    for kind, served, days, said in (
        (LegalKind.ADVICE, 6, 7, "问得最多的是物业费和押金。"),
        (LegalKind.LECTURE, 23, 4, "民法典里的相邻关系。"),
    ):
        moment = when.at_office(days)
        mediation.add_legal_service(place, kind, moment.date(), served, said, at=moment, by=by)
