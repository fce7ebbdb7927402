"""What has to be spoken, and making it: menus, phrases, live words, the dialplan's own prompts."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from ivr.menu import texts
from ivr.phrases import Phrases
from ivr.plan import Plan
from ivr.say import LANGUAGES, VOCABULARY, Language, digits
from mainline.datafile import content
from mainline.text import LocalizedText

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*){0,3}")
TOGETHER: Final = 2
"""Prompts made at the same time."""


class Maker(Protocol):
    """Makes the files of a text; :class:`ivr.speech.voice.WavVoice` does."""

    async def make(self, text: str, language: Language) -> list[Path]:
        """The files, empty when the text cannot be spoken."""
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text to be made. ``id`` names the dialplan's prompts, which it plays by name."""

    text: str
    language: Language
    id: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the making is."""

    done: int
    total: int
    prompt: Prompt
    spoken: bool


def wanted(plan: Plan, phrases: Phrases, static: Iterable[Prompt] = ()) -> list[Prompt]:
    """Every prompt that can be known before a call, each once, the dialplan's first."""
    return list(dict.fromkeys([*static, *_heard(plan, phrases)]))


def _heard(plan: Plan, phrases: Phrases) -> Iterator[Prompt]:
    for language in LANGUAGES:
        yield from (Prompt(text, language) for text in phrases.fixed(language))
        for running in plan.menus.values():
            spoken = (text.to(language) for _, text in texts(running.tree))
            yield from (Prompt(text, language) for text in spoken if text)
        yield from (Prompt(text.to(language), language) for text in _policies(plan))
        yield from (Prompt(word, language) for word in sorted(VOCABULARY[language]))
        yield from (Prompt(word, language) for word in digits("0123456789", language))


def _policies(plan: Plan) -> Iterator[LocalizedText]:
    for topic in plan.policies.topics:
        yield topic.title
        yield from (one.text for one in topic.wordings)


def static_prompts(path: Path) -> list[Prompt]:
    """The dialplan's prompts, from its ``prompts.yaml``: id → language → text."""
    if not path.exists():
        return []
    loaded: dict[str, dict[str, str]] = content(path) or {}
    return [
        Prompt(spoken[language], language, _checked(name))
        for name, spoken in loaded.items()
        for language in LANGUAGES
        if spoken.get(language)
    ]


def safety_prompts(phrases: Phrases) -> list[Prompt]:
    """What callers with an emergency hear while it rings; Asterisk plays them by name."""
    return [
        Prompt(fault.safety.to(language), language, _checked(f"ml/safety-{fault.id}"))
        for fault in phrases.faults
        if fault.safety is not None
        for language in LANGUAGES
    ]


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError(f"not a prompt's name: {name!r}")
    return name


async def warm(prompts: list[Prompt], maker: Maker, sounds_dir: Path) -> AsyncIterator[Progress]:
    """Make what is missing; quick when nothing is."""
    todo = iter(prompts)
    done = 0
    while batch := list(islice(todo, TOGETHER)):
        made = await asyncio.gather(*(_make(prompt, maker, sounds_dir) for prompt in batch))
        for prompt, spoken in zip(batch, made, strict=True):
            done += 1
            yield Progress(done, len(prompts), prompt, spoken)


async def _make(prompt: Prompt, maker: Maker, sounds_dir: Path) -> bool:
    files = await maker.make(prompt.text, prompt.language)
    if files and prompt.id:
        _place(files[0], sounds_dir / "static" / prompt.language / f"{prompt.id}.wav")
    return bool(files)


def _place(source: Path, target: Path) -> None:
    """Give a cached sound the name the dialplan knows it by, without a moment of absence."""
    if target.exists() and target.samefile(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    linking = target.with_suffix(".part")
    linking.unlink(missing_ok=True)
    os.link(source, linking)
    linking.replace(target)
