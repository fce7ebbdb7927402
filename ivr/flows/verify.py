"""Is it really the customer? Asked before anything private is spoken, once a call.

A confirmed number is enough. Anybody else keys in the end of the account number (or the whole of
it, where it told us who they are) and the end of another telephone or of the identity card.
"""

from __future__ import annotations

from typing import Final

from ivr.flows.books import Account, Caller
from ivr.flows.identify import account_needed
from ivr.flows.journey import Journey
from ivr.talk import WantsPerson
from mainline.journal.call_events import CallerNotVerified, CallerVerified

ATTEMPTS: Final = 3
"""In a whole call, whatever the caller asks for."""
FACT_DIGITS: Final = 4


async def account_proven(journey: Journey) -> Account:
    """The account a private matter is about, once its holder is on the line."""
    account = await account_needed(journey)
    await caller_proven(journey)
    return journey.account or account


async def caller_proven(journey: Journey) -> Caller:
    """The customer, proven; WantsPerson when that fails."""
    if journey.caller is None:
        await account_needed(journey)
    caller = journey.caller
    assert caller is not None  # noqa: S101 - account_needed raises otherwise
    if caller.customer_id in journey.verified:
        return caller
    if journey.number_proves:
        _proven(journey, caller, "number")
    else:
        await _by_facts(journey, caller)
    return caller


async def _by_facts(journey: Journey, caller: Caller) -> None:
    while journey.wrong_facts < ATTEMPTS:
        tail = await _account_tail(journey)
        fact = await journey.talk.ask(journey.talk.parts("ask_second_fact"), digits_max=FACT_DIGITS)
        proof = await journey.books.prove(
            caller.customer_id, account_tail=tail, fact=fact, ani=journey.ani
        )
        if proof == "proven":
            return _proven(journey, caller, "keyed")
        if proof == "locked":
            return await _refuse(journey, caller, locked=True)
        journey.wrong_facts += 1
        await journey.talk.tell("identity_wrong")
    return await _refuse(journey, caller)


async def _account_tail(journey: Journey) -> str:
    """Not asked of those who keyed in the whole number."""
    if journey.account is not None and journey.account.account_id in journey.keyed_accounts:
        return ""
    texts = journey.talk.parts("ask_account_tail")
    return await journey.talk.ask(texts, digits_max=FACT_DIGITS)


def _proven(journey: Journey, caller: Caller, how: str) -> None:
    journey.verified.add(caller.customer_id)
    journey.note(
        CallerVerified(
            subject=journey.subject,
            how="number" if how == "number" else "keyed",
            customer_id=caller.customer_id,
        )
    )


async def _refuse(journey: Journey, caller: Caller, *, locked: bool = False) -> None:
    journey.note(
        CallerNotVerified(
            subject=journey.subject,
            customer_id=caller.customer_id,
            attempts=journey.wrong_facts,
            locked=locked,
        )
    )
    await journey.talk.tell("identity_refused")
    raise WantsPerson
