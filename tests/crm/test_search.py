import pytest

from crm.customers import queries as customers
from crm.interactions import queries as calls
from crm.interactions.queries import Filter
from mainline.db import Database
from mainline.errors import NotFound
from tests.crm.calls import abandoned_call, answered_call, self_served_call, take_in
from tests.crm.town import customer, place, premise


@pytest.fixture
async def street(database: Database) -> Database:
    async with database.unit_of_work() as session:
        happy = await place(session, "和平区", "南湖街", "幸福小区")
        new = await place(session, "铁西区", "工人街", "新村")
        first = await premise(session, happy, "云州市和平区幸福小区1号楼2单元301室")
        second = await premise(session, happy, "云州市和平区幸福小区2号楼1单元101室")
        third = await premise(session, new, "云州市铁西区新村1号楼2单元301室")
        await customer(session, "王芳", "13800008000", accounts={"100001": first})
        await customer(session, "王芳芳", "02431234567", accounts={"100012": second})
        await customer(session, "李强", "13900008000", accounts={"200001": third})
    return database


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("", ["王芳", "王芳芳", "李强"]),
        ("王芳", ["王芳", "王芳芳"]),
        ("李", ["李强"]),
        ("8000", ["王芳", "李强"]),
        ("08000", ["王芳", "李强"]),
        ("13900008000", ["李强"]),
        ("31234567", ["王芳芳"]),
        ("1000", ["王芳", "王芳芳"]),
        ("200001", ["李强"]),
        ("幸福", ["王芳", "王芳芳"]),
        ("幸福小区1号楼", ["王芳"]),
        ("幸福小区 1号楼 2单元", ["王芳"]),
        ("南湖街", ["王芳", "王芳芳"]),
        ("(EN)", ["王芳", "王芳芳", "李强"]),
        ("幸福小区9号楼", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("x" * 500, []),
    ],
)
async def test_people_are_found_by_what_is_typed(
    street: Database, q: str, names: list[str]
) -> None:
    async with street.reading() as session:
        found = await customers.find(session, q, area_code="024")
    assert [one.customer.name for one in found] == names


async def test_a_page_follows_a_page(street: Database) -> None:
    async with street.reading() as session:
        first = await customers.find(session, limit=2)
        rest = await customers.find(session, limit=2, after=first[-1].customer.id)
        assert [one.customer.name for one in first + rest] == ["王芳", "王芳芳", "李强"]
        assert [phone.number for phone in first[1].phones] == ["02431234567"]
        assert [one.number for one in first[1].accounts] == ["100012"]
        with pytest.raises(NotFound):
            await customers.view(session, 99)


async def test_calls_are_paged_by_time_and_id_on_both_databases(database: Database) -> None:
    await take_in(database, *answered_call(), *abandoned_call(), *self_served_call())
    async with database.reading() as session:
        seen, place_ = [], None
        while page := await calls.find(session, limit=1, before=place_):
            seen.append(page[0].id)
            place_ = (page[0].began_at, page[0].id)
        assert seen == ["ml-3.1", "ml-2.1", "ml-1.1"]
        spelled = await calls.find(session, Filter(ani="13800008000", outcome="answered"))
        assert [one.id for one in spelled] == ["ml-1.1"]
        view = await calls.view(session, "ml-1.1")
        assert [fact["kind"] for fact in view.facts][:2] == ["call.offered", "recording.started"]
        with pytest.raises(NotFound):
            await calls.view(session, "unheard of")
        assert await calls.waiting(session) == []
