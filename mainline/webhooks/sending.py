"""The worker's part: take facts from the journal, send them in order, again until they are taken.

At least once: what was taken but not noted down before a crash is sent again, under the same id.
In order for each subject: a fact waits for those before it about the same thing.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import aiohttp
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.journal import entries_by_id, entries_of_kinds
from mainline.log import get_logger
from mainline.secrets import Secrets
from mainline.webhooks import rules, service
from mainline.webhooks.addresses import GuardedResolver, networks, refuse_literal
from mainline.webhooks.models import Webhook, WebhookDelivery
from mainline.webhooks.service import DELIVERED, WAITING

LOOK_S: Final = 1.0
TIMEOUT_S: Final = 10.0
BATCH: Final = 200
TOGETHER: Final = 8
"""Requests at a time to one receiver, each about another subject."""
WAITING_MAX: Final = 5000
"""So much is laid out for one receiver; the rest waits in the journal."""
KEPT: Final = timedelta(days=14)
"""Delivered ones are kept so long, to be looked at and sent again."""
BY: Final = "worker"

log = get_logger("webhooks")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fact, ready to be sent."""

    row_id: int
    url: str
    delivery: str
    kind: str
    attempt: int
    content: bytes
    secret: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    taken: bool
    words: str
    took_ms: int


class Sender:
    """Everything that is to be told to others."""

    def __init__(
        self, database: Database, settings: Settings, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._database, self._timeout_s = database, timeout_s
        self._inside = networks(settings.webhook_allow)
        self._secret = Secrets.load_or_create(settings.home).session

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._inside), use_dns_cache=False, force_close=True,
            limit=TOGETHER * service.WEBHOOKS_MAX,
        )  # fmt: skip
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
            while not stop.is_set():
                busy = await self.once(client)
                if not busy:
                    await _pause(stop, LOOK_S)

    async def once(self, client: aiohttp.ClientSession) -> int:
        """One round for every receiver at the same time; how much was sent."""
        async with self._database.reading() as session:
            hooks = [hook.id for hook in await service.all_of_them(session) if not hook.paused_at]
        sent = await asyncio.gather(*(self._round(client, hook) for hook in hooks))
        return sum(sent)

    async def _round(self, client: aiohttp.ClientSession, webhook_id: int) -> int:
        async with self._database.reading() as session:
            news = await _has_news(session, webhook_id)
        if news:
            async with self._database.unit_of_work() as session:
                await _lay_out(session, webhook_id)
        async with self._database.reading() as session:
            parcels = await self._next(session, webhook_id)
        answers = await asyncio.gather(*(self._send(client, parcel) for parcel in parcels))
        if parcels:
            async with self._database.unit_of_work() as session:
                for parcel, answer in zip(parcels, answers, strict=True):
                    await _note(session, webhook_id, parcel, answer)
        return len(parcels)

    async def _next(self, session: AsyncSession, webhook_id: int) -> list[Parcel]:
        hook = await session.get(Webhook, webhook_id)
        if hook is None or hook.paused_at is not None:
            return []
        rows = await _due(session, webhook_id)
        facts = await entries_by_id(session, [row.entry_id for row in rows])
        return [self._parcel(hook, row, facts[row.entry_id]) for row in rows]

    def _parcel(self, hook: Webhook, row: WebhookDelivery, payload: str) -> Parcel:
        delivery = rules.delivery_id(hook.id, row.entry_id)
        shown = rules.told(json.loads(payload), private=hook.private)
        return Parcel(
            row.id, hook.url, delivery, row.kind, row.attempts + 1,
            rules.body(delivery, row.kind, shown), rules.secret_of(self._secret, hook.salt),
        )  # fmt: skip

    async def _send(self, client: aiohttp.ClientSession, parcel: Parcel) -> Answer:
        began = asyncio.get_running_loop().time()
        try:
            refuse_literal(parcel.url, self._inside)
            async with client.post(
                parcel.url, data=parcel.content, headers=_headers(parcel), allow_redirects=False
            ) as response:
                taken, words = 200 <= response.status < 300, str(response.status)  # noqa: PLR2004
        except MainlineError as refused:
            taken, words = False, refused.code
        except TimeoutError:
            taken, words = False, "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            taken, words = False, _why(error)
        took = asyncio.get_running_loop().time() - began
        return Answer(taken, words, round(took * 1000))


def _why(error: Exception) -> str:
    """In a word, without addresses."""
    cause = error.__cause__ or error.__context__
    return cause.code if isinstance(cause, MainlineError) else type(error).__name__


def _headers(parcel: Parcel) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Mainline-Webhook/1",
        "Mainline-Delivery": parcel.delivery,
        "Mainline-Kind": parcel.kind,
        "Mainline-Attempt": str(parcel.attempt),
        "Mainline-Signature": rules.signature(parcel.secret, now(), parcel.content),
    }


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


# --- what waits -------------------------------------------------------------------------------


async def _has_news(session: AsyncSession, webhook_id: int) -> bool:
    hook = await session.get(Webhook, webhook_id)
    kinds = _kinds(hook) if hook else []
    return hook is not None and bool(await entries_of_kinds(session, hook.read_to, kinds, limit=1))


def _kinds(hook: Webhook) -> list[str]:
    return [kind for kind in service.known_kinds() if rules.wants(hook.kinds, kind)]


async def _lay_out(session: AsyncSession, webhook_id: int) -> None:
    """Facts become deliveries in the transaction in which the place in the journal moves."""
    hook = await service.one(session, webhook_id)
    waits = select(func.count()).where(
        WebhookDelivery.webhook_id == hook.id, WebhookDelivery.state == WAITING
    )
    room = WAITING_MAX - (await session.scalar(waits) or 0)
    found = await entries_of_kinds(session, hook.read_to, _kinds(hook), limit=min(BATCH, room))
    at = now()
    session.add_all(
        WebhookDelivery(
            webhook_id=hook.id, entry_id=one.id, kind=one.kind, subject=one.subject, next_at=at
        )
        for one in found
    )
    if found:
        hook.read_to = found[-1].id
    old = delete(WebhookDelivery).where(
        WebhookDelivery.webhook_id == hook.id, WebhookDelivery.state != WAITING,
        WebhookDelivery.done_at < at - KEPT,
    )  # fmt: skip
    await session.execute(old)


async def _due(session: AsyncSession, webhook_id: int) -> list[WebhookDelivery]:
    """Of each subject only the first that waits, when its time has come."""
    row, earlier = WebhookDelivery, aliased(WebhookDelivery)
    before = select(earlier.id).where(
        earlier.webhook_id == row.webhook_id, earlier.subject == row.subject,
        earlier.state == WAITING, earlier.entry_id < row.entry_id,
    )  # fmt: skip
    due = select(row).where(
        row.webhook_id == webhook_id, row.state == WAITING, row.next_at <= now(), ~before.exists()
    )
    return list(await session.scalars(due.order_by(row.entry_id).limit(TOGETHER)))


async def _note(session: AsyncSession, webhook_id: int, parcel: Parcel, answer: Answer) -> None:
    row = await session.get(WebhookDelivery, parcel.row_id)
    if row is None:
        return  # removed meanwhile
    at = now()
    row.attempts, row.answer, row.took_ms = parcel.attempt, answer.words[:80], answer.took_ms
    if answer.taken:
        row.state, row.done_at = DELIVERED, at
        return
    row.next_at = at + rules.again_after(parcel.attempt)
    log.warning("webhooks.refused", webhook=webhook_id, answer=answer.words, attempt=parcel.attempt)
    if parcel.attempt >= rules.ATTEMPTS_MAX:
        await service.pause(session, webhook_id, by=BY, why=answer.words)
