"""What the field page takes and is told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.catalog.fields import OPENING
from crm.catalog.wording import in_words
from crm.catalog.work_order_types import WorkOrderType, WorkOrderTypes
from crm.customers.models import Premise
from crm.field.acting import ActIn
from crm.field.models import FieldAct
from crm.field.rules import FieldRules, for_type
from crm.field.work import Job
from crm.staff.roles import Roles
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.masking import Eyes


class Form(BaseModel):
    """Nothing that we do not know is taken."""

    model_config = ConfigDict(extra="forbid")


class ActsIn(Form):
    """What a device did, in its order."""

    device: str = Field(pattern=r"^[A-Za-z0-9-]{8,40}$")
    acts: list[ActIn] = Field(min_length=1, max_length=50)


class ActRead(BaseModel):
    """What became of an act."""

    key: str
    seq: int
    order: str
    kind: str
    action: str
    note: str
    fields: dict[str, Any]
    at: datetime
    outcome: str
    code: str
    words: dict[str, Any]
    theirs: dict[str, Any]

    @classmethod
    def of(cls, row: FieldAct, number: str, sees: Eyes) -> "ActRead":
        """As it was decided when it came in first, and this person may see it."""
        return cls(
            key=row.key, seq=row.seq, order=number, kind=row.kind, action=row.action,
            note=sees.text(str(row.body.get("note", ""))),
            fields=sees.fields(row.body.get("fields") or {}),
            at=row.acted_at, outcome=row.outcome,
            code=row.code, words=row.words, theirs=sees.fields(row.theirs),
        )  # fmt: skip


class ActsRead(BaseModel):
    """What became of each; ``expected``: the number of the device's next act."""

    results: list[ActRead]
    expected: int


class FixIn(Form):
    """Somebody was there then."""

    at: AwareDatetime
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    accuracy_m: float = Field(default=0, ge=0, le=100_000)


class FixesIn(Form):
    """A piece of a track."""

    fixes: list[FixIn] = Field(min_length=1, max_length=500)


class KeptRead(BaseModel):
    """How many of them were kept."""

    kept: int


class ConsentIn(Form):
    """Whether somebody agrees to be found in working time."""

    agreed: bool


class AttachmentRead(BaseModel):
    """Something attached."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    kind: str
    media_type: str
    size: int
    received: int
    taken_at: datetime
    complete_at: datetime | None


class LineRead(BaseModel):
    """A line of the history."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    action: str
    to_step: str
    note: str

    @classmethod
    def of(cls, line: WorkOrderMove, sees: Eyes) -> "LineRead":
        """As this person may see it."""
        found = cls.model_validate(line)
        return found.model_copy(update={"note": sees.text(found.note)})


class WorkRead(BaseModel):
    """All that somebody needs for a day without a network."""

    at: datetime
    me: str
    agreed: bool
    working: bool
    position_every_s: int
    dispatch_number: str
    """The company's own, to be dialled without a network too; empty when it has none."""
    limits: dict[str, int]
    flows: dict[str, list[dict[str, Any]]]
    """Version and name of a flow to its steps."""
    lists: dict[str, dict[str, list[dict[str, Any]]]]
    """Type to what its orders can be told with."""
    forms: dict[str, dict[str, list[dict[str, Any]]]]
    """Version and type to the fields that it asks for with an act, and its closed hours."""
    roles: list[str]
    role_names: dict[str, dict[str, str]]
    """Of the house's and of the company's own roles, by code."""
    orders: list[dict[str, Any]]


def job(one: Job, sees: Eyes) -> dict[str, Any]:
    """An order for the field page."""
    order, kind = one.order, one.types.type(one.order.type_code)
    place = one.premise
    return {
        "number": order.number, "mine": one.mine, "type": order.type_code,
        "name": kind.name.model_dump(), "flow": flow_name(order, one.types),
        "form": form_name(order), "known": sees.fields(order.fields),
        "step": order.step, "owner": order.owner, "paused": order.paused_at is not None,
        "based_on": {"step": order.step, "owner": order.owner,
                     "paused": order.paused_at is not None},
        "closed": order.closed_at is not None, "urgency": order.urgency,
        "team": order.team, "summary": sees.text(order.summary),
        "customer": sees.name(one.customer),
        "contact": sees.number(order.contact),
        "callable": bool(order.contact) or order.customer_id is not None,
        "address": _address(place, sees) if place else None,
        "point": list(one.point) if one.point else None,
        "visit": [one.visit.starts_at, one.visit.ends_at] if one.visit else None,
        "opened_at": order.opened_at, "due_respond_at": order.due_respond_at,
        "due_complete_at": order.due_complete_at, "responded_at": order.responded_at,
        "fields": filled(order, one.types, sees),
        "history": [LineRead.of(line, sees) for line in one.history],
        "attachments": [AttachmentRead.model_validate(each) for each in one.attachments],
        "conflicts": [ActRead.of(act, order.number, sees) for act in one.conflicts],
    }  # fmt: skip


def _address(place: Premise, sees: Eyes) -> dict[str, str]:
    return {"zh": sees.address(place.address_zh), "en": sees.address(place.address_en)}


def filled(order: WorkOrder, types: WorkOrderTypes, sees: Eyes) -> list[dict[str, Any]]:
    """Label and value of what was filled in, in words."""
    return [
        {
            "label": field.label.model_dump(),
            "value": {
                "zh": sees.text(in_words(field, value, "zh_CN")),
                "en": sees.text(in_words(field, value, "en")),
            },
        }
        for field in types.type(order.type_code).fields
        if (value := order.fields.get(field.name)) is not None
    ]


def flow_name(order: WorkOrder, types: WorkOrderTypes) -> str:
    """Which steps it goes, under its own version."""
    return f"{order.type_version}:{types.type(order.type_code).flow}"


def form_name(order: WorkOrder) -> str:
    """What its type asks for, under its own version."""
    return f"{order.type_version}:{order.type_code}"


def form(kind: WorkOrderType) -> dict[str, list[dict[str, Any]]]:
    """What is asked with an act, and when some may not be done."""
    asked = [field for field in kind.fields if field.at != OPENING]
    return {
        "fields": [field.model_dump(mode="json", exclude={"dictionary"}) for field in asked],
        "closed": [each.model_dump(mode="json") for each in kind.closed_hours],
    }


def work(
    jobs: Sequence[Job], rules: FieldRules, *, at: datetime, me: str, agreed: bool, works: bool,
    sees: Eyes, roles: Collection[str], composed: Roles,
) -> WorkRead:  # fmt: skip
    """The whole of it."""
    flows = {
        flow_name(one.order, one.types): [
            step.model_dump(mode="json")
            for step in one.types.flows[one.types.type(one.order.type_code).flow]
        ]
        for one in jobs
    }
    lists = {one.order.type_code: for_type(rules, one.order.type_code) for one in jobs}
    forms = {form_name(one.order): form(one.types.type(one.order.type_code)) for one in jobs}
    return WorkRead(
        at=at, me=me, agreed=agreed, working=works,
        position_every_s=rules.positions.every_s, dispatch_number=rules.dispatch_number,
        limits=rules.attachments.model_dump(),
        flows=flows, lists=lists, forms=forms, roles=sorted(roles),
        role_names={code: composed.named(code).model_dump() for code in composed.rights()},
        orders=[job(one, sees) for one in jobs],
    )  # fmt: skip
