"""From signs of life to a verdict: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from mainline.process.heartbeat import Beat

PROCESSES: Final = ("asterisk", "gateway", "web", "worker")
STALE_S: Final = 10.0
"""Without a sign of life for so long a process counts as hung."""

Condition = Literal["up", "starting", "degraded", "stopping", "hung", "down"]
Verdict = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Health:
    """How one process is. ``age_s`` counts from its last sign of life, ``up_s`` from its start."""

    name: str
    state: Condition
    age_s: float | None
    up_s: float | None = None
    detail: str = ""


def judge(
    name: str, beat: Beat | None, at: datetime, *, alive: bool, up_s: float | None = None
) -> Health:
    """How a process is, from its last sign of life and whether it still exists."""
    if beat is None:
        return Health(name, "down", None)
    age_s = max(0.0, round((at - beat.at).total_seconds(), 1))
    if not alive:
        return Health(name, "down", age_s, None, beat.detail)
    state: Condition = "hung" if age_s > STALE_S else beat.state
    return Health(name, state, age_s, up_s, beat.detail)


def overall(processes: Iterable[Health]) -> Verdict:
    """Calls are taken as long as Asterisk is up; everything else only makes it worse."""
    states = {health.name: health.state for health in processes}
    if states.get("asterisk") != "up":
        return "down"
    return "ok" if all(state == "up" for state in states.values()) else "degraded"
