"""Meter readings and suspension of heating, as the CRM's books keep them."""

from __future__ import annotations

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import readings
from crm.billing.models import Meter as MeterRow
from crm.billing.models import MeterReading
from crm.billing.plausibility import used
from crm.billing.season import window
from crm.customers.models import ServiceAccount
from crm.life_cycle.flow import OwesMoney
from crm.life_cycle.instead import ask_or_join
from crm.life_cycle.rules import Effect
from crm.life_cycle.terms import terms
from crm.work_orders import service as work_orders
from ivr.flows.books import Meter, Reading, Suspension, SuspensionRequest, Taken
from ivr.say.shape import Unit
from mainline.clock import now


async def meters_of(session: AsyncSession, account_id: int) -> list[Meter]:
    """The meters of an account that can be read."""
    found = await readings.meters(session, [account_id], limit=1)
    return [
        Meter(view.meter.id, view.meter.number, _unit(view.meter), view.meter.digits)
        for view in found.get(account_id, ())
    ]


def _unit(meter: MeterRow) -> Unit:
    units: dict[str, Unit] = {"t": "t", "kwh": "kwh", "gj": "gj"}
    return units.get(meter.unit, "m3")


async def take_reading(
    session: AsyncSession, keyed: Reading, contact: str, zone: ZoneInfo
) -> Taken:
    """Keep a reading once a call; a doubtful one opens a task."""
    before = await _last(session, keyed.meter.meter_id, keyed.call_id)
    taken = await readings.take(
        session,
        meter_id=keyed.meter.meter_id,
        value=keyed.value,
        source="ivr",
        key=f"ivr:{keyed.call_id}:{keyed.meter.meter_id}",
        by="ivr",
        zone=zone,
        call_id=keyed.call_id,
    )
    if taken.state == "to_check":
        await _to_be_checked(session, keyed, taken, before, contact, zone)
        return Taken(taken.value, to_check=True)
    if before is None:
        return Taken(taken.value)
    return Taken(taken.value, used=used(before.value, taken.value, keyed.meter.digits))


async def _last(session: AsyncSession, meter_id: int, call_id: str) -> MeterReading | None:
    """The newest reading believed before this call."""
    wanted = select(MeterReading).where(
        MeterReading.meter_id == meter_id,
        MeterReading.state == "accepted",
        MeterReading.call_id.is_distinct_from(call_id),
    )
    newest = wanted.order_by(MeterReading.read_at.desc(), MeterReading.id.desc())
    return await session.scalar(newest.limit(1))


async def _to_be_checked(
    session: AsyncSession,
    keyed: Reading,
    taken: MeterReading,
    before: MeterReading | None,
    contact: str,
    zone: ZoneInfo,
) -> None:
    meter_rules = (await readings.rules(session)).meter
    if meter_rules is None:
        return
    known = f"，上次读数{before.value}" if before else ""
    await work_orders.open_work_order(
        session,
        type_code=meter_rules.check_order,
        key=f"ivr:{keyed.call_id}:reading:{keyed.meter.meter_id}",
        by="ivr",
        source="ivr",
        account_id=keyed.account.account_id,
        call_id=keyed.call_id,
        summary=f"电话自助报数待复核：表号{keyed.meter.number}，读数{taken.value}{known}",
        contact=contact,
        zone=zone,
    )


async def suspension_of(session: AsyncSession, account_id: int, today: date) -> Suspension | None:
    """What may be requested for an account; None where nothing can be suspended."""
    rules = (await readings.rules(session)).suspension
    account = await session.get(ServiceAccount, account_id)
    if rules is None or account is None:
        return None
    suspended = account.status == "suspended"
    found = await terms(session, account, "resume" if suspended else "suspend", today)
    if found is None:
        return None
    season = window(rules, today)
    return Suspension(
        suspended=suspended,
        may_begin=season.is_open,
        begins=season.begins,
        ends=season.ends,
        last_day=season.last_day,
        opens_on=season.opens_on,
        percent=found.percent,
        fee_fen=found.fee_fen,
        pending=found.pending,
        refused=_refused(found.refused),
    )


def _refused(code: str) -> Literal["", "arrears", "other"]:
    if code == OwesMoney.code:
        return "arrears"
    return "other" if code else ""


async def request_suspension(
    session: AsyncSession, asked: SuspensionRequest, zone: ZoneInfo
) -> str:
    """The request's number; asked for again, in this call or another, it stays one."""
    account = await session.get_one(ServiceAccount, asked.account.account_id)
    effect: Effect = "resume" if asked.resume else "suspend"
    found = await terms(session, account, effect, now().astimezone(zone).date())
    if found is None:
        raise LookupError("nothing can be suspended")
    request = await ask_or_join(
        session,
        kind=found.kind,
        key=f"ivr:{asked.call_id}:{account.id}:{effect}",
        by="ivr",
        zone=zone,
        account_id=account.id,
        call_id=asked.call_id,
        note="电话自助申请",
    )
    return request.number
