"""The process ``gateway``: takes AGI requests of Asterisk and leads callers through the menu."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from agi.handlers import inbound, survey, waiting
from agi.running import run
from agi.server import AgiServer
from dialplan import contract
from ivr.decision import Decision
from ivr.doors import handle_door
from ivr.outgoing import OutgoingDeps, handle_outgoing
from ivr.service import handle_again, handle_call, handle_choice
from ivr.survey import SurveyDeps, handle_survey
from ivr.wiring import build
from mainline.asterisk.call import Call
from mainline.config import Settings
from mainline.db import Database
from mainline.process.heartbeat import beating
from mainline.secrets import Secrets

HOST: Final = "127.0.0.1"
PATIENCE_S: Final = 2.0
"""How long callers in the menu may go on after we were told to stop."""


def main(settings: Settings) -> None:
    """Run until told to stop."""
    run(partial(serve, settings))


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Take calls until ``stop``; those in progress then go on in the dialplan."""
    database = Database(settings.database)
    deps = build(database, settings)

    async def lead(call: Call) -> Decision:
        return await handle_call(call, deps)

    asking = SurveyDeps(database, deps.voice, deps.phrases, deps.recorder)
    calling = OutgoingDeps(database, settings, deps.voice, deps.phrases, deps.recorder)
    server = AgiServer(
        {
            contract.ROUTE_INBOUND: partial(inbound.handle, lead=lead),
            contract.ROUTE_DOOR: partial(
                waiting.again, lead=partial(handle_door, deps=deps, database=database)
            ),
            contract.ROUTE_OUTGOING: partial(
                inbound.handle, lead=partial(handle_outgoing, deps=calling)
            ),
            contract.ROUTE_CHOICE: partial(waiting.choice, lead=partial(handle_choice, deps=deps)),
            contract.ROUTE_AGAIN: partial(waiting.again, lead=partial(handle_again, deps=deps)),
            contract.ROUTE_SURVEY: partial(survey.handle, ask=partial(handle_survey, deps=asking)),
        },
        secret=Secrets.load_or_create(settings.home).agi,
    )
    try:
        async with beating(settings.home, "gateway") as pulse:
            await server.start(HOST, settings.agi_port)
            await deps.plans.current()
            pulse.say("up")
            await stop.wait()
            pulse.say("stopping")
            await server.stop(patience_s=PATIENCE_S)
    finally:
        await database.dispose()
