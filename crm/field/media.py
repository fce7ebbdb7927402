"""What a file really is, by how it begins. Pure."""

from collections.abc import Mapping
from typing import Final

from crm.field.rules import AttachmentKind

TYPES: Final[Mapping[AttachmentKind, tuple[str, ...]]] = {
    "photo": ("image/jpeg", "image/webp"),
    "signature": ("image/png",),
    "sound": ("audio/webm", "audio/ogg", "audio/mp4"),
    "video": ("video/webm", "video/mp4"),
}
"""What may be attached as what."""
HEAD_BYTES: Final = 16
SUFFIXES: Final = {
    "image/jpeg": "jpg", "image/webp": "webp", "image/png": "png", "audio/webm": "weba",
    "audio/ogg": "ogg", "audio/mp4": "m4a", "video/webm": "webm", "video/mp4": "mp4",
}  # fmt: skip


def plain(media_type: str) -> str:
    """Without the codecs that browsers add."""
    return media_type.partition(";")[0].strip().lower()


_BEGINS: Final[Mapping[str, tuple[int, bytes]]] = {
    "image/jpeg": (0, b"\xff\xd8\xff"),
    "image/png": (0, b"\x89PNG\r\n\x1a\n"),
    "image/webp": (8, b"WEBP"),
    "audio/webm": (0, b"\x1a\x45\xdf\xa3"),
    "video/webm": (0, b"\x1a\x45\xdf\xa3"),
    "audio/ogg": (0, b"OggS"),
    "audio/mp4": (4, b"ftyp"),
    "video/mp4": (4, b"ftyp"),
}


def begins_like(media_type: str, head: bytes) -> bool:
    """Whether a file that begins so can be of this type."""
    at, mark = _BEGINS.get(media_type, (0, b""))
    return bool(mark) and head[at : at + len(mark)] == mark
