"""Lines of Asterisk's CEL file, one record each. Pure.

What is not a whole record is no record: a half-written tail stays for the next time, a line broken
by a crash or by somebody's line feed is skipped and counted. Two records that a crash has glued
together give the second.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from dialplan.contract import CEL_FIELDS

LINE_MAX: Final = 16_384
_WIDTH: Final = len(CEL_FIELDS)
_MOMENT: Final = re.compile(r"(\d{9,11})\.(\d{6})")
_BEGINNING: Final = re.compile(r'"(?=\d{9,11}\.\d{6}","[A-Z_]+",)')


@dataclass(frozen=True, slots=True)
class Row:
    """One record. ``user`` names a point of our dialplan; otherwise ``type`` is Asterisk's own."""

    at: datetime
    type: str
    user: str
    uniqueid: str
    call_id: str
    channel: str
    extra: Mapping[str, str] = field(default_factory=dict)


def split(data: bytes) -> tuple[list[bytes], int]:
    """The whole lines, and how many bytes they take."""
    whole, newline, _tail = data.rpartition(b"\n")
    return (whole.split(b"\n"), len(whole) + 1) if newline else ([], 0)


def parse(line: bytes) -> Row | None:
    """The record in this line, None when it holds none."""
    text = line[:LINE_MAX].decode("utf-8", "replace").rstrip("\r")
    row = _parse(text)
    if row is not None:
        return row
    starts = [match.start() for match in _BEGINNING.finditer(text)]
    return _parse(text[starts[-1] :]) if starts and starts[-1] > 0 else None


def _parse(text: str) -> Row | None:
    try:
        fields = next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
    if len(fields) != _WIDTH or not text.startswith('"'):
        return None
    named = dict(zip(CEL_FIELDS, fields, strict=True))
    moment = _MOMENT.fullmatch(named["EventTime"])
    if moment is None or not named["LinkedID"] or not named["UniqueID"]:
        return None
    return Row(
        at=datetime.fromtimestamp(int(moment[1]), UTC).replace(microsecond=int(moment[2])),
        type=named["EventType"],
        user=named["userdeftype"],
        uniqueid=named["UniqueID"],
        call_id=named["LinkedID"],
        channel=named["ChanName"],
        extra=_extra(named["EventExtra"], user=bool(named["userdeftype"])),
    )


def _extra(text: str, *, user: bool) -> dict[str, str]:
    """``{"extra": "queue=service|prio=0"}`` of a user event, or Asterisk's own pairs."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    if not user:
        return {str(key): str(value) for key, value in found.items()}
    pairs = (pair.partition("=") for pair in str(found.get("extra", "")).split("|"))
    return {key: value for key, equals, value in pairs if equals}


def number(text: str | None) -> int:
    """A count in a record; 0 where none is."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004
