"""The live link to Asterisk's manager interface (AMI), on panoramisk's protocol.

panoramisk 1.4 carries the wire; what it gets wrong is closed here (docs/adr/panoramisk.md):
messages are cut before they are decoded, values with line breaks are refused, every action has a
deadline and is never sent twice, events are handled one after the other, a handler's failure stays
its own, a silent link is torn down, and after each connection a snapshot comes before the events.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

from mainline.errors import MainlineError, Unavailable
from mainline.i18n import Text
from mainline.log import get_logger

ACTION_S: Final = 5.0
PING_EVERY_S: Final = 5.0
PONG_S: Final = 3.0
CONNECT_S: Final = 3.0
AGAIN_S: Final = 0.5
AGAIN_MAX_S: Final = 5.0
BUFFER_MAX: Final = 4 * 1024 * 1024
EVENTS_MAX: Final = 20_000
_END: Final = b"\r\n\r\n"

Fields = dict[str, str]
Value = str | int | Sequence[str]
_NO_VALUES: Final[Mapping[str, Value]] = {}

log = get_logger("ami")


class AmiRefused(MainlineError):
    """Asterisk understood and said no; ``detail`` is its own word."""

    code = "telephony-refused"
    words = Text("The telephone system refused: %(detail)s")


class AmiDown(Unavailable):
    """No link, or no answer in time. Whether Asterisk acted is not known; nothing is repeated."""

    code = "telephony-down"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk answered: its response, and the events that belong to it."""

    fields: Fields
    items: list[Fields]


class _Exchange(Action):  # type: ignore[misc]
    """One action under way; complete by rules of our own."""

    def __init__(self, values: Mapping[str, object], last_event: str) -> None:
        super().__init__(dict(values))
        self.last_event = last_event

    def add_message(self, message: Fields) -> bool:
        """Take in what belongs to this action; True when nothing more will come."""
        self.responses.append(message)
        if self._is_complete() and not self.future.done():
            self.future.set_result(list(self.responses))
        return bool(self.future.done())

    def _is_complete(self) -> bool:
        first, latest = self.responses[0], self.responses[-1]
        if first.get("Response") == "Error":
            return True
        if self.last_event:
            return bool(latest.get("Event") == self.last_event)
        listed = first.get("EventList", "").lower() == "start"
        return not listed or latest.get("EventList", "").lower() in {"complete", "cancelled"}


class _Wire(AMIProtocol):  # type: ignore[misc]
    """One connection."""

    def __init__(self, on_event: Callable[[Fields], None]) -> None:
        self._on_event = on_event
        self._buffer = b""
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Cut into whole messages first, decode then: no character is torn apart."""
        *whole, self._buffer = (self._buffer + data).split(_END)
        if len(self._buffer) > BUFFER_MAX:
            self.transport.abort()
        for raw in whole:
            self._take(_fields(raw.decode("utf-8", "replace")))

    def _take(self, message: Fields) -> None:
        exchange = self.responses.get(message.get("ActionID", ""))
        if exchange is None:
            if "Event" in message:
                self._on_event(message)
        elif exchange.add_message(message):
            self.responses.pop(exchange.id, None)

    def exchange(self, exchange: _Exchange) -> asyncio.Future[list[Fields]]:
        """Send; the future brings the messages that belong to it."""
        _refuse_line_breaks(exchange)
        if self.closed:
            raise AmiDown("no link")
        self.responses[exchange.id] = exchange
        self.transport.write(str(exchange).encode("utf-8"))
        future: asyncio.Future[list[Fields]] = exchange.future
        return future

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer is told that none will come."""
        self.closed = True
        for exchange in self.responses.values():
            if not exchange.future.done():
                exchange.future.set_exception(AmiDown("the link was lost before the answer"))
                exchange.future.exception()
        self.responses.clear()
        if not self.lost.done():
            self.lost.set_result(None)


def _refuse_line_breaks(values: Mapping[str, object]) -> None:
    for key, value in values.items():
        for part in value if isinstance(value, (list, tuple)) else (value,):
            if any(sign in f"{key}{part}" for sign in "\r\n\0"):
                raise ValueError(f"a line break in {key}")


def _fields(text: str) -> Fields:
    """One message. A name that comes twice has both values; the greeting has no fields.

    Not panoramisk's: a whole floor is listed every few seconds, and its dictionary that knows no
    case was a tenth of the worker's profile.
    """
    fields: Fields = {}
    for line in text.split("\r\n"):
        name, colon, value = line.partition(": ")
        if colon:
            fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


Listener = Callable[[Fields], Awaitable[None]]


async def _nothing() -> None:
    return


class Ami:
    """A link that is kept up as long as ``run`` runs."""

    def __init__(
        self,
        *,
        port: int,
        user: str,
        secret: str,
        host: str = "127.0.0.1",
        listener: Listener | None = None,
        on_up: Callable[[], Awaitable[None]] = _nothing,
        ping_every_s: float = PING_EVERY_S,
        pong_s: float = PONG_S,
    ) -> None:
        self._address = (host, port)
        self._user, self._secret = user, secret
        self._listener, self._on_up = listener, on_up
        self._ping_every_s, self._pong_s = ping_every_s, pong_s
        self._wire: _Wire | None = None
        self._events: asyncio.Queue[Fields] = asyncio.Queue(EVENTS_MAX)
        self.up = asyncio.Event()
        self.dropped = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, and again whenever the link is lost, until told to stop."""
        stopping = asyncio.create_task(stop.wait())
        pause = AGAIN_S
        try:
            while not stop.is_set():
                session = asyncio.create_task(self._session())
                await asyncio.wait({session, stopping}, return_when=asyncio.FIRST_COMPLETED)
                pause = AGAIN_S if self.up.is_set() else min(pause * 2, AGAIN_MAX_S)
                self._down()
                await _ended(session)
                await asyncio.wait({stopping}, timeout=pause)
        finally:
            stopping.cancel()
            self._down()

    async def action(
        self,
        name: str,
        values: Mapping[str, Value] = _NO_VALUES,
        *,
        within_s: float = ACTION_S,
        last_event: str = "",
    ) -> Answer:
        """Have something done. AmiDown when the link is down or silent, AmiRefused for a no."""
        if not self.up.is_set():
            raise AmiDown("no link")
        return await self._ask(name, values, within_s=within_s, last_event=last_event)

    async def _ask(
        self, name: str, values: Mapping[str, Value], *, within_s: float, last_event: str = ""
    ) -> Answer:
        wire = self._wire
        if wire is None:
            raise AmiDown("no link")
        exchange = _Exchange({"Action": name, **values}, last_event)
        future = wire.exchange(exchange)
        try:
            async with asyncio.timeout(within_s):
                first, *rest = await future
        except TimeoutError as late:
            raise AmiDown(f"no answer to {name} in {within_s:g} s") from late
        finally:
            wire.responses.pop(exchange.id, None)
        if first.get("Response") == "Error":
            raise AmiRefused(first.get("Message", ""))
        return Answer(first, rest)

    async def _session(self) -> None:
        """One connection, from the greeting to its loss."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            _, wire = await loop.create_connection(lambda: _Wire(self._heard), *self._address)
        self._wire = wire
        await self._log_in()
        while not self._events.empty():  # what came before the snapshot is in the snapshot
            self._events.get_nowait()
        self.up.set()
        await self._on_up()
        log.info("ami.up")
        parts = {asyncio.create_task(part) for part in (self._ping(), self._handle_events())}
        try:
            await asyncio.wait({wire.lost, *parts}, return_when=asyncio.FIRST_COMPLETED)
            log.warning("ami.lost")
        finally:  # also when we are told to stop: no ping on a link that is gone
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _log_in(self) -> None:
        values = {
            "Username": self._user,
            "Secret": self._secret,
            "Events": "on" if self._listener else "off",
        }
        await self._ask("Login", values, within_s=CONNECT_S)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._ping_every_s)
            await self._ask("Ping", {}, within_s=self._pong_s)

    def _heard(self, event: Fields) -> None:
        if self._listener is None:
            return
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _handle_events(self) -> None:
        """One after the other, so that their order means something."""
        listener = self._listener
        if listener is None:
            await asyncio.Event().wait()
            return
        while True:
            event = await self._events.get()
            try:
                await listener(event)
            except Exception:
                log.exception("ami.listener_failed", name=event.get("Event", ""))

    def _down(self) -> None:
        self.up.clear()
        if self._wire is not None:
            self._wire.transport.abort()
            self._wire = None


async def _ended(session: asyncio.Task[None]) -> None:
    """Wait for the end of a connection and say why it ended, unless it was ours to end."""
    session.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        try:
            await session
        except AmiRefused as refused:
            log.critical("ami.login_refused", why=refused.detail)
        except (OSError, Unavailable) as failure:
            log.warning("ami.no_link", why=type(failure).__name__)
        except Exception:
            log.exception("ami.session_failed")
