"""The day as the board draws it: curves by half hour against the forecast, handling, occupancy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from crm.interactions.day import Day, Forecast, Handling
from crm.interactions.half_hours import STEP_S, step_of

STEPS: Final = 48
DRAWN: Final = ("offered", "answered", "abandoned")


def drawn(day: Day, expected: Forecast, at: datetime) -> dict[str, Any]:
    """For each queue its curves so far and the forecast of the whole day. Free of any language."""
    steps = min(step_of(at, day.since) + 1, STEPS)
    names = sorted({*(queue for queue, _step, _how in day.counted), *expected})
    return {
        "start": day.since.timestamp(),
        "step_s": STEP_S,
        "curves": {name: _curves(day, expected, name, steps) for name in names},
        "handling": {name: _handled(each) for name, each in day.handling.items()},
        "aht_s": _whole(_together(day.handling).aht_s),
        "occupancy": None if day.occupancy is None else round(day.occupancy, 3),
    }


def _curves(day: Day, expected: Forecast, queue: str, steps: int) -> dict[str, list[float]]:
    curves: dict[str, list[float]] = {name: [0] * steps for name in DRAWN}
    for (name, step, how), callers in day.counted.items():
        if name == queue and 0 <= step < steps:
            curves["offered"][step] += callers
            if how in curves:
                curves[how][step] += callers
    awaited = expected.get(queue, {})
    curves["expected"] = [round(awaited.get(step, 0.0), 1) for step in range(STEPS)]
    return curves


def _handled(each: Handling) -> dict[str, Any]:
    return {"calls": each.calls, "aht_s": _whole(each.aht_s)}


def _together(parts: Mapping[str, Handling]) -> Handling:
    return Handling(
        sum(each.calls for each in parts.values()), sum(each.seconds for each in parts.values())
    )


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
