"""Who may open which route, as the application declares it and as ``routes.txt`` promises it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import RouteContext

from mainline.permissions import ROLES
from mainline.web import every_route, needed
from tests.support.asking import Request, ask

TABLE = Path(__file__).parents[1] / "agentdesk" / "routes.txt"
EVERYBODY, SIGNED_IN = "everybody", "signed-in"


@dataclass(frozen=True, order=True)
class Door:
    """A route with one of its methods."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """A path that leads to it, whether or not anything is there."""
        return re.sub(r"\{[^}]*\}", "1", self.path)


@dataclass(frozen=True)
class Promise:
    """What the table says of a door: what is needed, and which roles have it."""

    needs: str
    roles: frozenset[str]


def promised(text: str | None = None) -> dict[Door, Promise]:
    """The table. Below a heading ``needs: roles`` stand its routes, one a line."""
    found: dict[Door, Promise] = {}
    under: Promise | None = None
    for line in (text or TABLE.read_text("utf-8")).splitlines():
        words = line.partition("#")[0].split()
        if words and not line.startswith(" "):
            needs, _colon, roles = line.partition(":")
            under = Promise(needs.strip(), frozenset(roles.split()))
        elif words and under is not None:
            door = Door(*words)
            assert door not in found, f"{door} stands in the table twice"
            found[door] = under
    return found


def served(app: FastAPI) -> dict[Door, str]:
    """What the application serves, and what each route declares to be needed."""
    return {
        Door(method, str(route.path)): declaration(route)
        for route in every_route(app.routes)
        for method in sorted(set(route.methods or ()) - {"HEAD"})
    }


def declaration(route: RouteContext) -> str:
    """``see-board``, ``call-out or supervise``, ``see-campaigns and run-campaigns``."""
    sets = [" or ".join(sorted(map(str, one))) for one in needed(route)]
    return " and ".join(dict.fromkeys(one for one in sets if one)) or EVERYBODY


def may(needs: str, role: str | None) -> bool:
    """Whether that role, or a stranger, has all that is needed."""
    if needs == EVERYBODY:
        return True
    if role is None:
        return False
    held = {SIGNED_IN, *map(str, ROLES[role])}
    return all(held & set(one.split(" or ")) for one in needs.split(" and "))


def roles_with(needs: str) -> frozenset[str]:
    """All roles that have it."""
    return frozenset(role for role in ROLES if may(needs, role))


def differences(app: FastAPI) -> Iterator[str]:
    """What to write into the table, or take from it, line by line."""
    there, table = served(app), promised()
    for door, needs in sorted(there.items()):
        if door not in table:
            yield f'{door} is missing: add it below the heading "{needs}:"'
        elif table[door].needs != needs:
            yield f'{door} needs "{needs}": it stands below "{table[door].needs}:"'
    yield from (f"{door} is served no more" for door in sorted(table.keys() - there.keys()))
    for one in sorted({(each.needs, each.roles) for each in table.values()}, key=str):
        if one[1] != roles_with(one[0]):
            yield f"{one[0]}: {' '.join(sorted(roles_with(one[0])))} have it, not {sorted(one[1])}"


async def status(app: FastAPI, door: Door) -> int:
    """How the application answers who asks without saying anything."""
    request = Request(door.method, door.address.encode(), accept="")
    return (await ask(app, request)).status
