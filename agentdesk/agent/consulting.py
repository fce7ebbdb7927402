"""Somebody is asked alone, while the customer hears music, before the call goes on to them."""

from dataclasses import dataclass

from agentdesk.agent.duty import station
from agentdesk.agent.own import OwnCall, is_outside
from crm.staff.queries import agent
from dialplan.contract import CONTEXT_JOIN, VAR_JOIN_CHANNEL
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.talk_events import AgentConsulted


class SecondLine(MainlineError):
    """A telephone has two lines, not three."""

    code = "second-line"
    words = Text("You have a second line already. End it first.")


class NotAnswered(MainlineError):
    """Nobody is there to hand over to."""

    code = "not-answered"
    words = Text("Nobody has answered there yet.")


@dataclass(frozen=True, slots=True)
class Consulting(OwnCall):
    """One agent's second line."""

    async def outside(self, call_id: str, kind: str, target: str) -> None:
        """Ring a number outside for this agent, whose telephone takes the second line by itself.

        Colleagues are dialled by the page itself.
        """
        number = await self.number_of(kind, target)
        if not is_outside(number):
            raise Invalid("target")
        legs, everybody = await self.legs(call_id), await self.switchboard.channels()
        if any(leg.agent == self.number and leg.name != legs.own.name for leg in everybody):
            raise SecondLine
        async with self.database.reading() as session:
            own = station(await agent(session, self.number))
        await self.switchboard.consult(call_id, legs.customer.name, self.number, own, number)
        subject = call_subject(call_id)
        async with self.database.unit_of_work() as session:
            await append(session, AgentConsulted(subject=subject, agent=self.number, target=target))

    async def join(self, call_id: str, kind: str, target: str) -> None:
        """Hand the customer of one's own call to whoever was consulted."""
        number, legs = await self.number_of(kind, target), await self.legs(call_id)
        leg = self.consulted(legs, number, await self.switchboard.channels())
        if not leg:
            raise NotAnswered
        await self.send(call_id, CONTEXT_JOIN, number, **{VAR_JOIN_CHANNEL: leg})
