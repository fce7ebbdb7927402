"""Asterisk's files for this data folder: who can be called, how callers wait, which numbers."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.queries import branches
from crm.catalog.service import queues
from crm.staff.queries import agents
from crm.surveys.service import asked_queues
from dialplan.floor import Agent, Floor, Line, Overflow, Queue
from dialplan.render import write_config
from ivr.phrases import load_phrases
from ivr.plan import Plans
from mainline.config import Settings
from mainline.db import Database
from mainline.secrets import Secrets


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """Render everything anew from staff, queues and lines in force."""
    plan = await Plans(database, settings.pack_dir).current()
    async with database.reading() as session:
        floor = replace(
            await queues_in_force(session),
            agents=await _agents(session),
            urgent=[
                fault.id for fault in load_phrases(settings.pack_dir).faults if fault.emergency
            ],
            lines=[Line(line.dnis, plain(line.name.to(settings.locale))) for line in plan.lines],
        )
    write_config(settings, floor, Secrets.load_or_create(settings.home))


async def _agents(session: AsyncSession) -> list[Agent]:
    return [Agent(one.number, plain(one.name) or one.number) for one in await agents(session)]


async def queues_in_force(session: AsyncSession) -> Floor:
    """How callers wait and whose agents are rung first, in the words of Asterisk's files."""
    asked = await asked_queues(session)
    found = [
        Queue(
            one.name,
            strategy=one.strategy,
            ring_s=one.ring_s,
            max_wait_s=one.max_wait_s,
            max_waiting=one.max_waiting,
            weight=one.weight,
            service_level_s=one.service_level_s,
            branch_first_s=one.branch_first_s,
            overflow=tuple(Overflow(rule.when, rule.to, rule.at) for rule in one.overflow),
            surveyed=one.name in asked,
        )
        for one in await queues(session)
    ]
    return Floor(queues=found, branches=[one.code for one in await branches(session)])


def plain(name: str) -> str:
    """A name as Asterisk's files can hold it: letters, digits, space and hyphen.

    A strange name must not keep the telephone system from starting.
    """
    kept = (char if unicodedata.category(char)[0] in "LN" else " -"[char == "-"] for char in name)
    return " ".join("".join(kept).split())[:64]
