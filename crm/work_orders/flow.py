"""What may be done with an order, and what it is afterwards. Pure.

The steps and the ways between them are the company's (its flows). What every order knows, whatever
its type, stands here: hand over, watch over, urge, stop and start the clock, work together. At
every moment an order has one owner and one overseer; from its history it can be made anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from crm.catalog.work_order_types import Step, Transition, WorkOrderTypes
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text

OVERSEER: Final = "dispatcher"
"""Who watches over an order until somebody else does."""
NAMES_SOMEBODY: Final = frozenset({"reassign", "second_dispatch"})
NEEDS_A_REASON: Final = frozenset({"reassign", "second_dispatch", "urge", "pause"})
BY_PEOPLE: Final = ("reassign", "second_dispatch", "supervise", "urge", "pause", "resume", "join")
"""What people may do with every order that is not closed."""


class NotPossible(MainlineError):
    """The order's step does not allow this."""

    code = "step-refused"
    words = Text("This cannot be done in the step the order is in: %(step)s.")


class NoteNeeded(Invalid):
    """This needs a reason."""

    code = "note-needed"
    words = Text("Please say why.")


class SomebodyNeeded(Invalid):
    """Nobody was named, or nobody of that name is there."""

    code = "somebody-needed"
    words = Text("Please name a person or team that exists.")


class NothingChanges(MainlineError):
    """It is so already."""

    code = "nothing-changes"
    words = Text("It is so already.")


class Paused(MainlineError):
    """The clock stands still."""

    code = "order-paused"
    words = Text("The clock of this order stands still. Let it run again first.")


class TooLate(MainlineError):
    """A limit that is broken cannot be stopped."""

    code = "limit-broken"
    words = Text("The order is late already: its clock cannot be stopped any more.")


class Led(MainlineError):
    """A part is closed by who leads."""

    code = "led"
    words = Text("This order is part of another, and is closed with it.")


class PartsOpen(MainlineError):
    """Who leads closes when all have finished."""

    code = "parts-open"
    words = Text("Another team has not finished its part yet.")


@dataclass(frozen=True, slots=True)
class State:
    """How an order stands."""

    step: str
    owner: str
    overseer: str
    team: str
    paused: bool = False
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done: ``by`` did it, ``entered_by`` keyed it in."""

    action: str
    by: str
    to: str = ""
    note: str = ""
    entered_by: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What others know about an order: who leads it, who has not finished, whether it is late."""

    led: bool = False
    parts_open: bool = False
    late: bool = False


ALONE: Final = Around()


def begin(types: WorkOrderTypes, type_code: str, team: str = "") -> State:
    """A new order belongs to its team."""
    mine = team or types.type(type_code).team
    return State(types.first_step(type_code).code, mine, OVERSEER, mine)


def possible(
    types: WorkOrderTypes, type_code: str, state: State, around: Around = ALONE
) -> tuple[tuple[Transition, ...], tuple[str, ...]]:
    """What people can do now: ways of the flow, and what every order knows."""
    step = types.step(type_code, state.step)
    if step.is_final:
        return (), ()
    verbs = [verb for verb in BY_PEOPLE if not _refusal(state, step, verb, around)]
    if state.paused:
        return (), tuple(verbs)
    ways = (way for way in step.transitions if not _barred(types, type_code, way, around))
    return tuple(ways), tuple(verbs)


def apply(
    types: WorkOrderTypes, type_code: str, state: State, act: Act, around: Around = ALONE
) -> State:
    """How the order stands after that; refused when it may not be done."""
    step = types.step(type_code, state.step)
    if act.action == "follow":
        return replace(state, step=end_of(types, type_code).code, paused=False)
    if act.action in _VERBS:
        return _verb(types, state, step, act, around)
    return _way(types, type_code, state, act, around)


def _way(
    types: WorkOrderTypes, type_code: str, state: State, act: Act, around: Around
) -> State:  # fmt: skip
    step = types.step(type_code, state.step)
    way = next((one for one in step.transitions if one.action == act.action), None)
    if way is None:
        raise NotPossible(step.code, step=step.label)
    refusal = Paused if state.paused else _barred(types, type_code, way, around)
    if refusal is not None:
        raise refusal
    if way.note and not act.note.strip():
        raise NoteNeeded
    return _gone(types, state, types.step(type_code, way.to), way, act)


def _gone(types: WorkOrderTypes, state: State, target: Step, way: Transition, act: Act) -> State:
    to = act.to if way.hands else ""
    team = to if to in types.teams else state.team
    owner = act.by if way.takes else to or (team if target.stage == "new" else state.owner)
    return replace(state, step=target.code, owner=owner, team=team)


def _barred(
    types: WorkOrderTypes, type_code: str, way: Transition, around: Around
) -> type[MainlineError] | None:
    target = types.step(type_code, way.to)
    if not (target.is_final and target.stage == "done"):
        return None
    return Led if around.led else PartsOpen if around.parts_open else None


def _verb(types: WorkOrderTypes, state: State, step: Step, act: Act, around: Around) -> State:
    refusal = _refusal(state, step, act.action, around)
    if refusal is not None:
        raise refusal(step.code, step=step.label)
    if act.action in NEEDS_A_REASON and not act.note.strip():
        raise NoteNeeded
    if act.action in NAMES_SOMEBODY and not act.to:
        raise SomebodyNeeded
    if act.action == "second_dispatch" and act.to not in types.teams:
        raise SomebodyNeeded(act.to)
    after = _after(types, state, act)
    if after == state and act.action in {"reassign", "supervise"}:
        raise NothingChanges
    return after


def _refusal(state: State, step: Step, verb: str, around: Around) -> type[MainlineError] | None:
    if step.is_final or (verb == "pause" and step.stage == "done"):
        return NotPossible
    if verb in {"join", "second_dispatch"} and state.part_of:
        return NothingChanges if verb == "join" else Led
    if verb == "pause":
        return Paused if state.paused else TooLate if around.late else None
    return NothingChanges if verb == "resume" and not state.paused else None


def _after(types: WorkOrderTypes, state: State, act: Act) -> State:
    match act.action:
        case "reassign":
            team = act.to if act.to in types.teams else state.team
            return replace(state, owner=act.to, team=team)
        case "supervise" | "escalate":
            return replace(state, overseer=act.to or act.by)
        case "pause" | "resume":
            return replace(state, paused=act.action == "pause")
        case "join" | "part":
            return replace(state, part_of=act.to if act.action == "join" else "")
        case _:
            return state


_VERBS: Final = frozenset({*BY_PEOPLE, "escalate", "part"})


def end_of(types: WorkOrderTypes, type_code: str) -> Step:
    """The step in which orders of this type are closed as done."""
    final = [step for step in types.flows[types.type(type_code).flow] if step.is_final]
    return next((step for step in final if step.stage == "done"), final[0])


def replay(types: WorkOrderTypes, type_code: str, history: Iterable[Act]) -> State:
    """The order from its history; lines that only tell of something change nothing."""
    lines = iter(history)
    state = begin(types, type_code, next(lines).to)
    for act in lines:
        step = types.step(type_code, state.step)
        known = act.action in _VERBS or act.action == "follow"
        if known or any(way.action == act.action for way in step.transitions):
            state = apply(types, type_code, state, act)
    return state
