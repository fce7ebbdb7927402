"""Report a fault: choose, confirm, and the order is open before anybody answers."""

from __future__ import annotations

from ivr import say
from ivr.decision import PRIORITY_EMERGENCY
from ivr.flows.books import Fault
from ivr.flows.identify import account_needed, spoken_address
from ivr.flows.journey import Journey, Outcome
from ivr.phrases import FaultKind
from ivr.talk import WantsPerson

ROUNDS = 2
EMERGENCY_QUEUE = "emergency"


async def report_fault(journey: Journey) -> Outcome:
    """Open a work order of the chosen kind for the caller's address."""
    await account_needed(journey)
    for _ in range(ROUNDS):
        kind = await _choose(journey)
        if await _confirmed(journey, kind):
            return await _open(journey, kind)
    raise WantsPerson


async def _choose(journey: Journey) -> FaultKind:
    talk = journey.talk
    kinds = {str(key): kind for key, kind in enumerate(talk.phrases.faults[:9], start=1)}
    texts = talk.parts("fault_choose")
    for key, kind in kinds.items():
        texts += talk.parts(
            "fault_choice",
            fault=[kind.text.to(talk.language)],
            key=say.number(int(key), talk.language),
        )
    return kinds[await talk.choose(texts, tuple(kinds))]


async def _confirmed(journey: Journey, kind: FaultKind) -> bool:
    talk = journey.talk
    fault = [kind.text.to(talk.language)]
    if journey.account is None:
        texts = talk.parts("fault_confirm", fault=fault)
    else:
        address = [spoken_address(journey.account, talk.language)]
        texts = talk.parts("fault_confirm_at", fault=fault, address=address)
    return await talk.choose(texts, ("1", "2")) == "1"


async def _open(journey: Journey, kind: FaultKind) -> Outcome:
    number = await journey.books.report_fault(
        Fault(
            call_id=journey.call_id,
            fault=kind.id,
            customer_id=journey.caller.customer_id if journey.caller else None,
            account=journey.account,
            ani=journey.ani,
        )
    )
    await journey.talk.tell("fault_taken", number=say.digits(number, journey.talk.language))
    if kind.emergency:
        return Outcome("person", number, EMERGENCY_QUEUE, PRIORITY_EMERGENCY)
    return Outcome("done", number)
