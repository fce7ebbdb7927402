"""Which readings are believed, and until when heating can be suspended: pure rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm.billing.plausibility import Past, Verdict, judge, used
from crm.billing.rules import MeterRules, SelfService, SuspensionRules
from crm.billing.season import window
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.life_cycle.kinds import LIFE_CYCLE
from mainline.config import PROJECT
from mainline.definitions import content

TODAY = date(2026, 11, 27)
RULES = MeterRules(higher_factor=3, slack=10, most_a_day=2, check_order="reading_check")
WINTER = SuspensionRules(
    season_begins="11-15", season_ends="03-15", notice_days=15,
)  # fmt: skip


def _past(*values: int, days: int = 30, ago: int = 30) -> list[Past]:
    """Readings a month apart, the newest ``ago`` days old."""
    return [Past(TODAY - timedelta(days=ago + days * age), v) for age, v in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "past", "verdict"),
    [
        (1030, _past(1000, 970, 940), "fine"),  # a unit a day, as ever
        (1000, _past(1000, 970, 940), "fine"),  # nobody at home
        (1090, _past(1000, 970, 940), "fine"),  # three times as much is the limit
        (1091, _past(1000, 970, 940), "higher"),
        (99999, _past(1000, 970, 940), "higher"),
        (999, _past(1000, 970, 940), "lower"),
        (0, _past(1000, 970, 940), "lower"),
        (100000, _past(1000, 970, 940), "impossible"),
        (-1, _past(1000, 970, 940), "impossible"),
        (5, _past(99990, 99960), "fine"),  # the dial went round
        (85, _past(99990, 99960), "lower"),
        (1010, _past(1000, 1000, 1000), "fine"),  # used nothing so far: the slack
        (1011, _past(1000, 1000, 1000), "higher"),
        (1060, _past(1000), "fine"),  # no history: two a day
        (1061, _past(1000), "higher"),
        (1010, _past(1000, ago=0), "fine"),  # twice on one day
        (1011, _past(1000, ago=0), "higher"),
        (54321, [], "fine"),  # never read
        (100000, [], "impossible"),
    ],
)
def test_a_reading_is_held_against_the_past(value: int, past: list[Past], verdict: Verdict) -> None:
    assert judge(value, digits=5, past=past, on=TODAY, rules=RULES) == verdict


@given(st.integers(0, 99999), st.integers(0, 99999))
def test_what_was_used_is_what_the_dial_went_on(before: int, after: int) -> None:
    amount = used(before, after, 5)
    assert 0 <= amount < 100_000
    assert (before + amount) % 100_000 == after


@given(st.integers(-10, 200_000), st.lists(st.integers(0, 99999), max_size=13))
def test_only_what_the_dial_can_show_is_ever_believed(value: int, values: list[int]) -> None:
    verdict = judge(value, digits=5, past=_past(*values), on=TODAY, rules=RULES)
    assert (verdict == "impossible") == (not 0 <= value <= 99999)


@pytest.mark.parametrize(
    ("today", "begins", "last_day", "is_open"),
    [
        (date(2026, 3, 16), date(2026, 11, 15), date(2026, 10, 31), True),
        (date(2026, 10, 31), date(2026, 11, 15), date(2026, 10, 31), True),
        (date(2026, 11, 1), date(2026, 11, 15), date(2026, 10, 31), False),
        (date(2026, 11, 15), date(2026, 11, 15), date(2026, 10, 31), False),
        (date(2026, 11, 27), date(2026, 11, 15), date(2026, 10, 31), False),
        (date(2027, 1, 1), date(2026, 11, 15), date(2026, 10, 31), False),
        (date(2027, 3, 15), date(2026, 11, 15), date(2026, 10, 31), False),
        (date(2027, 3, 16), date(2027, 11, 15), date(2027, 10, 31), True),
        (date(2024, 2, 29), date(2023, 11, 15), date(2023, 10, 31), False),
    ],
)
def test_a_season_is_suspended_fifteen_days_before_it_begins(
    today: date, begins: date, last_day: date, is_open: bool
) -> None:
    found = window(WINTER, today)
    assert (found.begins, found.last_day, found.is_open) == (begins, last_day, is_open)
    assert found.ends == date(begins.year + 1, 3, 15)
    assert found.opens_on == date(begins.year + 1, 3, 16)


def test_a_season_within_a_year_is_understood_too() -> None:
    summer = WINTER.model_copy(update={"season_begins": "02-01", "season_ends": "05-31"})
    found = window(summer, TODAY)
    assert (found.begins, found.ends, found.is_open) == (
        date(2027, 2, 1), date(2027, 5, 31), True,
    )  # fmt: skip


@pytest.mark.parametrize("day", ["02-29", "13-01", "11-31", "1-1", "november"])
def test_a_day_that_is_no_yearly_day_is_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        SuspensionRules.model_validate(WINTER.model_dump() | {"season_begins": day})


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_rules_name_orders_that_the_pack_has(pack: str) -> None:
    folder = PROJECT / "packs" / pack
    rules = SelfService.model_validate(content(folder / "self_service.yaml"))
    types = WORK_ORDER_TYPES.parse(content(folder / "work_orders.yaml"))
    assert rules.meter is not None
    assert types.type(rules.meter.check_order).team == "metering"
    assert (rules.suspension is not None) == (pack == "heat")
    if rules.suspension is not None:
        cycle = LIFE_CYCLE.parse(content(folder / "life_cycle.yaml"))
        check = next(one for one in cycle.kind("suspension").checks if one.days)
        assert cycle.season is not None
        assert (cycle.season.begins, cycle.season.ends, check.days) == (
            rules.suspension.season_begins, rules.suspension.season_ends,
            rules.suspension.notice_days,
        )  # fmt: skip


def test_what_versions_of_before_said_about_fees_and_orders_is_read_over() -> None:
    of_before = WINTER.model_dump() | {"fen_per_m2": 2600, "suspend_order": "suspension"}
    assert SuspensionRules.model_validate(of_before) == WINTER
    with pytest.raises(ValidationError):
        SuspensionRules.model_validate(WINTER.model_dump() | {"unheard_of": 1})
