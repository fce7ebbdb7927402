"""What the archive keeps of a customer is changed with who, when and why, and stands as of then."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.customers import phones, queries, service
from crm.customers.events import CustomerChanged, CustomerPhoneChanged
from crm.customers.identify import identify
from crm.customers.identity import prove
from crm.customers.models import Customer, CustomerPhone
from crm.customers.past import view_as_of
from crm.duplicates import service as duplicates
from crm.timeline.queries import history
from crm.timeline.scope import scope_of
from mainline.audit.models import AuditEntry
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import Event, entries_after
from tests.crm.campaigning import ZONE
from tests.crm.town import customer
from tests.support.clock import StandingClock

WANG, NEW = "13800000001", "13900000002"


@pytest.fixture
async def wang(database: Database, clock: StandingClock) -> int:
    async with database.unit_of_work() as session:
        return (await customer(session, "王芳", WANG, notes="有狗")).id


async def told(database: Database, who: int) -> list[Event]:
    async with database.reading() as session:
        found = await entries_after(session, 0, subject=f"customer:{who}")
    return [entry.event for entry in found]


async def added(database: Database, who: int) -> int:
    async with database.unit_of_work() as session:
        return (
            await phones.add(session, who, f"+86 {NEW}", label="女儿", by="leader", why="来函")
        ).id


async def sure_of(database: Database, number: str) -> list[bool]:
    async with database.reading() as session:
        return [one.confirmed for one in (await identify(session, number)).candidates]


async def test_facts_change_with_who_when_and_why_and_stand_as_they_stood(
    database: Database, wang: int, clock: StandingClock
) -> None:
    before = now()
    clock.forward(hours=1)
    wanted = {"medical": True, "priority": 20, "contact_by": "sms", "notes": "有狗", "name": "王芳"}
    async with database.unit_of_work() as session:
        await service.change(session, wang, wanted, by="leader", why="上门核实")
    [fact] = await told(database, wang)
    assert isinstance(fact, CustomerChanged)
    assert (fact.fields, fact.by, fact.why) == (
        ("contact_by", "medical", "priority"), "leader", "上门核实",
    )  # fmt: skip
    async with database.reading() as session:
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "update"))
        assert entry is not None
        assert (entry.table_name, entry.why) == ("customer", "上门核实")
        assert json.loads(entry.changes)["old"] == {
            "contact_by": None, "medical": False, "priority": 0,
        }  # fmt: skip
        then = (await view_as_of(session, wang, before)).customer
        since = (await view_as_of(session, wang, now())).customer
    assert (then.medical, then.priority, then.contact_by) == (False, 0, None)
    assert (since.medical, since.priority, since.contact_by) == (True, 20, "sms")


async def test_what_is_so_already_is_no_change(database: Database, wang: int) -> None:
    async with database.unit_of_work() as session:
        await service.change(session, wang, {"elderly": False, "notes": " 有狗 "}, by="l", why="x")
    assert await told(database, wang) == []
    async with database.reading() as session:
        changed = select(AuditEntry.id).where(AuditEntry.action == "update")
        assert await session.scalar(changed) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "王*"}, {"name": " "}, {"notes": "请拨 138****2222"}, {"id_tail": "0123"},
        {"merged_into_id": 1}, {"contact_from": "09:00"},
        {"contact_from": "20:00", "contact_until": "18:00"},
    ],
)  # fmt: skip
async def test_masks_and_what_is_no_fact_are_refused_and_nothing_is_changed(
    database: Database, wang: int, facts: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        async with database.unit_of_work() as session:
            await service.change(session, wang, {"medical": True, **facts}, by="l", why="x")
    async with database.reading() as session:
        person = await session.get_one(Customer, wang)
    assert (person.name, person.notes, person.medical, person.id_tail, person.contact_from) == (
        "王芳", "有狗", False, "", None,
    )  # fmt: skip
    assert await told(database, wang) == []


async def test_nothing_changes_without_a_reason_or_in_a_merged_record(
    database: Database, wang: int
) -> None:
    async with database.unit_of_work() as session:
        merged = await customer(session, "王芳", merged_into_id=wang)
        with pytest.raises(service.NoReason):
            await service.change(session, wang, {"medical": True}, by="l", why=" ")
        with pytest.raises(service.NoReason):
            await phones.add(session, wang, NEW, by="l", why="")
        with pytest.raises(service.CustomerMerged):
            await service.change(session, merged.id, {"medical": True}, by="l", why="x")
        with pytest.raises(service.CustomerMerged):
            await phones.confirm_caller(session, merged.id, NEW, by="8001", call_id="c")
        with pytest.raises(NotFound):
            await service.change(session, 999, {}, by="l", why="x")
    assert await told(database, wang) == []


async def test_a_number_opens_what_is_private_once_somebody_is_sure_of_it(
    database: Database, wang: int, clock: StandingClock
) -> None:
    phone = await added(database, wang)
    assert await sure_of(database, NEW) == [False]
    async with database.unit_of_work() as session:
        asked = {"account_tail": "", "fact": NEW[-4:], "calling_from": WANG}
        assert await prove(session, wang, **asked) == "wrong"
        await phones.confirm(session, wang, phone, by="8001")
        assert await prove(session, wang, **asked) == "proven"
    assert await sure_of(database, NEW) == [True]
    first = now()
    clock.forward(hours=1)
    async with database.unit_of_work() as session:
        again = await phones.confirm(session, wang, phone, by="8002")
        assert (again.confirmed_by, again.confirmed_at) == ("8001", first)
    acts = [(e.act, e.by, e.why) for e in await told(database, wang)
            if isinstance(e, CustomerPhoneChanged)]  # fmt: skip
    assert acts == [("added", "leader", "来函"), ("confirmed", "8001", "")]


async def test_a_number_that_ended_names_nobody_and_stays_as_history(
    database: Database, wang: int, clock: StandingClock
) -> None:
    phone = await added(database, wang)
    async with database.unit_of_work() as session:
        await phones.confirm(session, wang, phone, by="8001")
    while_it_was = now()
    clock.forward(hours=1)
    async with database.unit_of_work() as session:
        await phones.end(session, wang, phone, by="leader", why="已换号")
        with pytest.raises(NotFound):
            await phones.confirm(session, wang, phone, by="8001")
        with pytest.raises(NotFound):
            await phones.label(session, wang, phone, "x", by="8001", why="x")
    assert await sure_of(database, NEW) == []
    async with database.reading() as session:
        assert [one.number for one in (await queries.view(session, wang)).phones] == [WANG]
        assert await queries.find(session, NEW) == []
        assert await queries.find(session, NEW[-4:]) == []
        assert [one.customer.id for one in await queries.find(session, WANG)] == [wang]
        row = await session.get_one(CustomerPhone, phone)
        assert (row.ended_at, row.confirmed_by) == (now(), "8001")
        past = (await view_as_of(session, wang, while_it_was)).phones
        present = (await view_as_of(session, wang, now())).phones
    assert [(one.number, one.confirmed) for one in past] == [(WANG, True), (NEW, True)]
    assert [one.number for one in present] == [WANG]


async def test_a_number_that_comes_back_has_to_be_confirmed_anew(
    database: Database, wang: int
) -> None:
    phone = await added(database, wang)
    async with database.unit_of_work() as session:
        with pytest.raises(phones.PhoneKnown):
            await phones.add(session, wang, NEW, by="l", why="x")
        await phones.confirm(session, wang, phone, by="8001")
        await phones.end(session, wang, phone, by="l", why="x")
        again = await phones.add(session, wang, NEW, by="l", why="又用回此号")
        assert (again.id, again.ended_at) == (phone, None)
        assert (again.confirmed, again.confirmed_by, again.confirmed_at) == (False, None, None)
    assert await sure_of(database, NEW) == [False]


async def test_the_number_of_a_call_becomes_the_customers_with_the_call_as_evidence(
    database: Database, wang: int
) -> None:
    async with database.unit_of_work() as session:
        for _ in range(2):
            await phones.confirm_caller(session, wang, NEW, by="8001", call_id="ml-1.1")
        with pytest.raises(Invalid):
            await phones.confirm_caller(session, wang, "anonymous", by="8001", call_id="ml-1.1")
    assert await sure_of(database, NEW) == [True]
    [fact] = await told(database, wang)
    assert isinstance(fact, CustomerPhoneChanged)
    assert (fact.act, fact.by, fact.call_id) == ("confirmed", "8001", "ml-1.1")
    assert NEW not in fact.model_dump_json()
    async with database.reading() as session:
        why = select(AuditEntry.why).where(AuditEntry.table_name == "customer_phone")
        assert (await session.scalars(why.order_by(AuditEntry.id.desc()))).first() == "call:ml-1.1"


async def test_nobody_changes_the_telephone_of_somebody_else(database: Database, wang: int) -> None:
    async with database.unit_of_work() as session:
        other = await customer(session, "李强", NEW)
        theirs = await session.scalar(select(CustomerPhone.id).where(CustomerPhone.number == NEW))
        assert theirs is not None
        with pytest.raises(NotFound):
            await phones.end(session, wang, theirs, by="l", why="x")
    assert await told(database, other.id) == []
    assert await sure_of(database, NEW) == [True]


async def test_of_two_records_the_number_in_use_is_kept_and_undone_exactly(
    database: Database, wang: int
) -> None:
    phone = await added(database, wang)
    async with database.unit_of_work() as session:
        await phones.confirm(session, wang, phone, by="8001")
        await phones.end(session, wang, phone, by="l", why="x")
        other = (await customer(session, "王芳", NEW)).id
    async with database.unit_of_work() as session:
        decision = (await duplicates.merge(session, "customer", wang, other, by="l")).id
    assert await sure_of(database, NEW) == [True]
    async with database.unit_of_work() as session:
        await duplicates.undo(session, decision, by="l")
    async with database.reading() as session:
        rows = await session.scalars(
            select(CustomerPhone)
            .where(CustomerPhone.number == NEW)
            .order_by(CustomerPhone.customer_id)
        )
        kept, theirs = rows.all()
    assert (kept.customer_id, kept.ended_at, kept.confirmed_by) == (wang, now(), "8001")
    assert (theirs.customer_id, theirs.ended_at) == (other, None)


async def test_every_change_stands_in_the_history(
    database: Database, wang: int, clock: StandingClock
) -> None:
    begun = now()
    clock.forward(hours=1)
    phone = await added(database, wang)
    async with database.unit_of_work() as session:
        await phones.confirm(session, wang, phone, by="8001")
    async with database.unit_of_work() as session:
        await phones.end(session, wang, phone, by="leader", why="已换号")
    async with database.reading() as session:
        found = await history(session, await scope_of(session, wang, ZONE), kinds=["change"])
    lately = [
        (each.row.table_name, each.row.action, each.row.why)
        for each in found
        if each.at > begun + timedelta(minutes=1)
    ]
    assert lately == [
        ("customer_phone", "update", "已换号"), ("customer_phone", "update", ""),
        ("customer_phone", "insert", "来函"),
    ]  # fmt: skip
