"""Micro-wishes of the demonstration: invented, of our own wording, in every state; and those who claim them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from cases.models import Category
from grids.levels import Level, code_at
from grids.models import Area
from weidu_portal.demo.moments import Moments
from weidu_portal.demo.people import BEIDA, XINCUN, Staff
from wishes import services as wishes
from wishes.models import Claim, Volunteer, Wish
from wishes.services.reviewing import PublicWords

SOURCE = "demo"
VOLUNTEERS, TO_CHECK = ("heping", "liuyang", "xiaolan"), "guoliang"
# Around these the story goes round; the first half of the list is what 北大街道 shows.
TEXTS = (
    # kind, for whom, own words, public title,
    # public text, price, effort, label, joint
    ("goods", "self", "眼睛花了，药盒上的小字看不清，想要一副老花镜。", "想要一副老花镜",
     "看药盒上的字吃力，300度左右。", 50, "", "独居老人", False),
    ("service", "self", "轮椅一边刹不住，下坡害怕，请人修修。", "请人修一修轮椅刹车",
     "一边刹不住，下坡害怕。", None, "约1小时", "行动不便居民", False),
    ("company", "self", "原来的棋友搬走了，周末想有人陪着下盘棋。", "周末陪着下盘象棋",
     "原来的棋友搬走了，水平一般，图个热闹。", None, "每次1小时", "", False),
    ("goods", "child", "孩子晚上写作业家里灯暗，想要一盏护眼台灯。", "一盏护眼台灯",
     "晚上写作业用，家里灯暗。", 80, "", "", False),
    ("service", "self", "想学会自己在手机上挂号，看化验单。", "教用手机挂号",
     "想自己会在手机上挂号、看报告。", None, "约2小时", "", True),
    ("service", "elder", "老人四楼没电梯，旧沙发搬不下来。", "把旧沙发搬下楼",
     "四楼没有电梯，搬到院门口就行。", None, "2至3人", "独居老人", True),
    ("goods", "elder", "老人洗澡怕滑，想装个扶手铺块防滑垫。", "卫生间装扶手和防滑垫",
     "洗澡怕滑，想装得稳当些。", 120, "约1小时", "高龄老人", False),
    ("service", "self", "想照一张全家福，老伴腿脚不好出不了门。", "上门拍一张全家福",
     "出门不方便，想在家里拍。", None, "约1小时", "", False),
    ("goods", "self", "二胡断了一根弦，想换新的接着拉。", "二胡换一套新弦",
     "断了一根，想接着拉。", 60, "", "", False),
    ("company", "elder", "母亲每月要去医院复查，我在外地赶不回来。", "陪着去医院复查",
     "子女在外地，每月一次。", None, "半天", "", False),
    ("service", "neighbour", "隔壁大爷电视没声音好久了，帮他调调。", "把电视调出声音来",
     "遥控器按乱了，找不到常看的台。", None, "半小时", "独居老人", False),
    ("goods", "child", "孩子喜欢看书，想要几本适合二三年级看的故事书。", "几本故事书",
     "喜欢看书，适合八九岁。", 100, "", "", False),
    ("service", "self", "窗户合页松了关不严，冬天灌风。", "修一修关不严的窗户",
     "合页松了，冬天灌风。", None, "约1小时", "", False),
    ("goods", "self", "想要一根带座的拐杖，走累了能歇歇。", "一根带座的拐杖",
     "走累了能坐下歇歇。", 90, "", "高龄老人", False),
    ("company", "self", "想找个人一起去公园学打太极。", "一起学打太极",
     "早上在公园，想有个伴。", None, "每周2次", "", True),
    ("service", "self", "想学用手机和在外地的孙女视频。", "教用手机视频通话",
     "想常看看在外地的孙辈。", None, "约1小时", "独居老人", False),
)  # fmt: skip
_TROUBLE = "楼道灯坏了一个月，想换个亮点的灯。"
_NAMES = ("刘女士", "张先生", "王阿姨", "李大爷", "赵女士", "陈阿姨", "周先生", "吴奶奶")
_PLACES = ("第一食品厂家属院", "市政家属院", "纺织厂家属院", "安装公司家属院")


@dataclass
class Scene:
    """What the stories of one run share."""

    moments: Moments
    rng: Random
    staff: Staff
    helpers: list[User]
    told: int = 0

    def begin(self, area: Area, at: datetime, text: tuple) -> Wish:
        """A wish of the list, handed in."""
        self.told += 1
        kind, whom, words = text[:3]
        return wishes.submit(
            wishes.Asked(
                kind=kind, area=area, text=words, for_whom=whom, guardian_consents=whom == "child",
                channel=("web", "visit", "phone", "group")[self.told % 4], source=SOURCE, source_id=str(self.told),
                place=f"{_PLACES[self.told % 4]}{1 + self.told % 6}号楼{1 + self.told % 3}单元{1 + self.told % 5}01",
                name=_NAMES[self.told % 8], phone=f"1380000{2000 + self.told:04d}",
            ),
            at=at,
            by=None,
        )  # fmt: skip

    def show(self, wish: Wish, text: tuple) -> datetime:
        """Reviewed within a few hours and put on the wall; when."""
        at = self.moments.worked(wish.created_at, 0.5, 5)
        _, _, _, title, public, price, effort, label, joint = text
        wishes.publish(wish, PublicWords(title, public, price, effort, label, joint), at=at, by=self.head(wish))
        return at

    def head(self, wish: Wish) -> User:
        """Who answers for the wish's community."""
        return self.staff.head(f"area:{code_at(wish.area_id, Level.COMMUNITY)}")

    def helper(self) -> User:
        """Whoever holds the fewest claims."""
        held = {user.pk: user.wish_claims.live().count() for user in self.helpers}
        return min(self.helpers, key=lambda user: held[user.pk])


def _pending(scene: Scene, wish: Wish, text: tuple) -> None:
    """Waits for its review."""


def _waiting(scene: Scene, wish: Wish, text: tuple) -> None:
    scene.show(wish, text)


def _climbed(scene: Scene, wish: Wish, text: tuple) -> None:
    scene.show(wish, text)
    wishes.sweep(at=wish.climb_at)


def _claimed(scene: Scene, wish: Wish, text: tuple) -> Claim:
    at = scene.show(wish, text)
    return wishes.claim(wish, at=scene.moments.by_day(at, 2, 20), by=scene.helper())


def _working(scene: Scene, wish: Wish, text: tuple) -> None:
    made = _claimed(scene, wish, text)
    wishes.progress(
        made, text="打过电话，约好周六上午去。", at=made.claimed_at + timedelta(minutes=40), by=made.claimer
    )


def _reported(scene: Scene, wish: Wish, text: tuple) -> datetime:
    at = scene.show(wish, text)
    made = wishes.claim(wish, at=scene.moments.by_day(at, 2, 8), by=scene.helper())
    wishes.progress(made, text="约好明天去。", at=made.claimed_at + timedelta(hours=1), by=made.claimer)
    done = made.claimed_at + timedelta(hours=20)
    wishes.deliver(made, proof="办好了，当面试过。", at=done, by=made.claimer)
    wish.refresh_from_db()
    return done


def _fulfilled(scene: Scene, wish: Wish, text: tuple) -> None:
    at = _reported(scene, wish, text) + timedelta(hours=3)
    thanks = ("戴上看得清了，谢谢。", "洗澡再不怕滑了，谢谢。", "麻烦你们了，很暖心。", "")[scene.told % 4]
    wishes.confirm(wish, thanks=thanks, thanks_public=bool(scene.told % 3), at=at, by=None)
    if scene.told % 2:
        wishes.follow_up(wish, text="电话回访，满意。", at=at + timedelta(days=1), by=scene.head(wish))


def _given_up(scene: Scene, wish: Wish, text: tuple) -> None:
    at = scene.show(wish, text)
    made = wishes.claim(wish, at=at + timedelta(hours=1), by=scene.helper())
    wishes.give_up(made, reason="临时出差", at=made.claimed_at + timedelta(hours=20), by=made.claimer)


def _returned(scene: Scene, wish: Wish, text: tuple) -> None:
    at = scene.moments.worked(wish.created_at, 0.5, 3)
    wishes.send_back(wish, reason="请补充大概的尺寸或度数。", at=at, by=scene.head(wish))


def _refused(scene: Scene, wish: Wish, text: tuple) -> None:
    at = scene.moments.worked(wish.created_at, 0.5, 3)
    wishes.refuse(wish, reason="金额较大，建议申请临时救助，社区会与您联系。", at=at, by=scene.head(wish))


def _to_case(scene: Scene, wish: Wish, text: tuple) -> None:
    category = Category.objects.get(code="light-stair")
    wishes.become_case(wish, category=category, at=scene.moments.worked(wish.created_at, 0.5, 3), by=scene.head(wish))


# story, how many, began at least and at most so many working days ago. Those that need a sweep come first.
STORIES: tuple[tuple[Callable, int, int, int], ...] = (
    (_climbed, 3, 10, 11),
    (_fulfilled, 18, 6, 20),
    (_given_up, 2, 3, 4),
    (_refused, 2, 3, 12),
    (_to_case, 1, 0, 0),
    (_reported, 3, 2, 3),
    (_claimed, 3, 2, 3),
    (_working, 2, 2, 3),
    (_waiting, 18, 1, 5),
    (_returned, 2, 1, 4),
    (_pending, 4, 0, 0),
)


def add(rng: Random, staff: Staff, *, thin: int = 1, at: datetime) -> int:
    """Tell the wishes that are missing: all of them once, none afterwards; returns how many."""
    if Wish.objects.filter(source=SOURCE).exists():
        return 0
    scene = Scene(Moments(at, rng), rng, staff, _helpers(at))
    areas = _areas()
    for story, count, latest, earliest in STORIES:
        for _ in range(-(-count // thin)):
            text = TEXTS[scene.told % len(TEXTS)]
            area = areas[scene.told % len(areas)] if scene.told % 2 else Area.objects.get(code=f"{XINCUN}003")
            begun = scene.moments.at_office(rng.randint(latest, earliest))
            if story is _to_case:
                text = ("service", "self", _TROUBLE, *text[3:])
            story(scene, scene.begin(area, begun, text), text)
    return scene.told


def _areas() -> list[Area]:
    """First grids of communities, 北大街道 first."""
    firsts = Area.objects.in_service().filter(level=Level.GRID, code__endswith="001").order_by("code")
    return sorted(firsts, key=lambda area: not area.code.startswith(BEIDA))[:18]


def _helpers(at: datetime) -> list[User]:
    """The volunteers among the accounts; one more has only just registered."""
    community = Area.objects.get(code=XINCUN)
    users = {user.username: user for user in User.objects.filter(username__in=(*VOLUNTEERS, TO_CHECK))}
    secretary = User.objects.get(username="chen")
    for name, user in users.items():
        if not Volunteer.objects.filter(user=user).exists():
            volunteer = wishes.enrol(user, community=community, at=at - timedelta(days=30))
            if name != TO_CHECK:
                wishes.decide(volunteer, "approved", at=at - timedelta(days=29), by=secretary)
    return [users[name] for name in VOLUNTEERS]
