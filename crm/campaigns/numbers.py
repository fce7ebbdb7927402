"""Numbers: which one of a customer's we call, and which we never call."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.rules import ordinary
from crm.campaigns.events import DoNotCallChanged
from crm.campaigns.models import CampaignTask, DoNotCall
from crm.customers.merged import merged_into
from crm.customers.models import CustomerPhone
from crm.work_orders.models import WorkOrder
from mainline.acting import because
from mainline.errors import Invalid, NotFound
from mainline.journal import append
from mainline.phone import normalise

Source = Literal["key", "page", "api", "import"]
IMPORT_LINES_MAX: Final = 5000


@dataclass(slots=True)
class Imported:
    """What became of a list: ``wrong`` are line numbers, from 1."""

    added: int = 0
    known: int = 0
    wrong: list[int] = field(default_factory=list)


async def of_customers(session: AsyncSession, ids: Iterable[int]) -> dict[int, str]:
    """The number of each customer that we call: the first ordinary one, a mobile if there is.

    Only numbers known to be theirs: what is said there may be nobody else's business. Whoever was
    merged is called by the numbers of the one who is kept.
    """
    wanted = list(ids)
    now_are = await merged_into(session, wanted)
    rows = await session.scalars(
        select(CustomerPhone)
        .where(CustomerPhone.customer_id.in_({now_are.get(one, one) for one in wanted}))
        .where(CustomerPhone.confirmed, CustomerPhone.ended_at.is_(None))
        .order_by(CustomerPhone.id.desc())
    )
    found: dict[int, str] = {}
    for row in rows:
        if ordinary(row.number) and (row.number[0] == "1" or row.customer_id not in found):
            found[row.customer_id] = row.number
    known = ((one, found.get(now_are.get(one, one), "")) for one in wanted)
    return {one: number for one, number in known if number}


async def of_order(session: AsyncSession, order: WorkOrder, *, area_code: str = "") -> str:
    """The number to call about an order: its contact's, else the customer's; empty: none."""
    contact = normalise(order.contact, area_code=area_code).number or ""
    if ordinary(contact) or order.customer_id is None:
        return contact if ordinary(contact) else ""
    return (await of_customers(session, [order.customer_id])).get(order.customer_id, "")


async def is_barred(session: AsyncSession, number: str) -> bool:
    """Whether we never call this number by ourselves."""
    return await session.scalar(select(DoNotCall.id).where(DoNotCall.number == number)) is not None


async def barred(session: AsyncSession, *, limit: int = 200, after: int = 0) -> list[DoNotCall]:
    """The list, page by page."""
    wanted = select(DoNotCall).where(DoNotCall.id > after).order_by(DoNotCall.id).limit(limit)
    return list(await session.scalars(wanted))


async def bar(
    session: AsyncSession,
    raw: str,
    *,
    source: Source,
    by: str,
    reason: str = "",
    area_code: str = "",
) -> tuple[DoNotCall, bool]:
    """Never call this number again; whether it is new on the list. What waits for it is dropped."""
    number = normalise(raw, area_code=area_code).number
    if number is None:
        raise Invalid("number")
    row = await session.scalar(select(DoNotCall).where(DoNotCall.number == number))
    if row is not None:
        return row, False
    because(session, reason)
    row = DoNotCall(number=number, source=source, reason=reason.strip()[:200], by=by[:64])
    session.add(row)
    await session.flush()
    waiting = CampaignTask.number == number, CampaignTask.state.in_(("waiting", "leased"))
    await session.execute(update(CampaignTask).where(*waiting).values(state="barred"))
    await _tell(session, row, listed=True, source=source, by=by)
    return row, True


async def unbar(session: AsyncSession, row_id: int, *, by: str) -> None:
    """The person wants to be called again."""
    row = await session.get(DoNotCall, row_id)
    if row is None:
        raise NotFound("number")
    await session.delete(row)
    await _tell(session, row, listed=False, source=row.source, by=by)


async def import_list(
    session: AsyncSession, text: str, *, by: str, area_code: str = ""
) -> Imported:
    """One number a line, whatever follows a comma is the reason; empty lines and # do not count."""
    lines = text.splitlines()
    if len(lines) > IMPORT_LINES_MAX:
        raise Invalid(f"lines > {IMPORT_LINES_MAX}")
    found = Imported()
    for place, line in enumerate(lines, start=1):
        raw, _comma, reason = line.partition(",")
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        if normalise(raw, area_code=area_code).number is None:
            found.wrong.append(place)
            continue
        _row, new = await bar(
            session, raw, source="import", by=by, reason=reason, area_code=area_code
        )
        found.added += new
        found.known += not new
    return found


async def _tell(
    session: AsyncSession, row: DoNotCall, *, listed: bool, source: str, by: str
) -> None:
    fact = DoNotCallChanged(subject=f"do_not_call:{row.id}", listed=listed, source=source, by=by)
    await append(session, fact)
