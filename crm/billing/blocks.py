"""Blocks on payment: why no counter takes money for an account, until somebody lifts them."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.events import PaymentBlocked, PaymentUnblocked
from crm.billing.models import PaymentBlock
from crm.customers.models import ServiceAccount
from mainline.acting import because
from mainline.clock import now
from mainline.db import any_of
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append
from mainline.text import LocalizedText

REASON_CHARS_MAX: Final = 400
_STANDING: Final = (
    select(PaymentBlock)
    .where(PaymentBlock.account_id.in_(any_of("accounts")), PaymentBlock.lifted_at.is_(None))
    .order_by(PaymentBlock.id)
)


class Blocked(MainlineError):
    """Payment is refused at every counter."""

    code = "payment-blocked"
    words = Text("No payment is taken for this account: %(zh)s %(en)s")


class LiftedBefore(MainlineError):
    """It blocks nothing any more."""

    code = "block-lifted"
    words = Text("This block has been lifted already.")


class WhyNeeded(Invalid):
    """A block tells its reason to whoever stands at the counter."""

    code = "block-reason"
    words = Text("Please say why.")


async def block(
    session: AsyncSession, account_id: int, *, reason: LocalizedText, by: str, key: str = ""
) -> PaymentBlock:
    """Take no money for the account; the same ``key`` gives the same block again."""
    if await session.get(ServiceAccount, account_id) is None:
        raise NotFound("account")
    if key:
        known = select(PaymentBlock).where(PaymentBlock.key == key)
        if (there := await session.scalar(known)) is not None:
            return there
    row = PaymentBlock(
        account_id=account_id, key=key or None, since=now(), by=by,
        reason_zh=reason.zh[:REASON_CHARS_MAX], reason_en=reason.en[:REASON_CHARS_MAX],
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await append(session, PaymentBlocked(
        subject=f"account:{account_id}", at=row.since, block_id=row.id, by=by,
        reason_zh=row.reason_zh, reason_en=row.reason_en,
    ))  # fmt: skip
    return row


async def lift(session: AsyncSession, block_id: int, *, by: str, note: str) -> PaymentBlock:
    """Money may be taken again, as far as this block is concerned."""
    wanted = select(PaymentBlock).where(PaymentBlock.id == block_id).with_for_update()
    row = await session.scalar(wanted)
    if row is None:
        raise NotFound("payment-block")
    if row.lifted_at is not None:
        raise LiftedBefore
    if not note.strip():
        raise WhyNeeded
    because(session, note)
    row.lifted_at, row.lifted_by = now(), by
    row.lift_note = note.strip()[:REASON_CHARS_MAX]
    await append(session, PaymentUnblocked(
        subject=f"account:{row.account_id}", at=row.lifted_at, block_id=row.id, by=by,
        note=row.lift_note,
    ))  # fmt: skip
    return row


async def of_account(
    session: AsyncSession, account_id: int, *, past: bool = False
) -> list[PaymentBlock]:
    """What blocks payment now; with ``past`` also what was lifted."""
    mine = select(PaymentBlock).where(PaymentBlock.account_id == account_id)
    if not past:
        mine = mine.where(PaymentBlock.lifted_at.is_(None))
    return list(await session.scalars(mine.order_by(PaymentBlock.id)))


async def of_accounts(
    session: AsyncSession, account_ids: Sequence[int]
) -> dict[int, list[PaymentBlock]]:
    """What blocks payment now, of several accounts in one statement."""
    found: dict[int, list[PaymentBlock]] = {}
    for row in await session.scalars(_STANDING, {"accounts": account_ids}):
        found.setdefault(row.account_id, []).append(row)
    return found


async def refuse_if_blocked(session: AsyncSession, account_id: int) -> None:
    """For whoever is about to take money: refused with the oldest reason."""
    there = await of_account(session, account_id)
    if there:
        raise Blocked(zh=there[0].reason_zh, en=there[0].reason_en)
