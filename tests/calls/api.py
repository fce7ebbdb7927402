"""The HTTP API of the instance, asked with a bearer token as a program would."""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx

from mainline.config import Settings
from mainline.process.program import environment, mainline_command
from tests.calls.scenario import PATIENCE_S

ROLE = "admin"


class Api:
    """Calls and recordings over HTTP."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Get a token from the command people use."""
        done = subprocess.run(
            mainline_command("token", "--role", ROLE),
            env=environment(self._settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        token = re.findall(r"\S+", done.stdout)[-1]
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._settings.http_port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )

    async def close(self) -> None:
        """Close the connection."""
        if self._client:
            await self._client.aclose()

    async def get(self, path: str, **query: Any) -> Any:
        """A JSON answer."""
        assert self._client
        response = await self._client.get(path, params=query)
        response.raise_for_status()
        return response.json()

    async def call(self, call_id: str) -> dict[str, Any]:
        """One row of the call list; empty when it is not there (yet)."""
        page = await self.get("/api/calls", limit=100)
        rows = [row for row in page["items"] if row["id"] == call_id]
        assert len(rows) <= 1, f"{call_id} stands {len(rows)} times in the call list"
        return dict(rows[0]) if rows else {}

    async def recording(self, call_id: str, folder: Path) -> Path:
        """The audio of a call's recording."""
        assert self._client
        number = await self._recording_id(call_id)
        response = await self._client.get(f"/api/recordings/{number}/audio")
        response.raise_for_status()
        folder.mkdir(exist_ok=True)
        path = folder / f"{number}.wav"
        path.write_bytes(response.content)
        return path

    async def _recording_id(self, call_id: str) -> int:
        """The recording's number, as soon as the call list knows it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                recording = (await self.call(call_id)).get("recording")
                if recording is not None:
                    return int(recording["id"] if isinstance(recording, dict) else recording)
                await asyncio.sleep(0.2)
