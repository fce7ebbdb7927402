"""Kinds of work orders: fields, steps, limits, as the company defines them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog.fields import FormField
from mainline.definitions import Problem
from mainline.errors import NotFound
from mainline.i18n import Text
from mainline.text import LocalizedText

Stage = Literal["new", "assigned", "on_site", "done", "returned", "other"]
"""What a caller is told about a step."""
Code = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
MINUTES_MAX: Final = 60 * 24 * 365


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


class WorkOrderType(BaseModel):
    """What is done, by whom, how fast. ``steps`` names a flow of the definition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Code
    name: LocalizedText
    urgency: Literal["emergency", "urgent", "normal"] = "normal"
    team: str = Code
    flow: str = Code
    respond_minutes: int = Field(gt=0, le=MINUTES_MAX)
    complete_minutes: int = Field(gt=0, le=MINUTES_MAX)
    fields: tuple[FormField, ...] = Field(default=(), max_length=30)
    faults: tuple[str, ...] = ()
    """Fault reports by keypad that open this type."""


class WorkOrderTypes(BaseModel):
    """All types with the flows they follow. An order finishes under the version it began under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flows: Mapping[str, tuple[Step, ...]] = Field(min_length=1)
    teams: Mapping[str, LocalizedText]
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

    def first_step(self, type_code: str) -> Step:
        """Where an order begins."""
        return self.flows[self.type(type_code).flow][0]


def problems(body: WorkOrderTypes) -> list[Problem]:
    """Names that lead nowhere, steps nobody reaches, flows without an end."""
    return [*_type_problems(body), *_flow_problems(body)]


def _type_problems(body: WorkOrderTypes) -> Iterator[Problem]:
    seen: set[str] = set()
    for one in body.types:
        if one.code in seen:
            yield Problem("error", "twice", one.code, Text("The code is used twice."))
        if one.flow not in body.flows:
            yield Problem("error", "no-flow", one.code, Text("There is no such flow."))
        if one.team not in body.teams:
            yield Problem("error", "no-team", one.code, Text("There is no such team."))
        if one.respond_minutes > one.complete_minutes:
            words = Text("It would have to be completed before it is responded to.")
            yield Problem("error", "limits", one.code, words)
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
            for transition in step.transitions:
                if transition.to not in codes:
                    yield Problem("error", "no-step", where, Text("There is no such step."))
            if step.code not in reached:
                yield Problem("warning", "unreached", where, Text("No order comes to this step."))
        if not any(step.is_final for step in steps if step.code in reached):
            yield Problem("error", "endless", name, Text("No order could ever be closed."))


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
