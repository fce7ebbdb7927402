"""Which facts, what of them, when again, and how it is signed. Pure."""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

KINDS_MAX: Final = 60
NAME_CHARS_MAX: Final = 64
URL_CHARS_MAX: Final = 500
ATTEMPTS_MAX: Final = 10
"""So often in vain, and the receiver is dead: all of it waits until somebody looks."""
_PAUSES_S: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800)
_PRIVATE_NAMES: Final = frozenset(
    {"ani", "keys", "digits", "name", "text", "note", "notes", "words", "transcript", "contact"}
)
_PLAIN: Final = re.compile(
    r"[a-z][a-z0-9_.:/-]{0,79}|[0-9]{1,5}|[0-9]{8}-[0-9]{4,6}|[a-z]{0,3}-?[0-9]{1,10}\.[0-9]{1,6}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?)?|"
)
"""Codes, agents, orders, calls, times. A telephone number is none of these."""
_NUMBER: Final = re.compile(r":\+?[0-9]{8,}$")


def wants(patterns: Iterable[str], kind: str) -> bool:
    """Whether somebody with this filter is told of such a fact."""
    return any(
        pattern in {kind, "*"} or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))
        for pattern in patterns
    )


def unknown(patterns: Iterable[str], known: Collection[str]) -> list[str]:
    """Patterns that fit no kind of fact there is."""
    return [pattern for pattern in patterns if not any(wants([pattern], kind) for kind in known)]


def again_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain."""
    return timedelta(seconds=_PAUSES_S[min(attempts, len(_PAUSES_S)) - 1])


def told(payload: Mapping[str, Any], *, private: bool) -> dict[str, Any]:
    """What of a fact is told. What belongs to a person is withheld, and named as withheld."""
    if private:
        return dict(payload)
    fields = {name: value for name, value in payload.items() if name != "subject"}
    withheld = sorted(name for name, value in fields.items() if not _is_plain(name, value))
    shown = {name: value for name, value in fields.items() if name not in withheld}
    subject = _NUMBER.sub(":*", str(payload.get("subject", "")))
    return {"subject": subject, **shown, **({"withheld": withheld} if withheld else {})}


def _is_plain(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if name in _PRIVATE_NAMES:
        return False
    if isinstance(value, int | float):
        return True
    if isinstance(value, str):
        return _PLAIN.fullmatch(value) is not None
    if isinstance(value, Mapping):
        return all(_is_plain(str(key), each) for key, each in value.items())
    return isinstance(value, list | tuple) and all(_is_plain(name, each) for each in value)


def delivery_id(webhook_id: int, entry_id: int) -> str:
    """The same however often it is told: receivers know it again."""
    return f"{webhook_id}-{entry_id}"


def body(delivery: str, kind: str, payload: Mapping[str, Any]) -> bytes:
    """What is sent."""
    fact = {name: value for name, value in payload.items() if name not in {"subject", "at"}}
    content = {
        "id": delivery, "kind": kind, "subject": payload.get("subject"), "at": payload.get("at"),
        "fact": fact,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def secret_of(instance: str, salt: str) -> str:
    """The receiver's secret, from the instance's own: whoever reads the database has none."""
    return hmac.new(instance.encode(), f"webhook:{salt}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, at: datetime, content: bytes) -> str:
    """``t=…,v1=…`` over time and body: an old request cannot be sent again as a new one."""
    moment = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"
