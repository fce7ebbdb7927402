"""Files beside an article: few, small, of kinds that were looked into, never run by a browser."""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.knowledge import service
from crm.knowledge.events import ArticleKept, article_subject
from crm.knowledge.models import KnowledgeAttachment, KnowledgeFile, KnowledgeVersion
from crm.knowledge.queries import counting
from crm.knowledge.service import Writer
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

BYTES_MAX: Final = 1_500_000
FILES_MAX: Final = 8
NAME_CHARS_MAX: Final = 120
ZIP_ENTRIES_MAX: Final = 2000


class WrongFile(MainlineError):
    """Too large, empty, or not what its name says."""

    code = "attachment-refused"
    status = 422
    words = Text(
        "Only PDF, PNG, JPEG, plain text, Word and Excel up to 1.5 MB can be attached, "
        "eight to an article."
    )


@dataclass(frozen=True, slots=True)
class FileKind:
    """How a kind is recognised, and as what it is sent."""

    media: str
    fits: Callable[[bytes], bool]


def _begins(mark: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(mark)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _office(folder: str) -> Callable[[bytes], bool]:
    def fits(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        whole = "[Content_Types].xml" in names and any(n.startswith(folder) for n in names)
        return whole and not macros and len(names) <= ZIP_ENTRIES_MAX

    return fits


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final[Mapping[str, FileKind]] = {
    "pdf": FileKind("application/pdf", _begins(b"%PDF-")),
    "png": FileKind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileKind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "txt": FileKind("text/plain; charset=utf-8", _is_text),
    "docx": FileKind(f"{_OFFICE}.wordprocessingml.document", _office("word/")),
    "xlsx": FileKind(f"{_OFFICE}.spreadsheetml.sheet", _office("xl/")),
}


def kind_of(name: str, content: bytes) -> str:
    """Its kind, when its name and its content agree; WrongFile otherwise."""
    _stem, dot, ending = name.lower().rpartition(".")
    kind = {"jpeg": "jpg"}.get(ending, ending)
    if (
        not dot
        or not 0 < len(content) <= BYTES_MAX
        or kind not in KINDS
        or not KINDS[kind].fits(content)
    ):
        raise WrongFile
    return kind


def clean_name(name: str) -> str:
    """The last part of a path, without what a header or a file system cannot bear."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in last if each.isprintable() and each not in '<>:"|?*;')
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: NAME_CHARS_MAX - 10]}{dot}{ending[:8]}"


async def attach(
    session: AsyncSession, article_id: int, name: str, content: bytes, by: Writer
) -> KnowledgeAttachment:
    """Put a file beside the open draft."""
    version = await service.open_draft(session, article_id)
    kind = kind_of(name, content)
    mine = select(func.count()).where(KnowledgeAttachment.version_id == version.id)
    if (await session.scalar(mine) or 0) >= FILES_MAX:
        raise WrongFile
    sha256 = hashlib.sha256(content).hexdigest()
    if await session.get(KnowledgeFile, sha256) is None:
        session.add(KnowledgeFile(sha256=sha256, content=content))
        await session.flush()
    row = KnowledgeAttachment(
        version_id=version.id, name=clean_name(name), kind=kind, size=len(content), sha256=sha256,
        by=by.name, created_at=now(),
    )  # fmt: skip
    session.add(row)
    await _touched(session, version, by)
    return row


async def detach(session: AsyncSession, article_id: int, attachment_id: int, by: Writer) -> None:
    """Take a file from the open draft; published versions keep theirs."""
    version = await service.open_draft(session, article_id)
    row = await session.get(KnowledgeAttachment, attachment_id)
    if row is None or row.version_id != version.id:
        raise NotFound("attachment")
    await session.delete(row)
    await _touched(session, version, by)


async def opened(
    session: AsyncSession, attachment_id: int, *, edits: bool
) -> tuple[KnowledgeAttachment, bytes]:
    """A file of what counts; editors open those of drafts and old versions as well."""
    row = await session.get(KnowledgeAttachment, attachment_id)
    if row is None:
        raise NotFound("attachment")
    if not edits:
        wanted = select(KnowledgeVersion.id).where(
            KnowledgeVersion.id == row.version_id, KnowledgeVersion.id.in_(counting(now()))
        )
        if await session.scalar(wanted) is None:
            raise NotFound("attachment")
    file = await session.get_one(KnowledgeFile, row.sha256)
    return row, file.content


async def _touched(session: AsyncSession, version: KnowledgeVersion, by: Writer) -> None:
    """Who changes a file has written at the version."""
    version.revision += 1
    version.author = by.name
    if by.user_id is not None:
        version.writers = sorted({*version.writers, by.user_id})
    await session.flush()
    subject = article_subject(version.article_id)
    await append(session, ArticleKept(subject=subject, version=version.number, by=by.name))
