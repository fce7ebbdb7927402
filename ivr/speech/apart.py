"""A sound is written down in a process of its own: a model's memory ends with it.

A model that crashes or never ends takes nobody along; it goes after others, and reaches nobody.
By hand: ``python -m ivr.speech.apart MODELS LANGUAGE WAV``.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

from ivr.say import Language
from ivr.speech.hearing import NoModel, transcriber
from mainline.process.priority import LATER, put_first
from mainline.process.supervisor import die_with_parent, signal_group

WAIT_S: Final = 1200.0
CPU_S: Final = 900
MEMORY_BYTES: Final = 4 << 30
NO_MODEL: Final = 3
"""How the process ends when there is no model, or it cannot be read."""
_ALONE: Final = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
"""Its environment: passwords and addresses of ours are no affair of a model."""


class CannotHear(Exception):
    """The process ended without an answer."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was understood, and by which model."""

    text: str
    by: str


async def write_down(models: Path, language: Language, wav: Path) -> Words:
    """Wait for the words; NoModel or CannotHear when there are none to come."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(models), language, str(wav),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_ALONE, start_new_session=True, preexec_fn=die_with_parent,
    )  # fmt: skip
    try:
        put_first(process.pid, LATER)
        async with asyncio.timeout(WAIT_S):
            said, _ = await process.communicate()
    finally:
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()
    return _words(process.returncode, said)


def _words(code: int | None, said: bytes) -> Words:
    if code == NO_MODEL:
        raise NoModel
    if code != 0:
        raise CannotHear(f"ended with {code}")
    return Words(**json.loads(said.splitlines()[-1]))


# --- inside the process -------------------------------------------------------------------------


def main(models: str, language: str, wav: str) -> None:
    """Print the words as the last line."""
    _be_limited()
    try:
        model = transcriber(Path(models), cast("Language", language))
    except NoModel as error:
        print(error, file=sys.stderr)  # noqa: T201 - who runs it by hand sees why
        sys.exit(NO_MODEL)
    print(json.dumps(asdict(Words(model.transcribe(Path(wav)), model.name))))  # noqa: T201


def _be_limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.addaudithook(_refuse_network)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def _refuse_network(event: str, _values: tuple[Any, ...]) -> None:
    """Libraries that would fetch a model, or tell anybody what a caller said, must not."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        raise PermissionError(event)


if __name__ == "__main__":
    main(*sys.argv[1:])
