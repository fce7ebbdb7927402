"""A synthetic caller: calls the hotline, presses keys after the prompts, speaks, reports."""

import asyncio
from dataclasses import dataclass, field

from mainline.sip.call import Call
from mainline.sip.g711 import Sound
from mainline.sip.listening import NotHeardError, until_ended, until_prompt_is_over
from mainline.sip.phone import Phone
from mainline.sip.tones import Stretch, stretches
from mainline.sip.transactions import RefusedError

_ANSWER_S = 15.0


@dataclass(frozen=True)
class Plan:
    """What the caller is going to do. ``caller`` empty: the number is withheld."""

    caller: str
    number: str
    keys: tuple[str, ...] = ()
    speech: Sound | None = None
    seconds: float = 60.0
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Report:
    """What the caller met with."""

    status: int
    ended_by: str = ""
    seconds: float = 0.0
    keys_pressed: list[str] = field(default_factory=list)
    heard: list[Stretch] = field(default_factory=list)
    sound: Sound | None = None


async def place(plan: Plan, server: tuple[str, int]) -> Report:
    """Place the call and live through it."""
    phone = await Phone.open(server)
    try:
        call = await phone.call(
            plan.number, caller=plan.caller, headers=list(plan.headers), timeout_s=_ANSWER_S
        )
    except RefusedError as refusal:
        return Report(refusal.status)
    except TimeoutError:
        return Report(408)
    else:
        return await _live_through(call, plan)
    finally:
        await phone.close()


async def _live_through(call: Call, plan: Plan) -> Report:
    report = Report(call.status)
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(plan.seconds):
            await _act(call, plan, report)
            await until_ended(call, plan.seconds)
    except (TimeoutError, NotHeardError):
        pass
    report.sound = call.media.heard()
    await call.hang_up()
    report.seconds = asyncio.get_running_loop().time() - begun
    report.ended_by = call.ended_by or ""
    report.heard = stretches(report.sound)
    return report


async def _act(call: Call, plan: Plan, report: Report) -> None:
    for keys in plan.keys:
        await until_prompt_is_over(call, plan.seconds)
        call.media.press(keys)
        report.keys_pressed.append(keys)
    if plan.speech is not None:
        await until_prompt_is_over(call, plan.seconds)
        call.media.play(plan.speech)
