"""Looking at the processes of this host."""

import asyncio
import contextlib
from typing import Final

from mainline.clock import now
from mainline.config import Settings
from mainline.process import pids
from mainline.process.health import PROCESSES, Health, judge
from mainline.process.heartbeat import last_beat

PROBE_S: Final = 1.0
STARTING_S: Final = 15.0
_GREETING: Final = b"Asterisk Call Manager/"


async def processes(settings: Settings) -> list[Health]:
    """How every process is; takes a second at most and needs no database."""
    others = [_by_heartbeat(settings, name) for name in PROCESSES if name != "asterisk"]
    return [await _asterisk(settings), *others]


def _by_heartbeat(settings: Settings, name: str) -> Health:
    beat = last_beat(settings.home, name)
    alive = beat is not None and beat.who.alive
    up_s = round(pids.uptime_s(beat.who), 1) if beat is not None and alive else None
    return judge(name, beat, now(), alive=alive, up_s=up_s)


async def _asterisk(settings: Settings) -> Health:
    who = pids.read(settings.home / "run" / "asterisk.pid")
    alive = who is not None and who.alive
    up_s = round(pids.uptime_s(who), 1) if who is not None and alive else None
    if await asterisk_answers(settings.ami_port):
        return Health("asterisk", "up", 0.0, up_s)
    if up_s is None:
        return Health("asterisk", "down", None)
    return Health("asterisk", "starting" if up_s < STARTING_S else "hung", None, up_s)


async def asterisk_answers(ami_port: int) -> bool:
    """Whether Asterisk's manager greets: it does so as soon as its modules are loaded."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(PROBE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", ami_port)
            return (await reader.readexactly(len(_GREETING))) == _GREETING
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
