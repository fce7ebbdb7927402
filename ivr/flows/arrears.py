"""What do I owe, and what was my last bill?"""

from __future__ import annotations

from ivr import say
from ivr.flows.books import Arrears, Bill
from ivr.flows.journey import DONE, Journey, Outcome
from ivr.flows.verify import account_proven

TAIL_DIGITS = 4
"""What is read of an account number: enough to tell one's own accounts apart."""


async def arrears(journey: Journey) -> Outcome:
    """Tell the arrears of the account, then its last bill."""
    account = await account_proven(journey)
    owed = await journey.books.arrears(account.account_id)
    bill = await journey.books.last_bill(account.account_id)
    texts = _owed(journey, account.number, owed) + _bill(journey, bill)
    await journey.talk.say(*texts)
    return DONE


def _owed(journey: Journey, number: str, owed: Arrears) -> list[str]:
    talk = journey.talk
    tail = say.digits(number[-TAIL_DIGITS:], talk.language)
    if owed.total_fen <= 0:
        return talk.parts("arrears_none", tail=tail)
    amount = say.money(owed.total_fen, talk.language)
    if owed.bills == 1:
        return talk.parts("arrears_owed_one", tail=tail, amount=amount)
    count = say.count(owed.bills, talk.language)
    return talk.parts("arrears_owed", tail=tail, amount=amount, count=count)


def _bill(journey: Journey, bill: Bill | None) -> list[str]:
    talk, today = journey.talk, journey.today()
    if bill is None:
        return talk.parts("bill_none")
    values = {
        "day": say.day(bill.issued_on, talk.language, today=today),
        "amount": say.money(bill.amount_fen, talk.language),
    }
    if bill.open_fen <= 0:
        return talk.parts("bill_paid", **values)
    if bill.open_fen == bill.amount_fen:
        texts = talk.parts("bill_unpaid", **values)
    else:
        still_open = say.money(bill.open_fen, talk.language)
        texts = talk.parts("bill_part_paid", **values, open=still_open)
    return texts + _due(journey, bill)


def _due(journey: Journey, bill: Bill) -> list[str]:
    talk, today = journey.talk, journey.today()
    if bill.due_on is None or bill.due_on < today:
        return []
    return talk.parts("bill_due", due=say.day(bill.due_on, talk.language, today=today))
