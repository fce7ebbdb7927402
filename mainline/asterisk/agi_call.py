"""A caller on the line, spoken to by FastAGI: the gateway's implementation of ``Call``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from mainline.asterisk.agi import AgiFailed, AgiHungUp, AgiWire, Environment, Reply
from mainline.asterisk.call import CallerGone
from mainline.asterisk.keys import END, KEYS, KeysAhead
from mainline.db import in_unit_of_work
from mainline.ids import CallId
from mainline.log import get_logger

REPLY_S: Final = 3.0
"""For commands that do something at once."""
FIRST_DEADLINE_S: Final = 4.0
"""What the dialplan has set before it called us."""
GRACE_S: Final = 2.0
"""Beyond the dead-man switch Asterisk has left; waiting longer for a reply is pointless."""
DEADLINE_MAX_S: Final = 600.0
RECORD_PAUSE: Final = "ml-record-pause"
RECORD_RESUME: Final = "ml-record-resume"
"""Subroutines of the dialplan."""
KEYED: Final = "SHIFT(MAINLINE_KEYED)"
"""The caller's keys, noted by the dialplan; read and forgotten by one command. What is pressed
between two of our commands Asterisk drops, but it is noted."""
_HEARD_MIN: Final = 800
"""Samples (a tenth of a second); less is no recording."""
_SOUND: Final = re.compile(r"[A-Za-z0-9/._-]{1,400}")
_NAME: Final = re.compile(r"_{0,2}[A-Z][A-Z0-9_]{0,60}|CHANNEL\(language\)|TIMEOUT\(absolute\)")
_ENDPOS: Final = re.compile(r"endpos=(\d{1,12})")

log = get_logger("agi")


class AgiCall:
    """See ``mainline.asterisk.call.Call``. A hang-up comes out of any method as CallerGone.

    Nobody may speak with a caller while a transaction is open: the caller would hold the books.
    """

    def __init__(self, environment: Environment, wire: AgiWire) -> None:
        self._environment, self._wire = environment, wire
        self._deadline_s = FIRST_DEADLINE_S
        self._language = environment.language
        self._ahead = KeysAhead()
        self.left: dict[str, str] = {}
        """Variables that the dialplan finds when the handler has finished."""

    @property
    def id(self) -> CallId:
        """The call's linkedid: that of its first channel, which is the one calling us."""
        return CallId(self._environment.uniqueid)

    @property
    def ani(self) -> str:
        """The caller's number; empty when unknown."""
        return self._environment.caller

    @property
    def dnis(self) -> str:
        """The number that was dialled: the extension the dialplan is in."""
        return self._environment.extension

    @property
    def words(self) -> tuple[str, ...]:
        """What the dialplan says beyond the call itself."""
        return self._environment.words

    @property
    def language(self) -> str:
        """The language set last."""
        return "en" if self._language == "en" else "zh"

    async def play(self, sounds: Sequence[str]) -> None:
        """Play to the end. A sound that Asterisk cannot read is passed over."""
        for sound in _checked(sounds):
            await self._stream(sound, "")

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        digits_max: int,
        timeout_s: float,
        terminator: str = "#",
    ) -> str:
        """Keys, by commands that notice when we die: the caller then goes on at once.

        Keys pressed before the question are the answer to it, or its beginning.
        """
        if terminator != END:
            raise AgiFailed("only # ends an entry")
        await self._note()
        answer = self._ahead.whole(digits_max)
        if answer is None:
            await self._note(await self._hear(sounds, digits_max, int(timeout_s * 1000)))
            answer = self._ahead.rest(digits_max)
        return answer

    async def _note(self, heard: str = "") -> None:
        """All keys since this was last asked; if none were noted, those that a command heard."""
        try:
            noted = (await self._at_once("GET VARIABLE", KEYED)).data
        except CallerGone:
            if not heard:
                raise
            noted = ""  # the next command tells that they are gone; what they pressed counts
        self._ahead.add(noted or heard)

    async def _hear(self, sounds: Sequence[str], digits_max: int, timeout_ms: int) -> str:
        """Several keys are taken by one command, which knows how long to wait between them."""
        if digits_max == 1:
            key = await self._listen(sounds)
            return key or _key(await self._media("WAIT FOR DIGIT", timeout_ms))
        begun = len(self._ahead)
        first = "" if begun else await self._listen(sounds[:-1])
        if first == END:
            return first
        last = "" if begun or first else (_checked(sounds[-1:]) or [""])[0]
        rest = await self._media("GET DATA", last, timeout_ms, digits_max - begun - len(first))
        return first + rest.result

    async def _listen(self, sounds: Sequence[str]) -> str:
        """Play until a key is pressed; the key, if one was."""
        for sound in _checked(sounds):
            if key := await self._stream(sound, KEYS):
                return key
        return ""

    async def _stream(self, sound: str, keys: str) -> str:
        try:
            return _key(await self._media("STREAM FILE", sound, keys))
        except AgiFailed:
            if self._wire.over:
                raise
            log.warning("agi.sound_missing", call=self.id)
            return ""

    async def record(
        self, path: Path, *, max_s: float, silence_s: float, terminators: str = "#"
    ) -> bool:
        """Record; the file's suffix is its format."""
        reply = await self._media(
            "RECORD FILE",
            path.with_suffix(""),
            path.suffix.lstrip(".") or "wav",
            terminators,
            int(max_s * 1000),
            0,
            f"s={max(1, round(silence_s))}",
        )
        await self._note()
        self._ahead.forget()  # the key that ended it
        match = _ENDPOS.search(reply.rest)
        return match is not None and int(match[1]) >= _HEARD_MIN

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable; only plain names are taken."""
        if not _NAME.fullmatch(name):
            raise AgiFailed("not a variable's name")
        await self._at_once("SET VARIABLE", name, value)

    async def variable(self, name: str) -> str:
        """The value of a channel variable; only plain names are taken."""
        if not _NAME.fullmatch(name):
            raise AgiFailed("not a variable's name")
        return (await self._at_once("GET VARIABLE", name)).data

    def leave(self, variables: Mapping[str, str]) -> None:
        """What the dialplan is to find, all at once, when the handler has finished."""
        self.left.update(variables)

    async def set_language(self, language: str) -> None:
        """Choose the voice for sounds of the telephone system itself."""
        wanted = "en" if language == "en" else "zh"
        if wanted != self._language:
            self._language = wanted
            await self.set_variable("CHANNEL(language)", wanted)

    @asynccontextmanager
    async def unrecorded(self) -> AsyncIterator[None]:
        """The dialplan begins to record again by itself, should we not come back."""
        await self._at_once("GOSUB", RECORD_PAUSE, "s", 1)
        try:
            yield
        except CallerGone:
            raise
        except BaseException:
            with suppress(Exception):
                await self._at_once("GOSUB", RECORD_RESUME, "s", 1)
            raise
        await self._at_once("GOSUB", RECORD_RESUME, "s", 1)

    async def hold_deadline(self, seconds: float) -> None:
        """Push the dead-man switch."""
        self._deadline_s = min(max(1.0, seconds), DEADLINE_MAX_S)
        await self.set_variable("TIMEOUT(absolute)", f"{self._deadline_s:.1f}")

    async def _at_once(self, verb: str, *words: object) -> Reply:
        return await self._ask(REPLY_S, verb, *words)

    async def _media(self, verb: str, *words: object) -> Reply:
        """A command that lasts as long as its sound: the dead-man switch limits it."""
        reply = await self._ask(self._deadline_s + GRACE_S, verb, *words)
        if reply.result in {"-1", "-2"}:
            await self._why(reply)
        return reply

    async def _why(self, reply: Reply) -> None:
        """Minus one is a failure or a hang-up; the next reply tells which."""
        await self._at_once("CHANNEL STATUS")
        if self._wire.over:
            raise CallerGone
        raise AgiFailed(f"a media command failed ({reply.result})")

    async def _ask(self, within_s: float, verb: str, *words: object) -> Reply:
        if in_unit_of_work():
            raise RuntimeError("a transaction is open while a caller is spoken to")
        try:
            return await self._wire.ask(verb, *words, within_s=within_s)
        except AgiHungUp as gone:
            raise CallerGone from gone


def _checked(sounds: Sequence[str]) -> Sequence[str]:
    """Paths only; nothing that Asterisk could take for more."""
    for sound in sounds:
        if not _SOUND.fullmatch(sound):
            raise AgiFailed("not a sound's path")
    return sounds


def _key(reply: Reply) -> str:
    """The key whose code was answered; none for zero."""
    return chr(int(reply.result)) if reply.result.isdigit() and reply.result != "0" else ""
