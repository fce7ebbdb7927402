"""Who calls when, and what for. Pure: the same seed gives the same day."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rehearsal.scenario import Scenario, Want

CALLS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call to come. ``number`` is empty when it is withheld."""

    at_s: float
    number: str
    want: Want
    patience_s: float
    talk_s: float


def arrivals(scenario: Scenario, homes: Mapping[str, Sequence[str]], seed: int) -> list[Arrival]:
    """Calls as a Poisson process along the scenario's curve.

    ``homes``: telephone numbers of known customers by the place where they live.
    """
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    places = sorted(homes)
    few = chance.sample(places, min(scenario.callers.places, len(places)))
    return [
        Arrival(
            at_s,
            _number(scenario, homes, few, chance),
            chance.choices(scenario.wants, [want.share for want in scenario.wants])[0],
            chance.expovariate(1 / scenario.callers.patience_s),
            max(3.0, chance.expovariate(1 / scenario.crew.talk_s)),
        )
        for at_s in _moments(scenario, chance)
    ]


def rate_at(scenario: Scenario, minute: float) -> float:
    """Calls a minute at that minute."""
    for begin, end in pairwise(scenario.curve):
        if begin.minute <= minute <= end.minute:
            part = (minute - begin.minute) / (end.minute - begin.minute)
            return begin.calls_per_minute + part * (end.calls_per_minute - begin.calls_per_minute)
    return 0.0


def _moments(scenario: Scenario, chance: random.Random) -> Iterator[float]:
    """Thinning (Lewis and Shedler 1979): candidates at the peak rate, kept as the curve says."""
    peak = max(moment.calls_per_minute for moment in scenario.curve)
    minute = scenario.curve[0].minute
    for _count in range(CALLS_MAX if peak else 0):
        minute += chance.expovariate(peak)
        if minute > scenario.minutes:
            return
        if chance.random() * peak <= rate_at(scenario, minute):
            yield minute * 60


def _number(
    scenario: Scenario,
    homes: Mapping[str, Sequence[str]],
    few: Sequence[str],
    chance: random.Random,
) -> str:
    callers, lot = scenario.callers, chance.random()
    if lot < callers.withheld:
        return ""
    if lot < callers.withheld + callers.unknown or not homes:
        return f"1370{chance.randrange(10_000_000):07d}"
    near = chance.random() < callers.concentrated
    place = chance.choice(few if near else sorted(homes))
    return chance.choice(list(homes[place]))
