"""The demonstration: seeded through the services, once, and only where it belongs."""

from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from accounts.models import User
from accounts.passwords import check_password_rules
from cases import services as cases
from cases.models import Case, CasePhoto, Event, Report
from cases.states import Status
from common.errors import DomainError
from conftest import moment
from consultations.models import Consultation
from consultations.models import Line as Entries
from files.models import Photo
from grids.levels import Level
from grids.models import Compound, Entrance, Handover, Nominee, OwnersBody, Posting, ServiceCentre
from households.models import CareTag, Household, Pairing, Resident
from notifications.models import Notification
from visits.models import Line, Standing, Submission, Visit
from weidu_portal import ground
from weidu_portal.demo import homes, people, posts, programme, seeding, soon
from weidu_portal.health import oldest_due_seconds
from weidu_portal.management.commands.seed_demo import Command
from wishes.models import Claim, Volunteer, Wish, WishEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings, tmp_path):
    """Demo mode, with photos in a folder of the test."""
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration, told once for the tests that only look at it; they stand last, it stays for the rest of them."""
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(DEMO=True, MEDIA_ROOT=media), transaction.atomic():
        seeding.seed(thin=6)
        connection.check_constraints()  # once: what is left to wait is looked at again after every test
        yield media
        transaction.set_rollback(True)


def rows() -> list[int]:
    models = (User, Posting, Case, Report, Event, Notification, Photo, Compound, Household, ServiceCentre, Pairing)
    return [model.objects.count() for model in models]


def test_demonstration_refuses_to_exist_outside_demo_mode(settings):
    settings.DEMO = False
    with pytest.raises(DomainError):
        seeding.seed(thin=60)
    with pytest.raises(CommandError):
        Command(stdout=StringIO()).handle(fresh_due=True)
    assert not User.objects.exists()


def test_second_run_changes_nothing_and_says_so():
    first = seeding.seed(thin=60, fresh_due=False)
    before = rows()
    second = seeding.seed(thin=60, fresh_due=False)
    assert first.cases >= 20 and second.nothing
    assert rows() == before


def test_run_after_a_stopped_one_tells_only_what_had_not_begun(monkeypatch):
    monkeypatch.setattr(programme, "COURSES", programme.COURSES[:9])
    seeding.seed(thin=60, fresh_due=False)
    monkeypatch.undo()
    begun = set(Report.objects.values_list("receipt", flat=True))
    seeding.seed(thin=60, fresh_due=False)
    assert Report.objects.filter(receipt__in=begun).count() == len(begun) < Report.objects.count()


@pytest.mark.parametrize("now", ["2026-11-23 10:07", "2026-11-22 03:30", "2026-10-08 08:31", "2026-09-30 23:58"])
def test_cases_of_several_levels_fall_due_within_ten_minutes_whenever_the_demo_starts(now):
    at = moment(now)
    seeding.seed(thin=60, at=at)
    due = soon.due_soon(at)
    assert due.count() >= soon.WANTED
    assert {Level.GRID, Level.COMMUNITY, Level.STREET} <= set(due.values_list("level", flat=True))
    swept = cases.sweep(at=at + timedelta(minutes=11))
    assert swept.counts["climb"] >= soon.WANTED


def test_start_an_hour_later_adds_new_cases_that_fall_due_and_edits_none():
    at = moment("2026-11-23 10:07")
    seeding.seed(thin=60, at=at)
    before = set(Event.objects.values_list("pk", flat=True))
    again = seeding.seed(thin=60, at=at + timedelta(hours=1))
    assert not again.cases and again.due_soon >= soon.WANTED
    assert before < set(Event.objects.values_list("pk", flat=True))


def test_demonstration_accounts_are_marked_and_their_password_keeps_the_rules():
    ground.load()
    people.open_accounts(Random(1))
    added = User.objects.filter(groups__name=people.GROUP)
    assert added.count() == User.objects.count()
    for user in added:
        check_password_rules(people.PASSWORD, user)
    assert added.get(username="wang").check_password(people.PASSWORD)
    assert not added.filter(must_change_password=True).exists()
    assert list(added.filter(is_superuser=True).values_list("username", flat=True)) == ["admin"]
    assert added.get(username="auditor").get_all_permissions() == {"audit.view_entry"}
    assert not Posting.objects.filter(user__username__in=["admin", "auditor", "clerk"]).exists()


def test_nothing_of_the_invented_past_is_pushed():
    seeding.seed(thin=60, fresh_due=False)
    assert Notification.objects.exists() and not Notification.objects.filter(push_at__isnull=False).exists()


def test_told_history_leaves_nothing_for_the_sweep_and_nothing_in_the_future(told):
    assert oldest_due_seconds() == 0
    assert not Event.objects.filter(at__gt=timezone.now()).exists()
    numbered = Event.objects.order_by("case_id", "number").values_list("case_id", "at")
    assert list(numbered) == sorted(numbered, key=lambda row: (row[0], row[1]))


def test_every_state_and_every_level_can_be_seen(told):
    assert set(Case.objects.values_list("status", flat=True)) >= set(Status)
    assert set(Case.objects.values_list("level", flat=True)) == set(Level)
    assert Case.objects.filter(handling_unit__isnull=False, accepted_at__isnull=False).exists()


def test_phones_are_of_one_invented_range(told):
    phones = [report.phone.plain for report in Report.objects.exclude(channel="visit") if report.phone]
    assert phones and all(phone.startswith("1380000") for phone in phones)
    heard = [report.phone.plain for report in Report.objects.filter(channel="visit") if report.phone]
    assert heard and all(phone.startswith(("1380000", "199000")) for phone in heard), "those of the households visited"


def test_households_are_marked_as_invented_and_their_phones_are_of_one_range(told):
    assert Household.objects.count() > 2000 and not Household.objects.filter(demonstration=False).exists()
    assert not Compound.objects.filter(demonstration=False).exists()
    phones = [row.phone.plain for row in Resident.objects.filter(phone__isnull=False)[:500]]
    assert phones and all(phone.startswith("199000") for phone in phones)
    assert 0.03 < CareTag.objects.count() / Household.objects.count() < 0.09
    assert Household.objects.filter(area=f"{people.XINCUN}003").visible_to(User.objects.get(username="wang")).exists()


def test_posts_are_nearly_filled_by_people_who_cannot_sign_in(told):
    added = User.objects.filter(username__startswith=posts.PREFIX)
    assert added.exists() and not any(user.has_usable_password() for user in added[:50])
    assert not added.exclude(unit_name__endswith="（示范）").exists()
    assert not Posting.objects.exclude(office_phone="").exclude(office_phone__startswith="0374-0000").exists()


def test_places_of_xincun_stand_in_the_list_of_the_chosen_and_nobody_holds_them_yet(told):
    there = list(Entrance.objects.filter(building__compound__community=people.XINCUN).values_list("pk", flat=True))
    chosen = Nominee.objects.filter(selection__area=people.XINCUN)
    assert chosen.count() == len(there) > 0
    assert not Posting.objects.filter(entrance__in=there).exists()
    assert sum(sum(entrances) for _, _, _, entrances in homes.IN_XINCUN) == 52


def test_something_of_everything_is_under_way(told):
    assert Handover.objects.get(confirmed_at=None).successor.username == "wang"
    assert set(OwnersBody.objects.values_list("step", flat=True)) == set(OwnersBody.Step)
    away = Posting.objects.on_leave()
    assert away.filter(stand_in=None).exists() and away.exclude(stand_in=None).exists()
    assert Pairing.objects.exists() and Case.objects.filter(compound__isnull=False).exists()
    for case in Case.objects.filter(compound__isnull=False).select_related("compound"):
        assert case.compound.community == case.community and case.place.startswith(case.compound.name)


def test_complaint_is_invisible_to_the_person_it_is_about(told):
    wang, chen = User.objects.get(username="wang"), User.objects.get(username="chen")
    about = Case.objects.filter(about=wang)
    assert about.exists() and not Case.objects.visible_to(wang).filter(about=wang).exists()
    assert set(Case.objects.visible_to(chen).filter(about=wang)) == set(about)


def test_photos_lost_the_position_they_were_drawn_with(told, settings):
    settings.MEDIA_ROOT = told
    stored = CasePhoto.objects.select_related("photo").first()
    with stored.photo.image.open() as file, Image.open(file) as picture:
        assert not picture.getexif()


def test_command_prints_accounts_and_what_to_look_at(told, monkeypatch):
    monkeypatch.setattr(seeding, "_history", lambda *given: 0)  # the rest of the programme takes a while
    out = StringIO()
    Command(stdout=out).handle(fresh_due=True)
    said = out.getvalue()
    assert "nothing was changed" in said
    assert people.PASSWORD in said and "王网格员" in said and "Watch them climb" in said


def test_visits_of_a_campaign_are_told_with_what_was_said(told):
    assert (
        Visit.objects.exclude(campaign=None).exists()
        and not Visit.objects.filter(happened_at__gt=timezone.now()).exists()
    )
    assert set(Visit.objects.values_list("outcome", flat=True)) >= {"met", "absent"}
    assert Line.objects.filter(opinion_state="waiting").exists()
    assert Line.objects.filter(finding__case__isnull=False).count() == 2
    assert Standing.objects.filter(handed_at__isnull=False).count() == 1
    assert Submission.objects.to_review().count() == 2, "one of another grid, one handed in twice"


def test_wishes_of_every_state_are_told_by_their_verbs(told):
    assert set(Wish.objects.values_list("status", flat=True)) >= {
        "pending", "returned", "waiting", "claimed", "working", "confirming", "fulfilled", "followed_up", "refused", "case",
    }  # fmt: skip
    assert not WishEvent.objects.filter(at__gt=timezone.now()).exists()
    assert Volunteer.objects.filter(state="pending").exists() and Claim.objects.live().exists()
    assert Wish.objects.filter(level=Level.STREET).exists()


def test_the_square_is_agreed_on_and_its_book_is_shown(told):
    held = Consultation.objects.get(demonstration=True)
    assert held.status == "works" and held.steps.filter(done_at__isnull=True).count() == 1
    assert held.links.get().case.title == "安装公司家属院空地改成小广场"
    book = held.book
    lines = Entries.objects.filter(book=book)
    assert {line.state for line in lines} == {"counted", "pending"} and lines.filter(amount__lt=0).count() == 1
    assert (book.received, book.balance, book.sheets.count()) == (36000, 9100, 2)
    assert not held.events.filter(at__gt=timezone.now()).exists()
