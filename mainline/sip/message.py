"""SIP messages as text: reading with limits, writing without surprises."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Final

MAX_BYTES: Final = 16_384
MAX_HEADERS: Final = 100

_COMPACT: Final = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "r": "refer-to",
    "b": "referred-by",
    "k": "supported",
    "s": "subject",
}


class BadMessageError(ValueError):
    """What arrived is no SIP message, or too much of one."""


@dataclass
class Message:
    """A request (``INVITE sip:…``) or a response (``SIP/2.0 200 OK``)."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def is_response(self) -> bool:
        """Whether this answers a request."""
        return self.start.startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        """The request's method, for responses that of the request answered."""
        return self.get("CSeq").split()[-1] if self.is_response else self.start.split(" ", 1)[0]

    @property
    def uri(self) -> str:
        """The request's address."""
        return self.start.split(" ")[1]

    @property
    def status(self) -> int:
        """The response's code; 0 for a request."""
        return int(self.start.split(" ")[1]) if self.is_response else 0

    def get(self, name: str) -> str:
        """First value of a header, empty when it is missing."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def sender(self) -> tuple[str, int] | None:
        """Where the answer to this request goes: the place its Via names."""
        return place_of(self.get("Via").partition(" ")[2].partition(";")[0].strip())

    @property
    def branch(self) -> str:
        """The transaction this message belongs to."""
        return parameter(self.get("Via"), "branch")

    def encode(self) -> bytes:
        """The bytes to send. Lone surrogates carry raw bytes of hostile headers."""
        body = self.body.encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        return head.encode("utf-8", "surrogateescape") + body


def parse(data: bytes) -> Message:
    """Read one datagram."""
    if len(data) > MAX_BYTES:
        raise BadMessageError("too long")
    head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if len(lines) > MAX_HEADERS or len(start.split(" ")) < 3:  # noqa: PLR2004 - METHOD URI SIP/2.0
        raise BadMessageError("no SIP start line, or too many headers")
    message = Message(start, [_header(line) for line in lines if line], body)
    _require_essentials(message)
    return message


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadMessageError("header without a colon")
    name = name.strip()
    return _COMPACT.get(name.lower(), name), value.strip()


def _require_essentials(message: Message) -> None:
    sequence = message.get("CSeq").split()
    if not (message.get("Via") and message.get("Call-ID") and len(sequence) == 2):  # noqa: PLR2004
        raise BadMessageError("Via, Call-ID or CSeq is missing")
    if message.is_response and not message.start.split(" ")[1].isdigit():
        raise BadMessageError("status is no number")


def parameter(value: str, name: str) -> str:
    """``;name=…`` of a header value, empty when it is not there."""
    for part in value.split(";")[1:]:
        key, _, text = part.strip().partition("=")
        if key.strip().lower() == name:
            return text.strip().strip('"')
    return ""


def address(value: str) -> str:
    """The URI inside ``"Name" <sip:…>;tag=…``."""
    if "<" in value:
        return value[value.rindex("<") + 1 :].partition(">")[0]
    return value.partition(";")[0].strip()


def user_of(uri: str) -> str:
    """The user part of a SIP URI: the number dialled or calling."""
    return uri.partition(":")[2].partition("@")[0].partition(";")[0]


_PLACE: Final = re.compile(r"(?:sips?:)?(?:[^@]*@)?([^:;>@]+):(\d{1,5})(?![^;>]*@)")


def place_of(uri: str) -> tuple[str, int] | None:
    """Host and port that a URI names; None without a port."""
    match = _PLACE.match(uri)
    return (match[1], int(match[2])) if match else None


def token(size: int = 8) -> str:
    """A fresh random word for tags, branches and call ids."""
    return secrets.token_hex(size)
