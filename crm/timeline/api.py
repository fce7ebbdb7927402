"""``/api/customers/{id}/timeline``: everything that happened with a customer, the newest first."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from crm.customers import queries as customers
from crm.privacy.reading import Reads
from crm.timeline.queries import LIMIT_MAX, PLACE_PARTS, Item, Place, history
from crm.timeline.scope import scope_of
from crm.timeline.sources import KINDS
from mainline.errors import Invalid
from mainline.ids import customer_subject
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, allow, cursor, position

router = APIRouter(
    prefix="/customers", tags=["customers"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)
_TOLD: Final = {
    "call": ("direction", "queue", "agent", "outcome", "reason", "recording_id"),
    "order": ("action", "by", "from_step", "to_step", "note"),
    "appointment": ("day", "slot", "starts_at", "ends_at", "state", "reason"),
    "promise": ("what", "due_at", "state", "owner", "text"),
    "callback": ("queue", "state", "reason", "due_at"),
    "message": ("about", "state", "owner", "due_at", "outcome"),
    "note": ("author", "text"),
    "bill": ("account_id", "period", "amount_fen", "paid_fen", "due_on"),
    "payment": ("account_id", "amount_fen", "channel"),
    "reading": ("meter_id", "value", "source", "state"),
    "outage": ("kind", "text_zh", "text_en", "ended_at", "status"),
    "change": ("by", "action", "table_name", "row_key", "why"),
}
"""What is told of each kind; telephone numbers are not."""


class Happened(BaseModel):
    """Something that happened: when, of which kind, and what is told of it."""

    at: datetime
    kind: str
    key: int | str
    order: str | None
    """The work order's number, where it belongs to one."""
    values: dict[str, Any]

    @classmethod
    def of(cls, item: Item, sees: Eyes) -> "Happened":
        """The item as it is told."""
        values = {name: getattr(item.row, name) for name in _TOLD[item.kind]}
        number = getattr(item.about, "number", None) if item.kind != "reading" else None
        return cls(
            at=item.at, kind=item.kind, key=item.key, order=number, values=sees.fields(values)
        )


@router.get("/{customer_id}/timeline")
async def read_timeline(
    customer_id: int,
    session: ReadSession,
    who: Who,
    reads: Reads,
    config: Config,
    kind: Annotated[list[str] | None, Query(max_length=len(KINDS))] = None,
    as_of: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=300)] = None,
) -> Page[Happened]:
    """The history of a customer; ``as_of``: as it stood at that moment."""
    if not set(kind or ()) <= set(KINDS):
        raise Invalid("kind")
    kept = (await customers.view(session, customer_id)).customer.id
    scope = await scope_of(session, kept, config.zone, as_of)
    before = Place.of(position(after, PLACE_PARTS))
    found = await history(session, scope, kinds=kind or KINDS, limit=limit, before=before)
    await reads.opens(customer_subject(kept))
    more = cursor(*found[-1].place.parts) if len(found) == limit else None
    return Page(items=[Happened.of(each, who.sees) for each in found], next=more)
