"""A town with seven years behind it, of any size, made inside the database: SQLite or PostgreSQL.

Every row is reckoned from its number, so that the same size is the same town. Customers live in
an address tree down to the room; each has bills, payments, a meter, calls, orders, areas.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from alembic import command
from sqlalchemy import Index
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.dialect import POSTGRES, SQLITE, Dialect
from crm.addresses.models import AddressNode
from crm.addresses.pinyin import initials
from crm.areas.models import ServiceArea
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderType, WorkOrderTypes
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Base, Database
from mainline.db.migrate import configuration
from mainline.features import modules

YEARS, CALLS_EACH, MOVES_EACH, PHONES_OF_TWO = 7, 3, 3, 3
DAY_S = 86_400
COMMUNITY, BUILDING, UNIT = 1000, 50, 25
"""Homes in each."""
STREETS_OF, DISTRICTS = 10, 6
BRANCHES, STATIONS_OF = 8, 2
OPEN_SHARE, OPEN_LEAST = 100, 1500
"""One order in so many is not finished; however small the town is, a full page of each type."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "芳伟娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志文玉红海波云龙飞鹏宇佳雪梅"
COMMUNITIES = "和平幸福阳光金色春天翠湖文华东方星河丽景锦绣长江黄河学府世纪龙湖"
ENDINGS = ("小区", "花园", "家园", "新村", "里", "苑")


@dataclass(frozen=True)
class Town:
    """How big it is, and when it was made."""

    customers: int
    made_at: datetime

    @property
    def phones(self) -> int:
        """One and a half for each."""
        return self.customers * PHONES_OF_TWO // 2

    @property
    def calls(self) -> int:
        """All calls of the years."""
        return self.customers * CALLS_EACH

    @property
    def open_orders(self) -> int:
        """Not finished yet."""
        return min(self.customers, max(self.customers // OPEN_SHARE, OPEN_LEAST))

    @property
    def communities(self) -> int:
        """A thousand homes in each."""
        return -(-self.customers // COMMUNITY)

    @property
    def began_s(self) -> int:
        """Seven years before."""
        return int((self.made_at - timedelta(days=365 * YEARS)).timestamp())

    @property
    def span_s(self) -> int:
        """From then to a minute ago."""
        return int(self.made_at.timestamp()) - 60 - self.began_s


async def build(database: Database, settings: Settings, customers: int) -> Town:
    """Tables, the pack's definitions, the town, then the indexes: as a bulk load does it."""
    town = Town(customers, now())
    kind = SQLITE if database.is_sqlite else POSTGRES
    await _tables(database)
    await _definitions(settings, database)
    async with database.unit_of_work() as session:
        areas = await _places(session, town)
        await _stations(session, town)
        types = await _types(session)
    await _run(database, [*_lists(areas, types), *_rows(kind, town), *_without_lists()])
    await _run(database, [*_indexes(database), *_settled(kind)])
    await _as_migrated(database)
    return town


async def _as_migrated(database: Database) -> None:
    """A town that is kept takes the migrations that come later."""
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.stamp(configuration(sync), "head"))


async def _tables(database: Database) -> None:
    list(modules("models"))
    async with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            await connection.execute(CreateTable(table, if_not_exists=True))


def _indexes(database: Database) -> Iterable[str]:
    every: list[Index] = [one for table in Base.metadata.sorted_tables for one in table.indexes]
    dialect = database.engine.dialect
    return [str(CreateIndex(one, if_not_exists=True).compile(dialect=dialect)) for one in every]


async def _definitions(settings: Settings, database: Database) -> None:
    """What the company has from its pack, as far as it concerns customers and orders."""
    for module in modules("prepare"):
        if module.__name__.startswith("crm."):
            await module.prepare(settings, database, lambda _words: None)


async def _places(session: AsyncSession, town: Town) -> list[tuple[Any, ...]]:
    """Districts, streets and communities; what lies below them is reckoned."""
    districts = [await _node(session, None, "district", f"{name}区") for name in "东南西北中新"]
    streets = [
        await _node(session, districts[k % DISTRICTS], "street", f"{_word(k)}街道")
        for k in range(-(-town.communities // STREETS_OF))
    ]
    found = []
    for k in range(town.communities):
        street = streets[k // STREETS_OF]
        one = await _node(session, street, "community", f"{_word(k)}{ENDINGS[k % len(ENDINGS)]}")
        district = districts[(k // STREETS_OF) % DISTRICTS]
        found.append((k, one.id, one.path, f"{district.name_zh}{street.name_zh}{one.name_zh}"))
    return found


def _word(k: int) -> str:
    """Two characters, and from the 900th place on three."""
    count = len(COMMUNITIES)
    return "".join(COMMUNITIES[k // count**place % count] for place in range(2 + (k >= count**2)))


async def _node(
    session: AsyncSession, above: AddressNode | None, level: str, name: str
) -> AddressNode:
    node = AddressNode(
        parent_id=above.id if above else None, level=level, name_zh=name, name_en=name, path=""
    )
    session.add(node)
    await session.flush()
    node.path = f"{above.path if above else '/'}{node.id}/"
    await session.flush()
    return node


async def _stations(session: AsyncSession, town: Town) -> None:
    kinds = [("branch", BRANCHES), ("supply", -(-town.communities // STATIONS_OF))]
    session.add_all(
        ServiceArea(code=f"{kind}-{k}", kind=kind, name_zh=f"{k}号", name_en=f"No {k}")
        for kind, count in kinds
        for k in range(count)
    )


async def _types(session: AsyncSession) -> list[tuple[Any, ...]]:
    body = (await catalog.work_order_types(session)).body
    return [
        (k, one.code, body.first_step(one.code).code, _last(body, one), one.team, one.urgency)
        for k, one in enumerate(body.types)
    ]


def _last(body: WorkOrderTypes, one: WorkOrderType) -> str:
    return next(step.code for step in reversed(body.flows[one.flow]) if step.is_final)


# --- rows --------------------------------------------------------------------------------------


def _lists(areas: Sequence[tuple[Any, ...]], types: Sequence[tuple[Any, ...]]) -> Iterable[str]:
    yield from _list("area", "k bigint, id bigint, path text, address text", areas)
    yield from _list(
        "kind", "k bigint, code text, first text, last text, team text, urgency text", types
    )
    yield from _list("surname", "k bigint, zh text, letter text", _letters(SURNAMES))
    yield from _list("given", "k bigint, zh text, letter text", [*_letters(GIVEN), *_nothing()])


def _letters(characters: str) -> list[tuple[Any, ...]]:
    return [(k, one, initials(one)) for k, one in enumerate(characters)]


def _nothing() -> list[tuple[Any, ...]]:
    """One person in three has a given name of one character."""
    return [(k, "", "") for k in range(len(GIVEN), len(GIVEN) * 3 // 2)]


def _list(name: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> Iterable[str]:
    yield f"CREATE TABLE bench_{name} ({columns})"
    values = ", ".join(f"({', '.join(map(_quoted, row))})" for row in rows)
    yield f"INSERT INTO bench_{name} VALUES {values}"


def _quoted(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _without_lists() -> Iterable[str]:
    return [f"DROP TABLE bench_{name}" for name in ("area", "kind", "surname", "given", "seq")]


def _rows(kind: Dialect, town: Town) -> Iterable[str]:
    yield "CREATE TABLE bench_seq (n bigint PRIMARY KEY)"
    yield kind.sequence("bench_seq", YEARS * town.customers)
    at, c = kind.moment(str(town.began_s)), town.customers
    when = f"{town.began_s} + n * {town.span_s} / "
    yield from _homes(kind, at, c)
    yield from _people(kind, at, town)
    yield from _money(kind, at, town)
    yield from _calls(kind, f"{when}{town.calls}", town)
    yield from _orders(kind, f"{when}{c}", town)


def _insert(table: str, columns: dict[str, str], source: str) -> str:
    names, values = ", ".join(columns), ", ".join(columns.values())
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}"


def _homes(kind: Dialect, at: str, customers: int) -> Iterable[str]:
    """Buildings, units, rooms and what is supplied there; ``n`` counts homes from one."""
    level_ids = (10_000, 100_000, 1_000_000)
    i = "(n - 1)"
    building, unit = f"({i} % {COMMUNITY} / {BUILDING} + 1)", f"({i} % {BUILDING} / {UNIT} + 1)"
    room = f"(({i} % {UNIT} / 5 + 1) * 100 + {i} % 5 + 1)"
    ids = [
        f"({base} + {i} / {size})"
        for base, size in zip(level_ids, (BUILDING, UNIT, 1), strict=True)
    ]
    paths = ["a.path"]
    for each in ids:
        paths.append(f"{paths[-1]} || {each} || '/'")
    homes = f"bench_seq JOIN bench_area a ON a.k = {i} / {COMMUNITY} WHERE n <= {customers}"
    parents = ["a.id", ids[0], ids[1]]
    names = [f"{building} || '号楼'", f"{unit} || '单元'", f"{room} || ''"]
    for k, (level, size) in enumerate((("building", BUILDING), ("unit", UNIT), ("room", 1))):
        columns = {
            "id": ids[k], "parent_id": parents[k], "level": f"'{level}'", "name_zh": names[k],
            "name_en": names[k], "path": paths[k + 1], "created_at": at,
        }  # fmt: skip
        yield _insert("address_node", columns, f"{homes} AND {i} % {size} = 0")
    address = " || ".join(["a.address", *names[:2], names[2]])
    columns = {
        "id": "n", "node_id": ids[2], "path": paths[3], "address_zh": address,
        "address_en": address, "area_m2": f"40 + {kind.scatter('n', 1, 120)}", "created_at": at,
    }  # fmt: skip
    yield _insert("premise", columns, homes)


def _people(kind: Dialect, at: str, town: Town) -> Iterable[str]:
    count, people = town.customers, f"bench_seq WHERE n <= {town.customers}"
    given = len(GIVEN) * 3 // 2
    named = (
        f"bench_seq JOIN bench_surname s ON s.k = {kind.scatter('n', 2, len(SURNAMES))}"
        f" JOIN bench_given g ON g.k = {kind.scatter('n', 3, len(GIVEN))}"
        f" JOIN bench_given h ON h.k = {kind.scatter('n', 4, given)} WHERE n <= {count}"
    )
    columns = {
        "id": "n", "name": "s.zh || g.zh || h.zh", "initials": "s.letter || g.letter || h.letter",
        "customer_class": "'residential'", "priority": "0", "restricted": "false",
        "elderly": "false", "medical": "false", "notes": "''", "created_at": at,
    }  # fmt: skip
    yield _insert("customer", columns, named)
    columns = {
        "id": "n", "number": "(10000000 + n) || ''", "customer_id": "n", "premise_id": "n",
        "utility": "'heat'", "status": "'active'", "created_at": at,
    }  # fmt: skip
    yield _insert("service_account", columns, people)
    number = f"'13' || {kind.padded('(((n - 1) * 7919791 + 12345) % 1000000000)', 9)}"
    tail = kind.padded("(((n - 1) * 7919791 + 12345) % 10000)", 4)
    columns = {
        "id": "n", "customer_id": f"(n - 1) % {count} + 1", "number": number, "tail": tail,
        "label": "''", "created_at": at,
    }  # fmt: skip
    yield _insert("customer_phone", columns, f"bench_seq WHERE n <= {town.phones}")
    for area_kind, of in (("branch", BRANCHES), ("supply", -(-town.communities // STATIONS_OF))):
        first = f"(SELECT min(id) FROM service_area WHERE kind = '{area_kind}')"
        area = f"{first} + (n - 1) / {COMMUNITY} % {of}"
        yield _insert("area_premise", {"premise_id": "n", "area_id": area}, people)


def _money(kind: Dialect, at: str, town: Town) -> Iterable[str]:
    """One bill and one payment a season; one customer in twenty has not paid the last one."""
    season, account = f"((n - 1) / {town.customers})", f"((n - 1) % {town.customers} + 1)"
    issued = f"({town.began_s} + {season} * {365 * DAY_S})"
    amount = f"(200000 + {kind.scatter(account, 5, 300000)})"
    unpaid = f"{season} = {YEARS - 1} AND {account} % 20 = 0"
    columns = {
        "id": "n", "account_id": account, "period": f"(2020 + {season}) || ''",
        "issued_on": kind.day(issued), "due_on": kind.day(f"{issued} + {60 * DAY_S}"),
        "amount_fen": amount, "paid_fen": f"CASE WHEN {unpaid} THEN 0 ELSE {amount} END",
        "created_at": at,
    }  # fmt: skip
    yield _insert("bill", columns, "bench_seq")
    columns = {
        "id": "n", "account_id": account, "paid_at": kind.moment(f"{issued} + {30 * DAY_S}"),
        "amount_fen": amount, "channel": "'wechat'", "created_at": at,
    }  # fmt: skip
    yield _insert("payment", columns, f"bench_seq WHERE NOT ({unpaid})")
    columns = {
        "id": "n", "account_id": "n", "number": f"'M' || {kind.padded('n', 8)}", "unit": "'gj'",
        "digits": "5", "created_at": at,
    }  # fmt: skip
    yield _insert("meter", columns, f"bench_seq WHERE n <= {town.customers}")


def _calls(kind: Dialect, began: str, town: Town) -> Iterable[str]:
    call, customer = f"'ml-' || {kind.padded('n', 8)}", f"((n * 7 - 1) % {town.customers} + 1)"
    agent, at = f"(8001 + {kind.scatter('n', 6, 40)}) || ''", kind.moment(began)
    queue = f"CASE {kind.scatter('n', 7, 3)} WHEN 0 THEN 'repair' ELSE 'service' END"
    ended, answered = kind.moment(f"{began} + 200"), f"{kind.scatter('n', 8, 20)} > 0"
    source = f"bench_seq WHERE n <= {town.calls}"
    outcome = f"CASE WHEN {answered} THEN 'answered' ELSE 'abandoned' END"
    ani = f"'13' || {kind.padded(f'((({customer} - 1) * 7919791 + 12345) % 1000000000)', 9)}"
    columns = {
        "id": call, "direction": "'in'", "ani": ani, "ani_tail": f"substr({ani}, 8)",
        "dnis": "'96001'", "began_at": at, "offered_at": at, "queued_at": at,
        "answered_at": f"CASE WHEN {answered} THEN {kind.moment(f'{began} + 15')} END",
        "ended_at": ended, "customer_id": customer, "account_id": customer, "candidates": "1",
        "menu_path": "'[]'", "keys": "'[]'", "flows": "'[]'", "queue": queue,
        "agent": f"CASE WHEN {answered} THEN {agent} END", "outcome": outcome,
        "degraded": "false", "transfers": "0",
        "reason": f"CASE WHEN {answered} THEN 'repair.no-heat' END", "wait_s": "15",
        "talk_s": "180",
    }  # fmt: skip
    yield _insert("interaction", columns, source)
    yield _insert("call_timeline", {"call_id": call, "facts": "'[]'"}, source)
    columns = {
        "call_id": call, "seq": "1", "queue": queue, "entered_at": at,
        "left_at": kind.moment(f"{began} + 15"), "how": outcome, "wait_s": "15", "priority": "0",
        "degraded": "false", "agent": f"CASE WHEN {answered} THEN {agent} END",
    }  # fmt: skip
    yield _insert("queue_visit", columns, source)


def _orders(kind: Dialect, opened: str, town: Town) -> Iterable[str]:
    """The newest are unfinished; their limits have not spoken yet."""
    unfinished = f"n > {town.customers - town.open_orders}"
    at, done = kind.moment(opened), kind.moment(f"{opened} + {DAY_S}")
    customer = f"((n * 11 - 1) % {town.customers} + 1)"
    source = (
        f"bench_seq JOIN bench_kind k ON k.k = n % (SELECT count(*) FROM bench_kind)"
        f" WHERE n <= {town.customers}"
    )
    finished = f"CASE WHEN {unfinished} THEN NULL ELSE {done} END"
    columns = {
        "id": "n", "number": f"{kind.stamp(opened)} || '-' || {kind.padded('n % 10000', 4)}",
        "key": "'bench:' || n", "type_code": "k.code", "type_version": "1",
        "customer_id": customer, "premise_id": customer, "account_id": customer,
        "source": "'desk'", "step": f"CASE WHEN {unfinished} THEN k.first ELSE k.last END",
        "urgency": "k.urgency", "team": "k.team", "owner": "k.team", "overseer": "'dispatcher'",
        "summary": "'暖气不热'", "contact": "''", "fields": "'{}'", "opened_at": at,
        "due_respond_at": done, "due_complete_at": done, "responded_at": finished,
        "completed_at": finished, "closed_at": finished, "created_at": at,
        "next_limit_at": f"CASE WHEN {unfinished} THEN {done} END",
    }  # fmt: skip
    yield _insert("work_order", columns, source)
    order = f"((n - 1) / {MOVES_EACH} + 1)"
    columns = {
        "id": "n", "work_order_id": order, "at": kind.moment(str(town.began_s)), "by": "'8001'",
        "action": "'open'", "to_step": "'new'", "note": "''",
        "created_at": kind.moment(str(town.began_s)),
    }  # fmt: skip
    yield _insert("work_order_move", columns, f"bench_seq WHERE n <= {town.customers * MOVES_EACH}")


def _settled(kind: Dialect) -> Iterable[str]:
    """Running numbers go on after the last row, and the planner knows what is there."""
    if kind is POSTGRES:
        for table in Base.metadata.sorted_tables:
            column = table.autoincrement_column
            if column is not None and not column.foreign_keys:
                name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
                yield (
                    f"SELECT setval({name}, (SELECT max({column.name}) FROM {table.name}))"
                    f" WHERE {name} IS NOT NULL"
                )
    yield "ANALYZE"


# --- running them ------------------------------------------------------------------------------


async def _run(database: Database, statements: Iterable[str]) -> None:
    """One after the other, on a connection of the driver's own, without checks of references."""
    url = make_url(database.url)
    if database.is_sqlite:
        await asyncio.to_thread(_run_sqlite, str(url.database), list(statements))
        return
    socket = url.query["host"]
    connection = await asyncpg.connect(user=url.username, database=url.database, host=socket)
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _run_sqlite(path: str, statements: Sequence[str]) -> None:
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
