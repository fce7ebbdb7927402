"""Open boards: each reads the live stream as a page does."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from crm.staff.demo import PASSWORD
from mainline.clock import now
from tests.calls.instance import Instance

BOARDS = 20


@dataclass
class Board:
    """When each waiting caller was first seen on it."""

    seen: dict[str, datetime] = field(default_factory=dict)

    async def watch(self, client: httpx.AsyncClient) -> None:
        """Read the stream until cancelled."""
        event = ""
        async with client.stream("GET", "/live", params={"feeds": "board"}, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == "feed.board":
                    self._take(json.loads(line.removeprefix("data: ")))

    def _take(self, picture: dict[str, Any]) -> None:
        for caller in picture["waiting"]:
            self.seen.setdefault(caller["call"], now())


@asynccontextmanager
async def opened(instance: Instance) -> AsyncIterator[Sequence[Board]]:
    """All boards, each on a connection of its own."""
    boards = [Board() for _ in range(BOARDS)]
    limits = httpx.Limits(max_connections=BOARDS + 5)
    base = f"http://localhost:{instance.settings.http_port}"
    async with httpx.AsyncClient(base_url=base, limits=limits, headers={"Origin": base}) as client:
        form = {"login": "leader", "password": PASSWORD}
        (await client.post("/sign-in", data=form, follow_redirects=True)).raise_for_status()
        tasks = [asyncio.create_task(board.watch(client)) for board in boards]
        try:
            yield boards
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
