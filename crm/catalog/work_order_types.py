"""Kinds of work orders: fields, steps, limits, as the company defines them. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm.catalog.calendars import WorkCalendar
from crm.catalog.fields import FormField, Option
from crm.catalog.order_shapes import ClosedHours, FeeLine, FollowUp, PrintForm
from mainline.errors import NotFound
from mainline.text import LocalizedText

Stage = Literal["new", "assigned", "on_site", "done", "returned", "other"]
"""What a caller is told about a step."""
Code = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
Urgency = Literal["emergency", "urgent", "normal"]
_NAMED: Final = r"^([a-z][a-z0-9_]{0,31})?$"
MINUTES_MAX: Final = 60 * 24 * 365
VERBS: Final = frozenset(
    {
        *("reassign", "supervise", "urge", "pause", "resume", "second_dispatch", "join", "part"),
        *("follow", "escalate", "warn", "overdue", "open"),
        *("follow_up", "follow_up_refused", "charge"),
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
    roles: tuple[str, ...] = Field(default=(), max_length=12)
    """Who may do it; none: everybody who may move orders."""


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
    arrive_minutes: int | None = Field(default=None, gt=0, le=MINUTES_MAX)
    complete_minutes: int = Field(gt=0, le=MINUTES_MAX)
    calendar: str = Field(default="", pattern=_NAMED)


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
    arrive_minutes: int | None = Field(default=None, gt=0, le=MINUTES_MAX)
    """Until somebody is on site; none: nobody needs to go there by a time."""
    complete_minutes: int = Field(gt=0, le=MINUTES_MAX)
    calendar: str = Field(default="", pattern=_NAMED)
    """In which working time the minutes count; none: around the clock."""
    limits: Mapping[Urgency, Limit] = Field(default_factory=dict)
    warn_percent: int = Field(default=80, ge=10, le=99)
    """So much of a limit is used when it warns."""
    chain: str = Field(default="", pattern=_NAMED)
    """Who watches over an order that is late, one after the other; none: ``default``."""
    fields: tuple[FormField, ...] = Field(default=(), max_length=30)
    faults: tuple[str, ...] = ()
    """Fault reports by keypad that open this type."""
    ivr_key: str = Field(default="", pattern=r"^[1-9]?$")
    """The key of its fault report; none: in the order of the list of faults."""
    request: str = Field(default="", pattern=_NAMED)
    """The kind of request that is made instead: no such order is ever opened."""
    follow_ups: tuple[FollowUp, ...] = Field(default=(), max_length=10)
    fees: tuple[FeeLine, ...] = Field(default=(), max_length=40)
    closed_hours: tuple[ClosedHours, ...] = Field(default=(), max_length=10)
    print_form: str = Field(default="", pattern=_NAMED)
    """How it is printed; none: ``order``."""
    survey: str = Field(default="", pattern=_NAMED)
    """The questionnaire of its return visit; none: that of the campaign."""


class WorkOrderTypes(BaseModel):
    """All types with the flows they follow. An order finishes under the version it began under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flows: Mapping[str, tuple[Step, ...]] = Field(min_length=1)
    teams: Mapping[str, LocalizedText]
    calendars: Mapping[str, WorkCalendar] = Field(default_factory=dict, max_length=50)
    chains: Mapping[str, tuple[Rung, ...]] = Field(default_factory=dict, max_length=50)
    dictionaries: Mapping[str, tuple[Option, ...]] = Field(default_factory=dict, max_length=50)
    """Lists of values that the choices of several types share."""
    print_forms: Mapping[str, PrintForm] = Field(default_factory=dict, max_length=20)
    types: tuple[WorkOrderType, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _choices_know_their_options(self) -> "WorkOrderTypes":
        """A field that names a dictionary carries its values."""
        types = tuple(_with_options(one, self.dictionaries) for one in self.types)
        return self.model_copy(update={"types": types}) if types != self.types else self

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

    def staying_home(self) -> frozenset[str]:
        """Types with which nobody goes anywhere: no step of theirs is on site."""
        stay = {name for name, steps in self.flows.items() if not any(map(_on_site, steps))}
        return frozenset(one.code for one in self.types if one.flow in stay)

    def limit(self, code: str, urgency: str) -> Limit:
        """How fast an order of this type and urgency is done."""
        kind = self.type(code)
        own = next((limit for key, limit in kind.limits.items() if key == urgency), None)
        return own or Limit(
            respond_minutes=kind.respond_minutes,
            arrive_minutes=kind.arrive_minutes,
            complete_minutes=kind.complete_minutes,
            calendar=kind.calendar,
        )

    def chain(self, code: str) -> tuple[Rung, ...]:
        """Who watches over late orders of this type, one after the other."""
        return self.chains.get(self.type(code).chain or "default", ())

    def print_form(self, type_code: str) -> PrintForm | None:
        """How orders of this type are printed, if the company says."""
        return self.print_forms.get(self.type(type_code).print_form or "order")

    def first_step(self, type_code: str) -> Step:
        """Where an order begins."""
        return self.flows[self.type(type_code).flow][0]


def _on_site(step: Step) -> bool:
    return step.stage == "on_site"


def _with_options(
    kind: WorkOrderType, dictionaries: Mapping[str, tuple[Option, ...]]
) -> WorkOrderType:
    fields = tuple(
        field.model_copy(update={"options": dictionaries[field.dictionary]})
        if field.dictionary in dictionaries
        else field
        for field in kind.fields
    )
    return kind.model_copy(update={"fields": fields}) if fields != kind.fields else kind
