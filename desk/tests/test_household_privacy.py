"""A known number, put wherever the portal holds numbers, is looked for everywhere: pages, API, administration, exports,
tables and logs. Whoever adds a page is covered: every address is walked, every registered model, every table.
"""

import io
import itertools
import logging
import re
import zipfile
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from cases.models import Report
from conftest import GRID, XINCUN
from desk.ledgers import LEDGERS
from grids.models import Nominee, Post, Selection
from households import services as rights
from households.models import Household, TagKind
from households.services import caring, keeping, pairing
from households.services.revealing import reveal
from public.wish_keys import key_of

pytestmark = pytest.mark.django_db
PHONE, NAME, CONTACT_NAME = "13812345670", "欧阳静怡", "尉迟敬德"
SPACED = "138 1234 5670"
NEVER = [text.encode() for text in (PHONE, SPACED, NAME, CONTACT_NAME)]
# Addresses that answer with what was just typed, or that end the session.
LEFT_OUT = {"accounts:sign-out"}


@pytest.fixture
def known(make_household, make_case, make_wish, wang, chen, li) -> dict[str, list]:
    """The number in a household, a resident, a nominee, a report, a wish and a request; the candidates for addresses."""
    household = make_household(
        people=[keeping.Person(NAME, "head", phone=PHONE)], contact_name=CONTACT_NAME, contact_phone=PHONE, by=wang
    )
    resident = household.residents.get()
    tag = caring.set_tag(household, TagKind.objects.get(code="alone"), reason="一人住", by=wang)
    paired = pairing.pair(household, li, by=wang)
    reveal(household, "phone", "ask", resident=resident, by=wang)
    post = Post.objects.get(code="entrance_leader")
    selection = Selection.objects.create(area_id=XINCUN, post=post, opened_by=chen)
    nominee = Nominee.objects.create(selection=selection, compound=household.compound, name="周建国", phone=PHONE)
    case = make_case(phone=PHONE, name=NAME, at=timezone.now())
    wish = make_wish(phone=PHONE, name=NAME, household=household, at=timezone.now())
    rights.ask("see", name=NAME, phone=PHONE, text="请告知")
    report = Report.objects.get()
    rows = [household, resident, tag, paired, selection, nominee, report, household.compound, post]
    return {
        "pk": list(dict.fromkeys(row.pk for row in rows)),
        "household and report": [household.pk, report.pk],
        "resident": [resident.pk],
        "item": [resident.pk, tag.pk, paired.pk],
        "number": [case.number, wish.number],
        "key": [key_of(wish)],
        "code": [GRID, XINCUN, *LEDGERS],
        "action": [
            "change",
            "person-change",
            "tag",
            "tag-review",
            "pair",
            "unpair",
            "move-out",
            "sign",
            "note",
            "publish",
        ],
        "field": ["phone", "name", "contact_phone", "contact_name", "address"],
        "size": ["full"],
    }


def addresses(known: dict[str, list]) -> list[str]:
    """Every address outside the administration, with every candidate in its variable parts."""
    found = []
    for name, pattern in _walk(get_resolver().url_patterns):
        if name in LEFT_OUT:
            continue
        params = [(param, type(c).__name__) for param, c in pattern.pattern.converters.items()]
        held = {**known, "pk": known["pk"] if len(params) == 1 else known["household and report"]}
        uuids = known.get("uuid", [uuid4()])
        choices = [uuids if kind == "UUIDConverter" else held.get(param, ["1"]) for param, kind in params]
        for values in itertools.product(*choices):
            found.append(reverse(name, kwargs=dict(zip([param for param, _ in params], values, strict=True))))
    return found


def _walk(patterns, space: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found.append((f"{space}{pattern.name}", pattern))
        elif pattern.namespace != "admin":
            found += _walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
    return found


def content(answer) -> bytes:
    """What an answer holds; a workbook unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def leaks(browser: Client, paths: list[str], never: list[bytes] = NEVER) -> list[str]:
    """The addresses whose answer holds a plain value, or that fail."""
    found = []
    for path in paths:
        answer = browser.get(path)
        held = content(answer)
        if answer.status_code >= 500 or any(text in held for text in never):
            found.append(f"{answer.status_code} {path}")
    return found


def signed_in(user) -> Client:
    """A browser of somebody."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def admin_paths() -> list[str]:
    """Every page of every registered model: list, search, adding, and each of a few rows with its history."""
    paths = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [
            reverse(f"{name}_changelist"),
            f"{reverse(f'{name}_changelist')}?q={PHONE[3:]}",
            reverse(f"{name}_add"),
        ]
        for pk in model._base_manager.order_by("-pk").values_list("pk", flat=True)[:4]:
            paths += [reverse(f"{name}_change", args=[pk]), reverse(f"{name}_history", args=[pk])]
    return paths


def test_administrator_sees_no_plain_phone_anywhere(known, admin_user, wang, li, caplog):
    caplog.set_level(logging.INFO)
    walked = addresses(known)
    assert len(walked) > 100
    browser = signed_in(admin_user)
    assert leaks(browser, admin_paths()) == []
    assert leaks(browser, walked) == []
    assert leaks(Client(raise_request_exception=False), [p for p in walked if not p.startswith("/desk/")]) == []
    for user in (wang, li):
        assert leaks(signed_in(user), walked) == []
    page = signed_in(wang).get(Household.objects.get().get_absolute_url())
    assert b"138****5670" in content(page)
    assert tables_with(PHONE) == []
    assert not set(tables_with(NAME)) & {"audit_entry", "households_householdevent", "jobs_job"}
    assert not any(text.decode() in caplog.text for text in NEVER)


def test_no_admin_page_shows_people_of_households():
    registered = {model._meta.label for model in admin.site._registry}
    people = {"Household", "Resident", "Membership", "CareTag", "Pairing", "PairingDeed", "HouseholdEvent"}
    assert not registered & {f"households.{name}" for name in people}
    assert "grids.Nominee" not in registered


def test_a_search_in_the_administration_finds_nobody_by_number_or_name(known, admin_user):
    browser = signed_in(admin_user)
    for model, model_admin in admin.site._registry.items():
        if not model_admin.search_fields:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for typed in (PHONE, NAME):
            answer = browser.get(reverse(name), {"q": typed})
            assert answer.context["cl"].result_count == 0, name


def tables_with(text: str) -> list[str]:
    """Tables with a row in which `text` can be read."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if re.fullmatch(r"\w+", table)]
        found = []
        for table in tables:
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" held WHERE held::text LIKE %s)', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_the_walk_would_find_a_leak(known):
    assert "households_household" in tables_with(CONTACT_NAME)
    assert Household.objects.get().contact_phone.plain == PHONE
