"""What the page says in words."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text

REASONS: Final[Mapping[str, Text]] = {
    "exact": Text("Name as it stands"),
    "alias": Text("Another name of it"),
    "short": Text("Short name"),
    "sound": Text("Sounds the same"),
    "near": Text("One character off"),
    "within": Text("Lies within"),
    "elsewhere": Text("Lies elsewhere"),
    "shared-name": Text("Others are called so too"),
    "not-understood": Text("Not understood"),
    "other-reading": Text("May be read in another way"),
    "not-in-tree": Text("Not in the tree yet"),
}
DOUBTS: Final = frozenset(
    {"elsewhere", "shared-name", "not-understood", "other-reading", "not-in-tree"}
)
"""Reasons against it."""
VERDICTS: Final[Mapping[str, Text]] = {"placed": Text("Placed"), "aside": Text("Put aside")}
SHOWS: Final[Mapping[str, Text]] = {"waiting": Text("To be placed"), "aside": Text("Put aside")}
