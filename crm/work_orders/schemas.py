"""What the HTTP API takes and tells about work orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog.fields import FormField, asked_at
from crm.catalog.order_shapes import QUANTITY_MAX
from crm.catalog.work_order_types import Transition, Urgency, WorkOrderType, WorkOrderTypes
from crm.work_orders import clocks
from crm.work_orders.fees import total_fen
from crm.work_orders.handling import Possible
from crm.work_orders.limits import Gauge, gauge
from crm.work_orders.models import WorkOrder, WorkOrderFee, WorkOrderMove
from crm.work_orders.service import NOTE_CHARS_MAX
from mainline.masking import Eyes
from mainline.text import LocalizedText


class WorkOrderOpen(BaseModel):
    """A new order. The same ``key`` never opens a second one."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(max_length=32)
    urgency: Urgency | None = None
    """None: that of the type."""
    key: str = Field(min_length=1, max_length=100)
    customer_id: int | None = None
    account_id: int | None = None
    premise_id: int | None = None
    call_id: str | None = Field(default=None, max_length=64)
    summary: str = Field(default="", max_length=NOTE_CHARS_MAX)
    contact: str = Field(default="", max_length=64)
    fields: dict[str, Any] = Field(default_factory=dict, max_length=40)


class WorkOrderAct(BaseModel):
    """Something done with an order."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(max_length=32)
    note: str = Field(default="", max_length=NOTE_CHARS_MAX)
    to: str = Field(default="", max_length=64)
    """Whom it names: a person, a team, or the number of another order."""
    on_behalf_of: str = Field(default="", max_length=64)
    """Who did it, if somebody else keys it in."""
    fields: dict[str, Any] = Field(default_factory=dict, max_length=40)
    """What is filled in with it, as the type asks."""


class Fees(BaseModel):
    """How many of each fee line."""

    model_config = ConfigDict(extra="forbid")

    quantities: dict[str, Annotated[int, Field(ge=0, le=QUANTITY_MAX)]] = Field(max_length=40)


class WorkOrderRead(BaseModel):
    """An order in a list."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    type_code: str
    type_version: int
    customer_id: int | None
    account_id: int | None
    premise_id: int | None
    call_id: str | None
    call_offset_s: float | None
    source: str
    step: str
    urgency: str
    team: str
    owner: str
    overseer: str
    summary: str
    contact: str
    fields: dict[str, Any]
    opened_at: datetime
    due_respond_at: datetime
    due_arrive_at: datetime | None
    due_complete_at: datetime
    responded_at: datetime | None
    arrived_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    paused_at: datetime | None
    pause_reason: str
    next_limit_at: datetime | None
    escalation: int

    @classmethod
    def of(cls, order: WorkOrder, sees: Eyes) -> "WorkOrderRead":
        """The order as this person may see it."""
        found = cls.model_validate(order)
        return found.model_copy(
            update={
                "contact": sees.number(found.contact),
                **sees.texts(found, "summary", "pause_reason"),
                "fields": sees.fields(found.fields),
            }
        )


class ActionRead(BaseModel):
    """What can be done now."""

    action: str
    label: LocalizedText
    to: str
    note: bool
    hands: bool
    roles: tuple[str, ...] = ()
    """Who may do it; none: everybody who may move orders."""
    fields: tuple[FormField, ...] = ()
    """What is filled in with it."""


class ClockRead(BaseModel):
    """The limit that counts now; ``left_s`` below zero: so much too late."""

    limit: str
    due_at: datetime
    used_s: int
    left_s: int
    paused: bool
    warns: bool
    late: bool

    @classmethod
    def of(cls, gauge: Gauge) -> "ClockRead":
        """In seconds of the order's own time."""
        return cls(
            limit=gauge.limit, due_at=gauge.due_at, used_s=int(gauge.used.total_seconds()),
            left_s=int(gauge.left.total_seconds()), paused=gauge.paused, warns=gauge.warns,
            late=gauge.late,
        )  # fmt: skip


class FeeRead(BaseModel):
    """A fee line."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    label_zh: str
    label_en: str
    quantity: int
    each_fen: int
    amount_fen: int
    by: str
    at: datetime


class MoveRead(BaseModel):
    """One line of the history."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    entered_by: str
    action: str
    target: str
    from_step: str | None
    to_step: str
    note: str

    @classmethod
    def of(cls, move: WorkOrderMove, sees: Eyes) -> "MoveRead":
        """As this person may see it."""
        found = cls.model_validate(move)
        return found.model_copy(update={"note": sees.text(found.note)})


class WorkOrderDetail(WorkOrderRead):
    """An order with its history and what can be done."""

    type_name: LocalizedText
    step_label: LocalizedText
    clock: ClockRead | None
    """None: nothing is to be done any more."""
    actions: list[ActionRead]
    verbs: list[str]
    """What can be done besides the ways of its type."""
    fees: list[FeeRead]
    total_fen: int
    history: list[MoveRead]

    @classmethod
    def told(
        cls,
        order: WorkOrder,
        types: WorkOrderTypes,
        moves: Sequence[WorkOrderMove],
        can: Possible,
        fees: Sequence[WorkOrderFee],
        *,
        at: datetime,
        sees: Eyes,
    ) -> "WorkOrderDetail":
        """Everything about the order that this person may see."""
        clock = gauge(clocks.of_order(order, types), clocks.running(order), at)
        return cls(
            **WorkOrderRead.of(order, sees).model_dump(),
            type_name=types.type(order.type_code).name,
            step_label=types.step(order.type_code, order.step).label,
            clock=ClockRead.of(clock) if clock else None,
            actions=[_action(types.type(order.type_code), one) for one in can.ways],
            verbs=list(can.verbs),
            fees=[FeeRead.model_validate(one) for one in fees],
            total_fen=total_fen(fees),
            history=[MoveRead.of(one, sees) for one in moves],
        )


def _action(kind: WorkOrderType, one: Transition) -> ActionRead:
    return ActionRead(
        action=one.action, label=one.label, to=one.to, note=one.note, hands=one.hands,
        roles=one.roles, fields=asked_at(kind.fields, one.action),
    )  # fmt: skip
