"""What an account may ask for now and what that costs, before anybody asks."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Premise, ServiceAccount
from crm.life_cycle import flow, known
from crm.life_cycle.details import Details
from crm.life_cycle.flow import OPEN
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.queries import life_cycle
from crm.life_cycle.rules import Effect
from mainline.errors import MainlineError


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one kind of request for one account."""

    kind: str
    fee_fen: int
    percent: int
    """Of the usual sum, as the first line of the fee says."""
    refused: str
    """Code of the first check that is not passed; empty: it may be asked for."""
    pending: str
    """Number of the account's open request, whatever it asks for."""


async def terms(
    session: AsyncSession, account: ServiceAccount, effect: Effect, today: date
) -> Terms | None:
    """None where the company knows no request with this effect."""
    body = await life_cycle(session)
    what = next((one for one in body.kinds if one.effect == effect), None) if body else None
    if body is None or what is None:
        return None
    refused = ""
    try:
        now_asked = await known.of(session, account, Details(), asked_on=today, starts_on=today)
        flow.check(body, what, now_asked)
    except MainlineError as error:
        refused = error.code
    home = await session.get(Premise, account.premise_id)
    area = home.area_m2 if home else 0
    return Terms(
        what.code, sum(fee.amount_fen(area) for fee in what.fees),
        what.fees[0].percent if what.fees else 0, refused, await _pending(session, account.id),
    )  # fmt: skip


async def _pending(session: AsyncSession, account_id: int) -> str:
    wanted = select(LifeRequest.number).where(
        LifeRequest.account_id == account_id, LifeRequest.state.in_(OPEN)
    )
    return await session.scalar(wanted.limit(1)) or ""
