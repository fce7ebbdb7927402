"""``/api/campaigns``, ``/api/do-not-call``, and the question before a visit."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.campaigns import at_home, numbers, queries, service
from crm.campaigns.models import CampaignTask
from crm.campaigns.queries import Progress
from crm.campaigns.selection import Selection
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(tags=["campaigns"])
_RUN = [allow(Permission.RUN_CAMPAIGNS)]
State = Annotated[str | None, Query(max_length=16)]


class CampaignMake(BaseModel):
    """A new campaign; whom it calls is chosen when it starts."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    selection: Selection
    theme: str = Field(default="", max_length=200)
    quota: int = Field(default=0, ge=0, le=100_000)
    seed: int = Field(default=1, ge=0, le=1_000_000)
    questionnaire: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")
    text_zh: str = Field(default="", max_length=1000)
    text_en: str = Field(default="", max_length=1000)
    queue: str = Field(default="service", pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    leads: bool = False
    """Automatic calls: whoever is reached is led to an agent of that queue."""
    agents: list[str] = Field(default_factory=list, max_length=200)


class CampaignRead(BaseModel):
    """A campaign and how far it is."""

    id: int
    standing: str | None
    name: str
    purpose: str
    theme: str
    state: str
    queue: str
    leads: bool
    quota: int
    total: int
    open: int
    states: dict[str, int]
    results: dict[str, int]

    @classmethod
    def of(cls, one: Progress) -> "CampaignRead":
        """With its figures."""
        own = {n: getattr(one.campaign, n) for n in cls.model_fields if hasattr(one.campaign, n)}
        return cls(
            **own, total=one.total, open=one.open, states=dict(one.states),
            results=dict(one.results),
        )  # fmt: skip


class TaskRead(BaseModel):
    """Somebody to be called."""

    id: int
    key: str
    number: str
    customer_id: int | None
    work_order_id: int | None
    state: str
    held: str
    attempts: int
    next_at: datetime
    due_at: datetime | None
    result: str
    answers: dict[str, Any]
    notes: str
    call_id: str | None
    done_at: datetime | None
    done_by: str

    @classmethod
    def of(cls, task: CampaignTask, sees: Eyes) -> "TaskRead":
        """As this person may see it."""
        fields = {name: getattr(task, name) for name in cls.model_fields}
        masked = {"number": sees.number(task.number), "answers": sees.fields(task.answers)}
        return cls(**{**fields, **masked, **sees.texts(task, "notes")})


class Barred(BaseModel):
    """A number that is never called by machine or for a campaign."""

    id: int
    number: str
    source: str
    reason: str
    by: str
    created_at: datetime


class BarAsk(BaseModel):
    """Put a number on the list."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=3, max_length=32)
    reason: str = Field(default="", max_length=200)


class BarList(BaseModel):
    """Many numbers: one a line, whatever follows a comma is the reason."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=300_000)


class ImportedRead(BaseModel):
    """What became of a list; ``wrong`` are line numbers."""

    added: int
    known: int
    wrong: list[int]


class AtHomeAsk(BaseModel):
    """When somebody will come."""

    model_config = ConfigDict(extra="forbid")

    visit_from: AwareDatetime
    visit_until: AwareDatetime


@router.get("/campaigns", dependencies=_RUN)
async def list_campaigns(session: ReadSession) -> Page[CampaignRead]:
    """Campaigns with their figures, the newest first."""
    return Page(items=[CampaignRead.of(one) for one in await queries.campaigns(session)])


@router.post("/campaigns", status_code=201, dependencies=_RUN)
async def make_campaign(body: CampaignMake, session: WriteSession, who: Who) -> CampaignRead:
    """A draft."""
    fields = body.model_dump(exclude={"selection", "questionnaire"})
    row = await service.create(
        session, selection=body.selection, questionnaire_name=body.questionnaire, by=name(who),
        **fields,
    )  # fmt: skip
    return CampaignRead.of(await queries.progress(session, row))


@router.post("/campaigns/{campaign_id}/{action}", dependencies=_RUN)
async def move_campaign(
    campaign_id: int,
    action: Literal["start", "pause", "end"],
    session: WriteSession,
    who: Who,
    config: Config,
) -> CampaignRead:
    """Start it (whom it calls is chosen now), pause it, end it."""
    row = await service.move(session, campaign_id, action, by=name(who), zone=config.zone)
    return CampaignRead.of(await queries.progress(session, row))


@router.get("/campaigns/{campaign_id}/tasks", dependencies=_RUN)
async def list_tasks(
    campaign_id: int, session: ReadSession, who: Who, state: State = None
) -> Page[TaskRead]:
    """Whom it calls, and what came of it."""
    await service.by_id(session, campaign_id)
    found = await queries.tasks(session, campaign_id, state=state)
    return Page(items=[TaskRead.of(one, who.sees) for one in found])


@router.get("/do-not-call", dependencies=_RUN)
async def list_barred(
    session: ReadSession, who: Who, after: Annotated[int, Query(ge=0)] = 0
) -> Page[Barred]:
    """Numbers that are never called, page by page."""
    found = await numbers.barred(session, after=after)
    items = [
        Barred(
            id=one.id,
            number=who.sees.number(one.number),
            source=one.source,
            reason=who.sees.text(one.reason),
            by=one.by,
            created_at=one.created_at,
        )
        for one in found
    ]  # fmt: skip
    return Page(items=items, next=str(found[-1].id) if len(found) == 200 else None)  # noqa: PLR2004


@router.post("/do-not-call", status_code=201, dependencies=_RUN)
async def add_barred(body: BarAsk, session: WriteSession, who: Who, config: Config) -> ImportedRead:
    """Put a number on the list; doing it again changes nothing."""
    _row, new = await numbers.bar(
        session, body.number, source="api", by=name(who), reason=body.reason,
        area_code=config.home_area_code,
    )  # fmt: skip
    return ImportedRead(added=int(new), known=int(not new), wrong=[])


@router.post("/do-not-call/import", dependencies=_RUN)
async def import_barred(
    body: BarList, session: WriteSession, who: Who, config: Config
) -> ImportedRead:
    """Put a list of numbers on the list."""
    found = await numbers.import_list(
        session, body.text, by=name(who), area_code=config.home_area_code
    )
    return ImportedRead(added=found.added, known=found.known, wrong=found.wrong)


@router.delete("/do-not-call/{row_id}", status_code=204, dependencies=_RUN)
async def remove_barred(row_id: int, session: WriteSession, who: Who) -> None:
    """The person wants to be called again."""
    await numbers.unbar(session, row_id, by=name(who))


@router.post(
    "/work-orders/{number}/at-home",
    status_code=201,
    tags=["work orders"],
    dependencies=[allow(Permission.MOVE_WORK_ORDERS)],
)
async def ask_at_home(number: str, body: AtHomeAsk, session: WriteSession, who: Who) -> TaskRead:
    """Have the household rung before a visit: at home, or another time?"""
    task = await at_home.ask(
        session, number, visit_from=body.visit_from, visit_until=body.visit_until, by=name(who)
    )
    return TaskRead.of(task, who.sees)


def name(who: Principal) -> str:
    """Who stands in the books for this person."""
    return who.agent_number or who.name
