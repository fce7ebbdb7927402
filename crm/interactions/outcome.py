"""What became of a call. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal[
    "in-progress",
    "answered",
    "transferred",
    "message",
    "refused",
    "self-served",
    "abandoned",
    "failed",
]
FINISHED: Final[tuple[Outcome, ...]] = (
    "answered",
    "transferred",
    "message",
    "refused",
    "self-served",
    "abandoned",
    "failed",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the outcome depends on."""

    ended: bool
    incoming: bool = True
    answered: bool = False
    transferred: bool = False
    message: bool = False
    refused: bool = False
    served: bool = False
    """Some self-service was finished."""
    queued: bool = False
    heard: bool = False
    """A call that the machine made was listened to and answered by a key."""


def outcome(facts: Facts) -> Outcome:
    """The strongest thing that happened; a call that goes on has no outcome yet.

    A caller who served themselves and then gave up waiting for a person has abandoned: what counts
    is whether the last wish was met.
    """
    if not facts.ended:
        return "in-progress"
    said: tuple[tuple[bool, Outcome], ...] = (
        (facts.refused, "refused"),
        (facts.answered and facts.transferred, "transferred"),
        (facts.answered, "answered"),
        (facts.heard, "self-served"),
        (not facts.incoming, "failed"),
        (facts.message, "message"),
        (facts.served and not facts.queued, "self-served"),
    )
    return next((word for is_so, word in said if is_so), "abandoned")
