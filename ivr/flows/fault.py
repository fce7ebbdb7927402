"""Report a fault: choose, confirm, and the order is open before anybody answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ivr import say
from ivr.flows.books import Fault
from ivr.flows.identify import account_needed, spoken_address
from ivr.flows.journey import Journey, Outcome
from ivr.phrases import FaultKind
from ivr.talk import WantsPerson
from mainline.log import get_logger

ROUNDS = 2
KEYS = 9

log = get_logger("ivr")


async def report_fault(journey: Journey) -> Outcome:
    """Open a work order of the chosen kind for the caller's address."""
    await account_needed(journey)
    for _ in range(ROUNDS):
        kind = await _choose(journey)
        if await _confirmed(journey, kind):
            return await _open(journey, kind)
    raise WantsPerson


async def open_at_once(journey: Journey, fault: str) -> None:
    """An emergency's order, open before anybody is rung.

    When the books do not take it, the worker opens it from the call's own record.
    """
    try:
        await journey.books.report_fault(_reported(journey, fault, journey.began_at))
    except Exception as error:
        log.warning("urgent.order_later", call=journey.call_id, error=type(error).__name__)


async def _choose(journey: Journey) -> FaultKind:
    talk = journey.talk
    kinds = keyed(talk.phrases.faults, await _own_keys(journey))
    texts = talk.parts("fault_choose")
    for key, kind in kinds.items():
        texts += talk.parts(
            "fault_choice",
            fault=[kind.text.to(talk.language)],
            key=say.number(int(key), talk.language),
        )
    return kinds[await talk.choose(texts, tuple(kinds))]


async def _own_keys(journey: Journey) -> Mapping[str, str]:
    """Without them every fault can still be reported."""
    try:
        return await journey.books.fault_keys()
    except Exception as error:
        log.warning("fault.no_keys", call=journey.call_id, error=type(error).__name__)
        return {}


def keyed(faults: Sequence[FaultKind], own: Mapping[str, str]) -> dict[str, FaultKind]:
    """Nine faults by key: those that have one of their own, the others in their order."""
    shown = faults[:KEYS]
    by_key = {own[kind.id]: kind for kind in reversed(shown) if kind.id in own}
    free = (str(key) for key in range(1, KEYS + 1) if str(key) not in by_key)
    others = [kind for kind in shown if kind not in by_key.values()]
    return dict(sorted([*by_key.items(), *zip(free, others, strict=False)]))


async def _confirmed(journey: Journey, kind: FaultKind) -> bool:
    talk = journey.talk
    fault = [kind.text.to(talk.language)]
    if journey.account is None or not journey.may_hear_private:
        texts = talk.parts("fault_confirm", fault=fault)
    else:
        address = [spoken_address(journey.account, talk.language)]
        texts = talk.parts("fault_confirm_at", fault=fault, address=address)
    return await talk.choose(texts, ("1", "2")) == "1"


async def _open(journey: Journey, kind: FaultKind) -> Outcome:
    if kind.emergency:
        await open_at_once(journey, kind.id)
        return Outcome("person", urgent=kind.id)
    number = await journey.books.report_fault(_reported(journey, kind.id))
    await journey.talk.tell("fault_taken", number=say.digits(number, journey.talk.language))
    return Outcome("done", number)


def _reported(journey: Journey, fault: str, began_at: datetime | None = None) -> Fault:
    return Fault(
        call_id=journey.call_id,
        fault=fault,
        customer_id=journey.caller.customer_id if journey.caller else None,
        account=journey.account,
        ani=journey.ani,
        began_at=began_at,
    )
