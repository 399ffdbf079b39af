"""Every address × every member of the cast → the expected status, as `address_table` says."""

import json
from io import BytesIO
from uuid import UUID, uuid4

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
from desk.ledgers.exporting import EXPORT
from files.services import ingest_photo
from grids.models import Area, Post
from grids.services import centres, handovers, nearby, organizations, selecting
from grids.services.postings import Place
from households.services import pairing
from jobs import imports
from jobs import services as jobs
from tests import district
from tests.address_table import CAST, TABLE
from visits import envelope, records
from visits import services as visits
from visits.models import Hint, Topic
from visits.services import syncing
from visits.services.uploading import keep_photo
from wishes import services as wishes


def rows() -> list[tuple[str, str, list[int]]]:
    """(method, address, expected statuses in the order of CAST)."""
    lines = [line.split() for line in f"{TABLE.strip()}\n{district.TABLE}".splitlines()[1:] if line]
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
def arguments(
    make_case, make_household, make_wish, make_volunteer, wang, he, li, chen, zhao, qian, sun
) -> dict[str, list]:
    """What stands in the variable parts of the addresses."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    photo = ingest_photo(SimpleUploadedFile("photo.png", picture.getvalue()))
    case = make_case(at=timezone.now(), photos=[photo])
    other = make_case(at=timezone.now())
    approval = cases.ask_refusal(other, "不属于受理范围", by=wang)
    job = jobs.start(CHECK, payload={}, by=he)
    sheet_job = jobs.start(imports.CHECK, payload={"sheet": "households"}, by=he)
    report = case.reports.get()
    household = make_household()
    exported = jobs.start(EXPORT, payload={"ledger": "cases", "unmasked": False}, by=he)
    return {
        "public:join": ["no-such-key"],
        "public:door": [household.door.token],
        "field:building": [household.door.building_id],
        "desk:door-codes": [household.compound_id],
        "desk:door-codes-renew": [household.compound_id],
        "public:grid": [case.area_id],
        "public:receipt": [uuid4()],
        "public:wish-receipt": [uuid4()],
        "public:photo": [photo.pk, "full"],
        "public:centre-picture": [photo.pk],
        **{f"public:{name}": [uuid4()] for name in ("claim", "claim-contact", "claim-act", "claim-photo")},
        "public:wish-claim": ["WX2611230000001"],
        "public:volunteer-invited": ["no-such-token"],
        "desk:case": [case.number],
        "desk:act": [case.number],
        "desk:contact": [case.number, report.pk],
        "desk:photo": [photo.pk, "full"],
        "desk:decide": [approval.pk],
        "desk:import-job": [job.pk],
        "desk:sheet": ["households"],
        "desk:sheet-job": [sheet_job.pk],
        "desk:sheet-faults": [sheet_job.pk],
        "desk:ledger-job": [exported.pk],
        "desk:ledger-file": [exported.pk],
        "desk:household": [household.pk],
        "desk:household-history": [household.pk],
        "desk:household-sheet": [household.pk],
        "desk:household-act": [household.pk],
        "desk:household-reveal": [household.pk],
        "desk:review-item": [record_of(household, wang)],
        "sync:photo": [uuid4()],
        "sync:unknown": ["nowhere"],
        "desk:pairing": [pairing.pair(household, li, by=wang).pk],
        **places_of(household, he),
        **posts_of(wang, he, household.compound),
        **wishes_of(make_wish, make_volunteer(), photo, chen),
        **visits_of(household, wang),
        **opinions_of(household, wang, chen),
        **district.arguments(
            {"make_case": make_case, "wang": wang, "chen": chen, "zhao": zhao, "qian": qian, "sun": sun, "li": li}
        ),
        "api:household": [household.pk],
        "api:case": [case.number],
        "api:case-events": [case.number],
        "api:case-action": [case.number],
        "api:case-approval": [other.number, approval.pk],
    }


def record_of(household, by: User) -> UUID:
    """A record from a phone that names no outcome, so that somebody has to look at it."""
    body = {"id": str(uuid4()), "kind": "visit", "schema_version": 1, "household": household.pk, "fields": {}}
    row, _ = syncing.receive(envelope.sent(body), by=by)
    return syncing.process(row.pk, read=records.read).pk


def posts_of(wang: User, he: User, compound) -> dict[str, list]:
    """What stands in the addresses of posts: wang's posting on its way to he, a selection in their community."""
    posting, community = wang.postings.get(), Area.objects.get(code=compound.community)
    chen = User.objects.get(username="chen")
    handover = handovers.order_handover(posting, he, last_date=timezone.localdate(), by=chen)
    selection = selecting.open_selection(community, Post.objects.get(code="entrance_leader"), by=chen)
    entrance = Place.of(compound.buildings.get(number=3).entrances.first())
    nominee = selecting.nominate(selection, entrance, user=he, by=chen)
    of_posting = ("posting", "post-leave", "post-return", "post-end", "handover-new")
    of_handover = ("handover", "handover-confirm", "handover-cancel")
    of_selection = ("selection", "selection-nominate", "selection-notice", "selection-act")
    return {
        **{f"desk:{name}": [community.code] for name in ("posts-area", "post-new", "selection-new")},
        **{f"desk:{name}": [posting.pk] for name in of_posting},
        **{f"desk:{name}": [handover.pk] for name in of_handover},
        **{f"desk:{name}": [selection.pk] for name in of_selection},
        "desk:selection-nominee": [selection.pk, nominee.pk],
        "desk:team": [posting.area_id],
    }


def wishes_of(make_wish, helper: User, photo, chen: User) -> dict[str, list]:
    """What stands in the addresses of wishes: one to review, and one that was reported done with a photo."""
    wish, done = make_wish(at=timezone.now()), make_wish(at=timezone.now())
    wishes.publish(done, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
    wishes.deliver(wishes.claim(done, by=helper), photo=photo, by=helper)
    return {
        **{name: [wish.number] for name in ("api:wish", "desk:wish", "desk:wish-act", "desk:wish-contact")},
        "desk:wish-photo": [done.number],
        "desk:volunteer": [helper.volunteer.pk],
    }


def visits_of(household, by: User) -> dict[str, list]:
    """What stands in the addresses of visits: one with a photo, to the household."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    shot = keep_photo(SimpleUploadedFile("photo.png", picture.getvalue()), by=by)
    visit = visits.write_down(visits.Said(household, "met", photos=[shot.uuid]), by=by)
    return {
        **{f"field:{name}": [household.pk] for name in ("visit-new", "call", "onward")},
        **{f"field:{name}": [visit.uuid] for name in ("visit", "visit-correct")},
        "field:visit-photo": [shot.uuid],
    }


def opinions_of(household, by: User, planner: User) -> dict[str, list]:
    """What stands in the addresses of visits: something left to the community, a campaign, and a hint for `by`."""
    heard = visits.Heard(Topic.objects.get(code="parking"), "refer", "晚上没地方停车")
    visit = visits.write_down(visits.Said(household, "met", lines=[heard]), by=by)
    day, community = timezone.localdate(), Area.objects.get(code=visit.community)
    campaign = visits.plan(visits.Plan("进百家门", day, day, areas=[community]), by=planner)
    hint = Hint.objects.create(kind="close", visit=visit, visitor=by, area=visit.area, week_date=day)
    return {
        "desk:opinion": [heard.uuid],
        **{f"desk:{name}": [campaign.pk] for name in ("campaign", "campaign-end")},
        **{f"desk:{name}": [household.pk] for name in ("not-met-settle", "not-met-check")},
        "field:hint": [hint.pk],
    }


def places_of(household, by: User) -> dict[str, list]:
    """What stands in the addresses of places: of the household's own neighbourhood."""
    area, compound = household.area, household.compound
    community = Area.objects.get(code=area.parent_code)
    nearby.start_body(compound, kind="owners", on=timezone.localdate(), by=by)
    point = nearby.add_point(area, kind="service", name="代缴点", offers="代缴水电气暖费", by=by)
    centre = centres.open_centre(community, name="党群服务中心", by=by)
    post = Post.objects.get(code="grid_worker")
    group = nearby.open_group(area, name="居民群", owner_post=post, households=1, by=by)
    school = organizations.add_organization(name="新村小学", kind="school", area=community, by=by)
    partnership = organizations.begin_partnership(school, area, kind="paired", by=by)
    of = {
        "area": area.code, "compound": compound.pk, "buildings": compound.pk,
        "building": compound.buildings.first().pk, "body": compound.pk, "compound-partnership-new": compound.pk,
        "partnership": partnership.pk, "partnership-new": area.code, "group": group.pk, "organization": school.pk, "centre": centre.pk,
        "point": point.pk,
    }  # fmt: skip
    endings = ("", "-new", "-edit", "-close", "-end", "-add", "-inspect", "-retire", "-remove")
    new = ("compound-new", "group-new", "organization-new", "centre-new", "point-new")
    return {f"desk:{name}{end}": [pk] for name, pk in of.items() for end in endings if f"{name}{end}" not in new}


def space_of(address: str) -> str:
    """The namespace of an address; "" for those without one."""
    return address.rpartition(":")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("space", sorted({space_of(address) for _, address, _ in rows()}))
def test_every_member_of_the_cast_gets_what_the_table_says(cast, arguments, space):
    wrong = []
    for method, address, expected in rows():
        if space_of(address) != space:
            continue
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
