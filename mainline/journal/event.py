"""What an event is, and the registry from ``kind`` back to its class."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mainline.clock import now


class Event(BaseModel):
    """A fact in the past. ``subject`` says what it is about: ``call:1657.33``, ``agent:8001``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    subject: str
    at: AwareDatetime = Field(default_factory=now)
    """When it happened, which may be earlier than when it was written down."""


E = TypeVar("E", bound=type[Event])
KINDS: dict[str, type[Event]] = {}


def event_kind(kind: str) -> Callable[[E], E]:
    """Register an event class under its stable name."""

    def register(cls: E) -> E:
        if kind in KINDS:
            raise ValueError(f"event kind {kind!r} is already taken by {KINDS[kind]!r}")
        cls.kind = kind
        KINDS[kind] = cls
        return cls

    return register
