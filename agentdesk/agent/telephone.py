"""What the desk asks of the telephone system. ``mainline.asterisk`` answers; tests have their own."""

from collections.abc import Mapping
from typing import Protocol


class Telephone(Protocol):
    """Requests that go down to Asterisk. Each refuses with ``Unavailable`` when it is away."""

    async def softphone(self, endpoint: str) -> str:
        """A fresh password for the endpoint; the one before is void."""

    async def revoke_softphone(self, endpoint: str) -> None:
        """Nobody can register as this endpoint any more."""

    async def join_queues(
        self, agent: str, interface: str, penalties: Mapping[str, int], *, paused: bool = False
    ) -> None:
        """The agent serves exactly these queues."""

    async def leave_queues(self, agent: str, interface: str) -> None:
        """The agent serves no queue."""

    async def pause(self, interface: str, reason: str) -> None:
        """No calls for now, in all queues."""

    async def unpause(self, interface: str) -> None:
        """Calls again."""

    async def call_out(self, agent: str, number: str) -> str:
        """Ring the agent's telephone (it answers by itself), then the number; the call's id."""

    async def rejoin(self, agent: str, call_id: str) -> bool:
        """Bring the caller of that call to the agent's page again; False when the call is over."""
