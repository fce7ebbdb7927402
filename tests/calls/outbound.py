"""Calls that we make, in scenarios: what is due, and what the books say afterwards."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns import at_home, numbers, service
from crm.campaigns.models import CampaignTask
from crm.campaigns.selection import Selection
from crm.campaigns.targets import Target
from crm.customers.models import CustomerPhone, ServiceAccount
from crm.work_orders import queries as orders
from crm.work_orders import service as work_orders
from mainline import definitions
from mainline.clock import now
from tests.calls.expectations import eventually
from tests.calls.instance import Instance
from tests.calls.scenario import PATIENCE_S, WORKER


async def reminder_due(
    instance: Instance, number: str, *, detect: bool = False, leads: bool = False
) -> None:
    """A running campaign of reminders with one person in it."""
    async with instance.database.unit_of_work() as session:
        await _around_the_clock(session, detect=detect)
        account = await _account(session, number)
        campaign = await service.create(
            session, name="reminders", selection=Selection(source="arrears"), by="test", leads=leads
        )
        campaign.state = "running"
        found = Target(f"account:{account.id}", account.customer_id, account.id, number=number)
        assert await service.add(session, campaign, [found], at=now()) == 1


async def visit_planned(instance: Instance, number: str) -> None:
    """An order of this person; somebody will come in two hours."""
    async with instance.database.unit_of_work() as session:
        await _around_the_clock(session)
        account = await _account(session, number)
        order = await work_orders.open_work_order(
            session, type_code="air_vent", key=f"scenario:{number}:{now()}", by="test",
            source="desk", account_id=account.id, contact=number,
        )  # fmt: skip
        begins = now() + timedelta(hours=2)
        await at_home.ask(
            session, order.number, visit_from=begins, visit_until=begins + timedelta(hours=1),
            by="test",
        )  # fmt: skip


async def worker_calls(instance: Instance, number: str) -> None:
    """As a field page would: the order's customer and the worker are to be joined."""
    async with instance.database.unit_of_work() as session:
        account = await _account(session, number)
        order = await work_orders.open_work_order(
            session, type_code="air_vent", key=f"call:{number}:{now()}", by="test",
            source="desk", account_id=account.id, contact=number,
        )  # fmt: skip
        wanted = order.number
    token = (await instance.command("token", "--role", "field")).split()[-1]
    base = f"http://127.0.0.1:{instance.settings.http_port}"
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        answer = await client.post(
            f"/api/work-orders/{wanted}/call", json={"staff_number": WORKER},
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
    assert answer.status_code == 202, answer.text


async def until_task(instance: Instance, number: str, state: str, result: str) -> None:
    """The newest task for this number has come to that."""
    seen: list[tuple[str, str]] = []

    async def holds(session: AsyncSession) -> bool:
        newest = select(CampaignTask).where(CampaignTask.number == number)
        task = await session.scalar(newest.order_by(CampaignTask.id.desc()).limit(1))
        seen[:] = [(task.state, task.result)] if task else []
        return seen == [(state, result)]

    await _until(instance, holds, lambda: f"wanted {state} {result}, the task is {seen}")


async def until_barred(instance: Instance, number: str) -> None:
    """On the do-not-call list."""

    async def holds(session: AsyncSession) -> bool:
        return await numbers.is_barred(session, number)

    await _until(instance, holds, lambda: "the number is not on the list")


async def until_noted(instance: Instance, number: str, action: str) -> None:
    """The person's newest order has such a line in its history."""
    seen: list[str] = []

    async def holds(session: AsyncSession) -> bool:
        account = await _account(session, number)
        found = await orders.open_of_customers(session, [account.customer_id])
        seen[:] = [move.action for move in await orders.moves(session, found[0].id)]
        return action in seen

    await _until(instance, holds, lambda: f"no {action} in {seen}")


async def until_one_visit(instance: Instance, call_id: str) -> None:
    """Exactly one task about this call waits for an agent."""
    seen: list[str] = []

    async def holds(session: AsyncSession) -> bool:
        wanted = select(CampaignTask.state).where(CampaignTask.about_call == call_id)
        seen[:] = (await session.scalars(wanted)).all()
        return seen == ["waiting"]

    await _until(instance, holds, lambda: f"tasks: {seen}")


async def _until(
    instance: Instance,
    holds: Callable[[AsyncSession], Awaitable[bool]],
    words: Callable[[], str],
) -> None:
    async def asked() -> bool:
        async with instance.database.reading() as session:
            return await holds(session)

    await eventually(asked, PATIENCE_S, words)


async def _account(session: AsyncSession, number: str) -> ServiceAccount:
    found = await session.scalar(
        select(ServiceAccount)
        .join(CustomerPhone, CustomerPhone.customer_id == ServiceAccount.customer_id)
        .where(CustomerPhone.number == number)
    )
    assert found is not None
    return found


async def _around_the_clock(session: AsyncSession, *, detect: bool = False) -> None:
    """Tests run at night too."""
    hours = {"begins": "00:00", "ends": "24:00"}
    body = {**service.house()["rules"], **hours, "detect_machine": detect}
    made = await definitions.draft(session, "outbound_rules", "company", body, author="test")
    await definitions.publish(session, "outbound_rules", "company", made.version, by="test")
