"""How long the machine kept somebody waiting who wanted to run, or to make a file, like Asterisk.

Asterisk mixes what arrives in time and drops what comes a tenth of a second too late: a recording
may lack as much as the machine stood still, and no more. It may be longer by as much as well: what
waited in the socket while a recording could not begin is in it. By hand: ``-m
tests.support.metronome FILE``.
"""

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from mainline.config import PROJECT
from mainline.process.priority import TELEPHONE, put_first
from mainline.sip.lateness import BEAT_S, LATE_S, notice

FILE_BEAT_S = 0.1
BEFORE_S = 0.5
"""Sound that waited until then is read in the recording's first moments."""


class Stalls:
    """What the metronome wrote: when it woke, and how late."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def between(self, began: datetime, ended: datetime) -> float:
        """Seconds lost in that time and right before it; what two lost at once counts once."""
        first, last = began.timestamp() - BEFORE_S, ended.timestamp()
        lost, until = 0.0, 0.0
        for start, end in self._rows():
            if end >= first and start <= last:
                lost += max(0.0, end - max(start, until))
                until = max(until, end)
        return lost

    def add(self, woke: datetime, late_s: float) -> None:
        """One more, of telephones that live elsewhere."""
        _write(self._path, woke.timestamp(), late_s)

    def _rows(self) -> list[tuple[float, float]]:
        told = [line.split() for line in self._path.read_text("ascii").splitlines()]
        return sorted((float(woke) - float(late), float(woke)) for woke, late in told)


@asynccontextmanager
async def listening(folder: Path, *, phones: bool = False) -> AsyncIterator[Stalls]:
    """It beats in a process of its own until the block ends; with ``phones`` in this loop as well.

    Telephones that live in it send late what they were kept from sending, so that a recording has
    first the prompt without them and then them without the prompt.
    """
    path = folder / "stalls"
    path.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.metronome", str(path)],
        cwd=PROJECT,
        start_new_session=True,
    )
    put_first(process.pid, TELEPHONE)
    here = asyncio.create_task(notice(partial(_note, path))) if phones else None
    try:
        yield Stalls(path)
    finally:
        if here:
            here.cancel()
        process.kill()
        await asyncio.to_thread(process.wait)


def _note(path: Path, late: float) -> None:
    if late > LATE_S:
        _write(path, time.time(), late)  # noqa: TID251 - compared with facts


def _write(path: Path, woke: float, late: float) -> None:
    """In one write, so that whoever writes there too does not write into it."""
    with path.open("a", encoding="ascii") as file:
        file.write(f"{woke:.3f} {late:.3f}\n")


def beat(path: Path) -> None:
    """Write every beat that came late, of a clock and of a file made anew."""
    threading.Thread(target=_make_files, args=(path,), daemon=True).start()
    while True:
        began = time.monotonic()
        time.sleep(BEAT_S)
        _note(path, time.monotonic() - began - BEAT_S)


def _make_files(path: Path) -> None:
    probe = path.with_suffix(".beat")
    while True:
        time.sleep(FILE_BEAT_S)
        began = time.monotonic()
        probe.write_bytes(b"beat")
        probe.unlink()
        _note(path, time.monotonic() - began)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        beat(Path(sys.argv[1]))
