"""Be called back: by which number, and kept in the turn the caller has."""

from __future__ import annotations

from datetime import datetime

from dialplan.contract import QUEUE_SERVICE
from ivr import say
from ivr.flows.books import CallbackWish
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.talk import WantsPerson
from mainline.clock import now

TAIL_DIGITS = 4
NUMBER_DIGITS_MAX = 16
NUMBERS_TRIED = 2


async def callback(journey: Journey) -> Outcome:
    """From a menu: the caller has not waited yet, so the turn begins now."""
    kept = await promise(journey, QUEUE_SERVICE, since=now(), source="menu")
    return DONE if kept else NOTHING


async def promise(journey: Journey, queue: str, *, since: datetime, source: str) -> bool:
    """Agree on the number, write it down, say so; False when the caller declines or it cannot be.

    WantsPerson when the caller presses 0.
    """
    talk = journey.talk
    number = await _number(journey)
    if not number:
        return False
    wish = CallbackWish(
        number=number,
        queue=queue,
        since=since,
        priority=journey.priority,
        language=talk.language,
        call_id=journey.call_id,
        customer_id=journey.caller.customer_id if journey.caller else None,
        source=source,
    )
    kept = await journey.books.ask_callback(wish)
    await talk.tell("callback_kept" if kept else "callback_full")
    return kept


async def _number(journey: Journey) -> str:
    """The number that was agreed on; empty when none."""
    talk = journey.talk
    own = await journey.books.callable_number(journey.ani)
    if own:
        tail = say.digits(own[-TAIL_DIGITS:], talk.language)
        key = await talk.choose(talk.parts("callback_confirm", tail=tail), ("1", "2"))
        if key == "1":
            return own
    return await _keyed(journey)


async def _keyed(journey: Journey) -> str:
    talk = journey.talk
    for _ in range(NUMBERS_TRIED):
        keyed = await talk.ask(talk.parts("callback_number"), digits_max=NUMBER_DIGITS_MAX)
        number = await journey.books.callable_number(keyed)
        if not number:
            await talk.tell("callback_not_callable")
            continue
        digits = say.digits(number, talk.language)
        if await talk.choose(talk.parts("callback_repeat", number=digits), ("1", "2")) == "1":
            return number
    raise WantsPerson
