"""Call-backs: asked for, tried, ended. Every way leads to exactly one end."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, cast

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.events import (
    CallbackAsked,
    CallbackCalled,
    CallbackEnded,
    CallbackMissed,
    Ending,
    callback_subject,
)
from crm.callbacks.kinds import CALLBACKS, FILE
from crm.callbacks.models import Callback
from crm.callbacks.rules import CallbackRules, Source, next_attempt, ordinary
from crm.catalog import service as catalog
from crm.customers.merged import household
from dialplan.contract import QUEUE_SERVICE
from mainline import definitions
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import append, has_happened
from mainline.journal.call_events import CallEnded
from mainline.phone import normalise

OPEN: Final = ("waiting", "calling")
REASON_CHARS_MAX: Final = 400
DUE_DAYS_MAX: Final = 60
BY_CALL_MAX: Final = 2
"""So many numbers may be promised in one call."""
OWED: Final = frozenset({"promise", "appointment"})
"""Sources of those the company has let down already: no limit refuses them."""
NOT_PLACED_S: Final = 30
"""Before the next try when Asterisk would not place the call."""
HELD: Final = and_(
    Callback.own_call_id.is_not(None),
    ~has_happened(CallEnded.kind, literal(call_subject("")) + Callback.own_call_id),
)
"""Who is on the line is not called. The journal says whether they are: a wish that was written
down as its caller hung up comes too late to be told."""


class NotCallable(MainlineError):
    """We call ordinary national numbers only."""

    code = "number-not-callable"
    status = 422
    words = Text("This number cannot be called back.")


class UnknownQueue(Invalid):
    """Nobody would ever be free for it."""

    code = "unknown-queue"
    words = Text("No queue is called %(queue)s.")


class TooManyCallbacks(MainlineError):
    """More than can be kept."""

    code = "too-many-callbacks"
    words = Text("Too many call-backs are waiting already.")


class UnderWay(MainlineError):
    """The customer's telephone is ringing."""

    code = "callback-under-way"
    words = Text("The customer is being called at this moment.")


async def rules(session: AsyncSession) -> CallbackRules:
    """How the company calls back."""
    return await definitions.rules(session, CALLBACKS, CallbackRules())


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    await definitions.install_file(session, CALLBACKS.name, pack_dir / FILE)


async def check_queue(session: AsyncSession, queue: str) -> None:
    """Refuse what somebody typed that is no queue. Nobody's promise is lost with a queue that was
    taken away later: who waited there is called by ``service``."""
    try:
        known = {one.name for one in await catalog.queues(session)}
    except NotFound:
        known = {QUEUE_SERVICE}
    if queue not in known:
        raise UnknownQueue(queue=queue)


async def ask(
    session: AsyncSession,
    *,
    number: str,
    reason: str = "",
    due_at: datetime | None = None,
    source: Source,
    queue: str = "service",
    since: datetime | None = None,
    priority: int = 0,
    language: str = "zh",
    call_id: str | None = None,
    customer_id: int | None = None,
    by: str = "",
    area_code: str = "",
) -> Callback:
    """Promise to call ``number`` back, not before ``due_at``.

    ``since`` is the place it keeps among the waiting: when the caller entered the queue, else when
    it is due. Asking again for the same number, or from another telephone of the same home, gives
    the one that is open already, with the better place and the new reason, to the number asked
    last; who asks while waiting is called by the queue they waited in.
    ``call_id`` is the call in which it is asked for: while that is up, nobody is called.
    """
    normal = normalise(number, area_code=area_code).number or ""
    if not ordinary(normal):
        raise NotCallable
    moment = now()
    due = max(due_at or moment, moment)
    if due > moment + timedelta(days=DUE_DAYS_MAX):
        raise Invalid("due_at")
    found = await promised(session, normal, customer_id)
    if found is None:
        row = _new(await rules(session), normal, queue, due, since)
        row.call_id, row.customer_id = call_id, customer_id
        found = await _insert(session, row, source=source, by=by)
    elif source == "queue" and found.state == "waiting":
        found.queue = queue
    if found.state == "waiting":
        found.number = found.open_key = normal
    _add(found, due, since, priority, reason)
    found.language = "en" if language == "en" else "zh"
    if call_id is not None:
        found.own_call_id = found.call_id = call_id
    found.customer_id = customer_id or found.customer_id
    await session.flush()
    return found


def _new(
    body: CallbackRules, number: str, queue: str, due: datetime, since: datetime | None
) -> Callback:
    return Callback(
        number=number,
        queue=queue,
        open_key=number,
        since=since or due,
        due_at=due,
        next_at=due,
        expires_at=due + timedelta(hours=body.keep_h),
        reason="",
        priority=0,
    )


async def _insert(session: AsyncSession, row: Callback, *, source: Source, by: str) -> Callback:
    """The new row; or the one that somebody else has just made."""
    if source not in OWED and await _are_too_many(session, row):
        raise TooManyCallbacks
    row.source, row.asked_by = source, by[:64]
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        found = await promised(session, row.number)
        if found is None:
            raise
        return found
    fact = CallbackAsked(
        subject=callback_subject(row.id),
        queue=row.queue,
        source=row.source,
        due_at=row.due_at,
        call_id=row.call_id,
        customer_id=row.customer_id,
        by=row.asked_by,
    )
    await append(session, fact)
    return row


async def _are_too_many(session: AsyncSession, row: Callback) -> bool:
    """For the queue, or for one call, whose caller may key in whatever number they like."""
    waiting = select(func.count()).where(Callback.queue == row.queue, Callback.state.in_(OPEN))
    if (await session.scalar(waiting) or 0) >= (await rules(session)).open_max:
        return True
    by_call = select(func.count()).where(Callback.call_id == row.call_id)
    return row.call_id is not None and (await session.scalar(by_call) or 0) >= BY_CALL_MAX


def _add(row: Callback, due: datetime, since: datetime | None, priority: int, reason: str) -> None:
    """What a further wish adds: it is called as early as any of them wants, and is told of all."""
    row.since = min(row.since, since or due)
    row.due_at, row.next_at = min(row.due_at, due), min(row.next_at, due)
    row.priority = max(row.priority, priority)
    if reason and reason not in row.reason:
        row.reason = f"{row.reason}\n{reason}".strip()[:REASON_CHARS_MAX]


async def promised(
    session: AsyncSession, number: str, customer_id: int | None = None
) -> Callback | None:
    """The call-back that this number, or its home, has been promised; there is never a second."""
    home = await household(session, customer_id)
    theirs = or_(Callback.number == number, Callback.customer_id.in_(home))
    wanted = select(Callback).where(theirs, Callback.state.in_(OPEN))
    ordered = wanted.order_by(Callback.number != number, Callback.id).limit(1)
    return cast("Callback | None", await session.scalar(ordered.with_for_update()))


async def cancel(session: AsyncSession, callback_id: int, *, by: str) -> Callback:
    """Nobody is to be called any more; refused while the telephone rings. Doing it twice is one."""
    row = await _locked(session, callback_id)
    if row.state == "calling":
        raise UnderWay
    if row.state == "waiting":
        await end(session, row, "cancelled", by=by)
    return row


async def begin_attempt(
    session: AsyncSession, callback_id: int, *, call_id: str, agent: str = ""
) -> Callback | None:
    """Claim it for one call, before that call is placed; None when it is not to be called now."""
    row = await _locked(session, callback_id)
    if row.state != "waiting" or row.next_at > now() or await _is_held(session, row):
        return None
    row.state, row.attempts, row.attempted_at = "calling", row.attempts + 1, now()
    row.attempt_call_id, row.agent = call_id, agent or None
    told = CallbackCalled(
        subject=callback_subject(row.id), attempt=row.attempts, call_id=call_id, agent=agent
    )
    await append(session, told)
    return row


async def _is_held(session: AsyncSession, row: Callback) -> bool:
    return bool(await session.scalar(select(Callback.id).where(Callback.id == row.id, HELD)))


async def undo_attempt(session: AsyncSession, callback_id: int, *, call_id: str) -> bool:
    """That call was never placed: it does not count."""
    row = await _locked(session, callback_id)
    if row.state != "calling" or row.attempt_call_id != call_id:
        return False
    row.state, row.attempts = "waiting", row.attempts - 1
    row.next_at = now() + timedelta(seconds=NOT_PLACED_S)
    row.attempt_call_id = row.agent = None
    return True


async def missed(session: AsyncSession, row: Callback, *, at: datetime) -> None:
    """The attempt under way reached nobody: again after a pause, or never."""
    call_id, body = row.attempt_call_id or "", await rules(session)
    again = next_attempt(body, row.attempts, at)
    told = CallbackMissed(
        subject=callback_subject(row.id), attempt=row.attempts, call_id=call_id, next_at=again
    )
    await append(session, told)
    row.agent = row.attempt_call_id = None
    if again is None:
        await end(session, row, "unreached", call_id=call_id, at=at)
    else:
        row.state, row.next_at = "waiting", max(again, row.due_at)


async def end(
    session: AsyncSession,
    row: Callback,
    how: Ending,
    *,
    call_id: str | None = None,
    agent: str = "",
    by: str = "",
    at: datetime | None = None,
) -> None:
    """It is over; what is over stays so. ``at`` is when, if that is learnt later."""
    if row.state not in OPEN:
        return
    row.state, row.open_key, row.ended_at = how, None, at or now()
    row.agent, row.ended_by, row.own_call_id = agent or None, by[:64], None
    told = CallbackEnded(
        subject=callback_subject(row.id), at=row.ended_at, how=how, call_id=call_id, agent=agent,
        by=by[:64],
    )  # fmt: skip
    await append(session, told)


async def expire(session: AsyncSession, ids: Collection[int]) -> None:
    """Those whose time is over."""
    for callback_id in ids:
        row = await _locked(session, callback_id)
        if row.state == "waiting" and row.expires_at <= now():
            await end(session, row, "expired")


async def _locked(session: AsyncSession, callback_id: int) -> Callback:
    row = await session.get(Callback, callback_id, with_for_update=True)
    if row is None:
        raise NotFound("callback")
    return row
