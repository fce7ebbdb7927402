"""The leader's hand on the floor: states of agents, lines, listening in.

The telephone first, then the fact.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, get_args

from agentdesk.supervisor.telephone import Credentials, Switchboard
from crm.staff.queries import AgentView, agent
from dialplan.contract import QUEUE_SERVICE, SOFTPHONE_PREFIX
from ivr.hours import Mode
from ivr.modes import set_mode
from mainline.asterisk.snapshots import Station
from mainline.asterisk.switchboard import SpyMode
from mainline.db import Database
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import CallId, call_subject
from mainline.journal import Event, append
from mainline.journal.call_events import (
    AgentPaused,
    AgentReady,
    AgentSignedOut,
    AgentWrapupEnded,
    SupervisionStarted,
)

Wish = Literal["pause", "ready", "sign-out"]
WISHES: tuple[Wish, ...] = get_args(Wish)


class NotTalking(MainlineError):
    """There is nothing to listen to."""

    code = "not-talking"
    words = Text("This agent is not in a call at the moment.")


class NotOnDuty(MainlineError):
    """An agent who is not here cannot be made ready."""

    code = "not-on-duty"
    words = Text("This agent is not signed in, or has not been ready yet.")


class NoPhoneOfYourOwn(MainlineError):
    """Listening needs a telephone to listen with."""

    code = "no-telephone"
    words = Text("You have no agent number, so there is no telephone to listen with.")


class YourOwnCall(MainlineError):
    """Nobody listens in on themselves."""

    code = "own-call"
    words = Text("This is your own call.")


@dataclass(frozen=True, slots=True)
class Leader:
    """One leader at the board."""

    database: Database
    switchboard: Switchboard
    credentials: Credentials
    name: str
    number: str | None

    async def telephone(self) -> tuple[str, str]:
        """A softphone for this page: its user and a fresh password. The one before is void."""
        user = SOFTPHONE_PREFIX + self._own_number()
        return user, (await self.credentials.make(user)).password

    async def join(self, number: str, mode: SpyMode) -> CallId:
        """Listen, whisper or barge in on what the agent talks now; the audit fact comes with it."""
        own = self._own_number()
        if number == own:
            raise YourOwnCall
        present = await self._agent(number)
        if present.state != "talking" or not present.call_id:
            raise NotTalking
        channel = await self.switchboard.agent_channel(present.call_id, number)
        call = await self.switchboard.spy(own, await self._station(), channel, mode)
        await self._tell(
            SupervisionStarted(
                subject=call_subject(present.call_id), leader=self.name, agent=number, mode=mode
            )
        )
        return call

    async def set_state(self, number: str, wish: Wish) -> None:
        """Pause an agent, make them ready again, or sign them out."""
        present = await self._agent(number)
        if present.word == "closed":
            raise NotOnDuty
        if wish == "pause":
            await self._pause(present)
        elif wish == "ready":
            await self._ready(present)
        else:
            await self._sign_out(present)

    async def set_line(self, dnis: str, mode: Mode) -> None:
        """Answer a line as at night, as in an emergency, or by the calendar again."""
        async with self.database.unit_of_work() as session:
            await set_mode(session, dnis=dnis, mode=mode, by=self.name)

    async def _pause(self, present: AgentView) -> None:
        with suppress(NotFound):
            await self.switchboard.pause(present.number, _station(present), "leader")
        await self._tell(AgentPaused(subject=_subject(present), reason="leader"))

    async def _ready(self, present: AgentView) -> None:
        """Out of a pause or of wrap-up; who was never ready has to prove the desk first."""
        try:
            await self.switchboard.unpause(present.number, _station(present))
        except NotFound as error:
            raise NotOnDuty from error
        if present.state == "wrapup":
            await self._tell(
                AgentWrapupEnded(
                    subject=_subject(present), call_id=present.call_id or "", by="leader"
                )
            )
        await self._tell(AgentReady(subject=_subject(present)))

    async def _sign_out(self, present: AgentView) -> None:
        for queue in sorted({QUEUE_SERVICE, *present.queues}):
            await self.switchboard.queue_remove(queue, present.number, _station(present))
        if _station(present) == "softphone" and present.state != "talking":
            await self.credentials.drop(SOFTPHONE_PREFIX + present.number)
        await self._tell(AgentSignedOut(subject=_subject(present), by="leader"))

    def _own_number(self) -> str:
        if self.number is None:
            raise NoPhoneOfYourOwn
        return self.number

    async def _station(self) -> Station:
        return _station(await self._agent(self._own_number()))

    async def _agent(self, number: str) -> AgentView:
        async with self.database.reading() as session:
            return await agent(session, number)

    async def _tell(self, fact: Event) -> None:
        async with self.database.unit_of_work() as session:
            await append(session, fact)


def _station(present: AgentView) -> Station:
    return "phone" if present.station == "phone" else "softphone"


def _subject(present: AgentView) -> str:
    return f"agent:{present.number}"
