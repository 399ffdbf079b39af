"""Two at the same moment: one whistle, one decision."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from cases import services as cases
from cases.models import Draft, Event, Whistle
from cases.services import drafting, whistling
from cases.states import Action
from common.errors import DomainError
from conftest import posted
from grids.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs) -> list[str]:
    """Run them at the same moment; what each was told, "" where it went through."""
    gate = Barrier(len(verbs))

    def run(verb) -> str:
        try:
            gate.wait(timeout=10)
            verb()
        except DomainError as refusal:
            return refusal.message
        else:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_two_approvers_decide_once(make_case, wang, chen, zhao, qian, sun, li):
    case = make_case(at=timezone.now())
    for by in (wang, chen, zhao):
        cases.escalate(case, "办不了", by=by)
    cases.collect(case, by=qian)
    cases.hand_out(case, Organization.objects.get(code="zhujian"), "请检修", by=sun)
    xu = posted("xu", "徐小东", "徐工", "unit_worker", unit="zhujian")
    deputy = posted("deputy", "高山", "高副局长", "unit_head", unit="zhujian")
    pk = drafting.answer(case, 4, "已换管道", by=xu).pk
    first, second = Draft.objects.get(pk=pk), Draft.objects.get(pk=pk)
    told = at_once(lambda: drafting.release(first, by=li), lambda: drafting.hand_back(second, "再改改", by=deputy))
    assert told.count("") == 1
    events = Event.objects.filter(case=case, action__in=[Action.RESOLVE, Action.DRAFT_BACK])
    assert events.count() == 1
    assert Draft.objects.get(pk=pk).decided_by == events.get().by


def test_two_whistles_at_once_are_one(make_case, wang, chen, zhao):
    case = make_case(at=timezone.now())
    for by in (wang, chen):
        cases.escalate(case, "办不了", by=by)
    units = [Organization.objects.get(code="zhujian")]
    asked = {"place": "楼前", "arrive_by": timezone.now() + timedelta(hours=2), "purpose": "查看", "by": zhao}
    told = at_once(*[lambda: whistling.whistle(case, units, **asked)] * 2)
    assert told.count("") == 1 and Whistle.objects.count() == 1
