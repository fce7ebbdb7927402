"""What Asterisk says of its queues and legs at one moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from mainline.asterisk.ami import Answer, Fields

Station = Literal["softphone", "phone"]

_TELEPHONE: Final = re.compile(r"PJSIP/(?:agent|phone)-([0-9]{3,5})-")
_INTERFACE: Final = re.compile(r"PJSIP/(agent|phone)-([0-9]{3,5})")


@dataclass(frozen=True, slots=True)
class Member:
    """An agent in a queue, as Asterisk sees it."""

    agent: str
    station: Station
    queue: str
    penalty: int
    paused: bool
    reason: str
    in_call: bool
    status: int
    """Asterisk's device state: 1 free, 2 in use, 5 unavailable, 6 ringing."""
    last_pause: int
    """Epoch seconds; 0 never."""

    @property
    def reachable(self) -> bool:
        """Whether the telephone is registered."""
        return self.status not in {4, 5}

    @property
    def busy(self) -> bool:
        """Whether the telephone rings or talks."""
        return self.in_call or self.status in {2, 3, 6, 7, 8}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a queue."""

    queue: str
    channel: str
    uniqueid: str
    position: int
    wait_s: int
    priority: int


@dataclass(frozen=True, slots=True)
class Queues:
    """All queues at one moment."""

    names: frozenset[str]
    members: tuple[Member, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """One leg."""

    name: str
    uniqueid: str
    call_id: str
    context: str
    exten: str
    application: str
    seconds: int
    bridge: str
    ringing: bool = False

    @property
    def agent(self) -> str:
        """The agent whose telephone this is; empty for all others."""
        match = _TELEPHONE.match(self.name)
        return match[1] if match else ""

    @property
    def is_customer(self) -> bool:
        """From or to the outside."""
        return self.name.startswith(("PJSIP/trunk-", "PJSIP/try-"))


def queues(answer: Answer) -> Queues:
    """From the answer to QueueStatus."""
    of = {kind: [i for i in answer.items if i.get("Event") == kind] for kind in _KINDS}
    found = [_member(item) for item in of["QueueMember"]]
    return Queues(
        frozenset(item.get("Queue", "") for item in of["QueueParams"]),
        tuple(member for member in found if member is not None),
        tuple(_waiting(item) for item in of["QueueEntry"]),
    )


_KINDS: Final = ("QueueParams", "QueueMember", "QueueEntry")


def _member(item: Fields) -> Member | None:
    """None for members that are nobody's telephone."""
    match = _INTERFACE.fullmatch(item.get("Location", ""))
    if match is None:
        return None
    return Member(
        agent=match[2],
        station="softphone" if match[1] == "agent" else "phone",
        queue=item.get("Queue", ""),
        penalty=_int(item.get("Penalty")),
        paused=item.get("Paused") == "1",
        reason=item.get("PausedReason", ""),
        in_call=item.get("InCall") == "1",
        status=_int(item.get("Status")),
        last_pause=_int(item.get("LastPause")),
    )


def _waiting(item: Fields) -> Waiting:
    return Waiting(
        queue=item.get("Queue", ""),
        channel=item.get("Channel", ""),
        uniqueid=item.get("Uniqueid", ""),
        position=_int(item.get("Position")),
        wait_s=_int(item.get("Wait")),
        priority=_int(item.get("Priority")),
    )


def channels(answer: Answer) -> list[Channel]:
    """From the answer to Status."""
    return [_channel(item) for item in answer.items if item.get("Event") == "Status"]


def _channel(item: Fields) -> Channel:
    return Channel(
        name=item.get("Channel", ""),
        uniqueid=item.get("Uniqueid", ""),
        call_id=item.get("Linkedid", ""),
        context=item.get("Context", ""),
        exten=item.get("Exten", ""),
        application=item.get("Application", ""),
        seconds=_int(item.get("Seconds")),
        bridge=item.get("BridgeID", ""),
        ringing=item.get("ChannelStateDesc") == "Ringing",
    )


def _int(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
