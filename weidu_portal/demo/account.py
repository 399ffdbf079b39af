"""The four stories of the district's account, each told to its end, so that a newcomer can follow every hand.

The square at 安装公司家属院 (whistle, units that help), the seeping basement (up to the district, urged, answered), the
gas (visits, meetings, a joint decision) and the wiring (urgent, inspected together). The wording is ours.
"""

from collections.abc import Iterator
from datetime import timedelta

from cases import services as cases
from cases.assignments import Kind
from cases.models import Assignment, Case, CasePhoto
from cases.services import assigning, coordinating, publishing, whistling
from cases.services.coordinating import NextStep, Noted
from cases.states import Outcome
from grids.levels import Level
from supervision.models import Order
from supervision.services import deciding, handing, meetings, ordering, reviewing
from weidu_portal.demo import account_texts as words
from weidu_portal.demo.people import XINCUN
from weidu_portal.demo.pictures import drawn
from weidu_portal.demo.places import BEIDA
from weidu_portal.demo.story import SATISFIED, raise_to, take_on
from weidu_portal.demo.teller import Plan, Story, Teller
from workdays.calendar import Span


def plans(tell: Teller) -> Iterator[tuple]:
    """(story, plan) of each; all began long enough ago to have ended by now."""
    rows = (
        (square, words.SQUARE, f"{XINCUN}003", "安装公司家属院", 24),
        (basement, words.BASEMENT, f"{XINCUN}003", "第一食品厂家属院", 27),
        (gas, words.GAS, f"{XINCUN}003", "安装公司家属院", 27),
        (wiring, words.WIRING, f"{BEIDA}006001", "纺织厂家属院", 9),
        (called, words.LAMPS, f"{XINCUN}003", "新村南街", 4),
    )
    for course, matter, grid, spot, days in rows:
        key = f"account-{course.__name__}"
        yield (
            course,
            Plan(
                key, tell.moments.at_office(days), matter, tell.map.by_code[grid], spot, matter.texts[0], matter.title
            ),
        )


def square(tell: Teller, plan: Plan) -> Story:
    """小事不出小区，大事不出社区: the street whistles, two units help, the square is handed to the residents."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.STREET)
    yield from _called(tell, case, plan)
    director, units = tell.worker(case), [tell.units["jiaoti"], tell.units["yuanlin"]]
    yield tell.moments.worked(tell.clock, 1, 3)
    arrive_by = tell.moments.calendar.add(tell.clock, Span(1, "workday"))
    called = whistling.whistle(
        case, units, place="安装公司家属院东门", arrive_by=arrive_by, purpose="看空地，定铺装、座椅和树池由谁来办。",
        at=tell.clock, by=director,
    )  # fmt: skip
    yield from _come(tell, called, report="看过现场，同意支持。")
    due = tell.moments.calendar.add(tell.clock, Span(8, "workday"))
    steps = [
        NextStep("提供座椅8条，送到院内。", due, unit=units[0], owner="郭科长"),
        NextStep("砌树池3个，栽树。", due, unit=units[1], owner="贺主任"),
    ]
    _noted(tell, case, "meeting", "居民代表9人同意清理，铺装由街道安排，座椅和树池由两家单位支持。", units, steps,
           "街道、区教体局、园林绿化中心和居民代表已商定方案，八个工作日内做好。", whistle=called)  # fmt: skip
    whistling.end_whistle(called, "两家单位都到场，方案已定。", at=tell.clock, by=director)
    yield from _deliver(tell, case, ("座椅8条已送到并固定。", "树池3个已砌好，栽国槐3棵。"), 30, 50)
    yield from _finish(tell, case, plan, director)


def basement(tell: Teller, plan: Plan) -> Story:
    """难事: up to the district, listed, handed out with a unit that helps, late and urged, supervised, accepted."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.DISTRICT)
    yield from _collected(tell, case, plan, "zhujian", ["gongshui"], "同一排水沟今年反映过三次，建议一次修好。", days=4)
    yield from take_on(tell, case, plan)
    yield from _helped(tell, case, "供水管道已排查，接口渗漏一处，已更换。")
    yield tell.moments.worked(case.due_at, 12, 15)  # nobody answered in time: the portal urges
    case.refresh_from_db()
    office = tell.staff.head(f"unit:{tell.units['quweiban'].pk}")
    answer_by = tell.moments.calendar.add(tell.clock, Span(3, "workday"))
    order = ordering.issue(
        case, Order.Kind.FIRST, demand="三个工作日内报开挖时间和完工日期。", answer_by=answer_by,
        why="超过办理期限没有答复。", at=tell.clock, by=office,
    )  # fmt: skip
    yield tell.moments.worked(tell.clock, 6, 10)
    head = tell.head(case)
    assigning.sign(order.assignment, at=tell.clock, by=head)
    assigning.report(
        order.assignment, "已进场开挖，五个工作日内完工，完工后住建局和社区一起看。", at=tell.clock, by=head
    )
    yield tell.moments.worked(tell.clock, 3, 6)
    ordering.accept_answer(order, "时间明确，按此落实。", at=tell.clock, by=office)
    yield tell.moments.worked(tell.clock, 20, 30)
    yield from _finish(tell, case, plan, head)


def gas(tell: Teller, plan: Plan) -> Story:
    """公用企业: three visits and two meetings, a joint decision, and every flat lit at last."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.DISTRICT)
    yield from _collected(tell, case, plan, "ranqi", ["zhujian"], "几家单位意见不一致，建议燃气公司牵头。", days=12)
    yield from take_on(tell, case, plan)
    company, housing = tell.units["ranqi"], tell.units["zhujian"]
    engineer = tell.worker(case)
    for kind, found in _GAS_TALKS:
        yield tell.moments.worked(tell.clock, 3, 6)
        case.refresh_from_db()
        _noted(tell, case, kind, found, [company, housing], [], "", by=engineer)
    yield from _decided(tell, case, company)
    yield from _helped(tell, case, "已和相邻院落产权单位签好穿越协议，恢复路面由施工方负责。")
    yield tell.moments.worked(tell.clock, 8, 14)
    yield from _finish(tell, case, plan, engineer)


_GAS_TALKS = (
    ("site", "看了院内走向和相邻院落的围墙，东线短但要穿墙。"),
    ("site", "和相邻院落产权单位一起看，担心影响停车位。"),
    ("meeting", "三方协调：施工避开早晚，恢复路面，先报安全方案。"),
    ("site", "复看西线，要绕行120米，费用高，不再考虑。"),
    ("meeting", "产权单位原则同意东线，提请区里一起定。"),
)


def wiring(tell: Teller, plan: Plan) -> Story:
    """紧急隐患: straight to the street, both units on the spot within hours, closed with proof."""
    yield plan.at
    case = tell.register(plan)
    yield tell.clock + timedelta(minutes=20)
    worker = tell.worker(case)
    cases.sign(case, at=tell.clock, by=worker)
    cases.set_title(case, plan.title, at=tell.clock, by=worker)
    cases.note(case, plan.matter.seen, photos=[drawn("power", tell.rng, by=worker)], at=tell.clock, by=worker)
    yield tell.clock + timedelta(minutes=10)
    cases.escalate(case, plan.matter.up, at=tell.clock, by=worker)
    yield tell.clock + timedelta(minutes=12)
    director = tell.worker(case)
    cases.sign(case, at=tell.clock, by=director)
    called = whistling.whistle(
        case, [tell.units["gongdian"], tell.units["xiaofang"]], place="许由路老楼二单元", arrive_by=tell.clock + timedelta(hours=2),
        purpose="断开故障回路，联合检查线路。", at=tell.clock, by=director,
    )  # fmt: skip
    yield from _come(tell, called, report="已到现场检查处置。", minutes=35)
    cases.reply(case, plan.matter.reply, at=tell.clock, by=director)
    _noted(tell, case, "site", "联合检查三个单元：表箱老化，入户线过细，楼道没有堆物。",
           [tell.units["gongdian"], tell.units["xiaofang"]], [], "供电、消防和街道已联合检查，今天内换表箱。", whistle=called)  # fmt: skip
    whistling.end_whistle(called, "两家单位都已到场，隐患当场控制。", at=tell.clock, by=director)
    yield tell.clock + timedelta(hours=5)
    yield from _finish(tell, case, plan, director)


def called(tell: Teller, plan: Plan) -> Story:
    """Under way now: the street has whistled, one unit has confirmed, the time lies ahead."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.STREET)
    yield from _called(tell, case, plan)
    yield tell.moments.worked(tell.clock, 0.5, 1)
    arrive_by = tell.moments.calendar.add(tell.now, Span(1, "workday"))
    units = [tell.units["chengguan"], tell.units["gongdian"]]
    row = whistling.whistle(
        case, units, place="新村南街路口", arrive_by=arrive_by, purpose="分清路灯归谁管，定修复时间。",
        at=tell.clock, by=tell.worker(case),
    )  # fmt: skip
    yield tell.moments.worked(tell.clock, 0.3, 0.6)
    first = row.assignments.order_by("pk").first()
    assigning.sign(first, at=tell.clock, by=tell.staff.head(first.seat))


def meeting_ahead(tell: Teller) -> Story:
    """A joint meeting in two working days: its agenda, who is asked, one answer."""
    yield tell.moments.at_office(0)
    office = tell.staff.head(f"unit:{tell.units['quweiban'].pk}")
    held_at = tell.moments.calendar.add(tell.now, Span(2, "workday"))
    meeting = meetings.plan(held_at, "区委三楼会议室", at=tell.clock, by=office)
    late = list(Case.objects.overdue(tell.clock).filter(handling_unit__takes_cases=True).order_by("due_at", "pk")[:3])
    for case in late:
        meetings.add_case(meeting, case, "牵头单位、完成时间和经费", at=tell.clock, by=office)
    units = list({case.handling_unit_id: case.handling_unit for case in late}.values())
    for one in meetings.invite(meeting, units=units, at=tell.clock, by=office)[:1]:
        meetings.answer_invitation(one, "coming", "", at=tell.clock, by=tell.staff.head(f"unit:{one.unit_id}"))


def _called(tell: Teller, case: Case, plan: Plan) -> Story:
    """The street signs and gives the case its public name."""
    yield from take_on(tell, case, plan)
    if not case.title:
        cases.set_title(case, plan.title, at=tell.clock, by=tell.worker(case))


def _come(tell: Teller, called, *, report: str, minutes: int = 0) -> Story:
    """Every unit a whistle called confirms, arrives before the time, and reports."""
    rows = list(called.assignments.select_related("unit").order_by("pk"))
    for row in rows:
        yield tell.clock + timedelta(minutes=minutes or 40)
        assigning.sign(row, at=tell.clock, by=tell.staff.head(row.seat))
    yield (tell.clock + timedelta(minutes=minutes)) if minutes else called.arrive_by - timedelta(minutes=8)
    for row in rows:
        assigning.arrive(row, at=tell.clock, by=tell.staff.head(row.seat))
    yield tell.clock + timedelta(minutes=45)
    for row in rows:
        assigning.report(row, report, at=tell.clock, by=tell.staff.head(row.seat))


def _noted(tell: Teller, case: Case, kind: str, found: str, units, steps, public_text: str, *, whistle=None, by=None):
    """Write down one visit or meeting that has just ended."""
    noted = Noted(
        kind, tell.clock - timedelta(minutes=20), case.place or "社区会议室", found, units=units, others="居民代表、社区",
        public_text=public_text, steps=steps, whistle=whistle,
    )  # fmt: skip
    return coordinating.note_coordination(case, noted, at=tell.clock, by=by or tell.worker(case))


def _deliver(tell: Teller, case: Case, reports, low: float, high: float) -> Story:
    """Every agreed step is signed and reported."""
    rows = list(Assignment.objects.open().filter(case=case, kind=Kind.STEP).order_by("pk"))
    for row, said in zip(rows, reports, strict=True):
        yield tell.moments.worked(tell.clock, 1, 2)
        assigning.sign(row, at=tell.clock, by=tell.staff.head(row.seat))
        yield tell.moments.worked(tell.clock, low / len(rows), high / len(rows))
        assigning.report(row, said, photos=[drawn("other", tell.rng)], at=tell.clock, by=tell.staff.head(row.seat))


def _collected(
    tell: Teller, case: Case, plan: Plan, lead: str, helpers: list[str], opinion: str, *, days: int
) -> Story:
    """区委组织部 reviews and lists, 区委办 hands out to the lead unit and those that help."""
    if not case.title:
        cases.set_title(case, plan.title, at=tell.clock, by=tell.head(case))
    unit, helping = tell.units[lead], [tell.units[code] for code in helpers]
    yield tell.after(case, 1, 5)
    said = reviewing.Opinion(lead=unit, helpers=tuple(helping), text=opinion)
    reviewing.accept(case, said, at=tell.clock, by=tell.head(case))
    case.refresh_from_db()
    yield tell.after(case, 1, 4)
    due_at = tell.moments.calendar.add(tell.clock, Span(days, "workday"))
    instruction = f"请{unit.name}牵头到现场核实，提出解决办法并落实，结果告知社区和居民。"
    row = handing.Row(case, unit, instruction, tuple(helping), due_at)
    handing.hand_out_batch([row], at=tell.clock, by=tell.head(case))
    case.refresh_from_db()


def _helped(tell: Teller, case: Case, said: str) -> Story:
    """The units that help sign and report."""
    for row in Assignment.objects.open().filter(case=case, kind=Kind.CO_HANDLE).order_by("pk"):
        yield tell.moments.worked(tell.clock, 1, 3)
        assigning.sign(row, at=tell.clock, by=tell.staff.head(row.seat))
        yield tell.moments.worked(tell.clock, 4, 8)
        assigning.report(row, said, at=tell.clock, by=tell.staff.head(row.seat))
    case.refresh_from_db()


def _decided(tell: Teller, case: Case, company) -> Story:
    """联席研判: planned, the units asked, decided with an owner and a day, issued; the duty is done and accepted."""
    yield tell.moments.worked(tell.clock, 2, 4)
    office = tell.staff.head(f"unit:{tell.units['quweiban'].pk}")
    held_at = tell.moments.calendar.add(tell.clock, Span(1, "workday"))
    meeting = meetings.plan(held_at, "区委三楼会议室", at=tell.clock, by=office)
    item = meetings.add_case(meeting, case, "东线穿越相邻院落由谁定、何时开工", at=tell.clock, by=office)
    invited = meetings.invite(meeting, units=[company, tell.units["zhujian"]], at=tell.clock, by=office)
    yield tell.moments.worked(tell.clock, 1, 2)
    for one in invited:
        person = tell.staff.head(f"unit:{one.unit_id}")
        meetings.answer_invitation(one, "coming", "", at=tell.clock, by=person)
    yield held_at + timedelta(hours=1)
    due = timezone_date(tell, 6)
    duty = deciding.Duty(due, unit=company, owner="马经理", what="按东线开工，逐户点火。")
    deciding.decide(
        item, "按东线施工，燃气公司负责，路面由施工方恢复。", "区里已定东线施工，六个工作日内接到院里。", [duty],
        at=tell.clock, by=office,
    )  # fmt: skip
    yield tell.clock + timedelta(hours=1)
    meetings.issue(meeting, at=tell.clock, by=office)
    yield tell.moments.worked(tell.clock, 16, 24)
    task = item.resolutions.select_related("assignment").get().assignment
    person = tell.staff.head(task.seat)
    assigning.sign(task, at=tell.clock, by=person)
    assigning.report(task, "东线已通，主管接到院内。", at=tell.clock, by=person)
    assigning.accept(task, "已到现场看过。", at=tell.clock, by=office)
    case.refresh_from_db()


def timezone_date(tell: Teller, days: int):
    """The local date so many working days on."""
    return tell.moments.calendar.add(tell.clock, Span(days, "workday")).date()


def _finish(tell: Teller, case: Case, plan: Plan, by) -> Story:
    """Answered with proof, accepted where a unit did it, confirmed by the resident, and shown in public."""
    case.refresh_from_db()
    if not Assignment.objects.open().filter(case=case, kind=Kind.CO_HANDLE).exists():
        before = drawn(plan.matter.category.split("-")[0], tell.rng, by=by)
        cases.note(case, "办理前的样子。", photos=[before], at=tell.clock, by=by)
    yield tell.clock + timedelta(minutes=30)
    after = drawn("other", tell.rng, by=by)
    cases.resolve(case, case.level, plan.matter.done, photos=[after], at=tell.clock, by=by)
    yield tell.moments.worked(tell.clock, 1, 3)
    if case.handling_unit_id:
        cases.accept(case, "已到现场验收，属实。", at=tell.clock, by=tell.at_community(case))
    yield tell.moments.worked(tell.clock, 0.5, 2)
    case.refresh_from_db()
    cases.confirm(
        case, Outcome.SOLVED, SATISFIED, comment="办得实在，谢谢。", report=tell.first_report(case), at=tell.clock
    )
    yield tell.moments.worked(tell.clock, 0.5, 2)
    case.refresh_from_db()
    photos = list(CasePhoto.objects.filter(case=case, report__isnull=True).order_by("pk"))
    secrets = publishing.secrets_of(case)
    # A compound in which few live is not named, whatever the story is called inside.
    title = plan.title.replace(plan.place, "老家属院") if secrets.fault(plan.title) else plan.title
    publishing.publish(
        case,
        title=title,
        text=_PUBLIC[plan.key],
        reply=plan.matter.done,
        place=publishing.usual_place(case, secrets),
        before=photos[0],
        after=photos[-1],
        at=tell.clock,
        by=tell.at_community(case),
    )


_PUBLIC = {
    "account-square": "院里空地种菜、堆杂物，居民希望收拾出来做活动的地方。",
    "account-basement": "地下室北墙渗水，储藏间受潮，居民担心用电安全。",
    "account-gas": "老家属院一直用煤气罐，居民希望接通天然气。",
    "account-wiring": "楼道表箱破损、线路老化，有安全隐患。",
}
