"""Free ports of this machine, never handed out twice in a run."""

import itertools
import os
import socket

_FIRST, _SPAN = 20000, 11000
"""Below the range from which the system takes ports for outgoing connections."""

_starts = itertools.count(os.getpid() * 37 % _SPAN)


def free_port() -> int:
    """A port on which neither UDP nor TCP is in use."""
    return free_ports(1)


def free_ports(length: int) -> int:
    """The first of ``length`` neighbouring free ports."""
    while True:
        start = _FIRST + next(_starts) % _SPAN
        for _taken in range(length - 1):
            next(_starts)
        if all(_is_free(port) for port in range(start, start + length)):
            return start


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
