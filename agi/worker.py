"""The process ``worker``: Asterisk's record, the features' readers, the floor, the recordings."""

from __future__ import annotations

import asyncio
from functools import partial

from agi.alarms import Alarms
from agi.callbacks import CallBacks
from agi.chores import (
    ANCHORS_EVERY_S,
    LIMITS_EVERY_S,
    LINES_EVERY_S,
    PROMISES_EVERY_S,
    REQUESTS_EVERY_S,
    again,
    keep_anchor,
    limits,
    lines,
    matters,
    promises,
    requests,
)
from agi.consumers import Consumers, all_readers
from agi.crew import Crew, Job
from agi.dialler import Dialler
from agi.facts.follower import Follower
from agi.holds import Holds
from agi.keeper import Keeper
from agi.live import LiveLink
from agi.queue_rules import QueueRules
from agi.running import run
from agi.transcripts import Transcripts
from agi.waits import Waits
from agi.watch import Watch
from crm.sense import watch
from mainline.asterisk.ari import Ari
from mainline.audit import anchors
from mainline.config import Settings
from mainline.db import Database
from mainline.process.heartbeat import Pulse, beating
from mainline.secrets import Secrets
from mainline.webhooks.sending import Sender
from recordings import finalise


def main(settings: Settings) -> None:
    """Run until told to stop."""
    run(partial(serve, settings))


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Do all of it until ``stop``, and take in what is written at the last moment."""
    database = Database(settings.database)
    secret = Secrets.load_or_create(settings.home).ari
    try:
        async with (
            beating(settings.home, "worker") as pulse,
            Ari(port=settings.asterisk_http_port, secret=secret) as ari,
        ):
            condition = _Condition(pulse)
            follower = Follower(database, settings.cel_dir)
            consumers = Consumers(database, all_readers(), tell=condition.of_readers)
            jobs = _jobs(settings, database, follower, consumers, ari)
            await Crew(jobs, condition.of_jobs).run(stop)
            await follower.catch_up()
            await consumers.catch_up()
    finally:
        await database.dispose()


def _jobs(
    settings: Settings, database: Database, follower: Follower, consumers: Consumers, ari: Ari
) -> dict[str, Job]:
    link = LiveLink(settings, follower, listener=Holds(database).heard)
    keeper = Keeper(database, link.switchboard, ari, wrapup_s=settings.wrapup_s)
    return {
        "facts": follower.run,
        "readers": consumers.run,
        "link": link.run,
        "lost calls": link.compare,
        "floor": keeper.run,
        "queue rules": QueueRules(database, settings, link.switchboard).run,
        "waits": Waits(database, link.switchboard).run,
        "call-backs": CallBacks(database, link.switchboard, settings.zone).run,
        "alarms": Alarms(database, settings, link.switchboard).run,
        "lines": partial(again, LINES_EVERY_S, partial(lines, database)),
        "promises": partial(
            again, PROMISES_EVERY_S, partial(promises, database, follower.catch_up)
        ),
        "limits": partial(again, LIMITS_EVERY_S, partial(limits, database)),
        "audit anchors": partial(
            again, ANCHORS_EVERY_S, partial(keep_anchor, database, settings.home / anchors.FILE)
        ),
        "matters": partial(again, LIMITS_EVERY_S, partial(matters, database, settings.zone)),
        "requests": partial(again, REQUESTS_EVERY_S, partial(requests, database, settings.zone)),
        "leases": Watch(database, link.switchboard, ari).run,
        "outbound": Dialler(database, link.switchboard, settings).run,
        "recordings": partial(finalise.run, database, settings),
        "transcripts": Transcripts(database, settings).run,
        "webhooks": Sender(database, settings).run,
        "outage sense": partial(watch.run, database, settings),
    }


class _Condition:
    """What the signs of life say: up, or degraded and by what."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._jobs: frozenset[str] = frozenset()
        self._readers: frozenset[str] = frozenset()

    def of_jobs(self, failing: frozenset[str]) -> None:
        self._jobs = failing
        self._say()

    def of_readers(self, failing: frozenset[str]) -> None:
        self._readers = failing
        self._say()

    def _say(self) -> None:
        failing = sorted(self._jobs | self._readers)
        self._pulse.say(
            "degraded" if failing else "up", f"failing: {', '.join(failing)}" if failing else ""
        )
