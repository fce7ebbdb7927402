"""Kinds of work orders: fields, steps, limits, as the company defines them. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog import calendars
from crm.catalog.calendars import WorkCalendar
from crm.catalog.fields import FormField
from mainline.definitions import Problem
from mainline.errors import NotFound
from mainline.i18n import Text
from mainline.text import LocalizedText

Stage = Literal["new", "assigned", "on_site", "done", "returned", "other"]
"""What a caller is told about a step."""
Code = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
Urgency = Literal["emergency", "urgent", "normal"]
MINUTES_MAX: Final = 60 * 24 * 365
VERBS: Final = frozenset(
    {
        *("reassign", "supervise", "urge", "pause", "resume", "second_dispatch", "join", "part"),
        *("follow", "escalate", "warn", "overdue", "open"),
    }
)
"""What can be done with an order in many steps; no flow may call its own ways so."""


class Transition(BaseModel):
    """Something that can be done with an order in a step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str = Code
    label: LocalizedText
    to: str = Code
    note: bool = False
    """A reason has to be given."""
    takes: bool = False
    """Whoever does it becomes the owner."""
    hands: bool = False
    """Somebody or a team may be named who owns it from then on."""


class Step(BaseModel):
    """A state of an order. One without transitions is final."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Code
    label: LocalizedText
    stage: Stage = "other"
    transitions: tuple[Transition, ...] = Field(default=(), max_length=12)

    @property
    def is_final(self) -> bool:
        """Whether the order is closed here."""
        return not self.transitions


class Limit(BaseModel):
    """How fast an order of this urgency is done, if otherwise than the type says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    respond_minutes: int = Field(gt=0, le=MINUTES_MAX)
    complete_minutes: int = Field(gt=0, le=MINUTES_MAX)
    calendar: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")


class Rung(BaseModel):
    """So long after a limit is broken, that person or team watches over the order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_minutes: int = Field(ge=0, le=MINUTES_MAX)
    to: str = Field(min_length=1, max_length=64)


class WorkOrderType(BaseModel):
    """What is done, by whom, how fast. ``steps`` names a flow of the definition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Code
    name: LocalizedText
    urgency: Urgency = "normal"
    team: str = Code
    flow: str = Code
    respond_minutes: int = Field(gt=0, le=MINUTES_MAX)
    complete_minutes: int = Field(gt=0, le=MINUTES_MAX)
    calendar: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")
    """In which working time the minutes count; none: around the clock."""
    limits: Mapping[Urgency, Limit] = Field(default_factory=dict)
    warn_percent: int = Field(default=80, ge=10, le=99)
    """So much of a limit is used when it warns."""
    chain: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")
    """Who watches over an order that is late, one after the other; none: ``default``."""
    fields: tuple[FormField, ...] = Field(default=(), max_length=30)
    faults: tuple[str, ...] = ()
    """Fault reports by keypad that open this type."""


class WorkOrderTypes(BaseModel):
    """All types with the flows they follow. An order finishes under the version it began under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flows: Mapping[str, tuple[Step, ...]] = Field(min_length=1)
    teams: Mapping[str, LocalizedText]
    calendars: Mapping[str, WorkCalendar] = Field(default_factory=dict, max_length=50)
    chains: Mapping[str, tuple[Rung, ...]] = Field(default_factory=dict, max_length=50)
    types: tuple[WorkOrderType, ...] = Field(min_length=1, max_length=100)

    def type(self, code: str) -> WorkOrderType:
        """The type with this code."""
        found = next((one for one in self.types if one.code == code), None)
        if found is None:
            raise NotFound("work-order-type")
        return found

    def for_fault(self, fault: str) -> WorkOrderType:
        """The type that a fault report by keypad opens."""
        found = next((one for one in self.types if fault in one.faults), None)
        if found is None:
            raise NotFound("fault")
        return found

    def step(self, type_code: str, code: str) -> Step:
        """A step of a type's flow."""
        steps = self.flows[self.type(type_code).flow]
        return next(step for step in steps if step.code == code)

    def limit(self, code: str, urgency: str) -> Limit:
        """How fast an order of this type and urgency is done."""
        kind = self.type(code)
        own = next((limit for key, limit in kind.limits.items() if key == urgency), None)
        return own or Limit(
            respond_minutes=kind.respond_minutes,
            complete_minutes=kind.complete_minutes,
            calendar=kind.calendar,
        )

    def chain(self, code: str) -> tuple[Rung, ...]:
        """Who watches over late orders of this type, one after the other."""
        return self.chains.get(self.type(code).chain or "default", ())

    def first_step(self, type_code: str) -> Step:
        """Where an order begins."""
        return self.flows[self.type(type_code).flow][0]


def problems(body: WorkOrderTypes) -> list[Problem]:
    """Names that lead nowhere, steps nobody reaches, flows without an end."""
    return [*_type_problems(body), *_limit_problems(body), *_flow_problems(body)]


def _limit_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    for name, calendar in body.calendars.items():
        yield from calendars.problems(name, calendar)
    for name, rungs in body.chains.items():
        minutes = [rung.after_minutes for rung in rungs]
        if minutes != sorted(set(minutes)):
            words = Text("Each step of a chain must come later than the one before.")
            yield Problem("error", "chain-order", name, words)
    for one in body.types:
        yield from _limits_of(body, one)


def _limits_of(body: WorkOrderTypes, one: WorkOrderType) -> Iterator[Problem]:
    if one.chain and one.chain not in body.chains:
        yield Problem("error", "no-chain", one.code, Text("There is no such chain."))
    for limit in [body.limit(one.code, one.urgency), *one.limits.values()]:
        if limit.calendar and limit.calendar not in body.calendars:
            yield Problem("error", "no-calendar", one.code, Text("There is no such calendar."))
        if limit.respond_minutes > limit.complete_minutes:
            words = Text("It would have to be completed before it is responded to.")
            yield Problem("error", "limits", one.code, words)


def _type_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    seen: set[str] = set()
    for one in body.types:
        if one.code in seen:
            yield Problem("error", "twice", one.code, Text("The code is used twice."))
        if one.flow not in body.flows:
            yield Problem("error", "no-flow", one.code, Text("There is no such flow."))
        if one.team not in body.teams:
            yield Problem("error", "no-team", one.code, Text("There is no such team."))
        seen.add(one.code)


def _flow_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    for name, steps in body.flows.items():
        codes = [step.code for step in steps]
        if not steps or len(set(codes)) != len(codes):
            yield Problem("error", "steps", name, Text("Steps are missing or named twice."))
            continue
        reached = _reached(steps)
        for step in steps:
            where = f"{name}/{step.code}"
            yield from _way_problems(step, where, codes)
            if step.code not in reached:
                yield Problem("warning", "unreached", where, Text("No order comes to this step."))
        if not any(step.is_final for step in steps if step.code in reached):
            yield Problem("error", "endless", name, Text("No order could ever be closed."))


def _way_problems(step: Step, where: str, codes: Collection[str]) -> Iterator[Problem]:
    for way in step.transitions:
        if way.action in VERBS:
            words = Text("This name stands for something that every order knows.")
            yield Problem("error", "reserved", where, words)
        if way.to not in codes:
            yield Problem("error", "no-step", where, Text("There is no such step."))


def _reached(steps: tuple[Step, ...]) -> set[str]:
    by_code = {step.code: step for step in steps}
    reached: set[str] = set()
    waiting = [steps[0].code]
    while waiting:
        code = waiting.pop()
        if code not in reached and code in by_code:
            reached.add(code)
            waiting.extend(transition.to for transition in by_code[code].transitions)
    return reached
