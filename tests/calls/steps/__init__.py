"""The sentences a scenario may use, and what each of them does on the stage."""

from tests.calls.steps import (
    agents,
    books,
    callbacks,
    caller,
    desk,
    faults,
    leader,
    outages,
    outgoing,
)
from tests.calls.steps.sentences import find, play

__all__ = [
    "agents",
    "books",
    "callbacks",
    "caller",
    "desk",
    "faults",
    "find",
    "leader",
    "outages",
    "outgoing",
    "play",
]
