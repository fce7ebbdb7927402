"""What should happen: the same day played many times on paper. Pure.

A queue with several servers, callers who give up after their patience, first come first served;
arrivals, talks and patience are drawn anew for each play. For a constant rate and endless patience
it agrees with Erlang's C formula (tests hold it to that).
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rehearsal.arrivals import Arrival, arrivals
from rehearsal.scenario import Scenario

PLAYS = 60
IN_TIME_S = 20.0
LOW, HIGH = 0.05, 0.95
SELF_SERVICE_S = 12.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of those who waited for a person. Shares are None while nobody did."""

    offered: int
    answered: int
    abandoned: int
    in_time: int
    wait_s: float
    """Mean wait of those who were answered."""

    @property
    def service_level(self) -> float:
        """The part answered in time."""
        return self.in_time / self.offered if self.offered else 1.0

    @property
    def abandon_rate(self) -> float:
        """The part who gave up."""
        return self.abandoned / self.offered if self.offered else 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """Where a figure lies in nine of ten plays."""

    low: float
    middle: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the figure is inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Prediction:
    """The figures to expect."""

    offered: Band
    service_level: Band
    abandon_rate: Band
    wait_s: Band


def predict(scenario: Scenario, agents: int, *, plays: int = PLAYS, seed: int = 1) -> Prediction:
    """Play the day on paper with so many agents."""
    outcomes = [
        play(arrivals(scenario, {}, seed * 10_007 + number), scenario, agents)
        for number in range(plays)
    ]
    return Prediction(
        offered=_band([outcome.offered for outcome in outcomes]),
        service_level=_band([outcome.service_level for outcome in outcomes]),
        abandon_rate=_band([outcome.abandon_rate for outcome in outcomes]),
        wait_s=_band([outcome.wait_s for outcome in outcomes]),
    )


def play(calls: Sequence[Arrival], scenario: Scenario, agents: int) -> Outcome:
    """One day with so many agents."""
    crew = scenario.crew
    waiting = [replace(call, at_s=call.at_s + SELF_SERVICE_S) for call in calls if call.want.person]
    if not agents:
        return Outcome(len(waiting), 0, len(waiting), 0, 0.0)
    free = [0.0] * agents
    waits: list[float] = []
    queue = deque(sorted(waiting, key=lambda call: call.at_s))
    abandoned = 0
    while queue:
        call = queue.popleft()
        begin = max(free[0], call.at_s)
        if begin - call.at_s > call.patience_s:
            abandoned += 1
            continue
        waits.append(begin - call.at_s + crew.answer_s)
        busy = crew.answer_s + call.talk_s + crew.wrapup_s
        heapq.heapreplace(free, begin + busy)
    in_time = sum(wait <= IN_TIME_S for wait in waits)
    mean = sum(waits) / len(waits) if waits else 0.0
    return Outcome(len(waiting), len(waits), abandoned, in_time, mean)


def _band(values: Sequence[float]) -> Band:
    ordered = sorted(values)

    def at(part: float) -> float:
        return float(ordered[min(len(ordered) - 1, int(part * len(ordered)))])

    return Band(at(LOW), at(0.5), at(HIGH))
