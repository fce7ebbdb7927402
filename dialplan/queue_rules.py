"""What the dialplan asks of a queue's rules: global variables, rendered at the start and set anew
when the company changes them. The mark tells which rules Asterisk has. Pure.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from dialplan.floor import Queue

MARK: Final = "QUEUE_RULES"
FILE_MARK: Final = "QUEUE_FILE"
"""The mark of ``queues.conf`` itself: which queues there are and how their agents are rung."""
_REASONS: Final = ("absence", "length", "wait")


def globals_of(queues: Iterable[Queue]) -> dict[str, str]:
    """How long callers wait at most, when they are sent on, whether they are asked afterwards.

    Empty is a way on that there is not, and a survey that the gateway decides about; 0 is none.

    A number stands before the way that it belongs to, so that a rule is never met half set.
    """
    found: dict[str, str] = {}
    for queue in queues:
        found[f"WAIT_{queue.name}"] = str(queue.max_wait_s)
        found[f"BRANCH_{queue.name}"] = str(queue.branch_first_s or "")
        found[f"SURVEY_{queue.name}"] = "" if queue.surveyed else "0"
        rules = {rule.when: rule for rule in queue.overflow}
        for reason in _REASONS:
            rule, name = rules.get(reason), f"OVERFLOW_{reason.upper()}"
            if rule:
                found[f"{name}_AT_{queue.name}"] = str(rule.at)
            found[f"{name}_{queue.name}"] = rule.to if rule else ""
    return found


def mark(rules: Mapping[str, str]) -> str:
    """Differs as soon as any rule does."""
    return mark_of("\n".join(f"{name}={value}" for name, value in sorted(rules.items())))


def mark_of(text: str) -> str:
    """Short, and another one for another text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
