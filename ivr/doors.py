"""An agent sent the caller back to a node of the menu: lead them on from there, then let go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from dialplan import contract
from ivr.decision import Decision
from ivr.flows.books import Identification
from ivr.menu import Hangup, MenuTree
from ivr.plan import Plan
from ivr.run import Running, Walk
from ivr.say import Language
from ivr.service import Deps, Recorder, begin, finish, hours_of, identify
from ivr.waiting import Place, kept
from mainline.asterisk.call import Call, CallerGone
from mainline.db import Database
from mainline.ids import call_subject
from mainline.journal import entries_after
from mainline.journal.call_events import CallerIdentified, CallerVerified, CallOffered, MenuStarted
from mainline.log import get_logger

READ_S: Final = 1.5
"""The caller hears nothing meanwhile."""
TO_THE_END: Final = "end"

log = get_logger("ivr")


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal knows of the call so far."""

    dnis: str = ""
    menu: str = ""
    version: int = 0
    language: Language | None = None
    customer_id: int | None = None
    verified: frozenset[int] = frozenset()
    """Customers the caller has proven to be before."""


async def handle_door(call: Call, place: Place, deps: Deps, database: Database) -> Decision:
    """From the node that the dialplan names, in the version the call began with.

    Whatever fails inside, the dialplan brings the caller back to people, to the same as before.
    """
    recorder = deps.recorder()
    try:
        return await _through(call, place, deps, recorder, await _story(database, call))
    except CallerGone:
        raise
    except Exception:
        log.exception("ivr.door_failed", call=call.id)
        return place.people()
    finally:
        await recorder.close()


async def _story(database: Database, call: Call) -> Story:
    async with asyncio.timeout(READ_S), database.reading() as session:
        entries = await entries_after(session, 0, subject=call_subject(call.id))
    story = Story()
    for event in (entry.event for entry in entries):
        if isinstance(event, CallOffered):
            story = replace(story, dnis=event.dnis)
        elif isinstance(event, MenuStarted):
            language: Language = "en" if event.language == "en" else "zh"
            story = replace(story, menu=event.menu, version=event.version, language=language)
        elif isinstance(event, CallerIdentified) and event.customer_id is not None:
            story = replace(story, customer_id=event.customer_id)
        elif isinstance(event, CallerVerified):
            story = replace(story, verified=story.verified | {event.customer_id})
    return story


async def _through(
    call: Call, place: Place, deps: Deps, recorder: Recorder, story: Story
) -> Decision:
    node, back = call.dnis, await call.variable(contract.VAR_BACK)
    plan, found = await asyncio.gather(deps.plans.current(), identify(call, deps))
    menu = await _menu(deps, plan, story)
    if menu is None or node not in menu.tree.nodes:
        log.error("ivr.no_door", call=call.id, node=node)
        return place.people()
    journey = begin(call, deps, recorder, menu, _known(found, story))
    journey.policies, journey.verified = plan.policies, set(story.verified)
    await journey.talk.switch(story.language or journey.talk.language)
    line = plan.line(story.dnis) or plan.lines[0]
    walk = Walk(menu, journey, deps.flows, hours_of(plan, line, deps.zone))
    until = frozenset() if back == TO_THE_END else _ends(menu.tree, node)
    return kept(finish(await walk.run(at=node, until=until), journey), place)


async def _menu(deps: Deps, plan: Plan, story: Story) -> Running | None:
    """The tree the call began with; an outgoing call began with none and gets the line's."""
    if story.menu:
        return await deps.plans.running(story.menu, story.version)
    line = plan.line(story.dnis)
    return plan.menus.get(line.menu) if line else None


def _known(found: Identification, story: Story) -> Identification:
    """Of several behind the number, the one whom the call is known to be from."""
    mine = tuple(each for each in found.callers if each.customer_id == story.customer_id)
    return replace(found, callers=mine) if mine else found


def _ends(tree: MenuTree, node: str) -> frozenset[str]:
    """Where the caller turns back: the door says so, and nobody is seen off who is waited for."""
    door = tree.doors.get(node)
    goodbyes = {name for name, each in tree.nodes.items() if isinstance(each, Hangup)}
    return frozenset({*goodbyes, *(door.back_at if door else ())})
