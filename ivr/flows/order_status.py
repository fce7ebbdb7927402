"""How far is my work order?"""

from __future__ import annotations

from ivr import say
from ivr.flows.books import OrderState
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.flows.verify import caller_proven

ORDERS_MAX = 3
TAIL_DIGITS = 4


async def order_status(journey: Journey) -> Outcome:
    """Tell the state of the customer's newest unfinished orders."""
    caller = await caller_proven(journey)
    orders = await journey.books.open_orders(caller.customer_id)
    if not orders:
        await journey.talk.tell("orders_none")
        return NOTHING
    count = say.count(len(orders), journey.talk.language)
    texts = journey.talk.parts("orders_count", count=count) if len(orders) > 1 else []
    for order in orders[:ORDERS_MAX]:
        texts += _told(journey, order)
    await journey.talk.say(*texts)
    return DONE


def _told(journey: Journey, order: OrderState) -> list[str]:
    talk, today = journey.talk, journey.today()
    tail = "".join(character for character in order.number if character.isdecimal())
    texts = talk.parts(
        "order_one",
        type=[order.type_name.to(talk.language)],
        tail=say.digits(tail[-TAIL_DIGITS:], talk.language),
        day=say.day(journey.local(order.opened_at).date(), talk.language, today=today),
    )
    texts += talk.parts(f"order_state_{order.state}")
    if order.due_at is None or order.state not in {"new", "assigned"}:
        return texts
    due = journey.local(order.due_at)
    return texts + talk.parts(
        "order_due",
        day=say.day(due.date(), talk.language, today=today),
        time=say.clock(due.time(), talk.language),
    )
