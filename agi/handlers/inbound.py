"""Route ``inbound``: lead the caller through the menu, leave the decision with the dialplan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from dialplan import contract
from ivr.decision import Decision
from mainline.asterisk.agi_call import AgiCall
from mainline.asterisk.call import Call

Lead = Callable[[Call], Awaitable[Decision]]


async def handle(call: AgiCall, lead: Lead) -> None:
    """Whatever the journey came to, as channel variables."""
    call.leave(variables(await lead(call)))


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
