"""An agent's desk, as the page acts: signed in, one request for each act."""

from typing import Any

import httpx

from crm.staff.demo import PASSWORD, people
from mainline.config import Settings


class Desk:
    """Acts on calls over the desk's own routes."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"http://127.0.0.1:{settings.http_port}"
        staff = [person for person in people(settings.pack) if "agent_number" in person]
        self._logins = {person["agent_number"]: person["login"] for person in staff}

    async def does(self, agent: str, path: str, **body: Any) -> dict[str, Any]:
        """One act of that agent; it must be allowed."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        async with httpx.AsyncClient(base_url=self._base, headers=headers, timeout=60) as page:
            form = {"login": self._logins[agent], "password": PASSWORD}
            assert (await page.post("/sign-in", data=form)).status_code == 303
            answer = await page.post(f"/desk{path}", json=body)
            assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told
