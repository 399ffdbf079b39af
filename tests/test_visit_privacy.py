"""What was heard behind a door stays with those who serve it: no page about visits tells others a name, a door or a word."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import XINCUN, posted
from households.services.keeping import Person
from visits import services as visits
from visits.models import Hint, Line

pytestmark = pytest.mark.django_db
PHONE, NAME, ROOM, WORDS, NOTE = "13812345670", "欧阳静怡", "2单元50173", "雨棚漏水滴到被子上", "门口有条黄狗"
NEVER = [NAME, "欧阳", PHONE, "5670", ROOM, "50173", WORDS, NOTE]


@pytest.fixture
def told(make_household, make_visit, wang, chen) -> dict[str, list]:
    """A household that said something, one nobody opened at, one at odds with the register, a campaign and a hint."""
    homes = [make_household(f"3-2-5017{n}", people=[Person(NAME, "head", phone=PHONE)], by=wang) for n in (3, 4, 5)]
    visit = make_visit(homes[0], by=wang, topics={"parking": "refer", "leak": "record"}, detail=WORDS)
    for days in (3, 2, 1):
        make_visit(homes[1], "absent", by=wang, at=timezone.now() - timedelta(days=days))
    make_visit(homes[2], "vacant", by=wang, note=NOTE)
    day = timezone.localdate()
    campaign = visits.plan(
        visits.Plan("进百家门", day, day, areas=[homes[0].area], compounds=[homes[0].compound]), by=chen
    )
    Hint.objects.create(kind="close", visit=visit, visitor=wang, area=visit.area, week_date=day, answer="explained",
                        words=WORDS, answered_at=timezone.now())  # fmt: skip
    line = Line.objects.get(topic__code="parking")
    return {
        "opinion": [line.uuid], "campaign": [campaign.pk], "not-met-settle": [homes[1].pk], "not-met-check": [homes[2].pk],
        "compound": [homes[0].compound_id],
    }  # fmt: skip


def pages(told: dict[str, list]) -> list[str]:
    """Every page about visits, with what leads deepest into it."""
    at = {name: reverse(f"desk:{name}", args=told[name]) for name in ("opinion", "campaign")}
    lists = [
        reverse(f"desk:{name}")
        for name in ("opinions", "coverage", "campaigns", "campaign-new", "not-met", "visit-hints")
    ]
    behind, compound = reverse("desk:coverage-households"), told["compound"][0]
    return [
        *at.values(), *lists,
        f"{reverse('desk:opinions')}?view=all", f"{reverse('desk:opinions')}?area={XINCUN}",
        f"{reverse('desk:coverage')}?area={XINCUN}", f"{reverse('desk:not-met')}?view=at-odds",
        *(f"{behind}?which={which}" for which in ("all", "unmet", "due", "handed")),
        f"{behind}?compound={compound}&which=all", f"{behind}?area={XINCUN}&which=all",
        f"{reverse('desk:export-ledger', args=['visits'])}?masked=1", reverse("desk:home"),
    ]  # fmt: skip


def held(answer) -> str:
    """What an answer holds; a workbook unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode()


def leaks(user, paths: list[str], never: list[str]) -> list[str]:
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    found = []
    for path in paths:
        answer = browser.get(path)
        text = held(answer)
        found += [f"{answer.status_code} {path}: {word}" for word in never if word in text]
        found += [f"{answer.status_code} {path}"] if answer.status_code >= 500 else []
    return found


def test_nobody_else_reads_a_name_a_door_or_a_word(told, outsider, qian, sun, li, clerk, admin_user):
    neighbour = posted("neighbour", "郑国栋", "郑书记", "community_secretary", area=f"{XINCUN[:9]}001")
    walked = pages(told)
    for user in (outsider, neighbour, qian, sun, li, clerk, admin_user):
        assert leaks(user, walked, NEVER) == [], user.username


def test_those_who_serve_it_read_masked_names_and_no_number(told, wang, chen, zhao):
    for user in (wang, chen, zhao):
        assert leaks(user, pages(told), [NAME, PHONE]) == [], user.username


def test_the_walk_would_find_a_leak(told, chen):
    found = {leak.rpartition(": ")[2] for leak in leaks(chen, pages(told), NEVER)}
    assert {"欧阳", "50173", WORDS, NOTE} <= found
