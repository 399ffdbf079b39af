"""The sentences about working time, proved over many calendars and against a slow count minute by minute."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workdays.rules import DayHours, Season, Span, WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
SPRING_FESTIVAL = {date(2026, 2, day): False for day in range(15, 24)}
DAYS_2026 = {
    **{date(2026, 1, day): False for day in (1, 2, 3)},
    **SPRING_FESTIVAL,
    **{date(2026, 10, day): False for day in range(1, 8)},
    **{date(2026, *day): True for day in ((1, 4), (2, 14), (2, 28), (9, 20), (10, 10))},
}
SUMMER = Season("06-01", "09-30", DayHours(time(8), time(12), time(15, 30), time(18, 30)))
YEAR = Season("01-01", "12-31", DayHours(time(8, 30), time(12), time(15), time(18)))

derandomized = settings(derandomize=True, deadline=None, max_examples=120)
DAYS = st.dates(date(2026, 5, 1), date(2026, 10, 20))
ARRANGEMENTS = st.dictionaries(DAYS, st.booleans(), max_size=25)
MOMENTS = st.datetimes(datetime(2026, 5, 15), datetime(2026, 10, 12)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=ZONE)
)
WORKING = st.builds(Span, st.integers(0, 12), st.sampled_from(["workday", "workhour"]))
SPANS = st.builds(Span, st.integers(0, 40), st.sampled_from(["workday", "workhour", "hour", "minute"]))


def calendar_of(days, seasons=(YEAR, SUMMER)):
    return WorkCalendar(days, seasons, zone=ZONE, first_year=2025, final_year=2027)


def at(month, day, hour=0, minute=0, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


CALENDAR = calendar_of(DAYS_2026, [YEAR])


class Slow:
    """The same rules told by walking days and minutes; shares no code with the calendar."""

    def __init__(self, days):
        self.days = days

    def periods(self, day):
        if not self.days.get(day, day.weekday() < 5):
            return []
        summer = (6, 1) <= (day.month, day.day) <= (9, 30)
        clock = [(8, 0, 12, 0), (15, 30, 18, 30)] if summer else [(8, 30, 12, 0), (15, 0, 18, 0)]
        return [(datetime(*day.timetuple()[:3], a, b), datetime(*day.timetuple()[:3], c, d)) for a, b, c, d in clock]

    def is_working(self, moment):
        return any(start <= moment < end for start, end in self.periods(moment.date()))

    def next_working(self, moment):
        while not self.is_working(moment):
            moment += MINUTE
        return moment

    def next_workday(self, day):
        day += timedelta(days=1)
        while not self.periods(day):
            day += timedelta(days=1)
        return day

    def between(self, start, end):
        worked = 0
        while start < end:
            worked += self.is_working(start)
            start += MINUTE
        return timedelta(minutes=worked)

    def add(self, start, span):
        moment = start.replace(tzinfo=None)
        if span.unit == "hour":
            return moment + span.amount * 60 * MINUTE
        if span.unit == "minute":
            return moment + span.amount * MINUTE
        if span.amount == 0:
            return self.next_working(moment)
        return self.add_hours(moment, span.amount) if span.unit == "workhour" else self.add_days(moment, span.amount)

    def add_hours(self, moment, hours):
        left = hours * 60
        while left:
            left -= self.is_working(moment)
            moment += MINUTE
        return moment

    def add_days(self, moment, amount):
        periods = self.periods(moment.date())
        inside = periods and periods[0][0] <= moment < periods[1][1]
        day = moment.date()
        if not inside and periods and moment < periods[0][0]:
            amount -= 1
        for _ in range(amount):
            day = self.next_workday(day)
        if not inside and not self.periods(day):
            day = self.next_workday(day)
        closing = self.periods(day)[1][1]
        if not inside:
            return closing
        same_time = datetime.combine(day, self.next_working(moment).time())
        return closing if same_time >= closing else self.next_working(same_time)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(ARRANGEMENTS, MOMENTS, SPANS)
def test_it_agrees_with_a_count_minute_by_minute(days, start, span):
    assert calendar_of(days).add(start, span).replace(tzinfo=None) == Slow(days).add(start, span)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(ARRANGEMENTS, MOMENTS, st.integers(0, 20_000))
def test_working_time_between_agrees_with_a_count_minute_by_minute(days, start, minutes):
    end = start + minutes * MINUTE
    expected = Slow(days).between(start.replace(tzinfo=None), end.replace(tzinfo=None))
    assert calendar_of(days).between(start, end) == expected
    assert calendar_of(days).between(end, start) == -expected


@derandomized
@given(ARRANGEMENTS, DAYS, MOMENTS, SPANS)
def test_a_holiday_added_never_brings_a_deadline_forward(days, holiday, start, span):
    assert calendar_of({**days, holiday: False}).add(start, span) >= calendar_of(days).add(start, span)


@derandomized
@given(ARRANGEMENTS, DAYS, MOMENTS, st.integers(0, 4000))
def test_a_holiday_added_never_brings_a_moved_deadline_forward(days, holiday, due, minutes):
    worked = minutes * MINUTE
    assert calendar_of({**days, holiday: False}).shift(due, worked) >= calendar_of(days).shift(due, worked)


@derandomized
@given(ARRANGEMENTS, MOMENTS, st.integers(0, 3000), SPANS)
def test_a_later_start_never_ends_earlier(days, start, minutes, span):
    work_calendar = calendar_of(days)
    assert work_calendar.add(start + minutes * MINUTE, span) >= work_calendar.add(start, span)


@derandomized
@given(ARRANGEMENTS, MOMENTS, SPANS)
def test_a_longer_span_never_ends_earlier(days, start, span):
    work_calendar = calendar_of(days)
    assert work_calendar.add(start, Span(span.amount + 1, span.unit)) > work_calendar.add(start, span) >= start


@derandomized
@given(ARRANGEMENTS, MOMENTS)
def test_zero_is_the_next_working_moment(days, start):
    work_calendar = calendar_of(days)
    moment = work_calendar.add(start, Span(0, "workday"))
    assert moment == work_calendar.add(start, Span(0, "workhour"))
    assert work_calendar.between(start, moment) == timedelta()
    assert work_calendar.between(moment, moment + MINUTE) == MINUTE


@derandomized
@given(ARRANGEMENTS, MOMENTS, WORKING)
def test_a_start_outside_hours_counts_from_the_next_working_moment(days, start, span):
    work_calendar = calendar_of(days)
    opening = work_calendar.add(start, Span(0, "workday"))
    assume(span.unit == "workhour")
    assert work_calendar.add(start, span) == work_calendar.add(opening, span)
    assert work_calendar.between(start, work_calendar.add(start, span)) == timedelta(hours=span.amount)


@derandomized
@given(ARRANGEMENTS, MOMENTS, WORKING, st.floats(0, 1), st.floats(0, 1))
def test_fractions_keep_their_order_between_start_and_due(days, start, span, one, other):
    work_calendar = calendar_of(days)
    due = work_calendar.add(start, span)
    lower, upper = (work_calendar.at_fraction(start, due, share) for share in sorted((one, other)))
    assert start <= lower <= upper <= due


@derandomized
@given(ARRANGEMENTS, MOMENTS, WORKING, st.floats(0, 1))
def test_a_fraction_of_the_working_time_has_passed_at_its_moment(days, start, span, share):
    work_calendar = calendar_of(days)
    due = work_calendar.add(start, span)
    passed = work_calendar.between(start, work_calendar.at_fraction(start, due, share))
    assert abs(passed - work_calendar.between(start, due) * share) <= timedelta(microseconds=2)


@derandomized
@given(ARRANGEMENTS, MOMENTS, st.integers(1, 4000), st.integers(1, 4000))
def test_a_deadline_moves_by_exactly_the_working_time(days, due, first, second):
    work_calendar = calendar_of(days)
    once = work_calendar.shift(due, first * MINUTE)
    assert work_calendar.between(due, once) == first * MINUTE
    assert work_calendar.shift(once, second * MINUTE) == work_calendar.shift(due, (first + second) * MINUTE)
    assert work_calendar.shift(due, timedelta()) == due


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        # 10:00 on Monday and one working day: 10:00 on Tuesday.
        (at(3, 2, 10), Span(1, "workday"), at(3, 3, 10)),
        # The working day before Spring Festival 2026 is Saturday 14 February; work begins again on the 24th.
        (at(2, 13, 16), Span(1, "workday"), at(2, 14, 16)),
        (at(2, 14, 16), Span(1, "workday"), at(2, 24, 16)),
        (at(2, 18, 9), Span(1, "workday"), at(2, 24, 18)),
        (at(2, 18, 9), Span(4, "workhour"), at(2, 24, 15, 30)),
        # Friday before a holiday and one working day: the first working day after it.
        (at(9, 30, 9, 15), Span(1, "workday"), at(10, 8, 9, 15)),
        # Saturday 10 October 2026 is worked, Sunday is not.
        (at(10, 9, 9), Span(1, "workday"), at(10, 10, 9)),
        (at(10, 9, 9), Span(2, "workday"), at(10, 12, 9)),
        (at(10, 10, 17), Span(2, "workhour"), at(10, 12, 9, 30)),
        # Before opening: the close of that day; after closing: the close of the next one.
        (at(3, 2, 7), Span(1, "workday"), at(3, 2, 18)),
        (at(3, 2, 8, 30), Span(1, "workday"), at(3, 3, 8, 30)),
        (at(3, 2, 18), Span(1, "workday"), at(3, 3, 18)),
        (at(3, 6, 20), Span(3, "workday"), at(3, 11, 18)),
        # Lunch does not count, and a start in it counts from its end.
        (at(3, 2, 11), Span(2, "workhour"), at(3, 2, 16)),
        (at(3, 2, 13), Span(1, "workhour"), at(3, 2, 16)),
        (at(3, 2, 13), Span(1, "workday"), at(3, 3, 15)),
        (at(3, 2, 8, 30), Span(13, "workhour"), at(3, 3, 18)),
        # Natural time runs through nights and holidays.
        (at(2, 15, 23, 50), Span(30, "minute"), at(2, 16, 0, 20)),
        (at(2, 15, 23, 50), Span(24, "hour"), at(2, 16, 23, 50)),
        # Zero.
        (at(2, 16, 3), Span(0, "workday"), at(2, 24, 8, 30)),
        (at(3, 2, 12), Span(0, "workhour"), at(3, 2, 15)),
    ],
)
def test_examples_of_2026(start, span, due):
    assert CALENDAR.add(start, span) == due


def test_hours_change_with_the_season():
    seasonal = calendar_of({}, [YEAR, SUMMER])
    assert seasonal.add(at(5, 29, 15, 10), Span(1, "workday")) == at(6, 1, 15, 30)
    assert seasonal.add(at(9, 30, 18, 20), Span(1, "workday")) == at(10, 1, 18)
    assert seasonal.add(at(5, 29, 17), Span(2, "workhour")) == at(6, 1, 9)


def test_a_season_may_run_across_new_year_and_the_shortest_counts():
    winter = Season("11-01", "03-31", DayHours(time(9), time(12), time(14), time(17)))
    seasonal = calendar_of({}, [winter, YEAR])
    assert seasonal.add(at(12, 31, 16, 30), Span(1, "workhour")) == at(1, 1, 9, 30, year=2027)
    assert seasonal.add(at(4, 1, 8), Span(0, "workday")) == at(4, 1, 8, 30)


def test_three_quarters_of_four_working_hours_is_three():
    start = at(3, 2, 9)
    assert CALENDAR.at_fraction(start, CALENDAR.add(start, Span(4, "workhour")), 0.75) == at(3, 2, 12)
    assert CALENDAR.at_fraction(start, start + timedelta(hours=24), 0.75, natural=True) == at(3, 3, 3)
    assert CALENDAR.at_fraction(start, at(3, 3, 8), 1) == at(3, 3, 8)


def test_a_pause_over_a_holiday_moves_the_deadline_by_what_was_worked():
    paused = CALENDAR.between(at(2, 14, 17), at(2, 24, 9))
    assert paused == timedelta(hours=1, minutes=30)
    assert CALENDAR.shift(at(2, 24, 17), paused) == at(2, 25, 9)
    with pytest.raises(ValueError, match="not moved forward"):
        CALENDAR.shift(at(2, 24, 17), -MINUTE)


def test_a_year_is_published_once_its_days_off_are_loaded():
    assert CALENDAR.last_year == 2026
    assert CALENDAR.is_published(date(2026, 12, 31)) and not CALENDAR.is_published(date(2027, 1, 1))
    assert CALENDAR.covers(at(12, 1), at(12, 31, 23)) and not CALENDAR.covers(at(12, 31), at(1, 4, year=2027))
    single_day = calendar_of({date(2027, 5, 3): False})
    assert single_day.last_year is None and not single_day.is_published(date(2027, 5, 3))


def test_beyond_the_loaded_years_monday_to_friday_is_assumed():
    assert CALENDAR.is_workday(date(2027, 10, 1)) and not CALENDAR.is_workday(date(2027, 10, 2))
    assert CALENDAR.is_workday(date(2026, 10, 10)) and not CALENDAR.is_workday(date(2026, 10, 7))


def test_beyond_its_reach_it_refuses():
    for question in (
        lambda: CALENDAR.add(at(12, 30, 9, year=2027), Span(5, "workday")),
        lambda: CALENDAR.add(at(12, 30, 9, year=2027), Span(50, "workhour")),
        lambda: CALENDAR.is_workday(date(2028, 1, 1)),
        lambda: CALENDAR.is_workday(date(2024, 12, 31)),
    ):
        with pytest.raises(OverflowError):
            question()


def test_moments_of_other_zones_are_understood_and_answers_are_local():
    due = CALENDAR.add(datetime(2026, 3, 2, 2, tzinfo=ZoneInfo("UTC")), Span(1, "workday"))
    assert due == at(3, 3, 10) and due.tzinfo is ZONE
    assert CALENDAR.add(datetime(2026, 3, 2, 2, tzinfo=ZoneInfo("UTC")), Span(1, "hour")).tzinfo is ZONE


def test_spans_read_as_chinese():
    spans = [Span(3, "workday"), Span(4, "workhour"), Span(24, "hour"), Span(30, "minute")]
    assert [str(span) for span in spans] == ["3个工作日", "4个工作小时", "24小时", "30分钟"]
    for amount, unit in ((-1, "hour"), (1, "week")):
        with pytest.raises(ValueError, match="a span is"):
            Span(amount, unit)


def test_hours_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match="working hours run"):
        DayHours(time(9), time(8), time(14), time(17))
