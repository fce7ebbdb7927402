"""What the board asks of the telephone system; ``mainline.asterisk`` answers."""

from typing import Protocol

from mainline.asterisk.ari import Credential
from mainline.asterisk.snapshots import Station
from mainline.asterisk.switchboard import SpyMode
from mainline.ids import CallId


class Switchboard(Protocol):
    """The verbs of ``mainline.asterisk.switchboard.Switchboard`` that the board needs."""

    async def agent_channel(self, call_id: str, agent: str) -> str:
        """The agent's leg of a call; NotFound when it is gone."""

    async def spy(self, leader: str, station: Station, agent_channel: str, mode: SpyMode) -> CallId:
        """Ring the leader's own telephone and let it join the agent's leg."""

    async def pause(self, agent: str, station: Station, reason: str) -> None:
        """No calls for the agent. NotFound when in no queue."""

    async def unpause(self, agent: str, station: Station) -> None:
        """Calls again. NotFound when in no queue."""

    async def queue_remove(self, queue: str, agent: str, station: Station) -> None:
        """Take the agent out; harmless when not in."""


class Credentials(Protocol):
    """Passwords of softphones, made for one sign-in."""

    async def make(self, endpoint: str) -> Credential:
        """A fresh one; the one before is void."""

    async def drop(self, endpoint: str) -> None:
        """Nobody can register as this endpoint any more."""
