"""Are the ports free? Asked before anything is started, so that the answer can name the setting."""

import errno
import socket
from dataclasses import dataclass
from typing import Literal

from mainline.config import Settings
from mainline.errors import MainlineError
from mainline.i18n import Text


class PortTaken(MainlineError):
    """Somebody else listens there."""

    code = "port-taken"
    words = Text("%(transport)s port %(port)s is taken. Set %(setting)s to another one.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A port that this instance will listen on."""

    setting: str
    transport: Literal["tcp", "udp"]
    host: str
    port: int


def wanted(settings: Settings) -> list[Wanted]:
    """Every port of this instance, media apart (Asterisk looks for free ones itself)."""
    found = [
        Wanted("MAINLINE_HTTP_PORT", "tcp", settings.host, settings.http_port),
        Wanted("MAINLINE_SIP_PORT", "udp", settings.sip_host, settings.sip_port),
        Wanted("MAINLINE_AGI_PORT", "tcp", "127.0.0.1", settings.agi_port),
        Wanted("MAINLINE_AMI_PORT", "tcp", "127.0.0.1", settings.ami_port),
        Wanted("MAINLINE_ASTERISK_HTTP_PORT", "tcp", settings.host, settings.asterisk_http_port),
    ]
    if settings.https:
        https = settings.asterisk_https_port
        found.append(Wanted("MAINLINE_ASTERISK_HTTPS_PORT", "tcp", settings.host, https))
    return found


def check(settings: Settings) -> None:
    """Refuse with the first port that is taken, and the setting that changes it."""
    for port in wanted(settings):
        if not is_free(port):
            raise PortTaken(
                port.setting,
                transport=port.transport.upper(),
                port=port.port,
                setting=port.setting,
            )


def is_free(port: Wanted) -> bool:
    """Whether we could listen there now."""
    kind = socket.SOCK_STREAM if port.transport == "tcp" else socket.SOCK_DGRAM
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if port.transport == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
