"""What the dialplan asks of a queue's rules: global variables, rendered at the start and set anew
when the company changes them. The mark tells which rules Asterisk has. Pure.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from dialplan.floor import Queue

MARK: Final = "QUEUE_RULES"
_REASONS: Final = ("absence", "length", "wait")


def globals_of(queues: Iterable[Queue]) -> dict[str, str]:
    """How long callers wait at most, and when they are sent on; empty where they are not.

    A number stands before the way that it belongs to, so that a rule is never met half set.
    """
    found: dict[str, str] = {}
    for queue in queues:
        found[f"WAIT_{queue.name}"] = str(queue.max_wait_s)
        rules = {rule.when: rule for rule in queue.overflow}
        for reason in _REASONS:
            rule, name = rules.get(reason), f"OVERFLOW_{reason.upper()}"
            if rule:
                found[f"{name}_AT_{queue.name}"] = str(rule.at)
            found[f"{name}_{queue.name}"] = rule.to if rule else ""
    return found


def mark(rules: Mapping[str, str]) -> str:
    """Differs as soon as any rule does."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(rules.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
