"""Legs of calls: looked at, sent elsewhere, told something, ended."""

from __future__ import annotations

from mainline.asterisk import snapshots
from mainline.asterisk.ami import Value
from mainline.asterisk.link import Link
from mainline.asterisk.snapshots import Channel
from mainline.asterisk.words import (
    AGENT,
    CALL,
    CHANNEL,
    LANGUAGE,
    PREFIX,
    QUEUE,
    TARGET,
    VARIABLE,
    WORD,
    checked,
    interface,
)
from mainline.errors import NotFound


class Legs(Link):
    """Verbs on legs that are there."""

    async def channels(self) -> list[Channel]:
        """All legs now."""
        return snapshots.channels(await self._ami.action("Status"))

    async def hang_up(self, channel: str) -> None:
        """End a leg; harmless when it has ended."""
        values: dict[str, Value] = {
            "Channel": checked(CHANNEL, channel, "channel"),
            "Cause": 16,
        }
        await self._unless("No such channel", "Hangup", values)

    async def stop_ringing(self, call_id: str) -> None:
        """No agent's telephone rings for the call any more."""
        checked(CALL, call_id, "call")
        for leg in await self.channels():
            if leg.call_id == call_id and leg.agent and leg.ringing:
                await self.hang_up(leg.name)

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        """Send a leg elsewhere in the dialplan; whom it talked with is let go."""
        await self._ami.action(
            "Redirect",
            {
                "Channel": checked(CHANNEL, channel, "channel"),
                "Context": checked(QUEUE, context, "context"),
                "Exten": checked(TARGET, exten, "target"),
                "Priority": 1,
            },
        )

    async def redirect_both(
        self, first: tuple[str, str], second: tuple[str, str], context: str
    ) -> None:
        """Send two legs that talk with one another elsewhere in one step: (leg, extension) each."""
        (channel, exten), (other, other_exten) = first, second
        await self._ami.action(
            "Redirect",
            {
                "Channel": checked(CHANNEL, channel, "channel"),
                "Context": checked(QUEUE, context, "context"),
                "Exten": checked(TARGET, exten, "target"),
                "Priority": 1,
                "ExtraChannel": checked(CHANNEL, other, "channel"),
                "ExtraContext": checked(QUEUE, context, "context"),
                "ExtraExten": checked(TARGET, other_exten, "target"),
                "ExtraPriority": 1,
            },
        )

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        """A word for the dialplan, kept on a leg."""
        await self._ami.action(
            "Setvar",
            {
                "Channel": checked(CHANNEL, channel, "channel"),
                "Variable": checked(VARIABLE, name, "variable"),
                "Value": checked(WORD, value, "word for the dialplan"),
            },
        )

    async def blind_transfer(self, agent_channel: str, target: str, *, context: str) -> None:
        """Whom the agent talks with goes on to ``target``; the agent is free."""
        await self._transfer("BlindTransfer", agent_channel, target, context)

    async def attended_transfer(self, agent_channel: str, target: str, *, context: str) -> None:
        """The agent consults ``target`` while the customer hears music."""
        await self._transfer("Atxfer", agent_channel, target, context)

    async def cancel_attended_transfer(self, agent_channel: str) -> None:
        """Back to the customer."""
        channel = checked(CHANNEL, agent_channel, "channel")
        await self._ami.action("CancelAtxfer", {"Channel": channel})

    async def _transfer(self, action: str, channel: str, target: str, context: str) -> None:
        await self._ami.action(
            action,
            {
                "Channel": checked(CHANNEL, channel, "channel"),
                "Context": checked(QUEUE, context, "context"),
                "Exten": checked(TARGET, target, "target"),
            },
        )

    async def language(self, channel: str) -> str:
        """The language of a leg, with its variant such as ``zh_w3``."""
        name = checked(CHANNEL, channel, "channel")
        answer = await self._ami.action(
            "Getvar", {"Channel": name, "Variable": "CHANNEL(language)"}
        )
        return answer.fields.get("Value", "")

    async def set_language(self, channel: str, language: str) -> None:
        """What the leg hears from the next sound on."""
        await self._ami.action(
            "Setvar",
            {
                "Channel": checked(CHANNEL, channel, "channel"),
                "Variable": "CHANNEL(language)",
                "Value": checked(LANGUAGE, language, "language"),
            },
        )

    async def rejoin(self, call_id: str, agent: str) -> None:
        """The agent's page came back in mid-call: bring the customer to it again.

        A second line that the page had is dead, and whoever was asked there is let go.
        """
        checked(AGENT, agent, "agent")
        channel = await self.customer_channel(call_id)
        for leg in await self.channels():
            if leg.agent == agent and leg.call_id != call_id:
                await self.hang_up(leg.name)
        await self.redirect(channel, "ml-rejoin", agent)

    async def customer_channel(self, call_id: str) -> str:
        """The customer's leg of a call, the oldest to the outside; NotFound when it is gone."""
        checked(CALL, call_id, "call")
        legs = [leg for leg in await self.channels() if leg.call_id == call_id and leg.is_customer]
        legs.sort(key=lambda leg: (leg.uniqueid != call_id, -leg.seconds))
        if not legs:
            raise NotFound("the call has ended")
        return legs[0].name

    async def agent_channel(self, call_id: str, agent: str) -> str:
        """The agent's leg of a call; NotFound when it is gone."""
        checked(CALL, call_id, "call")
        own = tuple(f"{interface(agent, station)}-" for station in PREFIX)
        for leg in await self.channels():
            if leg.call_id == call_id and leg.name.startswith(own):
                return leg.name
        raise NotFound("the agent is not in that call")
