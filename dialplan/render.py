"""Asterisk's configuration of one instance: templates of ``asterisk-config`` filled in.

Pure until ``write_config``. Whatever is filled in is refused if it could end a line, start a
comment or a section: Asterisk's files know no quoting.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialplan.contract import (
    CEL_FIELDS,
    CEL_FILE,
    PRIORITY_URGENT,
    QUEUE_SERVICE,
    TRY_PREFIX,
    WAITS_SPOKEN,
)
from dialplan.floor import SECRET, Floor, require
from dialplan.modules import modules
from dialplan.queue_rules import FILE_MARK, MARK, globals_of, mark, mark_of
from mainline.asterisk.install import Installation, installed
from mainline.config import PROJECT, Settings
from mainline.errors import Invalid
from mainline.i18n import _

TEMPLATES: Final = PROJECT / "asterisk-config"
DIALPLAN: Final = PROJECT / "dialplan"
DEMO_ONLY: Final = "try.conf"
QUEUES_FILE: Final = "queues.conf"
QUEUE_EMERGENCY: Final = "emergency"
MUSIC: Final = frozenset({".wav", ".sln", ".sln16", ".gsm", ".ulaw", ".alaw", ".g722"})
LIVE_EVENTS: Final = ("Hold", "Unhold")
"""All that the worker hears of AMI; everything else comes from Asterisk's record."""
EMPTY: Final = (
    "acl",
    "amd",
    "ccss",
    "pjproject",
    "queuerules",
    "stasis",
    "udptl",
    "websocket_client",
)
"""Files that Asterisk misses loudly although their defaults are what we want."""
VARIANTS: Final = ("plain", *WAITS_SPOKEN)
"""What callers are told while they wait, other than ``queue-patience`` itself."""
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029;\[\]{}$`\\]")


class HasSecrets(Protocol):
    """What is needed of ``mainline.secrets.Secrets``."""

    @property
    def ami_live(self) -> str:
        """Password of AMI's user ``live``."""

    @property
    def ami_web(self) -> str:
        """Password of AMI's user ``web``."""

    @property
    def ari(self) -> str:
        """Password of ARI's user ``mainline``."""

    @property
    def agi(self) -> str:
        """The shared word that each AGI request carries."""


def safe(value: object) -> str:
    """The value as text for a configuration file; refused if it could mean more than itself."""
    text = str(value)
    if _UNSAFE.search(text):
        raise Invalid(_("a value for Asterisk's configuration has unsafe characters"))
    return text


def system_name(settings: Settings) -> str:
    """The prefix of this instance's call keys: stable, and different for each home."""
    return "ml" + hashlib.sha256(str(settings.home).encode()).hexdigest()[:8]


def render(
    settings: Settings, floor: Floor, secrets: HasSecrets, asterisk: Installation
) -> dict[str, str]:
    """File name to content, for every template."""
    environment = _environment()
    values = _values(settings, floor, secrets, asterisk)
    names = sorted(path.name for path in TEMPLATES.glob("*.conf"))
    files = {name: environment.get_template(name).render(values) for name in names}
    return files | {
        f"{name}.conf": "; Empty on purpose: the defaults are right.\n" for name in EMPTY
    }


def render_queues(floor: Floor) -> str:
    """``queues.conf`` alone: which queues there are and how their agents are rung."""
    whole = replace(floor, queues=floor.all_queues())
    return _environment().get_template(QUEUES_FILE).render(floor=whole)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - not HTML; `safe` guards every value instead
    )


def _values(
    settings: Settings, floor: Floor, secrets: HasSecrets, asterisk: Installation
) -> dict[str, object]:
    queues = floor.all_queues()
    whole, rules = replace(floor, queues=queues), globals_of(queues)
    emergency = any(queue.name == QUEUE_EMERGENCY for queue in queues)
    return {
        **_places(settings, asterisk),
        **_listeners(settings),
        **_secrets(secrets),
        "floor": whole,
        "queue_rules": rules,
        "queue_rules_mark": (MARK, mark(rules)),
        "queue_file_mark": (FILE_MARK, mark_of(render_queues(floor))),
        "try_slots": range(1, (floor.try_slots if settings.demo else 0) + 1),
        "systemname": system_name(settings),
        "realm": "mainline",
        "language": "en" if settings.locale == "en" else "zh",
        "max_calls": 400,
        "http_sessions": 2 * len(floor.agents) + 200,
        "modules": modules(),
        "live_events": LIVE_EVENTS,
        "cel_file": CEL_FILE,
        "cel_fields": ",".join(CEL_FIELDS),
        "emergency_queue": QUEUE_EMERGENCY if emergency else QUEUE_SERVICE,
        "emergency_fault": floor.urgent[0] if floor.urgent else "",
        "priority_urgent": PRIORITY_URGENT,
        "company_number": floor.lines[0].dnis if floor.lines else "",
        "wrapup_stale_s": settings.wrapup_s + 60,
        "park_s": settings.park_s,
        "dialplan_files": _dialplan_files(demo=settings.demo),
    }


def _places(settings: Settings, asterisk: Installation) -> dict[str, object]:
    own_music = settings.home / "moh"
    return {
        "home": settings.asterisk_dir,
        "etc": settings.asterisk_dir / "etc",
        "modules_dir": asterisk.modules,
        "moh_dir": (moh := own_music if own_music.is_dir() else asterisk.moh),
        "pieces": _pieces(moh),
        "recordings_incoming": settings.recordings_incoming,
        "voices": settings.sounds_dir / "static",
    }


def _pieces(moh: Path) -> list[Path]:
    """The pieces of music by name without ending, those with strange names left out."""
    found = {path.with_suffix("") for path in moh.glob("*") if path.suffix in MUSIC}
    return sorted(path for path in found if not _UNSAFE.search(path.name))


def _listeners(settings: Settings) -> dict[str, object]:
    for network in (networks := settings.trunk_allow.replace(" ", "").split(",")):
        ip_network(network, strict=False)
    return {
        "sip_bind": _socket(settings.sip_host, settings.sip_port),
        "trunk": settings.trunk,
        "trunk_networks": networks,
        "agi_port": settings.agi_port,
        "ami_port": settings.ami_port,
        "http_bind": "127.0.0.1" if settings.https else ip_address(settings.host),
        "http_port": settings.asterisk_http_port,
        "rtp_start": settings.rtp_port_start + settings.rtp_port_start % 2,  # RTP ports are even
        "rtp_end": settings.rtp_port_end,
        "ws_protocol": "wss" if settings.https else "ws",
        "tls_bind": _socket(settings.host, settings.asterisk_https_port) if settings.https else "",
        "tls_certificate": settings.tls_certificate or "",
        "tls_key": settings.tls_key or "",
    }


def _socket(host: str, port: int) -> str:
    address = ip_address(host)
    # the one place where brackets are meant; `safe` refuses them, so IPv6 is refused with words
    if address.version == 6:  # noqa: PLR2004
        raise Invalid(_("Asterisk is bound to IPv4 addresses only"))
    return f"{address}:{port}"


def _secrets(secrets: HasSecrets) -> Mapping[str, object]:
    words = {
        "secret_ami_live": secrets.ami_live,
        "secret_ami_web": secrets.ami_web,
        "secret_ari": secrets.ari,
        "secret_agi": secrets.agi,
        # nobody is ever told this one: quarantine only refuses
        "secret_quarantine": hashlib.sha256(f"quarantine {secrets.ari}".encode()).hexdigest(),
    }
    for word in words.values():
        require(SECRET, word, _("secret"))
    return words


def _dialplan_files(*, demo: bool) -> list[Path]:
    return [path for path in sorted(DIALPLAN.glob("*.conf")) if demo or path.name != DEMO_ONLY]


def try_endpoints(floor: Floor) -> list[str]:
    """Names of the demo callers' endpoints."""
    return [f"{TRY_PREFIX}{slot}" for slot in range(1, floor.try_slots + 1)]


def write_config(settings: Settings, floor: Floor, secrets: HasSecrets) -> Path:
    """Write everything that Asterisk reads below ``home/asterisk``; returns its ``etc``."""
    asterisk = installed(settings)
    files = render(settings, floor, secrets, asterisk)
    _make_folders(settings)
    link_sounds(settings, asterisk)
    etc = settings.asterisk_dir / "etc"
    for name, text in files.items():
        _write_private(etc / name, text)
    return etc


def write_queues(settings: Settings, text: str) -> None:
    """What ``render_queues`` made, for Asterisk to read again."""
    _write_private(settings.asterisk_dir / "etc" / QUEUES_FILE, text)


def _make_folders(settings: Settings) -> None:
    base = settings.asterisk_dir
    for name in ("etc", "log", "cache", "spool/recording", "run", "db", "keys/keys", "data/sounds"):
        (base / name).mkdir(parents=True, exist_ok=True)
    base.chmod(0o700)
    settings.cel_dir.mkdir(parents=True, exist_ok=True)
    settings.recordings_incoming.mkdir(parents=True, exist_ok=True)
    for language in ("zh", "en"):
        (settings.sounds_dir / "static" / language / "ml").mkdir(parents=True, exist_ok=True)


def link_sounds(settings: Settings, asterisk: Installation) -> None:
    """Asterisk's data folder of this instance: the packaged parts and our own voices.

    ``sounds/zh`` is ours entirely; ``sounds/en`` is the packaged voice with ``ml`` from us.
    """
    data = settings.asterisk_dir / "data"
    static = settings.sounds_dir / "static"
    for part in asterisk.data.iterdir():
        if part.name != "sounds":
            _link(data / part.name, part)
    shutil.rmtree(data / "sounds/en", ignore_errors=True)
    (data / "sounds/en").mkdir(parents=True)
    for sound in asterisk.english.iterdir():
        _link(data / "sounds/en" / sound.name, sound)
    _link(data / "sounds/en/ml", static / "en/ml")
    _link(data / "sounds/zh", static / "zh")
    _link(data / "sounds/beep.wav", asterisk.english / "beep.wav")
    _link_variants(data / "sounds", static)


def _link_variants(sounds: Path, static: Path) -> None:
    """Other words under the same name, chosen by the caller's language ``zh_<variant>``.

    What a variant does not have, Asterisk takes from ``zh``.
    """
    for language in ("zh", "en"):
        for variant in VARIANTS:
            folder = sounds / f"{language}_{variant}" / "ml"
            folder.mkdir(parents=True, exist_ok=True)
            sound = static / language / "ml" / f"queue-patience-{variant}.wav"
            _link(folder / "queue-patience.wav", sound)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _write_private(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text, "utf-8")
    partial.replace(path)
