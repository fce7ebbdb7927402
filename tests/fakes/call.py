"""A caller made of data: keys are taken from a list, everything heard is kept."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from mainline.asterisk.call import CallerGone
from mainline.ids import CallId

GONE = "gone"
"""In the list of keys: the caller hangs up instead of pressing one."""


class FakeCall:
    """Behaves as a caller would: presses the keys given, then nothing; may hang up at any time."""

    def __init__(
        self,
        keys: Iterable[str] = (),
        *,
        ani: str = "13800008000",
        dnis: str = "96777",
        call_id: str = "call-1",
    ) -> None:
        self.id = CallId(call_id)
        self.ani = ani
        self.dnis = dnis
        self.language = "zh"
        self.keys = list(keys)
        self.heard: list[str] = []
        self.variables: dict[str, str] = {}
        self.deadlines: list[float] = []
        self.asked = 0
        self.recorded: list[Path] = []
        self.recording = True
        self.unrecorded_keys: list[str] = []
        self.gone_after_sounds: int | None = None
        """Hang up when this many sounds have been heard."""

    def _hear(self, sounds: Sequence[str]) -> None:
        for sound in sounds:
            if self.gone_after_sounds is not None and len(self.heard) >= self.gone_after_sounds:
                raise CallerGone
            self.heard.append(sound)

    async def play(self, sounds: Sequence[str]) -> None:
        self._hear(sounds)

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        digits_max: int,
        timeout_s: float,
        terminator: str = "#",
    ) -> str:
        assert timeout_s > 0
        self.asked += 1
        if not self.recording:
            self.unrecorded_keys.append(self.keys[0] if self.keys else "")
        self._hear(sounds)
        keyed = self.keys.pop(0) if self.keys else ""
        if keyed == GONE:
            raise CallerGone
        if digits_max > 1:
            keyed = keyed.partition(terminator)[0]
        return keyed[:digits_max]

    async def record(
        self, path: Path, *, max_s: float, silence_s: float, terminators: str = "#"
    ) -> bool:
        assert max_s > silence_s > 0
        assert terminators
        self.recorded.append(path)
        return True

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def variable(self, name: str) -> str:
        return self.variables.get(name, "")

    async def set_language(self, language: str) -> None:
        self.language = language

    @asynccontextmanager
    async def unrecorded(self) -> AsyncIterator[None]:
        self.recording = False
        try:
            yield
        finally:
            self.recording = True

    async def hold_deadline(self, seconds: float) -> None:
        self.deadlines.append(seconds)
