"""A telephone on a UDP port: places and takes calls, registers when asked to."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, cast

from mainline.sip.call import Call
from mainline.sip.digest import Credentials, answer
from mainline.sip.message import BadMessageError, Message, parse, place_of, token
from mainline.sip.transactions import NO_ANSWER_S, Answers, Question, RefusedError

Address = tuple[str, int]
MAX_CALLS: Final = 500
ALLOW: Final = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, REFER, NOTIFY, INFO"
_CHALLENGES: Final = {401: ("WWW-Authenticate", "Authorization"),
                      407: ("Proxy-Authenticate", "Proxy-Authorization")}  # fmt: skip


class Phone(asyncio.DatagramProtocol):
    """One SIP user agent. Open it with :meth:`open`, end it with :meth:`close`."""

    def __init__(self, server: Address, user: str, credentials: Credentials | None) -> None:
        self.server = server
        self.user = user
        self.host, self.port = "127.0.0.1", 0
        self.on_call: Callable[[Call], None] | None = None
        self.calls: dict[str, Call] = {}
        self.credentials = credentials
        self._questions: dict[tuple[str, str], Question] = {}
        self._answers = Answers()
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[object]] = set()
        self._sequence = 0

    @classmethod
    async def open(
        cls,
        server: Address,
        *,
        user: str = "caller",
        credentials: Credentials | None = None,
        local: Address = ("127.0.0.1", 0),
    ) -> "Phone":
        """Take a port (a free one by default) and be ready for calls."""
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(
            lambda: cls(server, user, credentials), local_addr=local
        )
        return phone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.host, self.port = self._transport.get_extra_info("sockname")[:2]

    async def close(self) -> None:
        """Hang up every call and give the port back."""
        for call in list(self.calls.values()):
            with contextlib.suppress(Exception):
                await call.hang_up()
        for task in self._tasks:
            task.cancel()
        if self._transport:
            self._transport.close()
            await asyncio.sleep(0)  # the loop gives the port back in its next turn

    @property
    def contact(self) -> str:
        """Where this telephone can be reached."""
        return f"<sip:{self.user}@{self.host}:{self.port}>"

    # --- what people do with a telephone -----------------------------------------------------

    async def register(self, seconds: int = 300) -> None:
        """Tell the server where this telephone is; 0 seconds signs it off."""
        self._sequence += 1
        registrar = f"sip:{self.server[0]}:{self.server[1]}"
        own = f"<sip:{self.user}@{self.server[0]}>"
        request = Message(
            f"REGISTER {registrar} SIP/2.0",
            [
                ("Via", self.via()),
                ("Max-Forwards", "70"),
                ("From", f"{own};tag={token(4)}"),
                ("To", own),
                ("Call-ID", f"{self.user}-{self.port}@mainline"),
                ("CSeq", f"{self._sequence} REGISTER"),
                ("Contact", self.contact),
                ("Expires", str(seconds)),
            ],
        )
        response = await self.ask(request)
        if response.status != 200:  # noqa: PLR2004 - OK
            raise RefusedError("REGISTER", response.status)

    async def call(
        self,
        number: str,
        *,
        caller: str = "",
        raw_from: str = "",
        headers: list[tuple[str, str]] | None = None,
        timeout_s: float = 30.0,
    ) -> Call:
        """Dial and wait until somebody answers. ``raw_from`` is sent as it is, however hostile."""
        call = self.prepare(number, caller=caller, raw_from=raw_from, headers=headers)
        await call.dial(timeout_s)
        return call

    def prepare(
        self,
        number: str,
        *,
        caller: str = "",
        raw_from: str = "",
        headers: list[tuple[str, str]] | None = None,
    ) -> Call:
        """A call not dialled yet, for those who want to watch it from the first moment."""
        call = Call.outgoing(self, number, raw_from or caller_header(caller, self.host), headers)
        self._keep(call)
        return call

    # --- what calls need of their telephone --------------------------------------------------

    def via(self, branch: str = "") -> str:
        """The Via header of a new request."""
        return f"SIP/2.0/UDP {self.host}:{self.port};rport;branch={branch or 'z9hG4bK' + token()}"

    def send(self, data: bytes, where: Address | None = None) -> None:
        """Put a datagram on the wire."""
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, where or self.server)

    async def ask(
        self,
        request: Message,
        *,
        on_progress: Callable[[Message], None] = lambda _: None,
        timeout_s: float = NO_ANSWER_S,
    ) -> Message:
        """Send a request and wait for its final answer; a challenge is answered once."""
        response = await self._ask_once(request, on_progress, timeout_s)
        if response.status not in _CHALLENGES or not self.credentials:
            return response
        asked, answering = _CHALLENGES[response.status]
        proof = answer(response.get(asked), self.credentials, request.method, request.uri)
        request.headers = _renewed(request, self.via())
        request.headers.append((answering, proof))
        return await self._ask_once(request, on_progress, timeout_s)

    async def _ask_once(
        self, request: Message, on_progress: Callable[[Message], None], timeout_s: float
    ) -> Message:
        key = (request.branch, request.method)
        where = place_of(request.uri)
        question = Question(request, lambda data: self.send(data, where), on_progress)
        self._questions[key] = question
        try:
            response = await question.ask(timeout_s)
        finally:
            del self._questions[key]
        if request.method == "INVITE" and response.status >= 300:  # noqa: PLR2004 - a failure
            self.send(_acknowledgement(request, response).encode(), where)
        return response

    def reply(
        self,
        request: Message,
        status: int,
        reason: str,
        *,
        tag: str = "",
        headers: list[tuple[str, str]] | None = None,
        body: str = "",
    ) -> bytes:
        """Answer a request; the bytes are given back for repeats."""
        to = request.get("To")
        if tag and "tag=" not in to:
            to = f"{to};tag={tag}"
        response = Message(
            f"SIP/2.0 {status} {reason}",
            [("Via", value) for value in request.all("Via")]
            + [("Record-Route", value) for value in request.all("Record-Route")]
            + [("From", request.get("From")), ("To", to), ("Call-ID", request.get("Call-ID"))]
            + [("CSeq", request.get("CSeq")), ("Contact", self.contact), ("Allow", ALLOW)]
            + (headers or []),
            body,
        )
        data = response.encode()
        self._answers.remember(request, data)
        self.send(data, request.sender)
        return data

    def forget(self, call: Call) -> None:
        """The call is over."""
        self.calls.pop(call.call_id, None)

    # --- what arrives ------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Called by asyncio."""
        try:
            message = parse(data)
        except BadMessageError:
            return
        if message.is_response:
            self._hear_response(message)
        elif (repeated := self._answers.repeat(message)) is not None and message.method != "ACK":
            self.send(repeated, message.sender)
        else:
            self._hear_request(message)

    def _hear_response(self, response: Message) -> None:
        question = self._questions.get((response.branch, response.method))
        call = self.calls.get(response.get("Call-ID"))
        if question:
            question.hear(response)
        elif call and response.method == "INVITE" and 200 <= response.status < 300:  # noqa: PLR2004
            call.acknowledge(response)

    def _hear_request(self, request: Message) -> None:
        call = self.calls.get(request.get("Call-ID"))
        if call:
            call.hear(request)
        elif request.method == "INVITE":
            self._ring(request)
        elif request.method in {"OPTIONS", "NOTIFY"}:
            self.reply(request, 200, "OK", tag=token(4))
        elif request.method != "ACK":
            self.reply(request, 481, "Call does not exist", tag=token(4))

    def _ring(self, request: Message) -> None:
        if self.on_call is None or len(self.calls) >= MAX_CALLS:
            self.reply(request, 486, "Busy Here", tag=token(4))
            return
        call = Call.incoming(self, request)
        self._keep(call)
        self.on_call(call)

    def _keep(self, call: Call) -> None:
        if len(self.calls) >= MAX_CALLS:
            raise RuntimeError(f"more than {MAX_CALLS} calls on one telephone")
        self.calls[call.call_id] = call


def caller_header(caller: str, host: str) -> str:
    """The From header of a caller; empty means the number is withheld."""
    if not caller:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    return f'"{caller}" <sip:{caller}@{host}>'


def _renewed(request: Message, via: str) -> list[tuple[str, str]]:
    """The headers of a request asked again: next number, new transaction."""
    number, method = request.get("CSeq").split()
    fresh = {"via": via, "cseq": f"{int(number) + 1} {method}"}
    return [(name, fresh.get(name.lower(), value)) for name, value in request.headers]


def _acknowledgement(invite: Message, response: Message) -> Message:
    """The ACK of a refusal belongs to the transaction of its INVITE."""
    number = invite.get("CSeq").split()[0]
    return Message(
        f"ACK {invite.uri} SIP/2.0",
        [
            ("Via", invite.get("Via")),
            ("Max-Forwards", "70"),
            ("From", invite.get("From")),
            ("To", response.get("To")),
            ("Call-ID", invite.get("Call-ID")),
            ("CSeq", f"{number} ACK"),
        ],
    )
