"""Speaking with a caller: fragments become sounds, keys become answers. Knows no business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from ivr.menu import PERSON_KEY
from ivr.phrases import Phrases
from ivr.say import Language
from mainline.asterisk.call import Call

SPARE_S: Final = 6.0
"""What a step may take beyond its sounds and waiting before the dialplan goes on without us: two
answers of the books and a sound that has to be made."""
ATTEMPTS: Final = 2
TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A file for Asterisk (no extension) and how long it lasts."""

    path: str
    seconds: float


class Voice(Protocol):
    """Turns texts into sounds. Never raises: what cannot be spoken is left out."""

    async def sounds(self, texts: Sequence[str], language: Language) -> list[Sound]:
        """The sounds of these texts, in their order.

        ``language`` is the caller's; a text in another script is spoken in its own language.
        """
        ...


class WantsPerson(Exception):
    """The caller pressed 0, or did not get along by keypad."""


class Talk:
    """One caller's conversation with the machine, in the language last set."""

    def __init__(self, call: Call, voice: Voice, phrases: Phrases, language: Language) -> None:
        self.call = call
        self.voice = voice
        self.phrases = phrases
        self.language: Language = language
        self.heard: Callable[[str], None] = lambda _keys: None
        """Told what was keyed, private digits as asterisks."""
        self.ahead = ""
        """A key that was pressed too early: the answer to the next question."""

    async def switch(self, language: Language) -> None:
        """Go on in another language."""
        self.language = language
        await self.call.set_language(language)

    async def say(self, *texts: str) -> None:
        """Play these texts, or nothing when none of them can be spoken."""
        sounds = await self.voice.sounds(texts, self.language)
        if sounds:
            await self.call.hold_deadline(_seconds(sounds) + SPARE_S)
            await self.call.play([sound.path for sound in sounds])

    async def tell(self, phrase: str, **values: list[str]) -> None:
        """Say a house phrase."""
        await self.say(*self.parts(phrase, **values))

    def parts(self, phrase: str, **values: list[str]) -> list[str]:
        """A house phrase in the caller's language, as texts to be spoken."""
        return self.phrases.parts(phrase, self.language, values)

    async def listen(
        self,
        texts: Sequence[str],
        *,
        digits_max: int = 1,
        timeout_s: float = TIMEOUT_S,
        private: bool = False,
    ) -> str:
        """Play and take keys, whatever they are; private ones are not recorded either."""
        if self.ahead and digits_max == 1:
            early, self.ahead = self.ahead, ""
            self.heard(early)
            return early
        sounds = await self.voice.sounds(texts, self.language)
        waiting = timeout_s if digits_max == 1 else timeout_s * (digits_max + 1)
        await self.call.hold_deadline(_seconds(sounds) + waiting + SPARE_S)
        async with self.call.unrecorded() if private else nullcontext():
            keys = await self.call.collect(
                [sound.path for sound in sounds], digits_max=digits_max, timeout_s=timeout_s
            )
        if keys:
            self.heard("*" * len(keys) if private and keys != PERSON_KEY else keys)
        return keys

    async def ask(
        self,
        texts: Sequence[str],
        *,
        digits_max: int,
        attempts: int = ATTEMPTS,
        private: bool = True,
    ) -> str:
        """Ask for digits until some come; neither journal nor recording keep private ones."""
        for _ in range(attempts):
            keyed = await self.listen(texts, digits_max=digits_max, private=private)
            if keyed == PERSON_KEY:
                break
            if keyed:
                return keyed
        raise WantsPerson

    async def choose(
        self, texts: Sequence[str], keys: Sequence[str], *, attempts: int = ATTEMPTS
    ) -> str:
        """Ask for one of these keys."""
        for _ in range(attempts):
            keyed = await self.listen(texts)
            if keyed in keys:
                return keyed
            if keyed == PERSON_KEY:
                break
            await self.tell("wrong_key" if keyed else "no_key")
        raise WantsPerson


def _seconds(sounds: Sequence[Sound]) -> float:
    return sum(sound.seconds for sound in sounds)
