"""Who of those that share something is held against whom: never everybody with everybody. Pure."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

BLOCK_MAX: Final = 200
"""What more share (a switchboard, a dormitory) says nothing about who is one."""
EACH_WITH_EACH_MAX: Final = 12
"""So few are all compared; of more only those whose names have the same initials."""


class Member(NamedTuple):
    """Somebody of a block."""

    id: int
    name: str
    initials: str


def pairs_of(members: Sequence[Member]) -> Iterator[tuple[Member, Member]]:
    """Pairs worth a look, the older first; each person once, though they share it twice."""
    people = sorted(set(members))
    if len(people) > BLOCK_MAX:
        return
    if len(people) <= EACH_WITH_EACH_MAX:
        yield from combinations(people, 2)
        return
    alike: dict[str, list[Member]] = {}
    for one in people:
        alike.setdefault(one.initials, []).append(one)
    for group in alike.values():
        yield from combinations(group[:EACH_WITH_EACH_MAX], 2)
