"""Campaigns, the do-not-call list and the question before a visit over HTTP."""

from datetime import timedelta

from sqlalchemy import select

from crm.campaigns import service
from crm.customers.models import ServiceAccount
from crm.work_orders import service as orders
from mainline.db import Database
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock


async def test_a_campaign_is_made_started_and_told_with_masked_numbers_never_to_agents(
    as_role: AsRole, town: Database
) -> None:
    leader = as_role("leader")
    body = {"name": "arrears", "selection": {"source": "arrears", "least_fen": 1}, "quota": 2}
    made = await leader.post("/campaigns", json=body)
    assert (made.status_code, made.json()["state"], made.json()["total"]) == (201, "draft", 0)
    number = made.json()["id"]
    started = (await leader.post(f"/campaigns/{number}/start")).json()
    assert (started["state"], started["purpose"]) == ("running", "reminder")
    assert 0 < started["total"] <= 2
    told = (await leader.get(f"/campaigns/{number}/tasks")).json()["items"]
    assert len(told) == started["total"]
    assert (await leader.post(f"/campaigns/{number}/start")).json()["code"] == "campaign-refused"
    assert (await leader.get("/campaigns/999/tasks")).status_code == 404
    for path in ("/campaigns", "/do-not-call"):
        assert (await as_role("agent").get(path)).status_code == 403
    wrong = {"name": "x", "selection": {"source": "outage"}}
    assert (await leader.post("/campaigns", json=wrong)).status_code == 422


async def test_numbers_come_onto_the_list_once_and_off_it(as_role: AsRole) -> None:
    leader = as_role("leader")
    one = {"number": "+86 13800001111", "reason": "asked"}
    assert (await leader.post("/do-not-call", json=one)).json()["added"] == 1
    assert (await leader.post("/do-not-call", json=one)).json()["known"] == 1
    many = await leader.post("/do-not-call/import", json={"text": "13800002222\nnot a number"})
    assert many.json() == {"added": 1, "known": 0, "wrong": [2]}
    (first, _second) = (await leader.get("/do-not-call")).json()["items"]
    assert (first["number"], first["source"]) == ("13800001111", "api")
    assert (await leader.delete(f"/do-not-call/{first['id']}")).status_code == 204
    assert (await leader.delete(f"/do-not-call/{first['id']}")).status_code == 404


async def test_a_dispatcher_has_a_household_asked_before_a_visit_once(
    as_role: AsRole, town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        await service.install(session)
        account = await session.scalar(select(ServiceAccount.id).limit(1))
        order = await orders.open_work_order(
            session, type_code="air_vent", key="k", by="x", source="desk", account_id=account,
            contact="13800003333",
        )  # fmt: skip
        number = order.number
    begins = clock.at + timedelta(hours=2)
    body = {
        "visit_from": begins.isoformat(),
        "visit_until": (begins + timedelta(hours=1)).isoformat(),
    }
    dispatcher = as_role("dispatcher")
    asked = await dispatcher.post(f"/work-orders/{number}/at-home", json=body)
    assert (asked.status_code, asked.json()["number"]) == (201, "13800003333")
    again = await dispatcher.post(f"/work-orders/{number}/at-home", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "nobody-to-call")
    past = {"visit_from": "2020-01-01T00:00:00Z", "visit_until": "2020-01-01T01:00:00Z"}
    assert (await dispatcher.post(f"/work-orders/{number}/at-home", json=past)).status_code == 422
    assert (
        await as_role("agent").post(f"/work-orders/{number}/at-home", json=body)
    ).status_code == 403
