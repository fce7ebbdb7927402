"""An agent sends one's own customer on: to people, the menu, a slot, a talk of three."""

from datetime import timedelta
from typing import Any

import pytest

from agentdesk.agent.feeds import floor
from agentdesk.agent.missed import SHOWN
from agentdesk.agent.presence import presence
from crm.customers.models import Customer
from crm.interactions.models import Interaction, QueueVisit
from crm.parking.models import ParkedCall
from crm.staff.models import AgentFact, AgentState, User
from ivr.plan import install as install_ivr
from mainline.asterisk.snapshots import Member
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.conftest import Browser, Telephony, leg
from tests.agi.test_leases import agent, member

CALL, CUSTOMER = "ml-1.1", "PJSIP/trunk-00000001"
FROM = ("tell", "MAINLINE_FROM", "8001")


async def call_of(company: Database, settings: Settings, **changes: Any) -> None:
    """The call of agent 8001: in the menu under version 1, then in the queue for repairs."""
    async with company.unit_of_work() as session:
        await install_ivr(session, settings.pack_dir)
        fields = {"menu": "main", "menu_version": 1, "queue": "repair", "ani": "13812345678"}
        session.add(Interaction(id=CALL, began_at=now(), **{**fields, **changes}))


@pytest.mark.parametrize(
    ("kind", "target", "exten"),
    [
        ("agent", "8002", "8002"),
        ("queue", "billing", "billing"),
        ("contact", "repairs-head", "8004"),
        ("contact", "customer-head", "02431110001"),
        ("outside", "+86 138-0000-8000", "13800008000"),
        ("outside", "119", "119"),
        ("outside", "12345", "12345"),
        ("survey", "survey", "survey"),
    ],
)
async def test_the_customer_goes_where_the_agent_says(
    agent1: Browser, company: Database, telephony: Telephony, kind: str, target: str, exten: str
) -> None:
    async with company.unit_of_work() as session:
        session.add(
            User(login="head", name="head", password_hash="x", roles=["agent"], agent_number="8004")
        )
    form = {"call_id": CALL, "kind": kind, "target": target}
    answer = await agent1.post("/desk/transfer", json=form)
    assert (answer.status_code, answer.text) == (204, "")
    assert telephony.switchboard.done == [FROM, ("redirect", CUSTOMER, "ml-transfer", exten)]


@pytest.mark.parametrize(
    ("kind", "target", "status"),
    [
        ("agent", "8099", 404),
        ("contact", "nobody", 404),
        ("menu", "hello", 404),
        ("outside", "8002", 422),
        ("outside", "600", 422),
        ("outside", "10086", 422),
        ("agent", "119", 404),
        ("queue", "PJSIP/8002", 422),
        ("app", "8002", 422),
    ],
)
async def test_nonsense_moves_nobody(
    agent1: Browser,
    company: Database,
    settings: Settings,
    telephony: Telephony,
    kind: str,
    target: str,
    status: int,
) -> None:
    await call_of(company, settings)
    form = {"call_id": CALL, "kind": kind, "target": target}
    assert (await agent1.post("/desk/transfer", json=form)).status_code == status
    assert telephony.switchboard.done == []


@pytest.mark.parametrize("back", ["agent", "queue", "end"])
async def test_to_a_door_of_the_menu_that_the_call_began_with(
    agent1: Browser, company: Database, settings: Settings, telephony: Telephony, back: str
) -> None:
    await call_of(company, settings)
    form = {"call_id": CALL, "kind": "menu", "target": "arrears", "back": back}
    assert (await agent1.post("/desk/transfer", json=form)).status_code == 204
    assert telephony.switchboard.done == [
        FROM,
        ("tell", "MAINLINE_BACK", back),
        ("redirect", CUSTOMER, "ml-menu", "arrears"),
    ]


@pytest.mark.parametrize("path", ["transfer", "park", "conference", "conference/drop"])
async def test_only_the_own_customer_can_be_moved(
    agent1: Browser, telephony: Telephony, path: str
) -> None:
    form = {"call_id": "ml-2.2"}
    if path in {"transfer", "conference"}:
        form |= {"kind": "agent", "target": "8002"}
    assert (await agent1.post(f"/desk/{path}", json=form)).status_code == 404
    assert telephony.switchboard.done == []


async def test_places_tell_who_is_free_and_show_no_number_of_a_contact(
    agent1: Browser, company: Database, settings: Settings, telephony: Telephony
) -> None:
    await call_of(company, settings)
    async with company.unit_of_work() as session:
        row = AgentState(number="8002", state="ready", word="ready", since=now(), fact_at=now())
        session.add(row)
    answer = await agent1.get(f"/desk/places?call={CALL}")
    assert "138001" not in answer.text
    assert "02431110001" not in answer.text
    found = {each["target"]: each for each in answer.json()["places"]}
    assert (found["8002"]["presence"], found["8002"]["detail"]) == ("free", "空闲")
    assert "8001" not in found
    assert found["repair"]["detail"] == "空闲 1 人，排队 0 人"
    assert (found["crew-1"]["kind"], found["crew-1"]["consult"]) == ("contact", "")
    assert (found["arrears"]["kind"], found["arrears"]["title"]) == ("menu", "欠费和账单")
    assert found["survey"]["kind"] == "survey"
    short = {number: found[number]["title"] for number in ("110", "119", "120", "12345")}
    assert short == {"110": "110 公安报警", "119": "119 消防", "120": "120 急救",
                     "12345": "12345 政务服务热线"}  # fmt: skip
    assert {found[number]["kind"] for number in short} == {"outside"}
    telephony.switchboard.members = [member(agent="8002", status=2)]
    found = {each["target"]: each for each in (await agent1.get("/desk/places")).json()["places"]}
    assert found["8002"]["presence"] == "busy"
    assert "arrears" not in found
    telephony.switchboard.away = True
    found = {each["target"]: each for each in (await agent1.get("/desk/places")).json()["places"]}
    assert found["8002"]["presence"] == "free"


@pytest.mark.parametrize(
    ("state", "changes", "members", "expected"),
    [
        ("ready", {}, [], "free"),
        ("ready", {}, [member()], "free"),
        ("ready", {}, [member(status=2)], "busy"),
        ("ready", {}, [member(status=5)], "away"),
        ("talking", {}, [], "busy"),
        ("held", {}, [], "busy"),
        ("wrapup", {}, [], "busy"),
        ("reserved", {}, [], "busy"),
        ("paused", {"word": "paused", "word_reason": "lunch"}, [], "paused"),
        ("paused", {"word": "paused", "word_reason": "dnd"}, [], "quiet"),
        ("talking", {"word": "paused", "word_reason": "dnd"}, [], "quiet"),
        ("closed", {"word": "closed"}, [], "away"),
    ],
)
def test_presence(
    state: str, changes: dict[str, Any], members: list[Member], expected: str
) -> None:
    one = agent(state, **changes)
    assert presence(one, members, frozenset({"dnd"})) == expected


# --- parking ---------------------------------------------------------------------------------


async def test_a_customer_is_parked_and_taken_by_the_group_alone(
    agent1: Browser, company: Database, settings: Settings, telephony: Telephony
) -> None:
    await call_of(company, settings, queue="billing")
    assert (await agent1.post("/desk/park", json={"call_id": CALL})).json() == {"slot": 701}
    assert telephony.switchboard.done == [FROM, ("redirect", CUSTOMER, "ml-park", "701")]
    assert (await agent1.post("/desk/unpark", json={"slot": 701})).status_code == 404  # on the way
    async with company.unit_of_work() as session:
        (await session.get_one(ParkedCall, 701)).parked_at = now()
    assert (await agent1.post("/desk/unpark", json={"slot": 701})).json() == {"call_id": CALL}
    assert telephony.switchboard.done[-1] == ("redirect", CUSTOMER, "ml-unpark", "8001")
    async with company.unit_of_work() as session:
        (await session.get_one(ParkedCall, 701)).agent = "8009"
    refused = await agent1.post("/desk/unpark", json={"slot": 701})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "other-group")
    assert (await agent1.post("/desk/unpark", json={"slot": 702})).status_code == 404


async def test_who_talks_takes_nobody_out_of_a_slot(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    async with company.unit_of_work() as session:
        moment = now()
        session.add(AgentState(number="8001", state="held", word="ready", since=moment,
                               fact_at=moment))  # fmt: skip
        session.add(ParkedCall(slot=701, call_id="ml-9.9", agent="8001", queue="repair",
                               reserved_at=moment, parked_at=moment))  # fmt: skip
    answer = await agent1.post("/desk/unpark", json={"slot": 701})
    assert answer.json()["error"]["code"] == "in-call"
    assert telephony.switchboard.done == []


async def test_a_customer_who_is_gone_leaves_the_slot_free(
    agent1: Browser, company: Database, settings: Settings, telephony: Telephony
) -> None:
    await call_of(company, settings)
    telephony.switchboard.refuses = True
    assert (await agent1.post("/desk/park", json={"call_id": CALL})).status_code == 404
    async with company.reading() as session:
        assert await session.get(ParkedCall, 701) is None


# --- conference ------------------------------------------------------------------------------


async def test_a_third_joins_and_is_let_go_again(agent1: Browser, telephony: Telephony) -> None:
    board = telephony.switchboard
    form = {"call_id": CALL, "kind": "contact", "target": "crew-1"}
    answer = await agent1.post("/desk/conference", json=form)
    assert (answer.status_code, answer.text) == (204, "")
    own = "PJSIP/agent-8001-00000001"
    assert board.done == [
        ("redirect both", CUSTOMER, "customer", own, "agent", "ml-conference"),
        ("ask in", CALL, "13800110001"),
    ]
    third = "Local/13800110001@ml-outside-00000001;1"
    board.legs = [leg(name, application="ConfBridge") for name in (CUSTOMER, own, third)]
    board.done.clear()
    await agent1.post("/desk/conference", json={"call_id": CALL, "kind": "agent", "target": "8002"})
    assert board.done == [("ask in", CALL, "8002")]
    board.done.clear()
    answer = await agent1.post("/desk/conference/drop", json={"call_id": CALL})
    assert answer.json() == {"left": 1}
    assert board.done == [("hang up", third)]


async def test_no_more_than_four_talk_together(agent1: Browser, telephony: Telephony) -> None:
    names = (CUSTOMER, "PJSIP/agent-8001-00000001", "PJSIP/agent-8003-1", "PJSIP/agent-8004-1")
    telephony.switchboard.legs = [leg(name, application="ConfBridge") for name in names]
    form = {"call_id": CALL, "kind": "agent", "target": "8002"}
    answer = await agent1.post("/desk/conference", json=form)
    assert answer.json()["error"]["code"] == "conference-full"
    assert telephony.switchboard.done == []


async def test_a_colleague_who_was_asked_before_joins_without_being_rung_again(
    agent1: Browser, telephony: Telephony
) -> None:
    board = telephony.switchboard
    board.legs += [leg("PJSIP/agent-8001-00000002", bridge="b2"),
                   leg("PJSIP/agent-8002-00000003", bridge="b2")]  # fmt: skip
    form = {"call_id": CALL, "kind": "agent", "target": "8002"}
    assert (await agent1.post("/desk/conference", json=form)).status_code == 204
    assert board.done[1:] == [
        ("tell", "MAINLINE_CALLER", CUSTOMER),
        ("redirect", "PJSIP/agent-8002-00000003", "ml-conference", "colleague"),
    ]


# --- the leader, missed calls, the floor -----------------------------------------------------


async def test_the_leader_whose_telephone_is_there_is_called(
    agent1: Browser, telephony: Telephony
) -> None:
    assert (await agent1.post("/desk/leader", json={})).status_code == 404
    telephony.ari.registered = {"8000", "8002"}
    assert (await agent1.post("/desk/leader", json={})).json() == {"number": "8000"}


async def test_missed_calls_are_listed_however_old_and_called_back_unseen(
    agent1: Browser, company: Database, settings: Settings, telephony: Telephony
) -> None:
    await call_of(company, settings)
    async with company.unit_of_work() as session:
        old = now().replace(year=2020)
        session.add_all(
            [AgentFact(agent="8001", at=old, kind="agent.missed", call_id=CALL),
             AgentFact(agent="8001", at=now(), kind="agent.direct_missed", detail="8002"),
             AgentFact(agent="8002", at=now(), kind="agent.missed", call_id=CALL)]
        )  # fmt: skip
    page = (await agent1.get("/desk/missed")).text
    assert "13812345678" not in page
    assert "138****5678" in page
    assert page.index("8002 agent2") < page.index("138****5678")
    answer = await agent1.post("/desk/missed/1/call")
    assert answer.json() == {"call_id": CALL}
    assert telephony.switchboard.done == [("call", "8001", "softphone", "13812345678")]
    assert (await agent1.post("/desk/missed/2/call")).json() == {"dial": "8002"}
    assert (await agent1.post("/desk/missed/3/call")).status_code == 404


async def test_a_call_that_rang_again_stands_once_and_hides_none_of_the_earlier_ones(
    agent1: Browser, company: Database, settings: Settings
) -> None:
    await call_of(company, settings)
    begin = now() - timedelta(days=1)
    rings = [(CALL, 0), *((f"ml-{minute}.9", minute) for minute in range(1, SHOWN + 1)), (CALL, 99)]
    async with company.unit_of_work() as session:
        session.add_all(
            AgentFact(agent="8001", at=begin + timedelta(minutes=m), kind="agent.missed", call_id=c)
            for c, m in rings
        )
    first = (await agent1.get("/desk/missed")).text
    assert first.count("data-call-missed") == SHOWN
    assert first.count("138****5678") == 1
    last = first.split('data-more="')[1].split('"')[0]
    rest = (await agent1.get(f"/desk/missed?before={last}")).text
    assert rest.count("data-call-missed") == 1
    assert "data-more" not in rest


async def test_auto_answer_is_an_option_of_the_agent_and_not_of_the_page(agent1: Browser) -> None:
    assert (await agent1.get("/desk/state")).json()["auto_answer"] is False
    assert (await agent1.post("/desk/auto-answer", json={"on": True})).status_code == 204
    assert (await agent1.get("/desk/state")).json()["auto_answer"] is True


async def test_the_floor_tells_who_serves_who_waits_and_who_is_parked(
    company: Database, settings: Settings
) -> None:
    await call_of(company, settings, customer_id=5)
    moment = now()
    async with company.unit_of_work() as session:
        session.add(Customer(id=5, name="Wang"))
        for number, state in (("8001", "held"), ("8002", "ready")):
            session.add(AgentState(number=number, state=state, word="ready", since=moment,
                                   fact_at=moment))  # fmt: skip
        for seq, (queue, priority) in enumerate((("repair", 0), ("repair", 100), ("billing", 0))):
            session.add(QueueVisit(call_id=CALL, seq=seq, queue=queue, entered_at=moment,
                                   priority=priority))  # fmt: skip
        session.add(ParkedCall(slot=701, call_id=CALL, agent="8001", team="north", queue="repair",
                               reserved_at=moment, parked_at=moment))  # fmt: skip
    async with company.reading() as session:
        picture = await floor(session)
    assert picture["counts"] == {"serving": 1, "idle": 1, "paused": 0, "closed": 1}
    assert [(w["queue"], w["count"], w["urgent"]) for w in picture["waiting"]] == [
        ("billing", 1, False),
        ("repair", 2, True),
    ]
    (parked,) = picture["parked"]
    assert (parked["slot"], parked["title"], parked["team"]) == (701, "Wang", "north")
