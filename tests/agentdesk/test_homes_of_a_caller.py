"""Whoever has many homes does not push orders and last calls out of the agent's sight."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from agentdesk.panels.caller import FEW
from crm.billing.models import Bill
from crm.customers.models import ServiceAccount
from mainline.db import Database
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified, CallOffered
from tests.agentdesk.conftest import Browser
from tests.crm.town import customer, place, premise

LONG_AGO = date(2020, 1, 1)


async def _called_by_one_with(company: Database, homes: int, *, about: int, owes: int) -> None:
    """A call about one of the homes, while a bill of another is overdue; counted from 1."""
    async with company.unit_of_work() as session:
        district = await place(session, "和平区")
        where = {
            f"{100 + n}": await premise(session, district, f"和平区{n}号")
            for n in range(1, homes + 1)
        }
        owner = await customer(session, "王芳", "13800000001", accounts=where)
        accounts = await session.scalars(select(ServiceAccount))
        ids = {account.number: account.id for account in accounts}
        session.add(
            Bill(account_id=ids[f"{100 + owes}"], period="2019", issued_on=LONG_AGO,
                 due_on=LONG_AGO, amount_fen=100_00)
        )  # fmt: skip
        await append(session, CallOffered(subject="call:ml-9.9", ani="13800000001", dnis="96777"))
        told = CallerIdentified(
            subject="call:ml-9.9", how="keypad", customer_id=owner.id,
            account_id=ids[f"{100 + about}"],
        )  # fmt: skip
        await append(session, told)


async def _in_sight_and_behind(agent: Browser) -> tuple[list[str], list[str], str]:
    page = (await agent.get("/desk/pop/ml-9.9")).text
    sight, _, rest = page.partition('<details class="more-homes"')
    behind = rest.partition("</details>")[0]
    numbers = re.compile(r'<span class="number quiet">(\d+)</span>')
    return numbers.findall(sight), numbers.findall(behind), behind


async def test_of_twenty_homes_the_one_it_is_about_and_those_with_something_wrong_are_in_sight(
    agent1: Browser, company: Database
) -> None:
    await _called_by_one_with(company, 20, about=12, owes=17)
    sight, behind, _ = await _in_sight_and_behind(agent1)
    assert sight == ["112", "117", "101"]
    assert sorted(sight + behind) == [f"{100 + n}" for n in range(1, 21)]


async def test_what_is_wrong_at_the_others_is_counted_where_they_are_opened(
    agent1: Browser, company: Database
) -> None:
    await _called_by_one_with(company, 20, about=12, owes=17)
    _, _, behind = await _in_sight_and_behind(agent1)
    assert "17" in behind.partition("</summary>")[0]
    assert "tag bad" not in behind.partition("</summary>")[0]
    async with company.unit_of_work() as session:
        for account in await session.scalars(select(ServiceAccount.id)):
            session.add(
                Bill(account_id=account, period="2020", issued_on=LONG_AGO, due_on=LONG_AGO,
                     amount_fen=1)
            )  # fmt: skip
    _, _, behind = await _in_sight_and_behind(agent1)
    assert "其中 17 处" in behind.partition("</summary>")[0]


@pytest.mark.parametrize("homes", [1, FEW, FEW + 1])
async def test_no_home_is_hidden_where_they_are_few(
    agent1: Browser, company: Database, homes: int
) -> None:
    await _called_by_one_with(company, homes, about=1, owes=1)
    sight, behind, _ = await _in_sight_and_behind(agent1)
    assert (len(sight), behind) == (homes, [])
