"""Queues, their members and the callers in them."""

from __future__ import annotations

from typing import Final

from mainline.asterisk import snapshots
from mainline.asterisk.ami import AmiRefused, Value
from mainline.asterisk.link import Link
from mainline.asterisk.snapshots import Queues, Station
from mainline.asterisk.words import (
    CHANNEL,
    INFO,
    QUEUE,
    QUEUE_RULE,
    QUEUE_VARIABLE,
    REASON,
    between,
    checked,
    interface,
)
from mainline.errors import NotFound

WRAPUP: Final = "wrapup"
"""The reason the dialplan gives for the pause it sets at answer."""
RESERVED: Final = "callback"
"""The reason of the pause of an agent who is kept free while a customer is called back."""
RESERVED_S: Final = 75
"""A pause for that is over by itself after so long: ringing and greeting take less."""


class Queueing(Link):
    """Verbs on queues."""

    async def queue_add(
        self, queue: str, agent: str, station: Station, *, penalty: int = 0, paused: str = ""
    ) -> None:
        """Let the agent answer this queue; harmless when that is so already."""
        values: dict[str, Value] = {
            "Queue": checked(QUEUE, queue, "queue"),
            "Interface": interface(agent, station),
            "MemberName": agent,
            "Penalty": between(penalty, 0, 100, "penalty"),
            "Paused": "true" if paused else "false",
        }
        if paused:
            values["Reason"] = checked(REASON, paused, "reason")
        await self._unless("Already there", "QueueAdd", values)

    async def queue_remove(self, queue: str, agent: str, station: Station) -> None:
        """Take the agent out; harmless when not in."""
        values = {
            "Queue": checked(QUEUE, queue, "queue"),
            "Interface": interface(agent, station),
        }
        await self._unless("Not there", "QueueRemove", values)

    async def pause(self, agent: str, station: Station, reason: str) -> None:
        """No calls for the agent, in all queues. NotFound when in none."""
        await self._set_pause(agent, station, paused=True, reason=reason)

    async def unpause(self, agent: str, station: Station) -> None:
        """Calls for the agent again, in all queues. NotFound when in none."""
        await self._set_pause(agent, station, paused=False, reason="")

    async def _set_pause(self, agent: str, station: Station, *, paused: bool, reason: str) -> None:
        try:
            await self._ami.action(
                "QueuePause",
                {
                    "Interface": interface(agent, station),
                    "Paused": "true" if paused else "false",
                    "Reason": checked(REASON, reason, "reason"),
                },
            )
        except AmiRefused as refused:
            if "not found" in refused.detail.lower():
                raise NotFound(f"agent {agent} is in no queue") from refused
            raise

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        """Let a waiting caller go ahead or back."""
        await self._ami.action(
            "QueueChangePriorityCaller",
            {
                "Queue": checked(QUEUE, queue, "queue"),
                "Caller": checked(CHANNEL, channel, "channel"),
                "Priority": between(priority, 0, 100, "priority"),
                "Immediate": "true",
            },
        )

    async def withdraw(self, queue: str, channel: str, info: str) -> None:
        """Take a waiting caller out of the queue; the dialplan goes on with ``info``.

        Refused when the caller is no longer in it.
        """
        await self._ami.action(
            "QueueWithdrawCaller",
            {
                "Queue": checked(QUEUE, queue, "queue"),
                "Caller": checked(CHANNEL, channel, "channel"),
                "WithdrawInfo": checked(INFO, info, "word for the dialplan"),
            },
        )

    async def set_penalty(self, queue: str, agent: str, station: Station, *, penalty: int) -> None:
        """Callers go to the lowest penalty first. NotFound when the agent is not in that queue."""
        try:
            await self._ami.action(
                "QueuePenalty",
                {
                    "Queue": checked(QUEUE, queue, "queue"),
                    "Interface": interface(agent, station),
                    "Penalty": between(penalty, 0, 100, "penalty"),
                },
            )
        except AmiRefused as refused:
            raise NotFound(f"agent {agent} is not in {queue}") from refused

    async def queues(self) -> Queues:
        """All queues, members and waiting callers now."""
        return snapshots.queues(await self._ami.action("QueueStatus"))

    async def reload_queues(self) -> None:
        """Read ``queues.conf`` again. Who is in a queue, waiting or working, stays in it."""
        await self._ami.action("QueueReload", {"Parameters": "yes", "Members": "no", "Rules": "no"})

    async def rule(self, name: str) -> str:
        """What the dialplan goes by for a queue; empty where there is no such rule."""
        answer = await self._ami.action(
            "Getvar", {"Variable": checked(QUEUE_VARIABLE, name, "rule of a queue")}
        )
        return answer.fields.get("Value", "")

    async def set_rule(self, name: str, value: str) -> None:
        """What the dialplan goes by from the next caller on."""
        await self._ami.action(
            "Setvar",
            {
                "Variable": checked(QUEUE_VARIABLE, name, "rule of a queue"),
                "Value": checked(QUEUE_RULE, value, "value of a rule"),
            },
        )
