"""The web's own line to Asterisk: an AMI link for requests, ARI for softphone credentials."""

import asyncio
from contextlib import AsyncExitStack

from dialplan.render import system_name
from mainline.asterisk.ami import Ami
from mainline.asterisk.ari import Ari
from mainline.asterisk.switchboard import Switchboard
from mainline.config import Settings
from mainline.secrets import Secrets


class Telephony:
    """Kept up as long as the application runs; its absence refuses requests, never a page."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._ami = Ami(port=settings.ami_port, user="web", secret=secrets.ami_web)
        self.switchboard = Switchboard(self._ami, key_prefix=system_name(settings))
        self.ari = Ari(port=settings.asterisk_http_port, secret=secrets.ari)
        self._stop = asyncio.Event()
        self._stack = AsyncExitStack()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; does not wait for Asterisk."""
        await self._stack.enter_async_context(self.ari)
        self._task = asyncio.create_task(self._ami.run(self._stop), name="ami")

    async def stop(self) -> None:
        """Let go."""
        self._stop.set()
        if self._task is not None:
            await self._task
        await self._stack.aclose()
