"""Masks come off for a reason and a short time; searches are limited; much reading is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.customers.models import ServiceAccount
from crm.privacy import queries, service
from crm.privacy.events import RecordUnmasked
from crm.privacy.models import DataReading, ReadingHour
from crm.privacy.rules import PrivacyRules, Usual, problems, times_usual, weight
from mainline import clock as clocks
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import entries_after
from mainline.masking import BLIND, OPEN_EYES
from mainline.web import Principal
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

QIAN = Principal(5, "qian", frozenset({"quality"}))
LI = Principal(6, "li", frozenset({"agent"}), agent_number="8001")
ADMIN = Principal(9, "root", frozenset({"admin"}))
WORDS = {"reason": "other", "words": "客户在线"}


async def _publish(database: Database, **body: object) -> None:
    rules = PrivacyRules.model_validate(body).model_dump(mode="json")
    async with database.unit_of_work() as session:
        new = await definitions.draft(session, "privacy", "company", rules, author="t")
        await definitions.publish(session, "privacy", "company", new.version, by="t")


# --- masks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "name", "number", "address"),
    [
        ("quality", "王*", "138****8001", "****"),
        ("cashier", "王芳", "138****8001", "****"),
        ("agent", "王芳", "138****8001", "501"),
        ("leader", "王芳", "13800138001", "501"),
    ],
)
async def test_each_role_reads_of_a_customer_what_is_its_own(
    as_role: AsRole, role: str, name: str, number: str, address: str
) -> None:
    told = (await as_role(role).get("/customers/1")).json()
    assert (told["name"], told["phones"][0]["number"]) == (name, number)
    assert address in told["accounts"][0]["address"]
    listed = (await as_role(role).get("/customers", params={"q": "10000001"})).json()["items"][0]
    assert (listed["name"], listed["phones"][0]["number"]) == (name, number)


async def test_a_reason_takes_the_masks_off_one_record_for_a_short_time(
    as_role: AsRole, town: Database, clock: StandingClock
) -> None:
    client = as_role("quality")
    answer = await client.post("/customers/1/unmask", json=WORDS)
    assert answer.status_code == 201
    assert answer.json()["until"] == (clock.at + timedelta(minutes=5)).isoformat().replace(
        "+00:00", "Z"
    )
    told = (await client.get("/customers/1")).json()
    assert (told["name"], told["phones"][0]["number"]) == ("王芳", "13800138001")
    assert "501" in told["accounts"][0]["address"]
    assert "*" in (await client.get("/customers/2")).json()["name"]
    assert (await as_role("cashier").get("/customers/1")).json()["phones"][0]["number"] == (
        "138****8001"
    )
    clock.forward(minutes=5)
    assert (await client.get("/customers/1")).json()["name"] == "王*"
    async with town.reading() as session:
        facts = [e.event for e in await entries_after(session, 0, subject="customer:1")]
    [fact] = [each for each in facts if isinstance(each, RecordUnmasked)]
    assert (fact.by, fact.reason, fact.words) == ("quality", "other", "客户在线")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "other", "words": "  "}, 422, "no-reason"),
        ({"reason": "curious"}, 422, "no-reason"),
        ({}, 422, "no-reason"),
    ],
)
async def test_without_a_reason_the_masks_stay(
    as_role: AsRole, body: dict[str, str], status: int, code: str
) -> None:
    client = as_role("quality")
    answer = await client.post("/customers/1/unmask", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.get("/customers/1")).json()["name"] == "王*"


async def test_who_may_not_unmask_or_not_see_the_record_is_refused(as_role: AsRole) -> None:
    assert (await as_role("field").post("/customers/1/unmask", json=WORDS)).status_code == 403
    assert (await as_role("cashier").post("/calls/ml-1.1/unmask", json=WORDS)).status_code == 403
    order = "/work-orders/20261123-0001/unmask"
    assert (await as_role("cashier").post(order, json=WORDS)).status_code == 403
    assert (await as_role("quality").post("/customers/99999/unmask", json=WORDS)).status_code == 404
    assert (await as_role("agent").get("/privacy/unmaskings")).status_code == 403


async def test_an_orders_contact_and_words_are_shown_after_a_reason(as_role: AsRole) -> None:
    body = {
        "type": "leak", "key": "k1", "account_id": 1, "contact": "13800008000",
        "summary": "请拨 13811112222", "fields": {"where": "厨房，钥匙 13833334444"},
    }  # fmt: skip
    number = (await as_role("leader").post("/work-orders", json=body)).json()["number"]
    client = as_role("quality")
    told = (await client.get(f"/work-orders/{number}")).json()
    assert (told["contact"], told["summary"]) == ("138****8000", "请拨 138****2222")
    assert told["fields"] == {"where": "厨房，钥匙 138****4444"}
    assert (await client.post(f"/work-orders/{number}/unmask", json=WORDS)).status_code == 201
    told = (await client.get(f"/work-orders/{number}")).json()
    assert (told["contact"], told["summary"]) == ("13800008000", "请拨 13811112222")
    assert told["fields"] == {"where": "厨房，钥匙 13833334444"}


async def test_the_reasons_are_the_companys_and_unmaskings_an_hour_are_limited(
    database: Database, clock: StandingClock
) -> None:
    caller = {"code": "caller", "label": {"zh": "来电", "en": "Caller"}}
    await _publish(database, reasons=[caller], unmask_an_hour=2)
    async with database.unit_of_work() as session:
        for number in (1, 2):
            await service.unmask(session, QIAN, f"customer:{number}", reason="caller")
        with pytest.raises(service.TooManyUnmaskings):
            await service.unmask(session, QIAN, "customer:3", reason="caller")
        await service.unmask(session, LI, "customer:3", reason="caller")
        assert await service.eyes(session, QIAN, "customer:3") == BLIND
        assert await service.eyes(session, QIAN, "customer:2") == OPEN_EYES
        clock.forward(hours=1, seconds=1)
        await service.unmask(session, QIAN, "customer:3", reason="caller")
        [newest, *_] = await queries.unmaskings(session)
    assert (newest.by, newest.subject, newest.reason) == ("qian", "customer:3", "caller")


# --- searches ----------------------------------------------------------------------------------


async def test_searches_of_a_minute_are_limited(as_role: AsRole, town: Database,
                                                clock: StandingClock) -> None:  # fmt: skip
    await _publish(town, searches_a_minute=3)
    client = as_role("agent")
    for _each in range(3):
        assert (await client.get("/customers", params={"q": "王"})).status_code == 200
    refused = await client.get("/customers", params={"q": "王"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-searches")
    assert (await as_role("leader").get("/customers", params={"q": "王"})).status_code == 200
    clock.forward(minutes=1, seconds=1)
    assert (await client.get("/customers", params={"q": "王"})).status_code == 200


async def test_the_ends_of_identity_cards_cannot_be_tried_out(
    as_role: AsRole, town: Database
) -> None:
    await _publish(town, guesses_an_hour=3)
    client = as_role("agent")
    answers = [
        (await client.get("/customers", params={"q": f"王芳 {tail}"})).status_code
        for tail in ("0001", "0002", "000X", "0004")
    ]
    assert answers == [200, 200, 200, 429]
    assert (await client.get("/customers", params={"q": "8000"})).status_code == 429
    assert (await client.get("/customers", params={"q": "王芳"})).status_code == 200


async def test_nobody_lists_the_whole_town_but_who_may(as_role: AsRole, town: Database) -> None:
    await _publish(town, rows_an_hour=50)
    client, rows, answers = as_role("agent"), 0, []
    for _each in range(8):
        answer = await client.get("/customers", params={"limit": 10})
        answers.append(answer.status_code)
        rows += len(answer.json().get("items", []))
    assert (answers, rows) == ([200] * 5 + [429] * 3, 50)
    for _each in range(8):
        assert (await as_role("admin").get("/customers", params={"limit": 10})).status_code == 200


async def test_who_lived_somewhere_is_a_search_and_limited_like_one(
    as_role: AsRole, town: Database, clock: StandingClock
) -> None:
    await _publish(town, searches_a_minute=3, rows_an_hour=50)
    then, client = clock.at.isoformat(), as_role("agent")
    homes = (await client.get("/customers/1")).json()["accounts"]
    clock.forward(minutes=1)
    at = f"/customers/of-premise/{homes[0]['premise_id']}"
    answers = [await client.get(at, params={"as_of": then}) for _each in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert [len(each.json()["items"]) for each in answers[:3]] == [1, 1, 1]
    assert answers[3].json()["code"] == "too-many-searches"
    async with town.reading() as session:
        rows = list(await session.scalars(select(DataReading).where(DataReading.kind == "search")))
    assert [each.rows for each in rows] == [1, 1, 1]


@pytest.mark.parametrize(
    "path",
    ["/customers/{id}", "/customers/{id}/timeline", "/accounts/{account}/bills",
     "/accounts/{account}/readings", "/work-orders/open?customer={id}&as_of=2026-11-23T01:00:00Z"],
)  # fmt: skip
async def test_whoever_goes_from_customer_to_customer_is_counted_on_every_way(
    as_role: AsRole, town: Database, path: str
) -> None:
    client, opened = as_role("agent"), []
    async with town.reading() as session:
        accounts = list(await session.scalars(select(ServiceAccount).limit(40)))
    for account in accounts:
        wanted = path.format(id=account.customer_id, account=account.id)
        assert (await client.get(wanted)).status_code == 200
        assert (await client.get(wanted)).status_code == 200
        opened.append(f"customer:{account.customer_id}")
    async with town.reading() as session:
        read = list(await session.scalars(select(DataReading.subject)))
        assert sorted(read) == sorted(set(opened))
        assert len(read) > 30
        assert await queries.unusual(session) == {"staff:agent": round(len(read) / 30, 2)}


# --- unusual reading ---------------------------------------------------------------------------


def test_the_usual_is_the_greatest_of_own_hours_colleagues_and_the_least() -> None:
    usual = Usual(least=30, days=14, rows_as_one=10)
    now = {"agent:1": 90.0, "agent:2": 45.0, "agent:3": 60.0}
    assert times_usual({"agent:1": 90.0}, {}, usual) == {"agent:1": 3.0}
    assert times_usual({"agent:1": 90.0}, {"agent:1": [40, 50]}, usual) == {"agent:1": 2.0}
    assert times_usual(now, {"agent:1": [10]}, usual)["agent:1"] == 1.71  # colleagues read 52.5
    assert weight(20, 105, usual) == 30.5


async def test_a_record_counts_once_an_hour_and_an_agents_flood_of_them_is_unusual(
    database: Database, clock: StandingClock
) -> None:
    async with database.unit_of_work() as session:
        for number in range(120):
            await service.note_opened(session, LI, f"customer:{number}")
            await service.note_opened(session, LI, "customer:1")
        await service.note_opened(session, QIAN, "customer:1")
        search = await service.begin_search(session, QIAN, guess=False)
        await service.note_listed(session, QIAN, search.id, 100)
        assert await queries.unusual(session) == {"agent:8001": 4.0, "staff:qian": 0.09}
        clock.forward(hours=3)
        assert await queries.unusual(session) == {}
        for number in range(120):
            await service.note_opened(session, LI, f"customer:{number}")
        assert (await queries.unusual(session)) == {"agent:8001": 1.0}  # as it always does


async def test_a_search_of_others_cannot_be_written_to(database: Database) -> None:
    async with database.unit_of_work() as session:
        search = await service.begin_search(session, LI, guess=False)
        with pytest.raises(Exception, match="search"):
            await service.note_listed(session, QIAN, search.id, 5)


def test_a_reason_twice_or_named_other_is_found() -> None:
    reason = {"code": "caller", "label": {"zh": "来电", "en": "Caller"}}
    other = {"code": "other", "label": {"zh": "其他", "en": "Other"}}
    found = problems(PrivacyRules(reasons=[reason, reason, other]))  # type: ignore[arg-type]
    assert [(each.code, each.where) for each in found] == [
        ("twice", "reasons.1"), ("twice", "reasons.2"),
    ]  # fmt: skip


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_the_packs_rules_are_whole(pack: str) -> None:
    body = PrivacyRules.model_validate(
        definitions.content(PROJECT / "packs" / pack / "privacy.yaml")
    )
    assert problems(body) == []
    assert {"caller", "order", "complaint"} <= {reason.code for reason in body.reasons}


def test_what_is_kept_of_a_reading_is_no_number_and_no_words() -> None:
    assert {c.name for c in DataReading.__table__.columns} == {
        "id", "created_at", "reader", "kind", "subject", "rows", "at",
    }  # fmt: skip
    assert ReadingHour.__tablename__ == "reading_hour"
    assert clocks.now().tzinfo is not None
