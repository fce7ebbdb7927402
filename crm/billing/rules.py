"""What a company decides about self-service: when a reading is doubtful, when heating may stop."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _day(text: str) -> str:
    date.fromisoformat(f"2001-{text}")  # no leap year: the 29th of February is no yearly day
    return text


DayOfYear = Annotated[str, Field(pattern=r"^\d\d-\d\d$"), AfterValidator(_day)]
"""Month and day: ``11-15``."""
TypeCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


_OF_BEFORE: Final = frozenset(
    {"base_fee_percent", "fen_per_m2", "resume_fee_fen", "suspend_order", "resume_order"}
)


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeterRules(_Rules):
    """A reading is doubtful above ``higher_factor`` times the usual use, ``slack`` always allowed.

    Without a history the usual use is ``most_a_day``.
    """

    higher_factor: float = Field(default=3.0, ge=1, le=100)
    slack: int = Field(default=10, ge=0, le=1_000_000)
    most_a_day: float = Field(default=10.0, gt=0, le=1_000_000)
    check_order: TypeCode
    """The work order that a doubtful reading opens."""


class SuspensionRules(_Rules):
    """Heating stops for whole homes and whole seasons, applied for in time.

    What it costs, who agrees and what follows stands with the requests of the life cycle; what
    versions of before said about that here is read over.
    """

    season_begins: DayOfYear
    season_ends: DayOfYear
    notice_days: int = Field(ge=0, le=180)

    @model_validator(mode="before")
    @classmethod
    def _as_of_before(cls, told: Any) -> Any:
        """Without what is no longer said here."""
        if not isinstance(told, dict):
            return told
        return {name: value for name, value in told.items() if name not in _OF_BEFORE}


class SelfService(_Rules):
    """Left out: not offered."""

    meter: MeterRules | None = None
    suspension: SuspensionRules | None = None


FILE: Final = "self_service.yaml"
