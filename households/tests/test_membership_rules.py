"""Whatever happens to a household: while it lives there, it belongs to exactly one grid; afterwards to none."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.errors import DomainError
from conftest import GRID, XINCUN
from grids.models import Area, Compound
from households.models import Household
from households.services import keeping
from weidu_portal import ground

FIRST = 400
VERBS = st.one_of(
    st.tuples(st.just("move_grid"), st.integers(0, FIRST), st.integers(0, 2)),
    st.tuples(st.just("move_out"), st.integers(0, FIRST)),
    st.tuples(st.just("come_back"), st.integers(0, FIRST)),
    st.tuples(st.just("not_now"), st.booleans()),
    st.tuples(st.just("moved_in"), st.integers(0, 2 * FIRST)),
)


class TestMembership(TestCase):
    """Sequences of verbs, sensible or not; refusals change nothing."""

    @classmethod
    def setUpTestData(cls):
        if not Area.objects.exists():
            ground.load()
        cls.grids = list(Area.objects.filter(pk__startswith=XINCUN, level=1).order_by("pk")[:3])
        cls.compound = Compound.objects.create(area_id=GRID, name="规则院", kind=Compound.Kind.COURTYARD)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(VERBS, max_size=6))
    def test_exactly_one_open_row_while_living_and_none_afterwards(self, steps):
        household = keeping.register(
            self.compound,
            building_no=None,
            unit_no=None,
            room="1号",
            people=[keeping.Person("孙立", "head")],
            moved_in_date=self.day(FIRST),
            by=None,
        )
        for verb, *how in steps:
            with suppress(DomainError):
                self.carry_out(household, verb, *how)
            self.check(Household.objects.get(pk=household.pk))

    def day(self, ago: int):
        return timezone.localdate() - timedelta(days=ago)

    def carry_out(self, household, verb, first, grid=0):
        if verb == "move_grid":
            keeping.move_grid(household, self.grids[grid], reason="调整", since=self.day(first), by=None)
        elif verb == "not_now":
            keeping.mark_not_now(household, first, by=None)
        elif verb == "moved_in":
            keeping.change(household, {"moved_in_date": self.day(first)}, by=None)
        else:
            getattr(keeping, verb)(household, on=self.day(first), by=None)

    def check(self, household):
        rows = list(household.memberships.order_by("valid_from"))
        open_rows = [row for row in rows if row.valid_to is None]
        living = household.state != Household.State.MOVED
        assert len(open_rows) == (1 if living else 0)
        if living:
            assert open_rows[0].area_id == household.area_id
            assert household.area_id == household.door.area_id
        for before, after in pairwise(rows):
            assert before.valid_to <= after.valid_from
