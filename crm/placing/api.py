"""``/api/waiting-addresses``: half-typed addresses, the places they may mean, what was decided."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from crm.addresses.api import ReasonRead
from crm.addresses.wording import TEXT_CHARS_MAX
from crm.placing import queries, service
from crm.placing.models import PlacingDecision
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/waiting-addresses", tags=["customers"],
    dependencies=[allow(Permission.EDIT_CUSTOMERS)],
)  # fmt: skip


class ChoiceRead(BaseModel):
    """A place that may be meant; ``key`` chooses it."""

    key: str
    address: str
    score: float
    reasons: list[ReasonRead]


class WaitingRead(BaseModel):
    """An address as it was typed, the accounts there, the likeliest place first."""

    premise_id: int
    typed: str
    accounts: list[str]
    choices: list[ChoiceRead]


class DecisionWrite(BaseModel):
    """The place that is meant; without one it is put aside.

    ``text`` is the address in full, when the choice was one of its places.
    """

    premise_id: int = Field(ge=1, le=2**31)
    key: str | None = Field(default=None, min_length=1, max_length=80)
    text: str = Field(default="", max_length=TEXT_CHARS_MAX)


class DecisionRead(BaseModel):
    """A decision, with who and when; undone ones stay as history."""

    id: int
    premise_id: int
    verdict: str
    typed: str
    address: str
    by: str
    at: AwareDatetime
    undone_at: AwareDatetime | None
    undone_by: str

    @classmethod
    def of(cls, row: PlacingDecision, sees: Eyes) -> "DecisionRead":
        """As this person may see it."""
        told = {name: getattr(row, name) for name in cls.model_fields}
        return cls(
            **(told | {"typed": sees.address(row.typed), "address": sees.address(row.address)})
        )


@router.get("")
async def read_waiting(
    session: ReadSession,
    who: Who,
    show: queries.Show = "waiting",
    q: Annotated[str, Query(max_length=TEXT_CHARS_MAX)] = "",
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 20,
    after: Annotated[int, Query(alias="next", ge=0, le=2**31)] = 0,
) -> Page[WaitingRead]:
    """Addresses that wait, or were put aside, the oldest first."""
    rows = await queries.waiting(session, show, q=q, after=after, limit=limit)
    accounts = await queries.supplied(session, [row.id for row in rows])
    items = [
        WaitingRead(
            premise_id=row.id, typed=who.sees.address(row.address_zh),
            accounts=[one.number for one in accounts[row.id]],
            choices=[_read(one) for one in await queries.choices(session, row.address_zh)],
        )
        for row in rows
    ]  # fmt: skip
    return Page(items=items, next=str(rows[-1].id) if len(rows) == limit else None)


def _read(one: queries.Choice) -> ChoiceRead:
    reasons = [ReasonRead(code=each.code, said=each.said) for each in one.reasons]
    return ChoiceRead(key=one.key, address=one.home.address_zh, score=one.score, reasons=reasons)


@router.get("/decisions")
async def read_decisions(session: ReadSession, who: Who) -> Page[DecisionRead]:
    """What was decided, the newest first."""
    return Page(items=[DecisionRead.of(row, who.sees) for row in await queries.history(session)])


@router.post("/decisions", status_code=201)
async def decide(body: DecisionWrite, session: WriteSession, who: Who) -> DecisionRead:
    """Place an address, or put it aside."""
    by = who.agent_number or who.name
    if body.key is None:
        aside = await service.put_aside(session, body.premise_id, by=by)
        return DecisionRead.of(aside, who.sees)
    row = await service.place(session, body.premise_id, body.key, by=by, text=body.text)
    return DecisionRead.of(row, who.sees)


@router.post("/decisions/{decision_id}/undo")
async def undo(decision_id: int, session: WriteSession, who: Who) -> DecisionRead:
    """Take a decision back: the address waits again as it did."""
    row = await service.undo(session, decision_id, by=who.agent_number or who.name)
    return DecisionRead.of(row, who.sees)
