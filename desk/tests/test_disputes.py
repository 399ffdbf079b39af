"""矛盾纠纷 at the desk: who reads between whom it is, registering, steps, the paper to be signed, scans, the ledger."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audit.models import Entry
from cases.models import Case
from conftest import XINCUN, posted
from desk import handing_over
from desk.tests.test_household_privacy import addresses, leaks, signed_in, tables_with
from mediation import services as mediation
from mediation.models import Dispute, LegalService, ServiceDay
from mediation.states import Status
from mediation.tests.making import ACCOUNT, NAMES, PHONES, open_dispute, terms

pytestmark = pytest.mark.django_db
LIST = "/desk/disputes/"
REGISTER = "/desk/disputes/register/"
# Names, doors and numbers of the parties, and words of the account.
PLAIN = [word.encode() for word in (*NAMES, *PHONES, "单元501", "单元601")]
INSIDE = [*PLAIN, "晾的衣服滴水".encode(), "罗*".encode(), "鲁*".encode()]


@pytest.fixture
def look(client):
    """look(user, address, **query): the page as this person gets it."""

    def get(user, address, **query):
        client.force_login(user)
        return client.get(address, query)

    return get


@pytest.fixture
def dispute(he, wang):
    """Mediated by wang, registered by he yesterday."""
    at = timezone.now() - timedelta(days=1)
    return open_dispute(wang, by=he, at=at, happened_date=timezone.localdate(at))


def page_of(dispute: Dispute, name: str = "dispute", *more) -> str:
    return reverse(f"desk:{name}", args=[dispute.case.number, *more])


def picture() -> SimpleUploadedFile:
    held = BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    return SimpleUploadedFile("page.png", held.getvalue(), "image/png")


def settle(dispute: Dispute, by) -> None:
    mediation.accept(dispute, by=by)
    mediation.write_record(dispute, "mediation", f"{NAMES[0]}愿意让一步。", timezone.localdate(), by=by)
    today = timezone.localdate()
    mediation.agree(dispute, terms(facts=ACCOUNT, agreed_date=today, perform_until=today), by=by)


def test_nobody_but_mediators_and_the_head_finds_a_party_anywhere(
    dispute, cast_around, he, zhao, qian, sun, li, outsider, clerk, admin_user
):
    settle(dispute, cast_around["wang"])
    parties = list(dispute.parties.values_list("pk", flat=True))
    paths = addresses({
        "pk": [dispute.pk],
        "household and report": parties,
        "number": [dispute.case.number],
        "code": ["disputes"],
        "action": ["accept", "assign", "correct", "note"],
        "act": ["hold"],
        "size": ["full"],
    })  # fmt: skip
    near = [path for path in paths if any(part in path for part in NEAR)]
    near += [f"{LIST}?state=all", "/desk/ledgers/disputes/?print=1&state=all"]
    own = [path for path in near if "/disputes" in path]
    for person in (zhao, qian, he):
        assert leaks(signed_in(person), near, INSIDE) == [], person.username
    for person in (sun, li, outsider, clerk, admin_user, cast_around["first"], cast_around["next"]):
        assert leaks(signed_in(person), own, INSIDE) == [], person.username
    # An insider reads the account and masked names; plain ones on the paper to be signed alone.
    found = set(leaks_of(cast_around["wang"], own))
    assert found <= {
        page_of(dispute),
        page_of(dispute, "dispute-agreement"),
        page_of(dispute, "dispute-act", "correct"),
    }


NEAR = ("/disputes", "/cases/", "/desk/inbox", "/desk/notices")


def leaks_of(person, paths) -> list[str]:
    """Where a plain number or a name stands for this person."""
    return [found.split(" ", 1)[1] for found in leaks(signed_in(person), paths, PLAIN)]


@pytest.fixture
def cast_around(wang):
    """The mediator, and who stands near without a right to know."""
    return {
        "wang": wang,
        "first": posted("first", "葛明", "葛书记", "community_first_secretary", area=XINCUN),
        "next": posted("next", "许平", "许书记", "community_secretary", area="411002005005"),
    }


def test_names_stand_in_their_own_tables_only(dispute, wang):
    settle(dispute, wang)
    assert set(tables_with(NAMES[0])) == {
        "mediation_party",
        "mediation_dispute",
        "mediation_record",
        "mediation_agreement",
    }
    assert tables_with(PHONES[0]) == []


def test_who_sees_the_case_sees_that_there_is_a_dispute(look, dispute, zhao, wang, chen):
    page = look(zhao, page_of(dispute))
    assert "当事人、经过和卷宗只有调解员和社区负责人能看" in page.text
    assert "打开纠纷" in look(zhao, reverse("desk:case", args=[dispute.case.number])).text
    row = look(zhao, LIST).context["list"].rows[0]
    assert row.parties == ""
    for insider in (wang, chen):
        assert look(insider, LIST).context["list"].rows[0].parties == "罗*、鲁*"
        page = look(insider, page_of(dispute)).text
        assert "罗*" in page and ACCOUNT[-5:] in page
        assert NAMES[1] not in page.replace(ACCOUNT, "")


def test_the_case_of_a_dispute_is_not_ended_on_its_own_page(look, dispute, chen):
    page = look(chen, reverse("desk:case", args=[dispute.case.number]))
    assert not {"resolve", "merge", "classify"} & {action.value for action in page.context["page"].actions}
    refused = look(chen, reverse("desk:act", args=[dispute.case.number, "resolve"]))
    assert refused.status_code == 403


def test_a_party_is_shown_with_a_reason_and_logged(client, dispute, wang):
    client.force_login(wang)
    party = dispute.parties.order_by("pk").first()
    address = page_of(dispute, "dispute-contact", party.pk)
    assert "请选择查看原因" in client.post(address, {"reason": "curious"}).text
    assert not Entry.objects.filter(verb="dispute.reveal").exists()
    assert PHONES[0] in client.post(address, {"reason": "mediate"}).text
    logged = Entry.objects.get(verb="dispute.reveal")
    assert (logged.actor_id, logged.details["reason"], logged.details["party"]) == (wang.pk, "mediate", party.pk)


def form(he, wang, **more) -> dict:
    return {
        "submission": uuid4(), "origin": "applied", "channel": "counter", "category": "0203", "people": 2, "scale": "01",
        "happened_date": timezone.localdate(), "area": XINCUN, "account": ACCOUNT, "name": NAMES[0], "phone": PHONES[0],
        "other_name": NAMES[1], "other_phone": "", "told": "on", "lead": wang.pk, "second": "", **more,
    }  # fmt: skip


def test_a_dispute_is_registered_on_one_page(client, he, wang):
    client.force_login(he)
    typed = form(he, wang)
    first, second = (client.post(REGISTER, typed) for _ in range(2))
    made = Dispute.objects.get()
    assert first.url == second.url == page_of(made)
    assert (made.created_by, made.mediators.get().user, made.case.area_id) == (he, wang, XINCUN)
    assert [str(party.name) for party in made.parties.order_by("pk")] == ["罗*", "鲁*"]


def test_what_is_missing_is_said_and_what_was_typed_is_kept(client, he, wang):
    client.force_login(he)
    page = client.post(REGISTER, form(he, wang, category="", other_phone="12345", told=""))
    assert "有3处要改" in page.text and "填写的内容还在" in page.text and ACCOUNT in page.text
    assert not Case.objects.exists()


def test_the_steps_lead_to_a_paper_a_scan_and_the_archive(client, dispute, wang):
    client.force_login(wang)
    today = timezone.localdate()

    def step(action, **typed):
        answer = client.post(page_of(dispute, "dispute-act", action), typed)
        dispute.refresh_from_db()
        return answer

    step("accept", limit_date=today + timedelta(days=20))
    assert dispute.limit_date == today + timedelta(days=20)
    assert "不能晚于今天" in step("mediate", held_date=today + timedelta(days=1), text="谈了谈").text
    step("mediate", held_date=today, text="谈了谈")
    words = {"facts": "楼上滴水", "points": "拧干再晾\n赔一床被套", "performance": "当面交付", "agreed_date": today}
    assert step("agree", **words).status_code == 302
    paper = client.get(page_of(dispute, "dispute-agreement"))
    assert all(word in paper.text for word in (*NAMES, PHONES[0], "拧干再晾<br>赔一床被套", "人民调解委员会（盖章）"))
    assert Entry.objects.filter(verb="dispute.print", actor_id=wang.pk).count() == 1
    assert step("archive").status_code == 403
    step("follow_up", kept="kept", held_date=today, text="都做到了")
    assert "扫描件" in step("archive").text
    step("scan", paper="agreement", photos=picture())
    scan = dispute.scans.get()
    shown = client.get(page_of(dispute, "dispute-scan", scan.pk))
    assert shown.status_code == 200 and b"".join(shown.streaming_content)
    assert step("archive").status_code == 302
    assert dispute.status == Status.ARCHIVED


def test_the_office_says_who_mediates_without_learning_between_whom(client, dispute, he, wang):
    client.force_login(he)
    assert client.get(page_of(dispute, "dispute-act", "correct")).status_code == 403
    client.post(page_of(dispute, "dispute-act", "assign"), {"lead": he.pk})
    assert [one.user for one in dispute.mediators.filter(ended_at=None)] == [he]
    client.force_login(wang)
    assert client.get(page_of(dispute)).status_code == 404


def test_an_old_page_is_refused_and_keeps_what_was_typed(client, dispute, wang, chen):
    seen = dispute.event_count
    mediation.accept(dispute, by=chen)
    client.force_login(wang)
    day = timezone.localdate()
    page = client.post(page_of(dispute, "dispute-act", "mediate"), {"seen": seen, "held_date": day, "text": "说了很多"})
    assert page.status_code == 409
    assert "陈书记" in page.text and "说了很多" in page.text


def test_as_many_queries_for_twenty_rows_as_for_two(look, wang, he, chen):
    def count() -> int:
        look(chen, LIST)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            look(chen, LIST)
        return len(seen)

    for _ in range(2):
        open_dispute(wang, by=he)
    few = count()
    for _ in range(18):
        open_dispute(wang, by=he)
    assert count() == few


def test_the_list_is_narrowed_and_its_figures_follow_area_and_period(look, dispute, chen, zhao, wang):
    other = open_dispute(chen, happened_date=date(2026, 11, 20), limit_date=timezone.localdate() - timedelta(days=2))

    def numbers(user, **query):
        return {row.dispute.pk for row in look(user, LIST, **query).context["list"].rows}

    assert numbers(zhao) == {dispute.pk, other.pk}
    assert numbers(zhao, state="overdue") == {other.pk}
    assert numbers(zhao, state="registered", area=XINCUN) == {dispute.pk, other.pk}
    assert numbers(zhao, area="411002005005") == numbers(zhao, state="agreed") == set()
    assert numbers(zhao, state="nonsense") == {dispute.pk, other.pk}
    shown = look(zhao, LIST, area="411002005005").context["list"]
    assert shown.place.endswith("玉皇阁社区") and shown.figures[0].value == 0
    page = look(zhao, LIST).text
    assert "期内达成协议 ÷ 期内有结果" in page and "n＝0" in page


def test_the_ledger_names_parties_masked_and_to_insiders_only(client, dispute, chen, zhao):
    sheets = {}
    for person in (chen, zhao):
        client.force_login(person)
        sheets[person] = client.get("/desk/ledgers/disputes/", {"print": 1, "state": "all"}).text
    assert "罗*、鲁*" in sheets[chen] and "罗*" not in sheets[zhao]
    assert "邻里纠纷，相邻污染损害防止" in sheets[zhao]
    assert not [word for word in (*NAMES, *PHONES, "滴水") if word in sheets[chen] + sheets[zhao]]


def test_a_service_day_is_planned_and_held_and_a_service_written_down(client, he):
    client.force_login(he)
    today = timezone.localdate()
    days = "/desk/disputes/days/"
    client.post(
        f"{days}plan/", {"officer": "judge", "community": XINCUN, "service_date": today, "unit_name": "魏都区法院"}
    )
    day = ServiceDay.objects.get()
    assert "开展情况" in client.get(days).text
    missing = client.post(f"{days}{day.pk}/hold/", {"consultations": 5})
    assert "请填写参与调解" in missing.text
    told = {"consultations": 5, "mediations": 1, "talks": 0, "words": "讲了邻里法，电话13900001111"}
    client.post(f"{days}{day.pk}/hold/", told)
    day.refresh_from_db()
    assert (day.status, day.mediations) == ("held", 1) and "13900001111" not in day.done
    client.post(
        "/desk/disputes/legal/register/", {"kind": "advice", "community": XINCUN, "service_date": today, "served": 4}
    )
    assert LegalService.objects.get().served == 4
    page = client.get(days).text
    assert "咨询5人次，调解1件，宣讲0场" in page and "4人次" in page


def test_who_leaves_a_post_is_reminded_of_what_they_mediate(dispute, wang, he):
    found = {line.label: line for line in handing_over.holdings(wang, wang.postings.get())}
    assert (found["调解的纠纷"].count, found["调解的纠纷"].blocks) == (1, False)
    assert "调解的纠纷" not in {line.label for line in handing_over.holdings(he, he.postings.get())}


def test_a_complaint_is_turned_into_a_dispute_from_its_case_page(client, look, make_case, chen, he, wang, zhao):
    case = make_case(category="neighbour-noise", text="楼上半夜拖椅子", at=timezone.now())
    address, turn = reverse("desk:case", args=[case.number]), reverse("desk:dispute-convert", args=[case.number])
    # The grid and the street look on; the community has the button, beside quarrels only.
    assert turn not in look(wang, address).text and turn not in look(zhao, address).text
    assert turn in look(chen, address).text
    lamp = make_case(at=timezone.now())
    assert "转为纠纷调解" not in look(chen, reverse("desk:case", args=[lamp.number])).text
    assert look(zhao, turn).status_code == 403
    client.force_login(chen)
    today = str(timezone.localdate())
    typed = {"category": "0203", "happened_date": today, "origin": "offered", "lead": he.pk, "reason": "双方愿意调解"}
    refused = client.post(turn, typed | {"lead": "", "seen": case.event_count}).content.decode()
    assert "请选择调解员" in refused and "双方愿意调解" in refused
    case.refresh_from_db()
    assert case.category.code == "neighbour-noise"
    made = client.post(turn, typed | {"seen": case.event_count}, follow=True)
    assert "先补充双方当事人和纠纷经过" in made.content.decode()
    dispute = Dispute.objects.get(case=case)
    told = look(chen, address).text
    assert "打开纠纷" in told and "社区转为矛盾纠纷调解" in told and turn not in told
    assert client.post(turn, typed).status_code == 403
    # The mediator's page asks for what is missing first, then for 受理.
    client.force_login(he)
    page = client.get(page_of(dispute)).content.decode()
    assert f'action="{page_of(dispute, "dispute-act", "party")}"' in page
    for side, name in (("applicant", NAMES[0]), ("respondent", NAMES[1])):
        party = {"side": side, "name": name, "told": "on"}
        assert client.post(page_of(dispute, "dispute-act", "party"), party).status_code == 302
    page = client.get(page_of(dispute)).content.decode()
    assert f'action="{page_of(dispute, "dispute-act", "correct")}"' in page and "先补充纠纷经过" in page
    mediation.correct(dispute, {"account": ACCOUNT}, by=he)
    page = client.get(page_of(dispute)).content.decode()
    assert f'action="{page_of(dispute, "dispute-act", "accept")}"' in page
