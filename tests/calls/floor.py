"""The agents' floor of the instance: telephones' passwords and who is in which queue.

Robots are seated over ARI and AMI, as the desk does it, so that scenarios depend on no page.
"""

import asyncio
import re
import secrets
from collections.abc import Iterable

import httpx

from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.event import Event
from mainline.journal.floor_events import (
    AgentPaused,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapupEnded,
)
from mainline.secrets import Secrets
from tests.calls.scenario import PATIENCE_S

QUEUES = ("service", "repair", "billing", "emergency")


class Floor:
    """Who sits where."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database)
        self._phone_secrets: dict[str, str] = {}

    async def close(self) -> None:
        """Give the database back."""
        await self._database.dispose()

    async def phone_secret(self, agent: str) -> str:
        """The password of an agent's desk telephone, made on the first sign-in."""
        if agent not in self._phone_secrets:
            secret = secrets.token_hex(16)
            await self._put_auth(f"phone-{agent}", secret)
            self._phone_secrets[agent] = secret
        return self._phone_secrets[agent]

    async def _put_auth(self, user: str, secret: str) -> None:
        fields = {"auth_type": "digest", "username": user, "password": secret}
        body = {"fields": [{"attribute": k, "value": v} for k, v in fields.items()]}
        async with self._ari() as client:
            url = f"/asterisk/config/dynamic/res_pjsip/auth/{user}"
            (await client.put(url, json=body)).raise_for_status()

    async def set_state(self, agent: str, state: str, queues: tuple[str, ...] = QUEUES) -> None:
        """Ready, paused or signed out: in the journal and in Asterisk's queues."""
        subject = f"agent:{agent}"
        await self._leave(agent)
        if state == "signed out":
            await self._tell(AgentSignedOut(subject=subject))
            return
        await self._tell(AgentSignedIn(subject=subject, station="phone"))
        if state == "paused":
            await self._tell(AgentPaused(subject=subject, reason="break"))
        else:
            await self._tell(AgentReady(subject=subject))
        await self.join(agent, queues, paused=state == "paused")

    async def begin_shift(self, agent: str, queues: tuple[str, ...]) -> None:
        """Somebody who was not here before is ready in these queues."""
        subject = f"agent:{agent}"
        await self._tell(AgentSignedIn(subject=subject, station="phone"))
        await self._tell(AgentReady(subject=subject))
        await self.join(agent, queues)

    async def end_wrapup(self, agent: str, calls: Iterable[str]) -> None:
        """The agent is done with these calls, as if the page had said so."""
        subject = f"agent:{agent}"
        await self._tell(*(AgentWrapupEnded(subject=subject, call_id=call) for call in calls))

    async def _tell(self, *events: Event) -> None:
        async with self._database.unit_of_work() as session:
            await append_all(session, events)

    async def join(
        self, agent: str, queues: tuple[str, ...] = QUEUES, *, paused: bool = False
    ) -> None:
        """Into these queues."""
        for queue in queues:
            await self._ami(
                Action="QueueAdd",
                Queue=queue,
                Interface=f"PJSIP/phone-{agent}",
                MemberName=agent,
                Paused="1" if paused else "0",
            )

    async def _leave(self, agent: str) -> None:
        for queue in QUEUES:
            await self._ami(Action="QueueRemove", Queue=queue, Interface=f"PJSIP/phone-{agent}")

    async def penalties(self, agent: str) -> dict[str, int]:
        """The queues in which the agent's desk telephone is, as Asterisk has them."""
        told = await self._ami(end=b"EventList: Complete", Action="QueueStatus")
        blocks = [
            dict(re.findall(r"^(\w+): (.*?)\r?$", one, re.MULTILINE))
            for one in told.split("\r\n\r\n")
        ]
        return {
            one["Queue"]: int(one["Penalty"])
            for one in blocks
            if one.get("Location") == f"PJSIP/phone-{agent}"
        }

    async def bring_back(self, agent: str) -> None:
        """The customer comes to the agent's telephone again, as after a reload of the page."""
        customer = next(name for name in await self._channels() if name.startswith("PJSIP/trunk"))
        await self._ami(
            Action="Redirect", Channel=customer, Context="ml-rejoin", Exten=agent, Priority="1"
        )

    async def _channels(self) -> list[str]:
        async with self._ari() as client:
            return [str(channel["name"]) for channel in (await client.get("/channels")).json()]

    def _ari(self) -> httpx.AsyncClient:
        password = Secrets.load_or_create(self._settings.home).ari
        base = f"http://127.0.0.1:{self._settings.asterisk_http_port}/ari"
        return httpx.AsyncClient(base_url=base, auth=("mainline", password), timeout=60)

    async def _ami(self, end: bytes = b"\r\n\r\n", **fields: str) -> str:
        """One action on a connection of its own; the answer's text."""
        password = Secrets.load_or_create(self._settings.home).ami_web
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._settings.ami_port)
            await reader.readline()
            login = {"Action": "Login", "Username": "web", "Secret": password, "Events": "off"}
            for action, last in ((login, b"\r\n\r\n"), (fields, end)):
                lines = "".join(f"{name}: {value}\r\n" for name, value in action.items())
                writer.write(f"{lines}\r\n".encode())
                answer = (await reader.readuntil(last)).decode()
            writer.close()
        return answer
