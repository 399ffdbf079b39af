"""Simulated people do whatever comes to their mind with a consultation and its money; after every step all agrees."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from common.errors import DomainError
from conftest import GRID, XINCUN, posted
from consultations import services as consultations
from consultations.models import Book, Consultation, ConsultationEvent, Line, Objection, WorkStep
from consultations.states import OVER, PUBLIC, Status, rule_of
from consultations.tests.conftest import BEGAN, walk
from grids.models import Area

WHO = st.integers(0, 2)
CENTS = st.integers(1, 30_000)
NTH = st.integers(0, 5)


class Rehearsal(RuleBasedStateMachine):
    """One consultation of three people, each example in a savepoint that is rolled back."""

    begins_at = "topic"

    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    @initialize()
    def begin(self):
        self.at = BEGAN
        self.people = [
            posted("chen", "陈立民", "陈书记", "community_secretary", area=XINCUN),
            posted("wang", "王建新", "王网格员", "grid_worker", area=GRID),
            posted("sunshifu", "孙长顺", "孙师傅", ""),
        ]
        area = Area.objects.get(code=GRID)
        topic = consultations.Topic(
            "空地怎么用", "院里空地做什么。", area, venue="会议室", planned_at=self.at, households=31
        )
        self.held = consultations.open_topic(topic, at=self.at, by=self.people[0])
        walk(self.held, self.begins_at, by=self.people[0])
        self.at += timedelta(days=40)

    def _try(self, verb, *args, who=0, **more):
        """A refusal is an answer; anything else would be a fault of ours."""
        self.at += timedelta(hours=5)
        self.held = Consultation.objects.get(pk=self.held.pk)
        with suppress(DomainError), transaction.atomic():
            verb(*args, at=self.at, by=self.people[who], **more)


class Course(Rehearsal):
    """Every verb of the course at any time."""

    @rule(reach=st.integers(0, 40))
    def tell(self, reach):
        self._try(consultations.notify_residents, self.held, consultations.Told("home", self.at, reach), who=1)

    @rule(present=st.integers(0, 33), agree=st.integers(0, 33), against=st.integers(0, 10))
    def hold(self, present, agree, against):
        votes = [consultations.Vote("铺装", agree, against)]
        met = consultations.Meeting(self.at, present, "household", "half", "记录", votes)
        self._try(consultations.hold, self.held, met, who=1)

    @rule()
    def decide(self):
        self._try(consultations.decide, self.held, "铺装。")

    @rule()
    def fail(self):
        self._try(consultations.fail, self.held, "意见分歧")

    @rule()
    def publish(self):
        self._try(consultations.publish, self.held)

    @rule(answered=st.booleans())
    def object(self, answered):
        self._try(consultations.object_to, self.held, "太近", who=1)
        if answered and (row := Objection.objects.filter(answered_at__isnull=True).first()):
            self._try(consultations.answer, row, "改到树下")

    @rule()
    def again(self):
        self._try(consultations.again, self.held, "再议")

    @rule()
    def plan(self):
        self._try(consultations.plan_step, self.held, "铺装", "施工单位", self.at.date(), who=1)

    @rule(days=st.integers(1, 9))
    def start(self, days):
        self.at += timedelta(days=days)
        self._try(consultations.start, self.held)

    @rule(done=st.booleans())
    def progress(self, done):
        if step := WorkStep.objects.filter(done_at__isnull=True).first():
            self._try(consultations.progress, step, "铺好了", done=done, who=1)

    @rule()
    def review(self):
        self._try(consultations.open_review, self.held)
        self._try(consultations.opine, self.held, True)

    @rule()
    def end(self):
        self._try(consultations.end, self.held, "已开放")

    @rule()
    def drop(self):
        self._try(consultations.drop, self.held, "不办了")

    @rule(cents=CENTS)
    def give(self, cents):
        money = consultations.Received(Decimal(cents) / 100, "residents", "居民出资")
        self._try(consultations.receive, self.held, money, who=1)

    @invariant()
    def history_has_no_gap_and_every_move_stands_in_the_table(self):
        for held in Consultation.objects.all():
            events = list(ConsultationEvent.objects.filter(consultation=held).order_by("number"))
            assert [event.number for event in events] == list(range(1, held.event_count + 1))
            assert events[-1].to_status == held.status
            for event in events[1:]:
                assert event.to_status == (rule_of(event.from_status, event.action).to or event.from_status)

    @invariant()
    def what_residents_read_was_carried(self):
        for held in Consultation.objects.filter(status__in=[Status.DECIDED, *PUBLIC]):
            assert held.decision and any(option.carried for option in held.options.all())
        for held in Consultation.objects.filter(status__in=[Status.REVIEW, Status.ENDED]):
            assert held.steps.exists() and not held.steps.filter(done_at__isnull=True).exists()

    @invariant()
    def what_is_dropped_holds_no_money(self):
        assert not Book.objects.filter(consultation__status=Status.DROPPED).exclude(balance=0).exists()
        assert not Consultation.objects.filter(status__in=OVER, ended_at__isnull=True).exists()


class MoneyBook(Rehearsal):
    """Three people with one book."""

    begins_at = "works"

    def _line(self, nth: int) -> Line | None:
        lines = list(Line.objects.order_by("pk"))
        return lines[nth % len(lines)] if lines else None

    @rule(cents=CENTS, who=WHO)
    def receive(self, cents, who):
        money = consultations.Received(Decimal(cents) / 100, "donation", "捐助")
        self._try(consultations.receive, self.held, money, who=who)

    @rule(cents=CENTS, who=WHO)
    def spend(self, cents, who):
        self._try(consultations.spend, self.held, Decimal(cents) / 100, what="铺装", payee="施工单位", who=who)

    @rule(nth=NTH, who=WHO)
    def reverse(self, nth, who):
        if line := self._line(nth):
            self._try(consultations.reverse, line, "记错", who=who)

    @rule(nth=NTH, who=WHO)
    def sign(self, nth, who):
        if line := self._line(nth):
            self._try(consultations.sign, line, who=who)

    @rule(who=WHO)
    def sign_whatever_waits(self, who):
        for line in Line.objects.pending():
            self._try(consultations.sign, line, who=who)

    @rule(nth=NTH, who=WHO)
    def refuse(self, nth, who):
        if line := self._line(nth):
            self._try(consultations.refuse, line, "不符", who=who)

    @invariant()
    def the_sums_are_those_of_the_lines(self):
        for book in Book.objects.all():
            assert_book_holds(book)


def assert_book_holds(book: Book) -> None:
    """Sums, numbers, running balances, signatures and reversals of one book."""
    counted = Line.objects.counted().filter(book=book)
    sums = {side: counted.filter(side=side).aggregate(sum=Sum("amount"))["sum"] or Decimal(0) for side in "SF"}
    assert (book.received, book.spent, book.balance) == (sums["S"], sums["F"], sums["S"] - sums["F"])
    assert book.balance >= 0
    running = Decimal(0)
    for turn, line in enumerate(counted.as_counted(), start=1):
        running += line.amount if line.side == "S" else -line.amount
        assert (line.turn, line.balance) == (turn, running) and running >= 0
        assert line.settled_by_id != line.first_by_id
        assert line.settled_by_id or (line.side == "S" and line.reverses_id is None)
    for side, last in (("S", book.receipts), ("F", book.vouchers)):
        numbers = Line.objects.filter(book=book, side=side).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, last + 1))
    for undo in Line.objects.filter(book=book, reverses__isnull=False):
        assert undo.amount == -undo.reverses.amount and undo.reverses.counts
        assert undo.reverses.reversals.exclude(state="refused").count() <= 1


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Course, MoneyBook])
def test_it_holds_whatever_people_do(ground, machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
