"""What agents note about calls, and messages that callers left."""

import pytest
from sqlalchemy import select

from crm.catalog import service as catalog
from crm.catalog.fields import FieldRefused
from crm.interactions import queries, service
from crm.interactions.models import Disposition, Interaction
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import NotFound
from tests.crm.calls import answered_call, take_in
from tests.support.clock import StandingClock


@pytest.fixture
async def centre(database: Database, clock: StandingClock) -> Database:
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
    await take_in(database, *answered_call())
    return database


async def dispose(database: Database, reason: str, **more: object) -> Disposition:
    async with database.unit_of_work() as session:
        return await service.dispose(
            session,
            "ml-1.1",
            agent="8001",
            reason=reason,
            **more,  # type: ignore[arg-type]
        )


async def test_what_the_call_was_about_shows_in_the_list(centre: Database) -> None:
    fields = {"room_temperature": "14.5", "made_up": "x"}
    await dispose(centre, "fault_no_heat", fields=fields, notes="  北卧室不热  ")
    await take_in(centre)
    async with centre.reading() as session:
        view = await queries.view(session, "ml-1.1")
    assert view.call.reason == "fault_no_heat"
    assert view.disposition is not None
    assert view.disposition.fields == {"room_temperature": 14.5}
    assert (view.disposition.notes, view.disposition.reasons_version) == ("北卧室不热", 1)


async def test_noting_again_corrects(centre: Database) -> None:
    await dispose(centre, "silent")
    await dispose(centre, "wrong_number")
    await take_in(centre)
    async with centre.reading() as session:
        assert list(await session.scalars(select(Disposition.reason))) == ["wrong_number"]
        assert (await session.get_one(Interaction, "ml-1.1")).reason == "wrong_number"


async def test_a_branch_an_unknown_reason_or_a_missing_field_is_refused(centre: Database) -> None:
    for reason in ("fault", "unheard_of"):
        with pytest.raises(NotFound):
            await dispose(centre, reason)
    with pytest.raises(FieldRefused) as refused:
        await dispose(centre, "fault_no_heat", fields={"room_temperature": "cold"})
    assert refused.value.name == "room_temperature"
    async with centre.reading() as session:
        assert await session.scalar(select(Disposition.id)) is None
