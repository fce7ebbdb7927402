"""One call of a telephone, from dialling or ringing to the end, with its sound."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

from mainline.sip import sdp
from mainline.sip.message import Message, address, parameter, place_of, token, user_of
from mainline.sip.rtp import Media
from mainline.sip.transactions import RefusedError

if TYPE_CHECKING:
    from mainline.sip.phone import Phone

_REPEATS_UNTIL_ACK = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0)
_BYE_S = 3.0
_REFER_S = 5.0
_OK = 200
_ACCEPTED = 202

Side = Literal["us", "them"]


class Call:
    """A dialog. Made by :class:`Phone`; ``answered`` and ``ended`` tell how far it is."""

    def __init__(self, phone: Phone, call_id: str, local: str, remote: str, target: str) -> None:
        self.call_id = call_id
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        self.ended_by: Side | None = None
        self.rang = asyncio.Event()
        self.status = 0
        self.media = Media()
        self.invite: Message | None = None
        self.transfer_status = 0
        self.transfer_progress = asyncio.Event()
        self._phone = phone
        self._local, self._remote, self._target = local, remote, target
        self._routes: list[str] = []
        self._sequence, self._version = 1, 1
        self._direction: sdp.Direction = "sendrecv"
        self._acknowledged = asyncio.Event()
        self._extra: list[tuple[str, str]] = []
        self._dialling: Message | None = None
        self._repeating: asyncio.Task[None] | None = None

    @classmethod
    def outgoing(
        cls, phone: Phone, number: str, caller: str, headers: list[tuple[str, str]] | None
    ) -> Call:
        """A call to be dialled."""
        target = f"sip:{number}@{phone.server[0]}:{phone.server[1]}"
        local = f"{caller};tag={token(4)}"
        call = cls(phone, f"{token()}@mainline", local, f"<{target}>", target)
        call._extra = headers or []
        return call

    @classmethod
    def incoming(cls, phone: Phone, invite: Message) -> Call:
        """A call that rings."""
        local = f"{invite.get('To')};tag={token(4)}"
        target = address(invite.get("Contact"))
        call = cls(phone, invite.get("Call-ID"), local, invite.get("From"), target)
        call.invite = invite
        call._routes = invite.all("Record-Route")
        phone.reply(invite, 100, "Trying")
        return call

    @property
    def caller(self) -> str:
        """The number that calls (of an incoming call)."""
        return user_of(address(self._remote))

    def header(self, name: str) -> str:
        """A header of the INVITE that rang, such as ``X-Call-Key``."""
        return self.invite.get(name) if self.invite else ""

    # --- calling -----------------------------------------------------------------------------

    async def dial(self, timeout_s: float) -> None:
        """Call and wait for the answer; :class:`RefusedError` when there is none."""
        await self._take_port()
        self._dialling = self._request("INVITE", self._offer(), self._extra)
        response = await self._asked(self._dialling, timeout_s)
        self.status = response.status
        if response.status != _OK:
            self._over("them")
            raise RefusedError("INVITE", response.status)
        await self._established(response)

    async def _asked(self, invite: Message, timeout_s: float) -> Message:
        try:
            return await self._phone.ask(invite, on_progress=self._progress, timeout_s=timeout_s)
        except TimeoutError:
            self.cancel()
            self._over("us")
            raise

    def _progress(self, response: Message) -> None:
        self.status = response.status
        if response.status > 100:  # noqa: PLR2004 - 100 says only that it arrived
            self.rang.set()
            self._connect(response.body)

    async def _established(self, response: Message) -> None:
        self._remote = response.get("To")
        self._target = address(response.get("Contact")) or self._target
        self._routes = list(reversed(response.all("Record-Route")))
        self._sequence = int(response.get("CSeq").split()[0])
        self.acknowledge(response)
        self.answered.set()
        if self.ended.is_set():  # given up in the very moment of the answer
            await self._say_goodbye()
            raise RefusedError("INVITE", 487)
        self._connect(response.body)

    def acknowledge(self, response: Message) -> None:
        """ACK a 200 to our INVITE, as often as it comes."""
        number = response.get("CSeq").split()[0]
        ack = self._request("ACK", number=int(number))
        self._phone.send(ack.encode(), place_of(ack.uri))

    def cancel(self) -> None:
        """Give up before anybody answered."""
        if self._dialling and not self.answered.is_set():
            wanted = ("via", "from", "to", "call-id", "max-forwards")
            kept = [(n, v) for n, v in self._dialling.headers if n.lower() in wanted]
            number = self._dialling.get("CSeq").split()[0]
            kept.append(("CSeq", f"{number} CANCEL"))
            cancel = Message(f"CANCEL {self._dialling.uri} SIP/2.0", kept)
            self._phone.send(cancel.encode(), place_of(cancel.uri))

    # --- being called ------------------------------------------------------------------------

    def ring(self) -> None:
        """Say that the telephone rings."""
        if self.invite:
            self._phone.reply(self.invite, 180, "Ringing", tag=self._tag)

    async def answer(self) -> None:
        """Pick up; 200 is repeated until the other side has acknowledged."""
        if not self.invite or self.ended.is_set():
            return
        await self._take_port()
        self._connect(self.invite.body)
        data = self._accept(self.invite)
        self.answered.set()
        self._repeating = asyncio.create_task(self._repeat_until_acknowledged(data))

    async def _repeat_until_acknowledged(self, data: bytes) -> None:
        for pause in _REPEATS_UNTIL_ACK:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._acknowledged.wait(), pause)
                return
            self._phone.send(data, self.invite.sender if self.invite else None)

    def decline(self, status: int = 486, reason: str = "Busy Here") -> None:
        """Refuse a call that rings."""
        if self.invite and not self.answered.is_set():
            self._phone.reply(self.invite, status, reason, tag=self._tag)
            self._over("us")

    def hear(self, request: Message) -> None:
        """A request of the other side within this call."""
        handler = {
            "ACK": self._heard_ack,
            "BYE": self._heard_bye,
            "CANCEL": self._heard_cancel,
            "INVITE": self._heard_offer,
            "UPDATE": self._heard_offer,
            "NOTIFY": self._heard_notify,
        }.get(request.method, self._heard_other)
        handler(request)

    def _heard_ack(self, request: Message) -> None:
        self._acknowledged.set()

    def _heard_bye(self, request: Message) -> None:
        self._phone.reply(request, 200, "OK")
        self._over("them")

    def _heard_cancel(self, request: Message) -> None:
        self._phone.reply(request, 200, "OK", tag=self._tag)
        if self.invite and not self.answered.is_set():
            self._phone.reply(self.invite, 487, "Request Terminated", tag=self._tag)
            self._over("them")

    def _heard_offer(self, request: Message) -> None:
        if request.body:
            self._connect(request.body)
        self._accept(request)

    def _heard_notify(self, request: Message) -> None:
        self._phone.reply(request, 200, "OK")
        if request.body.startswith("SIP/2.0 "):
            self.transfer_status = int(request.body.split()[1])
            if self.transfer_status >= _OK:
                self.transfer_progress.set()

    def _heard_other(self, request: Message) -> None:
        self._phone.reply(request, 200, "OK")

    # --- talking -----------------------------------------------------------------------------

    async def hold(self) -> None:
        """Put the other side on hold."""
        await self._offer_again("sendonly")

    async def resume(self) -> None:
        """Take the other side back."""
        await self._offer_again("sendrecv")

    async def transfer(self, target: str, *, consulted: Call | None = None) -> int:
        """Hand the other side to a number, or to who was consulted; gives the REFER's status."""
        uri = f"sip:{target}@{self._phone.server[0]}:{self._phone.server[1]}"
        if consulted:
            uri += f"?Replaces={consulted.replaces}"
        extra = [("Refer-To", f"<{uri}>"), ("Referred-By", self._phone.contact)]
        request = self._request("REFER", extra=extra)
        response = await self._phone.ask(request, timeout_s=_REFER_S)
        if response.status == _ACCEPTED:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.transfer_progress.wait(), _REFER_S)
            await self._leave_if_done()
        return response.status

    async def _leave_if_done(self) -> None:
        """The one who transferred says goodbye: Asterisk waits a minute before it does."""
        if self.transfer_status == _OK:
            await self.hang_up()

    @property
    def replaces(self) -> str:
        """This call as the value of a Replaces parameter, escaped for a URI."""
        there, here = parameter(self._remote, "tag"), self._tag
        return f"{self.call_id}%3Bto-tag%3D{there}%3Bfrom-tag%3D{here}".replace("@", "%40")

    async def hang_up(self) -> None:
        """End the call, whatever state it is in."""
        if self.ended.is_set():
            return
        if not self.answered.is_set():
            self.cancel() if self.invite is None else self.decline(480, "Unavailable")
            self._over("us")
            return
        self._over("us")
        await self._say_goodbye()

    async def _say_goodbye(self) -> None:
        with contextlib.suppress(TimeoutError):
            await self._phone.ask(self._request("BYE"), timeout_s=_BYE_S)

    # --- inside ------------------------------------------------------------------------------

    @property
    def _tag(self) -> str:
        return parameter(self._local, "tag")

    async def _take_port(self) -> None:
        self.media = await Media.open(self._phone.host)

    def _connect(self, body: str) -> None:
        other = sdp.read(body)
        if other:
            self.media.connect(other)

    def _offer(self) -> str:
        self._version += 1
        here = sdp.Description(self._phone.host, self.media.port, direction=self._direction)
        return here.text(self._version)

    def _accept(self, request: Message) -> bytes:
        kind = [("Content-Type", "application/sdp")] if request.body else []
        body = self._offer() if request.body else ""
        return self._phone.reply(request, 200, "OK", tag=self._tag, headers=kind, body=body)

    async def _offer_again(self, direction: sdp.Direction) -> None:
        self._direction = direction
        response = await self._phone.ask(self._request("INVITE", self._offer()), timeout_s=5.0)
        if response.status == _OK:
            self.acknowledge(response)
            self._connect(response.body)

    def _request(
        self,
        method: str,
        body: str = "",
        extra: list[tuple[str, str]] | None = None,
        number: int | None = None,
    ) -> Message:
        if number is None and not (method == "INVITE" and not self.answered.is_set()):
            self._sequence += 1
        headers = [
            ("Via", self._phone.via()),
            ("Max-Forwards", "70"),
            ("From", self._local),
            ("To", self._remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number or self._sequence} {method}"),
            ("Contact", self._phone.contact),
            *(("Route", route) for route in self._routes),
            *(extra or []),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        return Message(f"{method} {self._target} SIP/2.0", headers, body)

    def _over(self, by: Side) -> None:
        if not self.ended.is_set():
            self.ended_by = by
            self.ended.set()
            self.media.close()
            if self._repeating:
                self._repeating.cancel()
            self._phone.forget(self)
