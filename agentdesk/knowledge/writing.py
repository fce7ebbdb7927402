"""Write an article, attach files, submit, approve, send back, take away."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.knowledge.words import STATES, TABS, TONES
from agentdesk.shell import render
from crm.catalog import service as catalog
from crm.knowledge import attachments, content, queries, reports, service
from crm.knowledge.api import writer
from crm.knowledge.content import Content
from crm.knowledge.queries import DRAFT, SUBMITTED, Shown
from crm.knowledge.service import Draft
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Invalid, MainlineError
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter()
_write = allow(Permission.WRITE_KNOWLEDGE)
_approve = allow(Permission.APPROVE_KNOWLEDGE)
SOON: Final = timedelta(days=30)
ArticleId = Annotated[int, Path(ge=1, le=2**31)]
Note = Annotated[str, Form(max_length=service.NOTE_CHARS_MAX)]


class ArticleForm(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid")

    title_zh: str = Field(default="", max_length=content.TITLE_CHARS)
    title_en: str = Field(default="", max_length=content.TITLE_CHARS)
    wording_zh: str = Field(default="", max_length=content.WORDING_CHARS)
    wording_en: str = Field(default="", max_length=content.WORDING_CHARS)
    body_zh: str = Field(default="", max_length=content.BODY_CHARS * 2)
    body_en: str = Field(default="", max_length=content.BODY_CHARS * 2)
    tags: str = Field(default="", max_length=400)
    reasons: list[str] = Field(default=[], max_length=content.REASONS_MAX)
    valid_from: str = Field(default="", max_length=10)
    valid_until: str = Field(default="", max_length=10)
    why: str = Field(default="", max_length=service.NOTE_CHARS_MAX)
    seen: str = Field(default="", max_length=9)
    gap: str = Field(default="", max_length=reports.WORDS_CHARS_MAX)

    def draft(self, settings: Settings) -> Draft:
        """For the service; Invalid names the field that is wrong."""
        words = {
            part: {
                "zh": _lines(getattr(self, f"{part}_zh")),
                "en": _lines(getattr(self, f"{part}_en")),
            }
            for part in ("title", "wording", "body")
        }
        tags = [tag for tag in self.tags.replace("，", ",").split(",") if tag.strip()]
        try:
            told = Content.model_validate({**words, "tags": tags, "reasons": self.reasons})
        except ValidationError as error:
            raise Invalid(".".join(str(part) for part in error.errors()[0]["loc"])) from error
        days = _day(self.valid_from, "valid_from"), _day(self.valid_until, "valid_until")
        begins, ends = content.validity(*days, settings.zone)
        return Draft(told, begins, ends, self.why)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(name) from error


Filled = Annotated[ArticleForm, Form()]


@router.get("/new", dependencies=[_write])
async def new(
    request: Request, session: ReadSession, who: Who,
    gap: Annotated[str, Query(max_length=reports.WORDS_CHARS_MAX)] = "",
) -> HTMLResponse:  # fmt: skip
    """An empty article; ``gap``: what was looked for in vain."""
    return await _form(request, session, who, ArticleForm(title_zh=gap, gap=gap), None)


@router.post("/new", dependencies=[_write])
async def create(
    request: Request, session: WriteSession, who: Who, config: Config, form: Filled
) -> Response:
    """Keep it as a draft."""
    try:
        async with session.begin_nested():
            version = await service.create(session, form.draft(config), writer(who))
            if form.gap:
                by = writer(who).name
                await reports.settle(session, form.gap, by=by, article_id=version.article_id)
    except MainlineError as refused:
        return await _form(request, session, who, form, None, refused)
    return _to(version.article_id, "edit")


@router.get("/{article_id}/edit", dependencies=[_write])
async def edit(
    request: Request, session: ReadSession, who: Who, config: Config, article_id: ArticleId
) -> Response:
    """Its draft, or a copy of its newest version to begin the next one from."""
    shown = (await queries.versions(session, article_id))[0]
    if shown.version.state == SUBMITTED:
        return _to(article_id, f"?version={shown.version.number}")
    return await _form(request, session, who, _filled(shown, config), shown)


@router.post("/{article_id}/edit", dependencies=[_write])
async def keep(
    request: Request, session: WriteSession, who: Who, config: Config, article_id: ArticleId,
    form: Filled,
) -> Response:  # fmt: skip
    """Keep what was written."""
    seen = int(form.seen) if form.seen.isdecimal() else None
    try:
        async with session.begin_nested():
            await service.keep(session, article_id, form.draft(config), writer(who), seen=seen)
    except MainlineError as refused:
        shown = (await queries.versions(session, article_id))[0]
        return await _form(request, session, who, form, shown, refused)
    return _to(article_id, "edit")


@router.post("/{article_id}/files", dependencies=[_write])
async def attach(
    session: WriteSession, who: Who, article_id: ArticleId, file: Annotated[UploadFile, File()]
) -> Response:
    """Put a file beside the draft."""
    data = await file.read(attachments.BYTES_MAX + 1)
    await attachments.attach(session, article_id, file.filename or "", data, writer(who))
    return _to(article_id, "edit")


@router.post("/{article_id}/files/{attachment_id}/remove", dependencies=[_write])
async def detach(
    session: WriteSession, who: Who, article_id: ArticleId, attachment_id: ArticleId
) -> Response:
    """Take a file away from the draft."""
    await attachments.detach(session, article_id, attachment_id, writer(who))
    return _to(article_id, "edit")


@router.post("/{article_id}/submit", dependencies=[_write])
async def submit(session: WriteSession, who: Who, article_id: ArticleId) -> Response:
    """Ask a second person."""
    version = await service.submit(session, article_id, writer(who))
    return _to(article_id, f"?version={version.number}")


@router.post("/{article_id}/approve", dependencies=[_approve])
async def approve(
    session: WriteSession, who: Who, article_id: ArticleId, note: Note = ""
) -> Response:
    """It counts."""
    await service.approve(session, article_id, writer(who), note)
    return _to(article_id, "")


@router.post("/{article_id}/return", dependencies=[_write])
async def send_back(
    session: WriteSession, who: Who, article_id: ArticleId, note: Note = ""
) -> Response:
    """It is a draft again."""
    await service.send_back(session, article_id, writer(who), note)
    return _to(article_id, "edit")


@router.post("/{article_id}/discard", dependencies=[_write])
async def discard(session: WriteSession, who: Who, article_id: ArticleId) -> Response:
    """The draft goes."""
    await service.discard(session, article_id, writer(who))
    return RedirectResponse("/knowledge/work", status_code=303)


@router.post("/{article_id}/retire", dependencies=[_approve])
async def retire(
    session: WriteSession, who: Who, article_id: ArticleId, note: Note = ""
) -> Response:
    """Nobody is shown it any more."""
    await service.retire(session, article_id, writer(who), note)
    return _to(article_id, "")


@router.post("/gaps", dependencies=[_write])
async def needless(
    session: WriteSession, who: Who,
    words: Annotated[str, Form(min_length=1, max_length=reports.WORDS_CHARS_MAX)],
) -> Response:  # fmt: skip
    """What was looked for needs no article."""
    await reports.settle(session, words, by=writer(who).name, article_id=None)
    return RedirectResponse("/knowledge/report", status_code=303)


async def _form(
    request: Request,
    session: AsyncSession,
    who: Principal,
    form: ArticleForm,
    shown: Shown | None,
    refused: MainlineError | None = None,
) -> HTMLResponse:
    tree = (await catalog.call_reasons(session)).tree
    reasons = [
        (reason.code, " › ".join(one.label.to(current_locale()) for one in (*above, reason)))
        for above, reason in tree.all()
    ]
    files = await queries.attachments(session, shown.version.id) if shown else []
    return render(
        request, "knowledge/edit.html", status=refused.status if refused else 200,
        form=form, shown=shown, reasons=reasons, files=files,
        open=shown is not None and shown.version.state == DRAFT,
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
        edits=True, may_write=True, may_approve=who.may(Permission.APPROVE_KNOWLEDGE),
        tabs=TABS, states=STATES, tones=TONES, at=now(), locale_now=current_locale(),
    )  # fmt: skip


def _filled(shown: Shown, settings: Settings) -> ArticleForm:
    told, version = shown.content, shown.version
    is_open = version.state == DRAFT
    begins, ends = (version.valid_from, version.valid_until) if is_open else (None, None)
    return ArticleForm(
        title_zh=told.title.zh, title_en=told.title.en, wording_zh=told.wording.zh,
        wording_en=told.wording.en, body_zh=told.body.zh, body_en=told.body.en,
        tags=", ".join(told.tags), reasons=list(told.reasons),
        valid_from=_local_day(begins, settings), why=version.why if is_open else "",
        valid_until=_local_day(ends - timedelta(seconds=1) if ends else None, settings),
        seen=str(version.revision) if is_open else "",
    )  # fmt: skip


def _local_day(moment: datetime | None, settings: Settings) -> str:
    return moment.astimezone(settings.zone).date().isoformat() if moment else ""


def _to(article_id: int, rest: str) -> RedirectResponse:
    path = f"/knowledge/{article_id}{rest if rest.startswith('?') or not rest else '/' + rest}"
    return RedirectResponse(path, status_code=303)


async def ending(session: AsyncSession) -> list[Shown]:
    """What has ended lately or will soon."""
    return await queries.ending(session, now() - SOON, now() + SOON)


async def reason_words(session: AsyncSession, codes: Sequence[str]) -> list[str]:
    """The reasons in words; codes of an older tree as they are."""
    tree = (await catalog.call_reasons(session)).tree
    told: list[str] = []
    for code in codes:
        trail: Any = tree.trail(code)
        told.append(" › ".join(one.label.to(current_locale()) for one in trail) or code)
    return told


def header_name(name: str) -> str:
    """A file's name as a header can bear it."""
    return quote(name, safe="")
