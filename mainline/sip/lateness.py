"""How long telephones of ours were kept from speaking by whatever else the machine does.

They send late what they could not send in time (:data:`mainline.sip.rtp.CATCH_UP_S`), so that a
recording may become that much longer than the call.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from mainline.sip.rtp import CATCH_UP_S

BEAT_S: Final = 0.02
LATE_S: Final = 0.04
"""Less than this nobody hears."""


async def notice(kept_waiting: Callable[[float], None]) -> None:
    """Until cancelled: call it with the seconds by which this loop has just been late.

    No more than a telephone catches up with.
    """
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        await asyncio.sleep(BEAT_S)
        late_s = clock() - began - BEAT_S
        if late_s > LATE_S:
            kept_waiting(min(late_s, CATCH_UP_S))
