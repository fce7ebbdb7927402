"""The books of the CRM. Every answer is one short unit of work with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.billing import queries as billing
from crm.billing import readings
from crm.callbacks import service as callbacks
from crm.callbacks.rules import callable_from, ordinary
from crm.catalog import service as catalog
from crm.context import service as contexts
from crm.customers import identify as customers
from crm.customers import identity
from crm.interactions.estimate import estimate, whole_minutes
from crm.outages import service as outages
from crm.outages.models import Outage
from crm.sense import service as sense
from crm.work_orders import queries as orders
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from ivr.flows import crm_requests as requests
from ivr.flows.books import (
    Account,
    Arrears,
    Bill,
    CallbackWish,
    Caller,
    CallWish,
    Context,
    Fault,
    Identification,
    Meter,
    OrderState,
    Promise,
    Proof,
    Reading,
    Suspension,
    SuspensionRequest,
    Taken,
    Verdict,
)
from ivr.flows.books import OutageNews as News
from ivr.say import Language
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Invalid
from mainline.phone import normalise
from mainline.text import LocalizedText

ANSWER_S: Final = 1.5
"""A caller waits in silence meanwhile."""


class CrmBooks:
    """Implements :class:`ivr.flows.books.Books`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._area_code = settings.home_area_code
        self._zone = settings.zone
        self._wrapup_s = settings.wrapup_s

    async def identify(self, ani: str) -> Identification:
        """Whose number this is."""
        async with self._reading() as session:
            found = await customers.identify(session, ani, area_code=self._area_code)
        return Identification(
            tuple(_caller(candidate) for candidate in found.candidates),
            withheld=found.how == "withheld",
            restricted=found.barred,
        )

    async def by_account(self, number: str) -> Caller | None:
        """The customer with this account number."""
        async with self._reading() as session:
            found = await customers.by_account_number(session, number)
        return _caller(found) if found else None

    async def prove(self, customer_id: int, *, account_tail: str, fact: str, ani: str) -> Proof:
        """Hold what a caller keyed in against the customer."""
        async with self._writing() as session:
            return await identity.prove(
                session,
                customer_id,
                account_tail=account_tail,
                fact=fact,
                calling_from=normalise(ani, area_code=self._area_code).number,
            )

    async def arrears(self, account_id: int) -> Arrears:
        """What is owed now."""
        async with self._reading() as session:
            owed = await billing.arrears(session, account_id, today=self._today())
        return Arrears(owed.total_fen, owed.bills)

    async def last_bill(self, account_id: int) -> Bill | None:
        """The newest bill."""
        async with self._reading() as session:
            bill = await billing.last_bill(session, account_id)
        if bill is None:
            return None
        return Bill(bill.amount_fen, bill.issued_on, bill.due_on, bill.amount_fen - bill.paid_fen)

    async def outages(self, premise_id: int) -> list[News]:
        """Running and announced interruptions at the address."""
        async with self._reading() as session:
            return [_news(outage) for outage in await outages.for_premise(session, premise_id)]

    async def branch(self, premise_id: int) -> str:
        """The branch that serves the address."""
        async with self._reading() as session:
            return await areas.branch_of(session, premise_id) or ""

    async def call_when_over(self, wish: CallWish) -> bool:
        """Have this number called when the outage is over."""
        async with self._writing() as session:
            try:
                await sense.call_when_over(
                    session,
                    wish.outage_id,
                    number=wish.ani,
                    language=wish.language,
                    customer_id=wish.customer_id,
                    call_id=wish.call_id,
                    area_code=self._area_code,
                )
            except Invalid:
                return False
        return True

    async def open_orders(self, customer_id: int) -> list[OrderState]:
        """The customer's unfinished work orders."""
        async with self._reading() as session:
            found = await orders.open_of_customers(session, [customer_id])
            return [await _state(session, order) for order in found]

    async def context(
        self,
        call_id: str,
        ani: str,
        caller: Caller | None,
        accounts: Sequence[Account],
        *,
        private: bool,
    ) -> Context | None:
        """Why this caller probably calls."""
        who = contexts.Who(
            call_id,
            caller.customer_id if caller else None,
            normalise(ani, area_code=self._area_code).number,
            [one.account_id for one in accounts],
            [one.premise_id for one in accounts],
        )
        async with self._reading() as session:
            found = await contexts.context(
                session,
                who,
                at=now(),
                today=self._today(),
                private=private,
                wrapup_s=self._wrapup_s,
            )
            order = await _state(session, found.order) if found and found.order else None
        return _context(found, order, self._zone) if found else None

    async def fault_keys(self) -> dict[str, str]:
        """Fault and key, as the types of work orders say."""
        async with self._reading() as session:
            types = (await catalog.work_order_types(session)).body.types
        return {fault: one.ivr_key for one in types if one.ivr_key for fault in one.faults[:1]}

    async def report_fault(self, fault: Fault) -> str:
        """Open a work order and return its number."""
        number = normalise(fault.ani, area_code=self._area_code).number
        async with self._writing() as session:
            order = await work_orders.open_for_fault(
                session,
                fault=fault.fault,
                call_id=fault.call_id,
                customer_id=fault.customer_id,
                account_id=fault.account.account_id if fault.account else None,
                contact=number or "",
                zone=self._zone,
                at=fault.began_at,
            )
            return order.number

    async def meters(self, account_id: int) -> list[Meter]:
        """The meters of an account."""
        async with self._reading() as session:
            return await requests.meters_of(session, account_id)

    async def judge_reading(self, meter_id: int, value: int) -> Verdict:
        """Whether the meter may show this today."""
        async with self._reading() as session:
            return await readings.verdict(session, meter_id, value, self._zone)

    async def take_reading(self, reading: Reading) -> Taken:
        """Keep a reading, once a call and meter."""
        async with self._writing() as session:
            return await requests.take_reading(
                session, reading, self._contact(reading.ani), self._zone
            )

    async def suspension(self, account_id: int) -> Suspension | None:
        """What may be requested for the account's heating."""
        async with self._reading() as session:
            return await requests.suspension_of(session, account_id, self._today())

    async def request_suspension(self, request: SuspensionRequest) -> str:
        """Make the request, or join the open one."""
        async with self._writing() as session:
            return await requests.request_suspension(session, request, self._zone)

    def _contact(self, ani: str) -> str:
        return normalise(ani, area_code=self._area_code).number or ""

    async def callable_number(self, raw: str) -> str:
        """The number in its normal form if it can be called back."""
        number = normalise(raw, area_code=self._area_code).number or ""
        return number if ordinary(number) else ""

    async def ask_callback(self, wish: CallbackWish) -> Promise | None:
        """Promise it for when customers may be called; None when too many wait already."""
        try:
            async with self._writing() as session:
                there = await callbacks.promised(session, wish.number, wish.customer_id)
                again = there is not None
                body = await callbacks.rules(session)
                due_at = callable_from(body, wish.due_at, self._zone)
                row = await callbacks.ask(session, **{**asdict(wish), "due_at": due_at})
                return Promise(row.due_at, again=again)
        except (callbacks.TooManyCallbacks, callbacks.NotCallable):
            return None

    async def wait_minutes(self, queue: str, *, priority: int, since: datetime) -> int | None:
        """How long who has that place will wait."""
        async with self._reading() as session:
            seconds = await estimate(session, queue, priority=priority, since=since)
        return None if seconds is None else whole_minutes(seconds)

    def _today(self) -> date:
        return now().astimezone(self._zone).date()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncSession]:
        async with asyncio.timeout(ANSWER_S), self._database.reading() as session:
            yield session

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        async with asyncio.timeout(ANSWER_S), self._database.unit_of_work() as session:
            yield session


def _context(found: contexts.Context, order: OrderState | None, zone: ZoneInfo) -> Context:
    repeat, visit = found.likely.repeat, found.visit
    return Context(
        found.likely.kind,
        key=found.key,
        news=_news(found.outage) if found.outage else None,
        order=order,
        visit=(visit.starts_at.astimezone(zone), visit.ends_at.astimezone(zone)) if visit else None,
        overdue_fen=found.overdue_fen,
        calls=repeat.calls if repeat else 0,
        matter=repeat.reason if repeat else "",
        agent=found.agent,
        wait_s=found.wait_s,
        priority=found.priority,
        escalated=found.escalated,
    )


def _caller(candidate: customers.Candidate) -> Caller:
    language: Language | None = None
    if candidate.language in {"zh", "en"}:
        language = "en" if candidate.language == "en" else "zh"
    return Caller(
        candidate.customer_id,
        language,
        restricted=candidate.restricted,
        priority=candidate.priority,
        confirmed=candidate.confirmed,
        customer_class=candidate.customer_class,
        accounts=tuple(
            Account(one.account_id, one.number, one.premise_id, one.address_zh, one.address_en)
            for one in candidate.accounts
        ),
    )


async def _state(session: AsyncSession, order: WorkOrder) -> OrderState:
    types = (await catalog.work_order_types(session, order.type_version)).body
    return OrderState(
        order.number,
        types.type(order.type_code).name,
        types.step(order.type_code, order.step).stage,
        order.opened_at,
        order.due_complete_at if order.due_complete_at > now() else None,
    )


def _news(outage: Outage) -> News:
    zh, en = outage.text_zh.strip(), outage.text_en.strip()
    return News(
        planned=outage.kind == "planned",
        starts_at=outage.began_at,
        ends_at=outage.expected_end_at,
        spoken=LocalizedText(zh=zh, en=en) if zh and en else None,
        outage_id=outage.id,
    )
