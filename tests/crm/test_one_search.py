"""One search for everything, in the demo town, as the page and the API use it."""

import pytest
from sqlalchemy import event

from crm.customers import queries as customers
from crm.customers.search import MATCHES_MAX, ranked
from crm.work_orders import queries as work_orders
from mainline.db import Database
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise


@pytest.mark.parametrize(
    ("q", "first", "others"),
    [
        ("王芳", "王芳", []),
        ("wf", "王芳", []),
        ("WF", "王芳", []),
        ("王芳 4021", "王芳", []),
        ("wf4021", "王芳", []),
        ("李强 311x", "李强", []),
        ("王芳 0028", None, []),
        ("4021", None, []),
        ("8001", "王芳", []),
        ("13800138001", "王芳", []),
        ("10000001", "王芳", []),
        ("M10000001", "王芳", []),
        ("m10000001", "王芳", []),
        ("20261122-9999", None, []),
        ("幸福小区3-2-501", "王芳", []),
        ("和平路3号院3栋2单元501", "王芳", []),
        ("兴福小区３号楼２单元５０１", "王芳", []),
        ("光明里1号楼2单元", "赵敏", ["赵磊", "马明"]),
        ("john", "John Smith", []),
        ("js", "John Smith", []),
        ("锦绣家园99号楼", None, []),
        ("没有这个地方", None, []),
    ],
)
async def test_one_search_finds_by_whatever_is_known(
    town: Database, q: str, first: str | None, others: list[str]
) -> None:
    async with town.reading() as session:
        found = await customers.find(session, q, area_code="024")
    names = [one.customer.name for one in found]
    assert names == ([first, *others] if first else [])


async def test_the_number_of_a_work_order_finds_for_whom_it_is(town: Database) -> None:
    async with town.reading() as session:
        [wang] = await customers.find(session, "王芳")
        [order] = await work_orders.open_of_customers(session, [wang.customer.id])
        found = await customers.find(session, order.number)
    assert [one.customer.name for one in found] == ["王芳"]


async def test_the_initials_of_a_place_find_who_lives_there(town: Database) -> None:
    async with town.reading() as session:
        by_initials = await ranked(session, "xfxq", area_code="024")
        by_name = await ranked(session, "幸福小区", area_code="024")
    assert len(by_initials) == 10
    assert set(by_initials) == set(by_name)


async def test_the_surest_stands_first_and_a_page_follows_a_page(database: Database) -> None:
    async with database.unit_of_work() as session:
        here = await premise(
            session, await place(session, "和平区", "南街", "王芳小区"), "王芳小区"
        )
        await customer(session, "王芳芳", "13800000001")
        await customer(session, "李强", "13800000002", accounts={"100001": here})
        await customer(session, "王芳", "13800000003")
    async with database.reading() as session:
        everybody = await customers.find(session, "王芳")
        first = await customers.find(session, "王芳", limit=2)
        rest = await customers.find(session, "王芳", limit=2, after=first[-1].customer.id)
        gone = await customers.find(session, "王芳", limit=2, after=99)
    assert [one.customer.name for one in everybody] == ["王芳", "王芳芳", "李强"]
    assert [one.customer.name for one in first + rest] == ["王芳", "王芳芳", "李强"]
    assert gone == []


async def test_a_search_never_gives_more_than_its_limit(sqlite_database: Database) -> None:
    async with sqlite_database.unit_of_work() as session:
        for _ in range(MATCHES_MAX + 1):
            await customer(session, "王芳")
    async with sqlite_database.reading() as session:
        assert len(await ranked(session, "王芳", area_code="")) == MATCHES_MAX


async def test_a_page_that_the_surest_way_fills_asks_for_nothing_less_sure(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.unit_of_work() as session:
        here = await premise(
            session, await place(session, "和平区", "南街", "王芳小区"), "王芳小区"
        )
        neighbour = (await customer(session, "李强", accounts={"100001": here})).id
        ids = [(await customer(session, "王芳")).id for _ in range(6)]
    asked: list[str] = []

    def hear(_c: object, _u: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    async def page(after: int) -> tuple[list[int], bool]:
        asked.clear()
        async with sqlite_database.reading() as session:
            found = await customers.found(session, "王芳", limit=3, after=after)
        return list(found), any("address_node" in each for each in asked)

    event.listen(sqlite_database.engine.sync_engine, "before_cursor_execute", hear)
    assert await page(0) == (ids[:3], False)
    assert await page(ids[2]) == (ids[3:], False)
    assert await page(ids[3]) == ([*ids[4:], neighbour], True)
    assert await page(neighbour) == ([], True)


async def test_whoever_was_merged_fills_no_place_of_a_page(sqlite_database: Database) -> None:
    async with sqlite_database.unit_of_work() as session:
        kept, *merged, other = [await customer(session, "王芳") for _ in range(5)]
        for one in merged:
            one.merged_into_id = kept.id
        last = await customer(session, "王芳芳")
        expected = [kept.id, other.id, last.id]
    async with sqlite_database.reading() as session:
        assert list(await customers.found(session, "王芳", limit=3)) == expected


async def test_the_api_searches_in_the_same_way(as_role: AsRole) -> None:
    agent = as_role("agent")
    pages, after = [], None
    while True:
        query = {"q": "xfxq", "limit": "4"} | ({"next": after} if after else {})
        told = (await agent.get("/customers", params=query)).json()
        pages.append([one["id"] for one in told["items"]])
        after = told["next"]
        if after is None:
            break
    assert [len(page) for page in pages] == [4, 4, 2]
    assert len({each for page in pages for each in page}) == 10
    assert (await agent.get("/customers", params={"q": "x" * 65})).status_code == 422
    assert (await as_role("field").get("/customers", params={"q": "wf"})).status_code == 403
