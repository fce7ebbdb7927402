"""The instance's own secrets, made once and kept in a file that only its owner can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords between Mainline's own processes. Never logged, never shown."""

    ami_live: str
    ami_web: str
    ari: str
    agi: str
    session: str

    def __repr__(self) -> str:
        return "Secrets(***)"

    @classmethod
    def fresh(cls) -> "Secrets":
        """New random secrets."""
        return cls(*(secrets.token_hex(24) for _ in fields(cls)))

    @classmethod
    def load_or_create(cls, home: Path) -> "Secrets":
        """Those of this home; made when there are none. Two processes may race: one wins."""
        path = home / "secrets.json"
        if not path.exists():
            _write_new(path, json.dumps(asdict(cls.fresh()), indent=1))
        return cls(**json.loads(path.read_text("utf-8")))


def _write_new(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
