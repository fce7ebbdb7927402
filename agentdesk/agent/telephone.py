"""What the desk asks of the telephone system: verbs of ``mainline.asterisk``, as seen from here."""

from typing import Protocol

from mainline.asterisk.snapshots import Channel, Queues, Station


class Switchboard(Protocol):
    """Requests that go down to Asterisk; refused with ``Unavailable`` when it is away."""

    async def queue_add(
        self, queue: str, agent: str, station: Station, *, penalty: int = 0, paused: str = ""
    ) -> None:
        """Let the agent answer this queue."""

    async def queue_remove(self, queue: str, agent: str, station: Station) -> None:
        """Take the agent out."""

    async def pause(self, agent: str, station: Station, reason: str) -> None:
        """No calls, in all queues; NotFound when in none."""

    async def unpause(self, agent: str, station: Station) -> None:
        """Calls again; NotFound when in none."""

    async def call_out(self, agent: str, station: Station, number: str) -> str:
        """Ring the agent, who answers by itself, then the number; the call's id."""

    async def rejoin(self, call_id: str, agent: str) -> None:
        """Bring the customer of that call to the agent's page again; NotFound when gone."""

    async def agent_channel(self, call_id: str, agent: str) -> str:
        """The agent's leg of that call; NotFound when there is none."""

    async def customer_channel(self, call_id: str) -> str:
        """The customer's leg; NotFound when it is gone."""

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        """Send a leg elsewhere in the dialplan."""

    async def redirect_both(
        self, first: tuple[str, str], second: tuple[str, str], context: str
    ) -> None:
        """Two legs that talk with one another, in one step: (leg, extension) each."""

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        """A word for the dialplan, kept on a leg."""

    async def hang_up(self, channel: str) -> None:
        """End a leg."""

    async def ask_in(
        self, call_id: str, customer: str, *, agent: str = "", station: Station = "softphone",
        number: str = "",
    ) -> None:  # fmt: skip
        """Ring somebody who then joins the conference of that call."""

    async def consult(
        self, call_id: str, customer: str, agent: str, station: Station, number: str
    ) -> None:
        """A second line of the agent's telephone to a number outside, about that call."""

    async def channels(self) -> list[Channel]:
        """All legs now."""

    async def queues(self) -> Queues:
        """All queues and their members now."""


class Credential(Protocol):
    """What a softphone signs its requests with."""

    @property
    def user(self) -> str:
        """The endpoint's name."""

    @property
    def password(self) -> str:
        """Known to this sign-in only."""


class Credentials(Protocol):
    """Credentials of softphones, made for one sign-in."""

    async def make(self, endpoint: str) -> Credential:
        """A new one; the one before is void."""

    async def drop(self, endpoint: str) -> None:
        """Nobody can register as this endpoint any more."""

    async def keep_quiet(self, agent: str, *, on: bool) -> None:
        """Direct calls to this agent are refused, or come through again."""
