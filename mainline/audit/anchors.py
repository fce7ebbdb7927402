"""Hashes of the chain kept outside of the database: whoever rewrites the log must find these too.

One line each: the entry's id, its hash, the time. The file is only ever added to; copies of it on
another machine, or on paper, are as good.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.audit.models import AuditEntry
from mainline.clock import now
from mainline.errors import Invalid

FILE: Final = "audit.anchors"
_PARTS: Final = 3


async def head(session: AsyncSession) -> tuple[int, str]:
    """The newest entry's id and hash; 0 in an empty log."""
    newest = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    found = (await session.execute(newest)).first()
    return (found.id, found.hash) if found else (0, "")


def read(path: Path) -> dict[int, str]:
    """Id to hash; refused when a line is not one of ours."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return dict(_anchor(number, line) for number, line in enumerate(lines, start=1))


def _anchor(number: int, line: str) -> tuple[int, str]:
    parts = line.split()
    if len(parts) != _PARTS or not parts[0].isdecimal():
        raise Invalid(f"{FILE}:{number}")
    return int(parts[0]), parts[1]


def keep(path: Path, entry_id: int, sealed: str) -> bool:
    """Write the newest down, unless it stands there already; whether it did."""
    if entry_id == 0 or entry_id <= _newest(path):
        return False
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{entry_id} {sealed} {now().isoformat(timespec='seconds')}\n")
    return True


def _newest(path: Path) -> int:
    """The last line's id, without reading the rest."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        lines = file.read().split(b"\n")
    last = next((line for line in reversed(lines) if line), b"0")
    return int(last.split()[0])
