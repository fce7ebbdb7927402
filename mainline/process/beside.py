"""A second instance beside this one, for trying things: own folder, own ports, gone afterwards."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from mainline.config import Settings
from mainline.errors import Unavailable
from mainline.i18n import Text
from mainline.process.ports import Wanted, is_free
from mainline.process.preparing import prepare
from mainline.process.program import environment, programs
from mainline.process.supervisor import Keeper, stop_all
from mainline.process.up import until_ready

PORTS: Final[dict[str, Literal["tcp", "udp"]]] = {
    "http_port": "tcp",
    "sip_port": "udp",
    "agi_port": "tcp",
    "ami_port": "tcp",
    "asterisk_http_port": "tcp",
    "asterisk_https_port": "tcp",
}
PORT_MAX: Final = 65_535
LOCAL: Final = "127.0.0.1"

Print = Callable[[str], None]


class NotBeside(Unavailable):
    """The second instance did not come up."""

    code = "not-beside"
    words = Text("The instance for trying did not start: %(names)s. See the lines above.")


@asynccontextmanager
async def beside(
    settings: Settings, furnish: Callable[[Settings], Awaitable[None]], say: Print
) -> AsyncIterator[Settings]:
    """A demo instance that runs until the block ends; ``furnish`` fills it before it starts.

    Nothing of it reaches the first instance, which need not even run.
    """
    with TemporaryDirectory(prefix="mainline-beside-") as folder:
        own = settings_beside(settings, Path(folder))
        await asyncio.to_thread(_take_sounds, settings.sounds_dir, own.sounds_dir)
        await prepare(own, lambda _words: None)
        await furnish(own)
        await prepare(own, say)
        async with _running(own, say):
            yield own


def settings_beside(settings: Settings, home: Path) -> Settings:
    """The same company in a folder of its own, heard on this machine only."""
    ports = ports_beside(settings)
    length = settings.rtp_port_end - settings.rtp_port_start
    media = min(settings.rtp_port_end + 1, PORT_MAX - length)
    return settings.model_copy(
        update={
            "home": home,
            "database_url": "",
            "demo": True,
            "https": False,
            "host": LOCAL,
            "public_host": "localhost",
            "sip_host": LOCAL,
            "trunk_allow": f"{LOCAL}/32",
            "trunk_contact": f"{LOCAL}:9",  # the discard port: nobody outside is ever rung
            "rtp_port_start": media,
            "rtp_port_end": media + length,
            **ports,
        }
    )


def ports_beside(settings: Settings) -> dict[str, int]:
    """For each port of this instance, which need not be running, the next one that is free."""
    found: dict[str, int] = {}
    given = {getattr(settings, name) for name in PORTS}
    for name, transport in PORTS.items():
        tried = (port for port in range(getattr(settings, name) + 1, PORT_MAX) if port not in given)
        found[name] = next(port for port in tried if is_free(Wanted(name, transport, LOCAL, port)))
        given.add(found[name])
    return found


def _take_sounds(there: Path, here: Path) -> None:
    """What was spoken or recorded already; the same files where the disk allows it."""
    if there.is_dir():
        shutil.copytree(there, here, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@asynccontextmanager
async def _running(own: Settings, say: Print) -> AsyncIterator[None]:
    def tell(name: str, what: str) -> None:
        say(f"{name}: {what}")

    keepers = [Keeper(one, own.home, environment(own), tell) for one in programs(own)]
    tasks = [asyncio.create_task(keeper.keep()) for keeper in keepers]
    try:
        late = await until_ready(keepers, asyncio.Event())
        if late:
            raise NotBeside(names=", ".join(late))
        yield
    finally:
        await stop_all(keepers)
        await asyncio.gather(*tasks)
