"""In the talk the agent confirms that the number on the line is the customer's."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from crm.customers.models import CustomerPhone
from mainline.clock import now
from mainline.db import Database
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified, CallOffered
from mainline.journal.talk_events import AgentAnswered
from tests.agentdesk.conftest import Browser, browser
from tests.crm.town import customer

pytestmark = pytest.mark.usefixtures("clock")
CALL, NUMBER = "ml-7.7", "13800008001"
BUTTON = 'data-theirs="1"'
ASK = {"call_id": CALL, "customer_id": 1}


async def called(
    company: Database, *, ani: str = NUMBER, agent: str = "8001", who: int | None = 1
) -> None:
    """Wang Fang has a number that nobody has confirmed; somebody calls from ``ani``."""
    async with company.unit_of_work() as session:
        await customer(session, "王芳", NUMBER)
        await customer(session, "李强", "13800008002")
        (await session.get_one(CustomerPhone, 1)).confirmed = False
        call = f"call:{CALL}"
        await append(session, CallOffered(subject=call, ani=ani, dnis="96000"))
        if who is not None:
            fact = CallerIdentified(subject=call, how="keypad", customer_id=who)
            await append(session, fact)
        await append(session, AgentAnswered(subject=call, agent=agent))


async def confirmed(company: Database) -> list[tuple[int, str, str | None]]:
    async with company.reading() as session:
        rows = await session.scalars(
            select(CustomerPhone).where(CustomerPhone.confirmed).order_by(CustomerPhone.id)
        )
        return [(one.customer_id, one.number, one.confirmed_by) for one in rows]


LIS = (2, "13800008002", None)


async def test_one_act_confirms_the_number_and_is_offered_no_more(
    agent1: Browser, company: Database
) -> None:
    await called(company)
    page = (await agent1.get(f"/desk/pop/{CALL}")).text
    assert BUTTON in page
    assert "<kbd>F10</kbd>" in page
    for _ in range(2):
        assert (await agent1.post("/desk/theirs", json=ASK)).status_code == 204
    assert await confirmed(company) == [(1, NUMBER, "8001"), LIS]
    assert BUTTON not in (await agent1.get(f"/desk/pop/{CALL}")).text
    async with company.reading() as session:
        assert (await session.get_one(CustomerPhone, 1)).confirmed_at == now()


async def test_a_new_number_of_whom_was_recognised_otherwise_becomes_theirs(
    agent1: Browser, company: Database
) -> None:
    await called(company, ani="+8613900000009")
    assert BUTTON in (await agent1.get(f"/desk/pop/{CALL}")).text
    assert (await agent1.post("/desk/theirs", json=ASK)).status_code == 204
    assert await confirmed(company) == [LIS, (1, "13900000009", "8001")]


@pytest.mark.parametrize("ani", ["anonymous", ""])
async def test_a_number_that_is_hidden_is_nobodys(
    agent1: Browser, company: Database, ani: str
) -> None:
    await called(company, ani=ani)
    assert "data-theirs" not in (await agent1.get(f"/desk/pop/{CALL}")).text
    assert (await agent1.post("/desk/theirs", json=ASK)).status_code == 422
    assert await confirmed(company) == [LIS]


async def test_who_calls_has_to_be_chosen_first(agent1: Browser, company: Database) -> None:
    await called(company, ani="13900000009", who=None)
    assert "data-theirs" not in (await agent1.get(f"/desk/pop/{CALL}")).text
    assert (await agent1.post("/desk/theirs", json=ASK)).status_code == 404
    assert await confirmed(company) == [LIS]


async def test_only_in_ones_own_call_and_only_for_whom_it_is_with(
    agent1: Browser, company: Database, app: FastAPI
) -> None:
    await called(company)
    another = {**ASK, "customer_id": 2}
    assert (await agent1.post("/desk/theirs", json=another)).status_code == 404
    async with browser(app, Accept="application/json") as other:
        await other.sign_in("agent2")
        assert (await other.post("/desk/theirs", json=ASK)).status_code == 404
    assert await confirmed(company) == [LIS]
