"""Where a call can go, for the list at the desk: people with their presence, queues, the menu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentdesk.agent.moves import Moves
from agentdesk.agent.presence import free_in, free_of_team, presence
from crm.catalog import service as catalog
from crm.interactions import queries as interactions
from crm.staff import queries as staff
from crm.staff import rules
from crm.staff.queries import AgentView
from mainline.asterisk.snapshots import Member
from mainline.db import Database
from mainline.errors import NotFound, Unavailable
from mainline.i18n import Text, _, current_locale

WORDS: Mapping[str, Text] = {
    "free": Text("free"),
    "busy": Text("in a call"),
    "quiet": Text("do not disturb"),
    "paused": Text("paused"),
    "away": Text("not there"),
}

_PUBLIC_SERVICES: Mapping[str, Text] = {
    "110": Text("Police"),
    "119": Text("Fire service"),
    "120": Text("Ambulance"),
    "12345": Text("Citizens’ hotline"),
}


@dataclass(frozen=True, slots=True)
class Places:
    """All targets, for one agent and one call."""

    database: Database
    moves: Moves

    async def all(self, call_id: str) -> list[dict[str, Any]]:
        """In the order of the list."""
        members = await self._members()
        async with self.database.reading() as session:
            agents = await staff.agents(session)
            queues = await catalog.queues(session)
            waiting = [visit.queue for visit, _call in await interactions.waiting(session)]
            contacts = await rules.directory(session)
            silent = (await rules.pause_reasons(session)).silent()
        locale, mine = current_locale(), self.moves.number
        found = [_agent(each, presence(each, members, silent)) for each in agents
                 if each.queues and each.number != mine]  # fmt: skip
        found += [
            {"kind": "team", "target": team, "title": team, "presence": "",
             "detail": _("Team, %(free)s free", free=len(
                free_of_team(team, [a for a in agents if a.number != mine], members, silent)))}
            for team in sorted({each.team for each in agents if each.queues and each.team})
        ]  # fmt: skip
        found += [
            {"kind": "queue", "target": each.name, "title": each.label.to(locale),
             "presence": "", "detail": _("%(free)s free, %(waiting)s waiting",
                free=free_in(each.name, agents, members), waiting=waiting.count(each.name))}
            for each in queues
        ]  # fmt: skip
        found += [
            {"kind": "contact", "target": each.code, "title": each.label.to(locale),
             "presence": _of_contact(each.number, agents, members, silent),
             "detail": _("Department") if each.kind == "department" else _("In the field"),
             "consult": each.number if each.inside else ""}
            for each in contacts
        ]  # fmt: skip
        return [*found, *await self._menu(call_id), *_public_services()]

    async def _menu(self, call_id: str) -> list[dict[str, Any]]:
        doors = await self.moves.doors(call_id) if call_id else {}
        if not doors:
            return []
        locale, word = current_locale(), _("Menu")
        found = [
            {"kind": "menu", "target": node, "title": door.title.to(locale), "detail": word,
             "presence": ""}
            for node, door in doors.items()
        ]  # fmt: skip
        survey = {"kind": "survey", "target": "survey", "title": _("Survey"), "detail": word,
                  "presence": ""}  # fmt: skip
        return [*found, survey]

    async def _members(self) -> Sequence[Member]:
        """As Asterisk sees them; nobody, while it is away."""
        try:
            return (await self.moves.switchboard.queues()).members
        except Unavailable:
            return ()


def _agent(each: AgentView, found: str) -> dict[str, Any]:
    return {
        "kind": "agent",
        "target": each.number,
        "title": f"{each.number} {each.name}",
        "presence": found,
        "detail": _(WORDS[found]),
        "consult": each.number,
    }


def _public_services() -> list[dict[str, Any]]:
    """The short numbers outside: as long as an agent's, they are chosen and not typed."""
    return [
        {"kind": "outside", "target": number, "title": f"{number} {_(words)}", "presence": "",
         "detail": _("Number outside")}
        for number, words in _PUBLIC_SERVICES.items()
    ]  # fmt: skip


def _of_contact(
    number: str, agents: Sequence[AgentView], members: Sequence[Member], silent: frozenset[str]
) -> str:
    """Of somebody inside; nothing is known of a number outside."""
    inside = next((each for each in agents if each.number == number), None)
    return presence(inside, members, silent) if inside else ""


async def leader_on_duty(database: Database, moves: Moves, online: frozenset[str]) -> str:
    """The leader whose telephone is there, of one's own team first."""
    async with database.reading() as session:
        mine = await staff.agent(session, moves.number)
        leaders = [each for each in await staff.leaders(session) if each.number in online]
    leaders.sort(key=lambda each: (each.team != mine.team, each.number))
    if not leaders:
        raise NotFound("leader")
    return leaders[0].number
