"""Routes ``choice`` and ``again``: a caller who waits chooses, or goes back to the menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agi.handlers.inbound import variables
from dialplan import contract
from ivr.decision import Decision
from ivr.waiting import Place
from mainline.asterisk.agi_call import AgiCall

Lead = Callable[[AgiCall, Place], Awaitable[Decision]]


async def choice(call: AgiCall, lead: Lead) -> None:
    """Whatever the caller chose; queue, place and priority stay as they are."""
    decision = await lead(call, Place.of(call.words))
    call.leave({contract.VAR_ACTION: decision.action})


async def again(call: AgiCall, lead: Lead) -> None:
    """Whatever the journey came to; an emergency that was told before stays one."""
    decision = await lead(call, Place.of(call.words))
    words = variables(decision)
    if not decision.urgent:
        del words[contract.VAR_URGENT]
    call.leave(words)
