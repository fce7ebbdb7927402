"""An agent's duty: sign in, be ready, pause, end. The telephone first, then the fact."""

from contextlib import suppress
from dataclasses import dataclass

from agentdesk.agent.claims import Claims
from agentdesk.agent.telephone import Credentials, Switchboard
from crm.customers import queries as customers
from crm.staff.floor import IN_CALL
from crm.staff.pauses import PauseReasons
from crm.staff.queries import AgentView, agent
from crm.staff.rules import pause_reasons
from dialplan.contract import LAST_RESORT_PENALTY, QUEUE_SERVICE, SOFTPHONE_PREFIX
from mainline.asterisk.snapshots import Station
from mainline.asterisk.switchboard import WRAPUP
from mainline.db import Database
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import Event, append
from mainline.journal.call_events import CallerIdentified
from mainline.journal.floor_events import (
    AgentPaused,
    AgentProven,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapupEnded,
)
from mainline.phone import normalise


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
    switchboard: Switchboard
    credentials: Credentials
    claims: Claims

    async def view(self, number: str) -> AgentView:
        """What the agent does now."""
        async with self.database.reading() as session:
            return await agent(session, number)

    async def sign_in(self, number: str, page: str, *, reloaded: bool = False) -> str:
        """The page takes the agent's telephone; its password, empty for a desk phone."""
        present = await self.view(number)
        password = ""
        if present.station == "softphone":
            password = (await self.credentials.make(SOFTPHONE_PREFIX + number)).password
        self.claims.take(number, page, reloaded=reloaded)
        if present.word == "closed":
            fact = AgentSignedIn(subject=_subject(number), station=station(present))
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
        """Calls may come: at once, or when the present one is noted. Refused until the desk is
        proven."""
        present, known = await self._view_and_reasons(number)
        if not self.claims.proven(present):
            raise NotProven
        await self._serve_queues(present)
        await self._keep_quiet(present, known, "")
        await self._tell(AgentReady(subject=_subject(number)))

    async def pause(self, number: str, reason: str) -> None:
        """No calls for now; under some reasons none of colleagues either."""
        present, known = await self._view_and_reasons(number)
        if reason not in {each.code for each in known.reasons}:
            raise Invalid("reason")
        with suppress(NotFound):  # in no queue yet: there is nothing to stop
            await self.switchboard.pause(number, station(present), reason)
        await self._keep_quiet(present, known, reason)
        await self._tell(AgentPaused(subject=_subject(number), reason=reason))

    async def end(self, number: str) -> None:
        """End of duty; the softphone's password dies."""
        present = await self.view(number)
        for queue in {QUEUE_SERVICE, *present.queues}:
            await self.switchboard.queue_remove(queue, number, station(present))
        if present.station == "softphone":
            await self.credentials.drop(SOFTPHONE_PREFIX + number)
        self.claims.end(number)
        await self._tell(AgentSignedOut(subject=_subject(number)))

    async def rejoin(self, number: str) -> None:
        """The page came back in mid-call: bring the customer to it again."""
        present = await self.view(number)
        if present.state not in IN_CALL or present.call_id is None:
            raise NotFound("call")
        await self.switchboard.rejoin(present.call_id, number)

    async def identified(self, call_id: str, customer_id: int) -> None:
        """Whom the agent calls is known before anybody answers."""
        subject = call_subject(call_id)
        await self._tell(CallerIdentified(subject=subject, how="choice", customer_id=customer_id))

    async def number_of(self, customer_id: int | None, phone_id: int) -> str:
        """The number of a customer's telephone, which the page shows masked."""
        if customer_id is None:
            raise Invalid("customer")
        async with self.database.reading() as session:
            phones = (await customers.view(session, customer_id)).phones
        number = next((phone.number for phone in phones if phone.id == phone_id), None)
        if number is None:
            raise NotFound("phone")
        return number

    async def after_wrapup(self, number: str, call_id: str, *, pause: bool) -> bool:
        """Wrap-up is over: ready again, or a pause of the agent's own. False: still talking."""
        present = await self.view(number)
        if present.state in IN_CALL and present.call_id == call_id:
            return False
        if present.wraps_up and present.wraps_up != call_id:
            return True  # an earlier call, noted later: the present wrap-up goes on
        await self._tell(AgentWrapupEnded(subject=_subject(number), call_id=call_id))
        if pause:
            await self.pause(number, "other")
        elif present.wraps_up and present.word == "ready":
            with suppress(NotFound):
                await self.switchboard.unpause(number, station(present))
        return True

    async def _view_and_reasons(self, number: str) -> tuple[AgentView, PauseReasons]:
        async with self.database.reading() as session:
            return await agent(session, number), await pause_reasons(session)

    async def _keep_quiet(self, present: AgentView, known: PauseReasons, reason: str) -> None:
        """At once what the worker would do in a moment: colleagues are kept away, or may call."""
        before = present.word == "paused" and present.word_reason in known.silent()
        wanted = reason in known.silent()
        if before != wanted:
            await self.credentials.keep_quiet(present.number, on=wanted)

    async def _serve_queues(self, present: AgentView) -> None:
        """In all queues of this agent, and in the one that plain dialplan falls back on. Who has a
        call to note stays paused for that."""
        number, where = present.number, station(present)
        paused = WRAPUP if present.unfinished else ""
        penalties = {QUEUE_SERVICE: LAST_RESORT_PENALTY, **present.queues}
        for queue, penalty in penalties.items():
            await self.switchboard.queue_add(queue, number, where, penalty=penalty, paused=paused)
        if paused:
            await self.switchboard.pause(number, where, paused)
        else:
            await self.switchboard.unpause(number, where)

    async def _tell(self, fact: Event) -> None:
        async with self.database.unit_of_work() as session:
            await append(session, fact)


def station(present: AgentView) -> Station:
    """Where the agent's calls ring."""
    return "phone" if present.station == "phone" else "softphone"


def dialable(typed: str, area_code: str) -> str:
    """The number that was typed, or a refusal."""
    number = normalise(typed, area_code=area_code).number
    if number is None:
        raise Invalid("number")
    return number


def _subject(number: str) -> str:
    return f"agent:{number}"
