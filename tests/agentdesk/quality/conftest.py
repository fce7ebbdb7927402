from collections.abc import AsyncIterator

import pytest

from agentdesk.quality.views import router
from crm.catalog import service as catalog
from crm.customers.models import Customer, CustomerPhone
from crm.interactions.subscribers import CONSUMERS as INTERACTIONS
from crm.staff.models import User
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all, consume
from mainline.journal.call_events import (
    CallDisposed,
    CallEnded,
    CallerIdentified,
    CallOffered,
    QueueEntered,
)
from mainline.journal.talk_events import AgentAnswered
from recordings.api import router as api
from recordings.finalise import Finaliser
from recordings.subscribers import CONSUMERS as RECORDINGS
from tests.recordings.sounds import CALL, FILES, ago, started, stereo, write_raw
from tests.support.pages import Pages, pages

OTHER = "ml0123abcd-1795000009.7"


async def catch_up(database: Database) -> None:
    for consumers in (INTERACTIONS, RECORDINGS):
        for name, handlers in consumers.items():
            while await consume(database, consumer=name, handlers=handlers):
                pass


def talk(call: str, ani: str, customer_id: int | None, began: float) -> list[object]:
    about = {"subject": f"call:{call}"}
    return [
        CallOffered(**about, at=ago(began), ani=ani, dnis="96777"),
        CallerIdentified(**about, at=ago(began), how="ani", customer_id=customer_id),
        QueueEntered(**about, at=ago(began - 5), queue="repair"),
        AgentAnswered(**about, at=ago(began - 8), agent="8001", queue="repair"),
        CallEnded(**about, at=ago(began - 20)),
        CallDisposed(**about, at=ago(began - 21), agent="8001", reason="fault_no_heat"),
    ]


@pytest.fixture
async def desk(settings: Settings, sqlite_database: Database) -> AsyncIterator[Pages]:
    """One known caller with a recording, one unknown without."""
    settings.recordings_incoming.mkdir(parents=True)
    write_raw(settings, f"{FILES}-0.raw", stereo(700, 800, 20))
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        session.add(Customer(id=5, name="王建国"))
        await session.flush()
        session.add(CustomerPhone(customer_id=5, number="13800008000", tail="8000"))
        session.add(
            User(login="li", name="李娜", password_hash="x", roles=["agent"], agent_number="8001")
        )
        facts = [*talk(CALL, "13800008000", 5, 100), *talk(OTHER, "02431234567", None, 60)]
        await append_all(session, [started(0, ago(100)), *facts])  # type: ignore[list-item]
    await catch_up(sqlite_database)
    await Finaliser(sqlite_database, settings).step()
    await catch_up(sqlite_database)
    async with pages(settings, sqlite_database, [router], "quality") as opened:
        opened.app.include_router(api, prefix="/api")
        yield opened
