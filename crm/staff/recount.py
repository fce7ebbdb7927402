"""The agents' times of a day, counted anew from the journal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.floor import KINDS, Fact, in_order, stints
from crm.staff.queries import durations
from crm.staff.subscribers import fits, told_of
from mainline.journal import Event
from mainline.journal.call_events import CallEnded
from mainline.journal.journal import entries_between, latest_before

LONGEST: Final = timedelta(hours=6)
"""No call lasts longer: what an agent did before has no part in the day."""
NOTICED_S: Final = 0.01
"""Sums of fractions differ a little by their order."""
_WORD: Final = frozenset({"agent.signed_in", "agent.ready", "agent.paused", "agent.signed_out"})

Times = Mapping[str, Mapping[str, float]]


async def recount_times(session: AsyncSession, since: datetime, until: datetime) -> list[str]:
    """Where what is shown of the agents' times differs from what the journal tells."""
    shown = await durations(session, since=since, until=until)
    counted = await counted_times(session, since, until)
    return [
        f"agent {number}: {state}: shown {there:.2f} s, counted {here:.2f} s"
        for number in sorted({*shown, *counted})
        for state, there, here in _pairs(shown.get(number, {}), counted.get(number, {}))
        if abs(there - here) > NOTICED_S
    ]


def _pairs(
    shown: Mapping[str, float], counted: Mapping[str, float]
) -> Iterable[tuple[str, float, float]]:
    for state in sorted({*shown, *counted}):
        yield state, shown.get(state, 0.0), counted.get(state, 0.0)


async def counted_times(session: AsyncSession, since: datetime, until: datetime) -> Times:
    """Seconds of each agent in each state, from the facts alone."""
    begin = since - LONGEST
    before = await latest_before(session, begin, _WORD)
    entries = await entries_between(session, begin, until, KINDS)
    facts = facts_of([entry.event for entry in (*before, *entries)])
    return {number: times(told, since, until) for number, told in facts.items()}


def facts_of(events: Iterable[Event]) -> dict[str, list[Fact]]:
    """What happened to each agent. The end of a call is told to all who were in it. Pure."""
    found: dict[str, set[Fact]] = defaultdict(set)
    in_call: dict[str, set[str]] = defaultdict(set)
    ends: list[Fact] = []
    for event in events:
        number, fact = told_of(event)
        if isinstance(event, CallEnded):
            ends.append(fact)
        elif fits(number, fact):
            found[number].add(fact)
            in_call[fact.call_id].add(number)
    for end in ends:
        for number in in_call.get(end.call_id, ()):
            found[number].add(end)
    return {number: in_order(told) for number, told in found.items()}


def times(told: Iterable[Fact], since: datetime, until: datetime) -> dict[str, float]:
    """Seconds in each state between two moments; the present state counts to the end. Pure."""
    found: dict[str, float] = defaultdict(float)
    for one in stints(told):
        begins, ends = max(one.began_at, since), min(one.ended_at or until, until)
        if ends > begins:
            found[one.state] += (ends - begins).total_seconds()
    return dict(found)
