"""A neighbour's complaint becomes a dispute: the same case, its history, its reporter; parties written by the mediator."""

from datetime import date

import pytest

from audit.models import Entry
from cases import services as cases
from cases.models import Case, Event, Report
from cases.roles import may_mediate
from cases.services import bundling
from cases.states import Action, Status
from cases.tests.calling import Caller
from common.errors import DomainError, StalePage
from conftest import XINCUN, moment
from mediation import services as mediation
from mediation.models import Dispute
from mediation.states import Origin
from mediation.tests.making import ACCOUNT, NAMES
from notifications.models import Notification

pytestmark = pytest.mark.django_db
AT = moment("2026-11-23 10:00")
LATER = moment("2026-11-23 15:00")


@pytest.fixture
def complaint(make_case):
    """A resident of the grid complains about noise upstairs."""
    return make_case(
        category="neighbour-noise", text="楼上半夜拖椅子", title="楼上噪声", phone="13800001234", wants_sms=True, at=AT
    )


def quarrel(*mediators, **more) -> mediation.Quarrel:
    known = {"category": "0203", "happened_date": date(2026, 11, 22), "mediators": mediators, "reason": "双方愿意调解"}
    return mediation.Quarrel(**(known | more))


def test_the_same_case_goes_on_as_a_dispute_of_the_community(complaint, chen, he):
    before = list(Event.objects.filter(case=complaint).values_list("number", "action"))
    dispute = mediation.convert(complaint, quarrel(he), seen=complaint.event_count, at=LATER, by=chen)
    assert Case.objects.count() == 1 and dispute.case == complaint
    assert (complaint.category.code, complaint.level, complaint.status) == ("dispute", 2, Status.RECEIVED)
    assert (complaint.title, complaint.text) == ("邻里纠纷调解", "楼上半夜拖椅子")
    events = list(Event.objects.filter(case=complaint).order_by("number"))
    assert [(one.number, one.action) for one in events[: len(before)]] == before
    last = events[-1]
    assert (last.action, last.by, last.note) == (Action.MEDIATE, chen, "双方愿意调解")
    assert (last.from_level, last.to_level) == (1, 2)
    assert complaint.sign_by == moment("2026-11-24 15:00"), "the community has a working day to take a dispute on"
    report = Report.objects.get(case=complaint)
    told = set(
        Notification.objects.filter(cause__startswith=f"case:{complaint.pk}:{last.number}").values_list(
            "seat", flat=True
        )
    )
    assert {f"report:{report.pk}", f"area:{complaint.area_id}"} <= told
    assert [one.user for one in dispute.mediators.all()] == [he]
    assert Notification.objects.filter(seat=f"user:{he.pk}", title__contains="请您调解").exists()
    assert Entry.objects.filter(verb="case.mediate").exists() and Entry.objects.filter(verb="dispute.register").exists()
    assert (dispute.origin, dispute.limit_date, dispute.account) == (Origin.OFFERED, date(2026, 12, 23), "")


def test_parties_and_account_are_written_before_it_is_taken_on(complaint, chen, he):
    dispute = mediation.convert(complaint, quarrel(he), at=LATER, by=chen)
    with pytest.raises(DomainError, match="先补充双方当事人和纠纷经过"):
        mediation.accept(dispute, at=LATER, by=he)
    mediation.add_party(dispute, mediation.Person("applicant", NAMES[0]), at=LATER, by=he)
    mediation.add_party(dispute, mediation.Person("respondent", NAMES[1]), at=LATER, by=he)
    assert mediation.lacking(dispute) == ["纠纷经过"]
    mediation.correct(dispute, {"account": ACCOUNT}, at=LATER, by=he)
    mediation.accept(dispute, at=LATER, by=he)
    complaint.refresh_from_db()
    assert (complaint.status, complaint.due_at) == (Status.HANDLING, moment("2026-12-23 17:00"))
    mediation.write_record(dispute, "mediation", "都让一步。", date(2026, 11, 23), at=LATER, by=he)
    mediation.fail(dispute, "谈不拢", at=LATER, by=he)
    mediation.follow_up(dispute, "none", "已告知其他途径。", date(2026, 11, 23), at=LATER, by=he)
    complaint.refresh_from_db()
    assert complaint.status == Status.CONFIRMING, "its reporter is asked, as of every case"


def test_only_its_community_may_and_only_while_it_or_its_grid_holds_the_case(
    complaint, wang, he, chen, zhao, qian, li, outsider, clerk
):
    able = [user for user in (wang, he, chen, zhao, qian, li, outsider, clerk) if may_mediate(complaint, user)]
    assert able == [he, chen]
    cases.escalate(complaint, "谈不拢", at=LATER, by=wang)
    assert may_mediate(complaint, chen)
    cases.escalate(complaint, "谈不拢", at=LATER, by=chen)
    assert not may_mediate(complaint, chen)
    with pytest.raises(DomainError, match="已经上报"):
        mediation.convert(complaint, quarrel(he), at=LATER, by=chen)
    assert not Dispute.objects.exists()


def test_what_cannot_be_mediated_stays_as_it_is(complaint, make_case, make_errand, wang, he, chen, outsider):
    about = make_case(area=XINCUN, about=wang, at=AT)
    errand = make_errand()
    for case, words in ((about, "反映工作人员"), (errand.case, "不用再转")):
        assert not may_mediate(case, chen)
        with pytest.raises(DomainError, match=words):
            mediation.convert(case, quarrel(he), at=LATER, by=chen)
    for wrong in (
        quarrel(),
        quarrel(outsider),
        quarrel(he, category="02"),
        quarrel(he, reason=" "),
        quarrel(he, happened_date=date(2026, 11, 24)),
    ):
        with pytest.raises(DomainError):
            mediation.convert(complaint, wrong, at=LATER, by=chen)
    assert complaint.category.code == "neighbour-noise", "a refusal leaves the caller's case as it was"
    with pytest.raises(StalePage):
        mediation.convert(complaint, quarrel(he), seen=complaint.event_count - 1, at=LATER, by=chen)
    complaint.refresh_from_db()
    assert complaint.category.code == "neighbour-noise" and not Dispute.objects.exists()


def test_it_is_turned_once_and_never_past_its_steps(complaint, chen, he):
    mediation.convert(complaint, quarrel(he), at=LATER, by=chen)
    with pytest.raises(DomainError, match="不用再转"):
        mediation.convert(complaint, quarrel(he), at=LATER, by=chen)
    for action, values in (("resolve", {"closed_level": 2, "public_text": "好了"}), ("classify", {"reason": "不是"})):
        assert Caller(chen).act(complaint, action, **values).status_code == 409
    assert Caller(chen).act(complaint, "mediate").status_code == 404


def test_a_quarrel_leaves_its_bundle(complaint, make_case, chen, he):
    other = make_case(category="neighbour-noise", at=AT)
    cases.bundle_up(complaint, [other], at=AT, by=chen)
    mediation.convert(complaint, quarrel(he), at=LATER, by=chen)
    assert bundling.bundle_of(complaint) is None and bundling.bundle_of(other) is not None
