"""What an agent does, from what happened to them. Pure.

The desk's word (closed, paused, ready) lies under what a call makes of it (ringing, talking, held,
reserved, wrap-up): when the call is over, the word shows again. Wrap-up ends when it is done, not
by a word; one that is interrupted by a ring goes on when nobody answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Final, Literal, get_args

Word = Literal["closed", "paused", "ready"]
Act = Literal["reserved", "ringing", "talking", "held", "wrapup"]
State = Word | Act
# Of facts of one moment, what begins comes first.
_IN_ONE_MOMENT: Final = (
    "agent.signed_in",
    "agent.paused",
    "agent.ready",
    "call.placed",
    "agent.offered",
    "agent.answered",
    "call.rejoined",
    "agent.held",
    "agent.resumed",
    "agent.missed",
    "agent.reserved",
    "agent.left_call",
    "agent.released",
    "agent.corrected",
    "call.ended",
    "agent.wrapup_ended",
    "agent.signed_out",
)
KINDS: Final = frozenset(_IN_ONE_MOMENT)
"""The facts that make the floor."""
WORDS: Final[tuple[Word, ...]] = get_args(Word)
ACTS: Final[tuple[Act, ...]] = get_args(Act)
STATES: Final[tuple[State, ...]] = (*WORDS, *ACTS)
IN_CALL: Final = frozenset({"talking", "held"})
"""The agent is joined with a caller."""
UNFINISHED: Final = IN_CALL | {"reserved", "wrapup"}
"""The agent has a call that is not noted yet."""
_STILL_TO_NOTE: Final = frozenset({"reserved", "wrapup"})
"""A ring may come over these; the call before it has to be noted all the same."""


_STEPS: Final[Mapping[str, tuple[frozenset[Act], Act]]] = {
    "agent.held": (frozenset({"talking"}), "held"),
    "agent.resumed": (frozenset({"held"}), "talking"),
    "agent.reserved": (frozenset({"talking", "held", "wrapup"}), "reserved"),
}
"""What facts of the agent's own call make of an act."""
_ENDS: Final[Mapping[str, frozenset[Act]]] = {
    "agent.missed": frozenset({"ringing"}),
    "agent.left_call": frozenset({"ringing", "talking", "held"}),
    "agent.released": frozenset({"reserved"}),
    "agent.corrected": frozenset(ACTS),
    "call.ended": frozenset(ACTS),
}
"""The acts that end with such a fact; who is reserved still has the caller to come."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an agent. ``kind`` is the journal's."""

    at: datetime
    kind: str
    call_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The desk's word and the call on top of it."""

    word: Word = "closed"
    reason: str = ""
    act: Act | None = None
    call_id: str = ""
    interrupted: str = ""
    """The call whose wrap-up goes on if nobody answers the one that rings."""

    @property
    def state(self) -> State:
        """What others see."""
        return self.act or self.word

    @property
    def shown_reason(self) -> str:
        """The reason of a pause, while the pause shows."""
        return self.reason if self.act is None else ""


NOBODY: Final = Standing()
"""Nothing is known of the agent: closed."""


@dataclass(frozen=True, slots=True)
class Stint:
    """A stretch of time in one state."""

    state: State
    reason: str
    call_id: str
    began_at: datetime
    ended_at: datetime | None = None


def after(standing: Standing, fact: Fact) -> Standing:
    """How an agent stands after the fact; facts of another call than the present are ignored."""
    match fact.kind:
        case "agent.signed_in":
            return replace(standing, word="paused", reason="signed-in")
        case "agent.ready":
            return replace(standing, word="ready", reason="")
        case "agent.paused":
            return replace(standing, word="paused", reason=fact.detail)
        case "agent.signed_out":
            return replace(_without_wrapup(standing), word="closed", reason="")
        case "agent.wrapup_ended":
            return _without_wrapup(standing)
        case _:
            return _after_call_fact(standing, fact)


def _after_call_fact(standing: Standing, fact: Fact) -> Standing:
    mine = standing.call_id == fact.call_id
    match fact.kind:
        case "agent.offered" if standing.act not in IN_CALL:
            return _rung(standing, fact.call_id)
        case "agent.answered" | "call.placed" | "call.rejoined":
            return _joined(standing, fact.call_id)
        case "agent.corrected" if fact.detail == "talking":
            return _joined(standing, fact.call_id)
        case _:
            return _after_own_call_fact(standing, fact) if mine else standing


def _after_own_call_fact(standing: Standing, fact: Fact) -> Standing:
    """The caller leaves, waits for this agent with music, or comes back to them from elsewhere."""
    if fact.kind in _STEPS:
        before, act = _STEPS[fact.kind]
        return replace(standing, act=act) if standing.act in before else standing
    return _call_over(standing) if standing.act in _ENDS.get(fact.kind, ()) else standing


def _rung(standing: Standing, call_id: str) -> Standing:
    left = standing.call_id if standing.act in _STILL_TO_NOTE else standing.interrupted
    return replace(standing, act="ringing", call_id=call_id, interrupted=left)


def _joined(standing: Standing, call_id: str) -> Standing:
    """The wrap-up of this call follows; what it interrupted is noted afterwards."""
    return replace(standing, act="talking", call_id=call_id, interrupted="")


def _without_wrapup(standing: Standing) -> Standing:
    if standing.act == "wrapup":
        return replace(standing, act=None, call_id="")
    return replace(standing, interrupted="")


def _call_over(standing: Standing) -> Standing:
    """Wrap-up follows talk, and goes on after a ring, except for those who have left."""
    if standing.act == "wrapup":
        return standing
    noted = standing.interrupted if standing.act == "ringing" else standing.call_id
    if noted and standing.word != "closed":
        return replace(standing, act="wrapup", call_id=noted, interrupted="")
    return replace(standing, act=None, call_id="", interrupted="")


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """As they happened; the same for every order in which they were told."""
    return sorted(facts, key=lambda fact: (fact.at, _rank(fact), fact.call_id, fact.detail))


def _rank(fact: Fact) -> int:
    return _IN_ONE_MOMENT.index(fact.kind)


def standing_after(facts: Iterable[Fact], start: Standing = NOBODY) -> Standing:
    """How an agent stands after all these facts."""
    return reduce(after, facts, start)


def stint(standing: Standing, at: datetime) -> Stint:
    """What begins to show at that moment."""
    return Stint(standing.state, standing.shown_reason, standing.call_id, at)


def stints(facts: Iterable[Fact], start: Standing = NOBODY) -> list[Stint]:
    """The stretches of time that the facts, in order, make; the last one goes on."""
    made: list[Stint] = []
    standing = start
    for fact in facts:
        standing = after(standing, fact)
        begun = stint(standing, fact.at)
        if made and same(made[-1], begun):
            continue
        if made:
            made[-1] = replace(made[-1], ended_at=begun.began_at)
        made.append(begun)
    return made


def same(one: Stint, other: Stint) -> bool:
    """Whether both show the same."""
    return (one.state, one.reason, one.call_id) == (other.state, other.reason, other.call_id)
