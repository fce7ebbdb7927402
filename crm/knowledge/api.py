"""``/api/knowledge``: look it up, read it, write it, have it approved."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.catalog import service as catalog
from crm.knowledge import past, queries, reports, segment, service
from crm.knowledge.content import Content
from crm.knowledge.models import KnowledgeAttachment
from crm.knowledge.queries import Shown
from crm.knowledge.search import QUERY_CHARS_MAX, Found, search
from crm.knowledge.service import Draft, Writer
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.i18n import Locale
from mainline.permissions import Permission
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow, signed_in

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
_read = signed_in()
_write = allow(Permission.WRITE_KNOWLEDGE)
_approve = allow(Permission.APPROVE_KNOWLEDGE)
ArticleId = Annotated[int, Path(ge=1, le=2**31)]
TOGETHER = asyncio.Semaphore(4)
"""Searches at a time: whoever types much does not keep the others waiting."""


class AttachmentRead(BaseModel):
    """A file beside an article."""

    id: int
    name: str
    kind: str
    size: int

    @classmethod
    def of(cls, row: KnowledgeAttachment) -> "AttachmentRead":
        """As the table has it."""
        return cls(id=row.id, name=row.name, kind=row.kind, size=row.size)


class ArticleRead(BaseModel):
    """One version of an article; ``state``: draft, submitted, waiting, valid, expired, retired."""

    id: int
    version: int
    revision: int
    state: str
    content: Content
    author: str
    approved_by: str
    valid_from: AwareDatetime | None
    valid_until: AwareDatetime | None
    note: str
    attachments: list[AttachmentRead] = []

    @classmethod
    def of(cls, shown: Shown) -> "ArticleRead":
        """As it stands now."""
        version = shown.version
        return cls(
            id=shown.article.id, version=version.number, revision=version.revision,
            state=shown.state(now()), content=shown.content, author=version.author,
            approved_by=version.decided_by, valid_from=version.valid_from,
            valid_until=version.valid_until, note=version.note,
        )  # fmt: skip


class ArticleWrite(BaseModel):
    """What is to be kept. ``seen``: the revision that was read; null begins a new version."""

    model_config = ConfigDict(extra="forbid")

    content: Content
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    why: str = Field(default="", max_length=service.NOTE_CHARS_MAX)
    seen: int | None = Field(default=None, ge=1)

    def draft(self) -> Draft:
        """For the service."""
        return Draft(self.content, self.valid_from, self.valid_until, self.why)


class Decision(BaseModel):
    """What somebody says to it."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=service.NOTE_CHARS_MAX)


class PieceRead(BaseModel):
    """A piece of text; ``hit``: it was looked for."""

    text: str
    hit: bool


class HitRead(BaseModel):
    """An answer."""

    id: int
    version: int
    score: float
    title: list[PieceRead]
    snippet: list[PieceRead]


class FoundRead(BaseModel):
    """The best answers first; ``meant``: words taken for others that nobody wrote like that."""

    items: list[HitRead]
    meant: list[str]


class UsedRead(BaseModel):
    """How often an article was opened."""

    id: int
    title: str
    count: int


class GapRead(BaseModel):
    """What was looked for in vain."""

    words: str
    count: int
    last: str


class ReportRead(BaseModel):
    """What is read most, and what is missing."""

    most_used: list[UsedRead]
    unanswered: list[GapRead]


def writer(who: Principal) -> Writer:
    """Who writes or decides."""
    return Writer(who.agent_number or who.name, who.user_id)


async def look(database: Database, settings: Settings, text: str) -> Found:
    """Search once, and count that somebody did."""
    async with TOGETHER:
        await asyncio.to_thread(segment.ready)
        async with database.unit_of_work() as session:
            found = await search(session, text, now())
            await reports.searched(session, text, settings.zone, hits=len(found.hits))
            return found


@router.get("/search", dependencies=[_read])
async def find(
    request: Request, config: Config,
    q: Annotated[str, Query(min_length=1, max_length=QUERY_CHARS_MAX)],
    lang: Annotated[Literal["zh_CN", "en"], Query()] = "zh_CN",
) -> FoundRead:  # fmt: skip
    """Full-text search that forgives slips; a search without an answer is told to the editors."""
    found = await look(request.app.state.database, config, q)
    return _found(found, lang)


def _found(found: Found, lang: Locale) -> FoundRead:
    def told(pieces: list) -> list[PieceRead]:  # type: ignore[type-arg]
        return [PieceRead(text=piece.text, hit=piece.hit) for piece in pieces]

    items = [
        HitRead(
            id=hit.shown.article.id, version=hit.shown.version.number, score=round(hit.score, 4),
            title=told(hit.title(lang)), snippet=told(hit.snippet(lang)),
        )
        for hit in found.hits
    ]  # fmt: skip
    return FoundRead(items=items, meant=list(found.meant))


@router.get("", dependencies=[_read])
async def articles(
    session: ReadSession,
    tag: Annotated[str, Query(max_length=24)] = "",
    reason: Annotated[str, Query(max_length=48)] = "",
    limit: Annotated[int, Query(ge=1, le=queries.LIST_MAX)] = 50,
) -> Page[ArticleRead]:
    """Articles that count: of a tag, beside calls about a reason, or all."""
    if reason:
        tree = (await catalog.call_reasons(session)).tree
        trail = [each.code for each in tree.trail(reason)]
        found = await queries.about(session, trail, now(), limit=limit)
    else:
        found = await queries.valid_list(session, now(), tag=tag, limit=limit)
    return Page(items=[ArticleRead.of(each) for each in found])


@router.get("/report", dependencies=[_write])
async def report(
    session: ReadSession, config: Config, days: Annotated[int, Query(ge=1, le=366)] = 30,
    as_of: AwareDatetime | None = None,
) -> ReportRead:  # fmt: skip
    """What is read most, and what was looked for in vain; ``as_of``: as it was known then."""
    moment, zone = past.past(as_of, now(), config.zone), config.zone
    since = reports.some_days_ago(days, moment or now(), zone)
    if moment is None:
        used, gaps = await reports.most_used(session, since), await reports.gaps(session, since)
    else:
        used = await past.most_used_then(session, since, moment, zone)
        gaps = await past.gaps_then(session, since, moment, zone)
    return ReportRead(
        most_used=[
            UsedRead(id=one.shown.article.id, title=one.shown.content.title.zh, count=one.count)
            for one in used
        ],
        unanswered=[
            GapRead(words=gap.words, count=gap.count, last=gap.last.isoformat()) for gap in gaps
        ],
    )


@router.get("/{article_id}", dependencies=[_read])
async def read_article(article_id: ArticleId, session: ReadSession) -> ArticleRead:
    """What counts of it now."""
    shown = await queries.valid(session, article_id, now())
    files = await queries.attachments(session, shown.version.id)
    told = [AttachmentRead.of(each) for each in files]
    return ArticleRead.of(shown).model_copy(update={"attachments": told})


@router.get("/{article_id}/versions", dependencies=[_write])
async def read_versions(article_id: ArticleId, session: ReadSession) -> Page[ArticleRead]:
    """All of it, drafts too, the newest first."""
    found = await queries.versions(session, article_id)
    return Page(items=[ArticleRead.of(each) for each in found])


@router.post("", status_code=201, dependencies=[_write])
async def create(body: ArticleWrite, session: WriteSession, who: Who) -> ArticleRead:
    """A new article, as a draft."""
    version = await service.create(session, body.draft(), writer(who))
    return ArticleRead.of((await queries.versions(session, version.article_id))[0])


@router.post("/{article_id}", dependencies=[_write])
async def keep(
    article_id: ArticleId, body: ArticleWrite, session: WriteSession, who: Who
) -> ArticleRead:
    """Write on its draft, or begin the next version."""
    await service.keep(session, article_id, body.draft(), writer(who), seen=body.seen)
    return ArticleRead.of((await queries.versions(session, article_id))[0])


@router.post("/{article_id}/submit", dependencies=[_write])
async def submit(article_id: ArticleId, session: WriteSession, who: Who) -> ArticleRead:
    """Ask for approval."""
    await service.submit(session, article_id, writer(who))
    return ArticleRead.of((await queries.versions(session, article_id))[0])


@router.post("/{article_id}/approve", dependencies=[_approve])
async def approve(
    article_id: ArticleId, body: Decision, session: WriteSession, who: Who
) -> ArticleRead:
    """Put it in force; refused with ``same-person`` to whoever wrote at it."""
    await service.approve(session, article_id, writer(who), body.note)
    return ArticleRead.of((await queries.versions(session, article_id))[0])


@router.post("/{article_id}/return", dependencies=[_write])
async def send_back(
    article_id: ArticleId, body: Decision, session: WriteSession, who: Who
) -> ArticleRead:
    """It becomes a draft again; ``note`` says why."""
    await service.send_back(session, article_id, writer(who), body.note)
    return ArticleRead.of((await queries.versions(session, article_id))[0])


@router.post("/{article_id}/retire", status_code=204, dependencies=[_approve])
async def retire(article_id: ArticleId, body: Decision, session: WriteSession, who: Who) -> None:
    """Show it to nobody any more; ``note`` says why."""
    await service.retire(session, article_id, writer(who), body.note)
