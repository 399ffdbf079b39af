"""Every pair of the state table, who may, and that no order of actions breaks a case."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from cases import services as cases
from cases.acts import ACTS
from cases.models import Approval, Case, Category, Draft, Event
from cases.roles import NOT_OFFERED, RESIDENTS_OWN, may_decide, open_actions, roles_of
from cases.services import drafting
from cases.services.acting import acting
from cases.spot_roles import may_release
from cases.states import ENDED, NOT_ENDED, OPEN, TABLE, Action, Alarm, Status, Who, rule_of
from common.errors import DomainError
from conftest import GRID, XINCUN, moment, posted
from grids.levels import Level
from grids.models import Area, Organization

MONDAY = moment("2026-11-23 10:00")
NOON = moment("2026-11-23 11:00")
PAIRS = [(status, action) for status in Status for action in Action if action != Action.REGISTER]


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "action"), PAIRS, ids=lambda value: str(value))
def test_each_pair_does_what_the_table_says(make_case, wang, status, action):
    case = make_case(at=MONDAY)
    stamps = {"closed_at": NOON, "closed_level": 1} if status == Status.CLOSED else {}
    Case.objects.filter(pk=case.pk).update(status=status, **stamps)
    case.refresh_from_db()
    rule = rule_of(status, action)
    if rule is None:
        with pytest.raises(DomainError, match=status.label), acting(case, action, by=wang, at=NOON):
            raise AssertionError("an impossible action was let through")
        assert Event.objects.filter(case=case).count() == 1
        return
    with acting(case, action, by=wang, at=NOON) as turn:
        turn.case.closed_at, turn.case.closed_level = NOON, 1
    assert case.status == (rule.to or status)
    assert Event.objects.filter(case=case, number=2, action=action, to_status=case.status).exists()


def test_every_action_of_the_table_is_somebodys_to_take():
    taken = {action for _, action in TABLE}
    assert taken | {Action.REGISTER} == set(Action)
    assert set(ACTS) == taken - NOT_OFFERED


def test_no_value_is_both_an_action_and_an_alarm():
    assert not {str(action) for action in Action} & {str(alarm) for alarm in Alarm}


def test_the_statuses_are_divided_into_open_resting_and_ended():
    assert set(NOT_ENDED) | set(ENDED) == set(Status)
    assert not set(NOT_ENDED) & set(ENDED)
    assert set(OPEN) <= set(NOT_ENDED)


@pytest.mark.django_db
def test_roles_follow_the_level_that_holds_the_case(make_case, wang, he, chen, zhao, qian, outsider, clerk):
    case = make_case(at=MONDAY)
    assert roles_of(case, wang) == {Who.HOLDER}
    assert roles_of(case, he) == {Who.ABOVE, Who.COMMUNITY}
    assert roles_of(case, outsider) == roles_of(case, clerk) == frozenset()
    cases.escalate(case, "办不了", by=wang, at=NOON)
    assert roles_of(case, wang) == {Who.BELOW}
    assert roles_of(case, chen) == {Who.HOLDER, Who.HEAD, Who.TRIAGE, Who.COMMUNITY}
    assert roles_of(case, zhao) == {Who.ABOVE}
    cases.escalate(case, "办不了", by=chen, at=NOON)
    assert Who.ABOVE in roles_of(case, qian)


@pytest.mark.django_db
def test_the_level_that_had_a_case_keeps_reading_and_noting_only(make_case, wang):
    case = make_case(at=MONDAY)
    cases.escalate(case, "办不了", by=wang, at=NOON)
    assert open_actions(case, wang) == [Action.NOTE]


@pytest.mark.django_db
def test_who_asked_never_decides_and_the_level_above_may(make_case, he, chen, zhao, outsider):
    case = make_case(area=XINCUN, at=MONDAY)
    approval = cases.ask_extension(case, 1, "等材料", by=chen, at=NOON)
    assert [may_decide(approval, person) for person in (he, chen, zhao, outsider)] == [False, False, True, False]


@pytest.mark.django_db
def test_a_stand_in_serves_the_post_only_during_leave(make_case, wang, ground):
    case = make_case(at=MONDAY)
    deputy = posted("deputy", "刘洋", "刘网格员", "")
    posting = wang.postings.get()
    posting.stand_in, posting.leave_from, posting.leave_to = deputy, date(2026, 11, 23), date(2026, 11, 25)
    posting.save()
    assert roles_of(case, deputy, at=moment("2026-11-24 09:00")) == {Who.HOLDER}
    assert roles_of(case, deputy, at=moment("2026-11-26 09:00")) == frozenset()


CAST = {
    "wang": ("grid_worker", GRID, ""),
    "he": ("community_worker", XINCUN, ""),
    "chen": ("community_secretary", XINCUN, ""),
    "zhao": ("street_director", XINCUN[:9], ""),
    "qian": ("collector_head", "411002", "zuzhibu"),
    "sun": ("supervisor_head", "411002", "quweiban"),
    "li": ("unit_head", "", "zhujian"),
    "xu": ("unit_worker", "", "zhujian"),
}


@pytest.mark.usefixtures("ground")
class AnyOrderTest(TestCase):
    """Whatever people do in whatever order, and whenever the sweep comes by, a case stays whole."""

    def setUp(self):
        for name, (post, area, unit) in CAST.items():
            posted(name, name, name, post, area=area, unit=unit)

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([*Action, "sweep", "decide", "release"]),
                st.sampled_from(sorted(CAST)),
                st.integers(1, 30),
            ),
            min_size=5,
            max_size=25,
        )
    )
    def test_no_order_of_actions_breaks_a_case(self, turns):
        request = cases.Request(
            category=Category.objects.get(code="light-street"), area=Area.objects.get(code=GRID), text="路灯不亮"
        )
        case, at = cases.register(request, at=MONDAY, by=None).case, MONDAY
        for action, name, hours in turns:
            at += timedelta(hours=hours)
            self._take(case, action, User.objects.get(username=name), at)
            case = Case.objects.get(pk=case.pk)
            self._check(case)

    def _take(self, case, action, person, at):
        if action == "sweep":
            cases.sweep(at=at)
        elif action == "decide":
            approval = Approval.objects.filter(case=case, decided_at__isnull=True).first()
            if approval and may_decide(approval, person):
                self._try(lambda: cases.decide(approval, agreed=True, by=person, at=at))
        elif action == "release":
            draft = Draft.objects.filter(case=case).order_by("-pk").first()
            if draft and may_release(draft, person):
                self._try(lambda: drafting.release(draft, by=person, at=at))
        elif action in ACTS and action in open_actions(case, person):
            self._try(lambda: ACTS[action].run(case, self._answers(action, case, person), seen=None, by=person, at=at))
        elif action in RESIDENTS_OWN:
            self._try(lambda: self._resident(case, action, at))

    def _try(self, act):
        """A refusal in words is fine; anything else is a fault."""
        with suppress(DomainError), transaction.atomic():
            act()

    def _resident(self, case, action, at):
        report = case.reports.first()
        if action == Action.DISPUTE:
            cases.confirm(case, "unsolved", report=report, at=at)
        elif action == Action.WITHDRAW:
            cases.withdraw(report, at=at)
        elif action == Action.ADD:
            cases.add(report, "今晚还是不亮", at=at)

    def _answers(self, action, case, person):
        words = {
            "reason": "理由",
            "note": "说明",
            "text": "备注",
            "public_text": "已处理",
            "instruction": "请办理",
            "title": "路灯",
            "what": "请到现场看看",
            "unfinished": "不影响答复",
        }
        fields = ACTS[action].form.base_fields if hasattr(ACTS[action].form, "base_fields") else {}
        answers = {name: words[name] for name in fields if name in words}
        special = {
            "to": person,
            "area": Area.objects.get(code=GRID),
            "days": 1,
            "reason_class": "plan",
            "review_date": date(2027, 3, 15),
            "closed_level": case.level,
            "unit": Organization.objects.get(code="zhujian"),
            "outcome": "solved",
            "satisfaction": "",
            "into": case,
        }
        return answers | {name: special[name] for name in fields if name in special}

    def _check(self, case):
        events = list(Event.objects.filter(case=case).order_by("number"))
        assert [event.number for event in events] == list(range(1, case.event_count + 1))
        assert events[-1].to_status == case.status
        assert case.level in Level
        assert case.handling_unit is None or case.level == Level.DISTRICT
        assert (case.status in ENDED) <= (case.next_alarm_at is None)
        alarms = [(event.step, event.alarm) for event in events if event.alarm]
        assert len(alarms) == len(set(alarms))
        waiting = list(Draft.objects.filter(case=case).waiting())
        assert len(waiting) <= 1 and all(draft.is_waiting and case.is_open for draft in waiting)
        assert case.returned_levels < 2**5
        assert case.disputes <= 2
        assert case.reopenings <= 2
        if case.status in OPEN and not case.exhausted_at:
            assert case.next_alarm_at is not None
