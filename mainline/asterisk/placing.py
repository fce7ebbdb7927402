"""Calls that we place: to customers, colleagues, numbers outside, and by leaders into talks."""

from __future__ import annotations

from typing import Final, Literal

from mainline.asterisk.link import Link
from mainline.asterisk.snapshots import Station
from mainline.asterisk.words import (
    AGENT,
    AUTO_ANSWER,
    CALL,
    CHANNEL,
    INTERFACE,
    NUMBER,
    PURPOSE,
    QUEUE,
    between,
    checked,
    dialled,
    interface,
    outside,
)
from mainline.errors import Invalid
from mainline.ids import CallId

SpyMode = Literal["listen", "whisper", "barge"]

CALL_BACK_S: Final = 40
"""How long a customer is rung at most, the way through the carrier included."""
CONSULT_S: Final = 30
"""How long somebody outside is rung whom an agent asks while the customer waits."""


class Placing(Link):
    """Verbs that ring somebody."""

    def new_call_id(self) -> CallId:
        """For a call that is written down before it is placed."""
        return self._new_id()

    async def ask_in(
        self, call_id: str, customer: str, *, agent: str = "", station: Station = "softphone",
        number: str = "",
    ) -> None:  # fmt: skip
        """Ring a colleague, or a number outside, who then joins the conference of that call."""
        inside = bool(agent)
        leg = interface(agent, station) if inside else outside(number)
        key = f"MAINLINE_CALL={checked(CALL, call_id, 'call')}"
        caller = f"MAINLINE_CALLER={checked(CHANNEL, customer, 'channel')}"
        own = f"PJSIP_HEADER(add,X-Call-Key)={call_id}" if inside else "__MAINLINE_THIRD=1"
        await self._originate(
            leg,
            "ml-conference",
            "colleague" if inside else "outside",
            variables=(f"__{key}", f"__{caller}", own),
            call_id=self._new_id(),
        )

    async def consult(
        self, call_id: str, customer: str, agent: str, station: Station, number: str
    ) -> None:
        """Ring the agent's own telephone a second time, which answers by itself, then ``number``.

        The line names the call it is about, and is none of a customer.
        """
        await self._originate(
            interface(agent, station),
            "ml-outside",
            checked(NUMBER, number, "number"),
            variables=(
                AUTO_ANSWER,
                f"PJSIP_HEADER(add,X-Consults)={checked(CALL, call_id, 'call')}",
                f"__MAINLINE_CALL={call_id}",
                f"__MAINLINE_CALLER={checked(CHANNEL, customer, 'channel')}",
                "MAINLINE_CONSULT=1",
                f"MAINLINE_RING={CONSULT_S}",
            ),
            call_id=self._new_id(),
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
            checked(NUMBER, number, "number"),
            variables=(AUTO_ANSWER, f"PJSIP_HEADER(add,X-Call-Key)={call_id}"),
            call_id=call_id,
        )
        return call_id

    async def call_colleague(self, leader: str, station: Station, agent: str) -> CallId:
        """Ring the leader's own telephone, which answers by itself, then the agent's."""
        call_id = self._new_id()
        await self._originate(
            interface(leader, station),
            "ml-agents",
            checked(AGENT, agent, "agent"),
            variables=(AUTO_ANSWER,),
            call_id=call_id,
        )
        return call_id

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
        number, queue = checked(NUMBER, number, "number"), checked(QUEUE, queue, "queue")
        await self._ami.action(
            "Originate",
            {
                "Channel": f"Local/{number}@ml-callback/n",
                "Context": "ml-goodbye",
                "Exten": "s",
                "Priority": 1,
                "Timeout": CALL_BACK_S * 1000,
                "Async": "true",
                "ChannelId": checked(CALL, call_id, "call"),
                "Variable": (
                    f"MAINLINE_CALLBACK={int(callback_id)}",
                    f"MAINLINE_QUEUE={queue}",
                    f"MAINLINE_SINCE={int(since)}",
                    f"MAINLINE_RESERVED={checked(INTERFACE, reserved, 'interface')}",
                    f"MAINLINE_LANGUAGE={'en' if language == 'en' else 'zh'}",
                    f"QUEUE_PRIO={between(priority, 0, 100, 'priority')}",
                ),
            },
        )

    async def dial(
        self, number: str, *, call_id: str, purpose: str, ring_s: int, detect: bool = False
    ) -> None:
        """Call somebody by machine; whoever picks up is spoken to by the gateway."""
        variables = (
            f"MAINLINE_PURPOSE={checked(PURPOSE, purpose, 'purpose')}",
            f"MAINLINE_RING={between(ring_s, 5, 120, 'ring_s')}",
            f"MAINLINE_DETECT={int(detect)}",
        )
        key = CallId(checked(CALL, call_id, "call"))
        await self._originate(
            dialled(number), "ml-auto", "s", variables=variables, call_id=key, ring_s=ring_s + 5
        )

    async def meet(self, staff_number: str, customer_number: str) -> CallId:
        """Call one of ours outside, then the customer; both see the company's number only."""
        call_id = self._new_id()
        await self._originate(
            dialled(staff_number), "ml-meet", checked(NUMBER, customer_number, "number"),
            variables=("MAINLINE_PURPOSE=meet", "MAINLINE_RING=30", "__MAINLINE_CALLER=staff"),
            call_id=call_id, ring_s=35,
        )  # fmt: skip
        return call_id

    async def spy(self, leader: str, station: Station, agent_channel: str, mode: SpyMode) -> CallId:
        """Ring the leader's own telephone and let it join the agent's leg."""
        if mode not in {"listen", "whisper", "barge"}:
            raise Invalid("mode is listen, whisper or barge")
        call_id = self._new_id()
        channel = checked(CHANNEL, agent_channel, "channel")
        await self._originate(
            interface(leader, station),
            "ml-spy",
            mode,
            variables=(AUTO_ANSWER, f"MAINLINE_SPY_CHANNEL={channel}"),
            call_id=call_id,
        )
        return call_id
