"""After a scenario: does the journal, the call list and the recording say what it must?"""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from mainline.sip.g711 import RATE, Sound
from mainline.sip.sound import read_channels
from mainline.sip.tones import seconds_of_tone
from tests.calls.facts import FactRow
from tests.calls.scenario import PATIENCE_S, Fact, RecordingPlan, Scenario
from tests.calls.stage import Stage

SAME_MOMENT = timedelta(milliseconds=50)
"""Asterisk's threads write what happens together in any order."""
NOTE_S = 0.4
"""Prompts and hold music on the agent's side may hold a note that long."""
HEARD_S = 0.5
"""Heard at all, however long the machine stood still."""
ONCE_EACH = {
    "call.offered",
    "caller.identified",
    "call.degraded",
    "call.refused",
    "menu.started",
    "queue.entered",
    "queue.left",
    "agent.answered",
    "agent.left_call",
    "call.transferred",
    "message.left",
    "flow.finished",
    "call.ended",
}
"""Kinds of which there must be exactly as many as the scenario names."""


async def check(stage: Stage) -> None:
    """Everything the scenario promises, then the invariants."""
    scenario = stage.scenario
    for who, expected in scenario.journal.items():
        await _settled(stage, who)
        _journal(stage.facts_of(who), expected, who)
        _never(stage.facts_of(who), scenario.never.get(who, []))
    for who, fields in scenario.calls.items():
        await _call_list(stage, who, fields)
    for who, kind in scenario.talked_until.items():
        await _talk_time(stage, who, kind)
    for who, plan in scenario.recordings.items():
        await _recording(stage, who, plan)
    _nothing_of(stage, scenario)
    assert not (scenario.outside_never_rings and stage.outside.calls), "the outside was called"


async def _settled(stage: Stage, who: str) -> None:
    await stage.fact(who, "call.ended", PATIENCE_S)


def _journal(facts: list[FactRow], expected: list[Fact], who: str) -> None:
    """The expected facts in their order, and no kind more often than it is named."""
    story = "\n".join(str(fact) for fact in facts)
    taken: set[int] = set()
    reached = facts[0].at
    for wanted in expected:
        place = next(
            (
                index
                for index, fact in enumerate(facts)
                if index not in taken
                and fact.at >= reached - SAME_MOMENT
                and fact.matches(wanted.kind, wanted.particulars)
            ),
            None,
        )
        assert place is not None, f"{who}: {wanted.kind} {wanted.particulars} not in\n{story}"
        taken.add(place)
        reached = max(reached, facts[place].at)
    named, found = Counter(f.kind for f in expected), Counter(f.kind for f in facts)
    for kind, times in ((k, n) for k, n in named.items() if k in ONCE_EACH):
        assert found[kind] == times, f"{who}: {kind} {found[kind]} times, not {times}, in\n{story}"


def _never(facts: list[FactRow], kinds: list[str]) -> None:
    found = {fact.kind for fact in facts}
    assert not found & set(kinds), f"must not be: {found & set(kinds)}"


async def _call_list(stage: Stage, who: str, fields: dict[str, Any]) -> None:
    row: dict[str, Any] = {}

    async def agrees() -> bool:
        row.clear()
        row.update(await stage.instance.call_row(stage.id_of(who)))
        return all(_value(row, name) == value for name, value in fields.items())

    await eventually(
        agrees, PATIENCE_S, lambda: f"{who}: wanted {fields}, the call list says {row}"
    )


def _value(row: dict[str, Any], name: str) -> Any:
    """``customer.name`` is a field of a field."""
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


async def eventually(holds: Any, timeout_s: float, words: Any) -> None:
    """Ask again until it holds."""
    import asyncio

    deadline = asyncio.get_running_loop().time() + timeout_s
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, words()
        await asyncio.sleep(0.2)


async def _talk_time(stage: Stage, who: str, kind: str) -> None:
    """From the answer to that fact, and no longer."""
    at = {fact.kind: fact.at for fact in reversed(stage.facts_of(who))}
    wanted = (at[kind] - at["agent.answered"]).total_seconds()
    talked = (await stage.instance.call_row(stage.id_of(who)))["talk_s"]
    assert talked == pytest.approx(wanted, abs=0.1)


async def _recording(stage: Stage, who: str, plan: RecordingPlan) -> None:
    """Each tone on its own side, for the time they talked, and not on the other."""
    await stage.fact(who, "recording.stored", PATIENCE_S)
    path = await stage.instance.recording(stage.id_of(who))
    (caller, agent), rate = read_channels(path)
    assert rate == 8000
    both_s = _may_be_expected(stage, who, plan.both_s)
    assert seconds_of_tone(caller, plan.caller) >= both_s, "the caller's tone is missing"
    for hertz in plan.agents:
        assert seconds_of_tone(agent, hertz) >= both_s, f"the agent's {hertz} Hz is missing"
        assert seconds_of_tone(caller, hertz) == 0, f"{hertz} Hz on the caller's side"
    talk = _spoken_from(caller, plan.caller)
    astray = seconds_of_tone(agent[talk:], plan.caller)
    assert astray <= NOTE_S, f"the caller's tone on the agent's side, {astray:.1f} s"
    assert _unrecorded_s(caller, plan.caller) >= plan.private_s, "what is private was recorded"
    for hertz in plan.not_heard:
        assert seconds_of_tone(agent, hertz) <= NOTE_S


def _may_be_expected(stage: Stage, who: str, both_s: float) -> float:
    """They talked by the clock: what the machine stood still meanwhile, nobody said."""
    facts = stage.facts_of(who)
    lost_s = stage.instance.stalled_s(facts[0].at, facts[-1].at)
    return max(min(both_s, HEARD_S), both_s - lost_s)


def _spoken_from(caller: Sound, hertz: float) -> int:
    """Where the caller begins to speak: before, nothing can stray, and hold music has notes."""
    step = RATE // 10
    steps = range(0, len(caller) - step, step)
    return next(at for at in steps if seconds_of_tone(caller[at : at + step], hertz) > 0)


def _unrecorded_s(sound: Sound, hertz: float) -> float:
    """The longest hole in the caller's tone."""
    step = RATE // 10
    heard = [
        at for at in range(0, len(sound) - step, step)
        if seconds_of_tone(sound[at : at + step], hertz) > 0
    ]  # fmt: skip
    return max((later - earlier for earlier, later in pairwise(heard)), default=0) / RATE


def _nothing_of(stage: Stage, scenario: Scenario) -> None:
    if scenario.no_call:
        assert stage.instance.facts.offered_since(stage.before) == set(stage.ids.values()) - {""}
