"""The demo town of a pack, as its file tells of it."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mainline.config import PROJECT
from mainline.datafile import content
from mainline.text import LocalizedText


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Community(_Part):
    """Where homes are: ``id`` is how the file names it, ``at`` longitude and latitude."""

    id: str
    name: LocalizedText
    at: tuple[float, float]
    aliases: tuple[str, ...] = ()


class Street(_Part):
    """A street office."""

    name: LocalizedText
    communities: tuple[Community, ...]


class District(_Part):
    """The root of the tree."""

    name: LocalizedText
    streets: tuple[Street, ...]


class Telephone(_Part):
    """A number and what it is."""

    number: str
    label: str = ""
    confirmed: bool = True


class Account(_Part):
    """An account, its home as community/building/unit/room, and how many bills are open."""

    number: str = Field(pattern=r"^\d{6,20}$")
    home: str = Field(pattern=r"^[a-z]+/\d+/\d+/\d+$")
    area_m2: int
    unpaid: int = 0
    metered: bool = False


class Order(_Part):
    """A work order and how far it is."""

    type: str
    hours_ago: float
    summary: str = ""
    fields: dict[str, Any] = {}
    do: tuple[str, ...] = ()


class Resident(_Part):
    """A customer."""

    name: str
    customer_class: str = Field(default="residential", alias="class")
    phones: tuple[Telephone, ...]
    accounts: tuple[Account, ...]
    priority: int = 0
    restricted: bool = False
    elderly: bool = False
    medical: bool = False
    language: Literal["zh", "en"] | None = None
    notes: str = ""
    id_tail: str = Field(default="", pattern=r"^(\d{3}[\dX])?$")
    orders: tuple[Order, ...] = ()


class Barred(_Part):
    """A number that hears the refusal."""

    number: str
    reason: str


class Interruption(_Part):
    """An outage of a community, dated from the loading."""

    area: str
    kind: Literal["planned", "fault"]
    text: LocalizedText
    began_hours_ago: float = 0
    begins_in_hours: float = 0
    lasts_hours: float


class Tariff(_Part):
    """Enough to write believable bills."""

    every: Literal["season", "month"]
    fen_per_m2: int


class Metering(_Part):
    """The town's meters, and what a home of average size uses."""

    unit: Literal["m3", "t", "kwh", "gj"]
    digits: int
    a_day: float
    everybody: bool


class DemoCaller(_Part):
    """Somebody the demo page can call as; ``anonymous`` withholds the number."""

    number: str
    label: LocalizedText


class Town(_Part):
    """Everything."""

    city: LocalizedText
    places: tuple[District, ...]
    tariff: Tariff
    metering: Metering
    callers: tuple[DemoCaller, ...]
    barred: tuple[Barred, ...] = ()
    customers: tuple[Resident, ...]
    outages: tuple[Interruption, ...] = ()

    def communities(self) -> Iterator[Community]:
        """All communities of all districts."""
        for district in self.places:
            for street in district.streets:
                yield from street.communities

    def community(self, name: str) -> Community:
        """The community that the file calls so."""
        return next(one for one in self.communities() if one.id == name)


@lru_cache(maxsize=4)
def town(pack: str) -> Town:
    """The town of a pack."""
    path: Path = PROJECT / "packs" / pack / "town.yaml"
    return Town.model_validate(content(path))
