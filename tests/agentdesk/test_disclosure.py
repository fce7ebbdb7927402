"""The pages of watch list, exports and bulletins, and the masks of a customer's page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from agentdesk.bulletins.views import WHATS
from crm.bulletins import service as bulletins
from crm.customers.models import Customer, CustomerPhone
from crm.staff import composing
from crm.staff.roles import Role
from mainline.db import Database
from mainline.permissions import Permission
from mainline.text import LocalizedText
from tests.agentdesk.conftest import Browser, browser


async def _people(database: Database) -> None:
    async with database.unit_of_work() as session:
        person = Customer(name="王芳", notes="请拨 13811112222")
        session.add(person)
        await session.flush()
        session.add(CustomerPhone(customer_id=person.id, number="13800008000", tail="8000"))


@asynccontextmanager
async def _signed(app: FastAPI, login: str) -> AsyncIterator[Browser]:
    async with browser(app) as client:
        client.cookies.set("mainline_language", "en")
        assert (await client.sign_in(login)).status_code == 303
        yield client


async def test_a_customers_page_is_unmasked_by_click_for_a_reason(
    app: FastAPI, company: Database
) -> None:
    await _people(company)
    async with _signed(app, "quality") as client:
        page = (await client.get("/customers/1")).text
        assert "王*" in page
        assert "138****8000" in page
        assert "138****2222" in page
        assert 'data-unmask="/api/customers/1/unmask"' in page
        assert "13800008000" not in page
        assert "王芳" not in page
        body = {"reason": "other", "words": "核查"}
        assert (await client.post("/api/customers/1/unmask", json=body)).status_code == 201
        page = (await client.get("/customers/1")).text
        for words in ("王芳", "13800008000", "13811112222", "Masks are off until"):
            assert words in page
        assert "data-unmask=" not in page


async def test_who_sees_everything_is_asked_for_no_reason(app: FastAPI, company: Database) -> None:
    await _people(company)
    async with _signed(app, "leader") as client:
        page = (await client.get("/customers/1")).text
        assert "13800008000" in page
        assert "data-unmask=" not in page


async def test_who_is_watched_stands_on_the_customers_page_until_it_is_ended(
    app: FastAPI, company: Database
) -> None:
    await _people(company)
    async with _signed(app, "leader") as client, _signed(app, "agent1") as agent:
        form = {"what": "tampering", "reason": "私接管道", "until": ""}
        assert (await client.post("/customers/1/watch", data=form)).status_code == 303
        page = (await agent.get("/customers/1")).text
        assert "Meter tampered with" in page
        assert "私接管道" in page
        assert "Put on the list" not in page
        assert "私接管道" in (await agent.get("/customers/watched")).text
        refused = await agent.post("/customers/watched/1/end", data={"why": "x"})
        assert refused.status_code == 403
        ended = await client.post("/customers/watched/1/end", data={"why": "已整改"})
        assert ended.status_code == 303
        assert "私接管道" not in (await agent.get("/customers/1")).text
        assert "Nobody is on the watch list." in (await client.get("/customers/watched")).text


async def test_an_export_is_asked_for_approved_by_another_and_fetched(
    app: FastAPI, company: Database
) -> None:
    await _people(company)
    async with _signed(app, "leader") as client, _signed(app, "admin") as other:
        form = {"what": "customers", "reason": "年审", "since": "", "until": ""}
        assert (await client.post("/exports", data=form)).status_code == 303
        page = (await client.get("/exports")).text
        assert "EX-000001" in page
        assert "/api/exports/EX-000001/file?format=xlsx" in page
        assert "/file?" not in (await other.get("/exports")).text
        file = await client.get("/api/exports/EX-000001/file?format=csv")
        assert "EX-000001 · 8000 · " in file.text
        refused = await client.post("/exports", data={**form, "reason": " "})
        assert refused.status_code == 422
        assert "Say what the export is for." in refused.text


async def test_a_must_read_stands_before_the_work_and_on_every_page_until_it_is_read(
    app: FastAPI, company: Database
) -> None:
    async with _signed(app, "leader") as leader, _signed(app, "agent1") as agent:
        assert (await agent.get("/bulletins/unread")).text.strip() == ""
        assert (await agent.get("/")).headers["location"] == "/desk"
        form = {"what": "conditions", "title": "降温", "text": "二网降温", "must_read": "true",
                "role": "agent", "until": ""}  # fmt: skip
        assert (await leader.post("/bulletins", data=form)).status_code == 303
        assert (await agent.get("/")).headers["location"] == "/bulletins"
        piece = (await agent.get("/bulletins/unread")).text
        assert "Operating conditions · 降温" in piece
        page = (await leader.get("/bulletins")).text
        assert "Read by 0, not yet by 2" in page
        async with company.reading() as session:
            [row] = await bulletins.standing(session)
        assert (await agent.post(f"/bulletins/{row.id}/read")).status_code == 303
        assert (await agent.get("/")).headers["location"] == "/desk"
        assert (await agent.get("/bulletins/unread")).text.strip() == ""
        await _compose(company, "crew_lead", "Crew lead")
        assert 'value="crew_lead"> Crew lead</label>' in (await leader.get("/bulletins")).text
        for role, status in (("crew_lead", 303), ("king", 422)):
            told = await leader.post("/bulletins", data=form | {"role": role})
            assert told.status_code == status
        assert (await agent.get("/bulletins/unread")).text.strip() == ""
        assert "Read by 1, not yet by 1" in (await leader.get("/bulletins")).text
    assert set(WHATS) == {"bulletin", "conditions"}


async def _compose(company: Database, code: str, name: str) -> None:
    """A role of the company's own."""
    role = Role(
        code=code, name=LocalizedText(zh=name, en=name), permissions=(Permission.SEE_BOARD,)
    )
    async with company.unit_of_work() as session:
        await composing.put(session, role, may=frozenset(Permission), by="root", why="crews")
