"""PostgreSQL: who tells of one thing after another and who asks for one of them never deadlock.

A reader has told a fact and goes on to what somebody else has just asked for. That one waits for
the reader, and must not hold meanwhile what the reader comes to next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service as callbacks
from crm.catalog import service as catalog
from crm.promises import service as promises
from crm.work_orders import queries
from crm.work_orders import service as orders
from crm.work_orders.flow import NotPossible
from crm.work_orders.noting import note
from crm.work_orders.parts import together
from crm.work_orders.subscribers import CONSUMERS, PARTS
from mainline.clock import now
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.journal import Event, append, consume
from mainline.journal.floor_events import AgentReady
from tests.support.clock import StandingClock
from tests.support.postgres import until_somebody_waits

pytestmark = pytest.mark.postgres
ZONE = ZoneInfo("Asia/Shanghai")
WANG = "13800008001"
FIRST, SECOND, THIRD, FOURTH = (f"20261123-000{number}" for number in (1, 2, 3, 4))
Act = Callable[[AsyncSession], Awaitable[object]]


async def leak(session: AsyncSession, key: str) -> None:
    await orders.open_work_order(
        session, type_code="leak", key=key, by="8001", source="ivr", contact=WANG, zone=ZONE
    )


@pytest.fixture
async def town(postgres_database: Database, clock: StandingClock) -> Database:
    """Four leaks, a promise about the first, and a call-back."""
    async with postgres_database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        for key in "abcd":
            await leak(session, key)
        await promises.make(
            session, key="p", what="come", source="agent", by="8001", order_number=FIRST,
            due_at=clock.at + timedelta(hours=1),
        )  # fmt: skip
        await callbacks.ask(session, number=WANG, source="agent")
    return postgres_database


async def refusal(database: Database, act: Act) -> str:
    """What somebody is told who asks for it."""
    try:
        async with database.unit_of_work() as session:
            await act(session)
    except MainlineError as refused:
        return refused.code
    return "done"


async def supervised(session: AsyncSession) -> None:
    await orders.move(session, FIRST, "reassign", by="8001", to="repair", note="why")


async def noted(session: AsyncSession) -> None:
    order = await orders.by_number(session, FIRST)
    order.summary += "!"
    await note(session, order, "seen", by="reader")


async def opened_by_request(session: AsyncSession) -> None:
    await leak(session, "request")


async def opened_by_reader(session: AsyncSession) -> None:
    await leak(session, "reader")


async def kept(session: AsyncSession) -> None:
    await promises.keep(session, 1, by="8001")


async def kept_by_reader(session: AsyncSession) -> None:
    await promises.end(session, (await promises.of_order(session, 1))[0], "kept", at=now())
    await session.flush()


async def cancelled(session: AsyncSession) -> None:
    await callbacks.cancel(session, 1, by="8001")


async def asked_again_by_reader(session: AsyncSession) -> None:
    await callbacks.ask(session, number=WANG, source="promise", reason="late")


@pytest.mark.parametrize(
    ("reader", "asked", "outcome"),
    [
        (noted, supervised, "done"),
        (opened_by_reader, opened_by_request, "done"),
        (kept_by_reader, kept, "promise-over"),
        (asked_again_by_reader, cancelled, "done"),
    ],
)
async def test_who_waits_to_tell_holds_nothing_that_who_tells_comes_to(
    town: Database, reader: Act, asked: Act, outcome: str
) -> None:
    has_told = asyncio.Event()

    async def read() -> None:
        async with town.unit_of_work() as session:
            await append(session, AgentReady(subject="agent:8001"))
            has_told.set()
            await until_somebody_waits(town)
            await reader(session)

    async def ask() -> str:
        await has_told.wait()
        return await refusal(town, asked)

    _nothing, told = await asyncio.gather(read(), ask())
    assert told == outcome


async def test_a_part_that_is_closed_with_the_whole_and_asked_for_at_once_is_refused_in_words(
    town: Database,
) -> None:
    """The readers' batch closes two parts; somebody does something with the second meanwhile."""
    async with town.unit_of_work() as session:
        for whole, part in ((FIRST, SECOND), (THIRD, FOURTH)):
            await together(session, whole, part, by="8001")
    for number in (FIRST, THIRD):
        for action in ("assign", "accept", "arrive", "complete", "close"):
            async with town.unit_of_work() as session:
                await orders.move(session, number, action, by="crew", note="ok")
    first_is_told = asyncio.Event()

    async def follow(session: AsyncSession, event: Event) -> None:
        await CONSUMERS[PARTS][event.kind](session, event)
        second = await orders.by_number(session, SECOND)
        if second.closed_at is not None and not first_is_told.is_set():
            first_is_told.set()
            await until_somebody_waits(town)

    async def assign(session: AsyncSession) -> None:
        await orders.move(session, FOURTH, "assign", by="8001", to="repair")

    async def ask() -> str:
        await first_is_told.wait()
        return await refusal(town, assign)

    readers = dict.fromkeys(CONSUMERS[PARTS], follow)
    reading = consume(town, consumer=PARTS, handlers=readers)
    taken, told = await asyncio.gather(reading, ask())
    assert (taken, told) == (10, NotPossible.code)
    async with town.reading() as session:
        lines = [[one.action for one in await queries.moves(session, n)] for n in (2, 4)]
    assert [each.count("follow") for each in lines] == [1, 1]
