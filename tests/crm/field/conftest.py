"""A company with two people in the field, orders for them, and the words they choose from."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from crm.catalog import service as catalog
from crm.field import sync
from crm.field.acting import ActIn, Seen
from crm.field.kinds import FIELD, FILE
from crm.field.models import FieldAct
from crm.staff.service import add_user
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from tests.support.clock import StandingClock

_KEYS = count(1)


@dataclass
class Phone:
    """A device: counts its acts, and sends what it is told to send."""

    database: Database
    worker: str
    code: str
    clock: StandingClock
    seq: int = 0
    made: list[ActIn] = field(default_factory=list)
    roles: frozenset[str] | None = None

    def act(
        self, order: str, action: str, seen: Seen, *, kind: str = "move", note: str = "",
        report: dict[str, Any] | None = None, at: datetime | None = None,
        fields: dict[str, Any] | None = None,
    ) -> ActIn:  # fmt: skip
        self.seq += 1
        values = {
            "kind": kind,
            "action": action,
            "note": note,
            "report": report or {},
            "fields": fields or {},
        }
        made = ActIn.model_validate(
            {"key": f"act-{next(_KEYS):06}", "seq": self.seq, "order": order, "based_on": seen,
             "at": at or self.clock.at, **values}
        )  # fmt: skip
        self.made.append(made)
        return made

    async def send(self, *acts: ActIn) -> list[FieldAct]:
        async with self.database.unit_of_work() as session:
            taken = await sync.take(
                session, self.worker, self.code, acts, at=self.clock.at, roles=self.roles
            )
            return list(taken.acts)


async def furnish(database: Database, pack: str = "heat") -> None:
    """The pack, the heating pack's words for the field, and people; once."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / pack)
        await definitions.install_file(session, FIELD.name, PROJECT / "packs" / "heat" / FILE)
        for login, name in (("feng", "冯涛"), ("sun", "孙强")):
            await add_user(
                session, login=login, name=name, password="correct horse", roles=["field"],
                team="repair",
            )  # fmt: skip


async def opened(database: Database, *, to: str = "冯涛", type_code: str = "no_heat") -> str:
    """An order that this person has accepted."""
    async with database.unit_of_work() as session:
        order = await orders.open_work_order(
            session, type_code=type_code, key=f"k{next(_KEYS)}", by="8001", source="ivr",
            zone=Settings().zone,
        )  # fmt: skip
        await orders.move(session, order.number, "assign", by="吴刚", to=to)
        await orders.move(session, order.number, "accept", by=to)
        return order.number


async def seen(database: Database, number: str) -> Seen:
    async with database.reading() as session:
        order = await orders.by_number(session, number)
        return Seen(step=order.step, owner=order.owner, paused=order.paused_at is not None)


async def read(database: Database, number: str) -> WorkOrder:
    async with database.reading() as session:
        return await orders.by_number(session, number)


@pytest.fixture
async def crew(
    database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Both databases, one after the other."""
    monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")
    await furnish(database)
    return database


@pytest.fixture
def phone(crew: Database, clock: StandingClock) -> Phone:
    return Phone(crew, "冯涛", "device-feng-1", clock)
