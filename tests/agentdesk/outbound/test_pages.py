"""The agent's next task, the leader's campaigns and the do-not-call list as pages."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from agentdesk.outbound import views
from crm.campaigns.models import CampaignTask, DoNotCall
from crm.staff.models import AgentState
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append
from mainline.journal.talk_events import SurveyAsked, SurveyRated
from tests.agentdesk.outbound.conftest import HOSTILE, NUMBER, Board
from tests.crm.calls import take_in
from tests.support.pages import Pages, pages


@pytest.fixture
async def desk(settings: Settings, company: Database) -> AsyncIterator[Pages]:
    async with pages(settings, company, [views.router]) as opened:
        opened.app.state.switchboard = Board()
        opened.sign_in("agent", number="8001")
        yield opened


async def task(database: Database) -> CampaignTask:
    async with database.reading() as session:
        return (await session.scalars(select(CampaignTask))).one()


async def test_an_agent_sees_the_customer_before_calling_and_notes_what_came_of_it(
    desk: Pages, company: Database
) -> None:
    page = await desk.get("/outbound")
    assert "1 customers to be called" in page.text
    assert NUMBER not in page.text
    assert (await desk.post("/outbound/next")).status_code == 303
    page = (await desk.get("/outbound")).text
    assert "138****8001" in page
    assert NUMBER not in page
    assert HOSTILE not in page
    assert "Is the problem solved" in page
    number = (await task(company)).id
    assert (await desk.post(f"/outbound/tasks/{number}/call")).status_code == 303
    assert desk.app.state.switchboard.asked == [("8001", "phone", NUMBER)]
    assert (await task(company)).call_id == "ml-9.9"
    refused = await desk.post(
        f"/outbound/tasks/{number}/result", {"result": "not_satisfied", "q_solved": "no"}
    )
    assert refused.status_code == 422
    done = await desk.post(
        f"/outbound/tasks/{number}/result",
        {"result": "not_satisfied", "q_solved": "no", "q_manner": "bad", "notes": "没人来"},
    )
    assert done.status_code == 303
    found = await task(company)
    assert (found.state, found.result, found.notes) == ("done", "not_satisfied", "没人来")
    assert found.answers == {"solved": False, "manner": "bad"}
    async with company.reading() as session:
        assert (await session.scalars(select(WorkOrder))).one().step == "new"
    assert "Nobody has to be called" in (await desk.get("/outbound")).text


async def test_a_task_of_another_agent_cannot_be_called_or_finished(
    desk: Pages, company: Database
) -> None:
    await desk.post("/outbound/next")
    number = (await task(company)).id
    desk.sign_in("agent", number="8002")
    for path, form in (("call", {}), ("result", {"result": "satisfied"}), ("return", {})):
        assert (await desk.post(f"/outbound/tasks/{number}/{path}", form)).status_code in {404, 409}
    assert desk.app.state.switchboard.asked == []
    assert (await task(company)).state == "leased"


async def test_who_is_not_on_duty_has_no_telephone_to_call_with(
    desk: Pages, company: Database
) -> None:
    await desk.post("/outbound/next")
    async with company.unit_of_work() as session:
        (await session.get_one(AgentState, "8001")).word = "closed"
    number = (await task(company)).id
    answer = await desk.post(f"/outbound/tasks/{number}/call")
    assert answer.status_code == 409
    assert desk.app.state.switchboard.asked == []
    assert (await task(company)).attempts == 0


async def test_a_leader_makes_starts_and_ends_a_campaign(desk: Pages, company: Database) -> None:
    desk.sign_in("leader", name="zhao")
    assert (await desk.get("/outbound")).headers["location"] == "/outbound/campaigns"
    page = (await desk.get("/outbound/campaigns")).text
    assert "Answered complaints" in page
    made = await desk.post(
        "/outbound/campaigns",
        {"name": HOSTILE, "source": "orders", "type": "complaint", "questionnaire": "visit"},
    )
    where = made.headers["location"]
    assert re.fullmatch(r"/outbound/campaigns/\d+", where)
    page = (await desk.get(where)).text
    assert HOSTILE not in page
    assert "Whom it calls is chosen when it starts." in page
    assert (await desk.post(f"{where}/start")).status_code == 303
    page = (await desk.get(where)).text
    assert "order:1" in page
    assert NUMBER in page
    assert (await desk.post(f"{where}/start")).status_code == 409
    assert (await desk.post(f"{where}/end")).status_code == 303
    assert "dropped" in (await desk.get(where)).text
    bad = await desk.post("/outbound/campaigns", {"name": "x", "source": "everybody"})
    assert bad.status_code == 422


async def test_the_do_not_call_list_takes_numbers_lists_and_lets_them_go(
    desk: Pages, company: Database
) -> None:
    desk.sign_in("leader", name="zhao")
    assert "Nobody has asked" in (await desk.get("/outbound/do-not-call")).text
    form = {"number": "138 0000 8001", "reason": HOSTILE}
    assert (await desk.post("/outbound/do-not-call", form)).status_code == 303
    page = (await desk.get("/outbound/do-not-call")).text
    assert NUMBER in page
    assert HOSTILE not in page
    assert (await task(company)).state == "barred"
    told = await desk.post(
        "/outbound/do-not-call/import", {"text": f"13900000000,asked\nx\n{NUMBER}"}
    )
    assert "1 added, 1 known already." in told.text
    assert "Not understood: lines 2" in told.text
    assert (await desk.post("/outbound/do-not-call/1/remove")).status_code == 303
    async with company.reading() as session:
        assert [one.number for one in await session.scalars(select(DoNotCall))] == ["13900000000"]
    assert (await desk.post("/outbound/do-not-call", {"number": "nonsense"})).status_code == 422


async def test_ratings_stand_beside_their_agent(desk: Pages, company: Database) -> None:
    desk.sign_in("leader", name="zhao")
    assert "Nobody has been asked yet." in (await desk.get("/outbound/ratings")).text
    about: dict[str, Any] = {"subject": "call:ml-3.3", "agent": "8001", "version": 1}
    async with company.unit_of_work() as session:
        await append(session, SurveyAsked(**about))
        await append(session, SurveyRated(**about, scores={"satisfaction": 1}, low=True))
    await take_in(company, consumer="surveys")
    page = (await desk.get("/outbound/ratings")).text
    assert "agent1" in page
    assert "1.00" in page
    assert "/calls/ml-3.3" in page


@pytest.mark.parametrize("path", ["campaigns", "do-not-call", "ratings"])
async def test_agents_run_no_campaigns(desk: Pages, path: str) -> None:
    assert (await desk.get(f"/outbound/{path}")).status_code == 403


async def test_every_page_speaks_chinese(desk: Pages, company: Database) -> None:
    await desk.post("/outbound/next")
    assert "保存，下一个" in (await desk.get("/outbound", language="zh-CN")).text
    desk.sign_in("leader", name="zhao")
    spoken = {"campaigns": "外呼活动", "do-not-call": "免打扰名单", "ratings": "满意度"}
    for path, word in spoken.items():
        assert word in (await desk.get(f"/outbound/{path}", language="zh-CN")).text
