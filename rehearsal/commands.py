"""``mainline rehearse``: a simulated town on a running demo instance."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from mainline.config import Settings
from mainline.i18n import speaking
from rehearsal import report, scenario
from rehearsal.draft import instance_with_draft
from rehearsal.predict import predict
from rehearsal.run import rehearse as play

app = typer.Typer(no_args_is_help=False)


@app.command("rehearse")
def rehearse(
    name: Annotated[
        str, typer.Argument(help="A scenario, or a file of your own (.yaml).")
    ] = "quiet-day",
    minutes: Annotated[
        float | None, typer.Option(min=0.2, max=240, help="Squeeze the day into so many minutes.")
    ] = None,
    robots: Annotated[
        int | None, typer.Option(min=0, max=100, help="Robot agents; 0: people answer.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same day.")] = 1,
    show: Annotated[bool, typer.Option("--list", help="Only list the scenarios.")] = False,
    data: Annotated[Path | None, typer.Option(help="Keep the figures as JSON.")] = None,
    menu_draft: Annotated[
        str | None,
        typer.Option(help="A menu whose newest draft is tried, or a file (.yaml), on its own."),
    ] = None,
) -> None:
    """Let a simulated town call, and compare what happens with what was predicted."""
    settings = Settings()
    with speaking(settings.locale):
        if show:
            _list(settings)
            return
        wanted = _wanted(scenario.load(name), minutes, robots)
        crew = wanted.crew.robots
        expected = predict(wanted, crew, seed=seed) if crew else None
        typer.echo(wanted.title.to(settings.locale))
        was = asyncio.run(_rehearsed(settings, menu_draft, wanted, seed))
        lines = [*report.table(was, expected), *report.steps(was), *report.lateness(was)]
        for line in [*lines, "", *report.plot(was, wanted)]:
            typer.echo(line)
        if data:
            told = report.as_data(was, expected, wanted)
            data.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


async def _rehearsed(
    settings: Settings, menu_draft: str | None, wanted: scenario.Scenario, seed: int
) -> report.Happened:
    """Here, or in an instance of the draft's own."""
    if menu_draft is None:
        return await play(settings, wanted, seed, _say)
    async with instance_with_draft(settings, menu_draft, _say) as own:
        return await play(own, wanted, seed, _say)


def _say(words: str) -> None:
    typer.echo(f"· {words}")


def _wanted(
    found: scenario.Scenario, minutes: float | None, robots: int | None
) -> scenario.Scenario:
    if minutes is not None:
        found = found.sped_up(minutes)
    if robots is not None:
        found = found.model_copy(update={"crew": found.crew.model_copy(update={"robots": robots})})
    return found


def _list(settings: Settings) -> None:
    for name in scenario.names():
        one = scenario.load(name)
        title = one.title.to(settings.locale)
        typer.echo(f"{name:20} {one.minutes:4.0f} min  {one.crew.robots:3}  {title}")
