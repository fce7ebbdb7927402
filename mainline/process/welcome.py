"""What ``mainline up`` says when everything runs: where to look, who to be, how to call."""

from collections.abc import Sequence

import yaml

from mainline.config import Settings
from mainline.i18n import _

DEMO_LOGINS = (
    ("agent1", "agent"),
    ("agent2", "agent"),
    ("leader", "leader"),
    ("quality", "quality"),
    ("dispatcher", "dispatcher"),
    ("admin", "admin"),
)
"""Made by the demo town of crm.staff."""


def welcome(settings: Settings, late: Sequence[str]) -> str:
    """The whole text, in the instance's language."""
    lines = ["", _late(settings, late) if late else _("Mainline is up.")]
    lines += ["", _("Desk:      %(url)s", url=address(settings))]
    lines += _logins() if settings.demo else []
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


def _logins() -> list[str]:
    role_words = {
        "agent": _("agent"),
        "leader": _("shift leader"),
        "quality": _("quality"),
        "dispatcher": _("dispatcher"),
        "admin": _("administrator"),
    }
    lines = [_("Demo logins (password = user name):")]
    return lines + [f"  {name:12} {role_words[role]}" for name, role in DEMO_LOGINS]


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
    lines = yaml.safe_load((settings.pack_dir / "lines.yaml").read_text("utf-8"))["lines"]
    return str(lines[0]["dnis"])
