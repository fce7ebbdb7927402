"""The live stream: facts of the journal, pushed to the pages that may see them.

The journal is followed once a process and fanned out to bounded queues. A page that was away
resumes from the journal by Last-Event-ID; one that fell too far behind is told to ask anew
(``reset``). Feeds are pictures of the whole (a leader's board), computed once for everybody.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.audience import Audience
from crm.staff.events import whose_streams_end
from mainline.db import Database
from mainline.journal import Entry, Tail, entries_after, last_id
from mainline.log import get_logger
from mainline.masking import Eyes
from mainline.permissions import Permission

log = get_logger("live")

HEARTBEAT_S: Final = 10.0
QUEUE_LENGTH: Final = 500
FURTHEST_BEHIND: Final = 5000
_BATCH: Final = 500

Picture = Mapping[str, Any]
Compute = Callable[[AsyncSession], Awaitable[Picture]]
Masked = Callable[[Picture, Eyes], Picture]


def _whole(picture: Picture, _sees: Eyes) -> Picture:
    return picture


@dataclass(frozen=True, slots=True)
class Feed:
    """A picture computed once for all who look, whenever something was written.

    Sent as event ``feed.<name>``, at most once in ``at_most_every_s``.
    """

    name: str
    permission: Permission
    compute: Compute
    at_most_every_s: float = 1.0
    masked: Masked = _whole
    """What of it somebody may see."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event of the stream; only facts have an id."""

    event: str
    data: str
    id: int | None = None

    def encode(self) -> str:
        """As server-sent events are written."""
        mark = f"id: {self.id}\n" if self.id is not None else ""
        return f"{mark}event: {self.event}\ndata: {self.data}\n\n"


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open page."""

    audience: Audience
    feeds: frozenset[str] = frozenset()
    user_id: int | None = None
    queue: asyncio.Queue[Message | None] = field(
        default_factory=lambda: asyncio.Queue(QUEUE_LENGTH)
    )

    def put(self, message: Message | None) -> None:
        """Hand over; a page that does not read is cut off and will come back by itself."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Live:
    """Follows the journal for all pages of this process."""

    def __init__(self, database: Database, feeds: Iterable[Feed] = ()) -> None:
        self._database = database
        self.feeds = {feed.name: feed for feed in feeds}
        self._pictures: dict[tuple[str, Eyes], Message] = {}
        self._subscribers: set[Subscriber] = set()
        self._stirred = {name: asyncio.Event() for name in self.feeds}
        self._last = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow, from now on."""
        async with self._database.reading() as session:
            self._last = await last_id(session)
        self._tasks = [asyncio.create_task(_forever(self._follow), name="live")]
        for feed in self.feeds.values():
            work = _forever(lambda feed=feed: self._draw(feed))  # type: ignore[misc]
            self._tasks.append(asyncio.create_task(work, name=f"feed {feed.name}"))

    async def stop(self) -> None:
        """Close all streams."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.close_streams()

    def close_streams(self) -> None:
        """Let every page go; they come back by themselves."""
        for subscriber in self._subscribers:
            subscriber.put(None)

    def tell(self, agent: str, event: str, **data: object) -> None:
        """Something for the pages of one agent that is no fact: lock yourself, for example."""
        message = Message(event, json.dumps(data, default=str))
        for subscriber in self._subscribers:
            if subscriber.audience.agent == agent:
                subscriber.put(message)

    async def stream(
        self, audience: Audience, feeds: frozenset[str], resume_after: int | None,
        user_id: int | None = None,
    ) -> AsyncIterator[str]:  # fmt: skip
        """The endless text of one page's stream; over when this person may do something else."""
        subscriber = Subscriber(audience, feeds, user_id)
        self._subscribers.add(subscriber)
        try:
            async for opening in self._opening(subscriber, resume_after):
                yield opening.encode()
            while (message := await self._next(subscriber)) is not None:
                yield message.encode()
        finally:
            self._subscribers.discard(subscriber)

    async def _next(self, subscriber: Subscriber) -> Message | None:
        try:
            return await asyncio.wait_for(subscriber.queue.get(), HEARTBEAT_S)
        except TimeoutError:
            return Message("beat", "{}")

    async def _opening(
        self, subscriber: Subscriber, resume_after: int | None
    ) -> AsyncIterator[Message]:
        """Greeting, what was missed, and the present pictures."""
        here = self._last
        if resume_after is not None and here - resume_after > FURTHEST_BEHIND:
            yield Message("reset", "{}")
        elif resume_after is not None:
            async for message in self._missed(subscriber.audience, resume_after, here):
                yield message
        yield Message("hello", json.dumps({"id": here}), id=here)
        for name in subscriber.feeds:
            drawn = (name, subscriber.audience.eyes)
            if not self._watched(drawn, besides=subscriber):
                self._pictures.pop(drawn, None)  # of long ago: nobody had it drawn since
            if drawn in self._pictures:
                yield self._pictures[drawn]
            self._stirred[name].set()

    def _watched(self, drawn: tuple[str, Eyes], *, besides: Subscriber) -> bool:
        feed, eyes = drawn
        others = (each for each in self._subscribers if each is not besides)
        return any(feed in each.feeds and each.audience.eyes == eyes for each in others)

    async def _missed(self, audience: Audience, after: int, until: int) -> AsyncIterator[Message]:
        while after < until:
            async with self._database.reading() as session:
                entries = await entries_after(session, after, limit=_BATCH)
            for entry in entries:
                after = entry.id
                data = audience.sees(entry.event) if entry.id <= until else None
                if data is not None:
                    yield Message(entry.event.kind, data, entry.id)
            if len(entries) < _BATCH:
                return

    async def _follow(self) -> None:
        async with AsyncExitStack() as stack:
            tail = await stack.enter_async_context(Tail(self._database))
            while True:
                if await tail.changed():
                    await self._hand_out(tail.newest)

    async def _hand_out(self, newest: int) -> None:
        """What the journal has grown by; the pictures may have changed without a fact."""
        while self._last < newest:
            if not self._subscribers:
                self._last = newest
                break
            async with self._database.reading() as session:
                entries = await entries_after(session, self._last, limit=_BATCH)
            for entry in entries:
                self._pass_on(entry)
            if len(entries) < _BATCH:
                break
        for stirred in self._stirred.values():
            stirred.set()

    def _pass_on(self, entry: Entry) -> None:
        self._last = entry.id
        self._shut_out(whose_streams_end(entry.event))
        for subscriber in self._subscribers:
            data = subscriber.audience.sees(entry.event)
            if data is not None:
                subscriber.put(Message(entry.event.kind, data, entry.id))

    def _shut_out(self, user_id: int | None) -> None:
        """Their pages come back as whoever they are now."""
        for subscriber in self._subscribers if user_id is not None else ():
            if subscriber.user_id == user_id:
                subscriber.put(None)

    async def _draw(self, feed: Feed) -> None:
        while True:
            await self._stirred[feed.name].wait()
            self._stirred[feed.name].clear()
            watchers = [each for each in self._subscribers if feed.name in each.feeds]
            if watchers:
                await self._show(feed, watchers)
                await asyncio.sleep(feed.at_most_every_s)

    async def _show(self, feed: Feed, watchers: Sequence[Subscriber]) -> None:
        async with self._database.reading() as session:
            picture = await feed.compute(session)
        for eyes in {each.audience.eyes for each in watchers}:
            shown = json.dumps(feed.masked(picture, eyes), default=_plain, ensure_ascii=False)
            message = Message(f"feed.{feed.name}", shown)
            if message != self._pictures.get((feed.name, eyes)):
                self._pictures[feed.name, eyes] = message
                for watcher in watchers:
                    if watcher.audience.eyes == eyes:
                        watcher.put(message)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def _forever(work: Callable[[], Awaitable[None]]) -> None:
    """A stumble of the database must not end the stream for the day."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("live.stumbled", error=type(error).__name__)
            await asyncio.sleep(1)
