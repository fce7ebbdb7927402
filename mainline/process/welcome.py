"""What ``mainline up`` says when everything runs: where to look, who to be, how to call."""

from collections.abc import Sequence
from typing import Any

from mainline.config import Settings
from mainline.datafile import content
from mainline.i18n import _

DEMO_PASSWORD = "mainline"  # noqa: S105 - the demo's, known to everybody on purpose


def welcome(settings: Settings, late: Sequence[str]) -> str:
    """The whole text, in the instance's language."""
    lines = ["", _late(settings, late) if late else _("Mainline is up.")]
    lines += ["", _("Desk:      %(url)s", url=address(settings))]
    lines += _logins(settings) if settings.demo else []
    lines += ["", _("How to call:")]
    lines += _ways_to_call(settings)
    lines += [
        "",
        _("Data and logs: %(home)s", home=settings.home),
        _("Ctrl-C stops everything."),
        "",
    ]
    return "\n".join(lines)


def address(settings: Settings) -> str:
    """What people type into the browser."""
    scheme = "https" if settings.https else "http"
    return f"{scheme}://{settings.public_host}:{settings.http_port}/"


def _late(settings: Settings, late: Sequence[str]) -> str:
    logs = settings.home / "log"
    return _("Not ready yet: %(names)s. See %(logs)s.", names=", ".join(late), logs=logs)


def _logins(settings: Settings) -> list[str]:
    """One login for each kind of work, from the pack's list of people."""
    words = {
        "agent": _("agent"),
        "leader": _("shift leader"),
        "quality": _("quality"),
        "dispatcher": _("dispatcher"),
        "admin": _("administrator"),
    }
    lines = [_("Demo logins, password %(password)s:", password=DEMO_PASSWORD)]
    for person in _pack_file(settings, "staff")["staff"]:
        role = person["roles"][0]
        if role in words:
            lines.append(f"  {person['login']:12} {words[role]}")
    return lines


def _ways_to_call(settings: Settings) -> list[str]:
    sip = f"sip:{_hotline(settings)}@{settings.sip_host}:{settings.sip_port}"
    ways = [
        _("  any SIP client:        %(address)s", address=sip),
        _("  a caller that speaks:  make call"),
    ]
    page = _("  in a second window:    %(url)stry", url=address(settings))
    return [page, *ways] if settings.demo else ways


def _hotline(settings: Settings) -> str:
    """The first number of the pack."""
    return str(_pack_file(settings, "lines")["lines"][0]["dnis"])


def _pack_file(settings: Settings, name: str) -> Any:
    return content(settings.pack_dir / f"{name}.yaml")
