"""(a) Calls of three seconds of talk, as fast as they go on: what is spent beside the sound."""

from bench.climb import Load, compare
from bench.figures import Figure

LOAD = Load(
    "calls",
    talk_s=3.0,
    rates=(8.0, 12.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 28.0, 30.0, 32.0),
    seconds=15.0,
    agents=240,
)


async def measure() -> list[Figure]:
    """Mainline and bare Asterisk."""
    return await compare(LOAD)
