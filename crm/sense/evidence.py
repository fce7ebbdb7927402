"""What a call points to, from its facts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.sense.rule import FaultClass, SenseRule
from mainline.journal import Event
from mainline.journal.call_events import CallDisposed, CallerIdentified, CallOffered, MenuVisited


@dataclass(frozen=True, slots=True)
class Pointer:
    """Who called, when, and about what classes of trouble."""

    at: datetime
    customer_id: int
    account_id: int | None
    classes: frozenset[str]


def points_to(
    rule: SenseRule, facts: Sequence[Event], order_types: Iterable[str] = ()
) -> Pointer | None:
    """None when nobody knows who called, or the call is about something else.

    What the agent noted counts before what was reported, and that before the caller's last telling
    place in the menu.
    """
    if not any(isinstance(fact, CallOffered) for fact in facts):
        return None
    known = [f for f in facts if isinstance(f, CallerIdentified) and f.customer_id is not None]
    classes = _classes(rule, facts, tuple(order_types))
    if not known or not classes:
        return None
    latest = max(known, key=lambda fact: fact.at)
    began = min(fact.at for fact in facts)
    return Pointer(began, latest.customer_id or 0, latest.account_id, classes)


def _classes(rule: SenseRule, facts: Sequence[Event], order_types: Sequence[str]) -> frozenset[str]:
    noted = [fact for fact in facts if isinstance(fact, CallDisposed)]
    if noted:
        reason = max(noted, key=lambda fact: fact.at).reason
        return _named(one for one in rule.classes if reason in one.reasons)
    reported = _named(one for one in rule.classes if set(one.orders) & set(order_types))
    if reported:
        return reported
    telling = {node for one in rule.classes for node in one.nodes}
    visited = [f for f in facts if isinstance(f, MenuVisited) and f.node in telling]
    last = max(visited, key=lambda fact: fact.at).node if visited else None
    return _named(one for one in rule.classes if last in one.nodes)


def _named(classes: Iterable[FaultClass]) -> frozenset[str]:
    return frozenset(one.code for one in classes)
