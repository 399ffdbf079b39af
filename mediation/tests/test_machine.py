"""Several simulated people do whatever comes to their mind to two disputes; table, papers, case and log agree after every step."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Entry
from cases import services as cases
from cases.models import Case
from cases.states import ENDED
from cases.states import Status as CaseStatus
from common.errors import DomainError
from conftest import XINCUN, moment, posted
from mediation import services as mediation
from mediation.models import Agreement, Dispute, DisputeEvent, HandOver, Mediator, Record, Scan
from mediation.states import CONCLUDED, OPEN, TABLE, Action, Kept, Receiver, Status
from mediation.tests.making import ACCOUNT, NAMES, open_dispute, terms

WHICH, WHO = st.integers(0, 1), st.integers(0, 2)


class People(RuleBasedStateMachine):
    """Two disputes, a head, two who mediate, a street that reaches in, and time."""

    @initialize()
    def begin(self):
        self.at = moment("2026-11-23 10:00")
        self.staff = [
            posted("chen", "陈立民", "陈书记", "community_secretary", area=XINCUN),
            posted("he", "何晓燕", "何专干", "community_worker", area=XINCUN),
            posted("police", "丁强", "丁警官", "police", area=XINCUN),
        ]
        self.disputes = [open_dispute(self.staff[1], at=self.at) for _ in range(2)]

    def _try(self, verb, *args, **more):
        """A refusal is an answer; anything else would be a fault of ours."""
        self.at += timedelta(minutes=7)
        with suppress(DomainError):
            verb(*args, at=self.at, **more)

    @property
    def today(self):
        return timezone.localdate(self.at)

    @rule(n=WHICH, who=WHO)
    def accept(self, n, who):
        self._try(mediation.accept, self.disputes[n], by=self.staff[who])

    @rule(n=WHICH, who=WHO)
    def assign(self, n, who):
        self._try(mediation.assign, self.disputes[n], [self.staff[who]], by=self.staff[0])

    @rule(n=WHICH, kind=st.sampled_from(["investigation", "mediation"]), late=st.booleans())
    def write_record(self, n, kind, late):
        day = self.today + timedelta(days=1 if late else 0)
        self._try(mediation.write_record, self.disputes[n], kind, "说了说。", day, by=self.staff[1])

    @rule(n=WHICH, side=st.sampled_from(["applicant", "other"]))
    def add_party(self, n, side):
        self._try(mediation.add_party, self.disputes[n], mediation.Person(side, "乔红梅"), by=self.staff[1])

    @rule(n=WHICH, people=st.integers(1, 6))
    def correct(self, n, people):
        self._try(mediation.correct, self.disputes[n], {"people": people}, by=self.staff[1])

    @rule(n=WHICH, days=st.integers(-5, 120), both=st.booleans())
    def extend(self, n, days, both):
        day = self.disputes[n].limit_date + timedelta(days=days)
        self._try(mediation.extend, self.disputes[n], day, both_agree=both, by=self.staff[1])

    @rule(n=WHICH, oral=st.booleans())
    def agree(self, n, oral):
        said = terms(agreed_date=self.today, perform_until=None, is_oral=oral)
        self._try(mediation.agree, self.disputes[n], said, by=self.staff[1])

    @rule(n=WHICH)
    def fail(self, n):
        self._try(mediation.fail, self.disputes[n], "谈不拢", by=self.staff[1])

    @rule(n=WHICH, kept=st.sampled_from(Kept.values))
    def follow_up(self, n, kept):
        self._try(mediation.follow_up, self.disputes[n], kept, "问过了。", self.today, by=self.staff[1])

    @rule(n=WHICH, to=st.sampled_from(Receiver.values))
    def hand_over(self, n, to):
        self._try(mediation.hand_over, self.disputes[n], to, "某单位", "登记表", self.today, by=self.staff[1])

    @rule(n=WHICH)
    def archive(self, n):
        self._try(mediation.archive, self.disputes[n], by=self.staff[0])

    @rule(n=WHICH)
    def the_street_takes_the_case(self, n):
        self._try(cases.escalate, self.disputes[n].case, "请街道一起来", by=self.staff[1])

    @rule(n=WHICH)
    def somebody_answers_the_case_itself(self, n):
        self._try(cases.resolve, self.disputes[n].case, 2, "另行处理", by=self.staff[1])

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.at += timedelta(days=days)
        cases.sweep(at=self.at)

    @invariant()
    def a_result_stands_exactly_where_the_status_says_so(self):
        for dispute in Dispute.objects.all():
            concluded = dispute.status in CONCLUDED
            assert concluded == (dispute.status not in OPEN)
            assert (dispute.concluded_at is not None) == concluded == (dispute.is_success is not None)
            assert Agreement.objects.filter(dispute=dispute).exists() == (dispute.is_success is True)
            assert (dispute.accepted_at is None) <= (dispute.status in (Status.REGISTERED, *HANDED))
            if dispute.status == Status.HANDED_OVER:
                assert HandOver.objects.filter(dispute=dispute).exists()

    @invariant()
    def a_file_is_closed_with_its_papers(self):
        for dispute in Dispute.objects.filter(status=Status.ARCHIVED):
            written = Agreement.objects.filter(dispute=dispute, is_oral=False).exists()
            assert not written or Scan.objects.filter(dispute=dispute, paper="agreement").exists()
            followed = Record.objects.filter(dispute=dispute, kind="follow_up").exists()
            assert followed or HandOver.objects.filter(dispute=dispute).exists()

    @invariant()
    def the_case_is_answered_once_there_is_nothing_left_to_mediate(self):
        for dispute in Dispute.objects.exclude(status__in=[*OPEN, Status.FAILED]).select_related("case"):
            assert dispute.case.status in (CaseStatus.CONFIRMING, *ENDED)

    @invariant()
    def somebody_mediates_and_one_leads(self):
        for dispute in Dispute.objects.all():
            live = Mediator.objects.filter(dispute=dispute, ended_at__isnull=True)
            assert live.count() >= 1
            assert live.filter(is_lead=True).count() == 1

    @invariant()
    def history_has_no_gap_and_every_step_stands_in_the_table(self):
        for dispute in Dispute.objects.all():
            events = list(DisputeEvent.objects.filter(dispute=dispute).order_by("number"))
            assert [event.number for event in events] == list(range(1, dispute.event_count + 1))
            assert events[-1].to_status == dispute.status
            assert Entry.objects.about("dispute", dispute.pk).count() == len(events)
            for event in events[1:]:
                to = TABLE[(Status(event.from_status), Action(event.action))].to
                assert event.to_status == (to or event.from_status)

    @invariant()
    def no_note_and_no_case_names_anybody(self):
        notes = "".join(DisputeEvent.objects.values_list("note", flat=True))
        cases_say = "".join(f"{case.text}{case.title}{case.place}" for case in Case.objects.all())
        assert not [name for name in (*NAMES, "乔红梅", ACCOUNT) if name in notes + cases_say]


HANDED = (Status.HANDED_OVER, Status.ARCHIVED)


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
def test_the_table_holds_whatever_people_do(ground):
    run_state_machine_as_test(
        Rehearsal,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
