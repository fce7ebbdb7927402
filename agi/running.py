"""How a process of ours runs: told to stop by a signal, never by being torn out of its work."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

import uvloop

from mainline.log import get_logger

log = get_logger("process")
T = TypeVar("T")


def run(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run until SIGTERM or SIGINT has set the event and ``main`` has returned."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(main))


async def _until_told(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await main(stop)
    log.info("process.stopped")


async def pause(stop: asyncio.Event, seconds: float, hint: asyncio.Event | None = None) -> None:
    """Wait for so long; not longer than until told to stop, or until the hint is given."""
    waiting = {asyncio.create_task(event.wait()) for event in (stop, hint) if event is not None}
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if hint is not None:
        hint.clear()


async def unless(stop: asyncio.Event, work: Coroutine[object, object, T]) -> T | None:
    """Do this, but drop it when told to stop."""
    doing, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
        return await doing if doing.done() else None
    finally:
        told.cancel()
        doing.cancel()
        await asyncio.wait({doing})
