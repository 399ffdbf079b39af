"""The courses a case takes, told as generators: `yield` gives the moment of the next step."""

from datetime import datetime

from cases import services as cases
from cases.models import Approval, Case
from cases.services import publishing
from cases.states import Outcome, Satisfaction, Status
from grids.levels import Level
from supervision.models import Ledger
from supervision.services import handing, ledgers, reviewing
from weidu_portal.demo import texts
from weidu_portal.demo.teller import Plan, Story, Teller
from workdays.calendar import Span

SATISFIED, FAIRLY, DISSATISFIED = Satisfaction.SATISFIED, Satisfaction.FAIRLY, Satisfaction.DISSATISFIED


def in_the_grid(tell: Teller, plan: Plan) -> Story:
    """小事不出小区: signed, looked at and ended by the grid."""
    yield plan.at
    case = tell.register(plan)
    yield from take_on(tell, case, plan)
    if tell.chance(0.6):
        yield tell.after(case, 0.2, 1)
        cases.note(case, plan.matter.seen, at=tell.clock, by=tell.worker(case))
    yield from _finish(tell, case, plan, 0.3, 2)


def in_the_community(tell: Teller, plan: Plan) -> Story:
    """The grid passes it on by hand, the community ends it."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.COMMUNITY)
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 1, 12)


def by_time(tell: Teller, plan: Plan) -> Story:
    """Nobody at the grid signs; it climbs by itself and the next level ends it."""
    yield plan.at
    case = tell.register(plan)
    yield tell.after_climb(case, 0.3, 3)
    case.refresh_from_db()
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 1, 10)


def in_the_street(tell: Teller, plan: Plan) -> Story:
    """难事: up to the street by hand, a third of them with an extension."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.STREET)
    yield from take_on(tell, case, plan)
    if tell.chance(0.35) and not case.urgent:
        yield from _extend(tell, case, agreed=tell.chance(0.8))
    yield from _finish(tell, case, plan, 4, 26)


def in_the_district(tell: Teller, plan: Plan) -> Story:
    """What the street cannot end: 区委组织部 collects, 区委办 hands out, a unit handles, the community accepts."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.DISTRICT)
    yield tell.after(case, 0.5, 5)
    unit = case.category.usual_unit or tell.units["chengguan"]
    said = reviewing.Opinion(lead=unit, text="情况属实，街道已穷尽手段，请交办。")
    reviewing.accept(case, said, at=tell.clock, by=tell.head(case))
    case.refresh_from_db()
    yield tell.after(case, 0.5, 4)
    _hand_out(tell, case, unit)
    yield from take_on(tell, case, plan)
    yield from _answer_and_end(tell, case, plan, 10, 40)
    yield tell.after(case, 2, 12)
    cases.accept(case, "已同楼栋长到现场看过，属实。", at=tell.clock, by=tell.at_community(case))
    yield from _verdict(tell, case)


def _hand_out(tell: Teller, case: Case, unit, due_at=None) -> None:
    words = f"请{unit.name}牵头到现场核实，提出解决办法并落实，结果告知社区和居民。"
    handing.hand_out_batch([handing.Row(case, unit, words, due_at=due_at)], at=tell.clock, by=tell.head(case))
    case.refresh_from_db()


def left_with_a_unit(tell: Teller, plan: Plan) -> Story:
    """Handed out with a short time, signed, and not answered: urged the working day after."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.DISTRICT)
    yield tell.after(case, 0.5, 3)
    unit = case.category.usual_unit or tell.units["chengguan"]
    said = reviewing.Opinion(lead=unit, text="居民多次反映，请尽快办理。")
    reviewing.accept(case, said, at=tell.clock, by=tell.head(case))
    case.refresh_from_db()
    yield tell.after(case, 0.5, 2)
    _hand_out(tell, case, unit, tell.moments.calendar.add(tell.clock, Span(2, "workday")))
    yield from take_on(tell, case, plan)


def week_ends(tell: Teller, at: datetime) -> Story:
    """The working ledger of a week is issued. The document number is an example, as a person would type it."""
    yield at
    for ledger in Ledger.objects.filter(issued_at=None).exclude(items=None).order_by("pk"):
        by = tell.staff.head(f"unit:{tell.units['zuzhibu'].pk}")
        ledgers.issue(ledger, f"示例〔{at.year}〕{ledger.number}号", at=tell.clock, by=by)


def left_alone(tell: Teller, plan: Plan) -> Story:
    """Nobody does anything: the sweep carries it up."""
    yield plan.at
    tell.register(plan)


def stays_with(level: int):
    """A story that is raised to `level`, signed and answered there, and then waits."""

    def story(tell: Teller, plan: Plan) -> Story:
        yield plan.at
        case = tell.register(plan)
        yield from raise_to(tell, case, plan, level)
        yield from take_on(tell, case, plan)
        yield tell.after(case, 0.5, 3)
        tell.answer(case, plan.matter.reply)

    return story


def suspended(tell: Teller, plan: Plan) -> Story:
    """挂账: cannot be solved now, to be looked at again on a day."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.STREET)
    yield from take_on(tell, case, plan)
    yield tell.after(case, 2, 8)
    reason_class, reason = tell.rng.choice(_SUSPENSIONS)
    review = tell.moments.calendar.add(tell.clock, Span(tell.rng.randrange(6, 30), "workday")).date()
    approval = cases.ask_suspension(case, reason_class, review, reason, at=tell.clock, by=tell.worker(case))
    yield tell.after(case, 0.5, 4)
    tell.decide(approval, case, agreed=True)


_CLASS = Approval.ReasonClass
_SUSPENSIONS = (
    (_CLASS.FUNDS, "维修资金不足，已列入年度改造申报。"),
    (_CLASS.PLAN, "已列入老旧小区改造计划，随整体工程实施。"),
    (_CLASS.SEASON, "气温低于施工要求，开春后施工。"),
    (_CLASS.HISTORY, "产权单位已注销，权属正在确认。"),
)


def refused(tell: Teller, plan: Plan) -> Story:
    """不予受理 with a reason the resident reads."""
    yield plan.at
    case = tell.register(plan)
    yield from raise_to(tell, case, plan, Level.COMMUNITY)
    yield from take_on(tell, case, plan)
    yield tell.after(case, 0.5, 3)
    approval = cases.ask_refusal(case, tell.rng.choice(texts.REFUSALS), at=tell.clock, by=tell.worker(case))
    yield tell.after(case, 0.5, 3)
    tell.decide(approval, case, agreed=True)


def merged(tell: Teller, plan: Plan) -> Story:
    """Two requests about the same trouble: the later one is merged into the first."""
    yield plan.at
    case = tell.register(plan)
    yield from take_on(tell, case, plan)
    again = Plan(f"{plan.key}-b", plan.at, plan.matter, plan.area, plan.place, plan.text, plan.title)
    second = tell.register(again)
    yield tell.after(second, 0.3, 1)
    cases.merge(second, case, note="同一地点同一问题。", at=tell.clock, by=tell.worker(second))
    yield from _finish(tell, case, plan, 0.3, 1.5)


def shared(tell: Teller, plan: Plan) -> Story:
    """Several residents report one trouble; the first adds something later."""
    yield plan.at
    case = tell.register(plan)
    yield from take_on(tell, case, plan)
    for number in range(tell.rng.randrange(1, 4)):
        yield tell.after(case, 0.1, 0.5)
        tell.join(case, plan, number)
    cases.add(tell.first_report(case), tell.rng.choice(texts.ADDED), at=tell.clock)
    yield from raise_to(tell, case, plan, Level.COMMUNITY)
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 2, 9)


def withdrawn(tell: Teller, plan: Plan) -> Story:
    """The resident takes it back."""
    yield plan.at
    case = tell.register(plan)
    yield tell.after(case, 0.5, 3)
    cases.withdraw(tell.first_report(case), at=tell.clock)


def disputed(course: str):
    """未解决: the level above reopens or explains, or nobody looks at it in time (`course` is reopen, explain, lapse)."""

    def story(tell: Teller, plan: Plan) -> Story:
        yield plan.at
        case = tell.register(plan)
        yield from take_on(tell, case, plan)
        yield from _answer_and_end(tell, case, plan, 0.5, 2)
        yield tell.by_day(3, 20)
        words, report = tell.rng.choice(texts.DISPUTED), tell.first_report(case)
        cases.dispute(case, words, satisfaction=DISSATISFIED, report=report, at=tell.clock)
        yield (
            tell.moments.worked(tell.clock, 1, 4) if course != "lapse" else tell.moments.worked(case.review_by, 0.3, 2)
        )
        yield from _review(tell, case, plan, course)

    return story


def _review(tell: Teller, case: Case, plan: Plan, course: str) -> Story:
    case.refresh_from_db()
    if course == "explain":
        cases.explain(case, f"已到现场复核。{plan.matter.done}", at=tell.clock, by=tell.above(case))
        yield from _verdict(tell, case)
        return
    if course == "reopen":
        cases.reopen(case, "复核发现处理不彻底，由本级重新办理。", at=tell.clock, by=tell.above(case))
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 1, 6)


def routed(tell: Teller, plan: Plan) -> Story:
    """Reported without a grid: the community's triage gives it to one of its grids."""
    yield plan.at
    case = tell.register(plan)
    yield tell.after(case, 0.3, 2)
    grid = tell.map.by_code[f"{case.area_id[:12]}001"]
    cases.route(case, grid, note="在你网格范围内，请先去看看。", at=tell.clock, by=tell.worker(case))
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 0.5, 2)


def sent_back(tell: Teller, plan: Plan) -> Story:
    """Not this grid's: back to the community's triage, and on to the right grid."""
    yield plan.at
    case = tell.register(plan)
    yield tell.after(case, 0.3, 1.5)
    cases.send_back(case, "地点在路东，属于相邻网格。", at=tell.clock, by=tell.worker(case))
    yield tell.after(case, 0.2, 1)
    cases.route(case, tell.map.sibling(case.area), at=tell.clock, by=tell.worker(case))
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 0.5, 2)


def at_its_level(tell: Teller, plan: Plan) -> Story:
    """Handled where it came in: hotline sheets, complaints about a post holder."""
    yield plan.at
    case = tell.register(plan)
    yield from take_on(tell, case, plan)
    yield from _finish(tell, case, plan, 2, 10)


def take_on(tell: Teller, case: Case, plan: Plan) -> Story:
    """Whoever holds the case signs, where nobody has."""
    case.refresh_from_db()
    if case.status == Status.RECEIVED:
        yield tell.after(case, 0.2, 1.4)
    tell.sign(case, plan)


def raise_to(tell: Teller, case: Case, plan: Plan, level: int) -> Story:
    """Up by hand, each level after looking; urgent cases skip the community by themselves."""
    while case.level < level:
        yield from take_on(tell, case, plan)
        yield tell.after(case, 0.2, 1.2)
        cases.note(case, plan.matter.seen, at=tell.clock, by=tell.worker(case))
        if case.level > Level.GRID:
            yield tell.after(case, 0.5, 6)
            tell.answer(case, plan.matter.reply)
        yield tell.after(case, 0.2, 1.2)
        cases.escalate(case, plan.matter.up, at=tell.clock, by=tell.worker(case))


def _extend(tell: Teller, case: Case, *, agreed: bool) -> Story:
    yield tell.after(case, 1, 8)
    days = min(3, cases.extension_days(case))
    approval = cases.ask_extension(case, days, "等待施工单位勘查结果。", at=tell.clock, by=tell.worker(case))
    yield tell.after(case, 0.5, 4)
    tell.decide(approval, case, agreed=agreed, note="" if agreed else "请先按原期限推进，不够再上报。")


def _answer_and_end(tell: Teller, case: Case, plan: Plan, low: float, high: float) -> Story:
    if tell.chance(0.7):
        yield tell.after(case, low / 3, high / 3)
        tell.answer(case, plan.matter.reply)
    yield tell.after(case, low, high)
    case.refresh_from_db()
    if case.status == Status.RECEIVED:
        tell.sign(case, plan)  # its time ran out meanwhile, and the level above carries on
    tell.end(case, plan.matter.done)


def _finish(tell: Teller, case: Case, plan: Plan, low: float, high: float) -> Story:
    yield from _answer_and_end(tell, case, plan, low, high)
    yield from _verdict(tell, case)
    _release(tell, case, plan.matter.done)


def _release(tell: Teller, case: Case, done: str) -> None:
    """The community puts every second case it may into the public ledger, in words that name nobody."""
    case.refresh_from_db()
    if case.pk % 2 or not case.title or publishing.obstacle(case):
        return
    secrets = publishing.secrets_of(case)
    title, reply = ("" if secrets.fault(words) else words for words in (case.title, done))
    words = {"title": title or case.category.name, "text": f"居民反映{case.category.name}的问题。", "reply": reply}
    place = publishing.usual_place(case, secrets)
    publishing.publish(case, **words, place=place, at=tell.clock, by=tell.at_community(case))


def _verdict(tell: Teller, case: Case) -> Story:
    """What the resident says: most are content, some are not, some say nothing and get a call."""
    (answer,) = tell.rng.choices(_ANSWERS, (56, 16, 8, 6, 14))
    if answer is None:
        yield tell.moments.worked(tell.clock, 34, 46)
        words = "电话联系反映人，说已经解决，没有其他意见。"
        cases.follow_up(
            case, words, outcome=Outcome.SOLVED, satisfaction=SATISFIED, at=tell.clock, by=tell.at_community(case)
        )
        return
    yield tell.by_day(2, 40)
    outcome, satisfaction = answer
    words = "" if satisfaction == DISSATISFIED else tell.rng.choice(texts.PRAISE)
    cases.confirm(case, outcome, satisfaction, comment=words, report=tell.first_report(case), at=tell.clock)
    if satisfaction == DISSATISFIED:
        yield tell.moments.worked(tell.clock, 1, 6)
        words = "已回电，居民认为办得慢，问题本身已经解决。"
        cases.follow_up(case, words, at=tell.clock, by=tell.at_community(case))


_ANSWERS = (
    (Outcome.SOLVED, SATISFIED),
    (Outcome.SOLVED, FAIRLY),
    (Outcome.PARTLY, FAIRLY),
    (Outcome.SOLVED, DISSATISFIED),
    None,
)
