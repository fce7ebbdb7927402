"""The FastAGI server. It fails open: whatever goes wrong, the caller goes on in the dialplan.

Only ``MAINLINE_AGI=OK``, set after a handler has finished, makes the dialplan believe its result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from dialplan import contract
from mainline.asterisk.agi import (
    STREAM_LIMIT,
    AgiRefused,
    AgiWire,
    Environment,
    read_environment,
)
from mainline.asterisk.agi_call import AgiCall
from mainline.asterisk.call import CallerGone
from mainline.log import get_logger

Handler = Callable[[AgiCall], Awaitable[None]]

CALLS_MAX: Final = 400
"""As many as Asterisk itself takes; more connections are closed, their callers get the dialplan."""
CALL_MAX_S: Final = 1800.0
OK: Final = "OK"
FAIL: Final = "FAIL"

log = get_logger("agi")


class AgiServer:
    """Accepts calls and hands each to the handler of its route."""

    def __init__(
        self,
        routes: Mapping[str, Handler],
        *,
        secret: str,
        calls_max: int = CALLS_MAX,
        call_max_s: float = CALL_MAX_S,
    ) -> None:
        self._routes, self._secret = routes, secret
        self._calls_max, self._call_max_s = calls_max, call_max_s
        self._running: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.refused = 0
        self.served = 0

    @property
    def calls(self) -> int:
        """How many calls are being led."""
        return len(self._running)

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("not listening")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, host: str, port: int) -> None:
        """Listen from now on."""
        self._server = await asyncio.start_server(
            self._connected, host, port, limit=STREAM_LIMIT, backlog=512
        )

    async def stop(self, *, patience_s: float) -> None:
        """Take no more calls, let those in progress finish; what is left goes to the dialplan."""
        if self._server is not None:
            self._server.close()
        if self._running:
            await asyncio.wait(self._running, timeout=patience_s)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or self.calls >= self._calls_max:
            self.refused += 1
            log.warning("agi.full", calls=self.calls)
            writer.close()
            return
        self._running.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            log.info("agi.handed_back")
        finally:
            self._running.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            environment = await read_environment(reader, self._secret)
        except AgiRefused as why:
            self.refused += 1
            log.warning("agi.refused", why=str(why))
            return
        wire = AgiWire(reader, writer)
        call = AgiCall(environment, wire)
        outcome = await self._handle(environment, call)
        if outcome and not wire.over:
            await _tell(wire, {**(call.left if outcome == OK else {}), contract.VAR_AGI: outcome})
        self.served += 1

    async def _handle(self, environment: Environment, call: AgiCall) -> str:
        """The word for the dialplan; empty when there is nobody left to tell it."""
        handler = self._routes.get(environment.route)
        if handler is None:
            log.error("agi.no_route", call=call.id)
            return FAIL
        try:
            async with asyncio.timeout(self._call_max_s):
                await handler(call)
        except CallerGone:
            return ""
        except Exception:
            log.exception("agi.failed", call=call.id)
            return FAIL
        return OK


async def _tell(wire: AgiWire, words: Mapping[str, str]) -> None:
    """What was decided and that it counts, or that it failed; all of it or nothing arrives."""
    try:
        await wire.leave(words, within_s=2.0)
    except Exception as gone:  # the dialplan goes on by itself
        log.info("agi.not_told", why=type(gone).__name__)
