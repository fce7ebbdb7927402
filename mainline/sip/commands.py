"""``mainline call``: a synthetic caller on the trunk of a running instance."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mainline.config import Settings
from mainline.datafile import content
from mainline.db import Database
from mainline.i18n import _, speaking
from mainline.sip import outcome
from mainline.sip.g711 import Sound
from mainline.sip.sound import read_wav, write_wav
from mainline.sip.synthetic import Plan, Report, place
from mainline.sip.tones import Stretch

app = typer.Typer(no_args_is_help=False)

_LONGEST_S = 600.0
_OK = 200


@app.command("call")
def call(
    caller: Annotated[
        str, typer.Option("--from", help="The caller's number; 'withheld' hides it.")
    ] = "13800000001",
    number: Annotated[
        str, typer.Option("--to", help="The number to dial; the pack's first hotline by default.")
    ] = "",
    keys: Annotated[
        str, typer.Option(help="Keys, one group after each prompt: '1,2' or '1,20230001#'.")
    ] = "",
    speech: Annotated[
        Path | None, typer.Option(help="A WAV to say after the last key.", exists=True)
    ] = None,
    seconds: Annotated[float, typer.Option(help="Hang up after this time at the latest.")] = 60.0,
    keep: Annotated[Path | None, typer.Option(help="Keep what was heard as a WAV.")] = None,
) -> None:
    """Call the hotline, press keys, speak, and report what was heard and what became of it."""
    settings = Settings()
    plan = Plan(
        caller="" if caller == "withheld" else caller,
        number=number or hotline(settings),
        keys=tuple(group.strip() for group in keys.split(",") if group.strip()),
        speech=_speech(speech),
        seconds=min(seconds, _LONGEST_S),
    )
    with speaking(settings.locale):
        asyncio.run(_run(settings, plan, keep))


def hotline(settings: Settings) -> str:
    """The number people dial first."""
    lines = content(settings.pack_dir / "lines.yaml")
    return str(lines["lines"][0]["dnis"])


def _speech(path: Path | None) -> Sound | None:
    return read_wav(path) if path else None


async def _run(settings: Settings, plan: Plan, keep: Path | None) -> None:
    database = Database(settings.database)
    try:
        before = await outcome.newest_entry(database)
        report = await place(plan, (settings.sip_host, settings.sip_port))
        _tell_report(report)
        if keep and report.sound is not None:
            write_wav(keep, report.sound)
        _tell_story(await outcome.story_of(database, before, plan.caller))
    finally:
        await database.dispose()
    if report.status != _OK:
        raise typer.Exit(1)


def _tell_report(report: Report) -> None:
    if report.status != _OK:
        typer.echo(_("The call was refused with status %(status)s.", status=report.status))
        return
    by = _("the caller") if report.ended_by == "us" else _("the hotline")
    typer.echo(
        _("The call lasted %(seconds).1f s; ended by %(by)s.", seconds=report.seconds, by=by)
    )
    if report.keys_pressed:
        typer.echo(_("Keys pressed: %(keys)s", keys=", ".join(report.keys_pressed)))
    typer.echo(_("Heard:"))
    for part in report.heard:
        typer.echo(f"  {part.start_s:6.1f} – {part.end_s:6.1f} s  {_kind(part)}")


def _kind(part: Stretch) -> str:
    words = {
        "silence": _("silence"),
        "speech": _("speech"),
        "music": _("music or a long prompt"),
        "tone": _("tone of %(hertz)s Hz", hertz=part.hertz),
    }
    return words[part.kind]


def _tell_story(story: outcome.Story | None) -> None:
    if story is None:
        typer.echo(_("The journal knows nothing of this call (yet)."))
        return
    typer.echo(_("What became of call %(call)s:", call=story.call_id))
    first = story.events[0].at
    for at, kind, particulars in story.lines():
        typer.echo(f"  +{(at - first).total_seconds():6.2f} s  {kind:20} {particulars}")
