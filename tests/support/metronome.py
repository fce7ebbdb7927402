"""How long the machine kept somebody waiting who wanted to run, or to make a file, like Asterisk.

Asterisk mixes what arrives in time and drops what comes a tenth of a second too late: a recording
may lack as much as the machine stood still, and no more. What waited in the socket while Asterisk
could not begin a recording is in it too: it may be longer by as much. ``-m tests.support.metronome
FILE``.
"""

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from mainline.config import PROJECT
from mainline.process.priority import TELEPHONE, put_first

BEAT_S, LATE_S = 0.02, 0.04
FILE_BEAT_S = 0.1
BEFORE_S = 0.5
"""Sound that waited until then is read in the recording's first moments."""


class Stalls:
    """What the metronome wrote: when it woke, and how late."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def between(self, began: datetime, ended: datetime) -> float:
        """Seconds lost in that time and right before it."""
        first, last = began.timestamp() - BEFORE_S, ended.timestamp()
        rows = [line.split() for line in self._path.read_text("ascii").splitlines()]
        return sum(float(late) for at, late in rows if first <= float(at) <= last + float(late))


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[Stalls]:
    """It beats in a process of its own until the block ends."""
    path = folder / "stalls"
    path.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.metronome", str(path)],
        cwd=PROJECT,
        start_new_session=True,
    )
    put_first(process.pid, TELEPHONE)
    try:
        yield Stalls(path)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


def beat(path: Path) -> None:
    """Write every beat that came late, of a clock and of a file made anew."""
    with path.open("a", encoding="ascii") as file:

        def note(late: float) -> None:
            if late > LATE_S:
                file.write(f"{time.time():.3f} {late:.3f}\n")  # noqa: TID251 - compared with facts
                file.flush()

        threading.Thread(target=_make_files, args=(path.with_suffix(".beat"), note)).start()
        while True:
            due = time.monotonic() + BEAT_S
            time.sleep(BEAT_S)
            note(time.monotonic() - due)


def _make_files(probe: Path, note: Callable[[float], None]) -> None:
    while True:
        time.sleep(FILE_BEAT_S)
        began = time.monotonic()
        probe.write_bytes(b"beat")
        probe.unlink()
        note(time.monotonic() - began)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        beat(Path(sys.argv[1]))
