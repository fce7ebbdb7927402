"""An expected refusal on the command line: both languages, a stable code, an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer

from mainline.errors import MainlineError

EXIT_CODES: Final = {
    "no-asterisk": 15,
    "not-prepared": 16,
    "port-taken": 20,
    "already-up": 21,
    "other-pack": 22,
    "strange-database": 23,
    "audit-broken": 24,
    "audit-rows-differ": 25,
}
"""Stable, listed in docs/operations.md; every other refusal is 1. setup.sh uses 10 to 15."""


@contextmanager
def told() -> Iterator[None]:
    """Print a refusal raised inside the block, and leave with its exit code."""
    try:
        yield
    except MainlineError as error:
        typer.echo(
            f"\n✗ [{error.code}] {_words(error, 'en')}\n  {_words(error, 'zh_CN')}", err=True
        )
        raise typer.Exit(EXIT_CODES.get(error.code, 1)) from error


def _words(error: MainlineError, locale: str) -> str:
    return error.words.to("en" if locale == "en" else "zh_CN", **error.values)
