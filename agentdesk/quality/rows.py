"""Calls as a person may see them: names looked up, masks on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer
from crm.interactions.models import Interaction
from crm.staff.models import User
from mainline.masking import Eyes
from recordings.models import CALL, Recording


@dataclass(frozen=True, slots=True)
class Row:
    """One call with what belongs to it."""

    call: Interaction
    number: str
    customer: str
    agent: str
    recording: Recording | None


async def rows_of(session: AsyncSession, calls: Sequence[Interaction], sees: Eyes) -> list[Row]:
    """The calls with names and recordings, in three statements however many they are."""
    customers = await _customers(session, [call.customer_id for call in calls])
    names = await _agents(session, [call.agent for call in calls])
    heard = await _recordings(session, [call.id for call in calls])
    return [
        Row(
            call=call,
            number=sees.number(call.ani),
            customer=sees.name(customers.get(call.customer_id or 0, "")),
            agent=names.get(call.agent or "", ""),
            recording=heard.get(call.id),
        )
        for call in calls
    ]


async def _customers(session: AsyncSession, ids: Sequence[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each is not None}
    found = await session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(wanted)))
    return {row[0]: row[1] for row in found}


async def _agents(session: AsyncSession, numbers: Sequence[str | None]) -> dict[str, str]:
    wanted = {each for each in numbers if each}
    found = await session.execute(
        select(User.agent_number, User.name).where(User.agent_number.in_(wanted))
    )
    return {row[0] or "": row[1] for row in found}


async def _recordings(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, Recording]:
    found = await session.scalars(
        select(Recording).where(Recording.call_id.in_(call_ids), Recording.kind == CALL)
    )
    return {row.call_id: row for row in found}
