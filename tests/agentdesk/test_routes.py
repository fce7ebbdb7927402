"""Routes × roles: ``routes.txt`` says who gets through; every route is asked as everybody."""

from inspect import isasyncgenfunction, iscoroutinefunction

import pytest
from fastapi import FastAPI, Request

from mainline.permissions import ROLES
from mainline.web import Principal, depended_on
from tests.support import routes
from tests.support.routes import EVERYBODY, Door, promised, status

REFUSED, STRANGER = 403, 401
OPENED = {200, 303, 422}
"""422: what it is to tell of was not said."""
DOWN = (Door("GET", "/health"), 503)
"""No process runs here, and it says so."""


def _sign_in(app: FastAPI, role: str) -> None:
    who = Principal(1, role, frozenset({role}), agent_number="8001", session_id="s1")

    async def authenticate(_request: Request) -> Principal:
        return who

    app.state.authenticate = authenticate


def test_every_route_stands_in_the_table_of_who_may_open_it(app: FastAPI) -> None:
    assert "\n".join(routes.differences(app)) == ""


def test_no_request_waits_for_a_thread_to_be_told_what_it_depends_on(app: FastAPI) -> None:
    threaded = {
        f"{needed.__module__}.{needed.__qualname__}"
        for needed in depended_on(app.routes)
        if not iscoroutinefunction(needed) and not isasyncgenfunction(needed)
    }
    assert threaded == set()


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_each_role_opens_its_pages_and_no_others(app: FastAPI, role: str) -> None:
    _sign_in(app, role)
    wrong: list[str] = []
    for door, promise in promised().items():
        answered = await status(app, door)
        if role in promise.roles and not _gets_through(door, answered):
            wrong.append(f"{door}: {answered}, though {role} may")
        if role not in promise.roles and answered != REFUSED:
            wrong.append(f"{door}: {answered}, though {role} may not")
    assert "\n".join(wrong) == ""


def _gets_through(door: Door, answered: int) -> bool:
    """A page opens; what needs a record or a form may miss it, but is not refused."""
    if door.method == "GET" and door.address == door.path:
        return answered in OPENED or (door, answered) == DOWN
    return answered not in {REFUSED, STRANGER} and answered < 500


async def test_a_stranger_is_asked_to_sign_in_by_every_route_that_is_not_for_everybody(
    app: FastAPI,
) -> None:
    table = promised()
    let_in = {door for door in table if await status(app, door) != STRANGER}
    assert let_in == {door for door, promise in table.items() if promise.needs == EVERYBODY}


def test_a_route_that_is_not_in_the_table_is_named_with_its_heading(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = routes.TABLE.read_text("utf-8")
    told = table.replace("  GET    /board\n", "").replace("  GET    /calls\n", "")
    told = told.replace("see-health: admin\n", "see-health: field\n").replace(
        "\nsee-board: admin leader\n", "\nsee-board: admin leader\n  GET /calls\n  GET /gone\n"
    )
    monkeypatch.setattr(routes, "promised", lambda: promised(told))
    assert list(routes.differences(app)) == [
        'GET /board is missing: add it below the heading "see-board:"',
        'GET /calls needs "see-calls": it stands below "see-board:"',
        "GET /gone is served no more",
        "see-health: admin have it, not ['field']",
    ]
