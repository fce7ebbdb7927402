"""The leader at the board, as the page acts: signed in, one request for each act."""

from datetime import timedelta
from typing import Any

import httpx

from crm.staff.demo import PASSWORD
from mainline.clock import now
from mainline.config import Settings


class Leader:
    """Acts on the floor over the board's own routes."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"http://127.0.0.1:{settings.http_port}"

    async def does(self, path: str, **body: Any) -> None:
        """One act on the board; it must be allowed."""
        await self._post(f"/board{path}", json=body)

    async def decides(self, path: str) -> None:
        """One act on the page of outages."""
        await self._post(f"/outages{path}", data={})

    async def settles(self, message_id: int, **form: str) -> None:
        """Write down what came of a message."""
        await self._post(f"/messages/{message_id}/settle", data=form)

    async def _post(self, path: str, **sent: Any) -> None:
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(base_url=self._base, headers=headers, timeout=60) as page:
            form = {"login": "leader", "password": PASSWORD}
            assert (await page.post("/sign-in", data=form)).status_code == 303
            answer = await page.post(path, **sent)
            assert answer.is_success or answer.is_redirect, answer.text


def in_seconds(seconds: float) -> str:
    """A moment, as the page writes it."""
    return (now() + timedelta(seconds=seconds)).isoformat()
