"""Several simulated people do whatever comes to their mind; after every step both tables and the database agree."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from cases.models import Case, Category
from common.errors import DomainError
from conftest import GRID, XINCUN, moment, posted
from grids.models import Area
from wishes import services as wishes
from wishes.models import Claim, Pace, Volunteer, Wish, WishEvent
from wishes.states import HELD, REALISED, TABLE, Action, Alarm, ClaimStatus, Status

WORDS = wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。", joint=True)
WISH, HELPER, STAFF = st.integers(0, 2), st.integers(0, 3), st.sampled_from(["wisher", "staff"])


class People(RuleBasedStateMachine):
    """Three wishes, four volunteers, a community, a wisher, and a sweep that comes by."""

    @initialize()
    def begin(self):
        self.at = moment("2026-11-23 10:00")
        self.community = posted("chen", "陈立民", "陈书记", "community_secretary", area=XINCUN)
        self.worker = posted("wang", "王建新", "王网格员", "grid_worker", area=GRID)
        self.helpers = [self._helper(n) for n in range(4)]
        area = Area.objects.get(code=GRID)
        self.wishes = [
            wishes.submit(
                wishes.Asked(kind="goods", area=area, text="老花镜", name="刘秀英", phone="13800001234"),
                at=self.at,
                by=None,
            )
            for _ in range(3)
        ]
        self.did = 0

    def _helper(self, number: int) -> User:
        user = posted(f"helper{number}", "何平", "何同志", "")
        Volunteer.objects.create(
            user=user, community_id=XINCUN, state="approved", decided_at=self.at, decided_by=self.community
        )
        return user

    def _try(self, verb, *args, **more):
        """A refusal is an answer; anything else would be a fault of ours."""
        self.at += timedelta(minutes=7)
        with suppress(DomainError):
            verb(*args, at=self.at, **more)
            self.did += 1

    def _claim(self, number: int) -> Claim | None:
        return Claim.objects.filter(wish=self.wishes[number]).order_by("-pk").first()

    def _by(self, who: str) -> User | None:
        return self.worker if who == "staff" else None

    @rule(n=WISH)
    def publish(self, n):
        self._try(wishes.publish, self.wishes[n], WORDS, by=self.community)

    @rule(n=WISH)
    def send_back(self, n):
        self._try(wishes.send_back, self.wishes[n], reason="请补充", by=self.community)

    @rule(n=WISH)
    def complete(self, n):
        self._try(wishes.complete, self.wishes[n], text="300度", by=None)

    @rule(n=WISH)
    def take_down_or_put_back(self, n):
        self._try(wishes.take_down, self.wishes[n], reason="重复", by=self.community)
        self._try(wishes.put_back, self.wishes[n], by=self.community)

    @rule(n=WISH)
    def take_down(self, n):
        self._try(wishes.take_down, self.wishes[n], reason="重复", by=self.community)

    @rule(n=WISH, who=HELPER)
    def claim(self, n, who):
        self._try(wishes.claim, self.wishes[n], by=self.helpers[who])

    @rule(n=WISH, first=HELPER, second=HELPER)
    def claim_twice(self, n, first, second):
        self._try(wishes.claim, self.wishes[n], by=self.helpers[first])
        self._try(wishes.claim, self.wishes[n], by=self.helpers[second])

    @rule(n=WISH, who=HELPER)
    def claim_from_an_old_page_of_a_wish_just_taken_down(self, n, who):
        old = Wish.objects.get(pk=self.wishes[n].pk)
        self._try(wishes.take_down, self.wishes[n], reason="重复", by=self.community)
        self._try(wishes.claim, old, by=self.helpers[who])

    @rule(n=WISH, who=HELPER)
    def join(self, n, who):
        self._try(wishes.join, self.wishes[n], by=self.helpers[who])

    @precondition(lambda self: Claim.objects.exists())
    @rule(n=WISH, who=HELPER, what=st.sampled_from(["progress", "deliver", "give_up", "leave"]))
    def claimers_act(self, n, who, what):
        if (made := self._claim(n)) is None:
            return
        more = {"progress": {"text": "约好了"}}.get(what, {})
        self._try(getattr(wishes, what), made, by=self.helpers[who], **more)

    @precondition(lambda self: Claim.objects.exists())
    @rule(n=WISH, who=STAFF)
    def give_up_while_it_is_being_confirmed(self, n, who):
        if (made := self._claim(n)) is None:
            return
        self._try(wishes.deliver, made, by=made.claimer)
        self._try(wishes.confirm, self.wishes[n], by=self._by(who))
        self._try(wishes.give_up, made, by=made.claimer)

    @rule(n=WISH, first=STAFF, second=STAFF)
    def confirm_twice(self, n, first, second):
        self._try(wishes.confirm, self.wishes[n], by=self._by(first))
        self._try(wishes.confirm, self.wishes[n], by=self._by(second))

    @rule(n=WISH, who=STAFF)
    def not_yet(self, n, who):
        self._try(wishes.not_yet, self.wishes[n], by=self._by(who))

    @rule(n=WISH)
    def revoke(self, n):
        self._try(wishes.revoke, self.wishes[n], reason="联系不上", by=self.community)

    @rule(n=WISH)
    def follow_up(self, n):
        self._try(wishes.follow_up, self.wishes[n], text="满意", by=self.worker)

    @rule(n=WISH, who=STAFF)
    def cancel(self, n, who):
        self._try(wishes.cancel, self.wishes[n], by=self._by(who))

    @rule(n=WISH)
    def become_a_case(self, n):
        category = Category.objects.get(code="light-street")
        self._try(wishes.become_case, self.wishes[n], category=category, by=self.community)

    @rule(n=WISH)
    def join_a_case(self, n):
        case = Case.objects.order_by("pk").first()
        if case is not None:
            self._try(wishes.become_case, self.wishes[n], case=case, by=self.community)

    @rule(days=st.integers(1, 12))
    def time_passes(self, days):
        self.at += timedelta(days=days)
        wishes.sweep(at=self.at)

    @invariant()
    def a_wish_is_in_hand_exactly_while_one_claim_lives(self):
        live = Count("claims", filter=Q(claims__status=ClaimStatus.LIVE))
        for wish in Wish.objects.annotate(live=live):
            assert wish.live == (1 if wish.status in HELD else 0)
        assert not Claim.objects.live().filter(wish__status=Status.CONFIRMING, reported_at__isnull=True).exists()
        assert (
            not Claim.objects.live().exclude(wish__status=Status.CONFIRMING).filter(reported_at__isnull=False).exists()
        )

    @invariant()
    def every_end_agrees(self):
        fulfilled = Count("claims", filter=Q(claims__status=ClaimStatus.FULFILLED))
        for wish in Wish.objects.annotate(fulfilled=fulfilled):
            assert wish.fulfilled == (1 if wish.status in REALISED else 0)
            assert (wish.case_id is not None) == (wish.status == Status.CASE)
            assert wish.text == "老花镜" or wish.text.startswith("老花镜\n补充：")

    @invariant()
    def nobody_is_above_the_cap(self):
        most = Pace.current().claims_at_once
        for helper in getattr(self, "helpers", []):
            assert Claim.objects.live().of(helper).count() <= most

    @invariant()
    def history_has_no_gap_and_every_step_stands_in_the_tables(self):
        for wish in Wish.objects.all():
            events = list(WishEvent.objects.filter(wish=wish).order_by("number"))
            assert [event.number for event in events] == list(range(1, wish.event_count + 1))
            assert events[-1].to_status == wish.status
            for event in events[1:]:
                assert _allowed(event)

    @invariant()
    def alarms_wait_only_where_somebody_is_waited_for(self):
        for wish in Wish.objects.exclude(status__in=[Status.PENDING, Status.WAITING, Status.CONFIRMING]):
            assert wish.next_alarm_at is None
        assert not Claim.objects.exclude(status=ClaimStatus.LIVE).filter(next_alarm_at__isnull=False).exists()


def _allowed(event: WishEvent) -> bool:
    """True where the event's move stands in the wish's table, or is an alarm's."""
    if event.alarm:
        expected = Status.WAITING if event.alarm == Alarm.LAPSE else event.from_status
        return event.to_status == expected
    moved = TABLE[(Status(event.from_status), Action(event.action))].to
    return event.to_status == (moved or event.from_status)


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
def test_both_tables_hold_whatever_people_do(ground):
    run_state_machine_as_test(
        Rehearsal,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
