"""From the counter to the filed paper, and what the case says meanwhile."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from cases import services as cases
from cases.models import Case, Category, Event, Report
from cases.states import Status as CaseStatus
from common.errors import DomainError, StalePage
from conftest import XINCUN, moment, posted
from mediation import services as mediation
from mediation.models import Dispute, DisputeEvent, Party
from mediation.services.intake import month_after
from mediation.services.retention import FORGOTTEN, forget_concluded
from mediation.states import Status
from mediation.tests.making import ACCOUNT, NAMES, NOW, PHONES, agreed, asked, mediated, open_dispute, terms
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def test_a_registered_dispute_is_a_case_of_the_community_for_a_month(wang, he):
    dispute = open_dispute(he, by=wang)
    case = dispute.case
    assert (case.category.code, case.area_id, case.level, case.status) == ("dispute", XINCUN, 2, CaseStatus.RECEIVED)
    assert dispute.limit_date == date(2026, 12, 23)
    assert case.due_at.date() == date(2026, 12, 23)
    assert dispute.organisation == "新村社区人民调解委员会"
    assert dispute.way_words == "调解，人民调解"
    assert [m.user for m in dispute.mediators.all()] == [he]
    assert Notification.objects.filter(seat=f"user:{he.pk}").count() == 1


def test_the_case_names_nobody(he, chen):
    dispute = agreed(open_dispute(he), he)
    mediation.follow_up(
        dispute, "kept", f"{NAMES[0]}说被套收到了。", date(2026, 12, 1), at=moment("2026-12-01 10:00"), by=he
    )
    case = Case.objects.get(pk=dispute.case_id)
    said = [case.text, case.title, case.subject, case.place]
    said += [f"{event.note}{event.public_text}{event.basis}" for event in Event.objects.filter(case=case)]
    said += [event.note for event in DisputeEvent.objects.filter(dispute=dispute)]
    said += [f"{entry.verb}{entry.details}" for entry in Entry.objects.all()]
    said += [row.title for row in Notification.objects.all()]
    told = "".join(said)
    assert not [word for word in (*NAMES, *PHONES, "501", "601", "滴水") if word in told]
    report = Report.objects.get(case=case)
    assert not report.name
    assert not report.phone


def test_the_same_form_twice_is_one_dispute(he):
    once = asked(he)
    first, second = (mediation.register(once, at=NOW, by=he) for _ in range(2))
    assert first == second
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"people": 1}, "涉及人数"),
        ({"account": "  "}, "经过"),
        ({"happened_date": date(2026, 11, 24)}, "发生日期"),
        ({"category": "02"}, "纠纷类别"),
        ({"parties": []}, "双方"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(he, more, why):
    with pytest.raises(DomainError, match=why):
        mediation.register(asked(he, **more), at=NOW, by=he)
    assert not Case.objects.exists()


def test_nobody_mediates_from_elsewhere(he, outsider):
    with pytest.raises(DomainError, match="周主任"):
        mediation.register(asked(outsider), at=NOW, by=he)
    assert not Case.objects.exists()


def test_a_dispute_goes_from_the_counter_to_the_archive(he):
    dispute = agreed(open_dispute(he), he)
    case = Case.objects.get(pk=dispute.case_id)
    assert (dispute.status, dispute.is_success, case.status) == (Status.AGREED, True, CaseStatus.CONFIRMING)
    mediation.follow_up(dispute, "kept", "都做到了。", date(2026, 12, 1), at=moment("2026-12-01 10:00"), by=he)
    case.refresh_from_db()
    assert (dispute.status, case.status, case.outcome, case.closed_level) == (
        Status.FOLLOWED_UP,
        CaseStatus.CLOSED,
        "solved",
        2,
    )
    with pytest.raises(DomainError, match="扫描件"):
        mediation.archive(dispute, by=he)


def test_accepting_gives_a_month_from_that_day_to_dispute_and_case(he):
    dispute = open_dispute(he)
    mediation.accept(dispute, at=moment("2026-11-27 09:00"), by=he)
    case = Case.objects.get(pk=dispute.case_id)
    assert dispute.limit_date == date(2026, 12, 27)
    assert case.due_at == moment("2026-12-27 17:00")
    assert case.status == CaseStatus.HANDLING
    mediation.extend(dispute, date(2027, 1, 20), both_agree=True, at=moment("2026-12-20 09:00"), by=he)
    case.refresh_from_db()
    assert (case.due_at, case.extensions, dispute.extensions) == (moment("2027-01-20 17:00"), 1, 1)


def test_a_longer_time_needs_both_sides_and_has_an_end(he):
    dispute = mediated(open_dispute(he), he)
    at = moment("2026-12-01 09:00")
    with pytest.raises(DomainError, match="双方"):
        mediation.extend(dispute, date(2027, 1, 10), both_agree=False, at=at, by=he)
    with pytest.raises(DomainError, match="最晚2027年3月24日"):
        mediation.extend(dispute, date(2027, 3, 25), both_agree=True, at=at, by=he)


def test_without_agreement_the_case_ends_when_the_parties_know_where_to_turn(he):
    dispute = mediated(open_dispute(he), he)
    mediation.fail(dispute, "赔多少谈不拢。", at=moment("2026-11-26 09:00"), by=he)
    case = Case.objects.get(pk=dispute.case_id)
    assert (dispute.is_success, case.status) == (False, CaseStatus.HANDLING)
    with pytest.raises(DomainError, match="没有协议"):
        mediation.follow_up(dispute, "kept", "好", date(2026, 11, 27), at=moment("2026-11-27 09:00"), by=he)
    mediation.follow_up(dispute, "none", "准备起诉。", date(2026, 11, 27), at=moment("2026-11-27 09:00"), by=he)
    case.refresh_from_db()
    assert case.status == CaseStatus.CONFIRMING
    assert "未达成协议" in Event.objects.get(case=case, action="resolve").public_text
    mediation.archive(dispute, by=he)
    assert dispute.status == Status.ARCHIVED


def test_a_hand_over_says_to_whom_when_and_what_and_ends_the_case(he):
    dispute = open_dispute(he)
    mediation.hand_over(
        dispute, "justice", "北大司法所", "登记表一份", date(2026, 11, 24), at=moment("2026-11-24 15:00"), by=he
    )
    case = Case.objects.get(pk=dispute.case_id)
    assert (dispute.status, dispute.is_success, case.status) == (Status.HANDED_OVER, False, CaseStatus.CONFIRMING)
    assert dispute.hand_over.what == "登记表一份"
    assert Event.objects.get(case=case, action="resolve").public_text == "纠纷已移交司法所处理。"
    mediation.archive(dispute, by=he)


def test_a_case_that_climbed_meanwhile_is_still_answered_by_the_community(he, zhao):
    dispute = mediated(open_dispute(he), he)
    cases.escalate(dispute.case, "请街道一起来", at=moment("2026-11-24 10:00"), by=he)
    mediation.agree(dispute, terms(), at=moment("2026-11-25 16:00"), by=he)
    case = Case.objects.get(pk=dispute.case_id)
    assert (case.status, case.closed_level) == (CaseStatus.CONFIRMING, 2)


def test_an_old_page_is_told_what_happened(he):
    dispute = open_dispute(he)
    seen = dispute.event_count
    mediation.accept(dispute, at=NOW, by=he)
    with pytest.raises(StalePage, match="何专干在11月23日 10:00做了“受理”"):
        mediation.fail(dispute, "谈不拢", seen=seen, by=he)


def test_events_are_appended_for_good(he):
    dispute = open_dispute(he)
    for change in ("update", "delete"):
        rows = DisputeEvent.objects.filter(dispute=dispute)
        with pytest.raises(DatabaseError, match="appended"), transaction.atomic():
            rows.update(note="x") if change == "update" else rows.delete()


def test_whoever_is_no_mediator_any_more_is_ended_not_deleted(he, wang, chen):
    dispute = open_dispute(he)
    mediation.assign(dispute, [wang], by=chen)
    rows = {row.user: row for row in dispute.mediators.all()}
    assert (rows[he].ended_at is not None, rows[wang].is_lead) == (True, True)
    assert not Dispute.objects.open_to(he).exists()
    assert Dispute.objects.open_to(wang).exists()
    mediation.assign(dispute, [he, wang], by=chen)
    assert [row.user for row in dispute.mediators.filter(is_lead=True)] == [he]


def test_a_correction_changes_what_is_named_and_writes_down_which(he):
    dispute = open_dispute(he)
    mediation.correct(dispute, {"people": 5, "account": ACCOUNT, "place": "院子里"}, by=he)
    assert (dispute.people, dispute.place.plain) == (5, "院子里")
    assert DisputeEvent.objects.get(dispute=dispute, action="correct").note == "涉及人数、发生地点"
    with pytest.raises(DomainError, match="没有改动"):
        mediation.correct(dispute, {"people": 5}, by=he)


def test_three_years_later_nobody_can_tell_between_whom_it_was(he):
    dispute = agreed(open_dispute(he), he)
    other = mediated(open_dispute(he), he)
    assert forget_concluded(at=moment("2029-11-24 10:00")) == 0
    assert forget_concluded(at=moment("2029-11-26 10:00")) == 1
    assert forget_concluded(at=moment("2029-11-26 10:00")) == 0
    dispute.refresh_from_db()
    assert (dispute.account, str(dispute.place), dispute.agreement.points) == (FORGOTTEN, "", FORGOTTEN)
    assert not Party.objects.filter(dispute=dispute).exclude(name="", phone__isnull=True, address="").exists()
    assert Party.objects.filter(dispute=other, name=NAMES[0]).exists()


def test_a_month_after_the_last_of_january_is_the_last_of_february():
    assert month_after(date(2027, 1, 31)) == date(2027, 2, 28)
    assert month_after(date(2026, 12, 15)) == date(2027, 1, 15)


def test_who_left_the_street_reads_no_more(he, chen):
    leaver = posted("ma", "马越", "马专干", "community_worker", area=XINCUN)
    open_dispute(leaver)
    assert Dispute.objects.open_to(leaver).exists()
    posting = leaver.postings.get()
    posting.valid_to = NOW.date() - timedelta(days=1)
    posting.save()
    del leaver._postings
    assert not Dispute.objects.open_to(leaver).exists()


def test_the_category_is_offered_in_no_form_and_gives_a_community_a_month(ground):
    category = Category.objects.get(code="dispute")
    assert (category.active, category.publishable) == (False, False)
    limit = category.limits.get()
    assert (limit.level, limit.handle_amount, limit.handle_unit) == (2, 22, "workday")
