"""FastAGI, our side of the wire: a strict reader of requests, a writer of commands, their replies.

Whatever a caller can influence arrives here as text lines. Asterisk passes the caller's number on
unescaped, so a line break inside it becomes a line of its own: hence limits on everything, no
control characters, no key twice, and nothing believed without the shared secret.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LINE_MAX: Final = 2048
TOTAL_MAX: Final = 16_384
KEYS_MAX: Final = 64
WORDS_MAX: Final = 8
ENVIRONMENT_S: Final = 2.0
"""How long a request may take to arrive; on loopback it takes a millisecond."""
SILENCE_S: Final = 0.01
"""Asterisk says nothing between its request and our first command; a forger's rest would."""
REPLY_LINES_MAX: Final = 64
STREAM_LIMIT: Final = 4096

_KEY: Final = re.compile(rb"agi_[a-z][a-z0-9_]{0,30}")
_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_NOT_PLAIN: Final = re.compile(r"[^\w.:+-]")
_NEEDED: Final = frozenset(
    {
        "agi_request",
        "agi_channel",
        "agi_uniqueid",
        "agi_callerid",
        "agi_context",
        "agi_extension",
        "agi_threadid",
    }
)
_WORD: Final = "agi_arg_1"
_REPLY: Final = re.compile(r"(\d{3})([ -])(?:result=(-?[0-9*#A-D]*)(?: \((.*)\))?)?(.*)", re.DOTALL)


class AgiRefused(Exception):
    """The peer is not our Asterisk, or its request carries something that does not belong there."""


class AgiFailed(Exception):
    """Asterisk refused a command or answered with something else than a reply."""


class AgiHungUp(Exception):
    """The channel is gone."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A request that was believed."""

    route: str
    channel: str
    uniqueid: str
    caller: str
    extension: str
    language: str = ""
    words: tuple[str, ...] = ()
    """What the dialplan says beyond the shared secret."""


def has_control_characters(text: str) -> bool:
    """Whether the text could end a line or turn the direction of writing."""
    return _CONTROL.search(text) is not None


async def read_environment(reader: asyncio.StreamReader, secret: str) -> Environment:
    """Take in one request. Raises AgiRefused, and nothing else, for whatever is not one."""
    try:
        async with asyncio.timeout(ENVIRONMENT_S):
            values = await _read_pairs(reader)
        _check_secret(values.pop(_WORD, ""), secret)
        await _check_silence(reader)
    except (TimeoutError, OSError, ValueError) as failure:
        raise AgiRefused(type(failure).__name__) from failure
    if not values.keys() >= _NEEDED:
        raise AgiRefused("incomplete")
    return _environment(values)


async def _read_pairs(reader: asyncio.StreamReader) -> dict[str, str]:
    values: dict[str, str] = {}
    total = 0
    while (line := await reader.readline()) != b"\n":
        total += len(line)
        if not line.endswith(b"\n"):
            raise AgiRefused("cut off")
        if len(line) > LINE_MAX or total > TOTAL_MAX or len(values) >= KEYS_MAX:
            raise AgiRefused("too much")
        key, value = _pair(line[:-1])
        if key in values:
            raise AgiRefused("a key twice")
        values[key] = value
    return values


def _pair(line: bytes) -> tuple[str, str]:
    key, colon, raw = line.partition(b":")
    if not colon or not _KEY.fullmatch(key) or (raw and not raw.startswith(b" ")):
        raise AgiRefused("not a pair")
    value = _decoded(raw[1:])
    if has_control_characters(value):
        raise AgiRefused("control characters")
    return key.decode("ascii"), value


def _decoded(raw: bytes) -> str:
    """Names come in UTF-8 or, from older exchanges, in GB 18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _check_secret(given: str, secret: str) -> None:
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise AgiRefused("the shared secret is wrong or missing")


async def _check_silence(reader: asyncio.StreamReader) -> None:
    try:
        async with asyncio.timeout(SILENCE_S):
            more = await reader.read(1)
    except TimeoutError:
        return
    raise AgiRefused("more after the request" if more else "cut off")


def _environment(values: dict[str, str]) -> Environment:
    path = values["agi_request"].partition("://")[2].partition("/")[2]
    caller = values["agi_callerid"]
    return Environment(
        route=path.partition("?")[0],
        channel=values["agi_channel"],
        uniqueid=values["agi_uniqueid"],
        caller="" if caller == "unknown" else caller,
        extension=values["agi_extension"],
        language=values.get("agi_language", ""),
        words=tuple(
            values[key] for n in range(2, WORDS_MAX + 2) if (key := f"agi_arg_{n}") in values
        ),
    )


def command(verb: str, *words: object) -> bytes:
    """One command line; arguments are quoted, and refused if they could be more than arguments."""
    quoted = [_quoted(str(word)) for word in words]
    return (" ".join([verb, *quoted]) + "\n").encode()


def _quoted(word: str) -> str:
    if has_control_characters(word) or not _encodes(word):
        raise AgiFailed("a control character in a command")
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(value: str) -> str:
    """What would end a value, or begin another one, is left out: the dialplan takes none of it."""
    return _NOT_PLAIN.sub("", value)


def _encodes(word: str) -> bool:
    """Lone surrogates cannot be sent."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk answered to a command: ``result=1 (data) rest``."""

    result: str
    data: str = ""
    rest: str = ""


class AgiWire:
    """Commands and their replies, one after the other, on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.over = False
        """Nothing more can be said: the caller is gone, or the wire is out of step."""

    async def ask(self, verb: str, *words: object, within_s: float) -> Reply:
        """Send a command and wait for its reply, but not longer than ``within_s``."""
        line = command(verb, *words)
        if self.over:
            raise AgiHungUp("nothing more can be said")
        self._writer.write(line)
        try:
            async with asyncio.timeout(within_s):
                return await self._reply()
        except TimeoutError as late:
            self.over = True  # a reply that comes now would be taken for that of the next command
            raise AgiFailed(f"no reply to {verb} in {within_s:.0f} s") from late
        except (OSError, ValueError) as failure:
            self.over = True
            raise AgiHungUp(type(failure).__name__) from failure

    async def leave(self, variables: Mapping[str, str], *, within_s: float) -> None:
        """Set channel variables, all of them by one command."""
        pairs = ",".join(f"{name}={_plain(value)}" for name, value in variables.items())
        reply = await self.ask("EXEC", "MSet", pairs, within_s=within_s)
        if reply.result.startswith("-"):
            raise AgiFailed(f"variables were not set ({reply.result})")

    async def _reply(self) -> Reply:
        for _ in range(REPLY_LINES_MAX):
            line = await self._line()
            if line == "HANGUP":
                self.over = True
                continue
            reply = self._understood(line)
            if reply is not None:
                return reply
        raise AgiFailed("too many lines")

    async def _line(self) -> str:
        raw = await self._reader.readline()
        if not raw.endswith(b"\n"):
            self.over = True
            raise AgiHungUp("the connection ended")
        return raw.decode("utf-8", "replace").rstrip("\r\n")

    def _understood(self, line: str) -> Reply | None:
        """The reply in this line; None when more lines belong to it."""
        match = _REPLY.fullmatch(line)
        if match is None or match[1] == "100" or match[2] == "-":
            return None
        code, _, result, data, rest = match.groups()
        if code == "511" or (code == "200" and data == "hangup"):
            self.over = True
            raise AgiHungUp("the caller is gone")
        if code != "200" or result is None:
            raise AgiFailed(f"Asterisk answered {code}")
        if result == "-1" and self.over:
            raise AgiHungUp("the caller is gone")
        return Reply(result, data or "", rest.strip())
