"""Routes ``choice``, ``again`` and ``door``: a caller who has a place already chooses, or is led
through the menu once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from agi.handlers.inbound import variables
from dialplan import contract
from ivr.decision import Decision
from ivr.waiting import Place
from mainline.asterisk.agi_call import AgiCall

_STAYS: Final = frozenset({contract.VAR_URGENT, contract.VAR_BRANCH})
"""What nobody said anew is as it was: an emergency stays one, the caller lives where they lived."""
_OF_THE_PLACE: Final = _STAYS | {
    contract.VAR_QUEUE,
    contract.VAR_PRIORITY,
    contract.VAR_STICKY,
    contract.VAR_STICKY_WAIT,
}

Lead = Callable[[AgiCall, Place], Awaitable[Decision]]


async def choice(call: AgiCall, lead: Lead) -> None:
    """Whatever the caller chose; queue, place and priority stay as they are."""
    decision = await lead(call, Place.of(call.words))
    call.leave({contract.VAR_ACTION: decision.action})


async def again(call: AgiCall, lead: Lead) -> None:
    """Whatever the journey came to; who chose no other queue has the place they had."""
    decision = await lead(call, Place.of(call.words))
    words = variables(decision)
    if decision.action != "queue":
        words = {name: word for name, word in words.items() if name not in _OF_THE_PLACE}
    call.leave({name: word for name, word in words.items() if word or name not in _STAYS})
