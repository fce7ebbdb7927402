"""Believable bills for the demo town, dated from the day of loading."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill, Payment
from crm.customers.models import ServiceAccount
from crm.customers.town import Account, Tariff, town
from mainline.clock import now
from mainline.config import Settings

_CHANNELS = ("wechat", "alipay", "counter", "bank")
_SEASONS, _MONTHS = 3, 6
_JULY = 7


async def load(session: AsyncSession, pack: str) -> None:
    """Bills and payments of every account; accounts that have bills are left alone."""
    plan = town(pack)
    rows = await session.execute(select(ServiceAccount.number, ServiceAccount.id))
    ids = {number: account for number, account in rows}  # noqa: C416 - rows are no pairs to mypy
    billed = set(await session.scalars(select(Bill.account_id).distinct()))
    today = now().astimezone(Settings().zone).date()
    for resident in plan.customers:
        for account in resident.accounts:
            if ids[account.number] not in billed:
                _bills(session, ids[account.number], account, plan.tariff, today)
    await session.flush()


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
