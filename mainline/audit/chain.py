"""The chain: each hash covers its entry and the hash before, so that no byte changes unseen.

What a chain alone cannot show, a missing end or a chain that was made anew, the anchors show:
hashes that were kept elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

GENESIS: Final = ""
"""What stands before the first."""


class Link(NamedTuple):
    """What the hash of an entry covers."""

    id: int
    at_us: int
    by: str
    process: str
    why: str
    action: str
    table_name: str
    row_key: str
    changes: str


def seal(previous: str, link: Link) -> str:
    """The hash of an entry: over its canonical form and the hash before."""
    text = json.dumps(link, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Bad:
    """The first entry that is not as it was written."""

    id: int
    what: Literal["changed", "missing", "unreadable", "rewritten"]


@dataclass(slots=True)
class Walk:
    """Goes along the chain from its beginning and stops at the first bad entry."""

    anchors: Mapping[int, str] = field(default_factory=dict)
    """Id to hash, as it was kept elsewhere."""
    id: int = 0
    hash: str = GENESIS
    bad: Bad | None = None

    def step(self, link: Link, sealed: str) -> bool:
        """Look at the next entry; whether it is good."""
        if link.id != self.id + 1:
            self.bad = Bad(self.id + 1, "missing")
        elif seal(self.hash, link) != sealed:
            self.bad = Bad(link.id, "changed")
        elif self.anchors.get(link.id, sealed) != sealed:
            self.bad = Bad(link.id, "rewritten")
        else:
            self.id, self.hash = link.id, sealed
        return self.bad is None

    def end(self) -> Bad | None:
        """There are no more: the first bad entry, or None when all are as they were written."""
        if self.bad is None and max(self.anchors, default=0) > self.id:
            self.bad = Bad(self.id + 1, "missing")
        return self.bad
