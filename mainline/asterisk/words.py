"""What may stand in a word to Asterisk: patterns, and the refusal of everything else."""

from __future__ import annotations

import re
from typing import Final

from mainline.asterisk.snapshots import Station
from mainline.errors import Invalid

PREFIX: Final[dict[Station, str]] = {"softphone": "agent-", "phone": "phone-"}
AGENT: Final = re.compile(r"[0-9]{3,5}")
QUEUE: Final = re.compile(r"[a-z][a-z0-9_-]{1,31}")
NUMBER: Final = re.compile(r"\+?[0-9]{2,20}")
CHANNEL: Final = re.compile(r"(?:PJSIP|Local)/[A-Za-z0-9_.@;/-]{1,80}")
INTERFACE: Final = re.compile(r"PJSIP/(?:agent|phone)-[0-9]{3,5}")
LANGUAGE: Final = re.compile(r"(?:zh|en)(?:_[a-z0-9]{1,10})?")
CALL: Final = re.compile(r"[a-z0-9.-]{3,64}")
INFO: Final = re.compile(r"[a-z0-9-]{1,32}")
VARIABLE: Final = re.compile(r"MAINLINE_[A-Z_]{2,40}")
QUEUE_VARIABLE: Final = re.compile(
    r"QUEUE_(?:RULES|FILE)"
    r"|(?:WAIT|BRANCH|SURVEY|OVERFLOW_(?:ABSENCE|LENGTH|WAIT)(?:_AT)?)_[a-z][a-z0-9_-]{1,31}"
)
QUEUE_RULE: Final = re.compile(r"[a-z0-9:_-]{0,48}")
WORD: Final = re.compile(r"[A-Za-z0-9/@;._+-]{0,80}")
REASON: Final = re.compile(r"[^\x00-\x1f\x7f|;]{0,64}")
PURPOSE: Final = re.compile(r"[a-z][a-z_]{1,31}")
TARGET: Final = re.compile(r"\+?[0-9]{3,20}|[a-z][a-z0-9_-]{1,31}")
AUTO_ANSWER: Final = r"PJSIP_HEADER(add,Alert-Info)=<http://localhost>\;info=alert-autoanswer"


def interface(agent: str, station: Station) -> str:
    """The telephone of an agent, as a queue member."""
    return f"PJSIP/{PREFIX[station]}{checked(AGENT, agent, 'agent')}"


def outside(number: str) -> str:
    """A leg to a number outside by way of the dialplan, which judges the number."""
    return f"Local/{checked(NUMBER, number, 'number')}@ml-outside/n"


def dialled(number: str) -> str:
    """The same for a call that the machine makes."""
    return f"Local/{checked(NUMBER, number, 'number')}@ml-auto-dial/n"


def checked(pattern: re.Pattern[str], value: str, what: str) -> str:
    """The value, when the whole of it is such a word."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Invalid(f"this is no {what}")
    return value


def between(value: int, least: int, most: int, what: str) -> int:
    """The value, when it lies there."""
    if not least <= value <= most:
        raise Invalid(f"{what} is out of range")
    return value
