"""``mainline up``: prepare, start, watch, stop."""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from mainline.config import Settings
from mainline.errors import MainlineError
from mainline.i18n import Text, _
from mainline.process import ports
from mainline.process.health import PROCESSES
from mainline.process.program import environment, mainline_command, programs
from mainline.process.supervisor import (
    Keeper,
    die_with_parent,
    signal_group,
    stop_all,
    stop_leftovers,
)
from mainline.process.welcome import welcome

READY_S: Final = 90.0
LOOK_AGAIN_S: Final = 0.05

Print = Callable[[str], None]


class AlreadyUp(MainlineError):
    """Another supervisor looks after this data folder."""

    code = "already-up"
    words = Text("Mainline already runs on %(home)s. Set MAINLINE_HOME for a second instance.")


class NotPrepared(MainlineError):
    """Preparing failed; what it printed says why."""

    code = "not-prepared"
    words = Text("The data folder could not be prepared; see the lines above.")


async def up(settings: Settings, say: Print) -> None:
    """Run until SIGINT or SIGTERM; returns when everything has stopped."""
    with _alone(settings):
        ending = _ending_event()
        for name in await stop_leftovers(settings.home, PROCESSES):
            say(_("Stopped a leftover of the last run: %(name)s", name=name))
        ports.check(settings)
        await _prepare(settings, ending)
        if not ending.is_set():
            await _run(settings, say, ending)


async def _run(settings: Settings, say: Print, ending: asyncio.Event) -> None:
    def tell(name: str, what: str) -> None:
        say(f"· {name}: {what} → {settings.home / 'log' / name}.log")

    keepers = [
        Keeper(program, settings.home, environment(settings), tell)
        for program in programs(settings)
    ]
    tasks = [asyncio.create_task(keeper.keep()) for keeper in keepers]
    try:
        late = await until_ready(keepers, ending)
        if not ending.is_set():
            say(welcome(settings, late))
        await ending.wait()
    finally:
        say(_("Stopping …"))
        await stop_all(keepers)
        await asyncio.gather(*tasks)
        say(_("Everything has stopped."))


async def until_ready(keepers: Sequence[Keeper], ending: asyncio.Event) -> list[str]:
    """Wait for all; the names of those that are not ready in time."""
    deadline = asyncio.get_running_loop().time() + READY_S
    waiting = list(keepers)
    while waiting and not ending.is_set():
        answers = await asyncio.gather(*(keeper.program.ready() for keeper in waiting))
        waiting = [keeper for keeper, ready in zip(waiting, answers, strict=True) if not ready]
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(LOOK_AGAIN_S)
    return [keeper.program.name for keeper in waiting]


async def _prepare(settings: Settings, ending: asyncio.Event) -> None:
    """In a process of its own, so that the supervisor stays small and may give up waiting."""
    process = await asyncio.create_subprocess_exec(
        *mainline_command("prepare"),
        env=environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    finished, stopped = asyncio.create_task(process.wait()), asyncio.create_task(ending.wait())
    await asyncio.wait((finished, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if ending.is_set():
        signal_group(process.pid, signal.SIGTERM)
    if await finished != 0 and not ending.is_set():
        raise NotPrepared


def _ending_event() -> asyncio.Event:
    """Set by the first Ctrl-C or SIGTERM; the third Ctrl-C does not wait any longer."""
    ending, presses = asyncio.Event(), iter(range(2))

    def end() -> None:
        ending.set()
        if next(presses, None) is None:
            sys.stderr.write("\n")
            os._exit(130)  # children die with us (see die_with_parent)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    return ending


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Only one supervisor a data folder."""
    path = settings.home / "run" / "up.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUp(home=settings.home) from None
        yield
