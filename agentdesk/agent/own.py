"""An agent's own call: both of its legs, and who else is there."""

from dataclasses import dataclass

from agentdesk.agent.duty import dialable
from agentdesk.agent.telephone import Switchboard
from crm.staff import rules
from crm.staff.queries import agent
from dialplan.contract import VAR_FROM
from mainline.asterisk.snapshots import Channel
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.phone import PUBLIC_SERVICES

OUTSIDE_CHARS = 6
"""A number as long as that is no agent's; shorter ones outside are those of public services."""


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
class OwnCall:
    """What one agent may touch: the calls in which they are themselves."""

    database: Database
    switchboard: Switchboard
    number: str
    area_code: str

    async def legs(self, call_id: str) -> Legs:
        """Both legs as Asterisk has them; NotFound when the agent is in no such call."""
        own = await self.switchboard.agent_channel(call_id, self.number)
        customer = await self.switchboard.customer_channel(call_id)
        legs = {leg.name: leg for leg in await self.switchboard.channels()}
        if own not in legs or customer not in legs:
            raise NotFound("the call has ended")
        return Legs(legs[customer], legs[own])

    async def number_of(self, kind: str, target: str) -> str:
        """The number behind a target; those of contacts are known here alone."""
        async with self.database.reading() as session:
            if kind == "contact":
                return (await rules.contact(session, target)).number
            if kind == "agent":
                return (await agent(session, target)).number
        if kind != "outside":
            raise NotFound("target")
        number = dialable(target, self.area_code)
        if not is_outside(number):
            raise Invalid("number")
        return number

    async def send(self, call_id: str, context: str, exten: str, **words: str) -> None:
        """The customer goes there; the words are for the dialplan."""
        legs = await self.legs(call_id)
        for name, value in {VAR_FROM: self.number, **words}.items():
            await self.switchboard.tell_leg(legs.customer.name, name, value)
        await self.switchboard.redirect(legs.customer.name, context, exten)

    def consulted(self, legs: Legs, number: str, everybody: list[Channel]) -> str:
        """The leg of whoever the agent talks with on a second line; empty: there is none."""
        mine = {leg.bridge for leg in everybody if leg.agent == self.number and leg.bridge}
        second = mine - {legs.customer.bridge}
        found = (leg.name for leg in everybody if leg.bridge in second and is_of(leg, number))
        return next(found, "")


def is_outside(number: str) -> bool:
    """Whether this is the number of nobody of us."""
    return len(number) >= OUTSIDE_CHARS or number in PUBLIC_SERVICES


def is_of(leg: Channel, number: str) -> bool:
    """Whether that is who the number belongs to; of numbers outside one sees no more than that."""
    return leg.is_customer if is_outside(number) else leg.agent == number
