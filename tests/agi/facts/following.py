"""Run as a program: follow a folder until everything in it is taken in. Killed by its test."""

import asyncio
import sys
from pathlib import Path

from agi.facts.follower import Follower
from mainline import features
from mainline.db import Database


async def main(url: str, folder: Path) -> None:
    list(features.modules("models"))
    database = Database(url)
    follower = Follower(database, folder)
    while True:
        if await follower.step() == 0 and (folder / "done").exists():
            break
        await asyncio.sleep(0.001)
    await database.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
