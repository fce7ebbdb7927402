"""What people do with an order, whatever it is: a way of its flow, or what every order knows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.work_order_types import Transition
from crm.work_orders import flow, parts, people, service
from crm.work_orders.filling import Filled
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder
from crm.work_orders.urging import urge
from mainline.clock import now


@dataclass(frozen=True, slots=True)
class Possible:
    """What can be done now."""

    ways: tuple[Transition, ...]
    verbs: tuple[str, ...]


async def possible(session: AsyncSession, order: WorkOrder) -> Possible:
    """The ways of its flow that are open, and what every order knows."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    standing = await service.standing_of(session, order, at=now())
    return Possible(*flow.possible(types, order.type_code, standing.state, standing.around))


async def handle(
    session: AsyncSession,
    number: str,
    action: str,
    *,
    entered_by: str,
    on_behalf_of: str = "",
    note: str = "",
    to: str = "",
    fields: Mapping[str, object] | None = None,
    files: Collection[str] | None = None,
    roles: Collection[str] | None = None,
) -> WorkOrder:
    """Do it; who did it and who keyed it in are two facts.

    ``fields``: what is filled in with it; ``files``: those that exist for the order (None: not
    looked at); ``roles``: of who keys it in (None: they may do everything). Who acts for another
    needs no role of theirs: the other has it.
    """
    by, mine = entered_by, roles
    if on_behalf_of.strip():
        by, mine = await people.acting(session, on_behalf_of.strip())
    keyed = entered_by if entered_by != by else ""
    match action:
        case "join":
            await parts.together(session, number, to, by=by, entered_by=keyed)
        case "second_dispatch":
            order = await service.by_number(session, number, lock=True)
            await parts.second_dispatch(
                session, order, Act(action, by, to.strip(), note, keyed), at=now()
            )
        case "urge":
            await _urge(session, number, by, note)
        case _:
            return await service.move(
                session, number, action, by=by, note=note, to=to, entered_by=keyed,
                filled=Filled(fields or {}, files, mine),
            )  # fmt: skip
    return await service.by_number(session, number)


async def _urge(session: AsyncSession, number: str, by: str, note: str) -> None:
    order = await service.by_number(session, number, lock=True)
    if not note.strip():
        raise flow.NoteNeeded
    if not await urge(session, number, by=by, note=note):
        raise flow.NotPossible(order.step, step=number)
