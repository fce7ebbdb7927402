"""What callers and robots say: words in the voice that speaks the prompts, made once and kept."""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from ivr.say import Language
from ivr.speech.voice import WavVoice
from mainline.sip.g711 import Sound
from mainline.sip.sound import read_wav, silence, tone
from mainline.text import LocalizedText

BREATH_S: Final = 1.0
LISTENS_S: Final = 3.0
TONE_S: Final = 2.0


class Voices:
    """Turns sentences into sound; whoever has nothing to say, or no engine to say it, is a tone."""

    def __init__(self, sounds: Path, command: str, language: Language) -> None:
        self._voice = WavVoice(sounds, command=command)
        self._language = language

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._voice.close()

    async def of(self, words: LocalizedText | None, otherwise_hz: float) -> Sound:
        """A sentence with the pauses around it, to be said again and again."""
        paths = await self._spoken(words) if words else []
        if not paths:
            return tone(otherwise_hz, TONE_S)
        spoken = [read_wav(path) for path in paths]
        whole: Sound = np.concatenate((silence(BREATH_S), *spoken, silence(LISTENS_S)))
        return whole

    async def _spoken(self, words: LocalizedText) -> list[Path]:
        return await self._voice.make(words.to(self._language), self._language)
