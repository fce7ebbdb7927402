"""Requests as the packs define them, and at the counters over the interface."""

import pytest
from sqlalchemy import select

from crm.customers.models import ServiceAccount
from crm.life_cycle.kinds import LIFE_CYCLE
from crm.life_cycle.prepare import install
from crm.life_cycle.rules import LifeCycle
from mainline.config import PROJECT
from mainline.db import Database
from mainline.definitions import content
from tests.crm.conftest import AsRole


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_requests_have_no_mistakes_and_order_what_there_is(pack: str) -> None:
    folder = PROJECT / "packs" / pack
    body = LifeCycle.model_validate(content(folder / "life_cycle.yaml"))
    assert LIFE_CYCLE.problems(body) == []
    types = {one["code"] for one in content(folder / "work_orders.yaml")["types"]}
    assert {order.type for kind in body.kinds for order in kind.orders} - types == set()
    effects = {"connect", "transfer", "split", "merge", "demolish", "suspend", "resume"}
    assert effects | {"disconnect", "use"} <= {kind.effect for kind in body.kinds}


def test_mistakes_of_the_definition_are_found() -> None:
    one = {
        "code": "a", "name": {"zh": "甲", "en": "A"}, "effect": "suspend",
        "checks": [{"check": "before_season", "days": 15}, {"check": "status"}],
        "approvals": [{"role": "agent", "label": {"zh": "乙", "en": "B"}}],
    }  # fmt: skip
    body = LifeCycle.model_validate({"kinds": [one, one]})
    assert {found.code for found in LIFE_CYCLE.problems(body)} == {
        "twice",
        "role",
        "no-season",
        "status",
    }


async def test_the_number_is_honoured_at_every_counter_and_only_who_may_decides(
    as_role: AsRole, town: Database
) -> None:
    async with town.unit_of_work() as session:
        await install(session, PROJECT / "packs" / "heat")
        account = (await session.scalars(select(ServiceAccount).limit(1))).one()
        account_id, customer_id = account.id, account.customer_id
    body = {
        "kind": "area_change", "key": "1", "account_id": account_id,
        "details": {"area_m2": 77}, "documents": ["identity", "survey"],
    }  # fmt: skip
    agent, cashier, leader = as_role("agent"), as_role("cashier"), as_role("leader")
    assert (await as_role("quality").post("/requests", json=body)).status_code == 403
    made = (await agent.post("/requests", json=body)).json()
    number = made["number"]
    assert (made["state"], made["next_role"], made["missing"]) == ("approval", "leader", [])
    assert (await cashier.get(f"/requests/{number}")).json() == made
    found = (await cashier.get("/customers", params={"q": number})).json()["items"]
    assert [one["id"] for one in found] == [customer_id]
    assert (await cashier.post(f"/requests/{number}/approve", json={})).status_code == 403
    refused = await as_role("dispatcher").post(f"/requests/{number}/approve", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "request-role")
    assert (await leader.post(f"/requests/{number}/approve", json={})).json()["next_role"] == (
        "admin"
    )
    done = (await as_role("admin").post(f"/requests/{number}/approve", json={})).json()
    assert (done["state"], done["next_role"]) == ("done", None)
    listed = (await cashier.get("/requests", params={"account": account_id})).json()["items"]
    assert [(one["number"], one["state"]) for one in listed] == [(number, "done")]
    assert (await agent.post(f"/requests/{number}/withdraw", json={"note": "x"})).json() == {
        "code": "request-in-effect"
    }
