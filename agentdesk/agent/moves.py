"""Where an agent sends the customer of their own call: on, to the menu, into a slot, to three."""

from dataclasses import dataclass
from typing import Final, Literal

from agentdesk.agent.duty import station
from agentdesk.agent.own import Legs, OwnCall, is_outside
from agentdesk.agent.presence import free_of_team
from crm.interactions.models import Interaction
from crm.parking import service as parking
from crm.staff import rules
from crm.staff.floor import IN_CALL
from crm.staff.queries import AgentView, agent, agents
from dialplan.contract import (
    CONTEXT_CONFERENCE,
    CONTEXT_MENU,
    CONTEXT_PARK,
    CONTEXT_TEAM,
    CONTEXT_TRANSFER,
    CONTEXT_UNPARK,
    VAR_BACK,
    VAR_CALLER,
    VAR_RINGS,
)
from ivr import kinds
from ivr.menu import Door
from mainline import definitions
from mainline.asterisk.snapshots import Channel
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text

Kind = Literal["agent", "team", "queue", "contact", "outside", "menu", "survey"]
Back = Literal["agent", "queue", "end"]
TALKERS_MAX: Final = 4
RINGS_MAX: Final = 10
"""So many telephones of a team ring at once; the dialplan rings no more."""


class InCall(MainlineError):
    """Nobody takes two customers at once."""

    code = "in-call"
    words = Text("Finish the call first.")


class NotYours(MainlineError):
    """A customer parked for others."""

    code = "other-group"
    status = 403
    words = Text("This customer was parked for another group.")


class ConferenceFull(MainlineError):
    """Customer, agent and two more."""

    code = "conference-full"
    words = Text("No more than four can talk together.")


class NobodyFree(MainlineError):
    """All of that team talk, pause or are away."""

    code = "nobody-free"
    words = Text("Nobody of that team is free now.")


@dataclass(frozen=True, slots=True)
class Moves(OwnCall):
    """What one agent does with one's own calls."""

    async def transfer(self, call_id: str, kind: Kind, target: str, back: Back = "queue") -> None:
        """Hand the customer on; refused with NotFound when it is not the agent's call."""
        context, exten, words = await self._way(call_id, kind, target, back)
        await self.send(call_id, context, exten, **words)

    async def park(self, call_id: str) -> int:
        """The customer waits with music until somebody of the group takes them; the slot."""
        await self.legs(call_id)
        async with self.database.unit_of_work() as session:
            mine, call = await agent(session, self.number), await session.get(Interaction, call_id)
            queue = (call.queue if call else None) or ""
            slot = await parking.take_slot(
                session, call_id, agent=self.number, team=mine.team, queue=queue
            )
        try:
            await self.send(call_id, CONTEXT_PARK, str(slot))
        except MainlineError:
            async with self.database.unit_of_work() as session:
                await parking.free_slot(session, call_id)
            raise
        return slot

    async def unpark(self, slot: int) -> str:
        """The customer of that slot comes to this agent; the call."""
        async with self.database.reading() as session:
            mine, found = await agent(session, self.number), await parking.in_slot(session, slot)
        if not parking.concerns(found, agent=self.number, team=mine.team, queues=mine.queues):
            raise NotYours
        if mine.state in IN_CALL:
            raise InCall
        customer = await self.switchboard.customer_channel(found.call_id)
        await self.switchboard.redirect(customer, CONTEXT_UNPARK, self.number)
        return found.call_id

    async def confer(self, call_id: str, kind: Kind, target: str) -> None:
        """A third joins: a colleague, whom one may have asked before, or a number outside."""
        legs = await self.legs(call_id)
        number = await self.number_of(kind, target)
        everybody = await self.switchboard.channels()
        inside = len(self._others(legs, everybody)) + 2
        if legs.confer and inside >= TALKERS_MAX:
            raise ConferenceFull
        consulted = self.consulted(legs, number, everybody)
        if not legs.confer:
            pair = (legs.customer.name, "customer"), (legs.own.name, "agent")
            await self.switchboard.redirect_both(*pair, CONTEXT_CONFERENCE)
        if consulted:
            await self.switchboard.tell_leg(consulted, VAR_CALLER, legs.customer.name)
            way = "outside" if is_outside(number) else "colleague"
            await self.switchboard.redirect(consulted, CONTEXT_CONFERENCE, way)
        else:
            await self._ask_in(call_id, legs.customer.name, number)

    async def drop(self, call_id: str) -> int:
        """Customer and agent alone again; how many were asked to leave."""
        legs = await self.legs(call_id)
        others = self._others(legs, await self.switchboard.channels()) if legs.confer else []
        for leg in others:
            await self.switchboard.hang_up(leg.name)
        return len(others)

    async def doors(self, call_id: str) -> dict[str, Door]:
        """The nodes of the menu, in the version the call began with, that agents may send to."""
        async with self.database.reading() as session:
            call = await session.get(Interaction, call_id)
            if call is None or not call.menu:
                return {}
            kind, version = kinds.IVR_MENU.name, call.menu_version or 0
            try:
                found = await definitions.version(session, kind, call.menu, version)
            except NotFound:
                return {}
        doors: dict[str, Door] = dict(found.body.doors)
        return doors

    async def _way(
        self, call_id: str, kind: Kind, target: str, back: Back
    ) -> tuple[str, str, dict[str, str]]:
        if kind == "menu":
            if target not in await self.doors(call_id):
                raise NotFound("node")
            return CONTEXT_MENU, target, {VAR_BACK: back}
        if kind == "team":
            return CONTEXT_TEAM, "team", {VAR_RINGS: "-".join(await self._free(target))}
        if kind in {"queue", "survey"}:
            return CONTEXT_TRANSFER, target if kind == "queue" else "survey", {}
        return CONTEXT_TRANSFER, await self.number_of(kind, target), {}

    async def _free(self, team: str) -> list[str]:
        """Who of a team can be rung now, at most so many at once; refused when nobody can."""
        members = (await self.switchboard.queues()).members
        async with self.database.reading() as session:
            everybody = [each for each in await agents(session) if each.number != self.number]
            silent = (await rules.pause_reasons(session)).silent()
        free = free_of_team(team, everybody, members, silent)
        if not free:
            raise NobodyFree
        return free[:RINGS_MAX]

    def _others(self, legs: Legs, everybody: list[Channel]) -> list[Channel]:
        known = {legs.customer.name, legs.own.name}
        bridge = legs.customer.bridge
        return [leg for leg in everybody if bridge == leg.bridge and leg.name not in known]

    async def _ask_in(self, call_id: str, customer: str, number: str) -> None:
        if is_outside(number):
            await self.switchboard.ask_in(call_id, customer, number=number)
            return
        async with self.database.reading() as session:
            colleague: AgentView = await agent(session, number)
        await self.switchboard.ask_in(call_id, customer, agent=number, station=station(colleague))
