"""Each figure is what a slow count in Python says, and the list behind it has exactly its rows."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from agency import services as agency
from agency.states import Step
from agency.tests.test_running import run
from cases.models import Case, Category
from cases.states import OPEN, Status
from conftest import GRID, XINCUN, moment
from dashboards.facts import DAY_MINUTES, TIMES, bucket
from dashboards.models import DimensionWeight
from dashboards.services import dimensions, figures, folding, growth, live, reading
from dashboards.services.periods import Period, of_query
from dashboards.services.rows import SELECTIONS, behind
from dashboards.tests.making import local_day, scatter
from grids.models import Area
from mediation import services as mediation
from mediation.tests.making import agreed, mediated, open_dispute
from supervision.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]
AT = datetime(2026, 11, 20, 12, tzinfo=timezone.get_default_timezone())
PERIODS = [
    Period("month", "", date(2026, 10, 1), date(2026, 10, 31)),
    Period("week", "", date(2026, 9, 14), date(2026, 9, 20)),
    Period("year", "", date(2026, 1, 1), date(2026, 12, 31)),
    Period("custom", "", date(2026, 8, 15), date(2026, 8, 15)),
]
PLACES = ["411002", "411002005", "411002008", XINCUN, f"{XINCUN[:9]}001"]


@pytest.fixture
def made(ground) -> list[Case]:
    """Four hundred cases, half of them folded into the totals and half not yet."""
    scatter(250, seed=3)
    folding.fold()
    scatter(150, seed=4)
    for case in Case.objects.filter(status=Status.HANDLING)[:7]:
        Order.objects.create(case=case, kind="first", state="issued", why="超期", issued_at=AT - timedelta(days=30))
    return list(Case.objects.all())


def brute(made: list[Case], code: str, period: Period) -> dict[str, Fraction | int | None]:
    """Every figure of cases by its words, one case after another."""
    own = [c for c in made if c.area_id.startswith(code)]
    inside = lambda moment: moment is not None and period.first <= local_day(moment) <= period.last  # noqa: E731
    new = [c for c in own if inside(c.created_at)]
    answers = [c for c in own if inside(c.resolved_at)]
    ended = [c for c in own if c.status == "closed" and inside(c.closed_at)]
    due = [c for c in new if c.first_signed_at or (c.status in OPEN and c.first_sign_by < AT)]
    told = [c for c in answers if c.outcome]
    rated = [c for c in answers if c.satisfaction]
    points = {"solved": Fraction(1), "partly": Fraction(1, 2), "unsolved": Fraction(0)}
    signs = sum(c.signs for c in new)

    def share(top, bottom):
        return Fraction(100) * top / bottom if bottom else None

    found = {
        "response": share(sum(bool(c.first_signed_at) and c.first_signed_at <= c.first_sign_by for c in due), len(due)),
        "solved": share(sum(points[c.outcome] for c in told), len(told)),
        "content": share(sum(c.satisfaction in ("satisfied", "fairly") for c in rated), len(rated)),
        "in_time": share(sum(c.resolved_at <= c.due_at for c in answers), len(answers)),
        "sign": share(signs - sum(c.late_signs for c in new), signs),
        "level_grid": share(sum(c.closed_level in (0, 1) for c in ended), len(ended)),
        "level_community": share(sum(c.closed_level == 2 for c in ended), len(ended)),
        "level_street": share(sum(c.closed_level == 3 for c in ended), len(ended)),
        "level_district": share(sum(c.closed_level == 4 for c in ended), len(ended)),
        "received": len(new),
        "closed": len(ended),
        "open": sum(c.status in ("received", "handling") for c in own),
        "overdue": sum(c.status in ("received", "handling") and c.due_at < AT for c in own),
        "suspended": sum(c.status == "suspended" for c in own),
        "reopened": sum(c.reopenings > 0 for c in new),
        "returned": sum(c.returns > 0 for c in new),
        "extended": sum(c.extensions > 0 for c in new),
        "otherwise": sum(c.status in ("refused", "withdrawn", "merged") for c in new),
        "supervised": len({o.case_id for o in Order.objects.all() if inside(o.issued_at)} & {c.pk for c in own}),
        "well_closed": sum(c.outcome != "unsolved" for c in ended),
    }
    for which in TIMES:
        used = sorted(m for c in ended if (m := getattr(c, f"minutes_{which}")) is not None)
        for code_of, tenths in (("median", 5), ("p90", 9)):
            at = used[-(-tenths * len(used) // 10) - 1] if used else None
            found[f"{code_of}_{which}"] = None if at is None else round(bucket(at) / DAY_MINUTES, 2)
    return found


@pytest.mark.parametrize("period", PERIODS, ids=lambda p: p.slug)
def test_every_figure_equals_a_slow_count(made, period):
    for code in PLACES:
        shown = {f.code: f.value for f in figures.figures(code, period, at=AT)}
        for name, wanted in brute(made, code, period).items():
            got = shown[name]
            assert got == (None if wanted is None else pytest.approx(float(wanted))), f"{name} of {code}"


@pytest.mark.parametrize("period", PERIODS[:2], ids=lambda p: p.slug)
def test_the_list_behind_a_number_has_exactly_its_rows(made, period):
    for code in PLACES[:4]:
        on = figures.basis(code, period, AT)
        for figure in figures.figures(code, period, at=AT, on=on):
            for of, number in ((figure.of, figure.numerator), (figure.of_all, figure.denominator)):
                if not of or number is None:
                    continue
                rows = list(behind(of, code, period, AT))
                if figure.code == "sign":  # counted in times: every case says how often
                    rows = [r for r in behind("signs", code, period, AT) for _ in range(r.signs)] if of == "signs" else [
                        r for r in behind("signs", code, period, AT) for _ in range(r.signs - r.late_signs)]  # fmt: skip
                if figure.code == "solved" and of == "settled":
                    assert sum(1 if r.outcome == "solved" else 0.5 for r in rows) == number
                    continue
                assert len(rows) == number, f"{figure.code}: {of} of {code}"
            if figure.of and figure.numerator is None:
                assert behind(figure.of, code, period, AT).count() == figure.n, f"{figure.code} of {code}"


def test_a_district_is_the_sum_of_its_parts(made):
    period = PERIODS[2]
    whole = reading.by_kind("411002", period)
    streets = [reading.by_kind(code, period) for code in PLACES[1:3]]
    for kind, keys in whole.items():
        for key, sums in keys.items():
            parts = [s[kind][key] for s in streets if key in s[kind]]
            assert reading.total(parts).counts == sums.counts, f"{kind} {key}"
    grids = live.sums_by(XINCUN, "area", period)
    assert reading.total(grids.values()).counts == reading.total(reading.by_community(XINCUN, period).values()).counts


def test_every_list_has_a_name_and_only_cases_of_its_place(made):
    for of, selection in SELECTIONS.items():
        assert selection.name
        assert {c.area_id[:9] for c in behind(of, "411002005", PERIODS[2], AT)} <= {"411002005"}


def test_public_figures_hide_what_rests_on_fewer_than_five(made):
    day = Period("custom", "", date(2026, 8, 15), date(2026, 8, 15))
    shown = {f.code: f for f in figures.figures(XINCUN, day, at=AT, public=True)}
    assert shown["solved"].n < 5 and shown["solved"].too_few and shown["solved"].shown == ""
    assert not shown["received"].too_few
    inside = {f.code: f for f in figures.figures(XINCUN, day, at=AT)}
    assert not inside["solved"].too_few


def test_there_are_no_figures_of_a_single_grid(ground):
    with pytest.raises(ValueError, match="community"):
        figures.figures(GRID, PERIODS[0])


def test_ages_are_working_days_after_registration(ground, make_case):
    # Friday 20 November 2026; registered on Thursday it is one working day old, the Friday before five.
    assert [str(day) for day in live.age_days(date(2026, 11, 20))][:3] == ["2026-11-19", "2026-11-17", "2026-11-13"]
    for day in ("2026-11-20", "2026-11-19", "2026-11-18", "2026-11-13", "2026-11-12"):
        make_case(at=datetime.fromisoformat(f"{day} 23:59").replace(tzinfo=timezone.get_default_timezone()))
    assert live.live("411002", PERIODS[0], AT).ages == [2, 1, 1, 1, 0, 0, 0]


def test_topics_that_grow_need_five_and_half_as_many_again(ground, make_case):
    for day, count, category in (("2026-11-10", 6, "light-street"), ("2026-10-10", 4, "light-street"),
                                 ("2026-11-10", 4, "water-off"), ("2026-11-10", 5, "parking"), ("2026-10-10", 4, "parking")):  # fmt: skip
        code = category if Category.objects.filter(code=category).exists() else "other"
        for _ in range(count):
            make_case(
                at=datetime.fromisoformat(f"{day} 09:00").replace(tzinfo=timezone.get_default_timezone()), category=code
            )
    for code in ("411002", XINCUN):
        found = growth.growing(code, date(2026, 11, 20))
        assert (6, 4) in {(one.now, one.before) for one in found}
        assert all(one.now >= 5 and one.now >= 1.5 * one.before for one in found)


def test_dimensions_are_weighted_means_of_what_is_measured(made, admin_user):
    on = figures.basis("411002", PERIODS[2], AT)
    cards = {card.dimension.value: card for card in dimensions.dimensions(on)}
    trust = {m.measure.code: m for m in cards["trust"].measures}
    assert trust["disputes"].share is None
    wanted = (35 * trust["in_time"].share + 50 * trust["solved"].share) / 85
    assert cards["trust"].value == pytest.approx(wanted)
    DimensionWeight.objects.create(measure="solved", weight=0)
    again = {card.dimension.value: card for card in dimensions.dimensions(on)}
    assert again["trust"].value == pytest.approx(trust["in_time"].share)
    assert cards["know"].value is None


def test_visits_count_households_met_once(make_household, make_visit, wang):
    homes = [make_household("3-2-501"), make_household("3-2-502", people=[("王大爷", "head")])]
    for _ in range(2):
        make_visit(homes[0], by=wang, knows_chief=True)
    today = timezone.localdate()
    period = Period("", "", today, today)
    shown = {f.code: f for f in figures.figures(GRID[:12], period)}
    assert (shown["households"].value, shown["visits"].value) == (1, 2)
    assert (shown["coverage"].numerator, shown["coverage"].denominator) == (1, 2)


def test_disputes_and_errands_are_counted_with_how_many_they_rest_on(he, wang, make_errand):
    agreed(open_dispute(he), he)
    mediation.fail(mediated(open_dispute(he), he), "谈不拢", at=moment("2026-11-26 09:00"), by=he)
    open_dispute(he)
    mediation.add_legal_service(
        Area.objects.get(code=XINCUN), "advice", date(2026, 11, 22), 8, at=moment("2026-11-23 10:00"), by=he
    )
    for _ in range(5):
        run(make_errand(), by=wang, until=Step.DONE)
    slow = make_errand()
    agency.accept(slow, at=moment("2026-11-23 11:00"), by=wang)
    agency.lack(slow, "缴费卡", at=moment("2026-11-23 12:00"), by=wang)
    run_on = moment("2026-11-24 10:00")
    agency.go(slow, at=run_on, by=wang)
    agency.finish(slow, at=run_on, by=wang)
    november = Period("", "", date(2026, 11, 1), date(2026, 11, 30))
    for code in ("411002", XINCUN[:9], XINCUN):
        shown = {f.code: f for f in figures.figures(code, november)}
        assert shown["disputes"].value == 3 and shown["legal"].value == 1
        assert (shown["settled_disputes"].numerator, shown["settled_disputes"].n) == (1, 2)
        assert (shown["same_day"].numerator, shown["first_time"].numerator, shown["same_day"].n) == (5, 5, 6)
    elsewhere = {f.code: f for f in figures.figures("411002008", november)}
    assert elsewhere["disputes"].value == 0 and elsewhere["same_day"].value is None


def test_shares_of_few_errands_tell_of_single_people_and_are_not_shown(wang, make_errand):
    run(make_errand(), by=wang, until=Step.DONE)
    november = Period("", "", date(2026, 11, 1), date(2026, 11, 30))
    shown = {f.code: f for f in figures.figures(XINCUN, november)}["same_day"]
    assert shown.too_few and shown.shown == "" and shown.n == 1


@pytest.mark.parametrize(
    ("query", "first", "last", "fault"),
    [
        ({}, "2026-11-01", "2026-11-20", ""),
        ({"period": "nonsense"}, "2026-11-01", "2026-11-20", ""),
        ({"period": "week"}, "2026-11-16", "2026-11-20", ""),
        ({"period": "last-week"}, "2026-11-09", "2026-11-15", ""),
        ({"period": "last-month"}, "2026-10-01", "2026-10-31", ""),
        ({"period": "quarter"}, "2026-10-01", "2026-11-20", ""),
        ({"period": "last-quarter"}, "2026-07-01", "2026-09-30", ""),
        ({"period": "last-year"}, "2025-01-01", "2025-12-31", ""),
        ({"period": "custom", "from": "2026-02-03", "to": "2027-01-01"}, "2026-02-03", "2026-11-20", ""),
        ({"period": "custom", "from": "2026-02-03", "to": "x"}, "2026-11-01", "2026-11-20", "没有写全"),
        ({"period": "custom", "from": "2026-02-03", "to": "2026-02-01"}, "2026-11-01", "2026-11-20", "对调"),
        ({"period": "custom", "from": "2020-02-03", "to": "2026-02-01"}, "2026-11-01", "2026-11-20", "三年"),
    ],
)
def test_periods_of_addresses(query, first, last, fault):
    period, said = of_query(query, date(2026, 11, 20))
    assert (str(period.first), str(period.last)) == (first, last)
    assert fault in said and bool(fault) == bool(said)
