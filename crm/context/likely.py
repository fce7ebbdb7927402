"""Which one reason to call is the most pressing, and which call is one more about it. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from crm.context.rules import ContextRules, ReasonKind, RepeatRules

PUBLIC: Final = frozenset[ReasonKind]({"outage"})
"""May be told to whoever calls from that address; all others concern the customer alone."""
OVER: Final = frozenset({"done", "returned"})
"""Stages of an order in which nobody is on the way."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An unfinished order. ``visit_on`` is the day that its customer was promised."""

    number: str
    opened_at: datetime
    stage: str = "new"
    call_id: str | None = None
    visit_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """An earlier call of the same customer or number."""

    call_id: str
    at: datetime
    agent: str = ""
    """Who talked with them last; empty when nobody did."""
    reason: str | None = None
    asked: bool = False
    """They asked for their order by key, or said that they call again about it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of somebody who calls."""

    orders: Sequence[OpenOrder] = ()
    contacts: Sequence[Contact] = ()
    outage: bool = False
    overdue_fen: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """One more call about something: ``calls`` were before, ``agent`` answered the last of them."""

    order: str
    """Number of the order; empty: the same reason without one."""
    reason: str
    calls: int
    agent: str


@dataclass(frozen=True, slots=True)
class Likely:
    """The most pressing reason."""

    kind: ReasonKind
    order: str = ""
    repeat: Repeat | None = field(default=None)


def likely(
    known: Situation, rules: ContextRules, *, at: datetime, today: date, private: bool
) -> Likely | None:
    """What the caller hears first. Without ``private`` only what concerns the whole address."""
    if not rules.enabled:
        return None
    for kind in rules.reasons:
        if private or kind in PUBLIC:
            found = _FINDERS[kind](known, rules, at, today)
            if found is not None:
                return found
    return None


def repeated(known: Situation, rules: RepeatRules, at: datetime) -> Repeat | None:
    """The matter that somebody calls about again: an open order, else the last reason."""
    recent = _since(known.contacts, at - timedelta(days=rules.order_days))
    for order in _newest(known.orders):
        about = [contact for contact in recent if _is_about(contact, order, recent)]
        if about:
            return Repeat(order.number, _opening(order, recent) or "", len(about), _agent(about))
    return _same_reason(_since(known.contacts, at - timedelta(hours=rules.reason_hours)))


def _same_reason(contacts: Sequence[Contact]) -> Repeat | None:
    """Somebody who talked with us a short while ago most likely calls about the same again."""
    talked = [contact for contact in contacts if contact.agent]
    if not talked:
        return None
    reason = talked[-1].reason
    about = [contact for contact in talked if contact.reason == reason]
    return Repeat("", reason or "", len(about), _agent(about))


def _is_about(contact: Contact, order: OpenOrder, contacts: Sequence[Contact]) -> bool:
    if contact.call_id == order.call_id:
        return True
    if contact.at < order.opened_at:
        return False
    same = contact.reason is not None and contact.reason == _opening(order, contacts)
    return contact.asked or same


def _opening(order: OpenOrder, contacts: Iterable[Contact]) -> str | None:
    """The reason of the call that the order was opened in."""
    return next((one.reason for one in contacts if one.call_id == order.call_id), None)


def _since(contacts: Iterable[Contact], since: datetime) -> list[Contact]:
    return sorted((one for one in contacts if one.at >= since), key=lambda one: one.at)


def _agent(contacts: Sequence[Contact]) -> str:
    return next((one.agent for one in reversed(contacts) if one.agent), "")


def _newest(orders: Iterable[OpenOrder]) -> list[OpenOrder]:
    return sorted(orders, key=lambda order: (order.opened_at, order.number), reverse=True)


def _outage(known: Situation, _r: ContextRules, _at: datetime, _today: date) -> Likely | None:
    return Likely("outage") if known.outage else None


def _visit(known: Situation, _r: ContextRules, _at: datetime, today: date) -> Likely | None:
    coming = [
        one for one in _newest(known.orders) if one.visit_on == today and one.stage not in OVER
    ]
    return Likely("visit", coming[0].number) if coming else None


def _repeat(known: Situation, rules: ContextRules, at: datetime, _today: date) -> Likely | None:
    found = repeated(known, rules.repeat, at)
    return Likely("repeat", found.order, found) if found else None


def _order(known: Situation, rules: ContextRules, at: datetime, _today: date) -> Likely | None:
    since = at - timedelta(days=rules.order_days)
    fresh = [one for one in _newest(known.orders) if one.opened_at >= since]
    under_way = [one for one in fresh if one.stage not in OVER]
    return Likely("order", under_way[0].number) if under_way else None


def _overdue(known: Situation, rules: ContextRules, _at: datetime, _today: date) -> Likely | None:
    return Likely("overdue") if known.overdue_fen >= rules.overdue_from_fen else None


_Find = Callable[[Situation, ContextRules, datetime, date], Likely | None]
_FINDERS: Final[Mapping[ReasonKind, _Find]] = {
    "outage": _outage,
    "visit": _visit,
    "repeat": _repeat,
    "order": _order,
    "overdue": _overdue,
}
