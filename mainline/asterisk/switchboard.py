"""What Mainline has Asterisk do: queues and their members, calls, supervision.

Every verb checks its arguments, takes bounded time, and raises ``AmiDown`` (503) when Asterisk does
not answer, ``AmiRefused`` (409) when it says no. Nothing is ever sent twice.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Final, Literal

from mainline.asterisk import snapshots
from mainline.asterisk.ami import Ami, AmiRefused, Value
from mainline.asterisk.snapshots import Channel, Queues, Station
from mainline.clock import now
from mainline.errors import Invalid, NotFound
from mainline.ids import CallId

SpyMode = Literal["listen", "whisper", "barge"]

RING_S: Final = 20
"""How long an agent's own telephone rings when we call it."""
WRAPUP: Final = "wrapup"
"""The reason the dialplan gives for the pause it sets at answer."""
RESERVED: Final = "callback"
"""The reason of the pause of an agent who is kept free while a customer is called back."""
RESERVED_S: Final = 75
"""A pause for that is over by itself after so long: ringing and greeting take less."""
CALL_BACK_S: Final = 40
"""How long a customer is rung at most, the way through the carrier included."""

_PREFIX: Final[dict[Station, str]] = {"softphone": "agent-", "phone": "phone-"}
_AGENT: Final = re.compile(r"[0-9]{3,5}")
_QUEUE: Final = re.compile(r"[a-z][a-z0-9_-]{1,31}")
_NUMBER: Final = re.compile(r"\+?[0-9]{2,20}")
_CHANNEL: Final = re.compile(r"(?:PJSIP|Local)/[A-Za-z0-9_.@;/-]{1,80}")
_INTERFACE: Final = re.compile(r"PJSIP/(?:agent|phone)-[0-9]{3,5}")
_LANGUAGE: Final = re.compile(r"(?:zh|en)(?:_[a-z0-9]{1,10})?")
_CALL: Final = re.compile(r"[a-z0-9.-]{3,64}")
_INFO: Final = re.compile(r"[a-z0-9-]{1,32}")
_VARIABLE: Final = re.compile(r"MAINLINE_[A-Z_]{2,40}")
_WORD: Final = re.compile(r"[A-Za-z0-9/@;._+-]{0,80}")
_REASON: Final = re.compile(r"[^\x00-\x1f\x7f|;]{0,64}")
_PURPOSE: Final = re.compile(r"[a-z][a-z_]{1,31}")
_TARGET: Final = re.compile(r"\+?[0-9]{3,20}|[a-z][a-z0-9_-]{1,31}")
_AUTO_ANSWER: Final = r"PJSIP_HEADER(add,Alert-Info)=<http://localhost>\;info=alert-autoanswer"


def interface(agent: str, station: Station) -> str:
    """The telephone of an agent, as a queue member."""
    return f"PJSIP/{_PREFIX[station]}{_checked(_AGENT, agent, 'agent')}"


class Switchboard:
    """Verbs on one AMI link. ``key_prefix`` begins the ids of the calls it places."""

    def __init__(self, ami: Ami, *, key_prefix: str = "ml00000000") -> None:
        self._ami, self._key_prefix = ami, key_prefix

    # --- queues ------------------------------------------------------------------------------

    async def queue_add(
        self, queue: str, agent: str, station: Station, *, penalty: int = 0, paused: str = ""
    ) -> None:
        """Let the agent answer this queue; harmless when that is so already."""
        values: dict[str, Value] = {
            "Queue": _checked(_QUEUE, queue, "queue"),
            "Interface": interface(agent, station),
            "MemberName": agent,
            "Penalty": _between(penalty, 0, 100, "penalty"),
            "Paused": "true" if paused else "false",
        }
        if paused:
            values["Reason"] = _checked(_REASON, paused, "reason")
        await self._unless("Already there", "QueueAdd", values)

    async def queue_remove(self, queue: str, agent: str, station: Station) -> None:
        """Take the agent out; harmless when not in."""
        values = {
            "Queue": _checked(_QUEUE, queue, "queue"),
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
                    "Reason": _checked(_REASON, reason, "reason"),
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
                "Queue": _checked(_QUEUE, queue, "queue"),
                "Caller": _checked(_CHANNEL, channel, "channel"),
                "Priority": _between(priority, 0, 100, "priority"),
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
                "Queue": _checked(_QUEUE, queue, "queue"),
                "Caller": _checked(_CHANNEL, channel, "channel"),
                "WithdrawInfo": _checked(_INFO, info, "word for the dialplan"),
            },
        )

    async def set_penalty(self, queue: str, agent: str, station: Station, *, penalty: int) -> None:
        """Callers go to the lowest penalty first. NotFound when the agent is not in that queue."""
        try:
            await self._ami.action(
                "QueuePenalty",
                {
                    "Queue": _checked(_QUEUE, queue, "queue"),
                    "Interface": interface(agent, station),
                    "Penalty": _between(penalty, 0, 100, "penalty"),
                },
            )
        except AmiRefused as refused:
            raise NotFound(f"agent {agent} is not in {queue}") from refused

    async def queues(self) -> Queues:
        """All queues, members and waiting callers now."""
        return snapshots.queues(await self._ami.action("QueueStatus"))

    # --- calls -------------------------------------------------------------------------------

    async def channels(self) -> list[Channel]:
        """All legs now."""
        return snapshots.channels(await self._ami.action("Status"))

    async def hang_up(self, channel: str) -> None:
        """End a leg; harmless when it has ended."""
        values: dict[str, Value] = {
            "Channel": _checked(_CHANNEL, channel, "channel"),
            "Cause": 16,
        }
        await self._unless("No such channel", "Hangup", values)

    async def stop_ringing(self, call_id: str) -> None:
        """No agent's telephone rings for the call any more."""
        _checked(_CALL, call_id, "call")
        for leg in await self.channels():
            if leg.call_id == call_id and leg.agent and leg.ringing:
                await self.hang_up(leg.name)

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        """Send a leg elsewhere in the dialplan; whom it talked with is let go."""
        await self._ami.action(
            "Redirect",
            {
                "Channel": _checked(_CHANNEL, channel, "channel"),
                "Context": _checked(_QUEUE, context, "context"),
                "Exten": _checked(_TARGET, exten, "target"),
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
                "Channel": _checked(_CHANNEL, channel, "channel"),
                "Context": _checked(_QUEUE, context, "context"),
                "Exten": _checked(_TARGET, exten, "target"),
                "Priority": 1,
                "ExtraChannel": _checked(_CHANNEL, other, "channel"),
                "ExtraContext": _checked(_QUEUE, context, "context"),
                "ExtraExten": _checked(_TARGET, other_exten, "target"),
                "ExtraPriority": 1,
            },
        )

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        """A word for the dialplan, kept on a leg."""
        await self._ami.action(
            "Setvar",
            {
                "Channel": _checked(_CHANNEL, channel, "channel"),
                "Variable": _checked(_VARIABLE, name, "variable"),
                "Value": _checked(_WORD, value, "word for the dialplan"),
            },
        )

    async def ask_in(
        self, call_id: str, customer: str, *, agent: str = "", station: Station = "softphone",
        number: str = "",
    ) -> None:  # fmt: skip
        """Ring a colleague, or a number outside, who then joins the conference of that call."""
        inside = bool(agent)
        leg = interface(agent, station) if inside else _outside(number)
        key = f"MAINLINE_CALL={_checked(_CALL, call_id, 'call')}"
        caller = f"MAINLINE_CALLER={_checked(_CHANNEL, customer, 'channel')}"
        own = f"PJSIP_HEADER(add,X-Call-Key)={call_id}" if inside else "__MAINLINE_THIRD=1"
        await self._originate(
            leg,
            "ml-conference",
            "colleague" if inside else "outside",
            variables=(f"__{key}", f"__{caller}", own),
            call_id=self._new_id(),
        )

    async def blind_transfer(self, agent_channel: str, target: str, *, context: str) -> None:
        """Whom the agent talks with goes on to ``target``; the agent is free."""
        await self._transfer("BlindTransfer", agent_channel, target, context)

    async def attended_transfer(self, agent_channel: str, target: str, *, context: str) -> None:
        """The agent consults ``target`` while the customer hears music."""
        await self._transfer("Atxfer", agent_channel, target, context)

    async def cancel_attended_transfer(self, agent_channel: str) -> None:
        """Back to the customer."""
        channel = _checked(_CHANNEL, agent_channel, "channel")
        await self._ami.action("CancelAtxfer", {"Channel": channel})

    async def _transfer(self, action: str, channel: str, target: str, context: str) -> None:
        await self._ami.action(
            action,
            {
                "Channel": _checked(_CHANNEL, channel, "channel"),
                "Context": _checked(_QUEUE, context, "context"),
                "Exten": _checked(_TARGET, target, "target"),
            },
        )

    async def call_out(
        self, agent: str, station: Station, number: str, *, context: str = "ml-out"
    ) -> CallId:
        """Ring the agent's own telephone, which answers by itself, then call ``number``.

        Returns the call's id at once; whether anybody is reached comes as facts.
        """
        call_id = self._new_id()
        await self._originate(
            interface(agent, station),
            context,
            _checked(_NUMBER, number, "number"),
            variables=(_AUTO_ANSWER, f"PJSIP_HEADER(add,X-Call-Key)={call_id}"),
            call_id=call_id,
        )
        return call_id

    async def call_colleague(self, leader: str, station: Station, agent: str) -> CallId:
        """Ring the leader's own telephone, which answers by itself, then the agent's."""
        call_id = self._new_id()
        await self._originate(
            interface(leader, station),
            "ml-agents",
            _checked(_AGENT, agent, "agent"),
            variables=(_AUTO_ANSWER,),
            call_id=call_id,
        )
        return call_id

    async def language(self, channel: str) -> str:
        """The language of a leg, with its variant such as ``zh_w3``."""
        name = _checked(_CHANNEL, channel, "channel")
        answer = await self._ami.action(
            "Getvar", {"Channel": name, "Variable": "CHANNEL(language)"}
        )
        return answer.fields.get("Value", "")

    async def set_language(self, channel: str, language: str) -> None:
        """What the leg hears from the next sound on."""
        await self._ami.action(
            "Setvar",
            {
                "Channel": _checked(_CHANNEL, channel, "channel"),
                "Variable": "CHANNEL(language)",
                "Value": _checked(_LANGUAGE, language, "language"),
            },
        )

    def new_call_id(self) -> CallId:
        """For a call that is written down before it is placed."""
        return self._new_id()

    async def call_back(
        self,
        number: str,
        queue: str,
        *,
        call_id: CallId,
        callback_id: int,
        since: int,
        priority: int,
        language: str,
        reserved: str,
    ) -> None:
        """Ring a customer, who then waits in the queue as if since that moment, at once first.

        ``reserved`` is the interface of the agent who was paused for it.
        """
        number, queue = _checked(_NUMBER, number, "number"), _checked(_QUEUE, queue, "queue")
        await self._ami.action(
            "Originate",
            {
                "Channel": f"Local/{number}@ml-callback/n",
                "Context": "ml-goodbye",
                "Exten": "s",
                "Priority": 1,
                "Timeout": CALL_BACK_S * 1000,
                "Async": "true",
                "ChannelId": _checked(_CALL, call_id, "call"),
                "Variable": (
                    f"MAINLINE_CALLBACK={int(callback_id)}",
                    f"MAINLINE_QUEUE={queue}",
                    f"MAINLINE_SINCE={int(since)}",
                    f"MAINLINE_RESERVED={_checked(_INTERFACE, reserved, 'interface')}",
                    f"MAINLINE_LANGUAGE={'en' if language == 'en' else 'zh'}",
                    f"QUEUE_PRIO={_between(priority, 0, 100, 'priority')}",
                ),
            },
        )

    async def dial(
        self, number: str, *, call_id: str, purpose: str, ring_s: int, detect: bool = False
    ) -> None:
        """Call somebody by machine; whoever picks up is spoken to by the gateway."""
        variables = (
            f"MAINLINE_PURPOSE={_checked(_PURPOSE, purpose, 'purpose')}",
            f"MAINLINE_RING={_between(ring_s, 5, 120, 'ring_s')}",
            f"MAINLINE_DETECT={int(detect)}",
        )
        key = CallId(_checked(_CALL, call_id, "call"))
        await self._originate(
            _dialled(number), "ml-auto", "s", variables=variables, call_id=key, ring_s=ring_s + 5
        )

    async def meet(self, staff_number: str, customer_number: str) -> CallId:
        """Call one of ours outside, then the customer; both see the company's number only."""
        call_id = self._new_id()
        await self._originate(
            _dialled(staff_number), "ml-meet", _checked(_NUMBER, customer_number, "number"),
            variables=("MAINLINE_PURPOSE=meet", "MAINLINE_RING=30", "__MAINLINE_CALLER=staff"),
            call_id=call_id, ring_s=35,
        )  # fmt: skip
        return call_id

    async def spy(self, leader: str, station: Station, agent_channel: str, mode: SpyMode) -> CallId:
        """Ring the leader's own telephone and let it join the agent's leg."""
        if mode not in {"listen", "whisper", "barge"}:
            raise Invalid("mode is listen, whisper or barge")
        call_id = self._new_id()
        channel = _checked(_CHANNEL, agent_channel, "channel")
        await self._originate(
            interface(leader, station),
            "ml-spy",
            mode,
            variables=(_AUTO_ANSWER, f"MAINLINE_SPY_CHANNEL={channel}"),
            call_id=call_id,
        )
        return call_id

    async def rejoin(self, call_id: str, agent: str) -> None:
        """The agent's page came back in mid-call: bring the customer to it again."""
        _checked(_AGENT, agent, "agent")
        channel = await self.customer_channel(call_id)
        await self.redirect(channel, "ml-rejoin", agent)

    async def customer_channel(self, call_id: str) -> str:
        """The customer's leg of a call; NotFound when it is gone."""
        _checked(_CALL, call_id, "call")
        legs = [leg for leg in await self.channels() if leg.call_id == call_id and leg.is_customer]
        legs.sort(key=lambda leg: leg.uniqueid != call_id)
        if not legs:
            raise NotFound("the call has ended")
        return legs[0].name

    async def agent_channel(self, call_id: str, agent: str) -> str:
        """The agent's leg of a call; NotFound when it is gone."""
        _checked(_CALL, call_id, "call")
        own = tuple(f"{interface(agent, station)}-" for station in _PREFIX)
        for leg in await self.channels():
            if leg.call_id == call_id and leg.name.startswith(own):
                return leg.name
        raise NotFound("the agent is not in that call")

    async def _originate(
        self,
        channel: str,
        context: str,
        exten: str,
        *,
        variables: tuple[str, ...],
        call_id: CallId,
        ring_s: int = RING_S,
    ) -> None:
        await self._ami.action(
            "Originate",
            {
                "Channel": channel,
                "Context": context,
                "Exten": exten,
                "Priority": 1,
                "Timeout": ring_s * 1000,
                "Async": "true",
                "ChannelId": call_id,
                "Variable": variables,
            },
        )

    def _new_id(self) -> CallId:
        """Like Asterisk's own, but not one that it will make."""
        number = 100_000_000 + secrets.randbelow(900_000_000)
        return CallId(f"{self._key_prefix}-{int(now().timestamp())}.{number}")

    async def _unless(self, harmless: str, action: str, values: Mapping[str, Value]) -> None:
        try:
            await self._ami.action(action, values)
        except AmiRefused as refused:
            if harmless.lower() not in refused.detail.lower():
                raise


def _outside(number: str) -> str:
    """A leg to a number outside by way of the dialplan, which judges the number."""
    return f"Local/{_checked(_NUMBER, number, 'number')}@ml-outside/n"


def _dialled(number: str) -> str:
    """The same for a call that the machine makes."""
    return f"Local/{_checked(_NUMBER, number, 'number')}@ml-auto-dial/n"


def _checked(pattern: re.Pattern[str], value: str, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Invalid(f"this is no {what}")
    return value


def _between(value: int, least: int, most: int, what: str) -> int:
    if not least <= value <= most:
        raise Invalid(f"{what} is out of range")
    return value
