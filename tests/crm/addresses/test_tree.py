"""A typed address against the demo town's tree."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from crm.addresses import queries
from crm.addresses.models import AddressAlias, AddressNode
from crm.addresses.pinyin import initials
from mainline.db import Database
from mainline.permissions import Permission, permitted
from tests.crm.conftest import AsRole


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("云州市和平区幸福小区３号楼２单元５０１", "和平区南湖街道幸福小区3号楼2单元501室"),
        ("和平路3号院3-2-501", "和平区南湖街道幸福小区3号楼2单元501室"),
        ("新华路18号2号楼1单元201", "和平区新华街道光明里2号楼1单元201室"),
        ("银河湾小区四号楼二单元六零二", "铁西区工人村街道银河湾4号楼2单元602室"),
        ("锦绣家园1号楼", "浑河区五里河街道锦绣家园1号楼"),
    ],
)
async def test_what_is_certain_is_found_down_to_the_room(
    town: Database, typed: str, address: str
) -> None:
    async with town.reading() as session:
        resolved = await queries.resolve(session, typed)
    assert resolved.sure is not None
    assert resolved.sure.address == address


async def test_a_unit_left_out_is_asked_for_where_several_fit(town: Database) -> None:
    async with town.reading() as session:
        alone = await queries.resolve(session, "银河湾2号楼402")
        unclear = await queries.resolve(session, "光明里1号楼")
        several = await queries.resolve(session, "银河湾3号楼")
        rooms = await queries.resolve(session, "铁西新村3号楼302")
    assert alone.sure is not None
    assert alone.sure.house.unit == "1"
    assert [unclear.sure is None, several.sure is None] == [False, False]
    assert [one.house.room for one in rooms.found] == ["302"]


async def test_a_building_that_is_not_there_is_said_and_never_replaced(town: Database) -> None:
    async with town.reading() as session:
        resolved = await queries.resolve(session, "幸福小区99号楼2单元501")
    first = resolved.found[0]
    assert (first.level, first.address) == ("community", "和平区南湖街道幸福小区")
    assert [(one.code, one.said) for one in first.reasons] == [
        ("exact", "幸福小区"),
        ("not-in-tree", "99"),
    ]
    assert resolved.sure is None


async def test_places_tell_where_they_are_and_lie_below_their_parents(town: Database) -> None:
    async with town.reading() as session:
        resolved = await queries.resolve(session, "幸福小区3号楼2单元501")
        assert resolved.sure is not None
        assert (resolved.sure.lon, resolved.sure.lat) == (123.4012, 41.7925)
        ids = [int(each) for each in resolved.sure.path.strip("/").split("/")]
        nodes = [await session.get_one(AddressNode, each) for each in ids]
    assert all(below.parent_id == above.id for above, below in pairwise(nodes))
    assert nodes[2].initials == "xfxq"


async def test_a_new_alias_counts_at_once(town: Database) -> None:
    async with town.unit_of_work() as session:
        before = await queries.resolve(session, "老粮库家属院3-2-501")
        wanted = AddressNode.name_zh == "幸福小区", AddressNode.level == "community"
        node = await session.scalar(select(AddressNode).where(*wanted))
        assert node is not None
        session.add(AddressAlias(node_id=node.id, name="老粮库家属院"))
        await session.flush()
        after = await queries.resolve(session, "老粮库家属院3-2-501")
    assert before.found == ()
    assert after.sure is not None
    assert after.sure.address == "和平区南湖街道幸福小区3号楼2单元501室"


async def test_the_api_tells_candidates_with_their_reasons(as_role: AsRole) -> None:
    agent = as_role("agent")
    told = (await agent.get("/addresses", params={"text": "兴福小区3-2-501"})).json()
    assert told["sure"] is None
    assert told["house"] == {"building": "3", "unit": "2", "room": "501"}
    first = told["candidates"][0]
    assert first["address"] == "和平区南湖街道幸福小区3号楼2单元501室"
    assert (first["score"], first["reasons"]) == (0.84, [{"code": "sound", "said": "兴福小区"}])
    assert (await agent.get("/addresses", params={"text": "x" * 121})).status_code == 422
    for role in ("agent", "leader", "quality", "dispatcher", "cashier", "field", "admin"):
        allowed = Permission.SEE_CUSTOMERS in permitted([role])
        status = (await as_role(role).get("/addresses", params={"text": "银河湾"})).status_code
        assert status == (200 if allowed else 403)


@pytest.mark.parametrize(
    ("words", "person", "told"),
    [
        ("王芳", True, "wf"), ("曾强", True, "zq"), ("单雄信", True, "sxx"), ("单元", False, "dy"),
        ("尉迟恭", True, "ycg"), ("John Smith", True, "js"), ("幸福小区", False, "xfxq"),
        ("3号楼", False, "3hl"), ("", False, ""), ("！？", False, ""), ("王" * 99, True, "w" * 64),
    ],
)  # fmt: skip
def test_names_have_their_initials(words: str, person: bool, told: str) -> None:
    assert initials(words, person=person) == told
