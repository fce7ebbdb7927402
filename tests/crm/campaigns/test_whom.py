"""Whom a campaign calls, and whom never."""

from datetime import datetime

import pytest
from sqlalchemy import select, update

from crm.addresses.models import AddressNode
from crm.campaigns import numbers, service
from crm.campaigns.selection import Selection
from crm.customers.models import CustomerPhone
from crm.outages.service import announce
from mainline.db import Database
from mainline.errors import Invalid
from mainline.journal import entries_after
from tests.crm.campaigning import LI, WANG, ZONE, all_tasks, started


async def test_arrears_find_who_owes_enough_once_with_the_number_to_call(town: Database) -> None:
    await started(town, Selection(source="arrears", least_fen=6000))
    found = await all_tasks(town)
    assert [(one.key, one.number, one.state) for one in found] == [("account:2", LI, "waiting")]


async def test_a_number_that_may_be_somebody_elses_is_not_called(town: Database) -> None:
    async with town.unit_of_work() as session:
        await session.execute(
            update(CustomerPhone).where(CustomerPhone.number == LI).values(confirmed=False)
        )
    await started(town, Selection(source="arrears", least_fen=1))
    assert [task.number for task in await all_tasks(town)] == [WANG]


async def test_a_quota_takes_no_more_and_the_same_people_each_time(town: Database) -> None:
    for _ in range(2):
        await started(town, Selection(source="arrears"), quota=1, seed=4)
    first, second = await all_tasks(town)
    assert first.number == second.number


async def test_an_announcement_finds_everybody_below_the_place(town: Database) -> None:
    async with town.unit_of_work() as session:
        area = await session.scalar(select(AddressNode.id).where(AddressNode.level == "street"))
        outage = await announce(
            session, area_id=area or 0, kind="planned", text_zh="停热", text_en="No heat",
            began_at=datetime(2026, 11, 24, 1, tzinfo=ZONE),
        )  # fmt: skip
        outage_id = outage.id
    await started(town, Selection(source="outage", outage_id=outage_id))
    assert [one.number for one in await all_tasks(town)] == [WANG, LI]


async def test_nobody_on_the_do_not_call_list_is_called(town: Database) -> None:
    async with town.unit_of_work() as session:
        assert (await numbers.bar(session, f"+86 {WANG}", source="page", by="leader"))[1]
        assert not (await numbers.bar(session, WANG, source="api", by="leader"))[1]
    await started(town, Selection(source="arrears"))
    assert [(one.number, one.state) for one in await all_tasks(town)] == [
        (WANG, "barred"), (LI, "waiting"),
    ]  # fmt: skip


async def test_a_list_is_imported_line_by_line_and_bad_lines_are_told(town: Database) -> None:
    text = f"# list\n{WANG},asked us\nnonsense\n\n{WANG}\n02431234567\n"
    async with town.unit_of_work() as session:
        found = await numbers.import_list(session, text, by="leader")
    assert (found.added, found.known, found.wrong) == (2, 1, [3])
    async with town.reading() as session:
        first, *_ = await numbers.barred(session)
        assert (first.number, first.source, first.reason) == (WANG, "import", "asked us")
    with pytest.raises(Invalid):
        async with town.unit_of_work() as session:
            await numbers.import_list(session, "1\n" * 5001, by="leader")


async def test_a_campaign_goes_its_ways_and_no_others(town: Database) -> None:
    number = await started(town, Selection(source="arrears"))
    with pytest.raises(service.NotNow):
        async with town.unit_of_work() as session:
            await service.move(session, number, "start", by="leader", zone=ZONE)
    async with town.unit_of_work() as session:
        await service.move(session, number, "end", by="leader", zone=ZONE)
    assert {one.state for one in await all_tasks(town)} == {"dropped"}
    async with town.reading() as session:
        told = await entries_after(session, 0, subject=f"campaign:{number}")
    assert [(e.event.state, e.event.by) for e in told] == [  # type: ignore[attr-defined]
        ("draft", "leader"), ("running", "leader"), ("ended", "leader"),
    ]  # fmt: skip
