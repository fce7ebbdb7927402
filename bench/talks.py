"""(a) The same call as people make it: a minute of talk (docs/adr/a-call-is-a-minute.md)."""

from bench.climb import Load, compare
from bench.figures import Figure

LOAD = Load(
    "talks",
    talk_s=60.0,
    rates=(2.5, 3.0, 3.25, 3.5, 3.75, 4.0, 4.25, 4.5),
    seconds=70.0,
    agents=330,
)
"""Each rate lasts ten seconds longer than a talk, so that as many talk at once as ever will."""


async def measure() -> list[Figure]:
    """Mainline and bare Asterisk."""
    return await compare(LOAD)
