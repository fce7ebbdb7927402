"""Write, submit, approve, return, retire. Whoever wrote at a version does not approve it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.knowledge.content import Content
from crm.knowledge.events import (
    ArticleDiscarded,
    ArticleKept,
    ArticlePublished,
    ArticleRetired,
    ArticleReturned,
    ArticleSubmitted,
    article_subject,
)
from crm.knowledge.models import (
    KnowledgeArticle,
    KnowledgeAttachment,
    KnowledgeGap,
    KnowledgeMark,
    KnowledgeVersion,
)
from crm.knowledge.queries import DRAFT, PUBLISHED, SUBMITTED
from mainline.clock import now
from mainline.errors import Forbidden, Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

NOTE_CHARS_MAX: Final = 400


class SamePerson(Forbidden):
    """Two people see every article before an agent reads it out."""

    code = "same-person"
    words = Text("Who wrote at this article cannot approve it. Somebody else has to.")


class PersonNeeded(Forbidden):
    """A program may write; it may not vouch."""

    code = "person-needed"
    words = Text("Only a person who is signed in can approve an article.")


class WrittenMeanwhile(MainlineError):
    """Somebody else has kept the draft since this page was opened."""

    code = "article-changed"
    words = Text("%(author)s has changed this draft in the meantime. Nothing was overwritten.")


class NotDraft(MainlineError):
    """It waits for approval, or has been decided."""

    code = "article-not-draft"
    words = Text("This version is no draft any more.")


class NotSubmitted(MainlineError):
    """Nobody has asked for approval, or somebody was faster."""

    code = "article-not-submitted"
    words = Text("This version does not wait for approval.")


class NeverValid(Invalid):
    """It would end before it begins, or has ended already."""

    code = "article-validity"
    words = Text("The article would never be valid. Please check its dates.")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes or decides. Without an id it is a program."""

    name: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be kept."""

    content: Content
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    why: str = ""


async def create(session: AsyncSession, draft: Draft, by: Writer) -> KnowledgeVersion:
    """A new article, as a draft."""
    await _check(session, draft)
    article = KnowledgeArticle(created_by=by.name)
    session.add(article)
    await session.flush()
    return await _new_version(session, article.id, 1, draft, by)


async def keep(
    session: AsyncSession, article_id: int, draft: Draft, by: Writer, *, seen: int | None
) -> KnowledgeVersion:
    """Write on the open draft, or begin the next version.

    ``seen``: the revision its writer began from, None for a version that is to be new.
    """
    await _check(session, draft)
    present = await _open(session, article_id)
    if present is None:
        if seen is not None:
            raise NotDraft
        return await _next_version(session, article_id, draft, by)
    if present.state != DRAFT:
        raise NotDraft
    if present.revision != seen:
        raise WrittenMeanwhile(author=present.author)
    _write(present, draft, by)
    present.revision += 1
    await session.flush()
    await _tell_kept(session, present, by)
    return present


async def submit(session: AsyncSession, article_id: int, by: Writer) -> KnowledgeVersion:
    """Ask somebody else to approve it."""
    version = await _open(session, article_id)
    if version is None or version.state != DRAFT:
        raise NotDraft
    _refuse_never_valid(version.valid_from, version.valid_until)
    version.state, version.submitted_at, version.note = SUBMITTED, now(), ""
    fact = ArticleSubmitted(subject=article_subject(article_id), version=version.number, by=by.name)
    await append(session, fact)
    return version


async def approve(
    session: AsyncSession, article_id: int, by: Writer, note: str = ""
) -> KnowledgeVersion:
    """It counts from its first day on, or at once."""
    version = await _submitted(session, article_id)
    if by.user_id is None:
        raise PersonNeeded
    if by.user_id in version.writers:
        raise SamePerson
    _refuse_never_valid(version.valid_from, version.valid_until)
    await put_in_force(session, version, by=by.name, note=note)
    return version


async def put_in_force(
    session: AsyncSession, version: KnowledgeVersion, *, by: str, note: str = ""
) -> None:
    """Publish a version that somebody has vouched for."""
    at = now()
    begins = max(at, version.valid_from or at)
    version.state, version.open_key, version.valid_from = PUBLISHED, None, begins
    version.decided_by, version.decided_at, version.note = by, at, note.strip()[:NOTE_CHARS_MAX]
    article = await _article(session, version.article_id)
    article.retired_at, article.retired_by = None, ""
    await session.flush()
    await append(session, ArticlePublished(
        subject=article_subject(version.article_id), version=version.number, by=by,
        author=version.author, valid_from=begins, valid_until=version.valid_until,
    ))  # fmt: skip


async def send_back(
    session: AsyncSession, article_id: int, by: Writer, note: str
) -> KnowledgeVersion:
    """It is a draft again: not approved, or taken back by its writer."""
    version = await _submitted(session, article_id)
    said = note.strip()[:NOTE_CHARS_MAX]
    if not said:
        raise Invalid("note")
    version.state, version.submitted_at, version.note = DRAFT, None, said
    fact = ArticleReturned(
        subject=article_subject(article_id), version=version.number, by=by.name, note=said
    )
    await append(session, fact)
    return version


async def discard(session: AsyncSession, article_id: int, by: Writer) -> None:
    """Throw the open draft away; an article that never was one goes with it."""
    version = await _open(session, article_id)
    if version is None or version.state != DRAFT:
        raise NotDraft
    for table in (KnowledgeAttachment, KnowledgeMark):
        await session.execute(delete(table).where(table.version_id == version.id))
    await session.delete(version)
    await session.flush()
    fact = ArticleDiscarded(subject=article_subject(article_id), version=version.number, by=by.name)
    await append(session, fact)
    others = select(func.count()).where(KnowledgeVersion.article_id == article_id)
    if not await session.scalar(others):
        await session.execute(delete(KnowledgeGap).where(KnowledgeGap.article_id == article_id))
        await session.execute(delete(KnowledgeArticle).where(KnowledgeArticle.id == article_id))


async def retire(session: AsyncSession, article_id: int, by: Writer, reason: str) -> None:
    """Nobody is shown it any more. Needs no second person: what is wrong has to go at once."""
    article = await _article(session, article_id)
    said = reason.strip()[:NOTE_CHARS_MAX]
    newest = select(func.max(KnowledgeVersion.number)).where(
        KnowledgeVersion.article_id == article_id, KnowledgeVersion.state == PUBLISHED
    )
    number = await session.scalar(newest)
    if not said:
        raise Invalid("reason")
    if number is None or article.retired_at is not None:
        raise NotFound("article")
    article.retired_at, article.retired_by = now(), by.name
    fact = ArticleRetired(
        subject=article_subject(article_id), version=number, by=by.name, reason=said
    )
    await append(session, fact)


async def open_draft(session: AsyncSession, article_id: int) -> KnowledgeVersion:
    """The draft that is written at; NotDraft when there is none."""
    version = await _open(session, article_id)
    if version is None or version.state != DRAFT:
        raise NotDraft
    return version


async def _check(session: AsyncSession, draft: Draft) -> None:
    tree = (await catalog.call_reasons(session)).tree
    known = {reason.code for _, reason in tree.all()}
    unknown = set(draft.content.reasons) - known
    if unknown:
        raise Invalid(f"reasons: {', '.join(sorted(unknown))}")
    if draft.valid_from and draft.valid_until and draft.valid_until <= draft.valid_from:
        raise NeverValid


def _refuse_never_valid(begins: datetime | None, ends: datetime | None) -> None:
    if ends is not None and ends <= max(now(), begins or now()):
        raise NeverValid


async def _article(session: AsyncSession, article_id: int) -> KnowledgeArticle:
    wanted = select(KnowledgeArticle).where(KnowledgeArticle.id == article_id)
    found = await session.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound("article")
    return found


async def _open(session: AsyncSession, article_id: int) -> KnowledgeVersion | None:
    await _article(session, article_id)
    wanted = select(KnowledgeVersion).where(KnowledgeVersion.open_key == article_id)
    found: KnowledgeVersion | None = await session.scalar(wanted)
    return found


async def _submitted(session: AsyncSession, article_id: int) -> KnowledgeVersion:
    version = await _open(session, article_id)
    if version is None or version.state != SUBMITTED:
        raise NotSubmitted
    return version


async def _next_version(
    session: AsyncSession, article_id: int, draft: Draft, by: Writer
) -> KnowledgeVersion:
    """A retired article that is written on is an article again, once that is approved."""
    last = await session.scalar(
        select(KnowledgeVersion)
        .where(KnowledgeVersion.article_id == article_id)
        .order_by(KnowledgeVersion.number.desc())
        .limit(1)
    )
    if last is None:
        raise NotFound("article")
    made = await _new_version(session, article_id, last.number + 1, draft, by)
    files = select(KnowledgeAttachment).where(KnowledgeAttachment.version_id == last.id)
    for one in (await session.scalars(files.order_by(KnowledgeAttachment.id))).all():
        values: dict[str, Any] = {
            name: getattr(one, name) for name in ("name", "kind", "size", "sha256", "by")
        }
        session.add(KnowledgeAttachment(version_id=made.id, **values))
    await session.flush()
    return made


async def _new_version(
    session: AsyncSession, article_id: int, number: int, draft: Draft, by: Writer
) -> KnowledgeVersion:
    version = KnowledgeVersion(
        article_id=article_id, number=number, open_key=article_id, state=DRAFT, writers=[],
    )  # fmt: skip
    _write(version, draft, by)
    try:
        async with session.begin_nested():
            session.add(version)
    except IntegrityError as error:
        raise WrittenMeanwhile(author="?") from error
    await _tell_kept(session, version, by)
    return version


def _write(version: KnowledgeVersion, draft: Draft, by: Writer) -> None:
    version.content = draft.content.model_dump(mode="json")
    version.valid_from, version.valid_until = draft.valid_from, draft.valid_until
    version.why, version.author = draft.why.strip()[:NOTE_CHARS_MAX], by.name
    if by.user_id is not None:
        version.writers = sorted({*version.writers, by.user_id})


async def _tell_kept(session: AsyncSession, version: KnowledgeVersion, by: Writer) -> None:
    """Reasons and tags are found by; the words of a version are taken into the index later."""
    content = Content.model_validate(version.content)
    await session.execute(delete(KnowledgeMark).where(KnowledgeMark.version_id == version.id))
    marks = [("reason", code) for code in dict.fromkeys(content.reasons)]
    marks += [("tag", code) for code in dict.fromkeys(content.tags)]
    session.add_all(KnowledgeMark(kind=k, code=c, version_id=version.id) for k, c in marks)
    subject = article_subject(version.article_id)
    await append(session, ArticleKept(subject=subject, version=version.number, by=by.name))
