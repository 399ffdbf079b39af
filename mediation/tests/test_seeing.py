"""Parties of a dispute are read by its mediators and the head of its community, and by nobody else of the cast."""

import pytest
from django.contrib.auth.models import AnonymousUser

from cases.models import Case
from conftest import XINCUN, posted
from grids.models import Organization
from mediation.models import Dispute
from mediation.roles import is_insider, roles_of
from mediation.tests.making import open_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(wang, he, chen, zhao, qian, sun, li, outsider, clerk, admin_user):
    """Everybody, and who stands near: another head, a first secretary, a constable, the justice bureau."""
    more = {
        "next_door": posted("next", "许平", "许书记", "community_secretary", area="411002005005"),
        "first": posted("first", "葛明", "葛书记", "community_first_secretary", area=XINCUN),
        "police": posted("police", "丁强", "丁警官", "police", area=XINCUN),
        "bureau": posted("bureau", "司明", "司科长", "unit_head", unit="sifa"),
    }
    named = {
        **{"wang": wang, "he": he, "chen": chen, "zhao": zhao, "qian": qian, "sun": sun, "li": li},
        **{"outsider": outsider, "clerk": clerk, "admin": admin_user},
    }
    return named | more


def reading(rows, cast) -> set[str]:
    """Who of the cast finds anything among `rows(user)`."""
    return {name for name, user in cast.items() if rows(user).exists()}


def test_only_mediators_and_the_head_read_between_whom_it_is(cast):
    dispute = open_dispute(cast["wang"], by=cast["he"])
    assert reading(Dispute.objects.open_to, cast) == {"wang", "chen"}
    assert {name for name, user in cast.items() if is_insider(roles_of(dispute, user))} == {"wang", "chen"}


def test_who_sees_the_case_sees_that_there_is_a_dispute(cast):
    open_dispute(cast["wang"], by=cast["he"])
    seeing = reading(Dispute.objects.visible_to, cast)
    assert seeing == {"wang", "he", "chen", "first", "police", "zhao", "qian", "sun"}


def test_a_constable_may_mediate(cast):
    open_dispute(cast["police"], by=cast["he"])
    assert reading(Dispute.objects.open_to, cast) == {"police", "chen"}


def test_a_case_handed_to_a_unit_opens_no_names(cast):
    dispute = open_dispute(cast["he"])
    unit = Organization.objects.get(code="sifa")
    Case.objects.filter(pk=dispute.case_id).update(level=4, handling_unit=unit)
    assert "bureau" in reading(Dispute.objects.visible_to, cast)
    assert reading(Dispute.objects.open_to, cast) == {"he", "chen"}
    assert not Dispute.objects.visible_to(AnonymousUser()).exists()
    assert not Dispute.objects.open_to(AnonymousUser()).exists()
