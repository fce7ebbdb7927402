"""What Mainline has Asterisk do: queues and their members, legs, calls, supervision.

Every verb checks its arguments, takes bounded time, and raises ``AmiDown`` (503) when Asterisk does
not answer, ``AmiRefused`` (409) when it says no. Nothing is ever sent twice.
"""

from __future__ import annotations

from mainline.asterisk.legs import Legs
from mainline.asterisk.placing import Placing, SpyMode
from mainline.asterisk.queueing import RESERVED, RESERVED_S, WRAPUP, Queueing
from mainline.asterisk.words import interface

__all__ = ["RESERVED", "RESERVED_S", "WRAPUP", "SpyMode", "Switchboard", "interface"]


class Switchboard(Queueing, Legs, Placing):
    """All verbs, on one AMI link."""
