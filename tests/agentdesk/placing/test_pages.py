"""Addresses that wait, as a page."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from agentdesk.dispatch import views as dispatch
from agentdesk.placing import views
from crm.addresses.models import AddressNode
from crm.customers.models import Premise
from crm.migration.addressing import Tree
from mainline.config import Settings
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.pages import Pages, pages

HOSTILE = "<b onmouseover=alert(1)>"
PAGE = "/customers/addresses"


@pytest.fixture
async def leader(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with sqlite_database.unit_of_work() as session:
        community = await place(session, "和平区", "南湖街道", "幸福小区")
        await place(session, "铁西区", "兴工街道", "幸福家园")
        node = await session.get_one(AddressNode, (await Tree().held(session)).id)
        for number, typed in enumerate(("幸福3-2-501", HOSTILE)):
            where = await premise(session, node, typed)
            await customer(session, "王芳", accounts={f"10000{number}": where})
        assert community.level == "community"
    async with pages(settings, sqlite_database, [dispatch.router, views.router], "leader") as seen:
        yield seen


async def addresses(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(Premise.address_zh).order_by(Premise.id)))


async def test_a_place_is_taken_by_its_key_and_undone(
    leader: Pages, sqlite_database: Database
) -> None:
    page = await leader.get(PAGE)
    assert page.status_code == 200
    assert HOSTILE not in page.text
    for told in ("幸福3-2-501", "100000", "和平区南湖街道幸福小区3号楼2单元501室", "Short name"):
        assert told in page.text
    for key in ("1", "2", "0"):
        assert f'data-key="{key}"' in page.text
    choice = page.text.split('name="key" value="')[1].split('"')[0]
    done = await leader.post(PAGE, {"waits": "1", "key": choice})
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?show=waiting")
    assert await addresses(sqlite_database) == ["和平区南湖街道幸福小区3号楼2单元501室", HOSTILE]
    told = await leader.get(PAGE, language="zh")
    assert "已定位" in told.text
    assert 'data-key="u"' in told.text
    assert (await leader.post(f"{PAGE}/1/undo?show=waiting")).status_code == 303
    assert await addresses(sqlite_database) == ["幸福3-2-501", HOSTILE]
    assert "Undone by chen" in (await leader.get(PAGE)).text


async def test_without_a_place_it_is_put_aside_and_read_in_other_words(
    leader: Pages, sqlite_database: Database
) -> None:
    anew = await leader.get(f"{PAGE}?premise=2&text=铁西区幸福家园1-1-101")
    assert "铁西区兴工街道幸福家园1号楼1单元101室" in anew.text
    assert (await leader.post(PAGE, {"waits": "2", "key": ""})).status_code == 303
    late = await leader.post(PAGE, {"waits": "2", "key": ""})
    assert late.status_code == 409
    assert "decided already" in late.text
    aside = await leader.get(f"{PAGE}?show=aside", language="zh")
    assert "重新待核对" in aside.text
    assert "/customers/addresses/1/undo?show=aside" in aside.text
    assert await addresses(sqlite_database) == ["幸福3-2-501", HOSTILE]


async def test_an_empty_list_says_so_and_it_is_for_who_may_edit_customers(leader: Pages) -> None:
    assert "没有搁置的地址。" in (await leader.get(f"{PAGE}?show=aside", language="zh")).text
    assert "None of them is found here." in (await leader.get(f"{PAGE}?q=nowhere")).text
    assert PAGE in (await leader.get("/customers")).text
    assert (await leader.get(f"{PAGE}?show=all")).status_code == 422
    leader.sign_in("agent", number="8001")
    assert (await leader.get(PAGE)).status_code == 403
    assert PAGE not in (await leader.get("/customers")).text
