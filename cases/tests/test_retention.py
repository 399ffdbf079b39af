"""The notice promises three years: then nobody can tell any more who reported a case."""

from datetime import timedelta

import pytest

from audit.models import Entry
from cases import services as cases
from cases.models import Report
from cases.services.retention import KEPT_FOR, forget_ended
from conftest import moment

pytestmark = pytest.mark.django_db

LONG_AGO = moment("2026-11-23 10:00")


def test_names_and_phones_go_three_years_after_the_case_has_ended(make_case, wang):
    ended, running = make_case(at=LONG_AGO), make_case(at=LONG_AGO, phone="13800005678")
    cases.resolve(ended, 1, "换了灯泡", by=wang, at=LONG_AGO)
    cases.confirm(ended, "solved", report=ended.reports.get(), at=LONG_AGO)
    assert forget_ended(at=LONG_AGO + KEPT_FOR - timedelta(days=2)) == 0
    assert forget_ended(at=LONG_AGO + KEPT_FOR + timedelta(days=1)) == 1
    report = Report.objects.get(case=ended)
    assert not report.name
    assert report.phone is None
    assert report.phone_index is None
    assert Report.objects.get(case=running).phone.plain == "13800005678"
    assert Entry.objects.filter(verb="report.forget", subject_id=str(report.pk)).count() == 1
    assert forget_ended(at=LONG_AGO + KEPT_FOR + timedelta(days=1)) == 0
