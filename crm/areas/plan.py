"""Areas as a file tells of them."""

from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from mainline.text import LocalizedText

MAP_WIDTH: Final = 1000
MAP_HEIGHT: Final = 600
PLACES_MAX: Final = 2000
Point = tuple[int, int]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AreaPlan(_Part):
    """An area. ``serves`` names places from the community down: ``光明里/1号楼``."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,23}$")
    kind: Literal["branch", "supply"]
    name: LocalizedText
    outline: tuple[Point, ...] = Field(default=(), max_length=60)
    serves: tuple[str, ...] = Field(max_length=PLACES_MAX)


class AreasPlan(_Part):
    """All areas of a company."""

    areas: tuple[AreaPlan, ...] = Field(max_length=5000)


def read_plan(path: Path) -> AreasPlan:
    """The areas of a file."""
    return AreasPlan.model_validate(yaml.safe_load(path.read_text("utf-8")))
