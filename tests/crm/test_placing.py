"""Addresses that wait: what they may mean, who placed them, undone exactly."""

from typing import Any

import pytest
from sqlalchemy import select

from crm.addresses.models import AddressNode
from crm.customers.models import Premise, ServiceAccount
from crm.duplicates import service as duplicates
from crm.migration.addressing import Tree
from crm.placing import queries, service
from crm.placing.events import AddressPlaced, AddressPutAside, AddressWaitsAgain
from crm.placing.models import PlacingDecision
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import entries_after
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise

ROOM = "和平区幸福小区3号楼2单元501室"
TYPED = "幸福3-2-501"


@pytest.fixture
async def waiting(database: Database) -> Database:
    """Two communities are called 幸福; three addresses wait, one of them names nothing known."""
    async with database.unit_of_work() as session:
        room = await place(session, "和平区", "南湖街道", "幸福小区", "3号楼", "2单元", "501室")
        await place(session, "铁西区", "兴工街道", "幸福家园")
        await customer(session, "王芳", accounts={"100001": await premise(session, room, ROOM)})
        held = await Tree().held(session)
        node = await session.get_one(AddressNode, held.id)
        for number, typed in enumerate((TYPED, "幸福小区3-2-502", "老粮站后院"), start=2):
            where = await premise(session, node, typed)
            await customer(session, f"住户{number}", accounts={f"10000{number}": where})
    return database


async def everything(database: Database) -> dict[str, list[Any]]:
    """What placing may touch."""
    async with database.reading() as session:
        premises = select(
            Premise.id, Premise.node_id, Premise.path, Premise.address_zh, Premise.address_en,
            Premise.merged_into_id,
        )  # fmt: skip
        accounts = select(ServiceAccount.number, ServiceAccount.premise_id)
        return {
            "premises": sorted(tuple(row) for row in await session.execute(premises)),
            "accounts": sorted(tuple(row) for row in await session.execute(accounts)),
        }


async def typed(database: Database, show: queries.Show = "waiting", q: str = "") -> list[str]:
    async with database.reading() as session:
        rows = await queries.waiting(session, show, q=q)
        assert await queries.count(session, show, q=q) == len(rows)
        return [row.address_zh for row in rows]


async def chosen(database: Database, text: str) -> list[queries.Choice]:
    async with database.reading() as session:
        return await queries.choices(session, text)


async def test_what_waits_is_listed_and_found_with_the_places_it_may_mean(
    waiting: Database,
) -> None:
    assert await typed(waiting) == [TYPED, "幸福小区3-2-502", "老粮站后院"]
    assert await typed(waiting, q="粮站") == ["老粮站后院"]
    assert await typed(waiting, q="%") == []
    both = await chosen(waiting, TYPED)
    assert [one.home.address_zh for one in both] == [
        "和平区南湖街道幸福小区3号楼2单元501室",
        "铁西区兴工街道幸福家园3号楼2单元501室",
    ]
    assert both[0].score > both[1].score
    assert {each.code for each in both[1].reasons} == {"short", "shared-name", "not-in-tree"}
    assert await chosen(waiting, "老粮站后院") == []
    async with waiting.reading() as session:
        assert await queries.supplied(session, [2]) == {2: [queries.Supplied("100002", "住户2")]}


async def test_a_place_that_is_chosen_takes_the_address_and_undone_it_waits_as_before(
    waiting: Database,
) -> None:
    before = await everything(waiting)
    first, *_ = await chosen(waiting, "幸福小区3-2-502")
    async with waiting.unit_of_work() as session:
        done = await service.place(session, 3, first.key, by="leader")
        unit = await session.scalar(select(AddressNode).where(AddressNode.level == "unit"))
        moved = await session.get_one(Premise, 3)
        node = await session.get_one(AddressNode, moved.node_id)
        assert unit is not None
        assert (node.level, node.name_zh, node.parent_id) == ("room", "502室", unit.id)
        assert moved.path == node.path == f"{unit.path}{node.id}/"
        assert moved.address_zh == done.address == "和平区南湖街道幸福小区3号楼2单元502室"
    assert await typed(waiting) == [TYPED, "老粮站后院"]
    assert (await everything(waiting))["accounts"] == before["accounts"]
    async with waiting.unit_of_work() as session:
        undone = await service.undo(session, done.id, by="chief")
        assert (undone.by, undone.undone_by) == ("leader", "chief")
        assert undone.undone_at is not None
        assert undone.undone_at >= undone.at
    assert await everything(waiting) == before
    assert await typed(waiting) == [TYPED, "幸福小区3-2-502", "老粮站后院"]
    async with waiting.reading() as session:
        told = [entry.event for entry in await entries_after(session, 0)]
        subjects = {each.subject for each in told}
    assert [type(each) for each in told] == [AddressPlaced, AddressWaitsAgain]
    assert (subjects, told[0].by, told[1].by) == ({"premise:3"}, "leader", "chief")  # type: ignore[attr-defined]


async def test_a_room_that_has_a_premise_keeps_it_and_undone_they_are_two_again(
    waiting: Database,
) -> None:
    before = await everything(waiting)
    first, *_ = await chosen(waiting, TYPED)
    async with waiting.unit_of_work() as session:
        done = await service.place(session, 2, first.key, by="leader")
        assert done.address == ROOM
    async with waiting.reading() as session:
        account = select(ServiceAccount.premise_id).where(ServiceAccount.number == "100002")
        assert await session.scalar(account) == 1
    assert TYPED not in await typed(waiting)
    async with waiting.unit_of_work() as session:
        await service.undo(session, done.id, by="leader")
    assert await everything(waiting) == before


async def test_parted_on_the_page_of_duplicates_it_can_wait_again_all_the_same(
    waiting: Database,
) -> None:
    before = await everything(waiting)
    first, *_ = await chosen(waiting, TYPED)
    async with waiting.unit_of_work() as session:
        done = await service.place(session, 2, first.key, by="leader")
        assert done.merge_id is not None
        await duplicates.undo(session, done.merge_id, by="leader")
        await service.undo(session, done.id, by="leader")
    assert await everything(waiting) == before
    assert TYPED in await typed(waiting)


async def test_one_that_nobody_can_tell_is_put_aside_and_brought_back(waiting: Database) -> None:
    before = await everything(waiting)
    async with waiting.unit_of_work() as session:
        aside = await service.put_aside(session, 4, by="leader")
    assert await typed(waiting) == [TYPED, "幸福小区3-2-502"]
    assert await typed(waiting, "aside") == ["老粮站后院"]
    async with waiting.unit_of_work() as session:
        await service.undo(session, aside.id, by="leader")
    assert await typed(waiting, "aside") == []
    assert await everything(waiting) == before
    async with waiting.reading() as session:
        told = [type(entry.event) for entry in await entries_after(session, 0)]
    assert told == [AddressPutAside, AddressWaitsAgain]


async def test_in_other_words_it_means_another_place(waiting: Database) -> None:
    words = "铁西区幸福家园1-1-101"
    first, *_ = await chosen(waiting, words)
    async with waiting.unit_of_work() as session:
        with pytest.raises(service.NoLongerMeant):
            await service.place(session, 4, first.key, by="leader")
        done = await service.place(session, 4, first.key, by="leader", text=words)
        assert (done.typed, done.address) == (
            "老粮站后院", "铁西区兴工街道幸福家园1号楼1单元101室",
        )  # fmt: skip


async def test_who_is_too_late_is_refused_and_nothing_moves(waiting: Database) -> None:
    first, other = await chosen(waiting, TYPED)
    async with waiting.unit_of_work() as session:
        await service.put_aside(session, 2, by="leader")
    after = await everything(waiting)
    async with waiting.unit_of_work() as session:
        for act in (
            service.place(session, 2, first.key, by="late"),
            service.put_aside(session, 2, by="late"),
            service.place(session, 1, other.key, by="late"),
        ):
            with pytest.raises((service.NotWaiting, service.NoLongerMeant)):
                await act
        with pytest.raises(NotFound):
            await service.put_aside(session, 99, by="late")
    assert await everything(waiting) == after
    async with waiting.reading() as session:
        assert [row.by for row in await session.scalars(select(PlacingDecision))] == ["leader"]


async def test_a_premise_that_was_changed_since_is_not_torn_back(waiting: Database) -> None:
    first, *_ = await chosen(waiting, "幸福小区3-2-502")
    async with waiting.unit_of_work() as session:
        done = await service.place(session, 3, first.key, by="leader")
        (await session.get_one(Premise, 3)).address_zh = "和平区幸福小区3号楼2单元502室（东户）"
    after = await everything(waiting)
    async with waiting.unit_of_work() as session:
        with pytest.raises(service.PlacedOnwards):
            await service.undo(session, done.id, by="leader")
    assert await everything(waiting) == after


async def test_the_api_places_puts_aside_and_undoes(as_role: AsRole, town: Database) -> None:
    async with town.unit_of_work() as session:
        node = await session.get_one(AddressNode, (await Tree().held(session)).id)
        where = (await premise(session, node, "不知何处")).id
    assert (await as_role("agent").get("/waiting-addresses")).status_code == 403
    leader = as_role("leader")
    listed = (await leader.get("/waiting-addresses")).json()
    assert listed["items"] == [
        {"premise_id": where, "typed": "不知何处", "accounts": [], "choices": []}
    ]
    refused = await leader.post(
        "/waiting-addresses/decisions", json={"premise_id": where, "key": "1/2/3/4"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "place-not-offered")
    aside = await leader.post("/waiting-addresses/decisions", json={"premise_id": where})
    assert (aside.status_code, aside.json()["verdict"]) == (201, "aside")
    assert (await leader.get("/waiting-addresses")).json()["items"] == []
    number = aside.json()["id"]
    undone = await leader.post(f"/waiting-addresses/decisions/{number}/undo")
    assert undone.json()["undone_by"] == "leader"
    history = (await leader.get("/waiting-addresses/decisions")).json()["items"]
    assert [(row["typed"], row["by"]) for row in history] == [("不知何处", "leader")]
