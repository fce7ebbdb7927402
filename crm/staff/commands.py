"""``mainline token`` and ``mainline staff``: tokens for programs, people who sign in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import auth, queries, service
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.permissions import ROLES

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="People who sign in, and tokens for programs.")
_ROLES_HELP = f"{', '.join(ROLES)}, or one of the company."
Login = Annotated[str, typer.Argument(help="The user name.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the change.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)]


def _in_database(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database)
        try:
            async with database.unit_of_work() as session:
                return await work(session)
        finally:
            await database.dispose()

    try:
        return asyncio.run(run())
    except MainlineError as error:
        typer.echo(f"{error.code}: {error.words.to('en', **error.values)}", err=True)
        raise typer.Exit(1) from error


@app.command()
def token(
    role: Annotated[str, typer.Option(help=_ROLES_HELP)],
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it lasts.")] = None,
) -> None:
    """Print a bearer token for the HTTP API; it is shown only now."""
    until = now() + timedelta(days=days) if days else None
    typer.echo(
        _in_database(
            lambda session: auth.make_token(session, role=role, name=name, expires_at=until)
        )
    )


@app.command("list")
def list_users() -> None:
    """Everybody, with their roles."""
    for user in _in_database(queries.users):
        state = "" if user.active else " (gone)"
        typer.echo(f"{user.login:16} {user.name:12} {','.join(user.roles)}{state}")


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[list[str], typer.Option(help=f"{_ROLES_HELP} May be repeated.")],
    password: Password,
    agent_number: Annotated[str | None, typer.Option(help="Such as 8001.")] = None,
    queue: Annotated[list[str] | None, typer.Option(help="A queue they answer.")] = None,
) -> None:
    """Take somebody on."""
    _in_database(
        lambda session: service.take_on(
            session,
            login=login,
            name=name,
            password=password,
            roles=role,
            agent_number=agent_number,
            queues=dict.fromkeys(queue or [], 0),
        )
    )


@app.command()
def roles(
    login: Login,
    role: Annotated[list[str], typer.Option(help="May be repeated.")],
    why: Why = "",
) -> None:
    """Give somebody these roles instead of those of before."""
    _in_database(lambda session: service.set_roles(session, login, role, why=why))


@app.command()
def password(login: Login, password: Password) -> None:
    """Set a new password; all sessions of this person end."""
    _in_database(lambda session: service.set_password(session, login, password))


@app.command()
def place(
    login: Login,
    team: Annotated[str | None, typer.Option(help="The group they sit in.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    branch: Annotated[str | None, typer.Option(help="Whose callers ring there first.")] = None,
    workplace: Annotated[str | None, typer.Option(help="centre, branch or home.")] = None,
) -> None:
    """Say in which team and branch somebody is, where the desk stands, which skills they have."""
    _in_database(
        lambda session: service.set_place(
            session, login, team=team, skills=skill, branch=branch, workplace=workplace
        )
    )


@app.command("password-once")
def password_once(login: Login) -> None:
    """Print a new password for once: whoever signs in with it chooses an own one first."""
    typer.echo(_in_database(lambda session: service.give_password(session, login)))


@app.command()
def remove(login: Login, why: Why = "") -> None:
    """Nobody signs in as this person any more."""
    _in_database(lambda session: service.let_go(session, login, why=why))


@app.command("take-back")
def take_back(login: Login, why: Why = "") -> None:
    """The person may sign in again, with the roles of before."""
    _in_database(lambda session: service.take_back(session, login, why=why))
