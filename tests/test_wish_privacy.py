"""Who wishes, at which door and under which number is looked for everywhere, from the first word to the end of a claim:
every address, the API, the administration, exports, tables and logs. It stands in two places: in the one answer to a
press on 打开 by those of the live claim, and where staff of the place open it with a reason.
"""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from conftest import GRID, XINCUN
from desk.ledgers import LEDGERS
from desk.tests.test_household_privacy import addresses, admin_paths, content, leaks, signed_in, tables_with
from public.wish_keys import key_of
from wishes import services as wishes
from wishes.models import Claim, Volunteer, Wish
from wishes.states import Status

pytestmark = pytest.mark.django_db
NAME, DOOR, PHONE = "欧阳静怡", "4单元702", "13812345670"
WORDS = "药盒上的字一个也看不清楚了"
PLAIN = [text.encode() for text in (NAME, DOOR, PHONE, "138 1234 5670", "138-1234-5670")]
NEVER = [*PLAIN, WORDS.encode()]
# What is walked by everybody at every step; the rest of the portal once, by few.
NEAR = ("/wishes/", "/claims/", "/volunteer", "/notices/", "/track/")
ACTS = ["progress", "deliver", "give-up", "note", "publish", "revoke"]


@pytest.fixture
def wish(make_wish, wang) -> Wish:
    return make_wish(
        at=timezone.now() - timedelta(days=1), name=NAME, phone=PHONE, place=f"第一食品厂家属院3号楼{DOOR}",
        text=WORDS, wants_sms=True, by=wang,
    )  # fmt: skip


@pytest.fixture
def volunteers(make_volunteer) -> dict[str, User]:
    """Who claims, who joins, and one who never has to do with it."""
    return {
        name: make_volunteer(name, called) for name, called in (("helper", "何平"), ("mate", "邓强"), ("other", "李敏"))
    }


@pytest.fixture
def auditor(db) -> User:
    user = User.objects.create(username="auditor", full_name="审计员", is_staff=True, must_change_password=False)
    user.user_permissions.add(Permission.objects.get(codename="view_entry", content_type__app_label="audit"))
    return user


@pytest.fixture
def strangers(volunteers, outsider, clerk, li, admin_user, auditor) -> dict[str, Client]:
    """Browsers of everybody who never works for the place of the wish."""
    people = {**volunteers, "outsider": outsider, "clerk": clerk, "li": li, "admin": admin_user, "auditor": auditor}
    anonymous = Client(raise_request_exception=False)
    return {"anonymous": anonymous, **{name: signed_in(user) for name, user in people.items()}}


@pytest.fixture
def staff(wang, chen, zhao) -> dict[str, Client]:
    """Browsers of those who work there: they read the wisher's words, and the rest masked."""
    return {"wang": signed_in(wang), "chen": signed_in(chen), "zhao": signed_in(zhao)}


def walked(wish: Wish) -> list[str]:
    """Every address, with this wish, its claims and its volunteers in the variable parts."""
    pks = [wish.pk, *Claim.objects.values_list("pk", flat=True), *Volunteer.objects.values_list("pk", flat=True)]
    return addresses({
        "pk": list(dict.fromkeys(pks)),
        "household and report": [wish.pk],
        "number": [wish.number],
        "key": [key_of(wish)],
        "uuid": list(Claim.objects.values_list("uuid", flat=True)) or [wish.uuid],
        "code": [GRID, XINCUN, *LEDGERS],
        "action": ACTS,
        "size": ["full"],
    })  # fmt: skip


def near(wish: Wish) -> list[str]:
    """The addresses around wishes and claims."""
    return [path for path in walked(wish) if any(part in path for part in NEAR)]


def leaked(wish: Wish, strangers: dict[str, Client], staff: dict[str, Client]) -> list[str]:
    """Who reads anything plain at an address around wishes."""
    paths = near(wish)
    found = [f"{name}: {one}" for name, browser in strangers.items() for one in leaks(browser, paths, NEVER)]
    return found + [f"{name}: {one}" for name, browser in staff.items() for one in leaks(browser, paths, PLAIN)]


def opens(wish: Wish, browsers: dict[str, Client]) -> set[str]:
    """Who gets name, door or phone by pressing 打开 on any claim; nothing plain is in a refusal."""
    found = set()
    for claim in Claim.objects.filter(wish=wish):
        path = reverse("public:claim-contact", args=[claim.uuid])
        for name, browser in browsers.items():
            answer = browser.post(path)
            if any(text in content(answer) for text in NEVER):
                assert "no-store" in answer["Cache-Control"]
                found.add(name)
    return found


def publish(wish: Wish, chen: User) -> None:
    wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。", joint=True), by=chen)


def test_from_the_first_word_to_the_end_nobody_else_reads_who_wishes(wish, volunteers, strangers, staff, chen, caplog):
    caplog.set_level(logging.INFO)
    helper, mate, other = volunteers.values()
    everybody = strangers | staff
    claimers = {name: strangers[name] for name in ("anonymous", "helper", "mate", "other")}
    assert leaked(wish, claimers, staff) == [], "waiting to be reviewed"
    publish(wish, chen)
    made = wishes.claim(wish, by=helper)
    wishes.join(wish, by=mate)
    wishes.progress(made, text=f"打了{PHONE}，约好周六送去", by=helper)
    assert leaked(wish, strangers, staff) == [], "claimed, not opened"
    assert opens(wish, everybody) == {"helper", "mate"}
    assert leaked(wish, claimers, {}) == [], "opened before, closed on every page since"
    wishes.deliver(made, proof=f"送到{DOOR}，{NAME}戴着正好", by=helper)
    assert opens(wish, everybody) == set(), "reported done"
    wishes.not_yet(wish, by=None)
    assert opens(wish, everybody) == {"helper", "mate"}, "not done after all"
    wishes.give_up(made, reason=f"{NAME}不在家", by=helper)
    assert opens(wish, everybody) == set(), "given up"
    assert leaks(strangers["helper"], near(wish), NEVER) == []
    wishes.claim(wish, by=other)
    assert opens(wish, everybody) == {"other"}, "those of an earlier claim are strangers to the next"
    wishes.deliver(wish.claims.live().get(), by=other)
    wishes.confirm(wish, thanks="谢谢", thanks_public=True, by=None)
    wish.refresh_from_db()
    assert wish.status == Status.FULFILLED and opens(wish, everybody) == set()
    assert leaked(wish, claimers, staff) == [], "after the end"
    assert not any(text.decode() in caplog.text for text in NEVER)


def test_the_whole_portal_is_silent_while_a_claim_lives(wish, volunteers, strangers, staff, admin_user, chen):
    publish(wish, chen)
    made = wishes.claim(wish, by=volunteers["helper"])
    assert opens(wish, {"helper": strangers["helper"]}) == {"helper"}
    every = walked(wish)
    assert len(every) > 100 and reverse("public:claim", args=[made.uuid]) in every
    outside = [path for path in every if not path.startswith("/desk/")]
    for name in ("anonymous", "helper", "other"):
        assert leaks(strangers[name], outside, NEVER) == [], name
    assert leaks(staff["chen"], every, PLAIN) == []
    pages = [path for path in admin_paths() if any(app in path for app in ("wishes", "audit", "accounts", "jobs"))]
    assert leaks(strangers["admin"], pages, NEVER) == []
    assert leaks(strangers["auditor"], pages, NEVER) == []
    # Tables: notices, audit entries, jobs, sessions, events. The number is nowhere, the rest in the wish alone.
    assert tables_with(PHONE) == []
    for text in (NAME, DOOR, WORDS):
        assert tables_with(text) == ["wishes_wish"], text


def test_the_claims_that_lapse_or_are_revoked_close_too(wish, volunteers, strangers, chen):
    publish(wish, chen)
    helper = volunteers["helper"]
    wishes.claim(wish, at=timezone.now() - timedelta(days=8), by=helper)
    wishes.sweep(at=timezone.now() - timedelta(hours=30))
    wishes.sweep()
    wish.refresh_from_db()
    assert wish.status == Status.WAITING and opens(wish, strangers) == set()
    wishes.claim(wish, by=helper)
    wishes.revoke(wish, reason="联系不上", by=chen)
    assert opens(wish, strangers) == set() and leaks(strangers["helper"], near(wish), NEVER) == []
    wishes.claim(wish, by=helper)
    wishes.cancel(wish, by=None)
    assert opens(wish, strangers) == set() and leaks(strangers["helper"], near(wish), NEVER) == []


def test_staff_of_the_place_open_it_with_a_reason_and_leave_a_record(
    wish, volunteers, strangers, staff, wang, chen, zhao
):
    publish(wish, chen)
    wishes.claim(wish, by=volunteers["helper"])
    path = reverse("desk:wish-contact", args=[wish.number])
    everybody = strangers | staff
    for name, browser in everybody.items():
        for sent in ({}, {"reason": ""}, {"reason": "curious"}):
            assert not any(text in content(browser.post(path, sent)) for text in PLAIN), name
        assert not any(text in content(browser.get(path)) for text in PLAIN), name
    assert not Entry.objects.filter(verb="wish.reveal").exists()
    answers = {name: browser.post(path, {"reason": "ask"}) for name, browser in everybody.items()}
    seen = {name: {text for text in PLAIN[:3] if text in content(answer)} for name, answer in answers.items()}
    opened = {name for name, texts in seen.items() if texts}
    assert opened == {"wang", "chen", "zhao"} and all(seen[name] == set(PLAIN[:3]) for name in opened)
    assert all("no-store" in answers[name]["Cache-Control"] for name in opened)
    entries = Entry.objects.about("wish", wish.pk).filter(verb="wish.reveal")
    looked = list(entries.values_list("actor_id", "details__reason"))
    assert sorted(looked) == sorted((person.pk, "ask") for person in (wang, chen, zhao))
    assert leaks(staff["chen"], near(wish), PLAIN) == [], "shown in one answer, and on no page since"


def test_the_wishers_own_page_reads_the_words_and_nothing_plain(wish, volunteers, chen):
    publish(wish, chen)
    progress, page = reverse("public:wish-progress"), Client()
    assert page.get(progress).status_code == 302, "without number and digits"
    page.post(reverse("public:track"), {"receipt": wish.number, "tail": "0000"})
    assert page.get(progress).status_code == 302, "with the wrong digits"
    page.post(reverse("public:track"), {"receipt": wish.number, "tail": PHONE[-4:]})
    made = wishes.claim(wish, by=volunteers["helper"])
    steps = (lambda: wishes.deliver(made, by=made.claimer), lambda: wishes.confirm(wish, by=None), lambda: None)
    for step in steps:
        answer = page.get(progress)
        assert answer.status_code == 200 and WORDS.encode() in answer.content, "the wisher's own words"
        assert not any(text in answer.content for text in [*PLAIN, "何平".encode(), b"helper"])
        assert "no-store" in answer["Cache-Control"]
        step()
    assert leaks(page, [path for path in near(wish) if path != progress], NEVER) == []
    page.post(reverse("public:leave"))
    assert page.get(progress).status_code == 302, "left"
