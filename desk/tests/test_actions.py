"""Every action through its page, with the named cast."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.acts import ACTS
from cases.models import Approval, Case, Event
from cases.roles import open_actions
from cases.states import Action, Outcome, Status
from conftest import GRID, XINCUN
from grids.levels import Level
from grids.models import Area, Organization

pytestmark = pytest.mark.django_db


def act_url(case, action) -> str:
    return reverse("desk:act", args=[case.number, str(action)])


@pytest.fixture
def do(client):
    """Sends the form of an action as its page would: do(user, case, action, field=value, …) and brings `case` up to date."""

    def send(user, case, action, *, seen=None, **typed):
        client.force_login(user)
        fields = {f"{action}-{name}": value for name, value in typed.items()}
        seen = Case.objects.get(pk=case.pk).event_count if seen is None else seen
        response = client.post(act_url(case, action), {**fields, "seen": seen})
        case.refresh_from_db()
        return response

    return send


def at_unit(case, qian, sun, unit="zhujian"):
    """The case in the hands of a unit."""
    while case.level < Level.DISTRICT:
        cases.escalate(case, "本级办不了", by=qian)
    cases.collect(case, by=qian)
    cases.hand_out(case, Organization.objects.get(code=unit), "请派人检修", by=sun)
    return case


def test_signing_answering_handing_over_and_closing(do, make_case, he, chen):
    case = make_case(area=XINCUN)
    assert do(he, case, Action.SIGN).status_code == 302
    assert (case.status, case.assignee) == (Status.HANDLING, he)
    do(he, case, Action.REPLY, public_text="明天上门", note="已派单")
    do(he, case, Action.HAND_OVER, to=chen.pk, note="我明天休假")
    assert case.assignee == chen
    do(chen, case, Action.RESOLVE, closed_level=0, public_text="已换灯泡")
    assert (case.status, case.closed_level) == (Status.CONFIRMING, 0)
    do(chen, case, Action.CONFIRM, outcome="solved", satisfaction="satisfied", comment="电话里说好了")
    assert case.status == Status.CLOSED
    texts = list(case.events.order_by("number").values_list("action", "public_text"))
    assert ("reply", "明天上门") in texts and ("resolve", "已换灯泡") in texts


def test_notes_titles_and_labels(do, make_case, wang):
    case = make_case()
    do(wang, case, Action.NOTE, text="已上门")
    do(wang, case, Action.TITLE, title="3号楼路灯不亮")
    do(wang, case, Action.CLASSIFY, matter_class="big", urgent="1", reason="多人反映")
    assert (case.title, case.matter_class, case.urgent) == ("3号楼路灯不亮", "big", True)
    assert case.events.filter(action=Action.NOTE, note="已上门").exists()


def test_the_community_sends_down_and_the_grid_sends_back(do, make_case, chen, wang):
    case = make_case(area=XINCUN)
    do(chen, case, Action.ROUTE, area=GRID, note="请上门看看")
    assert (case.level, case.area_id) == (Level.GRID, GRID)
    do(wang, case, Action.RETURN, reason="不是本网格的事")
    assert case.level == Level.COMMUNITY


def test_going_up_with_a_reason(do, make_case, wang):
    case = make_case()
    response = do(wang, case, Action.ESCALATE, reason="")
    assert response.status_code == 200 and "请填写理由" in response.content.decode()
    do(wang, case, Action.ESCALATE, reason="需要专业维修")
    assert case.level == Level.COMMUNITY


def test_the_thin_district(do, make_case, zhao, qian, sun, li, chen):
    case = make_case()
    cases.escalate(case, "网格办不了", by=zhao)
    cases.escalate(case, "社区办不了", by=zhao)
    do(zhao, case, Action.ESCALATE, reason="要区里定")
    do(qian, case, Action.COLLECT, note="属实")
    unit = Organization.objects.get(code="zhujian")
    do(sun, case, Action.HAND_OUT, unit=unit.pk, instruction="请查明产权", due_at="2027-03-01T18:00")
    assert case.handling_unit == unit and timezone.localtime(case.due_at).strftime("%m-%d %H:%M") == "03-01 18:00"
    do(li, case, Action.SIGN)
    do(li, case, Action.RESOLVE, closed_level=4, public_text="已更换管道")
    do(chen, case, Action.ACCEPT, note="现场看过")
    assert case.accepted_by == chen


def test_a_unit_asks_and_the_office_agrees_to_take_a_case_back(client, do, make_case, qian, sun, li):
    case = at_unit(make_case(), qian, sun)
    url = reverse("desk:act", args=[case.number, "return"])
    client.force_login(li)
    assert client.post(url, {"return-reason": "不属于本单位职责"}).status_code == 403
    do(li, case, Action.ASK_RETURN, reason="不属于本单位职责")
    assert case.handling_unit.code == "zhujian"
    asked = Approval.objects.get(kind="return")
    url = reverse("desk:decide", args=[asked.pk])
    assert client.get(url).status_code == 403  # the unit's own head
    client.force_login(sun)
    page = client.get(url).content.decode()
    assert "不属于本单位职责" in page and "同意退回</button>" in page and "不同意</button>" in page
    response = client.post(url, {"decision": "return", "note": ""})
    assert "不同意要写明理由" in response.content.decode()
    assert client.post(url, {"decision": "agree"}).status_code == 302
    case.refresh_from_db()
    assert case.handling_unit.code == "quweiban"


def test_a_unit_the_office_does_not_agree_with_goes_on(client, do, make_case, qian, sun, li):
    case = at_unit(make_case(), qian, sun)
    do(li, case, Action.ASK_RETURN, reason="不属于本单位职责")
    client.force_login(sun)
    url = reverse("desk:decide", args=[Approval.objects.get().pk])
    client.post(url, {"decision": "return", "note": "产权属于本单位"})
    response = do(li, case, Action.ASK_RETURN, reason="还是不属于")
    assert "已经申请退回过一次" in response.content.decode() and "还是不属于" in response.content.decode()
    assert case.handling_unit.code == "zhujian"


def test_asking_for_time_and_the_heads_answer(client, do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.SIGN)
    do(he, case, Action.ASK_EXTENSION, days=2, reason="等配件")
    asked = Approval.objects.get()
    before = asked.case.due_at
    url = reverse("desk:decide", args=[asked.pk])
    assert client.post(url, {"decision": "agree"}).status_code == 403  # he asked
    client.force_login(chen)
    assert "等配件" in client.get(url).content.decode()
    response = client.post(url, {"decision": "return", "note": ""})
    assert response.status_code == 200 and "退回要写明理由" in response.content.decode()
    assert client.post(url, {"decision": "agree"}).status_code == 302
    case.refresh_from_db()
    asked.refresh_from_db()
    assert asked.agreed and asked.decided_by == chen and case.due_at > before - timedelta(days=1)
    assert client.post(url, {"decision": "agree"}).status_code == 302  # decided: back to the case, with a word


def test_sending_a_request_back_tells_why(client, do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.ASK_REFUSAL, reason="不属于社区职责")
    asked = Approval.objects.get()
    client.force_login(chen)
    client.post(reverse("desk:decide", args=[asked.pk]), {"decision": "return", "note": "先上门看一次"})
    asked.refresh_from_db()
    assert asked.agreed is False and asked.decision_note == "先上门看一次"


def test_a_request_is_nobody_elses_to_see_or_decide(client, do, make_case, he, wang, outsider):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.ASK_REFUSAL, reason="不属于社区职责")
    url = reverse("desk:decide", args=[Approval.objects.get().pk])
    client.force_login(outsider)
    assert client.post(url, {"decision": "agree"}).status_code == 404


def test_putting_on_hold_and_taking_up_again(client, do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    day = (timezone.localdate() + timedelta(days=60)).isoformat()
    do(he, case, Action.ASK_SUSPENSION, reason_class="funds", review_date=day, reason="等明年预算")
    client.force_login(chen)
    client.post(reverse("desk:decide", args=[Approval.objects.get().pk]), {"decision": "agree"})
    case.refresh_from_db()
    assert case.status == Status.SUSPENDED
    do(he, case, Action.RESUME, note="资金到位")
    assert case.status == Status.HANDLING


def test_refusing_with_a_reason_for_the_resident(client, do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.ASK_REFUSAL, reason="属于法院受理范围")
    client.force_login(chen)
    client.post(reverse("desk:decide", args=[Approval.objects.get().pk]), {"decision": "agree"})
    case.refresh_from_db()
    assert case.status == Status.REFUSED
    assert "属于法院受理范围" in client.get(case.get_absolute_url()).content.decode()


def test_joining_two_cases(client, do, make_case, chen):
    kept, joined = make_case(area=XINCUN), make_case(area=XINCUN)
    client.force_login(chen)
    assert f'value="{kept.number}"' in client.get(f"{act_url(joined, 'merge')}?into={kept.number}").content.decode()
    response = do(chen, joined, Action.MERGE, into="WD000")
    assert "没有找到这个编号" in response.content.decode()
    do(chen, joined, Action.MERGE, into=kept.number)
    assert (joined.status, joined.merged_into) == (Status.MERGED, kept)


def test_the_level_above_explains_or_takes_over(client, do, make_case, he, chen, zhao):
    for action, typed, status in (
        (Action.EXPLAIN, {"public_text": "已复查，灯是亮的"}, Status.CONFIRMING),
        (Action.REOPEN, {"reason": "确实没修好"}, Status.HANDLING),
    ):
        case = make_case(area=XINCUN, at=timezone.now())
        cases.resolve(case, 1, "已修好", by=he)
        cases.dispute(case, "没修好", report=case.reports.get())
        do(zhao, case, action, **typed)
        assert case.status == status


def test_calling_back(do, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    cases.resolve(case, 1, "已修好", by=he)
    do(he, case, Action.FOLLOW_UP, note="电话回访，说修好了", outcome="solved", satisfaction="")
    assert (case.status, case.outcome) == (Status.CLOSED, Outcome.SOLVED)


def test_every_action_has_a_page_that_opens_for_somebody(client, make_case, wang, he, chen, zhao, qian, sun, li):
    """All forms are drawn at least once: no action is only in the table."""
    grid, community, unsigned = make_case(), make_case(area=XINCUN), make_case(area=XINCUN)
    answered, held = make_case(area=XINCUN), make_case(area=XINCUN, at=timezone.now())
    cases.resolve(answered, 1, "已修好", by=he)
    disputed = make_case(area=XINCUN)
    cases.resolve(disputed, 1, "已修好", by=he)
    cases.dispute(disputed, "没修好", report=disputed.reports.get())
    asked = cases.ask_suspension(held, "funds", timezone.localdate() + timedelta(days=9), "等预算", by=he)
    cases.decide(asked, agreed=True, by=chen)
    at_street, collected = make_case(), make_case()
    for _ in range(2):
        cases.escalate(at_street, "办不了", by=wang)
    for _ in range(3):
        cases.escalate(collected, "办不了", by=wang)
    office = make_case()
    for _ in range(3):
        cases.escalate(office, "办不了", by=wang)
    cases.collect(office, by=qian)
    unit, unsolved = at_unit(make_case(), qian, sun), at_unit(make_case(), qian, sun)
    cases.resolve(unit, 4, "已修好", by=li)
    opened = set()
    for case in (grid, community, unsigned, answered, disputed, held, at_street, collected, office, unit, unsolved):
        case.refresh_from_db()
        for user in (wang, he, chen, zhao, qian, sun, li):
            client.force_login(user)
            for action in open_actions(case, user):
                if action not in opened:
                    assert client.get(act_url(case, action)).status_code == 200, action
                    opened.add(action)
    assert opened == set(ACTS)


def test_what_is_not_open_is_refused(client, do, make_case, chen, wang, outsider):
    case = make_case()
    client.force_login(chen)
    assert "/act/sign/" not in client.get(case.get_absolute_url()).content.decode()
    assert client.get(act_url(case, Action.SIGN)).status_code == 403
    assert do(chen, case, Action.SIGN).status_code == 403
    assert do(outsider, case, Action.SIGN).status_code == 404
    assert do(wang, case, "explode").status_code == 404
    assert do(wang, case, Action.WITHDRAW).status_code == 404  # residents' own
    assert case.status == Status.RECEIVED


def test_a_stale_page_says_who_did_what_and_keeps_what_was_typed(do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.SIGN)
    seen = case.event_count
    cases.reply(case, "已派人", by=chen)
    response = do(he, case, Action.ESCALATE, seen=seen, reason="需要街道协调资金")
    shown = response.content.decode()
    assert response.status_code == 409
    assert "陈书记在" in shown and "做了“公开答复”" in shown and "需要街道协调资金" in shown
    assert f'name="seen" value="{case.event_count}"' in shown
    assert case.level == Level.COMMUNITY
    assert do(he, case, Action.ESCALATE, reason="需要街道协调资金").status_code == 302


def test_an_action_that_went_away_meanwhile_keeps_the_text_too(do, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.SIGN)
    seen = case.event_count
    cases.resolve(case, 1, "已修好", by=chen)
    response = do(he, case, Action.ESCALATE, seen=seen, reason="需要街道协调资金")
    shown = response.content.decode()
    assert response.status_code == 409 and "需要街道协调资金" in shown and "不能再上报" in shown
    assert case.status == Status.CONFIRMING


def test_a_note_goes_through_on_a_stale_page(do, make_case, wang, chen):
    case = make_case()
    cases.note(case, "先记一条", by=chen)
    assert do(wang, case, Action.NOTE, seen=1, text="又记一条").status_code == 302


def test_a_refusal_of_the_service_stands_beside_what_was_typed(do, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    do(he, case, Action.SIGN)
    response = do(he, case, Action.ASK_EXTENSION, days=9, reason="等配件到货")
    shown = response.content.decode()
    assert response.status_code == 200 and "本级最多延期3个工作日" in shown and "等配件到货" in shown


def test_where_the_level_has_no_extension_none_is_offered(do, make_case, wang):
    case = make_case(at=timezone.now())
    assert do(wang, case, Action.ASK_EXTENSION, days=2, reason="等配件到货").status_code == 403


def test_long_reasons_are_refused_with_their_length(do, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    response = do(he, case, Action.ASK_REFUSAL, reason="理" * 501)
    assert "最多500个字，现在有501个字" in response.content.decode()


def test_a_file_that_is_no_photo_is_refused_and_the_text_stays(client, make_case, wang):
    case = make_case()
    client.force_login(wang)
    broken = SimpleUploadedFile("a.jpg", b"not a photo", "image/jpeg")
    response = client.post(act_url(case, "note"), {"note-text": "拍了照", "note-photos": broken, "seen": 1})
    shown = response.content.decode()
    assert response.status_code == 200 and "第1张照片" in shown and "拍了照" in shown
    assert not Event.objects.filter(case=case, action=Action.NOTE).exists()


def test_the_form_alone_comes_for_the_dialog(client, make_case, wang):
    case = make_case()
    client.force_login(wang)
    shown = client.get(act_url(case, "escalate"), HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in shown and 'name="escalate-reason"' in shown


def test_complaints_are_not_offered_to_lower_levels_or_other_cases(make_case, chen, wang, zhao):
    case = make_case(about=wang, by=zhao)
    assert not {Action.ROUTE, Action.MERGE} & set(open_actions(case, chen))


def test_pages_of_actions_are_never_stored(client, make_case, wang):
    client.force_login(wang)
    assert "no-store" in client.get(act_url(make_case(), "note"))["Cache-Control"]


def test_routing_offers_only_what_lies_below(client, make_case, chen):
    case = make_case(area=XINCUN)
    client.force_login(chen)
    shown = client.get(act_url(case, "route")).content.decode()
    below = Area.objects.in_service().beneath(XINCUN).filter(level=Level.GRID)
    assert all(f'value="{area.code}"' in shown for area in below) and f'value="{XINCUN}"' not in shown
