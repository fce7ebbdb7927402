"""Believable bills and meters for the demo town, dated from the day of loading."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill, Meter, MeterReading, Payment
from crm.billing.readings import install
from crm.customers.models import ServiceAccount
from crm.customers.town import Account, Metering, Tariff, town
from mainline.clock import now
from mainline.config import PROJECT, Settings

_CHANNELS = ("wechat", "alipay", "counter", "bank")
_SEASONS, _MONTHS = 3, 6
_JULY = 7


async def load(session: AsyncSession, pack: str) -> None:
    """Bills, payments, meters and rules; accounts that have bills or meters are left alone."""
    plan = town(pack)
    await install(session, PROJECT / "packs" / pack)
    rows = await session.execute(select(ServiceAccount.number, ServiceAccount.id))
    ids = {number: account for number, account in rows}  # noqa: C416 - rows are no pairs to mypy
    billed = set(await session.scalars(select(Bill.account_id).distinct()))
    metered = set(await session.scalars(select(Meter.account_id).distinct()))
    today = now().astimezone(Settings().zone).date()
    for resident in plan.customers:
        for account in resident.accounts:
            if ids[account.number] not in billed:
                _bills(session, ids[account.number], account, plan.tariff, today)
            wanted = account.metered or plan.metering.everybody
            if wanted and ids[account.number] not in metered:
                await _meter(session, ids[account.number], account, plan.metering, today)
    await session.flush()


async def _meter(
    session: AsyncSession, account_id: int, account: Account, metering: Metering, today: date
) -> None:
    """A meter with half a year of readings, on the first of each month."""
    meter = Meter(account_id=account_id, number=f"M{account.number}", digits=metering.digits)
    meter.unit = metering.unit
    session.add(meter)
    await session.flush()
    a_day = metering.a_day * account.area_m2 / 90
    begun = int(account.number) % 500
    month = today.year * 12 + today.month - 1
    for age in range(_MONTHS, -1, -1):
        on = date((month - age) // 12, (month - age) % 12 + 1, 1)
        value = begun + round(a_day * 30.4 * (_MONTHS + 12 - age))
        read_at = datetime.combine(on, time(1), tzinfo=UTC)
        session.add(
            MeterReading(
                meter_id=meter.id,
                read_at=read_at,
                value=value,
                source="round",
                state="accepted",
                key=f"round:{meter.number}:{on}",
            )
        )


def _bills(
    session: AsyncSession, account_id: int, account: Account, tariff: Tariff, today: date
) -> None:
    made = periods(tariff, today)
    for age, (period, issued_on, due_on) in enumerate(reversed(made)):
        amount = _amount(account, tariff, issued_on)
        paid = amount if age >= account.unpaid else 0
        session.add(
            Bill(
                account_id=account_id,
                period=period,
                issued_on=issued_on,
                due_on=due_on,
                amount_fen=amount,
                paid_fen=paid,
            )
        )
        if paid:
            session.add(_payment(account_id, paid, issued_on))


def periods(tariff: Tariff, today: date) -> list[tuple[str, date, date]]:
    """Period, day of issue, day due; oldest first. None is issued after today."""
    if tariff.every == "season":
        first = today.year if today.month >= _JULY else today.year - 1
        years = range(first - _SEASONS + 1, first + 1)
        made = [(f"{year}-{year + 1}", date(year, 10, 15), date(year, 12, 31)) for year in years]
    else:
        month = today.year * 12 + today.month - 1
        made = [_month(index) for index in range(month - _MONTHS, month)]
    return [one for one in made if one[1] <= today]


def _month(index: int) -> tuple[str, date, date]:
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return f"{index // 12}-{index % 12 + 1:02d}", following, following + timedelta(days=24)


def _amount(account: Account, tariff: Tariff, issued_on: date) -> int:
    whole = account.area_m2 * tariff.fen_per_m2
    if tariff.every == "season":
        return whole
    return whole * (80 + (int(account.number) * 7 + issued_on.month * 13) % 41) // 100


def _payment(account_id: int, amount: int, issued_on: date) -> Payment:
    paid_at = datetime.combine(issued_on + timedelta(days=account_id % 9), time(3), tzinfo=UTC)
    channel = _CHANNELS[account_id % len(_CHANNELS)]
    return Payment(account_id=account_id, paid_at=paid_at, amount_fen=amount, channel=channel)
