"""Interruptions: whom they concern, and how they begin and end."""

from datetime import datetime
from typing import Literal

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import AddressNode, Premise
from crm.outages.models import Outage
from mainline.clock import now
from mainline.errors import Invalid, NotFound

LIVE = ("announced", "running")


async def for_premise(session: AsyncSession, premise_id: int) -> list[Outage]:
    """Running and announced interruptions at a premise, the running first; NotFound if unknown."""
    path = await session.scalar(select(Premise.path).where(Premise.id == premise_id))
    if path is None:
        raise NotFound("premise")
    return await for_path(session, path)


async def for_path(session: AsyncSession, *paths: str) -> list[Outage]:
    """The same for places of the address tree: outages of the place itself or of any above it."""
    areas = {int(part) for path in paths for part in path.split("/") if part}
    moment = now()
    found = await session.scalars(
        select(Outage)
        .where(Outage.area_id.in_(areas), Outage.status.in_(LIVE))
        .order_by(case((Outage.began_at <= moment, 0), else_=1), Outage.began_at, Outage.id)
        .limit(20)
    )
    return [one for one in found if not _over(one, moment)]


def _over(outage: Outage, moment: datetime) -> bool:
    """A planned interruption whose end has passed needs nobody to say so."""
    end = outage.expected_end_at
    return outage.ended_at is not None or (
        outage.kind == "planned" and end is not None and end <= moment
    )


async def live(session: AsyncSession, *, limit: int = 100) -> list[tuple[Outage, AddressNode]]:
    """All running and announced interruptions with their places."""
    rows = await session.execute(
        select(Outage, AddressNode)
        .join(AddressNode, AddressNode.id == Outage.area_id)
        .where(Outage.status.in_(LIVE))
        .order_by(Outage.began_at, Outage.id)
        .limit(limit)
    )
    return [(outage, node) for outage, node in rows if not _over(outage, now())]


async def announce(
    session: AsyncSession,
    *,
    area_id: int,
    kind: Literal["planned", "fault"],
    text_zh: str,
    text_en: str,
    began_at: datetime,
    expected_end_at: datetime | None = None,
) -> Outage:
    """Tell of an interruption, running or to come."""
    if await session.get(AddressNode, area_id) is None:
        raise NotFound("area")
    if expected_end_at is not None and expected_end_at <= began_at:
        raise Invalid("expected_end_at")
    outage = Outage(
        area_id=area_id,
        kind=kind,
        text_zh=text_zh[:2000],
        text_en=text_en[:2000],
        began_at=began_at,
        expected_end_at=expected_end_at,
        status="running" if began_at <= now() else "announced",
    )
    session.add(outage)
    await session.flush()
    return outage


async def end(session: AsyncSession, outage_id: int) -> Outage:
    """Supply is back; ending twice changes nothing."""
    outage = await session.get(Outage, outage_id)
    if outage is None:
        raise NotFound("outage")
    if outage.ended_at is None:
        outage.ended_at, outage.status = now(), "ended"
    return outage
