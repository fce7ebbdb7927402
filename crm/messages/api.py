"""``/api/messages``: what callers left, and what becomes of it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from crm.messages import queries, service
from crm.messages.queries import MessageView
from crm.messages.service import Telling
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(tags=["messages"])


class MessageRead(BaseModel):
    """A message that a caller left."""

    id: int
    call_id: str
    ani: str
    left_at: datetime
    about: str
    state: str
    owner: str | None
    due_at: datetime | None
    overdue: bool
    customer_id: int | None
    work_order: str | None
    outcome: str
    told: str
    callback_id: int | None
    transcript: str
    done_at: datetime | None

    @classmethod
    def of(cls, view: MessageView, who: Principal) -> "MessageRead":
        """The message as this person may see it."""
        message = view.message
        return cls(
            id=message.id,
            call_id=message.call_id,
            ani=who.sees.number(view.ani),
            left_at=message.left_at,
            about=message.about,
            state=message.state,
            owner=message.owner,
            due_at=message.due_at,
            overdue=view.overdue(now()),
            customer_id=message.customer_id,
            work_order=message.work_order,
            outcome=who.sees.text(message.outcome),
            told=message.told,
            callback_id=message.callback_id,
            transcript=who.sees.text(message.transcript),
            done_at=message.done_at,
        )


class Settling(BaseModel):
    """What came of it. ``tell``: by a promised call, by oneself, or not at all."""

    outcome: str = Field(default="", max_length=service.OUTCOME_CHARS_MAX)
    tell: Telling = "call-back"


@router.get("/messages", dependencies=[allow(Permission.SEE_CALLS)])
async def list_messages(
    session: ReadSession,
    who: Who,
    state: Annotated[Literal["new", "taken", "settled", "done"] | None, Query()] = None,
    which: Annotated[queries.Which, Query()] = "all",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[MessageRead]:
    """Messages that callers left."""
    found = await queries.messages(
        session, which=which, state=state, mine=name_of(who), at=now(), limit=limit
    )
    return Page(items=[MessageRead.of(one, who) for one in found])


@router.post("/messages/{message_id}/settle", dependencies=[allow(Permission.OPEN_WORK_ORDERS)])
async def settle(
    message_id: int, body: Settling, session: WriteSession, who: Who, config: Config
) -> MessageRead:
    """Write down what came of it, and let the caller be told."""
    await service.settle(
        session, message_id, outcome=body.outcome, tell=body.tell, by=name_of(who),
        area_code=config.home_area_code,
    )  # fmt: skip
    return MessageRead.of(await queries.view(session, message_id), who)


@router.post("/messages/{message_id}/{act}", dependencies=[allow(Permission.OPEN_WORK_ORDERS)])
async def act_on_message(
    message_id: int, act: Literal["take", "done", "told"], session: WriteSession, who: Who
) -> MessageRead:
    """Take care of a message, or tell that its caller has got an answer."""
    acts = {"take": service.take, "done": service.finish, "told": service.tell}
    await acts[act](session, message_id, by=name_of(who))
    return MessageRead.of(await queries.view(session, message_id), who)


def name_of(who: Principal) -> str:
    """How this person stands in lists: agents by their number."""
    return who.agent_number or who.name
