from collections.abc import Callable

import httpx
import pytest
import yaml

from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import CallerIdentified, MessageLeft, QueueEntered
from mainline.journal.floor_events import AgentReady, AgentSignedIn
from tests.crm.calls import NINE, abandoned_call, answered_call, facts, self_served_call, take_in

AsRole = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def calls(town: Database) -> None:
    known = facts("ml-1.1", (0.25, CallerIdentified, {"how": "keypad", "customer_id": 1}))
    await take_in(town, *answered_call(), *known, *abandoned_call(), *self_served_call())


@pytest.mark.usefixtures("calls")
async def test_a_call_is_told_in_the_promised_words(as_role: AsRole) -> None:
    page = (await as_role("leader").get("/calls", params={"queue": "repair"})).json()
    assert page["next"] is None
    [call] = page["items"]
    assert call == {
        "id": "ml-1.1",
        "direction": "in",
        "ani": "13800008000",
        "dnis": "96777",
        "times": {
            "offered": "2026-11-23T01:00:00Z",
            "identified": "2026-11-23T01:00:00.200000Z",
            "queued": "2026-11-23T01:00:06Z",
            "answered": "2026-11-23T01:00:16Z",
            "ended": "2026-11-23T01:01:16Z",
        },
        "customer": {"id": 1, "name": "王芳"},
        "identified_how": "keypad",
        "menu": "main",
        "menu_version": 2,
        "menu_path": ["hello", "main"],
        "keys": ["1"],
        "language": "zh",
        "queue": "repair",
        "agent": "8001",
        "outcome": "answered",
        "degraded": False,
        "transfers": 0,
        "recording": 11,
        "reason": None,
        "wait_s": 10.0,
        "talk_s": 60.0,
    }


@pytest.mark.usefixtures("calls")
async def test_numbers_are_masked_for_who_may_not_see_them(as_role: AsRole) -> None:
    agent = as_role("agent")
    shown = (await agent.get("/calls/ml-1.1")).json()
    assert shown["ani"] == "138****8000"
    assert "13800008000" not in str(shown)
    assert (await agent.get("/calls", params={"ani": "13800008000"})).status_code == 403
    customer = (await agent.get("/customers/1")).json()
    assert [phone["number"] for phone in customer["phones"]] == ["138****8001", "024****1001"]


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"ml-1.1", "ml-2.1", "ml-3.1"}),
        ({"ani": "+86 138 0000 8000"}, {"ml-1.1", "ml-3.1"}),
        ({"outcome": "abandoned"}, {"ml-2.1"}),
        ({"agent": "8001"}, {"ml-1.1"}),
        ({"customer": "1"}, {"ml-1.1"}),
        (
            {"from": "2026-11-23T01:00:00Z", "to": "2026-11-23T01:00:00.1Z"},
            {"ml-1.1", "ml-2.1", "ml-3.1"},
        ),
        ({"to": "2026-11-23T01:00:00Z"}, set()),
        ({"from": "2026-11-23T01:00:01Z"}, set()),
        ({"queue": "' OR 1=1 --"}, set()),
    ],
)
async def test_calls_are_found_by_their_facts(
    as_role: AsRole, wanted: dict[str, str], found: set[str]
) -> None:
    items = (await as_role("leader").get("/interactions", params=wanted)).json()["items"]
    assert {call["id"] for call in items} == found


@pytest.mark.usefixtures("calls")
async def test_the_list_is_read_page_by_page_without_gaps(as_role: AsRole) -> None:
    client, place, seen = as_role("leader"), None, []
    while True:
        params = {"limit": "1"} | ({"next": place} if place else {})
        page = (await client.get("/calls", params=params)).json()
        seen += [call["id"] for call in page["items"]]
        place = page["next"]
        if place is None:
            break
    assert seen == ["ml-3.1", "ml-2.1", "ml-1.1"]
    assert (await client.get("/calls", params={"next": "rubbish"})).status_code == 422
    assert (await client.get("/calls", params={"next": "WzEsMl0"})).status_code == 422


@pytest.mark.usefixtures("calls")
async def test_one_call_has_its_timeline_and_its_visits(as_role: AsRole) -> None:
    client = as_role("leader")
    call = (await client.get("/calls/ml-1.1")).json()
    kinds = [fact["kind"] for fact in call["timeline"]]
    assert kinds[0] == "call.offered"
    assert kinds[-1] == "recording.stored"
    [visit] = call["visits"]
    assert (visit["queue"], visit["how"], visit["agent"]) == ("repair", "answered", "8001")
    assert (await client.get("/calls/unheard-of")).status_code == 404


async def test_strangers_and_wrong_roles_are_kept_out(as_role: AsRole) -> None:
    for path in ("/calls", "/customers", "/agents", "/queues", "/work-orders", "/numbers"):
        assert (await as_role("").get(path)).status_code == 401
    for role, path in [
        ("cashier", "/calls"),
        ("agent", "/agents"),
        ("field", "/customers"),
        ("quality", "/queues"),
        ("cashier", "/work-orders"),
    ]:
        assert (await as_role(role).get(path)).status_code == 403


async def test_queues_balance_while_somebody_waits(
    as_role: AsRole, town: Database, clock: object
) -> None:
    waiting = facts("ml-9.1", (3590, QueueEntered, {"queue": "service", "priority": 3}))
    await take_in(town, *answered_call(), *abandoned_call(), *waiting)
    told = [
        AgentSignedIn(subject="agent:8002", at=NINE),
        AgentReady(subject="agent:8002", at=NINE),
    ]
    await take_in(town, *told, consumer="floor")
    items = (await as_role("leader").get("/queues")).json()["items"]
    service = next(one for one in items if one["name"] == "service")
    assert service["label"] == {"zh": "综合服务", "en": "General service"}
    assert (service["waiting"], service["longest_wait_s"]) == (1, 10.0)
    assert service["agents"] == {"ready": 1, "closed": 3}
    today = service["today"]
    assert (today["offered"], today["abandoned"], today["waiting"]) == (2, 1, 1)
    assert (today["service_level"], today["abandon_rate"], today["asa_s"]) == (0.0, 1.0, None)
    repair = next(one for one in items if one["name"] == "repair")["today"]
    assert (repair["offered"], repair["answered"], repair["service_level"]) == (1, 1, 1.0)
    assert repair["asa_s"] == 10.0


async def test_agents_are_told_with_their_state(as_role: AsRole) -> None:
    items = (await as_role("leader").get("/agents")).json()["items"]
    assert [one["number"] for one in items] == ["8000", "8001", "8002", "8003", "8004"]
    assert items[1] == {
        "number": "8001",
        "name": "李娜",
        "station": "softphone",
        "state": "closed",
        "since": None,
        "reason": "",
        "call_id": None,
        "queues": {"billing": 0, "emergency": 0, "repair": 0, "service": 0},
    }
    assert (await as_role("leader").get("/agents/8009")).status_code == 404


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("王芳", ["王芳"]),
        ("13800138002", ["李强"]),
        ("+86 138 0013 8002", ["李强"]),
        ("8003", ["张秀英"]),
        ("10000001", ["王芳"]),
        ("23456789", ["赵敏", "赵磊"]),
        ("幸福小区3号楼2单元501", ["王芳"]),
        ("Xingfu Garden", None),
        ("不存在的人", []),
        ("%", []),
        ("'; DROP TABLE customer; --", []),
    ],
)
async def test_customers_are_found_as_people_ask(
    as_role: AsRole, q: str, names: list[str] | None
) -> None:
    found = (await as_role("leader").get("/customers", params={"q": q, "limit": 100})).json()
    told = [one["name"] for one in found["items"]]
    if names is None:
        assert {"王芳", "John Smith"} <= set(told)
        assert "赵敏" not in told
    else:
        assert told == names


async def test_all_customers_are_read_page_by_page(as_role: AsRole) -> None:
    client, place, seen = as_role("leader"), None, []
    while place is not None or not seen:
        params = {"limit": "25"} | ({"next": place} if place else {})
        page = (await client.get("/customers", params=params)).json()
        seen += [one["id"] for one in page["items"]]
        place = page["next"]
    assert len(seen) == len(set(seen)) == 60


async def test_an_order_is_opened_once_moved_and_refused(as_role: AsRole) -> None:
    client = as_role("dispatcher")
    body = {"type": "leak", "key": "form-1", "account_id": 1, "fields": {"where": "厨房"}}
    opened = await client.post("/work-orders", json=body)
    again = await client.post("/work-orders", json=body)
    assert opened.status_code == again.status_code == 201
    order = opened.json()
    assert again.json()["number"] == order["number"]
    assert order["type_name"] == {"zh": "暖气漏水", "en": "Heating leak"}
    assert [one["action"] for one in order["actions"]] == ["assign", "cancel"]
    path = f"/work-orders/{order['number']}"
    moved = await client.post(f"{path}/moves", json={"action": "assign"})
    assert moved.json()["step"] == "assigned"
    refused = await client.post(f"{path}/moves", json={"action": "close"})
    assert (refused.status_code, refused.json()) == (409, {"code": "step-refused"})
    unfilled = await client.post("/work-orders", json=body | {"key": "2", "fields": {}})
    assert (unfilled.status_code, unfilled.json()) == (422, {"code": "field-refused"})
    unknown = await client.post("/work-orders", json=body | {"key": "2", "account_id": 999})
    assert unknown.status_code == 404
    assert (await client.get(path)).json()["step"] == "assigned"
    listed = (await client.get("/work-orders", params={"type": "leak", "customer": 1})).json()
    assert [one["number"] for one in listed["items"]] == [order["number"]]
    cannot = await as_role("agent").post(f"{path}/moves", json={"action": "accept"})
    assert cannot.status_code == 403


async def test_the_hotline_numbers_are_told(as_role: AsRole, town: Database) -> None:
    client = as_role("agent")
    assert (await client.get("/numbers")).json() == {"items": [], "next": None}
    line = {"dnis": "96777", "name": {"zh": "热线", "en": "Hotline"}, "menu": "main"}
    async with town.unit_of_work() as session:
        await definitions.install(session, "line", "96777", line | {"hours": "always"}, by="x")
    [told] = (await client.get("/numbers")).json()["items"]
    assert told == {
        "dnis": "96777",
        "name": "热线",
        "names": {"zh": "热线", "en": "Hotline"},
        "menu": "main",
    }


async def test_reasons_and_types_are_told_with_their_version(as_role: AsRole) -> None:
    reasons = (await as_role("agent").get("/call-reasons")).json()
    assert reasons["version"] == 1
    assert reasons["items"][0]["children"][1]["work_order"] == "leak"
    types = (await as_role("agent").get("/work-order-types")).json()
    pack = yaml.safe_load((Settings().pack_dir / "work_orders.yaml").read_text("utf-8"))
    codes = [each["code"] for each in pack["types"]]
    assert [each["code"] for each in types["items"]] == codes


async def test_messages_are_taken_by_one_and_done(as_role: AsRole, town: Database) -> None:
    left = facts("ml-2.1", (27, MessageLeft, {"file": "ml-2.1-message.wav"}))
    await take_in(town, *abandoned_call(), *left)
    await take_in(town, consumer="messages")
    leader, agent, dispatcher = as_role("leader"), as_role("agent"), as_role("dispatcher")
    [message] = (await agent.get("/messages", params={"state": "new"})).json()["items"]
    assert (message["ani"], message["call_id"]) == ("139****2222", "ml-2.1")
    taken = await leader.post(f"/messages/{message['id']}/take")
    assert (taken.json()["state"], taken.json()["owner"]) == ("taken", "leader")
    refused = await dispatcher.post(f"/messages/{message['id']}/done")
    assert (refused.status_code, refused.json()) == (409, {"code": "already-taken"})
    assert (await leader.post(f"/messages/{message['id']}/done")).json()["state"] == "done"
    assert (await agent.get("/messages", params={"state": "new"})).json()["items"] == []
    assert (await leader.post("/messages/99/take")).status_code == 404
    assert (await as_role("quality").post("/messages/1/take")).status_code == 403


async def test_outages_and_bills_are_told(as_role: AsRole) -> None:
    client = as_role("cashier")
    outages = (await client.get("/outages")).json()["items"]
    assert [(one["kind"], one["status"], one["area"]["en"]) for one in outages] == [
        ("fault", "running", "Guangming Lane"),
        ("planned", "announced", "Yinhe Bay"),
    ]
    bills = (await client.get("/accounts/1/bills")).json()
    assert (bills["total_fen"], bills["overdue_fen"]) == (447_200, 223_600)
    assert [one["period"] for one in bills["items"]] == ["2026-2027", "2025-2026", "2024-2025"]
    assert [one["amount_fen"] for one in bills["payments"]] == [223_600]
    assert (await client.get("/accounts/999/bills")).status_code == 404
