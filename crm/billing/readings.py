"""Meters and their readings: shown, judged, taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.events import MeterRead
from crm.billing.kinds import SELF_SERVICE
from crm.billing.models import Meter, MeterReading
from crm.billing.plausibility import Past, Verdict, judge
from crm.billing.rules import FILE, MeterRules, SelfService
from mainline import definitions
from mainline.clock import now
from mainline.db import any_of, at_most
from mainline.errors import Invalid, NotFound
from mainline.i18n import Text
from mainline.journal import append

HISTORY: Final = 13
"""Readings that tell the usual use: a year of months."""
_METERS: Final = (
    select(Meter)
    .where(Meter.account_id.in_(any_of("accounts")), Meter.removed_on.is_(None))
    .order_by(Meter.id)
)
_NEWEST: Final = (
    select(MeterReading)
    .where(MeterReading.meter_id == bindparam("meter"))
    .order_by(MeterReading.read_at.desc(), MeterReading.id.desc())
    .limit(at_most())
)
Source = Literal["ivr", "desk", "round", "remote"]


class ReadingImpossible(Invalid):
    """The meter cannot show this."""

    code = "reading-impossible"
    words = Text("The meter cannot show this reading.")


@dataclass(frozen=True, slots=True)
class MeterView:
    """A meter and what it showed, newest first."""

    meter: Meter
    readings: Sequence[MeterReading] = ()

    @property
    def last(self) -> MeterReading | None:
        """The newest reading."""
        return self.readings[0] if self.readings else None


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules of self-service, except where the company has its own."""
    await definitions.install_file(session, SELF_SERVICE.name, pack_dir / FILE)


async def rules(session: AsyncSession) -> SelfService:
    """The rules in force; nothing is offered when there are none."""
    return await definitions.rules(session, SELF_SERVICE, SelfService())


async def meters(
    session: AsyncSession, account_ids: Sequence[int], *, limit: int = 24
) -> dict[int, list[MeterView]]:
    """The meters in use, by account, each with its newest readings."""
    found: dict[int, list[MeterView]] = {}
    for meter in await session.scalars(_METERS, {"accounts": account_ids}):
        view = MeterView(meter, await _newest(session, meter.id, limit))
        found.setdefault(meter.account_id, []).append(view)
    return found


async def verdict(session: AsyncSession, meter_id: int, value: int, zone: ZoneInfo) -> Verdict:
    """Whether this reading would be believed today."""
    return await _judged(session, await _meter(session, meter_id), value, now(), zone)


async def take(
    session: AsyncSession,
    *,
    meter_id: int,
    value: int,
    source: Source,
    key: str,
    by: str,
    zone: ZoneInfo,
    call_id: str | None = None,
) -> MeterReading:
    """Keep a reading, a doubtful one to be checked; the same ``key`` gives the same one again."""
    there = select(MeterReading).where(MeterReading.key == key)
    if (known := await session.scalar(there)) is not None:
        return known
    meter, read_at = await _meter(session, meter_id, lock=True), now()
    if (known := await session.scalar(there)) is not None:
        return known  # another process was faster; the meter's row made us wait for it
    found = await _judged(session, meter, value, read_at, zone)
    if found == "impossible":
        raise ReadingImpossible
    reading = MeterReading(meter_id=meter.id, read_at=read_at, value=value, source=source, key=key)
    reading.state, reading.call_id = "accepted" if found == "fine" else "to_check", call_id
    session.add(reading)
    await session.flush()
    await _tell(session, meter, reading, by)
    return reading


async def _tell(session: AsyncSession, meter: Meter, reading: MeterReading, by: str) -> None:
    await append(
        session,
        MeterRead(
            subject=f"account:{meter.account_id}",
            meter_id=meter.id,
            reading_id=reading.id,
            source=reading.source,
            state=reading.state,
            by=by,
            call_id=reading.call_id,
        ),
    )


async def _judged(
    session: AsyncSession, meter: Meter, value: int, at: datetime, zone: ZoneInfo
) -> Verdict:
    past = [
        Past(reading.read_at.astimezone(zone).date(), reading.value)
        for reading in await _newest(session, meter.id, HISTORY, believed=True)
    ]
    meter_rules = (await rules(session)).meter or MeterRules(check_order="none")
    today = at.astimezone(zone).date()
    return judge(value, digits=meter.digits, past=past, on=today, rules=meter_rules)


async def _newest(
    session: AsyncSession, meter_id: int, limit: int, *, believed: bool = False
) -> list[MeterReading]:
    wanted = _NEWEST.where(MeterReading.state == "accepted") if believed else _NEWEST
    return list(await session.scalars(wanted, {"meter": meter_id, "limit": limit}))


async def _meter(session: AsyncSession, meter_id: int, *, lock: bool = False) -> Meter:
    wanted = select(Meter).where(Meter.id == meter_id, Meter.removed_on.is_(None))
    meter = await session.scalar(wanted.with_for_update() if lock else wanted)
    if meter is None:
        raise NotFound("meter")
    return meter
