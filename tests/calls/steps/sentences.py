"""Sentences: what a scenario may say, and who knows what each of them does."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.calls.stage import Stage

Step = Callable[..., Awaitable[None]]
_SENTENCES: list[tuple[re.Pattern[str], Step]] = []


def sentence(pattern: str) -> Callable[[Step], Step]:
    """Register what a sentence does; groups of the pattern become arguments."""

    def register(step: Step) -> Step:
        _SENTENCES.append((re.compile(pattern), step))
        return step

    return register


def find(text: str) -> tuple[Step, tuple[Any, ...]]:
    """The step for a sentence; a scenario with an unknown sentence is wrong, not skipped."""
    for pattern, step in _SENTENCES:
        match = pattern.fullmatch(text)
        if match:
            return step, match.groups()
    raise LookupError(f"no such sentence: {text!r}")


async def play(stage: Stage, text: str) -> None:
    """Do what the sentence says."""
    step, words = find(text)
    try:
        await step(stage, *words)
    except Exception as error:
        error.add_note(f"at the step: {text}")
        error.add_note(stage.account())
        raise
