"""What is remembered of a call between its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from mainline.ids import call_subject

_AGENT_CHANNEL: Final = re.compile(r"PJSIP/(?:agent|phone)-(\d{3,5})-[0-9a-f]{8}")

Phase = Literal["ringing", "picked_up", "talking", "placing", "consulted"]


@dataclass(slots=True)
class Leg:
    """An agent's telephone in the call."""

    agent: str
    phase: Phase
    queue: str = ""
    channel: str = ""


def _values(one: Leg | CallState) -> dict[str, Any]:
    """What ``asdict`` would tell, without copying it: this is asked for each row of each call."""
    return {name: getattr(one, name) for name in one.__slots__}


@dataclass(slots=True)
class CallState:
    """What must be remembered of a call to understand its next rows."""

    call_id: str
    last_at: datetime
    queue: str = ""
    """The queue in which the caller waits."""
    legs: dict[str, Leg] = field(default_factory=dict)
    cause: int = 0
    urgent: bool = False
    """It was told already that this is an emergency."""
    attended: bool = False
    """An attended transfer was made: who comes into the call now was consulted before."""
    ended: bool = False

    @property
    def subject(self) -> str:
        """The journal's subject."""
        return call_subject(self.call_id)

    def copy(self) -> CallState:
        """To be changed while this one stays as it is."""
        return replace(self, legs={channel: replace(leg) for channel, leg in self.legs.items()})

    def plain(self) -> dict[str, Any]:
        """As data that can be stored."""
        legs = {channel: _values(leg) for channel, leg in self.legs.items()}
        return {**_values(self), "legs": legs, "last_at": self.last_at.isoformat()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> CallState:
        """From stored data."""
        legs = {channel: Leg(**leg) for channel, leg in data["legs"].items()}
        return cls(**{**data, "legs": legs, "last_at": datetime.fromisoformat(data["last_at"])})


def agent_of(channel: str) -> str:
    """The agent whose telephone this channel is; empty for all others."""
    match = _AGENT_CHANNEL.fullmatch(channel)
    return match[1] if match else ""
