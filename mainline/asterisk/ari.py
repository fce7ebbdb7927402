"""Asterisk's REST interface (ARI), as far as we need it: softphones' credentials, who is quiet.

A credential is a digest object in Asterisk's dynamic configuration. It is made at sign-in and
removed at sign-out; without it every request of that telephone is refused.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from mainline.errors import Invalid, Unavailable
from mainline.log import get_logger

TIMEOUT_S: Final = 3.0
USER: Final = "mainline"
CONNECTIONS_MAX: Final = 8
_QUIET: Final = "Stasis:quiet-"
"""Asterisk keeps these states itself; the dialplan asks for them (ml-quiet)."""
_AGENT: Final = re.compile(r"[0-9]{3,5}")
_ENDPOINT: Final = re.compile(r"(?:agent|phone)-[0-9]{3,5}|try-[0-9]{1,3}")
_NOT_FOUND: Final = 404
_REFUSED: Final = 300

log = get_logger("ari")


class AriDown(Unavailable):
    """No answer, or one that says no."""

    code = "telephony-down"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a telephone signs its requests with. Never logged."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credential({self.user}, ***)"


class Ari:
    """A pool of connections to one Asterisk; use it as an async context."""

    def __init__(self, *, port: int, secret: str, host: str = "127.0.0.1") -> None:
        self._base = f"http://{host}:{port}/ari"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(USER, secret)}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=10),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def make(self, endpoint: str) -> Credential:
        """A new credential for this telephone; one made before is void from now on."""
        made = Credential(_checked(endpoint), secrets.token_urlsafe(24))
        fields = {"auth_type": "digest", "username": made.user, "password": made.password}
        pairs = [{"attribute": key, "value": value} for key, value in fields.items()]
        await self._call("PUT", _auth(endpoint), {"fields": pairs})
        return made

    async def drop(self, endpoint: str) -> None:
        """The telephone is signed out; harmless when it was."""
        await self._call("DELETE", _auth(_checked(endpoint)), missing_ok=True)

    async def has(self, endpoint: str) -> bool:
        """Whether the telephone has a credential."""
        found = await self._call("GET", _auth(_checked(endpoint)), missing_ok=True)
        return found is not None

    async def drop_all(self, endpoints: list[str]) -> int:
        """Sign out all of these, as when Mainline starts and nobody is signed in; how many were."""
        signed_in = [endpoint for endpoint in endpoints if await self.has(endpoint)]
        for endpoint in signed_in:
            await self.drop(endpoint)
        return len(signed_in)

    async def keep_quiet(self, agent: str, *, on: bool) -> None:
        """Direct calls to this agent are refused, or come through again."""
        state = "BUSY" if on else "NOT_INUSE"
        name = _QUIET + _number(agent)
        await self._call("PUT", f"deviceStates/{name}?deviceState={state}")

    async def quiet(self) -> set[str]:
        """The agents whose direct calls are refused."""
        found = await self._call("GET", "deviceStates")
        return {
            str(each["name"]).removeprefix(_QUIET)
            for each in found or ()
            if str(each["name"]).startswith(_QUIET) and each["state"] == "BUSY"
        }

    async def online(self) -> set[str]:
        """The agents one of whose telephones is registered."""
        found = await self._call("GET", "endpoints/PJSIP")
        names = (str(each["resource"]) for each in found or () if each.get("state") == "online")
        return {name.partition("-")[2] for name in names if _ENDPOINT.fullmatch(name)}

    async def channels(self) -> list[dict[str, Any]]:
        """All legs, in ARI's own form."""
        found = await self._call("GET", "channels")
        return found if isinstance(found, list) else []

    async def _call(
        self, method: str, path: str, body: object = None, *, missing_ok: bool = False
    ) -> Any:
        """The answer's JSON; None for an empty one, or for 404 if that is no failure."""
        if self._session is None:
            raise AriDown("not opened")
        try:
            async with self._session.request(method, f"{self._base}/{path}", json=body) as answer:
                if missing_ok and answer.status == _NOT_FOUND:
                    return None
                if answer.status >= _REFUSED:
                    log.error("ari.refused", method=method, status=answer.status)
                    raise AriDown(f"ARI answered {answer.status}")
                raw = await answer.read()
                return await answer.json() if raw else None
        except (aiohttp.ClientError, TimeoutError) as failure:
            log.warning("ari.down", why=type(failure).__name__)
            raise AriDown(type(failure).__name__) from failure


def _number(agent: str) -> str:
    if not _AGENT.fullmatch(agent):
        raise Invalid("this is no agent number")
    return agent


def _auth(endpoint: str) -> str:
    return f"asterisk/config/dynamic/res_pjsip/auth/{endpoint}"


def _checked(endpoint: str) -> str:
    if not _ENDPOINT.fullmatch(endpoint):
        raise Invalid("this is no telephone of ours")
    return endpoint
