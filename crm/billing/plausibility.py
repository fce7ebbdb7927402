"""May this reading be true? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from crm.billing.rules import MeterRules

Verdict = Literal["fine", "lower", "higher", "impossible"]
"""``impossible``: the dial has not so many figures."""


@dataclass(frozen=True, slots=True)
class Past:
    """A reading that was believed."""

    on: date
    value: int


def judge(value: int, *, digits: int, past: Sequence[Past], on: date, rules: MeterRules) -> Verdict:
    """Hold a reading against what was read before, newest first."""
    if not 0 <= value < 10**digits:
        return "impossible"
    if not past:
        return "fine"
    last = past[0]
    days = max(1, (on - last.on).days)
    allowed = max(_usual(past, digits, rules) * days, float(rules.slack))
    if value < last.value:  # either the dial went round, or it is wrong
        return "fine" if used(last.value, value, digits) <= allowed else "lower"
    return "fine" if value - last.value <= allowed else "higher"


def used(before: int, after: int, digits: int) -> int:
    """What went through the meter; a dial begins again at zero."""
    return (after - before) % int(10**digits)


def _usual(past: Sequence[Past], digits: int, rules: MeterRules) -> float:
    """What may go through in a day."""
    days = (past[0].on - past[-1].on).days
    if days <= 0:
        return rules.most_a_day
    total = sum(used(older.value, newer.value, digits) for newer, older in pairwise(past))
    return total / days * rules.higher_factor
