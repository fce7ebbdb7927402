"""``/api/duplicates``: pairs that may be one; merge them, say they are two, undo."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from crm.duplicates import queries, service
from crm.duplicates.models import DuplicateDecision
from crm.duplicates.rules import What
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/duplicates", tags=["customers"], dependencies=[allow(Permission.EDIT_CUSTOMERS)]
)


class PairRead(BaseModel):
    """Two records that may be one; the first is the older."""

    what: What
    first_id: int
    second_id: int
    score: float
    reasons: list[str]


class DecisionWrite(BaseModel):
    """What is decided about a pair: the kept one is the first when they are two."""

    what: What
    kept_id: int = Field(ge=1)
    other_id: int = Field(ge=1)
    verdict: Literal["merged", "apart"]
    note: str = Field(default="", max_length=service.NOTE_CHARS_MAX)


class DecisionRead(BaseModel):
    """A decision, with who and when; undone ones stay as history."""

    id: int
    what: str
    kept_id: int
    other_id: int
    verdict: str
    by: str
    at: AwareDatetime
    note: str
    undone_at: AwareDatetime | None
    undone_by: str

    @classmethod
    def of(cls, row: DuplicateDecision, sees: Eyes) -> "DecisionRead":
        """As this person may see it."""
        told = {name: getattr(row, name) for name in cls.model_fields}
        return cls(**(told | sees.texts(row, "note")))


@router.get("")
async def find_duplicates(
    session: ReadSession,
    what: What = "customer",
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 50,
    after: Annotated[str, Query(alias="next", max_length=32)] = "",
) -> Page[PairRead]:
    """Pairs nobody has decided about, the likeliest of a stretch of the town first.

    A page may be empty and still have a ``next``: only null says that the whole town was looked at.
    """
    found = await queries.find(session, what, limit=limit, after=after)
    return Page(
        items=[
            PairRead(
                what=pair.what, first_id=pair.first_id, second_id=pair.second_id,
                score=pair.likeness.score, reasons=list(pair.likeness.reasons),
            )
            for pair in found.pairs
        ],
        next=str(found.next) if found.next else None,
    )  # fmt: skip


@router.get("/decisions")
async def read_decisions(session: ReadSession, who: Who) -> Page[DecisionRead]:
    """What was decided, the newest first."""
    return Page(items=[DecisionRead.of(row, who.sees) for row in await queries.history(session)])


@router.post("/decisions", status_code=201)
async def decide(body: DecisionWrite, session: WriteSession, who: Who) -> DecisionRead:
    """Merge a pair, or say that they are two."""
    act = service.merge if body.verdict == "merged" else service.dismiss
    by = who.agent_number or who.name
    row = await act(session, body.what, body.kept_id, body.other_id, by=by, note=body.note)
    return DecisionRead.of(row, who.sees)


@router.post("/decisions/{decision_id}/undo")
async def undo(decision_id: int, session: WriteSession, who: Who) -> DecisionRead:
    """Take a decision back: exactly what went over returns."""
    row = await service.undo(session, decision_id, by=who.agent_number or who.name)
    return DecisionRead.of(row, who.sees)
