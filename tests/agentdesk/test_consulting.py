"""An agent asks somebody alone before handing over, or has a team rung."""

import pytest
from sqlalchemy import update

from crm.staff.models import ELSEWHERE, AgentFact, AgentState, User
from mainline.clock import now
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.talk_events import AgentConsulted
from tests.agentdesk.conftest import Browser, Telephony, leg
from tests.agi.test_leases import member

CALL, CUSTOMER = "ml-1.1", "PJSIP/trunk-00000001"
FROM = ("tell", "MAINLINE_FROM", "8001")
CREW = {"call_id": CALL, "kind": "contact", "target": "crew-1"}


def on_a_second_line(telephony: Telephony, other: str) -> None:
    telephony.switchboard.legs += [
        leg("PJSIP/agent-8001-00000002", bridge="b2"),
        leg(other, bridge="b2"),
    ]


async def test_a_contact_outside_is_asked_by_a_number_that_the_page_never_sees(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    answer = await agent1.post("/desk/consult", json=CREW)
    assert (answer.status_code, answer.text) == (204, "")
    assert telephony.switchboard.done == [
        ("consult", CALL, CUSTOMER, "8001", "softphone", "13800110001")
    ]
    async with company.reading() as session:
        told = [entry.event for entry in await entries_after(session, 0)]
    assert [(e.agent, e.target) for e in told if isinstance(e, AgentConsulted)] == [
        ("8001", "crew-1")
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"call_id": "ml-2.2"}, 404),
        ({"target": "nobody"}, 404),
        ({"kind": "agent", "target": "8002"}, 422),  # colleagues are dialled by the page
        ({"kind": "outside", "target": "600"}, 422),
        ({"kind": "queue", "target": "repair"}, 422),
    ],
)
async def test_nobody_else_is_rung(
    agent1: Browser, telephony: Telephony, changes: dict[str, str], status: int
) -> None:
    assert (await agent1.post("/desk/consult", json=CREW | changes)).status_code == status
    assert telephony.switchboard.done == []


async def test_a_public_service_is_asked_alone_and_asked_in(
    agent1: Browser, telephony: Telephony
) -> None:
    fire = {"call_id": CALL, "kind": "outside", "target": "119"}
    assert (await agent1.post("/desk/consult", json=fire)).status_code == 204
    assert (await agent1.post("/desk/conference", json=fire)).status_code == 204
    done = telephony.switchboard.done
    assert done[0] == ("consult", CALL, CUSTOMER, "8001", "softphone", "119")
    assert done[-1] == ("ask in", CALL, "119")


async def test_there_is_no_third_line(agent1: Browser, telephony: Telephony) -> None:
    on_a_second_line(telephony, "PJSIP/agent-8002-00000003")
    answer = await agent1.post("/desk/consult", json=CREW)
    assert answer.json()["error"]["code"] == "second-line"
    assert telephony.switchboard.done == []


@pytest.mark.parametrize(
    ("kind", "target", "other", "exten"),
    [
        ("contact", "crew-1", "PJSIP/trunk-00000007", "13800110001"),
        ("outside", "13800008000", "PJSIP/trunk-00000007", "13800008000"),
        ("outside", "119", "PJSIP/trunk-00000007", "119"),
        ("agent", "8002", "PJSIP/phone-8002-00000007", "8002"),
    ],
)
async def test_the_customer_is_joined_with_whoever_is_on_the_second_line(
    agent1: Browser, telephony: Telephony, kind: str, target: str, other: str, exten: str
) -> None:
    on_a_second_line(telephony, other)
    form = {"call_id": CALL, "kind": kind, "target": target}
    assert (await agent1.post("/desk/join", json=form)).status_code == 204
    assert telephony.switchboard.done == [
        FROM,
        ("tell", "MAINLINE_JOIN_CHANNEL", other),
        ("redirect", CUSTOMER, "ml-join", exten),
    ]


async def test_the_customer_is_joined_with_nobody_who_has_not_answered_the_agent(
    agent1: Browser, telephony: Telephony
) -> None:
    telephony.switchboard.legs += [
        leg("PJSIP/agent-8001-00000002", bridge=""),
        leg("PJSIP/trunk-00000007", bridge=""),
        leg("PJSIP/agent-8002-00000008", bridge="b9"),
    ]
    for kind, target in (("contact", "crew-1"), ("agent", "8002")):
        form = {"call_id": CALL, "kind": kind, "target": target}
        answer = await agent1.post("/desk/join", json=form)
        assert answer.json()["error"]["code"] == "not-answered"
    other = {"call_id": "ml-2.2", "kind": "agent", "target": "8002"}
    assert (await agent1.post("/desk/join", json=other)).status_code == 404
    assert telephony.switchboard.done == []


async def test_who_was_asked_outside_joins_the_talk_without_being_rung_again(
    agent1: Browser, telephony: Telephony
) -> None:
    on_a_second_line(telephony, "PJSIP/trunk-00000007")
    assert (await agent1.post("/desk/conference", json=CREW)).status_code == 204
    assert telephony.switchboard.done[1:] == [
        ("tell", "MAINLINE_CALLER", CUSTOMER),
        ("redirect", "PJSIP/trunk-00000007", "ml-conference", "outside"),
    ]


async def of_team(company: Database, *numbers: str) -> None:
    async with company.unit_of_work() as session:
        there = User.agent_number.in_(numbers)
        await session.execute(update(User).where(there).values(team="北区"))
        for number in numbers:
            session.add(AgentState(number=number, state="ready", word="ready", since=now(),
                                   fact_at=now()))  # fmt: skip


async def test_those_of_a_team_who_are_free_ring_and_never_oneself(
    agent1: Browser, company: Database, telephony: Telephony
) -> None:
    await of_team(company, "8000", "8001", "8002")
    form = {"call_id": CALL, "kind": "team", "target": "北区"}
    places = (await agent1.get("/desk/places")).json()["places"]
    assert [p["detail"] for p in places if p["kind"] == "team"] == ["班组，空闲 2 人"]
    assert (await agent1.post("/desk/transfer", json=form)).status_code == 204
    assert telephony.switchboard.done == [
        FROM,
        ("tell", "MAINLINE_RINGS", "8000-8002"),
        ("redirect", CUSTOMER, "ml-team", "team"),
    ]
    telephony.switchboard.done.clear()
    telephony.switchboard.members = [member(agent="8000", status=2), member(agent="8002", status=5)]
    answer = await agent1.post("/desk/transfer", json=form)
    assert answer.json()["error"]["code"] == "nobody-free"
    assert telephony.switchboard.done == []


async def test_a_call_that_a_colleague_took_was_not_missed(
    agent1: Browser, company: Database
) -> None:
    async with company.unit_of_work() as session:
        session.add(AgentFact(agent="8001", at=now(), kind="agent.missed", call_id="ml-5.5",
                              detail=ELSEWHERE))  # fmt: skip
    assert "data-call-missed" not in (await agent1.get("/desk/missed")).text
