import pytest
from sqlalchemy import func, select

from crm.areas import queries
from crm.areas.models import AreaPremise
from crm.areas.plan import MAP_HEIGHT, MAP_WIDTH, AreasPlan, read_plan
from crm.areas.service import load
from crm.customers.models import Premise
from crm.outages import service as outages
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from tests.crm.conftest import AsRole
from tests.crm.town import place, premise
from tests.support.clock import StandingClock


def plan(**serves: list[str]) -> AreasPlan:
    """``branch_a`` is a branch, everything else supplies."""
    return AreasPlan.model_validate(
        {
            "areas": [
                {
                    "code": code.replace("_", "-"),
                    "kind": "branch" if code.startswith("branch") else "supply",
                    "name": {"zh": code, "en": code},
                    "serves": places,
                }
                for code, places in serves.items()
            ]
        }
    )


@pytest.fixture
async def street(database: Database, clock: StandingClock) -> Database:
    """Premises 1 and 2 in different buildings of one community, 3 in another community."""
    async with database.unit_of_work() as session:
        home = await place(session, "和平区", "南湖街", "幸福小区")
        for building in ("1号楼", "2号楼"):
            await premise(session, await place(session, building, parent=home), building)
        await premise(session, await place(session, "铁西区", "工人街", "新村"), "新村")
    return database


async def codes(database: Database, premise_id: int) -> list[str]:
    async with database.reading() as session:
        found = await queries.of_premises(session, [premise_id])
    return [area.code for area in found.get(premise_id, [])]


async def test_a_premise_belongs_to_its_branch_and_to_the_station_that_supplies_it(
    street: Database,
) -> None:
    areas = plan(branch_a=["幸福小区"], s_one=["幸福小区/1号楼"], s_two=["幸福小区/2号楼", "新村"])
    async with street.unit_of_work() as session:
        assert await load(session, areas) == 3
    assert await codes(street, 1) == ["branch-a", "s-one"]
    assert await codes(street, 2) == ["branch-a", "s-two"]
    assert await codes(street, 3) == ["s-two"]
    async with street.reading() as session:
        assert await queries.branch_of(session, 1) == "branch-a"
        assert await queries.branch_of(session, 3) is None
        assert [(a.code, a.premises) for a in await queries.areas(session)] == [
            ("branch-a", 2),
            ("s-one", 1),
            ("s-two", 2),
        ]
        assert [one.code for one in await queries.branches(session)] == ["branch-a"]


async def test_loading_again_moves_a_building_and_doubles_nothing(street: Database) -> None:
    for first in ("幸福小区/1号楼", "幸福小区"):
        async with street.unit_of_work() as session:
            await load(session, plan(s_one=[first, first]))
    assert await codes(street, 2) == ["s-one"]
    async with street.reading() as session:
        rows = await session.scalar(select(func.count()).select_from(AreaPremise))
    assert rows == 2


@pytest.mark.parametrize("place_name", ["不存在", "幸福小区/9号楼", ""])
async def test_a_place_nobody_knows_is_refused_and_nothing_changes(
    street: Database, place_name: str
) -> None:
    with pytest.raises(Invalid):
        async with street.unit_of_work() as session:
            await load(session, plan(s_one=["幸福小区", place_name]))
    assert await codes(street, 1) == []


async def test_an_outage_of_a_station_concerns_those_it_supplies_and_no_neighbour(
    street: Database, clock: StandingClock
) -> None:
    async with street.unit_of_work() as session:
        await load(session, plan(s_one=["幸福小区/1号楼"]))
        area = (await queries.areas(session))[0]
        texts = {"text_zh": "抢修", "text_en": "Repairs"}
        told = await outages.announce(
            session, service_area_id=area.id, kind="fault", began_at=clock.at, **texts
        )
        with pytest.raises(Invalid):
            await outages.announce(session, kind="fault", began_at=clock.at, **texts)
        with pytest.raises(NotFound):
            await outages.announce(
                session, service_area_id=99, kind="fault", began_at=clock.at, **texts
            )
    async with street.reading() as session:
        assert [one.id for one in await outages.for_premise(session, 1)] == [told.id]
        assert await outages.for_premise(session, 2) == []
        [placed] = await outages.live(session)
        assert placed.place.zh == "s_one"


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_area_of_a_pack_lies_on_the_map(pack: str) -> None:
    for area in read_plan(PROJECT / "packs" / pack / "areas.yaml").areas:
        assert len(area.outline) >= 3
        assert all(0 <= x <= MAP_WIDTH and 0 <= y <= MAP_HEIGHT for x, y in area.outline)


async def test_every_home_of_the_town_has_one_branch_and_one_station(town: Database) -> None:
    async with town.reading() as session:
        ids = list(await session.scalars(select(Premise.id)))
        served = await queries.of_premises(session, ids)
    assert len(ids) >= 60
    assert {tuple(area.kind for area in served[one]) for one in ids} == {("branch", "supply")}


async def test_the_areas_are_told_with_their_size(as_role: AsRole) -> None:
    items = (await as_role("agent").get("/areas")).json()["items"]
    by_code = {one["code"]: one for one in items}
    assert by_code["heping"]["kind"] == "branch"
    assert by_code["s-guangming-1"]["name"]["en"] == "Guangming 1 heat-exchange station"
    halves = by_code["s-guangming-1"]["premises"] + by_code["s-guangming-2"]["premises"]
    assert 0 < halves < by_code["heping"]["premises"]
    assert (await as_role("").get("/areas")).status_code == 401
