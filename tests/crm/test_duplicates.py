"""Records that are one: proposed, merged, undone exactly, with who and when."""

from typing import Any

import pytest
from sqlalchemy import select, text

from crm.addresses.models import AddressNode
from crm.customers import queries as customers
from crm.customers.identify import identify
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.duplicates import queries, service, stretches
from crm.duplicates.blocks import BLOCK_MAX, Member, pairs_of
from crm.duplicates.events import DuplicateMerged, DuplicateParted
from crm.duplicates.looks import STEPS
from crm.duplicates.rules import customers_alike
from crm.work_orders import queries as work_orders
from crm.work_orders.models import WorkOrder
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import entries_after
from mainline.permissions import Permission, permitted
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise


@pytest.fixture
async def twins(database: Database) -> Database:
    """王芳 twice, her husband, and a stranger."""
    async with database.unit_of_work() as session:
        home = await place(session, "和平区", "南湖街道", "幸福小区", "3号楼", "2单元", "501室")
        one = await premise(session, home, "和平区幸福小区3号楼2单元501室")
        two = await premise(session, home, "幸福小区3-2-501")
        await customer(session, "王芳", "13800000001", accounts={"100001": one})
        await customer(
            session, "王芳", "13800000001", "13800000002", accounts={"100002": two}, medical=True
        )
        await customer(session, "赵磊", "13800000001")
        await customer(session, "李强", "13900000009")
    return database


async def everything(database: Database) -> dict[str, list[Any]]:
    """What merging may touch."""
    async with database.reading() as session:
        people = select(Customer.id, Customer.name, Customer.medical, Customer.merged_into_id)
        phones = select(CustomerPhone.customer_id, CustomerPhone.number, CustomerPhone.label)
        accounts = select(
            ServiceAccount.number, ServiceAccount.customer_id, ServiceAccount.premise_id
        )
        places = select(Premise.id, Premise.merged_into_id)
        return {
            name: sorted((tuple(row) for row in await session.execute(wanted)), key=str)
            for name, wanted in {
                "people": people, "phones": phones, "accounts": accounts, "places": places,
            }.items()
        }  # fmt: skip


async def test_the_same_person_is_proposed_and_a_household_is_not(twins: Database) -> None:
    async with twins.reading() as session:
        people = (await queries.find(session, "customer")).pairs
        places = (await queries.find(session, "premise")).pairs
    assert [(one.first_id, one.second_id, one.likeness.score) for one in people] == [(1, 2, 0.95)]
    assert people[0].likeness.reasons == ("same-name", "same-telephone")
    assert [(one.first_id, one.second_id, one.likeness.reasons) for one in places] == [
        (1, 2, ("same-place",))
    ]


async def test_what_hung_on_both_hangs_on_the_one_that_is_kept(twins: Database) -> None:
    async with twins.unit_of_work() as session:
        await service.merge(session, "customer", 1, 2, by="leader", note="同一人")
    async with twins.reading() as session:
        view = await customers.view(session, 2)
        assert (view.customer.id, view.customer.medical) == (1, True)
        assert [phone.number for phone in view.phones] == ["13800000001", "13800000002"]
        assert [account.number for account in view.accounts] == ["100001", "100002"]
        caller = await identify(session, "13800000001")
        assert [(one.customer_id, len(one.accounts)) for one in caller.candidates] == [
            (1, 2),
            (3, 0),
        ]
        for q in ("王芳", "wf", "100002", "13800000002"):
            assert [one.customer.id for one in await customers.find(session, q)] == [1]
        assert [one.customer.id for one in await customers.find(session)] == [1, 3, 4]
        assert (await queries.find(session, "customer")).pairs == []
        [fact] = await entries_after(session, 0, subject="customer:1")
    assert isinstance(fact.event, DuplicateMerged)
    assert (fact.event.other_id, fact.event.by, fact.event.note) == (2, "leader", "同一人")
    assert fact.event.accounts == (2,)


@pytest.mark.parametrize("what", ["customer", "premise"])
async def test_undoing_gives_back_exactly_what_went_over(twins: Database, what: Any) -> None:
    before = await everything(twins)
    async with twins.unit_of_work() as session:
        made = await service.merge(session, what, 2, 1, by="leader")
    merged = await everything(twins)
    async with twins.unit_of_work() as session:
        undone = await service.undo(session, made.id, by="admin")
        assert (undone.undone_by, undone.undone_at is not None) == ("admin", True)
    assert merged != before
    assert await everything(twins) == before
    async with twins.reading() as session:
        assert len((await queries.find(session, what)).pairs) == 1
        facts = await entries_after(session, 0, subject=f"{what}:2")
        [kept] = await queries.history(session)
    assert isinstance(facts[-1].event, DuplicateParted)
    assert (kept.by, kept.undone_by) == ("leader", "admin")


async def test_what_went_on_elsewhere_since_stays_there(twins: Database) -> None:
    async with twins.unit_of_work() as session:
        made = await service.merge(session, "customer", 1, 2, by="leader")
        sold = await session.scalar(select(ServiceAccount).where(ServiceAccount.number == "100002"))
        assert sold is not None
        sold.customer_id = 4
        await session.flush()
        await service.undo(session, made.id, by="leader")
        await session.refresh(sold)
        assert sold.customer_id == 4


async def test_a_chain_is_undone_from_its_end(twins: Database) -> None:
    before = await everything(twins)
    async with twins.unit_of_work() as session:
        first = await service.merge(session, "customer", 2, 1, by="leader")
        second = await service.merge(session, "customer", 3, 2, by="leader")
        assert (await customers.view(session, 1)).customer.id == 3
    async with twins.unit_of_work() as session:
        with pytest.raises(service.MergedOnwards):
            await service.undo(session, first.id, by="leader")
    async with twins.unit_of_work() as session:
        await service.undo(session, second.id, by="leader")
        await service.undo(session, first.id, by="leader")
    assert await everything(twins) == before


async def test_two_who_are_two_are_not_proposed_again_until_that_is_undone(
    twins: Database,
) -> None:
    before = await everything(twins)
    async with twins.unit_of_work() as session:
        made = await service.dismiss(session, "customer", 2, 1, by="leader")
        assert (await queries.find(session, "customer")).pairs == []
        with pytest.raises(service.AlreadyDecided):
            await service.dismiss(session, "customer", 1, 2, by="leader")
    assert await everything(twins) == before
    async with twins.unit_of_work() as session:
        await service.undo(session, made.id, by="leader")
        assert len((await queries.find(session, "customer")).pairs) == 1


async def test_what_cannot_be_is_refused_and_changes_nothing(twins: Database) -> None:
    async with twins.unit_of_work() as session:
        made = await service.merge(session, "customer", 1, 2, by="leader")
    after = await everything(twins)
    for kept, other, refusal in (
        (1, 1, Invalid), (1, 99, NotFound), (1, 2, service.AlreadyDecided),
        (2, 3, service.AlreadyDecided),
    ):  # fmt: skip
        with pytest.raises(refusal):
            async with twins.unit_of_work() as session:
                await service.merge(session, "customer", kept, other, by="leader")
    async with twins.unit_of_work() as session:
        await service.undo(session, made.id, by="leader")
    with pytest.raises(service.AlreadyDecided):
        async with twins.unit_of_work() as session:
            await service.undo(session, made.id, by="leader")
    with pytest.raises(NotFound):
        async with twins.unit_of_work() as session:
            await service.undo(session, 99, by="leader")
    assert after != await everything(twins)


async def test_a_premise_that_hangs_too_high_is_read_and_proposed(database: Database) -> None:
    async with database.unit_of_work() as session:
        area = await place(session, "和平区", "南湖街道", "幸福小区")
        room = await place(session, "3号楼", "2单元", "501室", parent=area)
        await premise(session, room, "和平区幸福小区3号楼2单元501室")
        await premise(session, area, "幸福小区三栋二单元五零一")
        await premise(session, area, "幸福小区4-2-501")
        found = (await queries.find(session, "premise")).pairs
    assert [(one.first_id, one.second_id) for one in found] == [(1, 2)]
    assert found[0].likeness.reasons == ("read-as-the-same-place",)


async def test_orders_of_both_are_read_together_and_stay_as_they_were_noted(
    town: Database,
) -> None:
    async with town.unit_of_work() as session:
        ids = [(await customers.find(session, name))[0].customer.id for name in ("李强", "王芳")]
        await service.merge(session, "customer", *ids, by="leader")
        orders = await work_orders.open_of_customers(session, ids[:1])
        rows = await session.scalars(select(WorkOrder.customer_id).order_by(WorkOrder.customer_id))
        assert {order.customer_id for order in orders} == set(ids)
        assert ids[1] in set(rows)


Seen = set[tuple[int, int]]


async def walked(database: Database, what: Any, limit: int) -> tuple[Seen, int]:
    """The whole town in as many looks as it takes."""
    seen: Seen = set()
    after, looks = "", 0
    async with database.reading() as session:
        while looks < 500:
            look = await queries.find(session, what, limit=limit, after=after)
            seen |= {(one.first_id, one.second_id) for one in look.pairs}
            looks += 1
            if look.next is None:
                return seen, looks
            after = str(look.next)
    raise AssertionError("the walk does not end")


async def crowd(database: Database) -> tuple[Seen, Seen]:
    """Forty pairs of twins by telephone, forty by home, forty rooms with two premises."""
    people, places = set(), set()
    async with database.unit_of_work() as session:
        for index in range(40):
            phone, name = f"139{index % 7}000{index:04}", f"甲{chr(0x4E00 + index)}"
            left = await customer(session, name, phone, f"137{index:08}")
            right = await customer(session, name, phone)
            people.add((left.id, right.id))
            room = await place(session, "和平区", "院", f"{index}号")
            homes = [await premise(session, room, f"院{index}号{way}") for way in ("", "家")]
            places.add((homes[0].id, homes[1].id))
            name = f"乙{chr(0x4E00 + index)}"
            twins = [
                await customer(session, name, accounts={f"9{index:03}{side}": homes[0]})
                for side in range(2)
            ]
            people.add((twins[0].id, twins[1].id))
        for node in await session.scalars(select(AddressNode).where(AddressNode.name_zh != "院")):
            node.level = "room" if node.name_zh.endswith("号") else node.level
    return people, places


@pytest.mark.parametrize(("rows", "keys", "limit"), [(7, 3, 100), (1, 5, 3), (1000, 1000, 4)])
async def test_walked_in_small_steps_the_town_gives_every_pair(
    database: Database, monkeypatch: pytest.MonkeyPatch, rows: int, keys: int, limit: int
) -> None:
    people, places = await crowd(database)
    monkeypatch.setattr(stretches, "ROWS_MAX", rows)
    monkeypatch.setattr(queries, "PLACES_MAX", rows)
    for module in (queries, stretches):
        monkeypatch.setattr(module, "KEYS_MAX", keys)
    found, looks = await walked(database, "customer", limit)
    assert found == people
    assert looks > 1
    assert (await walked(database, "premise", limit))[0] == places


@pytest.mark.parametrize("of", ["telephone", "home", "room"])
async def test_one_look_reads_a_stretch_of_an_index_and_never_the_whole_town(
    sqlite_database: Database, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(sqlite_database)
    monkeypatch.setattr(stretches, "ROWS_MAX", 10)
    table, key = {
        "telephone": (CustomerPhone, CustomerPhone.number),
        "home": (ServiceAccount, ServiceAccount.premise_id),
        "room": (Premise, Premise.node_id),
    }[of]
    async with sqlite_database.reading() as session:
        ordered = list(await session.scalars(select(key).order_by(key)))
        first = await stretches.shared(session, table, key, 0)
        second = await stretches.shared(session, table, key, first.ends[first.last])
        for wanted in (
            stretches.ending(key, first.last), stretches.several(key, first.last, second.last)
        ):  # fmt: skip
            asked = wanted.compile(compile_kwargs={"literal_binds": True})
            [step] = [row[3] for row in await session.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
            assert "SEARCH" in step
            assert "USING COVERING INDEX" in step
    assert first.last == ordered[9]
    behind = [each for each in ordered if each > first.last]
    assert second.last == behind[9]
    assert set(second.keys) == {
        each for each in behind if each <= second.last and behind.count(each) > 1
    }


@pytest.mark.parametrize("what", ["customer", "premise"])
async def test_a_town_without_duplicates_is_not_read_to_its_end_for_one_page(
    sqlite_database: Database, what: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sqlite_database.unit_of_work() as session:
        for index in range(60):
            room = await place(session, "和平区", "院", f"{index}号")
            room.level = "room"
            home = await premise(session, room, f"院{index}号")
            await customer(session, "王芳", f"139{index:08}", accounts={f"9{index:03}": home})
    monkeypatch.setattr(stretches, "ROWS_MAX", 10)
    async with sqlite_database.reading() as session:
        look = await queries.find(session, what)
        assert look.pairs == []
        assert look.next is not None
        assert (look.next.step, look.next.after) == (
            STEPS[what][0], queries.LOOKS_MAX * stretches.ROWS_MAX
        )  # fmt: skip


def test_of_many_who_share_only_those_with_like_names_are_held_against_each_other() -> None:
    few = [Member(index, "王芳", "wf") for index in (3, 1, 1, 2)]
    assert [(a.id, b.id) for a, b in pairs_of(few)] == [(1, 2), (1, 3), (2, 3)]
    many = [Member(index, "王芳", "wf" if index < 2 else f"x{index}") for index in range(BLOCK_MAX)]
    assert [(a.id, b.id) for a, b in pairs_of(many)] == [(0, 1)]
    assert list(pairs_of([*many, Member(BLOCK_MAX, "王芳", "wf")])) == []


async def test_a_place_that_nobody_named_is_refused_and_one_that_is_gone_begins_anew(
    twins: Database, as_role: AsRole
) -> None:
    async with twins.reading() as session:
        for bad in ("room-1", "telephone-x", "telephone", "telephone-" + "9" * 30):
            with pytest.raises(Invalid):
                await queries.find(session, "customer", after=bad)
        assert len((await queries.find(session, "customer", after="telephone-999")).pairs) == 1
    refused = await as_role("leader").get("/duplicates", params={"next": "rough-1"})
    assert refused.status_code == 422
    assert (await as_role("leader").get("/duplicates")).json()["next"] is None


@pytest.mark.parametrize(
    ("left", "right", "initials_same", "telephone", "premise_", "score"),
    [
        ("王芳", "王 芳", True, True, False, 0.95),
        ("王芳", "王芳", True, True, True, 1.0),
        ("张晓东", "张小东", True, True, False, 0.75),
        ("张晓东", "张晓冬", True, False, True, 0.65),
        ("赵敏", "赵磊", False, True, True, 0.0),
        ("市第一医院", "市第二医院", False, True, False, 0.75),
        ("王芳", "王芳", True, False, False, 0.55),
    ],
)
def test_likeness_is_names_first_then_what_they_share(
    left: str, right: str, initials_same: bool, telephone: bool, premise_: bool, score: float
) -> None:
    alike = customers_alike(
        left, right, initials_same=initials_same, telephone=telephone, premise=premise_
    )
    assert alike.score == score


async def test_the_api_is_for_who_may_edit_customers(as_role: AsRole, town: Database) -> None:
    async with town.unit_of_work() as session:
        await customer(session, "王芳", "13800138001")
    leader = as_role("leader")
    [pair] = (await leader.get("/duplicates")).json()["items"]
    body = {"what": "customer", "kept_id": pair["first_id"], "other_id": pair["second_id"]}
    refused = await leader.post("/duplicates/decisions", json=body | {"verdict": "perhaps"})
    assert refused.status_code == 422
    made = await leader.post("/duplicates/decisions", json=body | {"verdict": "merged"})
    assert (made.status_code, made.json()["by"]) == (201, "leader")
    again = await leader.post("/duplicates/decisions", json=body | {"verdict": "merged"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-decided")
    undone = await leader.post(f"/duplicates/decisions/{made.json()['id']}/undo")
    assert undone.json()["undone_by"] == "leader"
    assert len((await leader.get("/duplicates/decisions")).json()["items"]) == 1
    for role in ("agent", "quality", "dispatcher", "cashier", "field", "admin", "leader"):
        status = (await as_role(role).get("/duplicates")).status_code
        assert status == (200 if Permission.EDIT_CUSTOMERS in permitted([role]) else 403)
