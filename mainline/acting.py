"""Who acts in this task, and why: what the audit log writes down beside each change.

The edge that knows a person says so (``by``); where nobody does, the process itself acts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

_person: ContextVar[str] = ContextVar("acting_person", default="")
_process: ContextVar[str] = ContextVar("acting_process", default="mainline")
_WHY: Final = "mainline_why"
WHY_CHARS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody of the staff, or the process itself; and the process it was done in."""

    by: str
    process: str


def run_as(process: str) -> None:
    """From here on this is the process ``process``."""
    _process.set(process[:64])


def by(person: str) -> None:
    """From here on, to the end of the request, this person acts."""
    _person.set(person[:64])


@contextmanager
def one_request() -> Iterator[None]:
    """Nobody acts until somebody is known, and nobody any more afterwards."""
    token = _person.set("")
    try:
        yield
    finally:
        _person.reset(token)


def actor() -> Actor:
    """Who acts now."""
    process = _process.get()
    return Actor(_person.get() or process, process)


def because(session: AsyncSession, why: str) -> None:
    """The reason that was given for what this unit of work changes."""
    if reason := why.strip():
        known: dict[str, None] = session.info.setdefault(_WHY, {})
        known[reason] = None


def no_reason(session: AsyncSession) -> None:
    """What was given as reasons so far belongs to stories of the past, not to this unit of work."""
    session.info.pop(_WHY, None)


def reason(info: dict[str, object]) -> str:
    """All reasons that were given in a unit of work; ``info`` is its session's."""
    known = info.pop(_WHY, {})
    return "; ".join(known)[:WHY_CHARS_MAX] if isinstance(known, dict) else ""
