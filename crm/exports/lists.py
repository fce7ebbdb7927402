"""The lists that can be exported, as rows of text that their reader may see."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers import queries as customers
from crm.customers.models import Customer
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction
from crm.work_orders.models import WorkOrder
from mainline.i18n import Text
from mainline.masking import Eyes
from mainline.permissions import Permission

What = Literal["customers", "orders", "calls"]
CHUNK: Final = 200
FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""No list reaches further."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them: those that began, or were made, in this time; None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    customer_class: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """A list: who may see it at all, its columns, which rows, and each row in words."""

    permission: Permission
    head: Sequence[Text]
    ids: Callable[[Wanted], Select[Any]]
    rows: Callable[[AsyncSession, Sequence[Any], Eyes, ZoneInfo], Awaitable[list[list[str]]]]


def _within(moment: Any, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield moment >= wanted.since
    if wanted.until is not None:
        yield moment < wanted.until


def _customer_ids(wanted: Wanted) -> Select[Any]:
    there = select(Customer.id).where(
        Customer.merged_into_id.is_(None), *_within(Customer.created_at, wanted)
    )
    if wanted.customer_class:
        there = there.where(Customer.customer_class == wanted.customer_class)
    return there.order_by(Customer.id)


async def _customers(
    session: AsyncSession, ids: Sequence[Any], sees: Eyes, _zone: ZoneInfo
) -> list[list[str]]:
    return [
        [
            str(view.customer.id),
            sees.name(view.customer.name),
            view.customer.customer_class,
            " ".join(sees.number(phone.number) for phone in view.phones),
            " ".join(account.number for account in view.accounts),
            "；".join(sees.address(account.address_zh) for account in view.accounts),
        ]
        for view in await customers.views(session, ids)
    ]


def _order_ids(wanted: Wanted) -> Select[Any]:
    there = select(WorkOrder.id).where(*_within(WorkOrder.opened_at, wanted))
    return there.order_by(WorkOrder.id)


async def _orders(
    session: AsyncSession, ids: Sequence[Any], sees: Eyes, zone: ZoneInfo
) -> list[list[str]]:
    found = select(WorkOrder).where(WorkOrder.id.in_(ids)).order_by(WorkOrder.id)
    return [
        [
            order.number,
            order.type_code,
            order.step,
            order.urgency,
            order.owner,
            sees.number(order.contact),
            sees.text(order.summary),
            _local(order.opened_at, zone),
            _local(order.due_complete_at, zone),
            _local(order.closed_at, zone),
        ]
        for order in await session.scalars(found)
    ]


def _call_ids(wanted: Wanted) -> Select[Any]:
    there = select(Interaction.id).where(*_within(Interaction.began_at, wanted))
    return there.order_by(Interaction.began_at, Interaction.id)


async def _calls(
    session: AsyncSession, ids: Sequence[Any], sees: Eyes, zone: ZoneInfo
) -> list[list[str]]:
    found = select(Interaction).where(Interaction.id.in_(ids))
    order = (Interaction.began_at, Interaction.id)
    calls = (await session.scalars(found.order_by(*order))).all()
    names = await interactions.customer_names(session, calls)
    return [
        [
            call.id,
            _local(call.began_at, zone),
            call.direction,
            sees.number(call.ani),
            sees.name(names.get(call.customer_id or 0, "")),
            call.queue or "",
            call.agent or "",
            call.outcome,
            call.reason or "",
        ]
        for call in calls
    ]


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


LISTS: Final[dict[What, List]] = {
    "customers": List(
        Permission.SEE_CUSTOMERS,
        (Text("Number"), Text("Name"), Text("Class"), Text("Telephone"), Text("Account"),
         Text("Address")),
        _customer_ids,
        _customers,
    ),
    "orders": List(
        Permission.SEE_WORK_ORDERS,
        (Text("Number"), Text("Type"), Text("Step"), Text("Urgency"), Text("Owner"),
         Text("Telephone"), Text("Summary"), Text("Opened"), Text("Due"), Text("Closed at")),
        _order_ids,
        _orders,
    ),
    "calls": List(
        Permission.SEE_CALLS,
        (Text("Number"), Text("Began at"), Text("Direction"), Text("Telephone"), Text("Name"),
         Text("Queue"), Text("Agent"), Text("Outcome"), Text("Reason")),
        _call_ids,
        _calls,
    ),
}  # fmt: skip
