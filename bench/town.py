"""A big town in a database: customers, numbers, accounts, made by bulk inserts."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SEED = 20261123
_BATCH = 50_000
_AT = "2026-11-23 00:00:00.000000"


def number_of(index: int) -> str:
    """The index-th telephone number of the town: scattered, never twice."""
    return f"13{(index * 7_919_791 + 12_345) % 1_000_000_000:09d}"


def fill(path: Path, customers: int, numbers: int) -> None:
    """Insert so many customers with one account each and so many numbers altogether."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
    with connection:
        connection.execute(
            "INSERT INTO address_node (id, level, name_zh, name_en, path, created_at)"
            " VALUES (1, 'street', '大街', 'High Street', '/1/', ?)",
            (_AT,),
        )
        _insert(connection, "premise", _premises(customers))
        _insert(connection, "customer", _customers(customers))
        _insert(connection, "service_account", _accounts(customers))
        _insert(connection, "customer_phone", _phones(customers, numbers))
    connection.executescript("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;")
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            _flush(connection, table, batch)
    _flush(connection, table, batch)


def _flush(connection: sqlite3.Connection, table: str, batch: list[dict[str, object]]) -> None:
    if batch:
        names = ", ".join(batch[0])
        places = ", ".join(f":{name}" for name in batch[0])
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", batch)
        batch.clear()


def _premises(count: int) -> Iterator[dict[str, object]]:
    for i in range(1, count + 1):
        yield {
            "id": i, "node_id": 1, "path": "/1/", "address_zh": f"大街{i}号", "area_m2": 90,
            "address_en": f"{i} High Street", "created_at": _AT,
        }  # fmt: skip


def _customers(count: int) -> Iterator[dict[str, object]]:
    for i in range(1, count + 1):
        yield {
            "id": i, "name": f"客户{i}", "customer_class": "residential", "priority": 0,
            "restricted": 0, "elderly": 0, "medical": 0, "language": None, "notes": "",
            "created_at": _AT,
        }  # fmt: skip


def _accounts(count: int) -> Iterator[dict[str, object]]:
    for i in range(1, count + 1):
        yield {
            "id": i, "number": f"{10_000_000 + i}", "customer_id": i, "premise_id": i,
            "utility": "heat", "status": "active", "created_at": _AT,
        }  # fmt: skip


def _phones(customers: int, numbers: int) -> Iterator[dict[str, object]]:
    for i in range(numbers):
        number = number_of(i)
        yield {
            "id": i + 1, "customer_id": i % customers + 1, "number": number,
            "tail": number[-4:], "label": "", "created_at": _AT,
        }  # fmt: skip


def callers(numbers: int, count: int) -> list[str]:
    """Who calls: mostly known numbers, some unknown ones, in random order."""
    dice = random.Random(SEED)
    known = [number_of(dice.randrange(numbers)) for _ in range(count * 9 // 10)]
    unknown = [f"159{dice.randrange(10**8):08d}" for _ in range(count - len(known))]
    mixed = known + unknown
    dice.shuffle(mixed)
    return mixed
