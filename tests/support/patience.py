"""Room for the product's own time limits, in the tests that are not about them.

A caller is kept waiting for the books a second and a half, Asterisk has three seconds to greet. A
test that shares two cores with live calls would find these limits kept instead of what it looks
for. Whoever tests a limit sets it anew.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest

ROOM_S: Final = 60.0
CALLERS: Final = (
    "ivr.flows.crm_books.ANSWER_S",
    "ivr.plan.LOAD_S",
    "ivr.outgoing.READ_S",
    "ivr.survey.ANSWER_S",
    "ivr.doors.READ_S",
    "ivr.recorder.CLOSE_S",
    "ivr.rehearsal.LIMIT_S",
)
"""How long a caller hears nothing at most."""
ASTERISK: Final = (
    "mainline.asterisk.agi.ENVIRONMENT_S",
    "mainline.asterisk.agi_call.REPLY_S",
    "mainline.asterisk.ami.CONNECT_S",
    "mainline.asterisk.ari.TIMEOUT_S",
    "mainline.process.probe.PROBE_S",
)
"""How long Asterisk is waited for."""


def give_room(patch: pytest.MonkeyPatch, *limits: str) -> None:
    """These limits are out of reach until the test ends."""
    for limit in limits:
        patch.setattr(limit, ROOM_S)


def give_room_by_default(patch: pytest.MonkeyPatch, to: Callable[..., Any], *names: str) -> None:
    """So are these limits, which the function takes as arguments."""
    for name in names:
        patch.setitem(to.__kwdefaults__, name, ROOM_S)
