"""Who is watched, why, until when; and that it ends."""

from datetime import date

import pytest

from crm.customers.models import Customer
from crm.watch import service
from crm.watch.events import WatchAdded, WatchEnded
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import entries_after
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

TODAY = date(2026, 11, 23)
ASK = {"customer_id": 1, "what": "tampering", "reason": "私接管道"}


async def test_an_entry_counts_to_the_end_of_its_last_day(
    as_role: AsRole, clock: StandingClock
) -> None:
    client = as_role("leader")
    answer = await client.post("/watch", json={**ASK, "until": "2026-11-24"})
    assert answer.status_code == 201
    assert (answer.json()["added_by"], answer.json()["since"]) == ("leader", "2026-11-23")
    clock.forward(hours=24)
    [entry] = (await as_role("agent").get("/watch/customers/1")).json()["items"]
    assert (entry["what"], entry["reason"]) == ("tampering", "私接管道")
    assert [e["id"] for e in (await client.get("/watch")).json()["items"]] == [entry["id"]]
    clock.forward(hours=24)
    assert (await client.get("/watch/customers/1")).json()["items"] == []
    assert (await client.get("/watch")).json()["items"] == []


async def test_who_put_somebody_on_the_list_and_who_ended_it_are_facts(
    as_role: AsRole, town: Database
) -> None:
    entry = (await as_role("dispatcher").post("/watch", json=ASK)).json()["id"]
    end = f"/watch/{entry}/end"
    assert (await as_role("leader").post(end, json={"why": " "})).json()["code"] == "no-reason"
    assert (await as_role("leader").post(end, json={"why": "已整改"})).status_code == 200
    assert (await as_role("leader").post(end, json={"why": "x"})).json()["code"] == "watch-over"
    assert (await as_role("leader").get("/watch/customers/1")).json()["items"] == []
    async with town.reading() as session:
        facts = [e.event for e in await entries_after(session, 0, subject="customer:1")]
    added, ended = [each for each in facts if isinstance(each, WatchAdded | WatchEnded)]
    assert isinstance(added, WatchAdded)
    assert isinstance(ended, WatchEnded)
    assert (added.by, added.what, added.until) == ("dispatcher", "tampering", None)
    assert (ended.by, ended.why, ended.entry_id) == ("leader", "已整改", entry)


@pytest.mark.parametrize("role", ["agent", "quality", "cashier", "field"])
async def test_who_may_not_watch_is_refused(as_role: AsRole, role: str) -> None:
    assert (await as_role(role).post("/watch", json=ASK)).status_code == 403
    assert (await as_role(role).post("/watch/1/end", json={"why": "x"})).status_code == 403


async def test_a_merged_customers_entry_stands_with_who_is_kept(town: Database) -> None:
    async with town.unit_of_work() as session:
        await service.add(session, 2, what="violation", reason="x", today=TODAY, until=None, by="t")
        other = await session.get(Customer, 2)
        assert other is not None
        other.merged_into_id = 1
        await session.flush()
        [entry] = await service.standing(session, 1, TODAY)
    assert (entry.customer_id, entry.what) == (2, "violation")


async def test_what_cannot_be_is_refused(town: Database) -> None:
    async with town.unit_of_work() as session:
        with pytest.raises(service.NoReason):
            await service.add(session, 1, what="other", reason=" ", today=TODAY, until=None, by="t")
        with pytest.raises(Invalid):
            await service.add(
                session, 1, what="other", reason="x", today=TODAY, until=date(2026, 11, 22), by="t"
            )
        with pytest.raises(NotFound):
            await service.add(
                session, 99999, what="other", reason="x", today=TODAY, until=None, by="t"
            )
        for _each in range(service.STANDING_MAX):
            await service.add(session, 1, what="other", reason="x", today=TODAY, until=None, by="t")
        with pytest.raises(service.WatchedEnough):
            await service.add(session, 1, what="other", reason="x", today=TODAY, until=None, by="t")
