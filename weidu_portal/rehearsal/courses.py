"""What people do with a case, told as generators: `yield` gives the moment of the next step.

A holder decides once a holding what becomes of the case and when; meanwhile the sweep may have taken it away, so each
step looks at the case again and leaves where it is no longer the holder's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cases import services as cases
from cases.assignments import Kind, State
from cases.models import Approval, Assignment, Case, Report
from cases.roles import open_actions
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT
from cases.states import OPEN, Action, Channel, Status
from grids.levels import Level, level_of
from weidu_portal.rehearsal import answers

if TYPE_CHECKING:
    from weidu_portal.rehearsal.arrivals import Arrival
    from weidu_portal.rehearsal.running import Rehearsal

Story = Iterator[datetime]
STAGES = {Level.GRID: "grid", Level.COMMUNITY: "community", Level.STREET: "street", Level.DISTRICT: "collector"}
# The portal may refuse a step (somebody was quicker); who was refused this often leaves the case to the clock.
PATIENCE = 4
_A_WHILE = timedelta(hours=20)
_WORDS = "演练"


def stage_of(case: Case) -> str:
    """Whose turn it is, as the parameters call it."""
    if case.handling_unit:
        return "office" if case.handling_unit.code == OFFICE_UNIT else "unit"
    return STAGES[Level(case.level)]


def still(case: Case, step: int) -> bool:
    """Whether the case, read again, is open and in the same holding."""
    case.refresh_from_db()
    return case.status in OPEN and case.step == step


def life(run: Rehearsal, arrival: Arrival) -> Story:
    """A request from its arrival until nobody has anything more to do with it."""
    yield from _told(run, arrival)


def _told(run: Rehearsal, arrival: Arrival, *, alone: bool = False) -> Story:
    yield arrival.at
    case = run.register(arrival)
    report = case.reports.get(is_first=True)
    if not alone:
        _company(run, arrival, case, report)
    refused = 0
    while True:
        case.refresh_from_db()
        before = run.result.refused.total()
        if case.status in OPEN:
            yield from _while_held(run, case, _holding(run, case, patient=refused < PATIENCE))
        elif case.status == Status.CONFIRMING:
            if not (yield from answers.answered(run, case, report)):
                return
        elif case.status == Status.SUSPENDED:
            yield max(case.review_at, run.clock) + timedelta(minutes=2)
        else:
            yield from answers.afterwards(run, case, report)
            if case.status not in (*OPEN, Status.CONFIRMING):
                return
        refused += run.result.refused.total() > before
        # Whatever came of it, the next look is later: a refusal is not tried again in the same moment.
        yield run.clock + timedelta(minutes=5)


def _company(run: Rehearsal, arrival: Arrival, case: Case, report: Report) -> None:
    """Other residents who report the same, and reporters who take it back."""
    if run.chance("joined") and arrival.about is None:
        for _ in range(int(run.pick(run.parameters.weights("chances", "joiners")))):
            run.spawn(_joining(run, arrival, case) if run.chance("joins_knowingly") else _again(run, arrival))
    if run.chance("withdrawn"):
        run.spawn(_withdrawing(run, report))


def _joining(run: Rehearsal, arrival: Arrival, case: Case) -> Story:
    yield run.by_day("join")
    case = Case.objects.get(pk=case.pk).live
    if case.status in (*OPEN, Status.SUSPENDED, Status.CONFIRMING):
        run.tell(Action.JOIN, lambda: cases.join(case, run.arrivals.again(arrival), at=run.clock, by=None))


def _again(run: Rehearsal, arrival: Arrival) -> Story:
    """A resident who does not see that the trouble is known opens a case of the own."""
    at = run.by_day("join")
    yield from _told(run, replace(arrival, at=at, channel=Channel.WEB, by=None, hotline_number=""), alone=True)


def _withdrawing(run: Rehearsal, report: Report) -> Story:
    yield run.by_day("withdraw")
    report = Report.objects.get(pk=report.pk)
    if report.case.live.status in OPEN:
        run.tell(Action.WITHDRAW, lambda: cases.withdraw(report, at=run.clock))


# --- one holding


def _while_held(run: Rehearsal, case: Case, course: Story) -> Story:
    """What a holder plans, until the clock takes the case away: the next holder does not wait for a plan that is void."""
    holder = (case.level, case.handling_unit_id)
    for moment in course:
        while case.level < Level.DISTRICT and run.clock <= case.climb_at < moment:
            yield case.climb_at + timedelta(minutes=2)
            case.refresh_from_db()
            if case.status not in OPEN or (case.level, case.handling_unit_id) != holder:
                return
        yield moment


def _holding(run: Rehearsal, case: Case, *, patient: bool) -> Story:
    """What the present holder makes of the case."""
    step, stage = case.step, stage_of(case)
    turn = run.pick(_turns(run, case, stage)) if patient else "idle"
    if turn == "idle":
        yield from _idle(run, case, stage, step)
        return
    if case.status == Status.RECEIVED:
        yield run.after(case, stage, "sign")
        if not still(case, step):
            return
        if case.status == Status.RECEIVED:
            run.act(Action.SIGN, case, cases.sign, by=run.district.worker(case))
    yield from _TURNS[turn](run, case, stage, step)


def _turns(run: Rehearsal, case: Case, stage: str) -> dict[str, float]:
    """The weights of the stage, without what this case does not allow."""
    weights = dict(run.parameters.weights("turns", stage))
    if "raise" in weights:
        weights["raise"] *= run.parameters.weights("turns", "raise_by_class")[case.matter_class]
    offered = open_actions(case, run.district.worker(case))
    level = 0 if case.handling_unit_id else case.level
    possible = {
        "return": Action.RETURN in offered and not case.returned_levels & (1 << level) and _returns_somewhere(case),
        "route": Action.ROUTE in offered and not case.routed_levels & (1 << case.level),
        "merge": "merge" in weights and not case.about_id and _older(case) is not None,
        "suspend": not case.urgent,
    }
    if possible["route"] and stage == "community" and level_of(case.area_id) == Level.COMMUNITY:
        weights["route"] = weights.get("route", 0) * 20  # nobody said which grid: that is found out first
    return {turn: weight for turn, weight in weights.items() if possible.get(turn, True)}


def _returns_somewhere(case: Case) -> bool:
    """A street sends back what came from below; a grid, and a unit, always may."""
    return case.level != Level.STREET or (case.sent_from is not None and level_of(case.area_id) <= case.sent_from)


def _idle(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    """Nobody acts: the clock carries the case up; at the district it waits beyond its end and is then taken up."""
    if case.status == Status.RECEIVED and run.chance("signs_though_idle"):
        yield run.after(case, stage, "sign")
        if still(case, step) and case.status == Status.RECEIVED:
            run.act(Action.SIGN, case, cases.sign, by=run.district.worker(case))
    if case.level == Level.DISTRICT:
        yield max(case.climb_at, run.clock) + _A_WHILE
        if still(case, step):
            yield from _TURNS[{"collector": "collect", "office": "hand_out"}.get(stage, "solve")](
                run, case, stage, step
            )
        return
    yield max(case.climb_at, run.clock) + timedelta(minutes=2)


def _solve(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    """Work, perhaps an answer on the way, perhaps more time asked for; then 办结."""
    if run.chance("extension_asked", stage) and cases.extension_days(case) and not case.urgent:
        yield from _extend(run, case, stage)
    step = case.step  # an extension begins a step of its own
    speed = run.reply_time if stage == "unit" else run.parameters.speed(stage, "handle")
    ready = run.worked(speed, urgent=case.urgent)
    if run.chance("replies_on_the_way"):
        yield run.clock + (ready - run.clock) * run.rng.uniform(0.2, 0.8)
        if not still(case, step):
            return
        run.act(Action.REPLY, case, cases.reply, "正在办理。", by=run.district.worker(case))
    yield max(ready, run.clock)
    if stage == "unit":
        yield from _wait_for_helpers(run, case, step)
    if still(case, step):
        level = 0 if case.level == Level.GRID and run.chance("stays_in_compound") else case.level
        run.act(Action.RESOLVE, case, cases.resolve, level, "已办理。", by=run.district.worker(case))


def _extend(run: Rehearsal, case: Case, stage: str) -> Story:
    """延期 asked for at half time, and decided by somebody else."""
    step = case.step
    yield run.clock + max(case.due_at - run.clock, timedelta()) * run.rng.uniform(0.4, 0.9)
    if not still(case, step) or case.due_at <= run.clock:
        return
    days = run.rng.randint(1, cases.extension_days(case))
    if case.external_due_at:
        return  # the hotline's deadline does not move
    by = run.district.worker(case)
    asked = run.act(Action.ASK_EXTENSION, case, cases.ask_extension, days, "等待施工条件。", by=by)
    yield from _decided(run, case, stage, asked, "extension_agreed")


def _decided(run: Rehearsal, case: Case, stage: str, asked: Approval | None, agreed: str) -> Story:
    """A request is decided, unless the case has moved on or nobody gets to it."""
    if asked is None or run.chance("request_left_undecided"):
        return
    yield run.after(case, stage, "decide")
    if still(case, asked.step):
        run.decide(asked, case, agreed=run.chance(agreed))


def _raise(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "raise")
    if still(case, step):
        run.act(Action.ESCALATE, case, cases.escalate, "本级办不了。", by=run.district.worker(case))


def _return(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "decide")
    if still(case, step):
        run.act(Action.RETURN, case, cases.send_back, "不属于本处办理。", by=run.district.worker(case))


def _route(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    """The community gives the case to one of its grids."""
    yield run.after(case, stage, "decide")
    if still(case, step):
        grids = [grid for grid in run.district.grids if grid.code.startswith(case.area_id[:12])]
        run.act(Action.ROUTE, case, cases.route, run.rng.choice(grids), by=run.district.worker(case))


def _older(case: Case) -> Case | None:
    """The first open case of the same kind in the community, into which this one could be merged."""
    alike = Case.objects.open().filter(community=case.community, category=case.category_id, urgent=case.urgent)
    return alike.filter(about=None, pk__lt=case.pk).order_by("pk").first()


def _merge(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "decide")
    into = _older(case)
    if still(case, step) and into is not None:
        run.act(Action.MERGE, case, cases.merge, into, by=run.district.worker(case))


def _refuse(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "decide")
    if still(case, step):
        by = run.district.worker(case)
        asked = run.act(Action.ASK_REFUSAL, case, cases.ask_refusal, "不在受理范围。", by=by)
        yield from _decided(run, case, stage, asked, "refusal_agreed")
        if still(case, step):
            yield from _solve(run, case, stage, step)


def _suspend(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "decide")
    if still(case, step):
        review = (run.clock + timedelta(days=run.rng.randrange(10, 40))).date()
        given = (Approval.ReasonClass.FUNDS, review, "资金未落实。")
        by = run.district.worker(case)
        asked = run.act(Action.ASK_SUSPENSION, case, cases.ask_suspension, *given, by=by)
        yield from _decided(run, case, stage, asked, "suspension_agreed")
        if still(case, step):
            yield from _solve(run, case, stage, step)


def _collect(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    yield run.after(case, stage, "handle")
    if still(case, step):
        run.act(Action.COLLECT, case, cases.collect, "请交办。", by=run.district.worker(case))


def _hand_out(run: Rehearsal, case: Case, stage: str, step: int) -> Story:
    """区委办 gives it to the usual unit, and asks others to help."""
    yield run.after(case, stage, "handle")
    if not still(case, step):
        return
    by, lead = run.district.worker(case), run.district.unit_for(case)
    if run.act(Action.HAND_OUT, case, cases.hand_out, lead, "请牵头办理。", by=by) is None:
        return
    others = [unit for unit in run.district.taking if unit.pk != lead.pk]
    for unit in run.rng.sample(others, int(run.pick(run.parameters.weights("chances", "co_handlers")))):
        giver = f"unit:{run.district.units[OFFICE_UNIT].pk}"
        given = {"kind": Kind.CO_HANDLE, "giver": giver, "unit": unit}
        row = run.act(Action.ASSIGN, case, assigning.assign, "请协助办理。", **given, by=by)
        if row is not None:
            run.spawn(_helping(run, row))


# --- units that help


def _helping(run: Rehearsal, row: Assignment) -> Story:
    """A unit beside the leading one: signs, then reports, asks to be released, or does nothing."""
    course = run.pick(run.parameters.weights("chances", "helper"))
    if course == "never":
        return
    worker = run.district.staff.worker(row.seat)
    yield run.after(row.case, "unit", "sign")
    if _owed(row):
        run.owe(Action.ASSIGN_SIGN, row, assigning.sign, by=worker)
    if course == "return":
        yield run.after(row.case, "unit", "decide")
        if _owed(row):
            run.owe(Action.ASSIGN_RETURN, row, assigning.ask_return, "不属于本单位职责。", by=worker)
            yield from _return_decided(run, row)
    yield run.after(row.case, "unit", "help")
    if _owed(row) and row.state != State.RETURN_ASKED:
        run.owe(Action.ASSIGN_REPORT, row, assigning.report, "已配合办理。", by=worker)


def _owed(row: Assignment) -> bool:
    row.refresh_from_db()
    return row.is_open


def _return_decided(run: Rehearsal, row: Assignment) -> Story:
    yield run.after(row.case, "office", "decide")
    if not _owed(row):
        return
    if run.chance("return_agreed"):
        run.owe(Action.ASSIGN_END, row, assigning.end, "同意退回。", by=run.district.office())
    else:
        run.owe(Action.ASSIGN_KEEP, row, assigning.keep, "请继续配合。", by=run.district.office())


def _wait_for_helpers(run: Rehearsal, case: Case, step: int) -> Story:
    """The leading unit does not answer while a helper is open; who is late too long is released by 区委办."""
    for waited in range(4):
        owed = list(Assignment.objects.open().filter(case=case).select_related("unit", "area", "case").order_by("pk"))
        if not owed or not still(case, step):
            return
        for row in owed if waited == 3 else ():
            if row.state == State.RETURN_ASKED:
                run.owe(Action.ASSIGN_KEEP, row, assigning.keep, "请继续配合。", by=run.district.office())
                row.refresh_from_db()
            run.owe(Action.ASSIGN_END, row, assigning.end, "逾期未反馈，由主办单位办结。", by=run.district.office())
        yield run.after(case, "office", "handle")


_TURNS = {
    "solve": _solve,
    "raise": _raise,
    "return": _return,
    "route": _route,
    "merge": _merge,
    "refuse": _refuse,
    "suspend": _suspend,
    "collect": _collect,
    "hand_out": _hand_out,
}
