"""A lead, two co-handlers, who hands out, and a sweep do what comes to their mind; the case and its tasks agree."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cases import services as cases
from cases.assignment_roles import giver_of
from cases.assignments import OPEN_STATES, Kind, State, rule_of
from cases.models import Approval, Assignment, Case, Category, Event
from cases.services import assigning
from cases.services.assignment_sweep import sweep_assignments
from cases.states import ENDED, Action, Mark, Status
from cases.tests.handing import FIRST, LEAD, MONDAY, SECOND, unit, worker_of
from common.errors import DomainError
from conftest import GRID, XINCUN, posted
from grids.models import Area

HELPER = st.sampled_from([FIRST, SECOND])
UNIT = st.sampled_from([LEAD, FIRST, SECOND])


class People(RuleBasedStateMachine):
    """One case of the district in the hands of a unit, with one co-handler to begin with."""

    @initialize()
    def begin(self):
        self.at = MONDAY
        self.qian = posted("qian", "钱敏", "钱科长", "collector_head", area="411002", unit="zuzhibu")
        self.sun = posted("sun", "孙志远", "孙主任", "supervisor_head", area="411002", unit="quweiban")
        self.chen = posted("chen", "陈立民", "陈书记", "community_secretary", area=XINCUN)
        self.people = {code: worker_of(code) for code in (LEAD, FIRST, SECOND)}
        request = cases.Request(
            category=Category.objects.get(code="light-street"), area=Area.objects.get(code=GRID), text="路灯不亮"
        )
        self.case = cases.register(request, at=self.at, by=None).case
        for _ in range(3):
            cases.escalate(self.case, "办不了", at=self.at, by=self.qian)
        cases.collect(self.case, at=self.at, by=self.qian)
        cases.hand_out(self.case, unit(LEAD), "请修好", helpers=[unit(FIRST)], at=self.at, by=self.sun)

    def _try(self, verb, *args, **more):
        """A refusal in words is an answer; anything else would be a fault of ours."""
        self.at += timedelta(minutes=11)
        self.case = Case.objects.get(pk=self.case.pk)
        with suppress(DomainError, PermissionDenied), transaction.atomic():
            verb(*args, at=self.at, **more)

    def _task(self, code: str) -> Assignment | None:
        return Assignment.objects.filter(case=self.case, unit__code=code).order_by("-pk").first()

    def _holder(self):
        held = Case.objects.get(pk=self.case.pk).handling_unit
        return self.people.get(held.code if held else "", self.sun)

    @rule(code=HELPER, what=st.sampled_from(["sign", "report", "ask_return"]))
    def the_co_handler_acts(self, code, what):
        if task := self._task(code):
            words = {"report": ["已办"], "ask_return": ["不归我们"]}.get(what, [])
            self._try(getattr(assigning, what), task, *words, by=self.people[code])

    @rule(code=HELPER, what=st.sampled_from(["keep", "end", "redo"]))
    def who_gave_it_decides(self, code, what):
        if task := self._task(code):
            self._try(getattr(assigning, what), task, "理由", by=self.sun)

    @rule(code=UNIT)
    def the_holder_adds_one(self, code):
        person = self._holder()
        giver = giver_of(self.case, self.sun)
        self._try(assigning.assign, self.case, "请配合", kind=Kind.CO_HANDLE, giver=giver, unit=unit(code), by=person)

    @rule(why=st.sampled_from(["", "不影响"]))
    def the_lead_answers(self, why):
        self._try(cases.resolve, self.case, 4, "已修好", unfinished=why, by=self._holder())

    @rule()
    def the_lead_asks_to_give_it_back(self):
        self._try(cases.ask_return, self.case, "不归我们", by=self._holder())

    @rule(agreed=st.booleans())
    def the_office_decides(self, agreed):
        asked = Approval.objects.filter(case=self.case, decided_at=None).order_by("-pk").first()
        if asked:
            self._try(cases.decide, asked, agreed=agreed, note="看过了", by=self.sun)

    @rule(lead=UNIT, helpers=st.sets(UNIT))
    def the_office_hands_out(self, lead, helpers):
        chosen = [unit(code) for code in sorted(helpers)]
        self._try(cases.hand_out, self.case, unit(lead), "请办理", helpers=chosen, by=self.sun)

    @rule(how=st.sampled_from(["accept", "reject", "confirm", "dispute", "withdraw"]))
    def the_answer_is_judged(self, how):
        if how == "withdraw":
            self._try(cases.withdraw, self.case.reports.get())
        elif how in ("accept", "reject"):
            self._try(getattr(cases, how), self.case, "看过", by=self.chen)
        else:
            self._try(cases.confirm, self.case, "solved" if how == "confirm" else "unsolved")

    @rule(days=st.integers(1, 9))
    def time_passes(self, days):
        self.at += timedelta(days=days)
        cases.sweep(at=self.at)
        sweep_assignments(at=self.at)

    @invariant()
    def the_case_and_its_tasks_agree(self):
        if not hasattr(self, "case"):
            return
        case = Case.objects.get(pk=self.case.pk)
        waiting = assigning.co_handling(case)
        assert not waiting.filter(unit=case.handling_unit).exists()
        assert waiting.values("unit").distinct().count() == waiting.count()
        if case.status in (Status.CONFIRMING, *ENDED):
            assert not waiting.exists()
        if case.status in ENDED:
            assert not Assignment.objects.open().filter(case=case).exists()
        for task in Assignment.objects.filter(case=case):
            assert task.unit_id in case.helping_units
            assert (task.state in (State.ENDED, State.RETURNED)) == bool(task.ended_reason)
            assert (task.state == State.REPORTED) == (task.reported_at is not None)
            assert task.state not in OPEN_STATES or task.next_alarm_at is None or task.next_alarm_at <= task.due_at

    @invariant()
    def every_step_stands_in_the_history_and_in_the_table(self):
        if not hasattr(self, "case"):
            return
        events = list(Event.objects.filter(case=self.case).order_by("number"))
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        for task in Assignment.objects.filter(case=self.case):
            state = None
            for event in (e for e in events if e.assignment_id == task.pk and e.action not in Mark.values):
                state = State.GIVEN if state is None else rule_of(task.kind, state, Action(event.action)).to
            # What ends with its case ends without an event of its own.
            assert state == task.state or task.ended_reason == "事项已结束"


class Rehearsal(People):
    """The same, each example in a savepoint that is rolled back."""

    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)


@pytest.mark.django_db
def test_the_case_and_its_tasks_hold_whatever_people_do(ground):
    run_state_machine_as_test(
        Rehearsal,
        settings=settings(
            max_examples=12, stateful_step_count=22, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
