"""What becomes of a caller when the menu is through."""

from dataclasses import dataclass
from typing import Literal

from dialplan import contract
from ivr.say import Language

QUEUE_EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the dialplan does next; ``queue`` and ``priority`` matter for ``queue`` only."""

    action: Literal["queue", "message", "hangup", "refuse", "callback", "menu"]
    queue: str = ""
    priority: int = 0
    language: Language = "zh"
    customer_id: int | None = None
    agent: str = ""
    """Who is tried first, for up to ``agent_wait_s``, while the place in the queue is kept."""
    agent_wait_s: int = 0
    urgent: str = ""
    """The fault of an emergency: it goes ahead of all, and hears its safety text while it rings."""
    branch: str = ""
    """The branch of the caller's address, whose agents may be rung first."""


def emergency(fault: str, queue: str = QUEUE_EMERGENCY) -> Decision:
    """A leak or the like goes ahead of everybody."""
    return Decision("queue", queue, contract.PRIORITY_URGENT, urgent=fault)


TO_SERVICE = Decision("queue", contract.QUEUE_SERVICE)
"""Where every call goes when nothing else is known or works."""
