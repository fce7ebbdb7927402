"""Orders with running limits, and a pass over them in a process of its own that is killed.

``python -m tests.support.limits_pass URL AT BATCH`` says ``begun`` and tells of all that is due.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.work_orders import clocks, limiting
from crm.work_orders.limits import moments
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal.journal import entries_between

ZONE = ZoneInfo("Asia/Shanghai")
OLDEST = timedelta(days=12)
_AT_ONCE = 5_000
_ENDS_WITHIN_S = 600
_LIMIT, _WHATS = "work_order.limit", ("warn", "overdue", "escalate")


def order(number: int, types: WorkOrderTypes, at: datetime, dice: random.Random) -> WorkOrder:
    """An open one of any type and age: new, answered, paused or done."""
    kind = dice.choice(types.types)
    made = WorkOrder(
        id=number, number=f"20261101-{number}", key=f"limits:{number}", type_code=kind.code,
        type_version=1, source="desk", step=types.first_step(kind.code).code, urgency=kind.urgency,
        team=kind.team, owner=kind.team, overseer="dispatcher",
        opened_at=at - OLDEST * dice.random(),
        created_at=at,
    )  # fmt: skip
    clocks.start(made, types, ZONE)
    state = dice.random()
    if state > 0.6:
        made.responded_at = made.opened_at + timedelta(minutes=dice.randrange(600))
    if state > 0.9:
        made.completed_at = made.responded_at
    elif state > 0.8:
        made.paused_at = made.responded_at
    clocks.look_ahead(made, clocks.of_order(made, types, ZONE))
    return made


async def fill(database: Database, count: int, at: datetime, seed: int) -> dict[int, Counter[str]]:
    """So many of them; returns what has to be told of each until then."""
    dice = random.Random(seed)
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        types = (await catalog.work_order_types(session)).body
    expected: dict[int, Counter[str]] = {}
    for first in range(1, count + 1, _AT_ONCE):
        made = [order(n, types, at, dice) for n in range(first, min(first + _AT_ONCE, count + 1))]
        expected |= {one.id: due(one, types, at) for one in made}
        async with database.unit_of_work() as session:
            await session.execute(insert(WorkOrder), [_row(one) for one in made])
    return expected


def due(one: WorkOrder, types: WorkOrderTypes, at: datetime) -> Counter[str]:
    """What its limits say until then, each once."""
    ahead = moments(clocks.of_order(one, types, ZONE), clocks.running(one), ())
    return Counter(moment.code for moment in ahead if moment.at <= at)


def _row(one: WorkOrder) -> dict[str, object]:
    names = {each.key for each in WorkOrder.__table__.columns}
    return {name: value for name, value in vars(one).items() if name in names}


async def told(database: Database, at: datetime) -> dict[int, Counter[str]]:
    """What the journal has of each order."""
    found: dict[int, Counter[str]] = {}
    async with database.reading() as session:
        since = at - OLDEST * 2
        for entry in await entries_between(session, since, at + OLDEST, [_LIMIT]):
            fact = entry.event.model_dump()
            code = fact["level"] if fact["what"] == "escalate" else fact["what"]
            told_of = found.setdefault(int(entry.event.subject.partition(":")[2]), Counter())
            told_of[f"{fact['limit']}:{code}"] += 1
    return found


async def when(database: Database, orders: int) -> datetime:
    """The moment at which so many have something to tell."""
    each = select(WorkOrder.next_limit_at).where(WorkOrder.next_limit_at.is_not(None))
    async with database.reading() as session:
        found = await session.scalar(
            each.order_by(WorkOrder.next_limit_at).offset(orders - 1).limit(1)
        )
    assert found is not None
    return found


@dataclass
class Wrong:
    """What a pass has missed or told twice, and what orders and history do not say alike."""

    missed: int = 0
    twice: int = 0
    elsewhere: list[str] = field(default_factory=list)


async def wrong(database: Database, expected: dict[int, Counter[str]], at: datetime) -> Wrong:
    """Journal, order and history, held against what had to be told."""
    journal, found = await told(database, at), Wrong()
    for number, codes in expected.items():
        said = journal.get(number, Counter())
        found.missed += (codes - said).total()
        found.twice += (said - codes).total()
    async with database.reading() as session:
        found.elsewhere = await _elsewhere(session, expected, at)
    return found


async def _elsewhere(
    session: AsyncSession, expected: dict[int, Counter[str]], at: datetime
) -> list[str]:
    rows = await session.execute(select(WorkOrder.id, WorkOrder.limits_told))
    differ = [f"order {each}" for each, kept in rows if Counter(kept) != expected[each]]
    left = select(func.count()).select_from(WorkOrder).where(WorkOrder.next_limit_at <= at)
    if (still := await session.scalar(left)) != 0:
        differ.append(f"{still} due orders")
    lines = select(func.count()).where(WorkOrderMove.action.in_(("warn", "overdue")))
    plain = sum(codes[code] for codes in expected.values() for code in codes if code[-1].isalpha())
    if (written := await session.scalar(lines)) != plain:
        differ.append(f"{written} lines of history, not {plain}")
    return differ


def killed_again_and_again(
    url: str, at: datetime, dice: random.Random, *, kills: int, batch: int, longest_s: float
) -> int:
    """Begin the pass, kill it with -9 somewhere in the middle, so often; then let it end.

    Returns how many were really killed while they worked.
    """
    hit = 0
    for _ in range(kills):
        process = _begin(url, at, batch)
        time.sleep(dice.uniform(0, longest_s))
        hit += process.poll() is None
        process.kill()
        process.wait()
    last = _begin(url, at, batch)
    assert last.wait(_ENDS_WITHIN_S) == 0
    return hit


def _begin(url: str, at: datetime, batch: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __name__, url, at.isoformat(), str(batch)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    process.stdout.close()
    return process


async def _pass(url: str, at: datetime, batch: int) -> None:
    limiting.BATCH = batch  # type: ignore[misc]
    database = Database(url)
    async with database.reading() as session:
        await catalog.work_order_types(session)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await limiting.run_out(database, at)
    await database.dispose()


if __name__ == "__main__":
    asyncio.run(_pass(sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])))
