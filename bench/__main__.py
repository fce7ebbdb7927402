"""``make bench [BENCH=calls,pop,memory,…]``: every figure, one line each."""

import asyncio
import importlib
import os

PARTS = (
    "imports",
    "identification",
    "growth",
    "office",
    "limits",
    "calls",
    "talks",
    "memory",
    "pop",
    "kills",
    "floor",
)


async def main() -> None:
    """Run the parts in turn; a part that fails says so and does not stop the others."""
    wanted = os.environ.get("BENCH", ",".join(PARTS)).split(",")
    for part in wanted:
        try:
            figures = await importlib.import_module(f"bench.{part}").measure()
        except Exception as error:
            print(f"bench {part} value failed goal none ({type(error).__name__}: {error})")
            continue
        for figure in figures:
            print(figure.line(), flush=True)


asyncio.run(main())
