"""What Mainline may do with a live call; the gateway implements it, tests fake it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from mainline.ids import CallId


class CallerGone(Exception):
    """The caller hung up. Any method of a Call may raise it; only the edge catches it."""


class Call(Protocol):
    """A caller on the line. Sounds are absolute paths without extension."""

    @property
    def id(self) -> CallId:
        """The call's linkedid."""
        ...

    @property
    def ani(self) -> str:
        """The caller's number as it was signalled: raw, possibly empty or nonsense."""
        ...

    @property
    def dnis(self) -> str:
        """The number that was dialled."""
        ...

    @property
    def language(self) -> str:
        """``zh`` or ``en``: the language set last."""
        ...

    async def play(self, sounds: Sequence[str]) -> None:
        """Play the sounds to their end, one after the other."""
        ...

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        digits_max: int,
        timeout_s: float,
        terminator: str = "#",
    ) -> str:
        """Play the sounds and take keys; the first key ends the playing (barge-in).

        ``timeout_s`` counts from the end of the sounds and anew after each key. Returns what was
        keyed without the terminator; empty when nothing was.
        """
        ...

    async def record(
        self, path: Path, *, max_s: float, silence_s: float, terminators: str = "#"
    ) -> bool:
        """Record the caller into ``path``; False when nothing could be recorded."""
        ...

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""
        ...

    async def variable(self, name: str) -> str:
        """The value of a channel variable; empty when it has none."""
        ...

    async def set_language(self, language: str) -> None:
        """Set the channel's language (``zh`` or ``en``)."""
        ...

    def unrecorded(self) -> AbstractAsyncContextManager[None]:
        """Nothing said or keyed meanwhile is recorded."""
        ...

    async def hold_deadline(self, seconds: float) -> None:
        """Push the dead-man switch: unless it is pushed again in time, plain dialplan goes on."""
        ...
