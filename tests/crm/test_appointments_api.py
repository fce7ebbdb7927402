"""Appointments over HTTP: the free times, the booking, its refusals, who may."""

from sqlalchemy import select

from crm.appointments.service import install
from crm.customers.models import ServiceAccount
from crm.work_orders import service as orders
from mainline.config import PROJECT
from mainline.db import Database
from tests.crm.conftest import AsRole

TUESDAY = {"day": "2026-11-24", "slot": "am"}


async def an_order(town: Database) -> str:
    async with town.unit_of_work() as session:
        await install(session, PROJECT / "packs" / "heat")
        account = await session.scalar(select(ServiceAccount.id).limit(1))
        order = await orders.open_work_order(
            session, type_code="air_vent", key="k", by="x", source="desk", account_id=account
        )
        return order.number


async def test_a_time_is_seen_booked_moved_and_cancelled(as_role: AsRole, town: Database) -> None:
    number, agent = await an_order(town), as_role("agent")
    free = (await agent.get(f"/work-orders/{number}/appointments/free")).json()["items"]
    (morning,) = [one for one in free if (one["day"], one["slot"]) == ("2026-11-24", "am")]
    assert (morning["why"], morning["free"]) == ("", morning["places"])
    made = await agent.post(f"/work-orders/{number}/appointments", json=TUESDAY)
    assert (made.status_code, made.json()["state"], made.json()["work_order"]) == (
        201, "booked", number,
    )  # fmt: skip
    again = await agent.post(f"/work-orders/{number}/appointments", json=TUESDAY)
    assert (again.status_code, again.json()["code"]) == (409, "already-booked")
    where = f"/appointments/{made.json()['id']}"
    later = {"day": "2026-11-25", "slot": "pm", "reason": "出差"}
    moved = (await agent.post(f"{where}/move", json=later)).json()
    assert (moved["day"], moved["slot"], moved["moves"]) == ("2026-11-25", "pm", 1)
    day = (await agent.get("/appointments", params={"day": "2026-11-25"})).json()["items"]
    assert [one["work_order"] for one in day] == [number]
    gone = await agent.post(f"{where}/cancel", json={"reason": "不需要了"})
    assert gone.json()["state"] == "cancelled"
    over = await agent.post(f"{where}/cancel", json={"reason": "x"})
    assert (over.status_code, over.json()["code"]) == (409, "appointment-over")
    told = (await agent.get(f"/work-orders/{number}/appointments")).json()["items"]
    assert [(one["state"], one["ended_by"]) for one in told] == [("cancelled", "agent")]


async def test_bad_wishes_and_wrong_roles_are_refused(as_role: AsRole, town: Database) -> None:
    number, agent = await an_order(town), as_role("agent")
    where = f"/work-orders/{number}/appointments"
    for body, status in (
        ({"day": "yesterday", "slot": "am"}, 422),
        ({"day": "2026-11-24", "slot": "tea"}, 422),
        ({"day": "2026-11-24", "slot": "am", "place": 7}, 422),
        ({"day": "2026-11-20", "slot": "am"}, 409),
    ):
        assert (await agent.post(where, json=body)).status_code == status
    assert (await agent.post("/appointments/99/move",
                             json={**TUESDAY, "reason": "x"})).status_code == 404  # fmt: skip
    for role, status in (("", 401), ("cashier", 403), ("quality", 403), ("field", 403)):
        assert (await as_role(role).post(where, json=TUESDAY)).status_code == status
    assert (await as_role("quality").get(where)).json()["items"] == []
    assert (await as_role("cashier").get(where)).status_code == 403
