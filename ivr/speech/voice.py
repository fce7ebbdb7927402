"""Texts to sound files that Asterisk plays: looked up, made once, kept for ever."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import wave
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from ivr.say import LANGUAGES, Language
from ivr.say.spell import spell
from ivr.speech import samples as sound
from ivr.speech.engines import CannotSpeak, Engine, engines, read_sound
from ivr.talk import Sound
from mainline.log import get_logger

FORM: Final = "1"
"""Counted up when the processing changes: all sounds are made anew."""
WORKERS: Final = 2
CALLER_WAITS_S: Final = 2.0
TEXT_MAX: Final = 1000
_HEADER_BYTES: Final = 44
_BYTES_A_SECOND: Final = 2 * sound.TELEPHONE_RATE
_PAUSE_S: Final = {"。": 0.3, "！": 0.3, "？": 0.3, ".": 0.3, "，": 0.12, "、": 0.08, ",": 0.12}
_WORD_GAP_S: Final = 0.03
_RUNS: Final = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\s]+|[^\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+"
)
_HAN: Final = re.compile(r"[\u2e80-\u2fff\u3400-\u9fff\uf900-\ufaff]")
_LATIN: Final = re.compile(r"[A-Za-z]")

log = get_logger("speech")


class WavVoice:
    """The telephone's voice. Finds cached sounds without a thread; makes missing ones in one."""

    def __init__(
        self,
        folder: Path,
        *,
        command: str = "",
        find: Callable[[Language, str], list[Engine]] = engines,
        wait_s: float = CALLER_WAITS_S,
    ) -> None:
        self._cache = folder / "cache"
        self._studio = folder / "studio"
        self._engines = {language: find(language, command) for language in LANGUAGES}
        self._wait_s = wait_s
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="speech")
        self._making: dict[Path, asyncio.Task[Path | None]] = {}

    async def sounds(self, texts: Sequence[str], language: Language) -> list[Sound]:
        """The sounds of these texts; one that cannot be made in time is left out and logged."""
        wanted = [run for text in texts for run in self._runs(text, language)]
        ready = [self._ready(*run) for run in wanted]
        if None in ready:
            ready = await asyncio.gather(*(self._sound(*run) for run in wanted))
        return [one for one in ready if one is not None]

    async def make(self, text: str, language: Language) -> list[Path]:
        """The files of a text, however long it takes: for making prompts before calls."""
        paths = [await self._made(*run) for run in self._runs(text, language)]
        return [path for path in paths if path is not None]

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def studio_file(self, text: str, language: Language) -> Path:
        """Where a studio recording of this text is looked for."""
        return self._studio / language / f"{_digest(language, text.strip())[:16]}.wav"

    def recording(self, text: str, language: Language) -> Path:
        """Where a recording of these words is looked for, whatever script they are in."""
        pieces = list(runs(text, language))
        return self.studio_file(text, pieces[0][1] if len(pieces) == 1 else language)

    def _runs(self, text: str, language: Language) -> list[tuple[str, Language]]:
        """The text as one piece where it was recorded, else cut where its script changes."""
        pieces = list(runs(text, language))
        whole = len(pieces) > 1 and self.studio_file(text, language).is_file()
        return [(text.strip(), language)] if whole else pieces

    def _ready(self, text: str, language: Language) -> Sound | None:
        path = self._file(text, language)
        seconds = _seconds(path)
        return None if seconds is None else Sound(str(path.with_suffix("")), seconds)

    async def _sound(self, text: str, language: Language) -> Sound | None:
        path = self._file(text, language)
        if _seconds(path) is None:
            try:
                async with asyncio.timeout(self._wait_s):
                    await asyncio.shield(self._task(path, text, language))
            except TimeoutError:
                log.warning("speech.too_slow", sound=path.stem)
        return self._ready(text, language)

    async def _made(self, text: str, language: Language) -> Path | None:
        path = self._file(text, language)
        if _seconds(path) is not None:
            return path
        return await self._task(path, text, language)

    def _task(self, path: Path, text: str, language: Language) -> asyncio.Task[Path | None]:
        """The one task that makes this file, however many callers wait for it."""
        if path not in self._making:
            task = asyncio.create_task(self._make(path, text, language))
            self._making[path] = task
            task.add_done_callback(lambda _task: self._making.pop(path, None))
        return self._making[path]

    async def _make(self, path: Path, text: str, language: Language) -> Path | None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._write, path, text, language)
        except Exception as error:
            log.warning("speech.failed", sound=path.stem, error=type(error).__name__)
            return None
        return path

    def _file(self, text: str, language: Language) -> Path:
        return self._cache / f"{_digest(FORM, language, self._voice(text, language), text)}.wav"

    def _voice(self, text: str, language: Language) -> str:
        try:
            recorded = self.studio_file(text, language).stat()
        except OSError:
            first = self._engines[language][:1]
            return first[0].name if first else "none"
        return f"studio {recorded.st_mtime_ns} {recorded.st_size}"

    def _write(self, path: Path, text: str, language: Language) -> None:
        recorded = self.studio_file(text, language)
        if text in _PAUSE_S:
            write_wav(path, sound.silence(_PAUSE_S[text], sound.TELEPHONE_RATE))
            return
        if recorded.is_file():
            samples, rate = read_sound(recorded)
        else:
            samples, rate = self._spoken(spell(text[:TEXT_MAX], language), language)
        write_wav(path, _finished(samples, rate, text))

    def _spoken(self, text: str, language: Language) -> tuple[sound.Samples, int]:
        for engine in self._engines[language]:
            try:
                return engine.speak(text, language)
            except CannotSpeak:
                log.info("speech.next_engine", engine=engine.name.split()[0])
        raise CannotSpeak(language)


def runs(text: str, language: Language) -> Iterator[tuple[str, Language]]:
    """A text cut where its script changes, so that each piece is spoken in its own language.

    A lone punctuation mark, left between live values, is a pause.
    """
    text = text.strip()
    if text in _PAUSE_S:
        yield text, "zh"
        return
    if not (_HAN.search(text) and _LATIN.search(text)):
        if _speakable(text):
            yield text, _language(text, language)
        return
    for piece in _RUNS.findall(text):
        if _speakable(piece):
            yield piece.strip(), _language(piece, language)


def _speakable(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _language(text: str, language: Language) -> Language:
    if _HAN.search(text):
        return "zh"
    return "en" if _LATIN.search(text) else language


def write_wav(path: Path, samples: sound.Samples) -> None:
    """Whole or not at all: nobody ever plays half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(sound.TELEPHONE_RATE)
            out.writeframes(sound.pcm(samples))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _finished(samples: sound.Samples, rate: int, text: str) -> sound.Samples:
    spoken = sound.trimmed(sound.for_telephone(samples, rate), sound.TELEPHONE_RATE)
    if not spoken.size:
        raise CannotSpeak("silence")
    tail = sound.silence(_PAUSE_S.get(text[-1], _WORD_GAP_S), sound.TELEPHONE_RATE)
    shaped = sound.faded(sound.levelled(spoken), sound.TELEPHONE_RATE, seconds=0.005)
    return np.concatenate([shaped, tail])


def _seconds(path: Path) -> float | None:
    try:
        size = path.stat().st_size
    except OSError:
        return None
    return (size - _HEADER_BYTES) / _BYTES_A_SECOND if size > _HEADER_BYTES else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
