"""The leader's hand on callers: let one go ahead, fetch one, take over a talk."""

from dataclasses import dataclass
from typing import Final

from agentdesk.supervisor.floor import Leader
from agentdesk.supervisor.refusals import (
    AgentGone,
    AgentInCall,
    EmergenciesFirst,
    NoLongerWaiting,
    NothingToRaise,
    NotOnDuty,
    NotTalking,
    YourOwnCall,
)
from crm.staff.floor import IN_CALL
from dialplan.contract import CONTEXT_TAKE, VAR_FROM, WITHDRAW_FETCH
from mainline.asterisk.ami import AmiRefused
from mainline.asterisk.snapshots import Waiting
from mainline.errors import NotFound
from mainline.ids import call_subject
from mainline.journal.floor_events import CallerFetched, CallerRaised, SupervisionStarted

RAISED_MAX: Final = 95
"""A leader lets somebody go before all others, but for what is an emergency by its class."""
_BUSY: Final = IN_CALL | {"ringing", "reserved"}


@dataclass(frozen=True, slots=True)
class Callers:
    """What one leader does with callers."""

    leader: Leader

    async def raise_caller(self, call_id: str, why: str) -> int:
        """Let a waiting caller be the next one; the priority that makes it so."""
        caller, others = await self._waiting(call_id)
        before = [other.priority for other in others if other.position < caller.position]
        if not before:
            raise NothingToRaise
        priority = max(before) + 1
        if priority > RAISED_MAX:
            raise EmergenciesFirst
        try:
            await self.leader.switchboard.change_priority(caller.queue, caller.channel, priority)
        except AmiRefused as gone:
            raise NoLongerWaiting from gone
        fact = CallerRaised(
            subject=call_subject(call_id),
            queue=caller.queue, priority=priority, by=self.leader.name, why=why,
        )  # fmt: skip
        await self.leader.tell(fact)
        return priority

    async def fetch(self, call_id: str, agent: str | None, why: str) -> str:
        """Ring a waiting caller through to an agent, or to the leader; whose telephone rings."""
        target = agent or self.leader.own_number()
        await self._can_take(target)
        caller, _others = await self._waiting(call_id)
        note = WITHDRAW_FETCH + target
        try:
            await self.leader.switchboard.withdraw(caller.queue, caller.channel, note)
        except AmiRefused as gone:
            raise NoLongerWaiting from gone
        await self.leader.switchboard.stop_ringing(call_id)  # else it rings to its end before
        fact = CallerFetched(
            subject=call_subject(call_id),
            queue=caller.queue, agent=target, by=self.leader.name, why=why,
        )  # fmt: skip
        await self.leader.tell(fact)
        return target

    async def take_over(self, number: str, why: str) -> None:
        """The customer of an agent's talk comes to the leader; the agent is in wrap-up."""
        own = self.leader.own_number()
        if number == own:
            raise YourOwnCall
        present = await self.leader.agent(number)
        if present.state not in IN_CALL or not present.call_id:
            raise NotTalking
        try:
            await self.leader.switchboard.agent_channel(present.call_id, number)
            customer = await self.leader.switchboard.customer_channel(present.call_id)
            await self.leader.switchboard.tell_leg(customer, VAR_FROM, number)
            await self.leader.switchboard.redirect(customer, CONTEXT_TAKE, own)
        except (NotFound, AmiRefused) as gone:
            raise AgentGone from gone
        fact = SupervisionStarted(
            subject=call_subject(present.call_id),
            leader=self.leader.name, agent=number, mode="take-over", why=why,
        )  # fmt: skip
        await self.leader.tell(fact)

    async def _can_take(self, target: str) -> None:
        """An agent who is on duty and in no call. The leader's own telephone needs no duty."""
        present = await self.leader.agent(target)
        if present.state in _BUSY:
            raise AgentInCall
        if present.word == "closed" and target != self.leader.number:
            raise NotOnDuty

    async def _waiting(self, call_id: str) -> tuple[Waiting, list[Waiting]]:
        """The caller as Asterisk sees them, and the others in that queue."""
        try:
            channel = await self.leader.switchboard.customer_channel(call_id)
        except NotFound as gone:
            raise NoLongerWaiting from gone
        waiting = (await self.leader.switchboard.queues()).waiting
        caller = next((one for one in waiting if one.channel == channel), None)
        if caller is None:
            raise NoLongerWaiting
        return caller, [o for o in waiting if o.queue == caller.queue and o is not caller]
