"""Route ``inbound``: lead the caller through the menu, leave the decision with the dialplan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from dialplan import contract
from ivr.decision import Decision
from mainline.asterisk.call import Call

Lead = Callable[[Call], Awaitable[Decision]]
DECIDED_S: Final = 6.0
"""What is left to do takes milliseconds; a wire that hangs here costs the caller no more."""


async def handle(call: Call, lead: Lead) -> None:
    """Whatever the journey came to, as channel variables."""
    decision = await lead(call)
    await call.hold_deadline(DECIDED_S)
    for name, value in variables(decision).items():
        await call.set_variable(name, value)


def variables(decision: Decision) -> dict[str, str]:
    """The decision in the dialplan's words; two underscores: every leg inherits it."""
    words = {
        contract.VAR_ACTION: decision.action,
        contract.VAR_LANGUAGE: decision.language,
        contract.VAR_QUEUE: decision.queue,
        contract.VAR_PRIORITY: str(max(0, decision.priority)),
        contract.VAR_URGENT: decision.urgent,
        contract.VAR_STICKY: decision.agent,
        contract.VAR_STICKY_WAIT: str(decision.agent_wait_s),
        contract.VAR_BRANCH: decision.branch,
    }
    if decision.customer_id is not None:
        words[f"__{contract.VAR_CUSTOMER}"] = str(decision.customer_id)
    return words
