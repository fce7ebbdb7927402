"""``mainline``: one command for starting, for the processes themselves, and for each feature.

The ground floor imports no upper package: a command's module is looked up by name, when the command
is used. That also keeps a process small and quick to start.
"""

import asyncio
import os
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from mainline import acting, log
from mainline.config import Settings
from mainline.features import FEATURES
from mainline.i18n import speaking
from mainline.process.refusal import told

PROCESSES: Final = {
    "gateway": "agi.gateway:main",
    "worker": "agi.worker:main",
    "web": "agentdesk.app:serve",
}
"""Where each process begins; called with the settings, returns when told to stop."""
SHORTCUTS: Final = {
    "call": "mainline.sip.commands",
    "token": "crm.staff.commands",
    "rebuild": "crm.interactions.commands",
    "recount": "crm.interactions.commands",
    "rehearse": "rehearsal.commands",
    "import": "crm.migration.commands",
}
"""Commands of a feature that stand at the top: ``mainline token``."""


class Commands(TyperGroup):
    """The commands below, the shortcuts, and a group for each feature that has commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, for ``--help``."""
        return sorted({*super().list_commands(ctx), *SHORTCUTS, *_groups()})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, its module imported only now."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in SHORTCUTS:
            group = _group(SHORTCUTS[cmd_name])
            found = group.get_command(ctx, cmd_name) if group else None
        if found is None and cmd_name in _groups():
            found = _group(_groups()[cmd_name])
            found.name = cmd_name
        return found

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an expected refusal is told in words, not as a traceback."""
        with told():
            return super().invoke(ctx)


def _groups() -> dict[str, str]:
    """Group name to module of commands, for features whose commands do not all stand at the top."""
    modules = {name.rpartition(".")[2]: f"{name}.commands" for name in FEATURES}
    return {
        name: module
        for name, module in modules.items()
        if module not in _ALL_AT_THE_TOP and _exists(module)
    }


_ALL_AT_THE_TOP: Final = {"mainline.sip.commands", "rehearsal.commands"}


def _exists(module: str) -> bool:
    package = module.rpartition(".")[0]
    return find_spec(package) is not None and find_spec(module) is not None


def _group(module: str) -> Any:
    return typer.main.get_group(import_module(module).app) if _exists(module) else None


app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _mainline(ctx: typer.Context) -> None:
    """Mainline, a telephony-first contact centre for heat, gas and water companies."""
    acting.run_as(f"mainline {ctx.invoked_subcommand}")


@app.command("up")
def up() -> None:
    """Prepare and start everything here, say where to look; Ctrl-C stops it."""
    from mainline.process import up as supervised

    settings = Settings()
    with speaking(settings.locale):
        asyncio.run(supervised.up(settings, typer.echo))


@app.command("prepare")
def prepare() -> None:
    """Bring the data folder up to date: database, demo town, prompts, Asterisk's files."""
    from mainline.process import preparing

    settings = Settings()
    with speaking(settings.locale):
        asyncio.run(preparing.prepare(settings, _step))


@app.command("asterisk")
def asterisk(
    run: Annotated[bool, typer.Option("--run", help="Become that Asterisk, as systemd does.")] = (
        False
    ),
    console: Annotated[str, typer.Option(help="Say this to the running one's console.")] = "",
) -> None:
    """Find an Asterisk that is new enough, or fetch one; say which it is."""
    from mainline.asterisk import install

    settings = Settings()
    found = install.ensure(settings, _step)
    if run or console:
        command = (
            install.cli_command(settings, console)
            if console
            else install.asterisk_command(settings)
        )
        os.execv(command[0], command)  # noqa: S606 - no shell, our own command line
    _step(f"Asterisk {found.version[0]}.{found.version[1]}: {found.program[-1]}")


@app.command("gateway")
def gateway() -> None:
    """Run the gateway: identify callers, walk menus."""
    _process("gateway")


@app.command("worker")
def worker() -> None:
    """Run the worker: follow Asterisk's record, build what the screens show, finish recordings."""
    _process("worker")


@app.command("web")
def web() -> None:
    """Run the web: desks and the HTTP API."""
    _process("web")


def _process(name: str) -> None:
    module, _, function = PROCESSES[name].partition(":")
    log.set_up(name)
    acting.run_as(name)
    getattr(import_module(module), function)(Settings())


def _step(words: str) -> None:
    typer.echo(f"· {words}")


if __name__ == "__main__":
    app()
