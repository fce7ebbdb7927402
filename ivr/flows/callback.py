"""Be called back: by which number, and kept in the turn the caller has."""

from __future__ import annotations

from datetime import datetime

from crm.callbacks.rules import Source
from dialplan.contract import QUEUE_SERVICE
from ivr import say
from ivr.flows.books import CallbackWish, Promise
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.talk import WantsPerson
from mainline.clock import now

TAIL_DIGITS = 4
NUMBER_DIGITS_MAX = 16
NUMBERS_TRIED = 2


async def callback(journey: Journey) -> Outcome:
    """From a menu: the caller has not waited yet, so the turn begins now."""
    began = journey.opens(now())
    kept = await promise(journey, QUEUE_SERVICE, since=began, source="menu", due_at=began)
    return DONE if kept else NOTHING


async def promise(
    journey: Journey, queue: str, *, since: datetime, source: Source, due_at: datetime
) -> bool:
    """Agree on the number, write it down, say so; False when the caller declines or it cannot be.

    WantsPerson when the caller presses 0.
    """
    number = await _number(journey)
    if not number:
        return False
    wish = CallbackWish(
        number=number,
        queue=queue,
        since=since,
        priority=journey.priority,
        language=journey.talk.language,
        call_id=journey.call_id,
        customer_id=journey.caller.customer_id if journey.caller else None,
        source=source,
        due_at=due_at,
    )
    kept = await journey.books.ask_callback(wish)
    await journey.talk.say(*_told(journey, kept))
    return kept is not None


def _told(journey: Journey, kept: Promise | None) -> list[str]:
    """What was promised, and from when on where that is not now."""
    parts = journey.talk.parts
    if kept is None:
        return parts("callback_full")
    if kept.due_at <= now():
        return parts("callback_again" if kept.again else "callback_kept")
    began = journey.local(kept.due_at)
    return parts(
        "callback_again_from" if kept.again else "callback_kept_from",
        day=say.day(began.date(), journey.talk.language, today=journey.today()),
        time=say.clock(began.time(), journey.talk.language),
    )


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
