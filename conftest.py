"""The ground and the named cast every test may use."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.models import User
from agency import services as agency
from agency.models import AgencyItem, AgencyRequest
from cases import limits
from cases import services as cases
from cases.models import Case, Category
from grids.models import Area, Building, Compound, Entrance, Organization, Post, Posting
from households.models import Household
from households.services import keeping
from ops.standing import Standing
from public import catalog
from visits import services as visits
from visits.models import Topic, Visit
from weidu_portal import ground as portal_ground
from wishes import services as wishes
from wishes.models import Volunteer, Wish
from workdays import calendar

XINCUN = "411002005003"  # 北大街道新村社区
GRID = f"{XINCUN}003"  # 第三网格
SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """An aware time of the district: moment("2026-11-23 10:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Slow hashing protects people, not tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_kept():
    """No test sees the calendar or the lists another one left in this process, nor its counts on the cache server."""
    calendar.forget()
    catalog.forget()
    limits.forget()
    cache.clear()
    yield
    calendar.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The ground once for all tests: those that roll back leave it, and after one that committed it is put back."""
    standing = Standing()
    with django_db_blocker.unblock():
        portal_ground.load()
        standing.keep()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: standing.restore())
        yield standing


@pytest.fixture
def ground(db):
    """Areas, organizations, posts, calendar, categories, limits and the notice."""
    if not Area.objects.exists() or not Category.objects.exists():
        portal_ground.load()


def posted(username: str, name: str, title: str, post: str, *, area: str = "", unit: str = "") -> User:
    """A member of staff with one current posting."""
    user = User(username=username, full_name=name, title=title, must_change_password=False)
    user.set_unusable_password()
    user.save()
    if post:
        Posting.objects.create(
            user=user,
            post=Post.objects.get(code=post),
            area_id=area or None,
            unit=Organization.objects.get(code=unit) if unit else None,
            valid_from=timezone.localdate().replace(year=2020),
        )
    return user


@pytest.fixture
def wang(ground):
    """Grid worker of 新村社区第三网格."""
    return posted("wang", "王建新", "王网格员", "grid_worker", area=GRID)


@pytest.fixture
def chen(ground):
    """Secretary of 新村社区."""
    return posted("chen", "陈立民", "陈书记", "community_secretary", area=XINCUN)


@pytest.fixture
def he(ground):
    """Community worker of 新村社区, without the right to approve."""
    return posted("he", "何晓燕", "何专干", "community_worker", area=XINCUN)


@pytest.fixture
def zhao(ground):
    """Director of 北大街道."""
    return posted("zhao", "赵国强", "赵主任", "street_director", area=XINCUN[:9])


@pytest.fixture
def qian(ground):
    """区委组织部."""
    return posted("qian", "钱敏", "钱科长", "collector_head", area="411002", unit="zuzhibu")


@pytest.fixture
def sun(ground):
    """区委办."""
    return posted("sun", "孙志远", "孙主任", "supervisor_head", area="411002", unit="quweiban")


@pytest.fixture
def li(ground):
    """A department: 区住建局."""
    return posted("li", "李文博", "李科长", "unit_head", unit="zhujian")


@pytest.fixture
def outsider(ground):
    """Director of another street, 丁庄街道."""
    return posted("outsider", "周海涛", "周主任", "street_director", area="411002008")


@pytest.fixture
def clerk(ground):
    """An account without any posting."""
    return posted("clerk", "吴静", "吴干事", "")


@pytest.fixture
def admin_user(db):
    """Who runs the portal: may configure, has no posting, has a password of the own."""
    return User.objects.create_superuser("administrator", full_name="管理员", must_change_password=False)


@pytest.fixture
def make_case(ground):
    """Opens a case through the intake: make_case(area=…, category=…, at=…, by=…)."""

    def make(*, area: str = GRID, category: str = "light-street", at=None, by=None, **more) -> Case:
        request = cases.Request(
            category=Category.objects.get(code=category),
            area=Area.objects.get(code=area),
            **{
                "text": "楼前的路灯三天没亮了",
                "place": "市政家属院3号楼",
                "name": "刘女士",
                "phone": "13800001234",
                **more,
            },
        )
        report = cases.register(request, at=at or moment("2026-11-23 10:00"), by=by)
        return Case.objects.get(pk=report.case_id)

    return make


@pytest.fixture
def make_errand(ground):
    """Takes an errand in: make_errand("heating", area=…, way=…, at=…, by=…)."""

    def make(item: str = "heating", *, area: str = GRID, at=None, by=None, **more) -> AgencyRequest:
        asked = agency.Asked(
            item=AgencyItem.objects.get(code=item),
            area=Area.objects.get(code=area),
            **{
                "way": "home",
                "door": "第一食品厂家属院3号楼2单元501",
                "name": "马奶奶",
                "phone": "13800001234",
                **more,
            },
        )
        return agency.ask(asked, at=at or moment("2026-11-23 10:00"), by=by)

    return make


@pytest.fixture
def courtyard(ground):
    """第一食品厂家属院 in GRID: building 3 with entrances 1 and 2, building 1 without a known entrance."""
    compound = Compound.objects.create(
        area_id=GRID, name="第一食品厂家属院", kind=Compound.Kind.WORK_UNIT, address="健康路18号", year_built=1986
    )
    third, _ = (Building.objects.create(compound=compound, area_id=GRID, number=number) for number in (3, 1))
    Entrance.objects.bulk_create(Entrance(building=third, number=number) for number in (1, 2))
    return compound


@pytest.fixture
def make_household(courtyard):
    """Registers a household: make_household("3-2-501", people=[("刘秀兰", "head", "13800001234")], kind=…, at=…).

    `door` is building, entrance and room as people type them; "12号" is a door on the courtyard. A person is
    (name, relation, phone) or a `keeping.Person`.
    """

    def make(door: str = "3-2-501", *, compound=None, people=(("刘秀兰", "head", "13800001234"),), **more) -> Household:
        *numbers, room = door.split("-")
        building_no, unit_no = [*map(int, numbers), None, None][:2]
        persons = [p if isinstance(p, keeping.Person) else keeping.Person(*p[:2], phone="".join(p[2:])) for p in people]
        return keeping.register(
            compound or courtyard,
            building_no=building_no,
            unit_no=unit_no,
            room=room,
            people=persons,
            **{"by": None, **more},
        )

    return make


@pytest.fixture
def make_wish(ground):
    """Takes a wish in: make_wish(area=…, kind=…, at=…, by=…)."""

    def make(*, area: str = GRID, at=None, by=None, **more) -> Wish:
        asked = wishes.Asked(
            area=Area.objects.get(code=area),
            **{
                "kind": "goods",
                "text": "看药盒上的字吃力，想要一副老花镜",
                "place": "第一食品厂家属院3号楼2单元501",
                "name": "刘秀英",
                "phone": "13800001234",
                **more,
            },
        )
        return wishes.submit(asked, at=at or moment("2026-11-23 10:00"), by=by)

    return make


@pytest.fixture
def make_volunteer(ground):
    """A person who may claim: make_volunteer("he_ping", "何平", community=…, state=…)."""

    def make(
        username: str = "he_ping", name: str = "何平", *, community: str = XINCUN, state="approved", **more
    ) -> User:
        user = posted(username, name, f"{name[0]}同志", "")
        decided = {} if state == "pending" else {"decided_at": timezone.now(), "decided_by": user}
        Volunteer.objects.create(user=user, community_id=community, state=state, **decided, **more)
        return user

    return make


@pytest.fixture
def make_visit(make_household):
    """Writes a visit down: make_visit(household, "met", by=wang, at=…, topics={"leak": "case"}, …).

    `topics` maps codes to what is made of them; `detail` is what every one of them says. `at` is when it happened and
    when it was received.
    """

    def make(household=None, outcome="met", *, by, at=None, topics=(), detail="下雨后储藏间进水", **more) -> Visit:
        lines = [
            visits.Heard(Topic.objects.get(code=code), handling, detail if handling != "record" else "")
            for code, handling in dict(topics).items()
        ]
        at = at or timezone.now()
        said = visits.Said(household or make_household(), outcome, happened_at=at, lines=lines, **more)
        return visits.write_down(said, at=at, by=by)

    return make
