"""Stop the heating for a season, or have it again: the rule, the fee, a yes, one request."""

from __future__ import annotations

from ivr import say
from ivr.flows.books import Account, Suspension, SuspensionRequest
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.flows.verify import account_proven


async def suspension(journey: Journey) -> Outcome:
    """What may be requested depends on the account and on the day."""
    account = await account_proven(journey)
    state = await journey.books.suspension(account.account_id)
    if state is None:
        await journey.talk.tell("suspension_none")
        return NOTHING
    if state.pending:
        number = say.digits(state.pending, journey.talk.language)
        await journey.talk.tell("suspension_pending", number=number)
        return NOTHING
    if not state.suspended and not state.may_begin:
        await journey.talk.say(*_too_late(journey, state))
        return NOTHING
    if state.refused:
        owes = state.refused == "arrears"
        await journey.talk.tell("suspension_arrears" if owes else "suspension_none")
        return NOTHING
    texts = _resume(journey, state) if state.suspended else _suspend(journey, state)
    if await journey.talk.choose(texts, ("1", "2")) != "1":
        await journey.talk.tell("suspension_kept")
        return NOTHING
    return await _request(journey, account, resume=state.suspended)


def _too_late(journey: Journey, state: Suspension) -> list[str]:
    """Until when it could be requested, and from when on it can again."""
    language, today = journey.talk.language, journey.today()
    return journey.talk.parts(
        "suspension_closed",
        season=say.days(state.begins, state.ends, language, today=today),
        last=say.day(state.last_day, language, today=today),
        opens=say.day(state.opens_on, language, today=today),
    )


def _suspend(journey: Journey, state: Suspension) -> list[str]:
    language, today = journey.talk.language, journey.today()
    return journey.talk.parts(
        "suspension_rule",
        season=say.days(state.begins, state.ends, language, today=today),
        percent=say.percent(state.percent, language),
        fee=say.money(state.fee_fen, language, exact=True),
    )


def _resume(journey: Journey, state: Suspension) -> list[str]:
    if not state.fee_fen:
        return journey.talk.parts("resume_rule_free")
    fee = say.money(state.fee_fen, journey.talk.language, exact=True)
    return journey.talk.parts("resume_rule", fee=fee)


async def _request(journey: Journey, account: Account, *, resume: bool) -> Outcome:
    number = await journey.books.request_suspension(
        SuspensionRequest(journey.call_id, account, resume=resume)
    )
    spoken = say.digits(number, journey.talk.language)
    await journey.talk.tell("resume_taken" if resume else "suspension_taken", number=spoken)
    return Outcome(DONE.result, number)
