"""What an order costs: the fee lines of its type, in whole fen."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.order_shapes import QUANTITY_MAX, FeeLine
from crm.work_orders import service
from crm.work_orders.events import WorkOrderCharged
from crm.work_orders.models import WorkOrder, WorkOrderFee
from crm.work_orders.noting import note
from mainline.clock import now
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.journal import append
from mainline.money import yuan

_OF_ORDER: Final = (
    select(WorkOrderFee)
    .where(WorkOrderFee.work_order_id == bindparam("order"))
    .order_by(WorkOrderFee.id)
)


class FeesClosed(MainlineError):
    """A closed order costs what it cost."""

    code = "fees-closed"
    words = Text("The order is closed: its fees cannot be changed any more.")


async def fees_of(session: AsyncSession, order_id: int) -> Sequence[WorkOrderFee]:
    """The lines of an order, in their order."""
    return (await session.scalars(_OF_ORDER, {"order": order_id})).all()


def total_fen(lines: Sequence[WorkOrderFee]) -> int:
    """What they come to."""
    return sum(line.amount_fen for line in lines)


async def charge(
    session: AsyncSession, number: str, quantities: Mapping[str, int], *, by: str
) -> Sequence[WorkOrderFee]:
    """So many of each line of the type, and nothing else; as the type had it at the opening."""
    order = await service.by_number(session, number, lock=True)
    if order.closed_at is not None:
        raise FeesClosed
    offered = {line.code: line for line in (await service.type_of(session, order)).fees}
    wanted = {code: count for code, count in quantities.items() if count}
    for code, count in wanted.items():
        if code not in offered or not 0 < count <= QUANTITY_MAX:
            raise Invalid(f"fees: {code}")
    await session.execute(delete(WorkOrderFee).where(WorkOrderFee.work_order_id == order.id))
    session.add_all(
        _line(order, line, wanted[code], by) for code, line in offered.items() if code in wanted
    )
    await session.flush()
    lines = await fees_of(session, order.id)
    await _tell(session, order, wanted, total_fen(lines), by)
    return lines


def _line(order: WorkOrder, line: FeeLine, quantity: int, by: str) -> WorkOrderFee:
    return WorkOrderFee(
        work_order_id=order.id, code=line.code, label_zh=line.label.zh, label_en=line.label.en,
        quantity=quantity, each_fen=line.amount_fen, amount_fen=line.amount_fen * quantity,
        at=now(), by=by,
    )  # fmt: skip


async def _tell(
    session: AsyncSession, order: WorkOrder, lines: dict[str, int], total: int, by: str
) -> None:
    await note(session, order, "charge", by=by, text=yuan(total))
    fact = WorkOrderCharged(
        subject=f"work_order:{order.id}", number=order.number, lines=lines, total_fen=total, by=by
    )
    await append(session, fact)
