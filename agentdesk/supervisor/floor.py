"""The leader's hand on the floor: states of agents, lines, listening in.

The telephone first, then the fact.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from agentdesk.supervisor.refusals import NoPhoneOfYourOwn, NotOnDuty, NotTalking, YourOwnCall
from agentdesk.supervisor.telephone import Credentials, Switchboard
from crm.catalog import service as catalog
from crm.staff.floor import IN_CALL
from crm.staff.queries import AgentView, agent
from crm.staff.service import set_queues
from dialplan.contract import LAST_RESORT_PENALTY, QUEUE_SERVICE, SOFTPHONE_PREFIX
from ivr.hours import Mode
from ivr.modes import set_mode
from mainline.asterisk.snapshots import Station
from mainline.asterisk.switchboard import WRAPUP, SpyMode
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.ids import CallId, call_subject
from mainline.journal import Event, append
from mainline.journal.floor_events import (
    AgentCalled,
    AgentMoved,
    AgentPaused,
    AgentReady,
    AgentSignedOut,
    AgentWrapupEnded,
    SupervisionStarted,
)

Wish = Literal["pause", "ready", "sign-out"]
WISHES: tuple[Wish, ...] = get_args(Wish)
PENALTY_MAX: Final = 20


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
        user = SOFTPHONE_PREFIX + self.own_number()
        return user, (await self.credentials.make(user)).password

    async def join(self, number: str, mode: SpyMode, why: str = "") -> CallId:
        """Listen, whisper or barge in on what the agent talks now; the audit fact comes with it."""
        own = self.own_number()
        if number == own:
            raise YourOwnCall
        present = await self.agent(number)
        if present.state not in IN_CALL or not present.call_id:
            raise NotTalking
        channel = await self.switchboard.agent_channel(present.call_id, number)
        call = await self.switchboard.spy(own, await self._station(), channel, mode)
        await self.tell(
            SupervisionStarted(
                subject=call_subject(present.call_id),
                leader=self.name,
                agent=number,
                mode=mode,
                why=why,
            )
        )
        return call

    async def set_state(self, number: str, wish: Wish, why: str = "") -> None:
        """Pause an agent, make them ready again, or sign them out."""
        present = await self.agent(number)
        if present.word == "closed":
            raise NotOnDuty
        if wish == "pause":
            await self._pause(present, why)
        elif wish == "ready":
            await self._ready(present, why)
        else:
            await self._sign_out(present, why)

    async def move(self, number: str, queues: Mapping[str, int], why: str = "") -> None:
        """Let an agent answer these queues and no others. Books first: the telephone follows them.

        Should Asterisk fail half-way, the keeper brings it to what the books say.
        """
        present = await self.agent(number)
        async with self.database.unit_of_work() as session:
            known = {queue.name for queue in await catalog.queues(session)}
            if not set(queues) <= known:
                raise Invalid("queue")
            await set_queues(session, present.user_id, queues)
            await append(
                session,
                AgentMoved(subject=_subject(present), queues=dict(queues), by=self.name, why=why),
            )
        if present.word == "ready":
            await self._serve(present, (await self.agent(number)).queues)

    async def _serve(self, present: AgentView, queues: Mapping[str, int]) -> None:
        """In these queues and in the last resort; out of those that were left."""
        wanted = {QUEUE_SERVICE: LAST_RESORT_PENALTY, **queues}
        paused = "" if present.state == "ready" else present.state
        for queue, penalty in wanted.items():
            await self.switchboard.queue_add(
                queue, present.number, _station(present), penalty=penalty, paused=paused
            )
            await self.switchboard.set_penalty(
                queue, present.number, _station(present), penalty=penalty
            )
        for queue in sorted(set(present.queues) - set(wanted)):
            await self.switchboard.queue_remove(queue, present.number, _station(present))

    async def call(self, number: str, why: str = "") -> CallId:
        """Ring one's own telephone, then the agent's."""
        own = self.own_number()
        if number == own:
            raise YourOwnCall
        present = await self.agent(number)
        if present.word == "closed":
            raise NotOnDuty
        call = await self.switchboard.call_colleague(own, await self._station(), number)
        await self.tell(AgentCalled(subject=_subject(present), by=self.name, why=why))
        return call

    async def set_line(
        self, dnis: str, mode: Mode, *, until: datetime | None = None, why: str = ""
    ) -> None:
        """Answer a line as at night, on a holiday, in an emergency, or by the calendar again."""
        async with self.database.unit_of_work() as session:
            await set_mode(session, dnis=dnis, mode=mode, by=self.name, until=until, why=why)

    async def _pause(self, present: AgentView, why: str) -> None:
        with suppress(NotFound):
            await self.switchboard.pause(present.number, _station(present), "leader")
        await self.tell(
            AgentPaused(subject=_subject(present), reason="leader", leader=self.name, why=why)
        )

    async def _ready(self, present: AgentView, why: str) -> None:
        """Out of a pause or of wrap-up, after the talk if there is one; who was never ready has to
        prove the desk first."""
        try:
            if present.unfinished and not present.wraps_up:
                await self.switchboard.pause(present.number, _station(present), WRAPUP)
            else:
                await self.switchboard.unpause(present.number, _station(present))
        except NotFound as error:
            raise NotOnDuty from error
        if present.wraps_up:
            await self.tell(
                AgentWrapupEnded(subject=_subject(present), call_id=present.wraps_up, by="leader")
            )
        await self.tell(AgentReady(subject=_subject(present), leader=self.name, why=why))

    async def _sign_out(self, present: AgentView, why: str) -> None:
        for queue in sorted({QUEUE_SERVICE, *present.queues}):
            await self.switchboard.queue_remove(queue, present.number, _station(present))
        if _station(present) == "softphone" and present.state not in IN_CALL:
            await self.credentials.drop(SOFTPHONE_PREFIX + present.number)
        await self.tell(
            AgentSignedOut(subject=_subject(present), by="leader", leader=self.name, why=why)
        )

    def own_number(self) -> str:
        """The leader's own telephone."""
        if self.number is None:
            raise NoPhoneOfYourOwn
        return self.number

    async def _station(self) -> Station:
        return _station(await self.agent(self.own_number()))

    async def agent(self, number: str) -> AgentView:
        """What an agent does now."""
        async with self.database.reading() as session:
            return await agent(session, number)

    async def tell(self, fact: Event) -> None:
        """Write down what was done."""
        async with self.database.unit_of_work() as session:
            await append(session, fact)


def _station(present: AgentView) -> Station:
    return "phone" if present.station == "phone" else "softphone"


def _subject(present: AgentView) -> str:
    return f"agent:{present.number}"
