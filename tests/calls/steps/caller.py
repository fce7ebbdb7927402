"""What callers do and hear."""

import asyncio

import numpy as np
import pytest

from mainline.sip.g711 import RATE, Sound
from mainline.sip.listening import (
    until,
    until_ended,
    until_prompt_is_over,
    until_silence,
    until_sound,
    until_tone,
)
from mainline.sip.tones import end_of, likeness, stretches
from mainline.sip.transactions import RefusedError
from tests.calls.scenario import PATIENCE_S
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence

_BEFORE = 4 * RATE
"""Two seconds of a sample, and what a busy machine may tear them by."""


@sentence(r"(\w+) calls")
async def calls(stage: Stage, who: str) -> None:
    await stage.dial(who)


@sentence(r"(\w+) and (\w+) call at once")
async def call_at_once(stage: Stage, one: str, other: str) -> None:
    await asyncio.gather(stage.dial(one), stage.dial(other))


@sentence(r"(\w+) is refused with (\d+)")
async def is_refused(stage: Stage, who: str, status: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        await stage.dial(who)
    assert refusal.value.status == int(status)


@sentence(r"(\w+) hears a prompt")
async def hears_a_prompt(stage: Stage, who: str) -> None:
    await until_sound(stage.call(who), PATIENCE_S)


@sentence(r"(\w+) hears the prompt out")
async def hears_out(stage: Stage, who: str) -> None:
    """Whoever took long to recognise its words does not wait for more of them."""
    if who in stage.understood:
        await until_silence(stage.call(who), PATIENCE_S)
    else:
        await until_prompt_is_over(stage.call(who), PATIENCE_S)


@sentence(r"(\w+) hears the (\d+) Hz of the agent")
async def hears_agent(stage: Stage, who: str, hertz: str) -> None:
    await until_tone(stage.call(who), float(hertz), PATIENCE_S)


@sentence(r"(\w+) hears the prompt “(\w+)”(?: in (zh|en))?")
async def hears_the_prompt(stage: Stage, who: str, name: str, language: str | None) -> None:
    """The words of a menu's node or a house phrase, recognised by their sound."""
    sample = await stage.instance.prompt(name, language or "zh")
    await _recognised(stage, who, sample, name)


@sentence(r"(\w+) hears the sound “([\w-]+)”")
async def hears_the_sound(stage: Stage, who: str, name: str) -> None:
    """What plain dialplan says."""
    await _recognised(stage, who, stage.instance.static_sound(name), name)


async def _recognised(stage: Stage, who: str, sample: Sound, name: str) -> None:
    """Listen piece by piece: only what is new since the last look, and four seconds before it.

    What comes next is listened for from where this was said, not from when it was understood.
    """
    call = stage.call(who)
    seen = stage.mark(who)
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        now, start = call.media.moment, max(stage.mark(who), seen - _BEFORE)
        # in a thread: a look takes a while, and meanwhile nobody could speak
        end = await asyncio.to_thread(end_of, call.media.heard_since(start), sample)
        if end is not None:
            break
        seen = now
        assert not call.ended.is_set(), f"the call ended before {_missed(stage, who, sample, name)}"
        assert asyncio.get_running_loop().time() < deadline, (
            f"not within {PATIENCE_S:g} s: {_missed(stage, who, sample, name)}"
        )
        await asyncio.sleep(0.2)
    stage.mark_at(who, start + end)
    stage.understood.add(who)


def _missed(stage: Stage, who: str, sample: Sound, name: str) -> str:
    """What was heard instead, and how near to the prompt anything came, in the whole call."""
    mark = stage.mark(who)
    whole = stage.call(who).media.heard_since(0)
    told = ", ".join(
        f"{part.kind} {part.start_s:.1f}–{part.end_s:.1f} s" for part in stretches(whole)
    )
    since, ever = likeness(whole[mark:], sample), likeness(whole, sample)
    return (
        f"the prompt {name!r} was recognised: {since:.2f} of it heard since {mark / RATE:.1f} s, "
        f"{ever:.2f} in the whole call, which was {told}"
    )


@sentence(r"(\w+) presses ([\d*#]+)")
async def presses(stage: Stage, who: str, keys: str) -> None:
    call = stage.call(who)
    stage.understood.discard(who)
    call.media.press(keys)
    await until(lambda: not call.media.pressing or call.ended.is_set(), PATIENCE_S, "the keys")


@sentence(r"(\w+) waits ([\d.]+) s")
async def waits(stage: Stage, who: str, seconds: str) -> None:
    await asyncio.sleep(float(seconds))


@sentence(r"(\w+) speaks ([\d.]+) s")
async def speaks(stage: Stage, who: str, seconds: str) -> None:
    stage.speak(who)
    media, enough = stage.call(who).media, stage.call(who).media.spoken_s + float(seconds)
    await until(
        lambda: media.spoken_s >= enough or stage.call(who).ended.is_set(), PATIENCE_S, "it"
    )


@sentence(r"(\w+) falls silent")
async def falls_silent(stage: Stage, who: str) -> None:
    stage.call(who).media.play(np.zeros(1, np.int16))


@sentence(r"(\w+) hangs up")
async def hangs_up(stage: Stage, who: str) -> None:
    await stage.hang_up(who)


@sentence(r"the call of (\w+) ends")
async def call_ends(stage: Stage, who: str) -> None:
    await until_ended(stage.call(who), PATIENCE_S)


@sentence(r"the hotline hangs up on (\w+)")
async def hotline_hangs_up(stage: Stage, who: str) -> None:
    await until_ended(stage.call(who), PATIENCE_S)
    assert stage.call(who).ended_by == "them"
