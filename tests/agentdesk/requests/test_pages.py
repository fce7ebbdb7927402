"""Requests in the browser: made on the customer's page, found by number, decided by who may."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from agentdesk.dispatch import views as dispatch
from agentdesk.requests import views
from crm.billing.models import Bill
from crm.catalog import service as catalog
from crm.customers.models import ServiceAccount
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.prepare import install
from crm.privacy.models import DataReading
from ivr.plan import install as install_menus
from mainline.config import Settings
from mainline.db import Database
from mainline.web import undeclared
from tests.crm.town import customer, place, premise
from tests.support.pages import Pages, pages

HOSTILE = "<b onmouseover=alert(1)>"
TRANSFER = {"kind": "transfer", "key": "0123456789", "account": "1", "person": "100002"}


@pytest.fixture
async def company(sqlite_database: Database, settings: Settings) -> Database:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await install_menus(session, settings.pack_dir)
        await install(session, settings.pack_dir)
        room = await place(session, "和平区", "南湖街道", "幸福小区", "3号楼", "2单元", "501室")
        home = await premise(session, room, "和平区幸福小区3号楼2单元501")
        await customer(session, HOSTILE, "13800000001", accounts={"100001": home})
        await customer(session, "李强", "13800000002", accounts={"100002": home})
    return sqlite_database


@pytest.fixture
async def desk(company: Database, settings: Settings) -> AsyncIterator[Pages]:
    routers = [views.router, dispatch.router]
    async with pages(settings, company, routers, "agent") as opened:
        opened.sign_in("agent", name="Anna", number="8001")
        yield opened


async def rows(database: Database) -> list[LifeRequest]:
    async with database.reading() as session:
        return list(await session.scalars(select(LifeRequest)))


async def test_whose_requests_are_looked_at_is_counted_once_each(
    desk: Pages, company: Database
) -> None:
    for customer_id in (1, 2, 2):
        assert (await desk.get(f"/requests/new?customer={customer_id}")).status_code == 200
    async with company.reading() as session:
        read = (await session.execute(select(DataReading.reader, DataReading.subject))).all()
    assert [tuple(row) for row in read] == [
        ("agent:8001", "customer:1"), ("agent:8001", "customer:2"),
    ]  # fmt: skip


async def test_from_the_customer_page_to_the_effect_by_three_people(
    desk: Pages, company: Database
) -> None:
    assert '/requests/new?customer=1"' in (await desk.get("/customers/1")).text
    assert "Transfer of ownership" in (await desk.get("/requests/new?customer=1")).text
    form = (await desk.get("/requests/new?customer=1&kind=transfer")).text
    assert "Title deed of the new owner" in form
    made = await desk.post("/requests/new?customer=1", TRANSFER | {"documents": "identity"})
    number = made.headers["location"].rpartition("/")[2]
    again = await desk.post("/requests/new?customer=1", TRANSFER | {"documents": "identity"})
    assert again.headers["location"] == made.headers["location"]
    page = (await desk.get(f"/requests/{number}")).text
    assert "papers missing" in page
    assert "Agree <kbd>" not in page
    desk.sign_in("cashier", name="郑燕")
    found = await desk.get(f"/requests?q={number}")
    assert (found.status_code, found.headers["location"]) == (303, f"/requests/{number}")
    await desk.post(f"/requests/{number}/documents", {"document": "deed", "note": "原件"})
    assert (await desk.post(f"/requests/{number}/approve")).status_code == 403
    desk.sign_in("leader", name="陈静")
    assert "Agree <kbd>" in (await desk.get(f"/requests/{number}")).text
    assert (await desk.post(f"/requests/{number}/approve", {"note": "好"})).status_code == 303
    done = (await desk.get(f"/requests/{number}", language="zh-CN")).text
    for words in ("已生效", "李强", "陈静 以班长身份同意 · 好", "郑燕 收到：", "8001 受理申请"):
        assert words in done
    assert HOSTILE not in done
    desk.sign_in("quality", name="钱红")
    masked = (await desk.get(f"/requests/{number}", language="zh-CN")).text
    assert "李*" in masked
    assert "李强" not in masked
    async with company.reading() as session:
        account = await session.scalar(select(ServiceAccount).where(ServiceAccount.id == 1))
        assert account is not None
        assert account.customer_id == 2


async def test_what_is_in_the_way_is_said_on_the_form_and_nothing_is_lost(
    desk: Pages, company: Database
) -> None:
    async with company.unit_of_work() as session:
        session.add(Bill(
            account_id=1, period="2025", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 31),
            amount_fen=1,
        ))  # fmt: skip
    told = TRANSFER | {"note": "急用"}
    page = await desk.post("/requests/new?customer=1", told)
    assert (page.status_code, "Bills are unpaid." in page.text) == (409, True)
    assert "急用" in page.text
    assert 'value="100002"' in page.text
    chinese = await desk.post("/requests/new?customer=1", told, language="zh-CN")
    assert "有未缴账单，请先结清。" in chinese.text
    assert await rows(company) == []


async def test_who_made_it_is_told_why_they_cannot_decide(desk: Pages) -> None:
    desk.sign_in("leader", name="陈静")
    papers = TRANSFER | {"documents": "identity"}
    made = await desk.post("/requests/new?customer=1", papers)
    number = made.headers["location"].rpartition("/")[2]
    await desk.post(f"/requests/{number}/documents", {"document": "deed"})
    page = (await desk.get(f"/requests/{number}")).text
    assert "Who made the request cannot decide about it." in page
    assert "Agree <kbd>" not in page
    refused = await desk.post(f"/requests/{number}/approve")
    assert (refused.status_code, "request-own" in refused.text) == (403, True)
    empty = await desk.post(f"/requests/{number}/withdraw", {"note": " "})
    assert (empty.status_code, "request-reason" in empty.text) == (422, True)
    assert (await desk.post(f"/requests/{number}/withdraw", {"note": "误"})).status_code == 303
    assert "withdrew it · 误" in (await desk.get(f"/requests/{number}")).text


async def test_an_unknown_number_is_said_and_nothing_is_there_in_words(desk: Pages) -> None:
    page = (await desk.get("/requests?q=20200101-0001")).text
    assert "No request has the number 20200101-0001." in page
    assert "A new one begins on the customer" in page
    assert (await desk.get("/requests/20200101-0001")).status_code == 404
    desk.sign_in("quality")
    assert (await desk.get("/requests/new?customer=1")).status_code == 403
    assert "/requests/new" not in (await desk.get("/customers/1")).text


def test_every_route_names_its_permission() -> None:
    assert undeclared(views.router.routes) == []
