"""Who calls when: a Poisson process along the curve, the same for the same seed."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.arrivals import arrivals, rate_at
from rehearsal.scenario import Scenario, load

HOMES = {f"place{n}": [f"1390000{n:02d}{m:02d}" for m in range(5)] for n in range(20)}


def day(**changes: object) -> Scenario:
    return load("quiet-day").model_copy(update=changes)


@given(st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_day(seed: int) -> None:
    quiet = load("quiet-day")
    one = arrivals(quiet, HOMES, seed)
    assert one == arrivals(quiet, HOMES, seed)
    assert [call.at_s for call in one] == sorted(call.at_s for call in one)
    assert all(0 <= call.at_s <= 60 * quiet.minutes for call in one)


def test_as_many_call_as_the_curve_says() -> None:
    heating = load("first-heating-day")
    expected = (
        sum(rate_at(heating, minute / 60) for minute in range(int(heating.minutes * 60))) / 60
    )
    seen = [len(arrivals(heating, HOMES, seed)) for seed in range(200)]
    assert abs(sum(seen) / len(seen) - expected) < 3


def test_concentrated_calls_come_from_few_places() -> None:
    burst = load("burst-main")
    places: Counter[str] = Counter()
    for seed in range(20):
        one: Counter[str] = Counter(
            place
            for call in arrivals(burst, HOMES, seed)
            for place, numbers in HOMES.items()
            if call.number in numbers
        )
        places["most"] += one.most_common(1)[0][1]
        places["all"] += one.total()
    assert places["most"] / places["all"] > 0.75


def test_withheld_and_unknown_callers_have_their_share() -> None:
    quiet = day()
    calls = [call for seed in range(100) for call in arrivals(quiet, HOMES, seed)]
    known = {number for numbers in HOMES.values() for number in numbers}
    withheld = sum(not call.number for call in calls) / len(calls)
    unknown = sum(bool(call.number) and call.number not in known for call in calls) / len(calls)
    assert 0.01 < withheld < 0.03
    assert 0.06 < unknown < 0.10
