"""Meter readings and suspension of heating, as the CRM's books keep them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import readings
from crm.billing.models import Meter as MeterRow
from crm.billing.models import MeterReading
from crm.billing.plausibility import used
from crm.billing.rules import SuspensionRules
from crm.billing.season import base_fee_fen, window
from crm.customers.models import Premise, ServiceAccount
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from ivr.flows.books import Meter, Reading, Suspension, SuspensionRequest, Taken
from ivr.say.shape import Unit


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
    premise = await session.get(Premise, account.premise_id)
    season = window(rules, today)
    return Suspension(
        suspended=account.status == "suspended",
        may_begin=season.is_open,
        begins=season.begins,
        ends=season.ends,
        last_day=season.last_day,
        opens_on=season.opens_on,
        percent=rules.base_fee_percent,
        fee_fen=base_fee_fen(rules, premise.area_m2 if premise else 0),
        resume_fee_fen=rules.resume_fee_fen,
        pending=await _pending(session, account_id, rules),
    )


async def _pending(session: AsyncSession, account_id: int, rules: SuspensionRules) -> str:
    """The number of a request that is being dealt with."""
    wanted = select(WorkOrder.number).where(
        WorkOrder.account_id == account_id,
        WorkOrder.type_code.in_((rules.suspend_order, rules.resume_order)),
        WorkOrder.closed_at.is_(None),
    )
    return await session.scalar(wanted.order_by(WorkOrder.id.desc()).limit(1)) or ""


async def request_suspension(
    session: AsyncSession, asked: SuspensionRequest, contact: str, zone: ZoneInfo
) -> str:
    """Open the order once a call; the number of the order."""
    rules = (await readings.rules(session)).suspension
    if rules is None:
        raise LookupError("nothing can be suspended")
    order = await work_orders.open_work_order(
        session,
        type_code=rules.resume_order if asked.resume else rules.suspend_order,
        key=f"ivr:{asked.call_id}:{'resume' if asked.resume else 'suspend'}",
        by="ivr",
        source="ivr",
        account_id=asked.account.account_id,
        call_id=asked.call_id,
        summary="电话自助申请恢复供热" if asked.resume else "电话自助申请报停供热",
        contact=contact,
        zone=zone,
    )
    return order.number
