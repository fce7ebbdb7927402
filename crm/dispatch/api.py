"""``/api/dispatch``: the board, whom to send and why, where people went."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from crm.dispatch import service
from crm.dispatch.picture import board, drawing, masked
from crm.dispatch.proposals import Proposal
from crm.field import positions
from crm.staff.models import User
from crm.work_orders import service as orders
from mainline.clock import now
from mainline.errors import NotFound
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/dispatch", tags=["dispatch"], dependencies=[allow(Permission.DISPATCH)])
Number = Annotated[str, Path(pattern=r"^[0-9-]{4,20}$")]
Login = Annotated[str, Path(min_length=1, max_length=64)]


class AssignIn(BaseModel):
    """Whom to send, by login; ``owner``: whose the order was when that was decided."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(min_length=1, max_length=64)
    owner: str = Field(min_length=1, max_length=64)


class ReasonRead(BaseModel):
    """One thing that counts."""

    code: str
    value: float | str
    points: float


class ProposalRead(BaseModel):
    """Somebody who could be sent."""

    login: str
    name: str
    fits: bool
    score: float
    reasons: list[ReasonRead]

    @classmethod
    def of(cls, one: Proposal) -> "ProposalRead":
        """With all reasons."""
        return cls(
            login=one.person.login, name=one.person.name, fits=one.fits, score=one.score,
            reasons=[ReasonRead(code=r.code, value=r.value, points=r.points) for r in one.reasons],
        )  # fmt: skip


class ProposalsRead(BaseModel):
    """Everybody, the best first."""

    number: str
    owner: str
    items: list[ProposalRead]


class AssignedRead(BaseModel):
    """Whose the order is now."""

    number: str
    owner: str
    step: str


class TrackPoint(BaseModel):
    """Somebody was there then; ``drawn``: its place on the drawn map."""

    at: datetime
    lon: float
    lat: float
    drawn: tuple[float, float] | None


class TrackRead(BaseModel):
    """A day's way, as far as it lies in working time."""

    login: str
    items: list[TrackPoint]


@router.get("/board")
async def read_board(session: ReadSession, who: Who) -> dict[str, Any]:
    """Open orders with their clocks, people with the age of their position, hot spots, areas."""
    return masked(await board(session), who.sees)


@router.get("/orders/{number}/proposals")
async def read_proposals(number: Number, session: ReadSession) -> ProposalsRead:
    """Whom to send, and why: points for distance, load, skill, team and shift."""
    order = await orders.by_number(session, number)
    found = await service.proposals(session, order, now())
    items = [ProposalRead.of(one) for one in found]
    return ProposalsRead(number=number, owner=order.owner, items=items)


@router.post("/orders/{number}/assign")
async def assign(number: Number, body: AssignIn, session: WriteSession, who: Who) -> AssignedRead:
    """Send somebody; refused when somebody else has changed the order meanwhile."""
    by = who.agent_number or who.name
    order = await service.assign(session, number, body.to, by=by, owner=body.owner, at=now())
    return AssignedRead(number=number, owner=order.owner, step=order.step)


@router.get("/people/{login}/track")
async def read_track(
    login: Login, session: ReadSession, config: Config, day: Annotated[date | None, Query()] = None
) -> TrackRead:
    """Where somebody went that day, of what they agreed to."""
    user = await session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound("staff")
    wanted = day or now().astimezone(config.zone).date()
    since = datetime.combine(wanted, time.min, tzinfo=config.zone)
    name = user.agent_number or user.name
    found = await positions.track(session, name, since, since + timedelta(days=1))
    map_ = await drawing(session)
    return TrackRead(
        login=login,
        items=[
            TrackPoint(at=one.at, lon=one.lon, lat=one.lat, drawn=map_.place((one.lon, one.lat)))
            for one in found
        ],
    )
