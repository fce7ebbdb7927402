"""Where people are: only of those who agreed, only in working time, only for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.field.doing import company_rules
from crm.field.events import FieldConsent
from crm.field.models import FieldPosition, FieldWorker
from crm.field.rules import working
from mainline.errors import Forbidden
from mainline.i18n import Text
from mainline.journal import append


class NotAgreed(Forbidden):
    """Whoever does not agree is not followed."""

    code = "not-agreed"
    words = Text("Positions are only taken of people who agreed to it.")


@dataclass(frozen=True, slots=True)
class Fix:
    """Somebody was there then."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float = 0.0


async def agree(session: AsyncSession, worker: str, *, agreed: bool, at: datetime) -> None:
    """From now on, or no longer; who takes it back is forgotten."""
    row = await _of(session, worker)
    if (row.agreed_at is not None) == agreed:
        return
    row.agreed_at = at if agreed else None
    if not agreed:
        row.at = row.lon = row.lat = row.accuracy_m = None
        await session.execute(delete(FieldPosition).where(FieldPosition.worker == worker))
    await append(session, FieldConsent(subject=f"worker:{worker}", by=worker, agreed=agreed))


async def _of(session: AsyncSession, worker: str) -> FieldWorker:
    row = await session.get(FieldWorker, worker, with_for_update=True)
    if row is None:
        row = FieldWorker(worker=worker)
        session.add(row)
        await session.flush()
    return row


async def report(
    session: AsyncSession, worker: str, fixes: Sequence[Fix], *, at: datetime, zone: ZoneInfo
) -> int:
    """Keep what lies in working time since they agreed; how many that were."""
    rules = await company_rules(session)
    row = await _of(session, worker)
    if row.agreed_at is None:
        raise NotAgreed
    oldest = max(row.agreed_at, at - timedelta(days=rules.positions.keep_days))
    fits = [one for one in fixes if oldest <= one.at <= at and working(rules, one.at, zone)]
    moments = [one.at for one in fits]
    known = set(
        await session.scalars(
            select(FieldPosition.at).where(
                FieldPosition.worker == worker, FieldPosition.at.in_(moments)
            )
        )
    )
    fresh = {one.at: one for one in fits if one.at not in known}
    session.add_all(
        FieldPosition(worker=worker, at=one.at, lon=one.lon, lat=one.lat, accuracy_m=one.accuracy_m)
        for one in fresh.values()
    )
    newest = max(fresh.values(), key=lambda one: one.at, default=None)
    if newest is not None and (row.at is None or newest.at > row.at):
        row.at, row.lon, row.lat = newest.at, newest.lon, newest.lat
        row.accuracy_m = newest.accuracy_m
    await session.execute(
        delete(FieldPosition).where(
            FieldPosition.worker == worker,
            FieldPosition.at < at - timedelta(days=rules.positions.keep_days),
        )
    )
    return len(fresh)


async def last_known(session: AsyncSession) -> Sequence[FieldWorker]:
    """Where everybody was last who agreed."""
    wanted = select(FieldWorker).where(FieldWorker.agreed_at.is_not(None))
    return (await session.scalars(wanted.order_by(FieldWorker.worker))).all()


async def track(
    session: AsyncSession, worker: str, since: datetime, until: datetime
) -> Sequence[FieldPosition]:
    """The way somebody went."""
    wanted = select(FieldPosition).where(
        FieldPosition.worker == worker, FieldPosition.at >= since, FieldPosition.at < until
    )
    return (await session.scalars(wanted.order_by(FieldPosition.at).limit(5000))).all()
