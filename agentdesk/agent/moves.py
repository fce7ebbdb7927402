"""Where an agent sends the customer of their own call: on, to the menu, into a slot, to three."""

from dataclasses import dataclass
from typing import Final, Literal

from agentdesk.agent.duty import dialable, station
from agentdesk.agent.telephone import Switchboard
from crm.interactions.models import Interaction
from crm.parking import service as parking
from crm.staff import rules
from crm.staff.floor import IN_CALL
from crm.staff.queries import AgentView, agent
from dialplan.contract import (
    CONTEXT_CONFERENCE,
    CONTEXT_MENU,
    CONTEXT_PARK,
    CONTEXT_TRANSFER,
    CONTEXT_UNPARK,
    VAR_BACK,
    VAR_CALLER,
    VAR_FROM,
)
from ivr import kinds
from ivr.menu import Door
from mainline import definitions
from mainline.asterisk.snapshots import Channel
from mainline.db import Database
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text

Kind = Literal["agent", "queue", "contact", "outside", "menu", "survey"]
Back = Literal["agent", "queue", "end"]
TALKERS_MAX: Final = 4


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


@dataclass(frozen=True, slots=True)
class Legs:
    """The customer's and the agent's leg of a call."""

    customer: Channel
    own: Channel

    @property
    def confer(self) -> bool:
        """Whether they talk in a conference already."""
        return self.customer.application == "ConfBridge"


@dataclass(frozen=True, slots=True)
class Moves:
    """What one agent does with one's own calls."""

    database: Database
    switchboard: Switchboard
    number: str
    area_code: str

    async def transfer(self, call_id: str, kind: Kind, target: str, back: Back = "queue") -> None:
        """Hand the customer on; refused with NotFound when it is not the agent's call."""
        context, exten, words = await self._way(call_id, kind, target, back)
        await self._send(call_id, context, exten, words)

    async def park(self, call_id: str) -> int:
        """The customer waits with music until somebody of the group takes them; the slot."""
        await self._legs(call_id)
        async with self.database.unit_of_work() as session:
            mine, call = await agent(session, self.number), await session.get(Interaction, call_id)
            queue = (call.queue if call else None) or ""
            slot = await parking.take_slot(
                session, call_id, agent=self.number, team=mine.team, queue=queue
            )
        try:
            await self._send(call_id, CONTEXT_PARK, str(slot), {})
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
        legs = await self._legs(call_id)
        number = await self._number(kind, target)
        everybody = await self.switchboard.channels()
        inside = len(self._others(legs, everybody)) + 2
        if legs.confer and inside >= TALKERS_MAX:
            raise ConferenceFull
        consulted = self._consulted(number, everybody)
        if not legs.confer:
            pair = (legs.customer.name, "customer"), (legs.own.name, "agent")
            await self.switchboard.redirect_both(*pair, CONTEXT_CONFERENCE)
        if consulted:
            await self.switchboard.tell_leg(consulted, VAR_CALLER, legs.customer.name)
            await self.switchboard.redirect(consulted, CONTEXT_CONFERENCE, "colleague")
        else:
            await self._ask_in(call_id, legs.customer.name, number)

    async def drop(self, call_id: str) -> int:
        """Customer and agent alone again; how many were asked to leave."""
        legs = await self._legs(call_id)
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
        if kind in {"queue", "survey"}:
            return CONTEXT_TRANSFER, target if kind == "queue" else "survey", {}
        return CONTEXT_TRANSFER, await self._number(kind, target), {}

    async def _number(self, kind: Kind, target: str) -> str:
        """The number behind a target; those of contacts are known here alone."""
        async with self.database.reading() as session:
            if kind == "contact":
                return (await rules.contact(session, target)).number
            if kind == "agent":
                return (await agent(session, target)).number
        if kind != "outside":
            raise NotFound("target")
        return dialable(target, self.area_code)

    async def _send(self, call_id: str, context: str, exten: str, words: dict[str, str]) -> None:
        legs = await self._legs(call_id)
        for name, value in {VAR_FROM: self.number, **words}.items():
            await self.switchboard.tell_leg(legs.customer.name, name, value)
        await self.switchboard.redirect(legs.customer.name, context, exten)

    async def _legs(self, call_id: str) -> Legs:
        """Both legs as Asterisk has them; NotFound when the agent is in no such call."""
        own = await self.switchboard.agent_channel(call_id, self.number)
        customer = await self.switchboard.customer_channel(call_id)
        legs = {leg.name: leg for leg in await self.switchboard.channels()}
        if own not in legs or customer not in legs:
            raise NotFound("the call has ended")
        return Legs(legs[customer], legs[own])

    def _others(self, legs: Legs, everybody: list[Channel]) -> list[Channel]:
        known = {legs.customer.name, legs.own.name}
        bridge = legs.customer.bridge
        return [leg for leg in everybody if bridge == leg.bridge and leg.name not in known]

    def _consulted(self, number: str, everybody: list[Channel]) -> str:
        """The leg of the colleague with whom the agent talks on a second line; empty: none."""
        mine = {leg.bridge for leg in everybody if leg.agent == self.number and leg.bridge}
        legs = (leg.name for leg in everybody if leg.agent == number and leg.bridge in mine)
        return next(legs, "")

    async def _ask_in(self, call_id: str, customer: str, number: str) -> None:
        if len(number) > 5:  # noqa: PLR2004 - longer than an agent's number: outside
            await self.switchboard.ask_in(call_id, customer, number=number)
            return
        async with self.database.reading() as session:
            colleague: AgentView = await agent(session, number)
        await self.switchboard.ask_in(call_id, customer, agent=number, station=station(colleague))
