"""``/api/calls`` (also ``/api/interactions``) and ``/api/queues``."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from crm.interactions import queries
from crm.interactions.board import queues_now
from crm.interactions.queries import Filter
from crm.interactions.schemas import (
    CallDetail,
    CallRead,
    QueueRead,
    TodayRead,
)
from crm.privacy import service as privacy
from crm.privacy.reading import Reads
from crm.privacy.schemas import UnmaskAsk, UnmaskedRead
from mainline.errors import Forbidden
from mainline.ids import call_subject
from mainline.permissions import Permission
from mainline.phone import normalise
from mainline.web import (
    Config,
    Page,
    ReadSession,
    Who,
    WriteSession,
    allow,
    cursor,
    last_line,
)

router = APIRouter(tags=["calls"])
_CALLS = [allow(Permission.SEE_CALLS)]
Word = Annotated[str | None, Query(max_length=64)]


@router.get("/calls", dependencies=_CALLS)
@router.get("/interactions", dependencies=_CALLS, name="list_interactions")
async def list_calls(
    session: ReadSession,
    who: Who,
    reads: Reads,
    config: Config,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    ani: Word = None,
    customer: Annotated[int | None, Query(ge=1)] = None,
    agent: Word = None,
    queue: Word = None,
    outcome: Word = None,
    reason: Word = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=300)] = None,
) -> Page[CallRead]:
    """Calls, the newest first; asking for those of a number counts as a search."""
    if ani is not None and not who.sees.numbers:
        raise Forbidden
    asked = await reads.searches() if ani is not None else None
    area_code = config.home_area_code
    number = normalise(ani, area_code=area_code).number or ani
    wanted = Filter(
        since, until, number, customer, agent, queue, outcome, reason, area_code=area_code
    )
    calls = await queries.find(session, wanted, limit=limit, before=last_line(after, str))
    if asked is not None:
        await reads.listed(asked, len(calls))
    names = await queries.customer_names(session, calls)
    more = cursor(calls[-1].began_at.isoformat(), calls[-1].id) if len(calls) == limit else None
    return Page(
        items=[CallRead.of(c, names.get(c.customer_id or 0), who.sees) for c in calls],
        next=more,
    )


@router.get("/calls/{call_id}", dependencies=_CALLS)
@router.get("/interactions/{call_id}", dependencies=_CALLS, name="read_interaction")
async def read_call(call_id: str, session: ReadSession, who: Who) -> CallDetail:
    """One call with its timeline."""
    view = await queries.view(session, call_id)
    return CallDetail.of_view(view, await privacy.eyes(session, who, call_subject(call_id)))


@router.post(
    "/calls/{call_id}/unmask", status_code=201, dependencies=[*_CALLS, allow(Permission.UNMASK)]
)
async def unmask_call(
    call_id: str, body: UnmaskAsk, session: WriteSession, who: Who
) -> UnmaskedRead:
    """Take the masks off this call for a short time; who, when and why is a fact."""
    subject = call_subject((await queries.view(session, call_id)).call.id)
    row = await privacy.unmask(session, who, subject, **body.model_dump())
    return UnmaskedRead.of(row, who.sees)


@router.get(
    "/queues", tags=["queues"], dependencies=[allow(Permission.SEE_BOARD, Permission.TAKE_CALLS)]
)
async def list_queues(session: ReadSession, config: Config) -> Page[QueueRead]:
    """The queues now and today."""
    return Page(
        items=[
            QueueRead(
                name=one.definition.name,
                label=one.definition.label,
                waiting=one.waiting,
                longest_wait_s=one.longest_wait_s,
                agents=dict(one.agents),
                today=TodayRead.of(one.today),
            )
            for one in await queues_now(session, config.zone)
        ]
    )
