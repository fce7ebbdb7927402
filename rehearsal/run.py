"""One rehearsal from beginning to end, on a running instance."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from agi.prepare import prepare
from ivr.say import Language
from mainline.asterisk.ami import Ami
from mainline.asterisk.ari import Ari
from mainline.asterisk.install import cli_command
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.config import Settings
from mainline.datafile import content
from mainline.db import Database
from mainline.errors import MainlineError, Unavailable
from mainline.i18n import Text, _
from mainline.journal import last_id
from mainline.secrets import Secrets
from mainline.sip.g711 import Sound
from mainline.sip.lateness import notice
from rehearsal.arrivals import Arrival, arrivals
from rehearsal.report import Happened, Late, happened
from rehearsal.robots import Robots, numbers, take_on
from rehearsal.scenario import Scenario
from rehearsal.town import Town, Watch, homes
from rehearsal.voices import Voices

SEATED_S: Final = 30.0
SETTLED_S: Final = 15.0
LOOK_S: Final = 0.3
PROGRESS_S: Final = 10.0
CALLER_HZ: Final = 440
AGENT_HZ: Final = 1000

Say = Callable[[str], None]


class NotADemo(MainlineError):
    """Rehearsals put calls into the call list."""

    code = "not-a-demo"
    words = Text(
        "A rehearsal fills the call list: it runs on a demo instance only. "
        "Try a draft with --menu-draft: it gets an instance of its own."
    )


class NotSeated(Unavailable):
    """The robots did not get into the queues."""

    code = "robots-not-seated"
    words = Text("The robot agents did not come into the queues; is the worker running?")


async def rehearse(settings: Settings, scenario: Scenario, seed: int, say: Say) -> Happened:
    """Play the scenario and tell what the books say of it."""
    if not settings.demo:
        raise NotADemo
    database = Database(settings.database)
    try:
        with Voices(settings.sounds_dir, settings.tts_cmd, _language(settings)) as voices:
            said = {want.name: await voices.of(want.says, CALLER_HZ) for want in scenario.wants}
            agents = await voices.of(scenario.crew.says, AGENT_HZ)
        async with _crew(settings, database, scenario, agents, seed, say):
            return await _play(settings, database, scenario, said, seed, say)
    finally:
        await database.dispose()


def _language(settings: Settings) -> Language:
    return "en" if settings.locale == "en" else "zh"


async def _play(
    settings: Settings,
    database: Database,
    scenario: Scenario,
    voices: Mapping[str, Sound],
    seed: int,
    say: Say,
) -> Happened:
    async with database.reading() as session:
        day = arrivals(scenario, await homes(session), seed)
        watch = Watch(database, await last_id(session))
    town = Town((settings.sip_host, settings.sip_port), _lines(settings), watch, voices)
    begun, late = now(), list[Late]()
    async with asyncio.TaskGroup() as group:  # what fails here fails the rehearsal
        beside = [
            group.create_task(watch.run()),
            group.create_task(_progress(town, day, say)),
            group.create_task(notice(lambda seconds: late.append(Late(now(), seconds)))),
        ]
        await town.play(day)
        for task in beside:
            task.cancel()
    return replace(await _settled(database, begun, town.placed), late=late)


async def _settled(database: Database, begun: datetime, placed: int) -> Happened:
    """The books once they know the end of every call."""
    deadline = asyncio.get_running_loop().time() + SETTLED_S
    while True:
        async with database.reading() as session:
            was = await happened(session, begun)
        complete = was.calls >= placed and "in-progress" not in was.outcomes
        if complete or asyncio.get_running_loop().time() > deadline:
            return was
        await asyncio.sleep(LOOK_S)


async def _progress(town: Town, day: Sequence[Arrival], say: Say) -> None:
    while True:
        await asyncio.sleep(PROGRESS_S)
        say(_("%(placed)s of %(all)s have called", placed=town.placed, all=len(day)))


def _lines(settings: Settings) -> list[str]:
    """The hotline numbers in the pack's order."""
    lines = content(settings.pack_dir / "lines.yaml")
    return [str(line["dnis"]) for line in lines["lines"]]


@contextlib.asynccontextmanager
async def _crew(
    settings: Settings,
    database: Database,
    scenario: Scenario,
    voice: Sound,
    seed: int,
    say: Say,
) -> AsyncIterator[None]:
    """The robots' shift; nothing when people are to answer."""
    wanted = numbers(scenario.crew.robots)
    if not wanted:
        yield
        return
    await _employ(settings, database, wanted, say)
    server, secrets = (settings.sip_host, settings.sip_port), Secrets.load_or_create(settings.home)
    async with Ari(port=settings.asterisk_http_port, secret=secrets.ari) as ari:
        robots = Robots(database, ari, server, scenario.crew, voice, seed)
        try:
            await robots.begin(wanted)
            await _seated(settings, secrets, wanted)
            yield
        finally:
            await robots.end()


async def _employ(settings: Settings, database: Database, wanted: Sequence[str], say: Say) -> None:
    async with database.unit_of_work() as session:
        new = await take_on(session, wanted)
    await prepare(settings, database, say)
    if new:
        say(_("%(count)s robot agents were taken on", count=new))
    reload = await asyncio.create_subprocess_exec(
        *cli_command(settings, "module reload res_pjsip.so"), stdout=asyncio.subprocess.DEVNULL
    )
    await asyncio.wait_for(reload.wait(), 20)


async def _seated(settings: Settings, secrets: Secrets, wanted: Sequence[str]) -> None:
    """The worker brings those who are ready into the queues."""
    ami, stop = Ami(port=settings.ami_port, user="web", secret=secrets.ami_web), asyncio.Event()
    running = asyncio.create_task(ami.run(stop))
    board = Switchboard(ami)
    try:
        async with asyncio.timeout(SEATED_S):
            await ami.up.wait()
            while not await _all_in(board, wanted):  # noqa: ASYNC110 - Asterisk's state, asked
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise NotSeated from None
    finally:
        stop.set()
        await running


async def _all_in(board: Switchboard, wanted: Sequence[str]) -> bool:
    members = (await board.queues()).members
    ready = {member.agent for member in members if member.reachable and not member.paused}
    return set(wanted) <= ready
