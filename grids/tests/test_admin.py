"""The ground, posts and postings in the administration."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from audit.services import record
from conftest import GRID, XINCUN
from grids.models import Area, Post, Posting
from grids.permissions import Ability, abilities_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, ground):
    """A browser of somebody who runs the portal."""
    client.force_login(
        User.objects.create(
            username="guanli", full_name="管理员", is_staff=True, is_superuser=True, must_change_password=False
        )
    )
    return client


def posting(user, **more) -> dict:
    """A complete form of a posting."""
    post = Post.objects.get(code="grid_worker")
    return {"user": user.pk, "post": post.pk, "area": GRID, "valid_from": str(timezone.localdate()), **more}


@pytest.mark.parametrize(
    "model", ["area", "organization", "post", "posting", "standard", "standarditem", "compound", "amendment"]
)
def test_the_pages_open(desk, wang, model):
    assert desk.get(reverse(f"admin:grids_{model}_changelist"), {"q": "北大"}).status_code == 200
    assert desk.get(reverse(f"admin:grids_{model}_add")).status_code == (
        403 if model in {"area", "compound", "amendment"} else 200
    )


def test_an_areas_code_and_name_are_read_only(desk):
    page = desk.get(reverse("admin:grids_area_change", args=[XINCUN])).content.decode()
    for name in ("code", "level", "name", "full_name"):
        assert f'name="{name}"' not in page
    typed = {"code": "1", "phone": "0374-1", "in_service": "on", "kind": "urban"}
    desk.post(reverse("admin:grids_area_change", args=[XINCUN]), typed)
    area = Area.objects.get(code=XINCUN)
    assert (area.phone, area.in_service) == ("0374-1", True)
    assert Entry.objects.get(verb="area.changed").details == {"columns": ["phone"]}


@pytest.mark.parametrize("model", ["area", "organization", "post", "posting"])
def test_nothing_of_the_ground_is_deleted(desk, wang, model):
    row = {"area": XINCUN, "posting": wang.postings.get().pk}.get(model, 1)
    assert desk.post(reverse(f"admin:grids_{model}_delete", args=[row]), {"post": "yes"}).status_code in (302, 403)
    assert wang.postings.exists()
    assert Area.objects.filter(code=XINCUN).exists()


def test_abilities_of_a_post_are_ticked_and_count_at_once(desk, wang):
    post = Post.objects.get(code="grid_worker")
    page = desk.get(reverse("admin:grids_post_change", args=[post.pk])).content.decode()
    assert page.count('type="checkbox" name="grants"') == len(Ability)
    kept = {"name": post.name, "level": post.level, "order": post.order, "family": "grid", "establishment": 1}
    form = kept | {"is_public": "on", "grants": ["register", "handle"]}
    assert desk.post(reverse("admin:grids_post_change", args=[post.pk]), form).status_code == 302
    assert abilities_of(User.objects.get(pk=wang.pk)) == {"register", "handle"}
    assert Entry.objects.get(verb="post.changed").details == {"columns": ["grants"]}


def test_an_ability_that_does_not_exist_is_refused(desk):
    post = Post.objects.get(code="grid_worker")
    form = {"name": post.name, "level": post.level, "order": post.order, "grants": ["everything"]}
    assert desk.post(reverse("admin:grids_post_change", args=[post.pk]), form).status_code == 200
    post.refresh_from_db()
    assert "everything" not in post.grants


def test_a_posting_is_opened_and_ended(desk, clerk):
    assert desk.post(reverse("admin:grids_posting_add"), posting(clerk)).status_code == 302
    row = Posting.objects.get(user=clerk)
    assert Entry.objects.get(verb="posting.added").subject_id == str(row.pk)
    ended = posting(clerk, valid_to=str(timezone.localdate()))
    assert desk.post(reverse("admin:grids_posting_change", args=[row.pk]), ended).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == timezone.localdate()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("area", {"area": ""}),
        ("area", {"area": XINCUN}),
        ("valid_to", {"valid_to": "2019-01-01"}),
        ("leave_to", {"leave_from": "2026-11-23"}),
        ("leave_to", {"leave_from": "2026-11-23", "leave_to": "2026-11-22"}),
    ],
)
def test_a_posting_that_makes_no_sense_is_explained(desk, clerk, field, changes):
    answer = desk.post(reverse("admin:grids_posting_add"), posting(clerk, **changes))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Posting.objects.filter(user=clerk).exists()


def test_nobody_stands_in_for_themselves(desk, clerk):
    day = timezone.localdate()
    leave = {"leave_from": str(day), "leave_to": str(day + timedelta(days=2)), "stand_in": clerk.pk}
    answer = desk.post(reverse("admin:grids_posting_add"), posting(clerk, **leave))
    assert answer.context["adminform"].form.errors["stand_in"] == ["替岗人不能是本人。"]


def test_whom_and_where_a_posting_is_stays_as_it_was_entered(desk, wang, clerk):
    row = wang.postings.get()
    desk.post(reverse("admin:grids_posting_change", args=[row.pk]), posting(clerk, area=XINCUN))
    row.refresh_from_db()
    assert (row.user, row.area_id) == (wang, GRID)


def test_auditors_read_the_entries_and_change_nothing(client, clerk):
    record("case.sign", subject=("case", 7), by=clerk, event=2)
    entry = Entry.objects.get()
    User.objects.filter(pk=clerk.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=clerk.pk))
    assert client.get(reverse("admin:audit_entry_changelist")).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_entry"))
    assert "case.sign" in client.get(reverse("admin:audit_entry_changelist")).content.decode()
    page = client.get(reverse("admin:audit_entry_change", args=[entry.pk]))
    assert page.status_code == 200
    assert "待封存" in page.content.decode()
    for name, arguments in [("add", []), ("delete", [entry.pk])]:
        assert client.get(reverse(f"admin:audit_entry_{name}", args=arguments)).status_code == 403
    assert client.post(reverse("admin:audit_entry_change", args=[entry.pk]), {"verb": "x"}).status_code == 403
