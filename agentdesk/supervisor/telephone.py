"""What the board asks of the telephone system; ``mainline.asterisk`` answers."""

from typing import Protocol

from mainline.asterisk.ari import Credential
from mainline.asterisk.snapshots import Queues, Station
from mainline.asterisk.switchboard import SpyMode
from mainline.ids import CallId


class Switchboard(Protocol):
    """The verbs of ``mainline.asterisk.switchboard.Switchboard`` that the board needs."""

    async def agent_channel(self, call_id: str, agent: str) -> str:
        """The agent's leg of a call; NotFound when it is gone."""

    async def spy(self, leader: str, station: Station, agent_channel: str, mode: SpyMode) -> CallId:
        """Ring the leader's own telephone and let it join the agent's leg."""

    async def call_colleague(self, leader: str, station: Station, agent: str) -> CallId:
        """Ring the leader's own telephone, which answers by itself, then the agent's."""

    async def customer_channel(self, call_id: str) -> str:
        """The customer's leg of a call; NotFound when it is gone."""

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        """Send a leg elsewhere in the dialplan; whom it talked with is let go."""

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        """A word for the dialplan, kept on a leg."""

    async def queues(self) -> Queues:
        """All queues, members and waiting callers now."""

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        """Let a waiting caller go ahead or back."""

    async def withdraw(self, queue: str, channel: str, info: str) -> None:
        """Take a waiting caller out of the queue; the dialplan goes on with ``info``."""

    async def stop_ringing(self, call_id: str) -> None:
        """No agent's telephone rings for the call any more."""

    async def queue_add(
        self, queue: str, agent: str, station: Station, *, penalty: int = 0, paused: str = ""
    ) -> None:
        """Let the agent answer this queue; harmless when that is so already."""

    async def set_penalty(self, queue: str, agent: str, station: Station, *, penalty: int) -> None:
        """Callers go to the lowest penalty first."""

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
