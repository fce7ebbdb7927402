"""Prompts are spoken once a run: whoever prepares an instance takes what is there already.

Sounds are named by what is said and by which voice, and a file is never changed once it is there.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CACHE = Path("sounds", "cache")


@contextmanager
def shared(home: Path) -> Iterator[None]:
    """While this home is prepared: take the run's sounds first, leave the new ones after."""
    run = folder_of_run(home)
    if run is None:
        yield
        return
    run.mkdir(exist_ok=True)
    with (run / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # who comes second waits, and need not speak at all
        _link_all(run, home / CACHE)
        yield
        _link_all(home / CACHE, run)


def folder_of_run(home: Path) -> Path | None:
    """What the processes of a run have in common; None where there is one process."""
    ours = (place.parent for place in home.parents if place.name.startswith("popen-gw"))
    base = next(ours, None)
    return base / "sounds" if base else None


def _link_all(there: Path, here: Path) -> None:
    here.mkdir(parents=True, exist_ok=True)
    for sound in there.glob("*.wav"):
        with suppress(FileExistsError):
            os.link(sound, here / sound.name)
