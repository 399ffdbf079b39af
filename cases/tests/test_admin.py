"""Categories and limits in the administration, and what is deliberately not there."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from audit.models import Entry
from cases.limits import LimitTable
from cases.models import Approval, Case, CasePhoto, Category, Event, Limit, Pause, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, ground):
    """A browser of somebody who runs the portal and has no posting."""
    client.force_login(
        User.objects.create(
            username="guanli", full_name="管理员", is_staff=True, is_superuser=True, must_change_password=False
        )
    )
    return client


@pytest.fixture
def limit(ground):
    """What the community gets for anything not urgent."""
    return Limit.objects.get(category=None, level=2, urgent=False)


def listed(limit, **changes) -> dict:
    """The list's form with one row in it."""
    names = ["sign_amount", "sign_unit", "handle_amount", "handle_unit", "extension_days", "on_expiry"]
    row = {f"form-0-{name}": changes.get(name, getattr(limit, name)) for name in names}
    counts = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": limit.pk, "_save": "保存"}
    return row | counts


def save_in_list(desk, limit, **changes):
    """Save the list of limits filtered down to one row."""
    address = f"{reverse('admin:cases_limit_changelist')}?id__exact={limit.pk}"
    answer = desk.post(address, listed(limit, **changes))
    assert answer.status_code == 302
    limit.refresh_from_db()
    return limit


def test_a_limit_changed_in_the_list_counts_at_once_and_is_no_default_any_more(desk, limit):
    assert limit.is_default
    save_in_list(desk, limit, handle_amount=limit.handle_amount + 1)
    assert not limit.is_default
    entry = Entry.objects.get(verb="limit.changed")
    assert (entry.subject_id, entry.details) == (str(limit.pk), {"columns": ["handle_amount"]})
    category = Category.objects.filter(limits=None, parent=None).first()
    assert LimitTable.load().allowance(category.pk, 2, urgent=False).handle.amount == limit.handle_amount


def test_a_list_saved_without_a_change_keeps_the_default(desk, limit):
    save_in_list(desk, limit)
    assert limit.is_default
    assert not Entry.objects.filter(verb="limit.changed").exists()


def test_the_list_says_which_limits_are_defaults_of_ours(desk):
    page = desk.get(reverse("admin:cases_limit_changelist")).content.decode()
    assert "本系统默认值" in page


def test_the_rows_for_all_categories_cannot_be_deleted(desk, limit):
    assert desk.post(reverse("admin:cases_limit_delete", args=[limit.pk]), {"post": "yes"}).status_code == 403
    own = Limit.objects.create(
        category=Category.objects.first(),
        level=2,
        sign_amount=1,
        sign_unit="workday",
        handle_amount=1,
        handle_unit="workday",
    )
    assert desk.post(reverse("admin:cases_limit_delete", args=[own.pk]), {"post": "yes"}).status_code == 302
    assert Entry.objects.get(verb="limit.deleted").subject_id == str(own.pk)


def test_a_categorys_code_stays_and_nothing_is_deleted(desk):
    category = Category.objects.get(code="light-street")
    address = reverse("admin:cases_category_change", args=[category.pk])
    assert 'name="code"' not in desk.get(address).content.decode()
    assert desk.post(reverse("admin:cases_category_delete", args=[category.pk]), {"post": "yes"}).status_code == 403


def test_a_category_is_changed_and_audited(desk):
    category = Category.objects.get(code="light-street")
    form = {
        "name": "路灯不亮",
        "parent": category.parent_id,
        "default_class": "big",
        "order": category.order,
        "active": "on",
    }
    form |= {"usual_unit": category.usual_unit_id, "publishable": "on", "icon": category.icon}
    assert desk.post(reverse("admin:cases_category_change", args=[category.pk]), form).status_code == 302
    assert Entry.objects.get(verb="category.changed").details == {"columns": ["default_class"]}


def test_the_administration_holds_nothing_about_residents_cases(desk, make_case):
    case = make_case()
    for model in (Case, Report, Event, Approval, CasePhoto, Pause):
        assert not admin.site.is_registered(model)
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:cases_{model._meta.model_name}_changelist")
    assert desk.get(reverse("admin:index")).status_code == 200
    assert desk.get(reverse("desk:case", args=[case.number])).status_code in (403, 404)


@pytest.mark.parametrize("model", ["category", "limit"])
def test_the_pages_open(desk, model):
    assert desk.get(reverse(f"admin:cases_{model}_changelist")).status_code == 200
    assert desk.get(reverse(f"admin:cases_{model}_add")).status_code == 200
