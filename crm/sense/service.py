"""What leaders and callers do about suspected outages."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.merged import household
from crm.outages import service as outages
from crm.outages.models import Outage
from crm.sense.events import OutageCallAsked, OutageConfirmed, OutageEnded, OutageRejected
from crm.sense.kinds import FILE, OUTAGE_SENSE
from crm.sense.models import OPEN, OutageCandidate, OutageRequest
from crm.sense.rule import FaultClass, SenseRule
from crm.work_orders import parts
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append
from mainline.phone import normalise

NOTE_CHARS_MAX: Final = 500
JOINED_MAX: Final = 500
BEFORE: Final = timedelta(hours=2)
"""Orders opened so long before the first call may tell of the same."""
OPEN_END_H_MAX: Final = 24 * 14


class AlreadyDecided(MainlineError):
    """Somebody was faster, or it has ended by itself."""

    code = "already-decided"
    words = Text(
        "This suspicion is no longer open: somebody has decided, or the calls have stopped."
    )


class NotRunning(MainlineError):
    """There is nothing to wait for the end of."""

    code = "outage-not-running"
    words = Text("This interruption is over.")


async def rule(session: AsyncSession) -> SenseRule:
    """How outages are suspected; a company without classes suspects nothing."""
    return await definitions.rules(session, OUTAGE_SENSE, SenseRule())


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rule, except where the company has its own."""
    await definitions.install_file(session, OUTAGE_SENSE.name, pack_dir / FILE)


def subject(candidate_id: int) -> str:
    """The journal's subject of a suspicion."""
    return f"outage_candidate:{candidate_id}"


async def confirm(
    session: AsyncSession,
    candidate_id: int,
    *,
    by: str,
    zone: ZoneInfo,
    expected_end_at: datetime | None = None,
) -> OutageCandidate:
    """It is an outage: callers hear of it, and what was reported joins one work order."""
    candidate = await _open_one(session, candidate_id)
    area = await session.get_one(ServiceArea, candidate.area_id)
    kind = _class_of(await rule(session), candidate)
    outage = await outages.announce(
        session,
        service_area_id=area.id,
        kind="fault",
        text_zh=kind.text.zh.replace("{area}", area.name_zh),
        text_en=kind.text.en.replace("{area}", area.name_en),
        began_at=candidate.first_at,
        expected_end_at=expected_end_at,
    )
    parent = await _parent(session, candidate, area, kind, by=by, zone=zone)
    joined = await _join_reported(session, candidate, kind, parent, by=by) if parent else 0
    _decide(candidate, "confirmed", by)
    candidate.outage_id, candidate.work_order_id = outage.id, parent.id if parent else None
    told = OutageConfirmed(
        subject=subject(candidate.id), area=area.code, class_code=kind.code, outage_id=outage.id,
        work_order=parent.number if parent else "", joined=joined, by=by,
    )  # fmt: skip
    await append(session, told)
    return candidate


async def reject(
    session: AsyncSession, candidate_id: int, *, by: str, note: str = ""
) -> OutageCandidate:
    """It is none."""
    candidate = await _open_one(session, candidate_id)
    area = await session.get_one(ServiceArea, candidate.area_id)
    _decide(candidate, "rejected", by)
    candidate.note = note.strip()[:NOTE_CHARS_MAX]
    told = OutageRejected(
        subject=subject(candidate.id), area=area.code, class_code=candidate.class_code,
        note=candidate.note, by=by,
    )  # fmt: skip
    await append(session, told)
    return candidate


async def end(session: AsyncSession, outage_id: int, *, by: str) -> Outage:
    """Supply is back. Those who asked for it are called by the worker; ending twice is one."""
    found = await session.get(Outage, outage_id)
    over = found is not None and found.ended_at is not None
    outage = await outages.end(session, outage_id)
    if not over:
        mine = OutageRequest.outage_id == outage_id, OutageRequest.handed_at.is_(None)
        to_call = await session.scalar(select(func.count()).where(*mine)) or 0
        await append(session, OutageEnded(subject=f"outage:{outage_id}", by=by, to_call=to_call))
    return outage


async def call_when_over(
    session: AsyncSession,
    outage_id: int,
    *,
    number: str,
    language: str = "zh",
    customer_id: int | None = None,
    call_id: str | None = None,
    area_code: str = "",
) -> OutageRequest:
    """Promise to call this number when supply is back; a number, and a home, is promised it once.

    Asked again from another telephone of the home, that one is called.
    """
    outage = await session.get(Outage, outage_id)
    if outage is None:
        raise NotFound("outage")
    if outage.status not in outages.LIVE:
        raise NotRunning
    normal = normalise(number, area_code=area_code).number
    if normal is None:
        raise Invalid("number")
    found = await _asked_already(session, outage_id, normal, customer_id)
    if found is not None:
        found.number = normal if found.handed_at is None else found.number
        return found
    made = OutageRequest(outage_id=outage_id, number=normal, language=language)
    made.customer_id, made.call_id = customer_id, call_id
    session.add(made)
    await session.flush()
    await append(session, OutageCallAsked(subject=f"outage:{outage_id}", call_id=call_id or ""))
    return made


async def _asked_already(
    session: AsyncSession, outage_id: int, number: str, customer_id: int | None
) -> OutageRequest | None:
    home = await household(session, customer_id)
    theirs = or_(OutageRequest.number == number, OutageRequest.customer_id.in_(home))
    wanted = select(OutageRequest).where(OutageRequest.outage_id == outage_id, theirs)
    ordered = wanted.order_by(OutageRequest.number != number, OutageRequest.id)
    found: OutageRequest | None = await session.scalar(ordered.limit(1))
    return found


async def _open_one(session: AsyncSession, candidate_id: int) -> OutageCandidate:
    wanted = select(OutageCandidate).where(OutageCandidate.id == candidate_id).with_for_update()
    candidate = await session.scalar(wanted)
    if candidate is None:
        raise NotFound("outage-candidate")
    if candidate.state != OPEN:
        raise AlreadyDecided
    return candidate


def _class_of(body: SenseRule, candidate: OutageCandidate) -> FaultClass:
    kind = body.named(candidate.class_code)
    if kind is None:
        raise NotFound("outage-class")
    return kind


def _decide(candidate: OutageCandidate, state: str, by: str) -> None:
    candidate.state, candidate.decided_by, candidate.decided_at = state, by[:64], now()


async def _parent(
    session: AsyncSession, candidate: OutageCandidate, area: ServiceArea, kind: FaultClass, *,
    by: str, zone: ZoneInfo,
) -> WorkOrder | None:  # fmt: skip
    """One order for all of it."""
    if kind.parent_order is None:
        return None
    return await work_orders.open_work_order(
        session,
        type_code=kind.parent_order,
        key=f"outage:{candidate.id}",
        by=by,
        source="outage",
        summary=f"{area.name_zh} {kind.label.zh}",
        zone=zone,
    )


async def _join_reported(
    session: AsyncSession, candidate: OutageCandidate, kind: FaultClass, parent: WorkOrder, *,
    by: str,
) -> int:  # fmt: skip
    """Open orders of the same kind from there become parts of the one; how many."""
    inside = select(AreaPremise.premise_id).where(AreaPremise.area_id == candidate.area_id)
    reported = await session.scalars(
        select(WorkOrder)
        .where(WorkOrder.premise_id.in_(inside), WorkOrder.type_code.in_(kind.orders))
        .where(WorkOrder.closed_at.is_(None), WorkOrder.parent_id.is_(None))
        .where(WorkOrder.opened_at >= candidate.first_at - BEFORE, WorkOrder.id != parent.id)
        .limit(JOINED_MAX)
    )
    orders = reported.all()
    for order in orders:
        await parts.join(session, order, parent, by=by)
    return len(orders)
