"""Every address × every member of the cast → the expected status, in one table."""

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from cases import services as cases
from cases.job_kinds import CHECK
from files.services import ingest_photo
from jobs import services as jobs

CAST = ["anonymous", "wang", "he", "chen", "zhao", "qian", "sun", "li", "outsider", "clerk", "admin"]

# 302: to the sign-in page, or for residents to the number and the digits. 404: not there, or not theirs. 405: wants POST.
# `wang` holds the case and has asked for a refusal in another one; `admin` runs the portal and has no posting.
# An address that depends on what is asked stands once for each, after a slash.
TABLE = """
                           anon wang   he chen zhao qian  sun   li outs clrk admn
GET  healthz                200  200  200  200  200  200  200  200  200  200  200
GET  readyz                 200  200  200  200  200  200  200  200  200  200  200

GET  public:home            200  200  200  200  200  200  200  200  200  200  200
GET  public:request         200  200  200  200  200  200  200  200  200  200  200
POST public:request         200  200  200  200  200  200  200  200  200  200  200
GET  public:kinds           200  200  200  200  200  200  200  200  200  200  200
GET  public:places          200  200  200  200  200  200  200  200  200  200  200
GET  public:similar         200  200  200  200  200  200  200  200  200  200  200
GET  public:join            302  302  302  302  302  302  302  302  302  302  302
GET  public:receipt         302  302  302  302  302  302  302  302  302  302  302
GET  public:track           200  200  200  200  200  200  200  200  200  200  200
POST public:track           200  200  200  200  200  200  200  200  200  200  200
GET  public:progress        302  302  302  302  302  302  302  302  302  302  302
GET  public:answer          302  302  302  302  302  302  302  302  302  302  302
POST public:answer          302  302  302  302  302  302  302  302  302  302  302
GET  public:withdraw        302  302  302  302  302  302  302  302  302  302  302
POST public:withdraw        302  302  302  302  302  302  302  302  302  302  302
GET  public:add             302  302  302  302  302  302  302  302  302  302  302
POST public:add             302  302  302  302  302  302  302  302  302  302  302
GET  public:leave           405  405  405  405  405  405  405  405  405  405  405
POST public:leave           302  302  302  302  302  302  302  302  302  302  302
GET  public:photo           302  302  302  302  302  302  302  302  302  302  302
GET  public:cadre           200  200  200  200  200  200  200  200  200  200  200
POST public:cadre           405  405  405  405  405  405  405  405  405  405  405
GET  public:privacy         200  200  200  200  200  200  200  200  200  200  200
GET  public:rights          200  200  200  200  200  200  200  200  200  200  200
GET  public:size            405  405  405  405  405  405  405  405  405  405  405

GET  accounts:sign-in       200  302  302  302  302  302  302  302  302  302  302
GET  accounts:sign-out      405  405  405  405  405  405  405  405  405  405  405
GET  accounts:password      302  200  200  200  200  200  200  200  200  200  200
GET  accounts:profile       302  200  200  200  200  200  200  200  200  200  200
POST accounts:profile       302  405  405  405  405  405  405  405  405  405  405

GET  desk:home              302  200  200  200  200  200  200  200  200  403  403
GET  desk:cases             302  200  200  200  200  200  200  200  200  403  403
GET  desk:bulk              302  405  405  405  405  405  405  405  405  403  403
POST desk:bulk              302  302  302  302  302  302  302  302  302  403  403
GET  desk:register          302  200  200  200  200  403  403  403  200  403  403
POST desk:register          302  200  200  200  200  403  403  403  200  403  403
GET  desk:case              302  200  200  200  200  200  200  404  404  403  403
POST desk:case              302  405  405  405  405  405  405  405  405  403  403
GET  desk:act/sign          302  200  403  403  403  403  403  404  404  403  403
POST desk:act/sign          302  302  403  403  403  403  403  404  404  403  403
GET  desk:act/note          302  200  200  200  403  200  200  404  404  403  403
GET  desk:act/collect       302  403  403  403  403  403  403  404  404  403  403
GET  desk:act/withdraw      302  404  404  404  404  404  404  404  404  403  403
GET  desk:contact           302  200  200  200  403  403  403  404  404  403  403
GET  desk:photo             302  200  200  200  200  200  200  404  404  403  403
GET  desk:decide            302  403  403  200  403  403  403  404  404  403  403
GET  desk:ledger            302  403  403  403  403  200  200  403  403  403  403
GET  desk:notices           302  200  200  200  200  200  200  200  200  403  403
GET  desk:import            302  403  200  200  200  403  403  403  200  403  403
GET  desk:import-job        302  403  200  404  404  403  403  403  404  403  403
GET  desk:export            302  403  200  200  200  200  200  403  200  403  403

GET  api:schema             401  200  200  200  200  200  200  200  200  200  200
GET  api:areas              401  200  200  200  200  200  200  200  200  200  200
POST api:areas              401  405  405  405  405  405  405  405  405  405  405
GET  api:categories         401  200  200  200  200  200  200  200  200  200  200
GET  api:cases              401  200  200  200  200  200  200  200  200  403  403
POST api:cases              401  400  400  400  400  403  403  403  400  403  403
GET  api:case               401  200  200  200  200  200  200  404  404  403  403
GET  api:case-events        401  200  200  200  200  200  200  404  404  403  403
GET  api:case-action/sign   401  200  403  403  403  403  403  404  404  403  403
POST api:case-action/sign   401  200  403  403  403  403  403  404  404  403  403
POST api:case-action/note   401  400  400  400  403  400  400  404  404  403  403
GET  api:case-approval      401  405  405  405  405  405  405  405  405  403  403
POST api:case-approval      401  400  400  400  400  400  400  404  404  403  403
"""


def rows() -> list[tuple[str, str, list[int]]]:
    """(method, address, expected statuses in the order of CAST)."""
    lines = [line.split() for line in TABLE.strip().splitlines()[1:] if line]
    return [(method, address, [int(status) for status in statuses]) for method, address, *statuses in lines]


def addresses() -> set[str]:
    """Every named address outside the administration."""
    return {name for name in _walk(get_resolver().url_patterns) if not name.startswith("admin:")}


def _walk(patterns, space: str = "") -> list[str]:
    names = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            names.append(f"{space}{pattern.name}")
        else:
            names += _walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
    return names


def test_every_address_stands_in_the_table():
    assert {address.partition("/")[0] for _, address, _ in rows()} == addresses()


def test_every_row_names_the_whole_cast():
    assert {len(statuses) for _, _, statuses in rows()} == {len(CAST)}


@pytest.fixture
def admin(ground):
    """Runs the portal; has no posting, hence no right to read about residents."""
    return User.objects.create(
        username="guanli", full_name="管理员", is_staff=True, is_superuser=True, must_change_password=False
    )


@pytest.fixture
def cast(wang, he, chen, zhao, qian, sun, li, outsider, clerk, admin) -> dict[str, Client]:
    """A browser for everybody, signed in except for the first."""
    people = dict(zip(CAST[1:], [wang, he, chen, zhao, qian, sun, li, outsider, clerk, admin], strict=True))
    browsers = {"anonymous": Client()}
    for name, person in people.items():
        browsers[name] = Client()
        browsers[name].force_login(person)
    return browsers


@pytest.fixture
def arguments(make_case, wang, he) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    photo = ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))
    case = make_case(at=timezone.now(), photos=[photo])
    other = make_case(at=timezone.now())
    approval = cases.ask_refusal(other, "不属于受理范围", by=wang)
    job = jobs.start(CHECK, payload={}, by=he)
    report = case.reports.get()
    return {
        "public:join": ["no-such-key"],
        "public:receipt": [uuid4()],
        "public:photo": [photo.pk, "full"],
        "desk:case": [case.number],
        "desk:act": [case.number],
        "desk:contact": [case.number, report.pk],
        "desk:photo": [photo.pk, "full"],
        "desk:decide": [approval.pk],
        "desk:import-job": [job.pk],
        "api:case": [case.number],
        "api:case-events": [case.number],
        "api:case-action": [case.number],
        "api:case-approval": [other.number, approval.pk],
    }


@pytest.mark.django_db
def test_every_member_of_the_cast_gets_what_the_table_says(cast, arguments):
    wrong = []
    for method, address, expected in rows():
        name, _, last = address.partition("/")
        path = reverse(name, args=arguments.get(name, []) + ([last] if last else []))
        found = [status_of(cast[member], method, path) for member in CAST]
        wrong += [
            f"{method} {address} as {member}: {got}, expected {wanted}"
            for member, got, wanted in zip(CAST, found, expected, strict=True)
            if got != wanted
        ]
    assert not wrong, "\n" + "\n".join(wrong)


def status_of(browser: Client, method: str, path: str) -> int:
    """The status of one request, whose effects are rolled back before the next member asks."""
    with transaction.atomic():
        if method == "GET":
            answer = browser.get(path)
        elif path.startswith("/api/"):
            answer = browser.post(path, json.dumps({}), content_type="application/json")
        else:
            answer = browser.post(path, {})
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.django_db
def test_nobody_signed_in_is_sent_to_the_sign_in_page_and_back(client, make_case):
    path = reverse("desk:case", args=[make_case().number])
    assert client.get(path).url == f"{reverse('accounts:sign-in')}?next={path}"


@pytest.mark.django_db
def test_an_account_without_a_posting_is_told_why_in_plain_words(clerk, client):
    client.force_login(clerk)
    page = client.get(reverse("desk:home"))
    assert page.status_code == 403
    assert "岗位" in page.content.decode()
