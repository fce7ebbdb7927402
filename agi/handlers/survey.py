"""Route ``survey``: the agent has hung up; ask the caller about the call, then let them go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mainline.asterisk.call import Call

Ask = Callable[[Call], Awaitable[None]]


async def handle(call: Call, ask: Ask) -> None:
    """Nothing is decided here: the dialplan hangs up afterwards."""
    await ask(call)
