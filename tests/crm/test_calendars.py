"""Working time: adding and measuring agree, over nights, weekends and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.catalog.calendars import (
    Shift,
    SpecialDays,
    Week,
    WorkCalendar,
    add,
    measure,
    problems,
    subtract,
)
from mainline.text import LocalizedText

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = LocalizedText(zh="日历", en="Calendar")
DAY = (Shift(begins="08:30", ends="12:00"), Shift(begins="13:30", ends="17:30"))
HOLIDAY = SpecialDays(label=WORDS, first=date(2027, 2, 6), last=date(2027, 2, 12))
MADE_UP = SpecialDays(label=WORDS, first=date(2027, 2, 13), last=date(2027, 2, 13), shifts=DAY)
OFFICE = WorkCalendar(
    label=WORDS, week=(Week(weekdays=(1, 2, 3, 4, 5), shifts=DAY),), specials=(HOLIDAY, MADE_UP)
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-23 10:00", 2, "2026-11-23 12:00"),
        ("2026-11-23 11:00", 2, "2026-11-23 14:30"),
        ("2026-11-23 12:30", 1, "2026-11-23 14:30"),
        ("2026-11-23 17:00", 1, "2026-11-24 09:00"),
        ("2026-11-27 17:00", 1, "2026-11-30 09:00"),
        ("2026-11-28 03:00", 7.5, "2026-11-30 17:30"),
        ("2027-02-05 17:00", 1, "2027-02-13 09:00"),
        ("2026-11-23 10:00", 37.5, "2026-11-30 10:00"),
    ],
)
def test_working_hours_skip_nights_weekends_and_holidays(
    start: str, amount: float, end: str
) -> None:
    assert add(OFFICE, local(start), hours(amount), SHANGHAI) == local(end)
    assert measure(OFFICE, local(start), local(end), SHANGHAI) == hours(amount)


def test_a_night_shift_goes_over_midnight_and_belongs_to_the_day_it_begins() -> None:
    night = Week(weekdays=(5,), shifts=(Shift(begins="22:00", ends="06:00"),))
    calendar = WorkCalendar(label=WORDS, week=(night,))
    assert add(calendar, local("2026-11-27 12:00"), hours(8), SHANGHAI) == local("2026-11-28 06:00")
    assert add(calendar, local("2026-11-28 01:00"), hours(6), SHANGHAI) == local("2026-12-04 23:00")
    whole = WorkCalendar(
        label=WORDS, week=(Week(weekdays=(6,), shifts=(Shift(begins="00:00", ends="00:00"),)),)
    )
    saturday = local("2026-11-28 00:00")
    assert measure(whole, saturday, saturday + hours(72), SHANGHAI) == hours(24)


def test_shifts_that_overlap_are_not_counted_twice() -> None:
    both = (Shift(begins="08:00", ends="12:00"), Shift(begins="10:00", ends="14:00"))
    calendar = WorkCalendar(label=WORDS, week=(Week(weekdays=(1,), shifts=both),))
    day = local("2026-11-23 00:00")
    assert measure(calendar, day, day + hours(24), SHANGHAI) == hours(6)


def test_without_a_calendar_time_is_the_wall_clock() -> None:
    start = local("2026-11-28 23:00")
    assert add(None, start, hours(30), SHANGHAI) == start + hours(30)
    assert measure(None, start, start + hours(30), SHANGHAI) == hours(30)
    assert subtract(None, start, hours(30), SHANGHAI) == start - hours(30)


CLOCKS = st.integers(0, 24 * 12 - 1).map(lambda n: f"{n // 12:02d}:{n % 12 * 5:02d}")
SHIFTS = st.lists(st.builds(Shift, begins=CLOCKS, ends=CLOCKS), min_size=1, max_size=3).map(tuple)
WEEKS = st.lists(
    st.builds(
        Week,
        weekdays=st.sets(st.integers(1, 7), min_size=1, max_size=5).map(tuple),
        shifts=SHIFTS,
    ),
    min_size=1,
    max_size=2,
).map(tuple)
SPECIALS = st.lists(
    st.builds(
        lambda first, days, shifts: SpecialDays(
            label=WORDS, first=first, last=first + timedelta(days=days), shifts=shifts
        ),
        st.dates(date(2026, 11, 1), date(2027, 3, 1)),
        st.integers(0, 9),
        st.one_of(st.just(()), SHIFTS),
    ),
    max_size=4,
).map(tuple)
CALENDARS = st.one_of(
    st.none(), st.builds(WorkCalendar, label=st.just(WORDS), week=WEEKS, specials=SPECIALS)
)
MOMENTS = st.integers(0, 120 * 24 * 3600).map(
    lambda seconds: local("2026-11-01 00:00") + timedelta(seconds=seconds)
)
AMOUNTS = st.integers(0, 3 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(deadline=None)
@given(CALENDARS, MOMENTS, AMOUNTS)
def test_what_is_added_is_measured_again(
    calendar: WorkCalendar | None, start: datetime, amount: timedelta
) -> None:
    end = add(calendar, start, amount, SHANGHAI)
    assert end >= start + amount
    assert measure(calendar, start, end, SHANGHAI) == amount


@settings(deadline=None)
@given(CALENDARS, MOMENTS, AMOUNTS)
def test_what_is_measured_is_reached_by_adding(
    calendar: WorkCalendar | None, start: datetime, wall: timedelta
) -> None:
    worked = measure(calendar, start, start + wall, SHANGHAI)
    assert timedelta() <= worked <= wall
    reached = add(calendar, start, worked, SHANGHAI)
    assert reached <= start + wall
    assert measure(calendar, reached, start + wall, SHANGHAI) == timedelta()


@settings(deadline=None)
@given(CALENDARS, MOMENTS, AMOUNTS, AMOUNTS)
def test_two_stretches_make_one(
    calendar: WorkCalendar | None, start: datetime, one: timedelta, two: timedelta
) -> None:
    middle, end = start + one, start + one + two
    parts = measure(calendar, start, middle, SHANGHAI) + measure(calendar, middle, end, SHANGHAI)
    assert parts == measure(calendar, start, end, SHANGHAI)


@settings(deadline=None)
@given(CALENDARS, MOMENTS, AMOUNTS)
def test_what_is_taken_off_is_left(
    calendar: WorkCalendar | None, end: datetime, amount: timedelta
) -> None:
    start = subtract(calendar, end, amount, SHANGHAI)
    assert start <= end - amount
    assert measure(calendar, start, end, SHANGHAI) == amount


def test_a_calendar_in_which_nobody_works_is_refused() -> None:
    idle = WorkCalendar(
        label=WORDS,
        week=(Week(weekdays=(1, 9), shifts=(Shift(begins="08:00", ends="09:00"),)),),
        specials=(SpecialDays(label=WORDS, first=date(2027, 2, 6), last=date(2027, 2, 5)),),
    )
    codes = [problem.code for problem in problems("idle", idle)]
    assert codes == ["weekday", "no-hours", "period"]
    assert list(problems("office", OFFICE)) == []
