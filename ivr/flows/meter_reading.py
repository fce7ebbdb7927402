"""What does your meter show? Keyed in, read back, held against what it showed before."""

from __future__ import annotations

from typing import Final

from ivr import say
from ivr.flows.books import Meter, Reading, Taken, Verdict
from ivr.flows.identify import account_needed
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.talk import WantsPerson

ROUNDS: Final = 3
KEYS_MAX: Final = 12
METERS_MAX: Final = 8
TAIL_DIGITS: Final = 4


async def meter_reading(journey: Journey) -> Outcome:
    """Take the reading of one meter; a doubtful one is asked for again, then is to be checked."""
    account = await account_needed(journey)
    meters = await journey.books.meters(account.account_id)
    if not meters:
        await journey.talk.tell("meter_none")
        return NOTHING
    meter = await _which(journey, meters[:METERS_MAX])
    doubted = False
    for _ in range(ROUNDS):
        value = await _keyed(journey, meter)
        if value is None:
            continue
        verdict = await journey.books.judge_reading(meter.meter_id, value)
        if verdict == "fine" or (doubted and verdict != "impossible"):
            taken = await journey.books.take_reading(
                Reading(journey.call_id, meter, value, account, journey.ani)
            )
            await _tell_taken(journey, meter, taken)
            return DONE
        doubted = await _tell_doubt(journey, verdict)
    await journey.talk.tell("meter_refused")
    raise WantsPerson


async def _which(journey: Journey, meters: list[Meter]) -> Meter:
    talk = journey.talk
    if len(meters) == 1:
        return meters[0]
    texts = talk.parts("meter_which", count=say.count(len(meters), talk.language))
    keys = {str(key): meter for key, meter in enumerate(meters, start=1)}
    for key, meter in keys.items():
        tail = say.digits(meter.number[-TAIL_DIGITS:], talk.language)
        texts += talk.parts("meter_choice", tail=tail, key=say.number(int(key), talk.language))
    return keys[await talk.choose(texts, tuple(keys))]


async def _keyed(journey: Journey, meter: Meter) -> int | None:
    """A reading that the caller has heard again and confirmed; None: to be keyed once more."""
    talk = journey.talk
    keys = await talk.ask(talk.parts("meter_ask"), digits_max=KEYS_MAX, private=False)
    if not keys.isdecimal():
        await talk.tell("wrong_key")
        return None
    shown = keys.lstrip("0").rjust(1, "0")
    if len(shown) > meter.digits:
        return int(shown)  # nothing to confirm: the dial has not so many figures
    texts = talk.parts("meter_read_back", digits=say.digits(shown, talk.language))
    return int(shown) if await talk.choose(texts, ("1", "2")) == "1" else None


async def _tell_doubt(journey: Journey, verdict: Verdict) -> bool:
    """Say why it cannot be; whether it may be true all the same."""
    await journey.talk.tell(f"meter_{verdict}")
    return verdict != "impossible"


async def _tell_taken(journey: Journey, meter: Meter, taken: Taken) -> None:
    talk = journey.talk
    shown = say.digits(str(taken.value), talk.language)
    phrase = "meter_to_check" if taken.to_check else "meter_taken"
    texts = talk.parts(phrase, digits=shown)
    if taken.used is not None and journey.may_hear_private:
        amount = say.quantity(taken.used, meter.unit, talk.language)
        texts += talk.parts("meter_used", amount=amount)
    await talk.say(*texts)
