"""What every HTTP edge shares: who asks, whether they may, the unit of work of a request, lists.

Deny by default: every route names its permission with ``allow`` (or says ``public``); the
application refuses to start when one does not (``undeclared``).
"""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.params import Depends as DependsMarker
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute, Route

from mainline import acting
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Forbidden, Invalid, Unauthenticated
from mainline.i18n import Locale
from mainline.masking import Eyes
from mainline.permissions import ROLES, Permission, Rights, permitted

T = TypeVar("T")
K = TypeVar("K", int, str)
ID_MAX: Final = 2**63 - 1
"""The largest number that a database can hold."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes this request. ``user_id`` is None for an API token."""

    user_id: int | None
    name: str
    roles: frozenset[str]
    agent_number: str | None = None
    locale: Locale = "zh_CN"
    session_id: str = ""
    """Public name of the sign-in, not its secret."""
    rights: InitVar[Rights] = ROLES
    """What roles allow in this company now."""
    permissions: frozenset[Permission] = field(init=False)
    sees: Eyes = field(init=False)
    """What of a customer is shown to this person without asking."""

    def __post_init__(self, rights: Rights) -> None:
        object.__setattr__(self, "permissions", permitted(self.roles, rights))
        object.__setattr__(self, "sees", Eyes.of(self.permissions))

    def may(self, permission: Permission) -> bool:
        """Whether this person holds the permission."""
        return permission in self.permissions


Authenticate = Callable[[Request], Awaitable[Principal | None]]
"""Handed to the application as ``app.state.authenticate``; looks at cookie or bearer token."""


async def principal(request: Request) -> Principal:
    """Whoever asks, or Unauthenticated. Looked up once a request."""
    found: Principal | None = getattr(request.state, "principal", None)
    if found is None:
        authenticate: Authenticate = request.app.state.authenticate
        found = await authenticate(request)
        request.state.principal = found
        if found is not None:
            acting.by(found.agent_number or found.name)
    if found is None:
        raise Unauthenticated
    return found


def allow(*permissions: Permission) -> DependsMarker:
    """The route is for whoever holds one of these permissions.

    Used as ``dependencies=[allow(Permission.SEE_CALLS)]`` on a route or a router.
    """

    async def check(who: Annotated[Principal, Depends(principal)]) -> None:
        if not who.permissions & set(permissions):
            raise Forbidden

    check.declared = frozenset(permissions)  # type: ignore[attr-defined]
    marker: DependsMarker = Depends(check)
    return marker


async def _nothing() -> None:
    """Public routes declare this. Like every dependency it is a coroutine: what is none goes to a
    thread and waits there for the interpreter."""


_nothing.declared = frozenset()  # type: ignore[attr-defined]
public: DependsMarker = Depends(_nothing)
"""The route is for everybody, signed in or not: say so on purpose."""


def signed_in() -> DependsMarker:
    """The route is for whoever is signed in."""

    async def check(_who: Annotated[Principal, Depends(principal)]) -> None:
        return None

    check.declared = frozenset({"signed-in"})  # type: ignore[attr-defined]
    marker: DependsMarker = Depends(check)
    return marker


def every_route(routes: Sequence[BaseRoute]) -> Iterator[RouteContext]:
    """Each route as it is served, those of included routers too; mounted folders apart."""
    return (
        route for route in iter_route_contexts(routes) if isinstance(route.original_route, Route)
    )


def declared(route: RouteContext) -> frozenset[Permission] | None:
    """What a route declares itself, else what its router does; None when both forgot to."""
    return next(reversed(needed(route)), None)


def needed(route: RouteContext) -> list[frozenset[Permission]]:
    """All declarations that a request has to pass, one of each set; the outermost first."""
    dependants = _all_dependants(getattr(route, "dependant", None))
    found = [getattr(dependant.call, "declared", None) for dependant in dependants]
    return [frozenset(each) for each in found if each is not None]


def _all_dependants(dependant: Any) -> Iterable[Any]:
    for child in dependant.dependencies if dependant is not None else ():
        yield child
        yield from _all_dependants(child)


def depended_on(routes: Sequence[BaseRoute]) -> set[Callable[..., Any]]:
    """Every function that answers a request, or is asked before one is answered."""
    tops = [getattr(route, "dependant", None) for route in every_route(routes)]
    below = [each for top in tops for each in _all_dependants(top)]
    return {each.call for each in (*tops, *below) if each is not None and each.call is not None}


def undeclared(routes: Sequence[BaseRoute]) -> list[str]:
    """Paths of routes that name no permission."""
    return [str(route.path) for route in every_route(routes) if declared(route) is None]


async def settings(request: Request) -> Settings:
    """This instance's settings."""
    found: Settings = request.app.state.settings
    return found


async def _write(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        yield session


async def _read(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.reading() as session:
        yield session


# scope="function": commit before the response leaves. By default FastAPI commits after it,
# and a cashier would read "paid" for a payment that failed.
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(_read, scope="function")]
Who = Annotated[Principal, Depends(principal)]
Config = Annotated[Settings, Depends(settings)]


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next`` asks for the following one, null at the end."""

    items: list[T]
    next: str | None = None


def cursor(*position: object) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode(json.dumps(position, default=str).encode()).decode().rstrip("=")


def position(text: str | None, length: int) -> list[Any] | None:
    """What ``cursor`` was made from; None for the start. Refuses what it did not make."""
    if not text:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text[:512] + "=" * (-len(text) % 4)))
    except (ValueError, UnicodeError) as error:
        raise Invalid("cursor") from error
    if not isinstance(found, list) or len(found) != length:
        raise Invalid("cursor")
    return found


def last_line(text: str | None, key: type[K]) -> tuple[datetime, K] | None:
    """Moment and key of the last line of the page before, from ``cursor``; None for the start."""
    found = position(text, 2)
    if found is None:
        return None
    try:
        at, last = datetime.fromisoformat(found[0]), key(found[1])
        if at.tzinfo is None or (isinstance(last, int) and abs(last) > ID_MAX):
            raise Invalid("cursor")
        return at.astimezone(UTC), last
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid("cursor") from error
