"""The next rows are prepared while the last are stored, in a process of its own.

It is told its task on a pipe and tells batches on it: one batch ahead, and no longer there than
whoever stores them.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Final

from crm.migration.preparing import Prepared, Task
from crm.migration.refusals import ReaderEnded
from mainline.process.supervisor import die_with_parent, signal_group

FEW: Final = 50_000
"""So many rows are prepared before another process has begun."""
SILENT_S: Final = 300
"""A batch takes about a second: whoever is silent for so long hangs, on a network drive maybe."""
_GARBAGE: Final = 200_000


async def batches(task: Task) -> AsyncGenerator[Prepared]:
    """One after the other; ReaderEnded when the process ends before its time, or hangs."""
    if task.left < FEW:
        for each in task.prepared():
            yield each
        return
    async with _reader(task) as pipe:
        while (told := await asyncio.to_thread(_next, pipe)) is not None:
            yield told


def without_garbage() -> None:
    """What is loaded by now stays, and rows go without the collector."""
    gc.freeze()
    gc.set_threshold(_GARBAGE)


@asynccontextmanager
async def _reader(task: Task) -> AsyncIterator[Connection]:
    here, there = Pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(there.fileno()), stdin=asyncio.subprocess.DEVNULL,
        pass_fds=(there.fileno(),), start_new_session=True, preexec_fn=die_with_parent,
    )  # fmt: skip
    there.close()
    try:
        with suppress(ConnectionError, TimeoutError):  # the next look tells that it is lost
            async with asyncio.timeout(SILENT_S):
                await asyncio.to_thread(here.send, task)
        yield here
    finally:
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        here.close()


def _next(pipe: Connection) -> Prepared | None:
    try:
        if not pipe.poll(SILENT_S):
            raise ReaderEnded
        told: Prepared | None = pipe.recv()
    except (EOFError, ConnectionError) as error:
        raise ReaderEnded from error
    return told


# --- inside the process -------------------------------------------------------------------------


def main(descriptor: int) -> None:
    """Tell batch after batch, and at the end nothing."""
    with Connection(descriptor) as pipe, suppress(ConnectionError):
        task: Task = pipe.recv()
        without_garbage()
        for each in task.prepared():
            pipe.send(each)
        pipe.send(None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
