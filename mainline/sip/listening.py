"""Waiting for what the other side says: the end of a prompt, a tone, an end of the call."""

import asyncio
from collections.abc import Callable

from mainline.sip.call import Call
from mainline.sip.tones import seconds_of_tone, silent_for, sounding_s

_LOOK_EVERY_S = 0.05
_LONGEST_PAUSE_S = 4.0
_A_WORD_S = 0.2
_SURE_S = 0.5


class NotHeardError(AssertionError):
    """What was waited for did not come in time."""


async def until(holds: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Look again and again until it holds."""
    try:
        async with asyncio.timeout(timeout_s):
            while not holds():  # noqa: ASYNC110 - sound arrives by packets, there is no event for it
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        raise NotHeardError(f"{what}: not within {timeout_s:g} s") from None


async def until_sound(call: Call, timeout_s: float = 10.0, *, least_s: float = 0.3) -> None:
    """Something is to hear from now on: a prompt, music, a person."""
    mark = call.media.moment
    await until(
        lambda: call.ended.is_set() or sounding_s(call.media.heard_since(mark)) >= least_s,
        timeout_s,
        "a sound",
    )
    _still_there(call, "a sound")


async def until_prompt_is_over(
    call: Call, timeout_s: float = 40.0, *, quiet_s: float = 0.9
) -> None:
    """A prompt has been heard and now there is silence: time to press a key."""
    await until(
        lambda: call.ended.is_set() or sounding_s(call.media.heard(_LONGEST_PAUSE_S)) > _A_WORD_S,
        timeout_s,
        "a prompt",
    )
    await until_silence(call, timeout_s, quiet_s=quiet_s)


async def until_silence(call: Call, timeout_s: float = 40.0, *, quiet_s: float = 0.9) -> None:
    """Nobody says anything for so long: a prompt that was heard is over."""
    await until(
        lambda: call.ended.is_set() or silent_for(call.media.heard(_LONGEST_PAUSE_S)) >= quiet_s,
        timeout_s,
        "the end of a prompt",
    )
    _still_there(call, "the end of a prompt")


async def until_tone(call: Call, hertz: float, timeout_s: float = 10.0) -> None:
    """The tone of the other side is heard for half a second."""
    await until(
        lambda: call.ended.is_set() or seconds_of_tone(call.media.heard(3.0), hertz) >= _SURE_S,
        timeout_s,
        f"a tone of {hertz:g} Hz",
    )
    _still_there(call, f"a tone of {hertz:g} Hz")


async def until_ended(call: Call, timeout_s: float = 30.0) -> None:
    """The call is over, whoever ended it."""
    await until(call.ended.is_set, timeout_s, "the end of the call")


def _still_there(call: Call, what: str) -> None:
    if call.ended.is_set():
        raise NotHeardError(f"{what}: the call ended before")
