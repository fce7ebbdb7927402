"""The store on disk: opaque names; a file is trusted while its hash is the one on record."""

import hashlib
import re
import secrets
import shutil
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from mainline.errors import MainlineError
from mainline.i18n import Text

FREE_SHARE_MIN: Final = 0.15
"""Below this share of free disk the alarm is raised."""
_PATH = re.compile(r"\d{4}/\d{2}/\d{2}/[0-9a-f]{32}\.wav")


class RecordingGone(MainlineError):
    """The recording was deleted by rule, or its file is not where it was put."""

    code = "recording-gone"
    status = 410
    words = Text("This recording is no longer kept.")


class RecordingAltered(MainlineError):
    """The file is not the one that was stored."""

    code = "recording-altered"
    status: ClassVar[int] = 409
    words = Text("The file was altered after it was stored and is not played.")


def new_path(started_at: datetime) -> str:
    """A fresh opaque path below the store: it tells the day and nothing about the call."""
    return f"{started_at:%Y/%m/%d}/{secrets.token_hex(16)}.wav"


def located(store: Path, path: str) -> Path:
    """The file of a path made by ``new_path``; anything else is refused."""
    if not _PATH.fullmatch(path):
        raise RecordingGone
    return store / path


def sha256_of(file: Path) -> str:
    """The hash of its bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class Verifier:
    """Checks hashes, and remembers the verdict while the file has not been touched.

    The change time of the inode is what is remembered: whoever writes to the file moves it.
    """

    def __init__(self, *, remember: int = 1000) -> None:
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._remember = remember

    def check(self, file: Path, sha256: str) -> None:
        """Refuse a file that is gone or altered."""
        try:
            status = file.stat()
        except FileNotFoundError as error:
            raise RecordingGone from error
        key = (str(file), status.st_ctime_ns, status.st_size)
        if key not in self._known:
            self._known[key] = sha256_of(file)
            while len(self._known) > self._remember:
                self._known.popitem(last=False)
        if self._known[key] != sha256:
            raise RecordingAltered


def free_share(folder: Path) -> float:
    """How much of the disk that holds the recordings is free, 0 to 1."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    usage = shutil.disk_usage(there)
    return usage.free / usage.total
