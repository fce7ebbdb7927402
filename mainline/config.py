"""Settings, read once from ``MAINLINE_*``; every default is safe to start with."""

import os
from functools import cached_property, lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[1]
"""The checkout or installed tree: where ``packs/``, ``dialplan/`` and ``asterisk-config/`` lie."""

Port = int


class Settings(BaseSettings):
    """One instance of Mainline. Two instances need different homes and different ports."""

    model_config = SettingsConfigDict(env_prefix="MAINLINE_", extra="ignore")

    home: Path = PROJECT / "var"
    """Everything this instance owns: database, recordings, sounds, logs, Asterisk's files."""
    cache: Path = Path.home() / ".cache" / "mainline"
    """What instances share and can be fetched again: the private Asterisk."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in ``home``."""

    pack: Literal["heat", "gas", "water"] = "heat"
    demo: bool = True
    locale: Literal["zh_CN", "en"] = "zh_CN"
    timezone: str = "Asia/Shanghai"
    home_area_code: str = Field(default="024", pattern=r"^0\d{2,3}$")
    """The city's area code: local numbers without one belong to it."""

    host: str = "127.0.0.1"
    """Where the web and Asterisk's WebSocket listen."""
    public_host: str = "localhost"
    """The name people type into the browser."""
    https: bool = False
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    http_port: Port = 8080
    sip_host: str = "127.0.0.1"
    sip_port: Port = 5060
    trunk_allow: str = "127.0.0.1/32"
    """Comma-separated networks whose calls are taken as coming from the trunk."""
    trunk_contact: str = ""
    """``host:port`` of the carrier for outgoing calls; empty: 127.0.0.1, ``sip_port`` + 1."""
    agi_port: Port = 4573
    ami_port: Port = 5038
    asterisk_http_port: Port = 8088
    asterisk_https_port: Port = 8089
    rtp_port_start: Port = 10000
    rtp_port_end: Port = 10999

    wrapup_s: int = Field(default=60, ge=5, le=3600)
    """How long wrap-up lasts at most before the worker ends it."""
    park_s: int = Field(default=180, ge=5, le=3600)
    """How long a customer stays parked before they come back to the agent who parked them."""
    asterisk_root: Path | None = None
    """A private Asterisk to use instead of looking for one; set by ``mainline up``."""
    webhook_allow: str = ""
    """Comma-separated networks inside to which facts may be sent; without one, only outside."""
    tts_cmd: str = ""
    """A voice of the company's own: a command with {text_file} {out_wav} {lang}."""

    @field_validator("webhook_allow")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, (each.strip() for each in value.split(","))):
            ip_network(part)
        return value

    print_font: Path = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    """The font of printed forms; it has to know Chinese characters."""

    @field_validator("home", "cache")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone: opening hours and dates spoken are in it."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'mainline.db'}"

    @property
    def trunk(self) -> str:
        """``host:port`` where outgoing calls are sent."""
        return self.trunk_contact or f"127.0.0.1:{self.sip_port + 1}"

    @property
    def asterisk_dir(self) -> Path:
        """Asterisk's own files of this instance (etc, log, spool, run, db, keys)."""
        return self.home / "asterisk"

    @property
    def cel_dir(self) -> Path:
        """Where Asterisk writes ``mainline.csv`` (CEL)."""
        return self.asterisk_dir / "log" / "cel-custom"

    @property
    def sounds_dir(self) -> Path:
        """Generated and uploaded prompts."""
        return self.home / "sounds"

    @property
    def models_dir(self) -> Path:
        """Models of vosk that write down speech: ``vosk-zh``, ``vosk-en``."""
        return self.home / "models"

    @property
    def recordings_incoming(self) -> Path:
        """Raw segments that MixMonitor writes."""
        return self.home / "recordings" / "incoming"

    @property
    def recordings_store(self) -> Path:
        """Finished recordings."""
        return self.home / "recordings" / "store"

    @property
    def pack_dir(self) -> Path:
        """Words, menus, catalog and demo town of the sector."""
        return PROJECT / "packs" / self.pack


def zone_here() -> ZoneInfo:
    """The company's time zone, for rules that were not handed the settings; kept, for it is asked
    for each line of a list.
    """
    return _zone(os.environ.get("MAINLINE_TIMEZONE"))


@lru_cache(maxsize=4)
def _zone(_told: str | None) -> ZoneInfo:
    return Settings().zone
