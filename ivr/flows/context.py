"""What the caller most likely calls about, said first in one sentence; at most one thing.

A key hears more of it, is called when an outage is over, or goes to a person if it is one more call
about the same matter; everybody else goes straight on to the menu, and a key of the menu pressed
meanwhile counts there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ivr import say
from ivr.flows.arrears import arrears
from ivr.flows.books import Account, Context, OrderState
from ivr.flows.journey import PASSED, Flow, Journey, Outcome
from ivr.flows.order_status import order_status
from ivr.flows.outage_news import may_wait_for_end, outage_news, promise_call, told
from ivr.menu import PERSON_KEY
from mainline.asterisk.call import CallerGone
from mainline.journal.call_events import CallContextTold, CallRepeated
from mainline.log import get_logger

BREATH_S: Final = 0.5
"""Between what is said and what is offered; a key in between counts already."""
CHOICE_S: Final = 2.0
TAIL_DIGITS: Final = 4

log = get_logger("ivr")


async def context(journey: Journey) -> Outcome:
    """Say the one thing, offer more of it."""
    found = await _found(journey)
    if found is None:
        return PASSED
    key = await journey.talk.listen(_SENTENCES[found.reason](journey, found), timeout_s=BREATH_S)
    _note_told(journey, found)
    if not key:
        key = await journey.talk.listen(_offer(journey, found), timeout_s=CHOICE_S)
    if key not in {found.key, PERSON_KEY}:
        journey.talk.ahead = key  # whoever knows the menu need not wait for it
        return Outcome("nothing", found.reason)
    if found.reason == "repeat":
        return _again(journey, found)
    return Outcome("person", found.reason) if key == PERSON_KEY else await _more(journey, found)


async def _found(journey: Journey) -> Context | None:
    """Nothing, when the books do not answer: nobody waits for this."""
    nobody = journey.caller is None and not journey.callers  # hears what this number reported
    private = journey.may_hear_private or nobody
    try:
        return await journey.books.context(
            journey.call_id, journey.ani, journey.caller, _accounts(journey), private=private
        )
    except CallerGone:
        raise
    except Exception as error:
        log.warning("context.not_found", call=journey.call_id, error=type(error).__name__)
        return None


def _accounts(journey: Journey) -> list[Account]:
    """The one that was chosen, else all of the customer."""
    if journey.account is not None:
        return [journey.account]
    return list(journey.caller.accounts) if journey.caller else []


def _note_told(journey: Journey, found: Context) -> None:
    number = found.order.number if found.order else ""
    fact = CallContextTold(
        subject=journey.subject, reason=found.reason, order=number, calls=found.calls
    )
    journey.note(fact)


def _again(journey: Journey, found: Context) -> Outcome:
    """To the agent of before, if there in a moment, else ahead of those who call once."""
    number = found.order.number if found.order else ""
    journey.agent, journey.agent_wait_s = found.agent, found.wait_s
    journey.priority = max(journey.priority, found.priority)
    journey.note(
        CallRepeated(
            subject=journey.subject,
            count=found.calls + 1,
            order=number,
            reason=found.matter,
            agent=found.agent,
            escalated=found.escalated,
        )
    )
    return Outcome("person", number or found.reason)


async def _more(journey: Journey, found: Context) -> Outcome:
    if found.news is not None and may_wait_for_end(found.news):
        await promise_call(journey, found.news)
        return Outcome("done", found.reason)
    flows: Mapping[str, Flow] = {
        "outage": outage_news,
        "visit": order_status,
        "order": order_status,
        "overdue": arrears,
    }
    outcome = await flows[found.reason](journey)
    return Outcome(outcome.result, found.reason)


def _offer(journey: Journey, found: Context) -> list[str]:
    phrase = "context_more"
    if found.reason == "repeat":
        phrase = "context_same_agent" if found.agent else "context_again"
    elif found.news is not None and may_wait_for_end(found.news):
        phrase = "outage_call_offer"
    return journey.talk.parts(phrase, key=say.number(int(found.key), journey.talk.language))


# --- the sentences ---------------------------------------------------------------------------


def _outage(journey: Journey, found: Context) -> list[str]:
    return told(journey, found.news) if found.news else []


def _order(journey: Journey, found: Context) -> list[str]:
    return _of_order(journey, found, "context_order")


def _visit(journey: Journey, found: Context) -> list[str]:
    if found.visit is None:
        return _order(journey, found)
    begins, ends = (say.clock(one.time(), journey.talk.language) for one in found.visit)
    return _of_order(journey, found, "context_visit", begins=begins, ends=ends)


def _overdue(journey: Journey, found: Context) -> list[str]:
    talk = journey.talk
    return talk.parts("context_overdue", amount=say.money(found.overdue_fen, talk.language))


def _repeat(journey: Journey, found: Context) -> list[str]:
    talk = journey.talk
    if found.order is None:
        return talk.parts("context_spoke")
    if found.calls == 1:
        return _of_order(journey, found, "context_called_once")
    times = say.count(found.calls, talk.language)
    return _of_order(journey, found, "context_called", count=times)


def _of_order(journey: Journey, found: Context, phrase: str, **values: list[str]) -> list[str]:
    """A phrase about the order, and how far it is."""
    order, talk = found.order, journey.talk
    if order is None:
        return []
    texts = talk.parts(phrase, type=[order.type_name.to(talk.language)], tail=_tail(journey, order),
                       **values)  # fmt: skip
    return texts + talk.parts(f"order_state_{order.state}")


def _tail(journey: Journey, order: OrderState) -> list[str]:
    digits = "".join(character for character in order.number if character.isdecimal())
    return say.digits(digits[-TAIL_DIGITS:], journey.talk.language)


_Sentence = Callable[[Journey, Context], list[str]]
_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "outage": _outage,
    "visit": _visit,
    "repeat": _repeat,
    "order": _order,
    "overdue": _overdue,
}
