"""Several orders about one matter: who was first leads until all is closed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.catalog import service as catalog
from crm.work_orders import flow, limiting, parts, queries, service
from crm.work_orders.handling import handle, possible
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, SECOND, THIRD = "20261123-0001", "20261123-0002", "20261123-0003"


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """The heating catalog, and three leaks, a minute apart."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        for key in ("a", "b", "c"):
            await service.open_work_order(
                session, type_code="leak", key=key, by="8001", source="ivr", zone=ZONE
            )
            clock.forward(minutes=1)
    return database


async def act(database: Database, number: str, *actions: str, **more: str) -> WorkOrder:
    for action in actions:
        async with database.unit_of_work() as session:
            order = await handle(session, number, action, entered_by="8001", **more)
    await take_in(database, consumer="parts of orders")
    return order


async def refused(database: Database, number: str, action: str, **more: str) -> str:
    with pytest.raises(MainlineError) as caught:
        await act(database, number, action, **more)
    return caught.value.code


async def order(database: Database, number: str) -> WorkOrder:
    async with database.reading() as session:
        return await service.by_number(session, number)


async def test_who_took_the_matter_on_first_leads_whoever_is_joined_to_whom(
    town: Database, clock: StandingClock
) -> None:
    await act(town, SECOND, "assign")
    clock.forward(minutes=1)
    await act(town, FIRST, "assign")
    await act(town, SECOND, "join", to=FIRST)
    leader, part = await order(town, SECOND), await order(town, FIRST)
    assert (leader.parent_id, part.parent_id) == (None, leader.id)
    await act(town, THIRD, "join", to=SECOND)
    assert (await order(town, THIRD)).parent_id == leader.id
    assert await refused(town, FIRST, "join", to=THIRD) == "led"
    assert await refused(town, FIRST, "join", to=FIRST) == "nothing-changes"
    assert await refused(town, FIRST, "join", to="20200101-0001") == "not-found"


async def test_parts_are_closed_by_who_leads_and_not_by_themselves(town: Database) -> None:
    await act(town, FIRST, "join", to=SECOND)
    await act(town, SECOND, "assign", "accept", "arrive", "complete", note="ok")
    assert await refused(town, SECOND, "close") == "led"
    assert (await order(town, SECOND)).closed_at is None
    await act(town, FIRST, "assign", "accept", "arrive", "complete", "close", note="ok")
    closed = await order(town, SECOND)
    assert (closed.step, closed.closed_at is not None) == ("closed", True)


async def test_a_part_whose_whole_was_closed_in_time_breaks_no_limit_however_late_that_is_read(
    town: Database, clock: StandingClock
) -> None:
    await act(town, FIRST, "join", to=SECOND)
    for action in ("assign", "accept", "arrive", "complete", "close"):
        async with town.unit_of_work() as session:
            await handle(session, FIRST, action, entered_by="8001", note="ok")
    clock.forward(days=3)
    assert await limiting.run_out(town, clock.at) == 1
    assert (await order(town, SECOND)).limits_told == []
    assert "respond:overdue" in (await order(town, THIRD)).limits_told
    await take_in(town, consumer="parts of orders")
    assert (await order(town, SECOND)).step == "closed"
    assert await limiting.run_out(town, clock.at) == 0
    assert (await order(town, SECOND)).limits_told == []


async def test_a_second_team_gets_a_part_of_its_own_and_the_first_leads_on(
    town: Database, clock: StandingClock
) -> None:
    await act(town, FIRST, "assign", "accept")
    before = await order(town, FIRST)
    clock.forward(minutes=5)
    assert await refused(town, FIRST, "second_dispatch", to="8001", note="why") == "somebody-needed"
    await act(town, FIRST, "second_dispatch", to="repair", note="the pavement is to be opened")
    after = await order(town, FIRST)
    assert (after.step, after.owner, after.due_complete_at) == (
        *(before.step, before.owner, before.due_complete_at),
    )
    async with town.reading() as session:
        (part,) = await parts.parts(session, after)
        lines = await queries.moves(session, after.id)
    assert (part.team, part.owner, part.source, part.step) == ("repair", "repair", "order", "new")
    assert part.due_respond_at == clock.at + timedelta(minutes=30)
    assert (lines[-1].action, lines[-1].target) == ("second_dispatch", "repair")
    await act(town, FIRST, "arrive", "complete", note="ok")
    assert await refused(town, FIRST, "close") == "parts-open"
    await act(town, part.number, "assign", "accept", "arrive", "complete", note="ok")
    await act(town, FIRST, "close")
    assert (await order(town, part.number)).closed_at is not None


async def test_nobody_can_do_what_only_the_system_does(town: Database) -> None:
    for action in ("follow", "escalate", "part", "open", "warn", "overdue"):
        assert await refused(town, FIRST, action, note="x", to="care") == "invalid"
    async with town.unit_of_work() as session:
        for action in ("join", "second_dispatch", "urge"):
            with pytest.raises(Invalid):
                await service.move(session, FIRST, action, by="8001", note="x")
    async with town.reading() as session:
        assert [one.action for one in await queries.moves(session, 1)] == ["open"]


async def test_a_person_who_does_not_exist_is_refused(town: Database) -> None:
    for more in ({"to": "nobody"}, {"on_behalf_of": "nobody"}):
        assert await refused(town, FIRST, "assign", **more) == flow.SomebodyNeeded.code
    assert (await order(town, FIRST)).step == "new"


async def test_only_what_can_be_done_is_offered(town: Database) -> None:
    await act(town, FIRST, "pause", note="waits for parts")
    async with town.reading() as session:
        can = await possible(session, await service.by_number(session, FIRST))
    assert can.ways == ()
    assert can.verbs == ("reassign", "second_dispatch", "supervise", "urge", "resume", "join")
