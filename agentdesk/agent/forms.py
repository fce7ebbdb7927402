"""What the desk's page sends, and how reasons and order types are told to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agentdesk.panels.words import URGENCIES
from crm.catalog.fields import FormField, asked_at
from crm.catalog.reasons import CallReasons
from crm.catalog.work_order_types import WorkOrderTypes
from crm.promises.service import DUE_DAYS_MAX, TEXT_CHARS_MAX, What
from mainline.i18n import Locale, _

CallKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{3,64}$")]
PageId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{8,40}$")]
Target = Annotated[str, StringConstraints(pattern=r"^[+]?[^\W_][\w -]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
OrderNumber = Annotated[str, StringConstraints(pattern=r"^([0-9-]{4,20})?$")]
Values = Annotated[dict[str, str | bool | int | float], Field(max_length=40)]


class Form(BaseModel):
    """Nothing that we do not know."""

    model_config = ConfigDict(extra="forbid")


class PageForm(Form):
    """Which page asks."""

    page: PageId


class PhoneForm(PageForm):
    """A page takes the telephone; ``reloaded``: the same desk, proven before."""

    reloaded: bool = False


class ProofForm(PageForm):
    """What the checks found."""

    microphone: bool
    socket: bool
    echo: bool


class PauseForm(Form):
    """Why no calls for now."""

    reason: Annotated[str, StringConstraints(max_length=32)]


class CallOutForm(Form):
    """Whom to call: a telephone of a customer, by its id, or a number that was typed."""

    phone_id: int | None = None
    number: Annotated[str, StringConstraints(max_length=30)] = ""
    customer_id: int | None = None


class CallForm(Form):
    """One of the agent's own calls."""

    call_id: CallKey


class TransferForm(CallForm):
    """Where the customer goes; ``back`` matters for the menu."""

    kind: Literal["agent", "team", "queue", "contact", "outside", "menu", "survey"]
    target: Target
    back: Literal["agent", "queue", "end"] = "queue"


class ConferenceForm(CallForm):
    """Who joins, is asked, or takes over."""

    kind: Literal["agent", "contact", "outside"]
    target: Target


class UnparkForm(Form):
    """The slot of a parked customer."""

    slot: int


class LeaderForm(Form):
    """Nothing is to be said: the page carries the call's key to the leader's telephone."""


class SwitchForm(Form):
    """On or off."""

    on: bool


class CandidateForm(Form):
    """The caller is this one of several."""

    call_id: CallKey
    customer_id: int
    account_id: int | None = None


class TheirsForm(Form):
    """The number of the call is this customer's."""

    call_id: CallKey
    customer_id: int = Field(ge=1, le=2**31)


class WrapupEndForm(Form):
    """What the agent does next."""

    call_id: CallKey
    next: Literal["ready", "pause"] = "ready"


class WrapupForm(WrapupEndForm):
    """What the call was about, and what the agent does next."""

    reason: Code
    fields: Values = {}
    notes: Annotated[str, StringConstraints(max_length=2000)] = ""
    customer_id: int | None = None


class OrderForm(Form):
    """A work order from the call. ``key`` makes a second press the same order."""

    key: PageId
    call_id: CallKey | None = None
    customer_id: int | None = None
    account_id: int | None = None
    type: Code
    summary: Annotated[str, StringConstraints(max_length=2000)] = ""
    fields: Values = {}


class PromiseForm(Form):
    """A time that is promised in the talk: so many minutes from now, or typed."""

    key: PageId
    call_id: CallKey | None = None
    customer_id: int | None = Field(default=None, ge=1, le=2**31)
    what: What
    within_min: int | None = Field(default=None, ge=1, le=DUE_DAYS_MAX * 24 * 60)
    due_at: datetime | None = None
    number: Annotated[str, StringConstraints(max_length=30)] = ""
    """Where to call, if not where the call comes from."""
    work_order: OrderNumber = ""
    text: Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX)] = ""


class MatterForm(Form):
    """Something that the agent cannot settle."""

    key: PageId
    call_id: CallKey | None = None
    customer_id: int | None = Field(default=None, ge=1, le=2**31)
    work_order: OrderNumber = ""
    summary: Annotated[str, StringConstraints(max_length=2000)]


def reasons_told(tree: CallReasons, locale: Locale) -> Iterator[dict[str, Any]]:
    """The reasons that can be picked, each with the way to it."""
    for above, reason in tree.all():
        if reason.is_leaf:
            yield {
                "code": reason.code,
                "label": reason.label.to(locale),
                "path": " › ".join(one.label.to(locale) for one in above),
                "fields": fields_told(reason.fields, locale),
                "order_type": reason.work_order,
            }


def types_told(types: WorkOrderTypes, locale: Locale) -> Iterator[dict[str, Any]]:
    """The types of work orders with their fields."""
    for kind in types.types:
        yield {
            "code": kind.code,
            "label": kind.name.to(locale),
            "urgency": _(URGENCIES[kind.urgency]),
            "fields": fields_told(asked_at(kind.fields), locale),
        }


def fields_told(fields: Sequence[FormField], locale: Locale) -> list[dict[str, Any]]:
    """Fields as the page draws them."""
    return [
        {
            "name": field.name,
            "label": f"{field.label.to(locale)} {field.unit}".strip(),
            "kind": "yesno" if field.type == "yes_no" else field.type,
            "required": field.required,
            "options": [
                {"value": option.value, "label": option.label.to(locale)}
                for option in field.options
            ],
        }
        for field in fields
    ]
