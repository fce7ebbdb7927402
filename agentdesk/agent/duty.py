"""An agent's duty: sign in, be ready, pause, end. The telephone first, then the fact."""

from dataclasses import dataclass
from typing import Final, Literal

from agentdesk.agent.claims import Claims
from agentdesk.agent.telephone import Telephone
from crm.staff.queries import AgentView, agent
from dialplan.contract import DESK_PHONE_PREFIX, QUEUE_SERVICE, SOFTPHONE_PREFIX
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.journal import Event, append
from mainline.journal.call_events import (
    AgentPaused,
    AgentProven,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
)

LAST_RESORT_PENALTY: Final = 50
"""In the queue of the plain dialplan, agents of other queues come after its own."""


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why an agent takes no calls."""

    code: str
    words: Text


PAUSE_REASONS: Final = (
    PauseReason("break", Text("Break")),
    PauseReason("lunch", Text("Meal")),
    PauseReason("meeting", Text("Meeting")),
    PauseReason("training", Text("Training")),
    PauseReason("paperwork", Text("Paperwork")),
    PauseReason("other", Text("Other")),
)


class NotProven(MainlineError):
    """The desk has not shown that it can hear and be heard."""

    code = "not-proven"
    words = Text("Check microphone, line and echo first: a caller depends on them.")


class NoTelephone(MainlineError):
    """This person is no agent."""

    code = "no-telephone"
    words = Text("You have no agent number, so there is no telephone for you.")


@dataclass(frozen=True, slots=True)
class Duty:
    """The duties of all agents of this instance."""

    database: Database
    telephone: Telephone
    claims: Claims

    async def view(self, number: str) -> AgentView:
        """What the agent does now."""
        async with self.database.reading() as session:
            return await agent(session, number)

    async def sign_in(self, number: str, page: str) -> str:
        """The page takes the agent's telephone; its password, empty for a desk phone."""
        present = await self.view(number)
        password = ""
        if present.station == "softphone":
            password = await self.telephone.softphone(SOFTPHONE_PREFIX + number)
        self.claims.take(number, page)
        if present.word == "closed":
            fact = AgentSignedIn(subject=_subject(number), station=_station(present))
            await self._tell(fact)
        return password

    async def prove(
        self, number: str, page: str, *, microphone: bool, socket: bool, echo: bool
    ) -> bool:
        """Take down what the checks found; whether the desk may be ready."""
        good = microphone and socket and echo
        self.claims.prove(number, page, good=good)
        told = {"microphone": microphone, "socket": socket, "echo": echo}
        await self._tell(AgentProven(subject=_subject(number), **told))
        return good

    async def ready(self, number: str) -> None:
        """Calls may come. Refused until the desk is proven."""
        present = await self.view(number)
        if not self.claims.proven(present):
            raise NotProven
        penalties = {QUEUE_SERVICE: LAST_RESORT_PENALTY, **present.queues}
        await self.telephone.join_queues(number, interface(present), penalties)
        await self._tell(AgentReady(subject=_subject(number)))

    async def pause(self, number: str, reason: str) -> None:
        """No calls for now."""
        if reason not in {each.code for each in PAUSE_REASONS}:
            raise Invalid("reason")
        await self.telephone.pause(interface(await self.view(number)), reason)
        await self._tell(AgentPaused(subject=_subject(number), reason=reason))

    async def end(self, number: str) -> None:
        """End of duty; the softphone's password dies."""
        present = await self.view(number)
        await self.telephone.leave_queues(number, interface(present))
        if present.station == "softphone":
            await self.telephone.revoke_softphone(SOFTPHONE_PREFIX + number)
        self.claims.end(number)
        await self._tell(AgentSignedOut(subject=_subject(number)))

    async def _tell(self, fact: Event) -> None:
        async with self.database.unit_of_work() as session:
            await append(session, fact)


def interface(present: AgentView) -> str:
    """The agent's telephone as queues know it."""
    prefix = DESK_PHONE_PREFIX if present.station == "phone" else SOFTPHONE_PREFIX
    return f"PJSIP/{prefix}{present.number}"


def _station(present: AgentView) -> Literal["softphone", "phone"]:
    return "phone" if present.station == "phone" else "softphone"


def _subject(number: str) -> str:
    return f"agent:{number}"
