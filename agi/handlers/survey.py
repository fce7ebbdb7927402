"""Route ``survey``: the agent has hung up; ask the caller about the call, then let them go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.survey import Talked
from mainline.asterisk.agi_call import AgiCall

Ask = Callable[[AgiCall, Talked], Awaitable[None]]


async def handle(call: AgiCall, ask: Ask) -> None:
    """Nothing is decided here: the dialplan hangs up afterwards."""
    await ask(call, Talked.of(call.words))
