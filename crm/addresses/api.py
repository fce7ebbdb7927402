"""``/api/addresses``: read a typed address; the places it may mean, with scores and reasons."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from crm.addresses import queries
from crm.addresses.houses import House
from crm.addresses.wording import TEXT_CHARS_MAX
from mainline.permissions import Permission
from mainline.web import ReadSession, allow

router = APIRouter(
    prefix="/addresses", tags=["customers"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)


class ReasonRead(BaseModel):
    """Why a place stands where it stands; ``said`` are the words that were understood so."""

    code: str
    said: str


class HouseRead(BaseModel):
    """Building, unit and room; empty: not said."""

    building: str
    unit: str
    room: str

    @classmethod
    def of(cls, house: House) -> "HouseRead":
        """Without the floor, which the room tells."""
        return cls(building=house.building, unit=house.unit, room=house.room)


class PlaceRead(BaseModel):
    """A place that may be meant; longitude and latitude of it, or of what it lies in."""

    node_id: int
    level: str
    address: str
    lon: float | None
    lat: float | None
    house: HouseRead
    score: float
    reasons: list[ReasonRead]


class AddressRead(BaseModel):
    """What a typed address came to. ``sure`` is null whenever a person has to choose."""

    read_as: str
    house: HouseRead
    remark: str
    sure: int | None
    candidates: list[PlaceRead]


@router.get("")
async def read_address(
    session: ReadSession,
    text: Annotated[str, Query(min_length=1, max_length=TEXT_CHARS_MAX)],
) -> AddressRead:
    """The places that a typed address may mean, the likeliest first."""
    resolved = await queries.resolve(session, text)
    sure = resolved.sure
    return AddressRead(
        read_as=resolved.parsed.text,
        house=HouseRead.of(resolved.parsed.house),
        remark=resolved.parsed.remark,
        sure=sure.node_id if sure else None,
        candidates=[_read(one) for one in resolved.found],
    )


def _read(one: queries.Found) -> PlaceRead:
    return PlaceRead(
        node_id=one.node_id, level=one.level, address=one.address, lon=one.lon, lat=one.lat,
        house=HouseRead.of(one.house), score=one.score,
        reasons=[ReasonRead(code=each.code, said=each.said) for each in one.reasons],
    )  # fmt: skip
