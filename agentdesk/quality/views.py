"""The list of calls, and the page on which one call is read and heard."""

import secrets
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BeforeValidator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.guard import content_policy
from agentdesk.panels.caller import trees_of
from agentdesk.panels.labels import labels_of
from agentdesk.panels.masks import masks
from agentdesk.panels.service import length
from agentdesk.panels.terms import OUTCOMES, outcome_words
from agentdesk.quality.rows import rows_of
from agentdesk.quality.search import LIMIT, Wanted, search
from agentdesk.quality.story import marks, story
from agentdesk.shell import render
from crm.customers.search import tries_an_end
from crm.interactions.models import Disposition, Interaction
from crm.interactions.notes import notes_on
from crm.privacy.reading import Reads
from crm.standards import clocks
from crm.work_orders.models import WorkOrder
from mainline.errors import NotFound
from mainline.ids import call_subject
from mainline.journal import entries_after
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, allow, cursor, last_line
from recordings import queries as recordings
from recordings.models import MESSAGE

router = APIRouter(include_in_schema=False)
_see = allow(Permission.SEE_CALLS)
_hear = allow(Permission.HEAR_RECORDINGS)
FACTS_MAX: Final = 1000
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Word = Annotated[str, Query(max_length=64)]
Next = Annotated[str, Query(max_length=512)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_empty_is_none), Query()]
Number = Annotated[int | None, BeforeValidator(_empty_is_none), Query()]


async def _form(
    caller: Word = "", agent: Word = "", queue: Word = "", outcome: Word = "", reason: Word = "",
    since: Day = None, until: Day = None, customer: Number = None,
) -> Wanted:  # fmt: skip
    """The fields of the search form."""
    return Wanted(caller, agent, queue, outcome, reason, since, until, customer)


Form = Annotated[Wanted, Depends(_form)]


@router.get("/recordings", dependencies=[_hear])
async def other_name(request: Request) -> RedirectResponse:
    """The other name of the page."""
    return RedirectResponse(f"/quality?{request.url.query}".rstrip("?"), 303)


@router.get("/quality", dependencies=[_hear])
async def quality(
    request: Request, session: ReadSession, settings: Config, reads: Reads, wanted: Form,
    after: Next = "",
) -> HTMLResponse:  # fmt: skip
    """Calls that can be heard."""
    listed = _Listing(request, session, settings, reads)
    return await listed.page("/quality", wanted, after, heard=True)


@router.get("/calls", dependencies=[_see])
async def calls(
    request: Request, session: ReadSession, settings: Config, reads: Reads, wanted: Form,
    after: Next = "",
) -> HTMLResponse:  # fmt: skip
    """All calls."""
    return await _Listing(request, session, settings, reads).page("/calls", wanted, after)


class _Listing:
    """The list of calls for one request."""

    def __init__(
        self, request: Request, session: AsyncSession, settings: Config, reads: Reads
    ) -> None:
        self._request, self._session, self._settings = request, session, settings
        self._reads, self._who = reads, reads.who

    async def page(
        self, path: str, wanted: Wanted, after: str, *, heard: bool = False
    ) -> HTMLResponse:
        """One page of it; looking for callers is limited."""
        asked = await self._asked(wanted)
        found = await search(
            self._session, wanted, heard=heard, zone=self._settings.zone,
            area_code=self._settings.home_area_code, after=last_line(after, str), limit=LIMIT,
        )  # fmt: skip
        if asked is not None:
            await self._reads.listed(asked, len(found))
        more = cursor(found[-1].began_at.isoformat(), found[-1].id) if len(found) == LIMIT else ""
        return render(
            self._request, "quality/list.html",
            path=path, heard=heard, wanted=wanted, query=_query(wanted), more=more,
            rows=await rows_of(self._session, found, self._who.sees),
            outcomes=OUTCOMES, outcome_words=outcome_words, labels=await labels_of(self._session),
        )  # fmt: skip

    async def _asked(self, wanted: Wanted) -> int | None:
        if not wanted.caller:
            return None
        return await self._reads.searches(guess=tries_an_end(wanted.caller))


def _query(wanted: Wanted) -> str:
    fields = {
        "caller": wanted.caller, "agent": wanted.agent, "queue": wanted.queue,
        "outcome": wanted.outcome, "reason": wanted.reason, "since": wanted.since,
        "until": wanted.until, "customer": wanted.customer_id,
    }  # fmt: skip
    return urlencode({name: value for name, value in fields.items() if value})


@router.get("/calls/{call_id}", dependencies=[_see])
async def call(
    request: Request, session: ReadSession, settings: Config, who: Who, call_id: CallId
) -> HTMLResponse:
    """One call: what happened, what was noted, and for those who may, its sound."""
    found = await session.get(Interaction, call_id)
    if found is None:
        raise NotFound(call_id)
    seen = await masks(session, who, f"/calls/{call_id}", call_subject(call_id))
    (row,) = await rows_of(session, [found], seen["sees"])
    sound, labels = row.recording, await labels_of(session)
    events = await _facts(session, call_id)
    moments = story(
        events,
        labels,
        trees=await trees_of(session, events),
        recorded_from=sound.started_at if sound else None,
        duration_s=sound.duration_s if sound else None,
    )
    may_hear = who.may(Permission.HEAR_RECORDINGS)
    nonce = secrets.token_urlsafe(16)
    response = render(
        request, "quality/call.html",
        **seen, row=row, call=found, sound=sound, moments=moments, marks=marks(moments),
        message=await recordings.of_call(session, call_id, MESSAGE),
        disposition=await _disposition(session, call_id), orders=await _orders(session, call_id),
        notes=await notes_on(session, call_subject(call_id)) if may_hear else [],
        heard_by=await recordings.accesses(session, sound.id) if sound and may_hear else [],
        clocks=await clocks.of_call(session, call_id, settings.zone), length=length,
        may_hear=may_hear, nonce=nonce, outcome_words=outcome_words, labels=labels,
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = content_policy(settings).replace(
        "style-src 'self'",
        f"style-src 'self' 'nonce-{nonce}'",  # the waveform brings a style sheet of its own
    )
    return response


async def _facts(session: AsyncSession, call_id: str) -> list[Any]:
    entries = await entries_after(session, 0, limit=FACTS_MAX, subject=call_subject(call_id))
    return [entry.event for entry in entries]


async def _disposition(session: AsyncSession, call_id: str) -> Disposition | None:
    found: Disposition | None = await session.scalar(
        select(Disposition).where(Disposition.call_id == call_id)
    )
    return found


async def _orders(session: AsyncSession, call_id: str) -> list[WorkOrder]:
    found = await session.scalars(
        select(WorkOrder).where(WorkOrder.call_id == call_id).order_by(WorkOrder.id)
    )
    return list(found)
