"""Raise alerts, let them change and clear, take note of who cares for them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.alerts import queries
from crm.alerts.events import (
    AlertAcknowledged,
    AlertChanged,
    AlertCleared,
    AlertRaised,
    alert_subject,
)
from crm.alerts.kinds import ALERTS, FILE
from crm.alerts.measures import measured
from crm.alerts.models import Alert
from crm.alerts.rules import AlertRules, Change, Key, Level, changes
from mainline import definitions
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

NOTE_CHARS_MAX: Final = 300


class AlertOver(MainlineError):
    """It cleared by itself in the meantime."""

    code = "alert-over"
    words = Text("This alert is over already.")


class AlertTaken(MainlineError):
    """Somebody else said first that they take care of it."""

    code = "alert-taken"
    words = Text("Somebody else has acknowledged this alert: %(name)s")


async def rules(session: AsyncSession) -> AlertRules:
    """The thresholds in force; none when the company has none."""
    return await definitions.rules(session, ALERTS, AlertRules(rules=()))


async def changed(
    session: AsyncSession, zone: ZoneInfo, others: Mapping[Key, float]
) -> list[Change]:
    """What has changed since the last look. ``others``: values that the books do not hold."""
    known = (await rules(session)).rules
    values = {**await measured(session, zone, known), **others}
    present = {
        (row.measure, row.subject): cast(Level, row.level)
        for row in await queries.standing(session)
    }
    return changes(known, values, present)


async def apply(session: AsyncSession, found: list[Change]) -> None:
    """Write it down, each with its fact."""
    rows = {(row.measure, row.subject): row for row in await queries.standing(session)}
    for change in found:
        row = rows.get(change.key)
        if row is None and change.level is not None:
            await _raise(session, change)
        elif row is not None and change.level is None:
            row.cleared_at = now()
            await append(session, AlertCleared(subject=alert_subject(row.id)))
        elif row is not None:
            await _change(session, row, change)


async def _raise(session: AsyncSession, change: Change) -> None:
    (measure, about), at = change.key, now()
    row = Alert(measure=measure, subject=about, level=change.level, raised_at=at, changed_at=at)
    row.value, row.limit = change.value or 0.0, change.limit or 0.0
    session.add(row)
    await session.flush()
    fact = AlertRaised(
        subject=alert_subject(row.id),
        measure=measure,
        about=about,
        level=cast(Level, row.level),
        value=row.value,
        limit=row.limit,
    )
    await append(session, fact)


async def _change(session: AsyncSession, row: Alert, change: Change) -> None:
    """What has grown worse is no longer what somebody acknowledged."""
    if change.level == "bad":
        row.acknowledged_at, row.acknowledged_by, row.note = None, "", ""
    row.level, row.changed_at = cast(str, change.level), now()
    row.value, row.limit = change.value or 0.0, change.limit or 0.0
    fact = AlertChanged(
        subject=alert_subject(row.id),
        level=cast(Level, row.level), value=row.value, limit=row.limit,
    )  # fmt: skip
    await append(session, fact)


async def acknowledge(session: AsyncSession, alert_id: int, *, by: str, note: str = "") -> Alert:
    """Somebody takes care of it. Once: the second is told who was first."""
    row = await session.scalar(select(Alert).where(Alert.id == alert_id).with_for_update())
    if row is None:
        raise NotFound("alert")
    if row.cleared_at is not None:
        raise AlertOver
    if row.acknowledged_at is not None and row.acknowledged_by != by:
        raise AlertTaken(name=row.acknowledged_by)
    row.acknowledged_at, row.acknowledged_by = now(), by
    row.note = note.strip()[:NOTE_CHARS_MAX]
    await append(session, AlertAcknowledged(subject=alert_subject(row.id), by=by, note=row.note))
    return row


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's thresholds, except where the company has its own."""
    await definitions.install_file(session, ALERTS.name, pack_dir / FILE)
