"""The little of SDP that a G.711 telephone needs."""

import re
from dataclasses import dataclass
from typing import Literal

from mainline.sip.g711 import ALAW, ULAW

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

_DIRECTIONS: tuple[Direction, ...] = ("sendrecv", "sendonly", "recvonly", "inactive")
_NAMES = {ULAW: "PCMU", ALAW: "PCMA"}
KEYS_TYPE = 101
"""Payload type we offer for keys (RFC 4733)."""


@dataclass(frozen=True)
class Description:
    """Where a side wants its sound, and in which form."""

    host: str
    port: int
    codecs: tuple[int, ...] = (ALAW, ULAW)
    keys_type: int = KEYS_TYPE
    direction: Direction = "sendrecv"

    def text(self, version: int) -> str:
        """The SDP body."""
        formats = " ".join(str(codec) for codec in (*self.codecs, self.keys_type))
        lines = [
            "v=0",
            f"o=mainline 1 {version} IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {formats}",
            *(f"a=rtpmap:{codec} {_NAMES[codec]}/8000" for codec in self.codecs),
            f"a=rtpmap:{self.keys_type} telephone-event/8000",
            f"a=fmtp:{self.keys_type} 0-16",
            "a=ptime:20",
            f"a={self.direction}",
        ]
        return "\r\n".join(lines) + "\r\n"


def read(body: str) -> Description | None:
    """The other side's description; None when the body holds no usable sound."""
    place = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    media = re.search(r"^m=audio (\d{1,5}) \S+ ([\d ]+)", body, re.MULTILINE)
    if not place or not media:
        return None
    codecs = tuple(int(form) for form in media[2].split() if int(form) in _NAMES)
    keys = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", body, re.MULTILINE)
    direction = next((way for way in _DIRECTIONS if f"a={way}" in body), _DIRECTIONS[0])
    return Description(
        place[1], int(media[1]), codecs, int(keys[1]) if keys else KEYS_TYPE, direction
    )
