"""Every change of a row is written down: objects, statements, savepoints, many at once."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, event, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.models import Customer, CustomerPhone, Premise
from crm.interactions.models import Interaction
from crm.staff.models import User
from mainline import acting
from mainline.audit.chain import Bad
from mainline.audit.models import AuditEntry
from mainline.audit.rows import audited_tables, table_name
from mainline.audit.verify import verify
from mainline.audit.writing import LOAD_FROM
from mainline.clock import now
from mainline.db import Base, Database
from tests.crm.town import place, premise
from tests.support.clock import StandingClock

Told = tuple[str, str, str, dict[str, Any], dict[str, Any]]


async def told(database: Database, *tables: str) -> list[Told]:
    async with database.reading() as session:
        wanted = select(AuditEntry).order_by(AuditEntry.id)
        if tables:
            wanted = wanted.where(AuditEntry.table_name.in_(tables))
        rows = await session.scalars(wanted)
        return [_told(row) for row in rows]


def _told(row: AuditEntry) -> Told:
    changes = json.loads(row.changes)
    return row.action, row.table_name, row.row_key, changes["old"], changes["new"]


async def holds(database: Database) -> bool:
    return (await verify(database, {})).bad is None


async def test_an_object_is_told_of_as_it_is_made_changed_and_deleted(
    database: Database, clock: StandingClock
) -> None:
    moment = now().isoformat()
    with acting.one_request():
        acting.by("8001")
        async with database.unit_of_work() as session:
            session.add(Customer(id=7, name="王芳"))
        async with database.unit_of_work() as session:
            wang = await session.get_one(Customer, 7)
            wang.elderly, wang.priority = True, 0
            acting.because(session, "她说的")
        async with database.unit_of_work() as session:
            await session.delete(await session.get_one(Customer, 7))
    row = {
        "id": 7, "created_at": moment, "name": "王芳", "initials": "wf",
        "customer_class": "residential", "priority": 0, "restricted": False, "elderly": False,
        "medical": False, "notes": "", "id_tail": "***",
    }  # fmt: skip
    assert await told(database) == [
        ("insert", "customer", "7", {}, row),
        ("update", "customer", "7", {"elderly": False}, {"elderly": True}),
        ("delete", "customer", "7", row | {"elderly": True}, {}),
    ]
    async with database.reading() as session:
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [(each.id, each.by, each.process, each.why) for each in entries] == [
        (1, "8001", "mainline", ""), (2, "8001", "mainline", "她说的"), (3, "8001", "mainline", ""),
    ]  # fmt: skip
    assert {each.at for each in entries} == {now()}
    assert await holds(database)


async def test_a_statement_is_told_of_for_each_row_it_touches(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add_all(Customer(id=each, name="王芳") for each in (1, 2, 3))
    async with database.unit_of_work() as session:
        mine = Customer.id.in_([1, 3])
        await session.execute(update(Customer).where(mine).values(medical=True))
        await session.execute(update(Customer).where(mine).values(medical=True))
        await session.execute(delete(Customer).where(Customer.id == 3))
    entries = await told(database)
    assert [each[:3] for each in entries[3:]] == [
        ("update", "customer", "1"), ("update", "customer", "3"), ("delete", "customer", "3"),
    ]  # fmt: skip
    assert [each[3:] for each in entries[3:5]] == [({"medical": False}, {"medical": True})] * 2
    assert entries[5][3]["medical"] is True
    async with database.reading() as session:
        assert list(await session.scalars(select(Customer.id).order_by(Customer.id))) == [1, 2]


async def test_rows_that_are_inserted_by_a_statement_are_counted(database: Database) -> None:
    async with database.unit_of_work() as session:
        home = await premise(session, await place(session, "和平区"), "和平区")
        session.add(ServiceArea(id=1, code="a", kind="branch", name_zh="甲", name_en="A"))
        await session.flush()
        rows = [{"area_id": 1, "premise_id": home.id}]
        await session.execute(insert(AreaPremise), rows)
        every = select(Premise.id, literal(1)).where(Premise.id == 0)
        await session.execute(insert(AreaPremise).from_select(["premise_id", "area_id"], every))
    assert [(each[0], each[4]["rows"]) for each in await told(database, "area_premise")] == [
        ("load", 1)
    ]


async def test_what_is_taken_back_has_not_happened(database: Database) -> None:
    async def add(session: AsyncSession, number: str) -> None:
        async with session.begin_nested():
            session.add(CustomerPhone(customer_id=1, number=number, tail="0001"))

    async with database.unit_of_work() as session:
        session.add(Customer(id=1, name="王芳"))
        await add(session, "13800000001")
        with pytest.raises(IntegrityError):
            await add(session, "13800000001")
        session.add(Customer(id=2, name="李强"))
    with pytest.raises(ZeroDivisionError):
        await add_and_fail(database)
    assert [each[1:3] for each in await told(database)] == [
        ("customer", "1"), ("customer_phone", "1"), ("customer", "2"),
    ]  # fmt: skip
    assert await holds(database)


async def add_and_fail(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(Customer(id=3, name="赵磊"))
        await session.flush()
        raise ZeroDivisionError


async def test_secrets_are_told_of_and_not_shown(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(User(login="lin", name="林", password_hash="old-secret", roles=["agent"]))
    async with database.unit_of_work() as session:
        user = (await session.scalars(select(User))).one()
        user.password_hash = "new-secret"
    assert (await told(database))[1][3:] == (
        {"password_hash": "***"}, {"password_hash": "***"},
    )  # fmt: skip
    async with database.reading() as session:
        assert not any(
            "secret" in text for text in await session.scalars(select(AuditEntry.changes))
        )


async def test_many_new_rows_at_once_are_one_entry(sqlite_database: Database) -> None:
    async with sqlite_database.unit_of_work() as session:
        session.add_all(Customer(name="王芳") for _ in range(LOAD_FROM))
        session.add(User(login="lin", name="林", password_hash="", roles=[]))
    entries = await told(sqlite_database)
    assert sorted(each[:3] for each in entries) == [
        ("insert", "staff_user", "1"), ("load", "customer", ""),
    ]  # fmt: skip
    load = next(each[4] for each in entries if each[0] == "load")
    assert load["rows"] == LOAD_FROM
    assert len(load["sha256"]) == 64


async def test_a_projection_costs_no_statement_and_a_change_costs_two(
    sqlite_database: Database,
) -> None:
    async def statements(row: Base) -> int:
        async with sqlite_database.unit_of_work() as session:
            session.add(row)
        return len(seen)

    seen: list[str] = []
    event.listen(
        sqlite_database.engine.sync_engine, "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: seen.append(statement),
    )  # fmt: skip
    assert await statements(Interaction(id="1.1", began_at=now())) == 2  # begin, insert
    seen.clear()
    assert await statements(Customer(name="王芳")) == 4
    assert await told(sqlite_database, "interaction") == []
    seen.clear()
    async with sqlite_database.unit_of_work() as session:
        wang = Customer(name="王芳")
        session.add(wang)
        await session.flush()
        wang.elderly = True
    assert len(seen) == 5


async def test_the_rows_of_two_processes_make_one_chain(
    database: Database, database_url: str
) -> None:
    second = Database(database_url)
    for each in (database, second, database):
        async with each.unit_of_work() as session:
            session.add(Customer(name="王芳"))
    verdict = await verify(second, {})
    await second.dispose()
    assert (verdict.entries, verdict.bad) == (3, None)


@pytest.mark.parametrize(
    ("damage", "bad"),
    [
        ("UPDATE audit_entry SET changes = replace(changes, '王', '汪') WHERE id = 3",
         Bad(3, "changed")),
        ("UPDATE audit_entry SET at_us = at_us + 1 WHERE id = 2", Bad(2, "changed")),
        ("DELETE FROM audit_entry WHERE id = 1", Bad(1, "missing")),
        ("DELETE FROM audit_entry WHERE id = 4", Bad(4, "missing")),
        ("UPDATE audit_entry SET id = CASE id WHEN 2 THEN -3 ELSE -2 END WHERE id IN (2, 3);"
         "UPDATE audit_entry SET id = -id WHERE id < 0", Bad(2, "changed")),
        ("INSERT INTO audit_entry SELECT 5, at_us, by, process, why, action, table_name, row_key,"
         " changes, hash FROM audit_entry WHERE id = 4", Bad(5, "changed")),
    ],
)  # fmt: skip
async def test_tampering_with_the_table_is_found(database: Database, damage: str, bad: Bad) -> None:
    for name in ("王芳", "王强", "王磊", "王敏"):
        async with database.unit_of_work() as session:
            session.add(Customer(name=name))
    whole = await verify(database, {})
    assert (whole.entries, whole.bad) == (4, None)
    async with database.unit_of_work() as session:
        for statement in damage.split(";"):
            await (await session.connection()).exec_driver_sql(statement)
    verdict = await verify(database, {4: whole.hash})
    assert verdict.bad == bad
    assert verdict.entries == bad.id - 1


async def test_bytes_that_are_no_text_are_found(sqlite_database: Database) -> None:
    async with sqlite_database.unit_of_work() as session:
        session.add_all([Customer(name="王芳"), Customer(name="李强")])
    async with sqlite_database.unit_of_work() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE audit_entry SET why = CAST(x'ff' AS TEXT) WHERE id = 2"
        )
    assert (await verify(sqlite_database, {})).bad == Bad(2, "unreadable")


def test_what_is_not_kept_is_known() -> None:
    """A new table is kept, unless its model says why not; a reviewer reads it here."""
    left_out = {table_name(each) for each in Base.registry.mappers} - set(audited_tables())
    assert left_out == {
        "agent_fact", "agent_state", "agent_stint", "appointment_day", "audit_entry",
        "audit_left", "auth_session", "bulletin_receipt", "call_rating", "call_timeline",
        "cel_cursor", "data_reading", "dial_attempt", "field_attachment", "field_device",
        "field_position", "field_worker", "identity_failure", "import_run", "interaction",
        "journal_cursor", "journal_entry", "knowledge_file", "knowledge_look", "knowledge_mark",
        "knowledge_search", "knowledge_term", "knowledge_use", "live_call", "login_failure",
        "menu_passage", "outage_signal", "parked_call", "queue_visit", "reading_hour",
        "recording_segment", "survey_turn", "webhook", "webhook_delivery", "work_order_counter",
    }  # fmt: skip


async def test_of_a_recording_only_what_people_decide_is_kept(database: Database) -> None:
    from recordings.models import STORED, Recording

    async with database.unit_of_work() as session:
        session.add(Recording(id=1, call_id="1.1", started_at=now(), path="a"))
    async with database.unit_of_work() as session:
        (await session.get_one(Recording, 1)).state = STORED
    async with database.unit_of_work() as session:
        (await session.get_one(Recording, 1)).kept = True
    assert await told(database) == [("update", "recording", "1", {"kept": False}, {"kept": True})]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 1
