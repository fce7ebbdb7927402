"""What is a request in truth, however it is asked for: by keypad, as an order, or over the API."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import asked_at, checked
from crm.catalog.work_order_types import WorkOrderType
from crm.customers.models import ServiceAccount
from crm.life_cycle import service
from crm.life_cycle.details import Details
from crm.life_cycle.events import RequestAskedAgain, request_subject
from crm.life_cycle.flow import OPEN
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.queries import history, life_cycle
from mainline.journal import append

NO_DETAILS: Final = Details()


async def kind_instead(session: AsyncSession, type_code: str) -> str:
    """The kind of request that is made instead of an order of this type; empty: an order is."""
    return (await catalog.work_order_types(session)).body.type(type_code).request


async def ask_as_order(
    session: AsyncSession, *, type_code: str, key: str, by: str, zone: ZoneInfo,
    account_id: int | None, call_id: str | None, summary: str, fields: Mapping[str, object],
) -> LifeRequest:  # fmt: skip
    """The request that stands for an order of such a type; what was filled in goes along."""
    kind = (await catalog.work_order_types(session)).body.type(type_code)
    values = checked(asked_at(kind.fields), fields)
    body = await life_cycle(session)
    asked = {one.name for one in body.kind(kind.request).fields} if body else set()
    told = Details(fields={name: value for name, value in values.items() if name in asked})
    return await ask_or_join(
        session, kind=kind.request, key=key, by=by, zone=zone, account_id=account_id,
        call_id=call_id, note=_note(kind, summary, values), details=told,
    )  # fmt: skip


def _note(kind: WorkOrderType, summary: str, values: Mapping[str, Any]) -> str:
    labels = {one.name: one.label.zh for one in kind.fields}
    filled = [f"{labels[name]}：{value}" for name, value in values.items() if value]
    return "\n".join(filter(None, [summary.strip(), *filled]))


async def ask_or_join(
    session: AsyncSession, *, kind: str, key: str, by: str, zone: ZoneInfo,
    account_id: int | None, call_id: str | None = None, note: str = "",
    details: Details = NO_DETAILS,
) -> LifeRequest:  # fmt: skip
    """Asked for again, by whatever way, it is the request that is open; that is told there."""
    there = await _open_one(session, kind, account_id)
    if there is None:
        return await service.ask(
            session, kind=kind, key=key, by=by, details=details, zone=zone,
            account_id=account_id, call_id=call_id, note=note,
        )  # fmt: skip
    told = await history(session, there.number)
    if there.key != key and all(getattr(one, "key", "") != key for one in told):
        await append(session, RequestAskedAgain(
            subject=request_subject(there.number), number=there.number, by=by, key=key,
            call_id=call_id, note=note,
        ))  # fmt: skip
    return there


async def _open_one(session: AsyncSession, kind: str, account_id: int | None) -> LifeRequest | None:
    """The account is locked: of two who ask at once, the second finds the first one's."""
    if account_id is None:
        return None
    account = select(ServiceAccount.id).where(ServiceAccount.id == account_id)
    await session.execute(account.with_for_update())
    wanted = select(LifeRequest).where(
        LifeRequest.account_id == account_id, LifeRequest.kind == kind,
        LifeRequest.state.in_(OPEN),
    )  # fmt: skip
    found: LifeRequest | None = await session.scalar(wanted)
    return found
