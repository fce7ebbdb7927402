"""What becomes of a caller when the menu is through."""

from dataclasses import dataclass
from typing import Literal

from dialplan import contract
from ivr.say import Language

PRIORITY_EMERGENCY = 50
"""A leak or burst goes ahead of all."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the dialplan does next; ``queue`` and ``priority`` matter for ``queue`` only."""

    action: Literal["queue", "message", "hangup", "refuse"]
    queue: str = ""
    priority: int = 0
    language: Language = "zh"
    customer_id: int | None = None


TO_SERVICE = Decision("queue", contract.QUEUE_SERVICE)
"""Where every call goes when nothing else is known or works."""
