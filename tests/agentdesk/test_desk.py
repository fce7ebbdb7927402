"""The agent's duty as the server sees it: proven before ready, the telephone before the fact."""

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from crm.customers.models import Customer, CustomerPhone, ServiceAccount
from crm.interactions.models import Disposition, Interaction
from crm.life_cycle.models import LifeRequest
from crm.staff.models import AgentState
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import open_for_fault
from mainline import definitions
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions import content
from mainline.errors import Unavailable
from mainline.journal import append, entries_after, last_id
from mainline.journal.call_events import CallerIdentified, CallOffered, CallUrgent
from mainline.journal.talk_events import AgentAnswered
from tests.agentdesk.conftest import Browser, Telephony, browser
from tests.crm.town import customer, place, premise

PAGE = "11111111-2222-3333-4444-555555555555"
GOOD = {"page": PAGE, "microphone": True, "socket": True, "echo": True}


async def kinds(database: Database) -> list[str]:
    async with database.reading() as session:
        found = await entries_after(session, 0)
    told = [entry.event.kind for entry in found]
    return [kind for kind in told if not kind.startswith(("definition.", "agent.answered"))]


async def be(
    database: Database, state: str, call_id: str | None = None, *, word: str = "ready",
    interrupted: str | None = None,
) -> None:  # fmt: skip
    """What the worker's projection would say, and the fact of the call it says it from."""
    word = state if state in {"closed", "paused", "ready"} else word
    async with database.unit_of_work() as session:
        row = AgentState(number="8001", state=state, word=word, since=now(), fact_at=now())
        row.call_id, row.interrupted = call_id, interrupted
        await session.merge(row)
        if call_id is not None:
            await append(session, AgentAnswered(subject=f"call:{call_id}", agent="8001"))


async def test_ready_is_refused_until_the_desk_is_proven(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await agent1.post("/desk/phone", json={"page": PAGE})
    refused = await agent1.post("/desk/ready")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not-proven")
    assert telephony.switchboard.done == []
    assert "agent.ready" not in await kinds(company)


@pytest.mark.parametrize("missing", ["microphone", "socket", "echo"])
async def test_one_failed_check_is_enough_to_refuse(agent1: Browser, missing: str) -> None:
    await agent1.post("/desk/phone", json={"page": PAGE})
    await agent1.post("/desk/proof", json=GOOD)
    answer = await agent1.post("/desk/proof", json={**GOOD, missing: False})
    assert answer.json() == {"proven": False}
    assert (await agent1.post("/desk/ready")).status_code == 409


async def test_a_proven_desk_serves_its_queues_and_the_last_resort(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await agent1.post("/desk/phone", json={"page": PAGE})
    await agent1.post("/desk/proof", json=GOOD)
    assert (await agent1.post("/desk/ready")).status_code == 204
    assert telephony.switchboard.done == [
        ("add", "service", "8001", "softphone", 50),
        ("add", "repair", "8001", "softphone", 1),
        ("unpause", "8001", "softphone"),
    ]
    assert await kinds(company) == ["agent.signed_in", "agent.proven", "agent.ready"]


async def test_no_fact_is_told_when_the_telephone_system_is_away(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    async def away(*_words: object, **_more: object) -> None:
        raise Unavailable

    telephony.switchboard.queue_add = away  # type: ignore[method-assign]
    await agent1.post("/desk/proof", json=GOOD)
    assert (await agent1.post("/desk/ready")).status_code == 503
    assert "agent.ready" not in await kinds(company)


@pytest.mark.parametrize(
    ("state", "interrupted"),
    [
        ("talking", None),
        ("held", None),
        ("reserved", None),
        ("wrapup", None),
        ("ringing", "ml-0.9"),
    ],
)
async def test_who_has_a_call_to_note_is_ready_when_that_is_done_and_not_before(
    agent1: Browser, company: Database, telephony: Telephony, state: str, interrupted: str | None
) -> None:
    await agent1.post("/desk/proof", json=GOOD)
    await be(company, state, "ml-1.1", word="paused", interrupted=interrupted)
    assert (await agent1.post("/desk/ready")).status_code == 204
    assert telephony.switchboard.done == [
        ("add", "service", "8001", "softphone", 50, "wrapup"),
        ("add", "repair", "8001", "softphone", 1, "wrapup"),
        ("pause", "8001", "softphone", "wrapup"),
    ]
    assert (await kinds(company))[-1] == "agent.ready"
    assert "agent.wrapup_ended" not in await kinds(company)


async def test_each_claim_gets_its_own_password_and_locks_the_page_before(
    app: FastAPI, agent1: Browser, telephony: Telephony
) -> None:
    told: list[tuple[str, str, object]] = []
    app.state.live.tell = lambda agent, event, **data: told.append((agent, event, data["page"]))
    first = (await agent1.post("/desk/phone", json={"page": PAGE})).json()
    other = PAGE.replace("1", "9")
    second = (await agent1.post("/desk/phone", json={"page": other})).json()
    assert first["user"] == second["user"] == "agent-8001"
    assert first["password"] != second["password"]
    assert told == [("8001", "desk.claimed", PAGE), ("8001", "desk.claimed", other)]
    assert telephony.ari.made == ["agent-8001", "agent-8001"]


async def test_a_reloaded_page_stays_proven_and_another_desk_is_not(agent1: Browser) -> None:
    await agent1.post("/desk/proof", json=GOOD)
    again = {"page": PAGE.replace("1", "9"), "reloaded": True}
    await agent1.post("/desk/phone", json=again)
    assert (await agent1.get("/desk/state")).json()["proven_now"] is True
    await agent1.post("/desk/phone", json={"page": PAGE})
    assert (await agent1.get("/desk/state")).json()["proven_now"] is False


async def test_after_the_web_was_restarted_the_books_know_what_was_proven(
    app: FastAPI, agent1: Browser, company: Database
) -> None:
    told = {"microphone": True, "socket": True, "echo": True, "at": now().isoformat()}
    for state, proven in (("ready", True), ("closed", False)):
        async with company.unit_of_work() as session:
            row = AgentState(number="8001", state=state, word=state, since=now(), fact_at=now())
            row.proven = told
            await session.merge(row)
        app.state.claims.by_agent.clear()
        await agent1.post("/desk/phone", json={"page": PAGE, "reloaded": True})
        assert (await agent1.get("/desk/state")).json()["proven_now"] is proven


async def test_end_of_duty_kills_the_password_and_the_proof(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await agent1.post("/desk/phone", json={"page": PAGE})
    await agent1.post("/desk/proof", json=GOOD)
    assert (await agent1.post("/desk/sign-out")).status_code == 204
    assert telephony.ari.dropped == ["agent-8001"]
    assert ("remove", "repair", "8001", "softphone") in telephony.switchboard.done
    assert (await kinds(company))[-1] == "agent.signed_out"
    assert (await agent1.post("/desk/ready")).status_code == 409


async def test_pause_needs_a_reason_from_the_list(agent1: Browser, telephony: Telephony) -> None:
    assert (await agent1.post("/desk/pause", json={"reason": "holiday"})).status_code == 422
    assert (await agent1.post("/desk/pause", json={"reason": "lunch"})).status_code == 204
    assert telephony.switchboard.done == [("pause", "8001", "softphone", "lunch")]


async def test_do_not_disturb_keeps_colleagues_away_until_the_agent_is_ready_again(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await agent1.post("/desk/proof", json=GOOD)
    assert (await agent1.post("/desk/pause", json={"reason": "dnd"})).status_code == 204
    assert telephony.ari.quiet == [("8001", True)]
    async with company.unit_of_work() as session:
        row = AgentState(number="8001", state="paused", word="paused", since=now(), fact_at=now())
        row.reason = row.word_reason = "dnd"
        session.add(row)
    assert (await agent1.post("/desk/ready")).status_code == 204
    assert telephony.ari.quiet == [("8001", True), ("8001", False)]
    assert (await kinds(company))[-2:] == ["agent.paused", "agent.ready"]


async def test_who_has_no_agent_number_has_no_desk(app: FastAPI) -> None:
    async with browser(app, Accept="application/json") as client:
        await client.sign_in("admin")
        answer = await client.get("/desk")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no-telephone")


async def test_a_page_reloaded_in_mid_call_gets_its_caller_back(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    assert (await agent1.post("/desk/rejoin", json={"page": PAGE})).status_code == 404
    await be(company, "talking", "ml-7.7")
    assert (await agent1.post("/desk/rejoin", json={"page": PAGE})).status_code == 204
    assert telephony.switchboard.done == [("rejoin", "ml-7.7", "8001")]


async def test_a_number_is_called_in_its_normal_form_and_nonsense_is_not(
    agent1: Browser, telephony: Telephony
) -> None:
    assert (await agent1.post("/desk/call", json={"number": "+86 138-0000-8000"})).json() == {
        "call_id": "ml-1.1"
    }
    for nonsense in ("", "600", "1380000800\r\nAction: x", "PJSIP/8002"):
        assert (await agent1.post("/desk/call", json={"number": nonsense})).status_code == 422
    assert telephony.switchboard.done == [("call", "8001", "softphone", "13800008000")]


async def test_a_masked_number_is_looked_up_here_and_the_call_knows_its_customer(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    async with company.unit_of_work() as session:
        session.add(Customer(id=5, name="Wang"))
        await session.flush()
        session.add(CustomerPhone(id=9, customer_id=5, number="13800008000", tail="8000"))
    other = {"phone_id": 9, "customer_id": 4}
    assert (await agent1.post("/desk/call", json=other)).status_code == 404
    assert telephony.switchboard.done == []
    answer = await agent1.post("/desk/call", json={"phone_id": 9, "customer_id": 5})
    assert "13800008000" not in answer.text
    assert telephony.switchboard.done == [("call", "8001", "softphone", "13800008000")]
    assert await kinds(company) == ["caller.identified"]


# --- wrap-up ---------------------------------------------------------------------------------


async def leaf(agent: Browser) -> str:
    """A reason without fields of its own."""
    reasons = (await agent.get("/desk/reasons")).json()["reasons"]
    return next(each["code"] for each in reasons if not each["fields"])


async def test_wrapup_is_noted_and_makes_the_agent_free(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await be(company, "wrapup", "ml-1.1")
    form = {"call_id": "ml-1.1", "reason": await leaf(agent1), "notes": "called about it"}
    assert (await agent1.post("/desk/wrapup", json=form)).json() == {"over": True}
    assert telephony.switchboard.done == [("unpause", "8001", "softphone")]
    assert await kinds(company) == ["call.disposed", "agent.wrapup_ended"]
    async with company.reading() as session:
        row = (await session.scalars(select(Disposition))).one()
    assert (row.agent, row.notes) == ("8001", "called about it")


async def test_an_owed_note_is_taken_later_and_ends_no_other_wrapup(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await be(company, "wrapup", "ml-1.1")
    await be(company, "wrapup", "ml-2.2")
    form = {"call_id": "ml-1.1", "reason": await leaf(agent1)}
    assert (await agent1.post("/desk/wrapup", json=form)).json() == {"over": True}
    assert telephony.switchboard.done == []
    assert await kinds(company) == ["call.disposed"]


async def test_calls_without_a_note_are_offered_for_it(agent1: Browser, company: Database) -> None:
    for call, reason in (("ml-1.1", None), ("ml-2.2", "enquiry")):
        row = Interaction(id=call, agent="8001", reason=reason, outcome="answered")
        row.began_at = row.answered_at = row.ended_at = now()
        async with company.unit_of_work() as session:
            session.add(row)
    page = (await agent1.get("/desk/calls")).text
    assert 'data-note="ml-1.1"' in page
    assert "ml-2.2" not in page


async def test_noting_while_talking_keeps_the_agent_in_the_call(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await be(company, "talking", "ml-1.1")
    form = {"call_id": "ml-1.1", "reason": await leaf(agent1)}
    assert (await agent1.post("/desk/wrapup", json=form)).json() == {"over": False}
    assert await kinds(company) == ["call.disposed"]
    assert telephony.switchboard.done == []
    await be(company, "wrapup", "ml-1.1")
    end = {"call_id": "ml-1.1", "next": "ready"}
    assert (await agent1.post("/desk/wrapup/end", json=end)).json() == {"over": True}
    assert telephony.switchboard.done == [("unpause", "8001", "softphone")]


async def test_a_wrapup_ends_with_a_note_and_with_nothing_else(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await be(company, "wrapup", "ml-1.1")
    end = {"call_id": "ml-1.1", "next": "ready"}
    refused = await agent1.post("/desk/wrapup/end", json=end)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not-noted")
    assert telephony.switchboard.done == []
    assert await kinds(company) == []


@pytest.mark.parametrize(
    ("noted", "done", "told"),
    [
        ("ml-1.1", [("unpause", "8001", "softphone")], ["call.disposed", "agent.wrapup_ended"]),
        ("ml-0.9", [], ["call.disposed"]),
    ],
)
async def test_a_wrapup_that_a_ring_interrupted_is_ended_by_its_own_note(
    agent1: Browser, company: Database, telephony: Telephony,
    noted: str, done: list[object], told: list[str],
) -> None:  # fmt: skip
    for call in ("ml-0.9", "ml-1.1"):
        await be(company, "wrapup", call)
    await be(company, "ringing", "ml-2.2", interrupted="ml-1.1")
    assert (await agent1.get("/desk/state")).json()["interrupted"] == "ml-1.1"
    form = {"call_id": noted, "reason": await leaf(agent1)}
    assert (await agent1.post("/desk/wrapup", json=form)).json() == {"over": True}
    assert telephony.switchboard.done == done
    assert await kinds(company) == told


async def test_calls_of_others_cannot_be_noted_or_named(
    agent1: Browser, app: FastAPI, company: Database
) -> None:
    await be(company, "wrapup", "ml-1.1")
    reason = await leaf(agent1)
    async with browser(app, Accept="application/json") as other:
        await other.sign_in("agent2")
        for call_id in ("ml-1.1", "ml-0.0"):
            form = {"call_id": call_id, "reason": reason}
            assert (await other.post("/desk/wrapup", json=form)).status_code == 404
            named = {"call_id": call_id, "customer_id": 1}
            assert (await other.post("/desk/candidate", json=named)).status_code == 404
    assert await kinds(company) == []


async def test_a_missing_field_keeps_the_wrapup_open(agent1: Browser, company: Database) -> None:
    await be(company, "wrapup", "ml-1.1")
    reasons = (await agent1.get("/desk/reasons")).json()["reasons"]
    strict = next(r["code"] for r in reasons if any(f["required"] for f in r["fields"]))
    answer = await agent1.post("/desk/wrapup", json={"call_id": "ml-1.1", "reason": strict})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "field-refused")
    assert await kinds(company) == []


async def test_pressing_twice_opens_one_order(agent1: Browser, company: Database) -> None:
    types = (await agent1.get("/desk/order-types")).json()["types"]
    kind = next(t["code"] for t in types if not any(f["required"] for f in t["fields"]))
    form = {"key": PAGE, "type": kind, "summary": "no heat", "call_id": None}
    first = (await agent1.post("/desk/orders", json=form)).json()
    second = (await agent1.post("/desk/orders", json=form)).json()
    assert first == second
    async with company.reading() as session:
        assert await session.scalar(select(func.count(WorkOrder.id))) == 1


async def test_an_order_that_is_a_request_becomes_one_and_its_number_is_told(
    agent1: Browser, company: Database, settings: Settings
) -> None:
    cycle = content(settings.pack_dir / "life_cycle.yaml")
    for kind in cycle["kinds"]:
        kind["checks"] = []
    async with company.unit_of_work() as session:
        await definitions.install(session, "life_cycle", "company", cycle, by="test")
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        person = await customer(session, "王芳", "13800000001", accounts={"100001": home})
        account = await session.scalar(
            select(ServiceAccount.id).where(ServiceAccount.customer_id == person.id)
        )
    form = {"key": PAGE, "type": "suspension", "account_id": account, "fields": {"why": "外出"}}
    made = [(await agent1.post("/desk/orders", json=form)).json() for _ in range(2)]
    assert made[0] == made[1]
    assert made[0]["what"] == "request"
    async with company.reading() as session:
        (request,) = (await session.scalars(select(LifeRequest))).all()
        assert await session.scalar(select(func.count(WorkOrder.id))) == 0
    assert (request.number, request.note) == (made[0]["number"], "申请原因：外出")


# --- the pop ---------------------------------------------------------------------------------


async def test_what_a_caller_is_called_is_text_and_never_markup(
    agent1: Browser, company: Database
) -> None:
    bait = "<img src=x onerror=alert(1)>"
    async with company.unit_of_work() as session:
        await append(session, CallOffered(subject="call:ml-9.9", ani=bait, dnis=bait))
        await append(session, CallerIdentified(subject="call:ml-9.9", how="none"))
        newest = await last_id(session)
    page = (await agent1.get("/desk/pop/ml-9.9")).text
    assert f'data-seen="{newest}"' in page
    assert "<img" not in page
    assert "&lt;im" in page


async def test_the_pop_shows_an_emergency_with_its_open_order(
    agent1: Browser, company: Database, settings: Settings
) -> None:
    async with company.unit_of_work() as session:
        await append(session, CallOffered(subject="call:ml-9.9", ani="13911110000", dnis="96777"))
        await append(session, CallUrgent(subject="call:ml-9.9", fault="burst"))
    page = (await agent1.get("/desk/pop/ml-9.9")).text
    assert "<b>紧急</b> 供热管道爆裂" in page
    assert "正在自动开单。" in page
    async with company.unit_of_work() as session:
        order = await open_for_fault(
            session, fault="burst", call_id="ml-9.9", customer_id=None, account_id=None,
            contact="13911110000", zone=settings.zone,
        )  # fmt: skip
        number, due_at = order.number, order.due_respond_at.astimezone(settings.zone)
    page = (await agent1.get("/desk/pop/ml-9.9")).text
    assert f'href="/work-orders/{number}"' in page
    assert f"{due_at:%H:%M}</b>" in page


async def test_a_call_nobody_knows_has_no_pop(agent1: Browser) -> None:
    answer = await agent1.get("/desk/pop/ml-0.0")
    assert (answer.status_code, answer.text) == (204, "")
