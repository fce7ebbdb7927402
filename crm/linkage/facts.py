"""What the rules see of a fact of the journal, and what it is about."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.events import PaymentReceived
from crm.billing.queries import arrears
from crm.catalog import service as catalog
from crm.customers.models import ServiceAccount
from crm.life_cycle.events import AccountChanged
from crm.linkage.rules import FactName, Linkage, Seen
from crm.work_orders.events import WorkOrderMoved, WorkOrderOpened
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.journal import Event


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact, what it is about, and the key that is its own."""

    seen: Seen
    key: str
    order: WorkOrder | None = None
    account_id: int | None = None
    customer_id: int | None = None
    request: str = ""


async def happening(session: AsyncSession, event: Event, body: Linkage) -> Happening | None:
    """None: no rule could be meant by it."""
    match event:
        case WorkOrderOpened():
            return await _order(session, event, event.number, "order_opened")
        case WorkOrderMoved():
            return await _moved(session, event)
        case AccountChanged():
            return await _changed(session, event)
        case PaymentReceived():
            return await _payment(session, event, body)
        case _:
            return None


async def _changed(session: AsyncSession, event: AccountChanged) -> Happening:
    account = await session.get(ServiceAccount, _account_of(event))
    status = account.status if account else ""
    return Happening(
        Seen("account_changed", effect=event.effect, status=status), _key(event),
        account_id=_account_of(event), customer_id=event.customer_id, request=event.number,
    )  # fmt: skip


async def _moved(session: AsyncSession, event: WorkOrderMoved) -> Happening | None:
    """Done is it once, not again with each step after."""
    order = await _by_number(session, event.number)
    if order is None:
        return None
    types = (await catalog.work_order_types(session, order.type_version)).body
    stages = [types.step(order.type_code, code).stage for code in (event.from_step, event.to_step)]
    if stages[1] != "done" or stages[0] == "done":
        return None
    return await _order(session, event, event.number, "order_done")


async def _order(
    session: AsyncSession, event: Event, number: str, fact: FactName
) -> Happening | None:
    order = await _by_number(session, number)
    if order is None:
        return None
    account = await _account(session, order)
    seen = Seen(
        fact, type=order.type_code, urgency=order.urgency, fields=order.fields,
        by_rule=order.source == "rule", status=account.status if account else "",
    )  # fmt: skip
    account_id = account.id if account else None
    return Happening(seen, _key(event), order, account_id, order.customer_id)


async def _account(session: AsyncSession, order: WorkOrder) -> ServiceAccount | None:
    """The order's, or the only one that is supplied at its place."""
    if order.account_id is not None:
        return await session.get(ServiceAccount, order.account_id)
    if order.premise_id is None:
        return None
    there = select(ServiceAccount).where(
        ServiceAccount.premise_id == order.premise_id, ServiceAccount.status != "closed"
    )
    found = (await session.scalars(there.limit(2))).all()
    return found[0] if len(found) == 1 else None


async def _payment(
    session: AsyncSession, event: PaymentReceived, body: Linkage
) -> Happening | None:
    account = await session.get(ServiceAccount, _account_of(event))
    if account is None:
        return None
    today: date = event.at.astimezone(Settings().zone).date()
    owed = await arrears(session, account.id, today=today)
    last = {
        rule.code: await _last_done(session, account.id, (rule.when.after, rule.then.type))
        for rule in body.rules
        if rule.when.after is not None and rule.then.type is not None
    }
    seen = Seen(
        "payment_received", status=account.status, settled=owed.total_fen == 0, last_done=last
    )
    return Happening(seen, _key(event), account_id=account.id, customer_id=account.customer_id)


async def _last_done(session: AsyncSession, account_id: int, types: tuple[str, str]) -> str:
    newest = (
        select(WorkOrder.type_code)
        .where(WorkOrder.account_id == account_id, WorkOrder.type_code.in_(types))
        .where(WorkOrder.completed_at.is_not(None))
        .order_by(WorkOrder.completed_at.desc(), WorkOrder.id.desc())
    )
    return await session.scalar(newest.limit(1)) or ""


async def _by_number(session: AsyncSession, number: str) -> WorkOrder | None:
    found: WorkOrder | None = await session.scalar(
        select(WorkOrder).where(WorkOrder.number == number)
    )
    return found


def _account_of(event: Event) -> int:
    return int(event.subject.partition(":")[2])


def _key(event: Event) -> str:
    return f"{event.kind}|{event.subject}|{event.at.isoformat()}"
