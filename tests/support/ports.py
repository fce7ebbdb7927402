"""Free ports of this machine, never handed out twice in a run.

Processes that share a run have ranges of their own: what one has been given is not yet in use.
"""

import itertools
import os
import socket

_FIRST, _ALL = 20000, 11000
"""Below the range from which the system takes ports for outgoing connections."""


def range_of(share: int, shares: int) -> range:
    """The ports of one of so many processes."""
    span = _ALL // shares
    return range(_FIRST + share * span, _FIRST + (share + 1) * span)


_SHARES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_SHARE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_OURS = range_of(_SHARE % _SHARES, _SHARES)

_starts = itertools.count(os.getpid() * 37 % len(_OURS))


def free_port() -> int:
    """A port on which neither UDP nor TCP is in use."""
    return free_ports(1)


def free_ports(length: int) -> int:
    """The first of ``length`` neighbouring free ports."""
    while True:
        place = next(_starts) % len(_OURS)
        for _taken in range(length - 1):
            next(_starts)
        found = _OURS[place : place + length]
        if len(found) == length and all(map(_is_free, found)):
            return found[0]


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
