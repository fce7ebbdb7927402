"""Make, pause, resume, replay, remove; each with who and when."""

import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import features
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append, last_id
from mainline.journal.event import KINDS
from mainline.webhooks import rules
from mainline.webhooks.addresses import networks, refuse_literal
from mainline.webhooks.events import (
    WebhookMade,
    WebhookPaused,
    WebhookRemoved,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretChanged,
    webhook_subject,
)
from mainline.webhooks.models import Webhook, WebhookDelivery

WEBHOOKS_MAX: Final = 20
WAITING: Final = "waiting"
DELIVERED: Final = "delivered"
SKIPPED: Final = "skipped"


class TooMany(MainlineError):
    """So many receivers cost every fact so much."""

    code = "webhooks-many"
    words = Text("There are twenty receivers already.")


class NameTaken(MainlineError):
    """Another receiver has this name."""

    code = "webhook-name"
    words = Text("Another receiver has this name.")


def known_kinds() -> list[str]:
    """Every kind of fact there is."""
    list(features.modules("events"))
    return sorted(KINDS)


async def make(
    session: AsyncSession, settings: Settings, *, name: str, url: str, kinds: Sequence[str],
    private: bool, by: str,
) -> Webhook:  # fmt: skip
    """Tell somebody of what happens from now on."""
    wanted = list(dict.fromkeys(kind.strip() for kind in kinds if kind.strip()))
    strange = rules.unknown(wanted, known_kinds())
    if not wanted or strange or len(wanted) > rules.KINDS_MAX:
        raise Invalid("kinds" + "".join(f" {each}" for each in strange[:5]))
    if not name.strip() or len(url) > rules.URL_CHARS_MAX:
        raise Invalid("name" if not name.strip() else "url")
    refuse_literal(url, networks(settings.webhook_allow))
    if (await session.scalar(select(func.count()).select_from(Webhook)) or 0) >= WEBHOOKS_MAX:
        raise TooMany
    made = Webhook(
        name=name.strip()[: rules.NAME_CHARS_MAX], url=url, kinds=wanted, private=private,
        salt=secrets.token_hex(24), made_by=by, read_to=await last_id(session),
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise NameTaken from error
    await append(session, WebhookMade(
        subject=webhook_subject(made.id), by=by, name=made.name, kinds=tuple(wanted),
        private=private,
    ))  # fmt: skip
    return made


async def pause(session: AsyncSession, webhook_id: int, *, by: str, why: str = "") -> Webhook:
    """Tell nothing for now; what happens meanwhile waits in the journal."""
    found = await one(session, webhook_id)
    if found.paused_at is None:
        found.paused_at, found.why_paused = now(), why[:200]
        await append(session, WebhookPaused(subject=webhook_subject(found.id), by=by, why=why))
    return found


async def resume(session: AsyncSession, webhook_id: int, *, by: str) -> Webhook:
    """Go on where it stopped, at once."""
    found = await one(session, webhook_id)
    if found.paused_at is not None:
        found.paused_at, found.why_paused = None, ""
        waiting = update(WebhookDelivery).where(
            WebhookDelivery.webhook_id == found.id, WebhookDelivery.state == WAITING
        )
        await session.execute(waiting.values(attempts=0, next_at=now()))
        await append(session, WebhookResumed(subject=webhook_subject(found.id), by=by))
    return found


async def change_secret(session: AsyncSession, webhook_id: int, *, by: str) -> Webhook:
    """Another secret from now on."""
    found = await one(session, webhook_id)
    found.salt = secrets.token_hex(24)
    await append(session, WebhookSecretChanged(subject=webhook_subject(found.id), by=by))
    return found


async def replay(session: AsyncSession, delivery_id: int, *, by: str) -> WebhookDelivery:
    """Tell a fact once more, under the same id."""
    row = await _delivery(session, delivery_id)
    row.state, row.attempts, row.next_at, row.done_at = WAITING, 0, now(), None
    await _tell(session, row, by, "again")
    return row


async def skip(session: AsyncSession, delivery_id: int, *, by: str) -> WebhookDelivery:
    """Give up one fact that its receiver cannot take, so that those behind it come."""
    row = await _delivery(session, delivery_id)
    if row.state != WAITING:
        raise NotFound("delivery")
    row.state, row.done_at = SKIPPED, now()
    await _tell(session, row, by, "skipped")
    return row


async def remove(session: AsyncSession, webhook_id: int, *, by: str) -> None:
    """Nobody is told any more."""
    found = await one(session, webhook_id)
    mine = delete(WebhookDelivery).where(WebhookDelivery.webhook_id == found.id)
    await session.execute(mine)
    await append(session, WebhookRemoved(subject=webhook_subject(found.id), by=by, name=found.name))
    await session.delete(found)
    await session.flush()


async def one(session: AsyncSession, webhook_id: int) -> Webhook:
    """That receiver, held until the transaction ends."""
    found = await session.scalar(select(Webhook).where(Webhook.id == webhook_id).with_for_update())
    if found is None:
        raise NotFound("webhook")
    return found


async def all_of_them(session: AsyncSession) -> list[Webhook]:
    """Every receiver, by name."""
    return list(await session.scalars(select(Webhook).order_by(Webhook.name)))


async def deliveries(
    session: AsyncSession, webhook_id: int, *, limit: int = 50
) -> list[WebhookDelivery]:
    """What it was told last, the newest first."""
    mine = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return list(await session.scalars(mine.order_by(WebhookDelivery.id.desc()).limit(limit)))


async def waiting(session: AsyncSession) -> dict[int, int]:
    """How much waits for each."""
    rows = await session.execute(
        select(WebhookDelivery.webhook_id, func.count())
        .where(WebhookDelivery.state == WAITING)
        .group_by(WebhookDelivery.webhook_id)
    )
    return {webhook_id: count for webhook_id, count in rows}  # noqa: C416 - rows are no pairs


async def _delivery(session: AsyncSession, delivery_id: int) -> WebhookDelivery:
    row = await session.get(WebhookDelivery, delivery_id)
    if row is None:
        raise NotFound("delivery")
    return row


async def _tell(session: AsyncSession, row: WebhookDelivery, by: str, how: str) -> None:
    delivery = rules.delivery_id(row.webhook_id, row.entry_id)
    subject = webhook_subject(row.webhook_id)
    await append(session, WebhookReplayed(subject=subject, by=by, delivery=delivery, how=how))
